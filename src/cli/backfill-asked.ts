/** Which cycles of whom a backfill is asked for, and what it would grant. */
import { type Command, Option } from 'commander';
import { BACKFILL_REASONS, type BackfillReason } from '../domain/corrections/backfill.ts';
import type { LocalDate } from '../domain/calendar.ts';
import { PLAN_NAMES, type PlanName } from '../domain/terms.ts';
import { invalidInput } from '../errors.ts';
import type { BackfillAsked } from '../ledger/backfills.ts';
import { type BackfillPlan, planBackfill } from '../operations/backfills/backfill-plan.ts';
import type { Cli } from './context.ts';
import { readIds } from './id-file.ts';
import { accountFlag, dateFlag } from './options.ts';
import { Progress } from './progress.ts';

/** Accounts that one backfill lists; more are chosen by plan, or are all. */
const ACCOUNTS_MAX = 100_000;

export interface AskedFlags {
  from: LocalDate;
  to: LocalDate;
  account?: string[];
  accountsFile?: string;
  plan?: PlanName;
  include?: BackfillReason[];
  json?: true;
}

export function askedOptions(command: Command): Command {
  return command
    .requiredOption('--from <date>', 'the first cycle date, included', dateFlag)
    .requiredOption('--to <date>', 'the last cycle date, included', dateFlag)
    .addOption(
      new Option('--account <id...>', 'only these accounts')
        .argParser((text: string, before?: string[]) => [...(before ?? []), accountFlag(text)])
        .conflicts(['accountsFile', 'plan']),
    )
    .addOption(
      new Option('--accounts-file <file>', 'only the accounts of this file, one id a line').conflicts('plan'),
    )
    .addOption(new Option('--plan <plan>', 'only accounts that are on this plan').choices([...PLAN_NAMES]))
    .addOption(
      new Option(
        '--include <reason...>',
        'also cycles that were settled and gave nothing, or were reversed',
      ).choices([...BACKFILL_REASONS]),
    );
}

export async function askedOf(flags: AskedFlags): Promise<BackfillAsked> {
  const { from, to, plan, include = [] } = flags;
  if (from > to) throw invalidInput('usage', `--from ${from} is later than --to ${to}`);
  const listed = flags.accountsFile === undefined ? flags.account : await readIds(flags.accountsFile);
  const accounts = listed && [...new Set(listed)].toSorted();
  if (accounts && accounts.length > ACCOUNTS_MAX)
    throw invalidInput(
      'usage',
      `expected at most ${ACCOUNTS_MAX} accounts: choose by plan, or leave them all`,
    );
  return {
    from,
    to,
    ...(accounts && { accounts }),
    ...(plan !== undefined && { plan }),
    include: BACKFILL_REASONS.filter((one) => one !== 'absent' && include.includes(one)),
  };
}

export async function makePlan(cli: Cli, asked: BackfillAsked): Promise<BackfillPlan> {
  const { app, signal } = cli;
  const progress = new Progress(cli.streams.err, 'accounts looked at', app.clock.elapsedMs());
  try {
    const onProgress = (done: number): void => progress.show({ done }, app.clock.elapsedMs());
    return await planBackfill(app.db, { asked, signal, onProgress });
  } finally {
    progress.stop();
  }
}
