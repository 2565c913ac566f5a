/** failures: who is put aside, and why; and what people say of them. */
import { type Command, Option } from 'commander';
import { shownNow } from '../../db/query.ts';
import { listFailedOfRun } from '../../ledger/backfill-items.ts';
import { countRetrying } from '../../ledger/put-aside.ts';
import { type Run, getRun } from '../../ledger/runs.ts';
import {
  FAILURE_STATES,
  type FailureState,
  type WorkFilter,
  groupFailureWork,
  listFailureWork,
} from '../../reports/failure-work.ts';
import { type Cli, print, say } from '../context.ts';
import {
  type FilterFlags,
  accountsFileFlag,
  accountsFlag,
  errorFlag,
  namedAccounts,
  readFilter,
} from '../failure-filter.ts';
import { WORK, WORK_BY_ERROR, failedListing, wordsOnWork } from '../failure-text.ts';
import { type ListFlags, isForScripts, printList, withListFlags } from '../listing.ts';
import { actorNameFlag, countFlag, durationFlag, idFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { furtherOf } from '../run-text.ts';
import { counted, listOf } from '../words.ts';
import { addCareCommands } from './failure-care.ts';

interface FailureFlags extends FilterFlags, ListFlags {
  run?: number;
  state?: FailureState;
  assignee?: string;
  olderThan?: number;
  groupBy?: 'error';
  limit: number;
}

export function addFailureCommands(program: Command, cli: Cli): void {
  const failures = program.command('failures').description('accounts that were put aside with an error');
  const list = failures
    .command('list')
    .description('who is put aside, the oldest first: since when, with which error, and who knows of it')
    .option('--run <id>', 'only those that this run put aside, or failed at', idFlag)
    .addOption(errorFlag())
    .addOption(accountsFlag())
    .addOption(accountsFileFlag())
    .addOption(new Option('--state <state>', 'only those in this state').choices([...FAILURE_STATES]))
    .option('--assignee <name>', 'only those that are assigned to this person', actorNameFlag)
    .option('--older-than <duration>', 'only those that are put aside for longer', durationFlag)
    .addOption(new Option('--group-by <what>', 'count them by error').choices(['error']))
    .option('--limit <n>', 'how many', countFlag(1, 100_000), 1_000)
    .action((flags: FailureFlags) => listFailures(cli, flags));
  withHelp(withListFlags(list), 'connects failures list --group-by error', [0, 2, 6, 75]);
  addCareCommands(failures, cli);
}

async function listFailures(cli: Cli, flags: FailureFlags): Promise<void> {
  await requireSchema(cli.app);
  const { db } = cli.app;
  const run = flags.run === undefined ? undefined : await getRun(db, flags.run);
  if (run?.kind === 'backfill') return listOfBackfill(cli, run, flags);
  const filter: WorkFilter = {
    ...(await readFilter(db, flags.run, flags)),
    ...(flags.state !== undefined && { state: flags.state }),
    ...(flags.assignee !== undefined && { assignee: flags.assignee }),
    ...(flags.olderThan !== undefined && { olderThanMs: flags.olderThan }),
    withFailing: run !== undefined && flags.state === undefined,
  };
  return flags.groupBy ? showGroups(cli, flags, filter, run) : showList(cli, flags, filter, run);
}

async function showList(
  cli: Cli,
  flags: FailureFlags,
  filter: WorkFilter,
  run: Run | undefined,
): Promise<void> {
  const now = await shownNow(cli.app.db);
  const found = await listFailureWork(cli.app.db, filter, { now, limit: flags.limit + 1 });
  const shown = found.slice(0, flags.limit);
  if (found.length > shown.length)
    say(cli, `these are the first ${flags.limit}: see --limit, or --group-by error for all`);
  if (isForScripts(flags)) return printList(cli, flags, shown, WORK);
  if (shown.length === 0) return sayNobody(cli, flags);
  await printList(cli, flags, shown, WORK);
  wordsOnWork(shown).forEach((line) => print(cli, line));
  const failing = shown.filter((one) => one.state === 'failing').length;
  if (run && failing > 0)
    say(cli, `${counted(failing, 'account')} failed and not put aside by run ${run.id}: ${furtherOf(run)}`);
}

/** A backfill puts nobody aside: its failed ones are its own. */
async function listOfBackfill(cli: Cli, run: Run, flags: FailureFlags): Promise<void> {
  const { backfill, failed } = await listFailedOfRun(cli.app.db, run.id, flags.limit);
  const named = await namedAccounts(flags);
  const asked = named && new Set(named);
  const rows = failed.filter(
    (one) => (flags.error ?? one.code) === one.code && (asked?.has(one.account) ?? true),
  );
  const listing = failedListing(run.id, backfill);
  await printList(cli, flags, rows, listing);
  if (isForScripts(flags) || rows.length === 0) return;
  return say(
    cli,
    `${counted(rows.length, 'account')} failed in backfill ${backfill}, and not put aside: "connects backfill show ${backfill}"`,
  );
}

/** That nobody is found is said of what was asked for, and not of everybody. */
async function sayNobody(cli: Cli, flags: FailureFlags): Promise<void> {
  const { run, error, account, accountsFile, state, assignee, olderThan } = flags;
  const narrowed = [error, account, accountsFile, state, assignee, olderThan].some(
    (one) => one !== undefined,
  );
  const failing = run === undefined ? new Map<string, number>() : await countRetrying(cli.app.db, run);
  const accounts = [...failing.values()].reduce((sum, one) => sum + one, 0);
  if (narrowed)
    return say(cli, `nobody that matches is put aside${run === undefined ? '' : ` by run ${run}`}`);
  if (accounts === 0)
    return say(
      cli,
      run === undefined ? 'nobody is put aside' : `nobody is put aside by run ${run} (any more)`,
    );
  return say(
    cli,
    `nobody is put aside; run ${run} failed at ${counted(accounts, 'account')} (${listOf(Object.fromEntries(failing))})`,
  );
}

async function showGroups(
  cli: Cli,
  flags: FailureFlags,
  filter: WorkFilter,
  run: Run | undefined,
): Promise<void> {
  const now = await shownNow(cli.app.db);
  const groups = await groupFailureWork(cli.app.db, filter, now);
  if (isForScripts(flags)) return printList(cli, flags, groups, WORK_BY_ERROR);
  const accounts = groups.reduce((sum, one) => sum + one.accounts, 0);
  if (accounts === 0) return sayNobody(cli, flags);
  await printList(cli, flags, groups, WORK_BY_ERROR);
  const what = run === undefined ? 'put aside' : 'put aside or failed at';
  return say(cli, `${counted(accounts, 'account')} ${what}: docs/runbook.md has a heading for each error`);
}
