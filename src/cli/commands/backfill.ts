/** backfill: cycles of the past that gave nothing, planned, granted, and watched. */
import type { Command } from 'commander';
import { findBackfill } from '../../ledger/backfills.ts';
import type { BackfillPlan } from '../../operations/backfills/backfill-plan.ts';
import { needsApproval, unknownBackfill } from '../../operations/backfills/backfill.ts';
import { type AskedFlags, askedOf, askedOptions, makePlan } from '../backfill-asked.ts';
import { planJson } from '../../json/backfills.ts';
import { reportBackfill } from '../backfill-report.ts';
import { describePlan } from '../backfill-text.ts';
import { addBackfillChanges } from './backfill-change.ts';
import { addBackfillList } from './backfill-list.ts';
import { addBackfillStart } from './backfill-start.ts';
import { type Cli, print, printJson } from '../context.ts';
import { idFlag, jsonFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { screenOf } from '../screen.ts';

export function addBackfillCommands(program: Command, cli: Cli): void {
  const backfill = program.command('backfill').description('grant cycles of the past that gave nothing');
  const plan = askedOptions(
    backfill.command('plan').description('what it would grant: by reason, in Connects, five sample accounts'),
  )
    .addOption(jsonFlag())
    .action((flags: AskedFlags) => runPlan(cli, flags));
  withHelp(plan, 'connects backfill plan --from 2021-01-01 --to 2021-03-31', [0, 2, 6, 75]);
  addBackfillStart(backfill, cli);
  const show = backfill
    .command('show')
    .description('how far a backfill is, and what became of its cycles')
    .argument('<id>', 'the number of the backfill', idFlag)
    .addOption(jsonFlag())
    .action((id: number, flags: { json?: true }) => showOne(cli, id, flags));
  withHelp(show, 'connects backfill show 3', [0, 2, 6, 75]);
  addBackfillList(backfill, cli);
  addBackfillChanges(backfill, cli);
}

async function runPlan(cli: Cli, flags: AskedFlags): Promise<void> {
  const asked = await askedOf(flags);
  await requireSchema(cli.app);
  const plan = await makePlan(cli, asked);
  const command = commandOf(flags, plan);
  if (flags.json) return printJson(cli, { ...planJson(plan), command });
  const { backfillApprovalOver: approvalOver } = cli.app.config;
  return print(
    cli,
    describePlan(screenOf(cli), plan, { command, needsApproval: needsApproval({ plan, approvalOver }) }),
  );
}

/** The exact command that starts what the plan shows. */
function commandOf(flags: AskedFlags, { asked, hash }: BackfillPlan): string {
  return [
    `connects backfill start --from ${asked.from} --to ${asked.to}`,
    ...(flags.accountsFile === undefined ? [] : [`--accounts-file ${quoted(flags.accountsFile)}`]),
    ...(flags.account === undefined ? [] : accountFlags(asked.accounts ?? [])),
    ...(asked.plan === undefined ? [] : [`--plan ${asked.plan}`]),
    ...(asked.include.length === 0 ? [] : [`--include ${asked.include.join(' ')}`]),
    `--plan-hash ${hash} --work --reason "…" --yes`,
  ].join(' ');
}

/** An id that looks like a flag needs one of its own. */
const accountFlags = (ids: readonly string[]): string[] =>
  ids.map((id, index) => (index === 0 || id.startsWith('-') ? `--account ${id}` : id));

const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

async function showOne(cli: Cli, id: number, flags: { json?: true }): Promise<void> {
  await requireSchema(cli.app);
  const backfill = await findBackfill(cli.app.db, id);
  if (!backfill) throw unknownBackfill(id);
  return reportBackfill(cli, flags, backfill);
}
