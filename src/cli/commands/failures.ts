/** failures list: who is put aside, and why. */
import { type Command, Option } from 'commander';
import { formatInstant } from '../../domain/calendar.ts';
import {
  type PutAside,
  type PutAsideByError,
  type PutAsideFilter,
  countRetrying,
  groupPutAside,
  listPutAside,
} from '../../ledger/put-aside.ts';
import { requireAccounts, requireRun } from '../../operations/accounts/require-known.ts';
import { type Cli, say } from '../context.ts';
import { type ListFlags, type Listing, isForScripts, printList, withListFlags } from '../listing.ts';
import { accountFlag, countFlag, idFlag, textFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { listOf } from '../run-text.ts';
import { counted } from '../words.ts';

interface FailureFlags extends FilterFlags, ListFlags {
  run?: number;
  groupBy?: 'error';
  limit: number;
}

export interface FilterFlags {
  error?: string;
  account?: string[];
}

const CODE_LENGTH_MAX = 64;
const MESSAGE_SHOWN = 60;
/** Accounts that one command line names. */
const ACCOUNTS_MAX = 900;

export const errorFlag = (): Option =>
  new Option('--error <code>', 'only those that failed with this code').argParser(textFlag(CODE_LENGTH_MAX));
export const accountsFlag = (): Option =>
  new Option('--account <id...>', 'only these accounts').argParser((text: string, before?: string[]) =>
    [...(before ?? []), accountFlag(text)].slice(0, ACCOUNTS_MAX),
  );

export function addFailureCommands(program: Command, cli: Cli): void {
  const failures = program.command('failures').description('accounts that were put aside with an error');
  const list = failures
    .command('list')
    .description('who is put aside: by which run, since when, with which error, after how many attempts')
    .option('--run <id>', 'only those that this run put aside', idFlag)
    .addOption(errorFlag())
    .addOption(accountsFlag())
    .addOption(new Option('--group-by <what>', 'count them by error').choices(['error']))
    .option('--limit <n>', 'how many', countFlag(1, 100_000), 1_000)
    .action((flags: FailureFlags) => listFailures(cli, flags));
  withHelp(withListFlags(list), 'connects failures list --group-by error', [0, 2, 6, 75]);
}

export const filterOf = (runId: number | undefined, flags: FilterFlags): PutAsideFilter => ({
  ...(runId !== undefined && { runId }),
  ...(flags.error !== undefined && { code: flags.error }),
  ...(flags.account !== undefined && { accounts: flags.account }),
});

async function listFailures(cli: Cli, flags: FailureFlags): Promise<void> {
  await requireSchema(cli.app);
  const filter = filterOf(flags.run, flags);
  await requireRun(cli.app.db, flags.run);
  await requireAccounts(cli.app.db, flags.account);
  if (flags.groupBy) return showGroups(cli, flags, await groupPutAside(cli.app.db, filter));
  const found = await listPutAside(cli.app.db, filter, { limit: flags.limit + 1 });
  const shown = found.slice(0, flags.limit);
  if (found.length > shown.length)
    say(cli, `these are the first ${flags.limit}: see --limit, or --group-by error for all`);
  if (shown.length === 0 && !isForScripts(flags)) return sayNobody(cli, flags);
  return printList(cli, flags, shown, PUT_ASIDE);
}

/** A run that stopped itself failed at many, and put none of them aside. */
async function sayNobody(cli: Cli, flags: FailureFlags): Promise<void> {
  const failing =
    flags.run === undefined ? new Map<string, number>() : await countRetrying(cli.app.db, flags.run);
  const accounts = [...failing.values()].reduce((sum, one) => sum + one, 0);
  return say(
    cli,
    accounts === 0
      ? 'nobody is put aside'
      : `nobody is put aside; run ${flags.run} failed at ${counted(accounts, 'account')} (${listOf(Object.fromEntries(failing))}), ` +
          'which the next run tries again',
  );
}

async function showGroups(cli: Cli, flags: FailureFlags, groups: readonly PutAsideByError[]): Promise<void> {
  if (isForScripts(flags)) return printList(cli, flags, groups, GROUPS);
  const accounts = groups.reduce((sum, one) => sum + one.accounts, 0);
  if (accounts === 0) return sayNobody(cli, flags);
  await printList(cli, flags, groups, GROUPS);
  return say(cli, `${counted(accounts, 'account')} put aside: docs/runbook.md has a heading for each error`);
}

const shorten = (message: string): string =>
  message.length > MESSAGE_SHOWN ? `${message.slice(0, MESSAGE_SHOWN - 1)}…` : message;

const toJson = ({ runId, ...one }: PutAside) => ({
  ...one,
  run: runId,
  firstAt: formatInstant(one.firstAt),
  putAsideAt: formatInstant(one.putAsideAt),
});

const groupToJson = (one: PutAsideByError) => ({ ...one, oldestAt: formatInstant(one.oldestAt) });

const PUT_ASIDE: Listing<PutAside, ReturnType<typeof toJson>> = {
  toJson,
  fields: ['account', 'code', 'message', 'attempts', 'firstAt', 'putAsideAt', 'run'],
  columns: ['account', 'run', 'since (UTC)', 'attempts', 'error', 'message'],
  toRow: (one) => [
    one.account,
    String(one.runId),
    formatInstant(one.putAsideAt),
    one.attempts,
    one.code,
    shorten(one.message),
  ],
  none: 'nobody is put aside',
};

const GROUPS: Listing<PutAsideByError, ReturnType<typeof groupToJson>> = {
  toJson: groupToJson,
  fields: ['code', 'accounts', 'oldestAt', 'sampleAccount'],
  columns: ['error', 'accounts', 'oldest (UTC)', 'for example'],
  toRow: (one) => [one.code, one.accounts, formatInstant(one.oldestAt), one.sampleAccount],
  none: 'nobody is put aside',
};
