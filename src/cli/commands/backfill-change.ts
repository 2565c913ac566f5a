/** backfill pause, cancel, resume, rate and approve. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Backfill } from '../../ledger/backfills.ts';
import {
  type BackfillDeps,
  type ChangeRequest,
  approveBackfill,
  cancelBackfill,
  changeRate,
  pauseBackfill,
  resumeBackfill,
} from '../../operations/backfills/backfill.ts';
import { reportBackfill } from '../backfill-report.ts';
import {
  type WaitFlags,
  requireForWork,
  requireWaiting,
  stayWith,
  waitOptions,
} from '../backfill-waiting.ts';
import { type Cli, say } from '../context.ts';
import { requireIntent } from '../intent.ts';
import { actorFlag, dryRunFlag, idFlag, jsonFlag, reasonFlag, withHelp, yesFlag } from '../options.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { requireSchema } from '../require-schema.ts';

interface ChangeFlags {
  actor?: string;
  reason?: string;
  dryRun?: true;
  yes?: true;
  json?: true;
}

type Change = (deps: BackfillDeps, request: ChangeRequest) => Promise<Backfill>;

export function addBackfillChanges(backfill: Command, cli: Cli): void {
  addChange(backfill, cli, 'pause', 'grant no more until it is resumed', pauseBackfill);
  addChange(backfill, cli, 'cancel', 'end it; what is granted stays', cancelBackfill);
  addResume(backfill, cli);
  addRate(backfill, cli);
  addApprove(backfill, cli);
}

const changing = (backfill: Command, name: string, what: string): Command =>
  backfill
    .command(name)
    .description(what)
    .argument('<id>', 'the number of the backfill', idFlag)
    .addOption(reasonFlag())
    .addOption(dryRunFlag())
    .addOption(yesFlag())
    .addOption(actorFlag())
    .addOption(jsonFlag());

function addChange(backfill: Command, cli: Cli, name: string, what: string, change: Change): void {
  const command = changing(backfill, name, what).action((id: number, flags: ChangeFlags) =>
    runChange(cli, id, flags, change),
  );
  withHelp(command, `connects backfill ${name} 3`, [0, 2, 5, 6, 75]);
}

function addResume(backfill: Command, cli: Cli): void {
  const command = waitOptions(changing(backfill, 'resume', 'go on, also where a worker died')).action(
    (id: number, flags: ChangeFlags & WaitFlags) => runResume(cli, id, flags),
  );
  withHelp(command, 'connects backfill resume 3 --work', [0, 2, 3, 5, 6, 75, 130, 143]);
}

function addRate(backfill: Command, cli: Cli): void {
  const command = changing(backfill, 'rate', 'go on faster or slower, from the next second on')
    .argument('<rate>', 'accounts a second, such as 50/s; or none, for as fast as it goes', rateOrNone)
    .action((id: number, rate: number | 'none', flags: ChangeFlags) =>
      runChange(cli, id, flags, (deps, request) =>
        changeRate(deps, { ...request, rate: rate === 'none' ? null : rate }),
      ),
    );
  withHelp(command, 'connects backfill rate 3 50/s', [0, 2, 5, 6, 75]);
}

function addApprove(backfill: Command, cli: Cli): void {
  const what = 'let it begin, as a second person: it grants more than CONNECTS_BACKFILL_APPROVAL_OVER';
  const command = changing(backfill, 'approve', what).action(async (id: number, flags: ChangeFlags) => {
    if (!flags.dryRun) requireIntent(`backfill approve lets backfill ${id} grant`, flags);
    await runChange(cli, id, flags, approveBackfill);
  });
  withHelp(command, 'connects backfill approve 3 --reason "seen, and right" --yes', [0, 2, 4, 5, 6, 75]);
}

const RATE_MAX = 100_000;

export function rateFlag(text: string): number {
  const rate = Number(/^(\d{1,6})(\/s)?$/.exec(text)?.[1]);
  if (!(rate >= 1 && rate <= RATE_MAX))
    throw new InvalidArgumentError('expected accounts a second, such as 50/s.');
  return rate;
}

const rateOrNone = (text: string): number | 'none' => (text === 'none' ? text : rateFlag(text));

async function runChange(cli: Cli, id: number, flags: ChangeFlags, change: Change): Promise<void> {
  await requireSchema(cli.app);
  return reportBackfill(cli, flags, await changed(cli, id, flags, change));
}

async function changed(cli: Cli, id: number, flags: ChangeFlags, change: Change): Promise<Backfill> {
  const request = { id, actor: flags.actor ?? cli.defaultActor, reason: flags.reason ?? null };
  if (flags.dryRun) say(cli, 'dry run: nothing is written');
  return changeOrRehearse(cli, flags, (db) => change({ db, log: cli.app.log }, request));
}

async function runResume(cli: Cli, id: number, flags: ChangeFlags & WaitFlags): Promise<void> {
  const waits = requireWaiting(flags) && !flags.dryRun;
  await requireForWork(cli, flags.work === true && !flags.dryRun);
  const backfill = await changed(cli, id, flags, resumeBackfill);
  return waits ? stayWith(cli, flags, id) : reportBackfill(cli, flags, backfill);
}
