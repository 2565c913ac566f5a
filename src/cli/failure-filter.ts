/** Which of those that failed: by account, by file, by error, by run. */
import { Option } from 'commander';
import type { Queryable } from '../db/query.ts';
import { invalidInput } from '../errors.ts';
import type { PutAsideFilter } from '../ledger/put-aside.ts';
import { requireAccounts, requireError } from '../operations/accounts/require-known.ts';
import { readIds } from './id-file.ts';
import { accountFlag, textFlag } from './options.ts';

export interface FilterFlags {
  error?: string;
  account?: string[];
  accountsFile?: string;
}

const CODE_LENGTH_MAX = 64;

export const errorFlag = (): Option =>
  new Option('--error <code>', 'only those that failed with this code').argParser(textFlag(CODE_LENGTH_MAX));
export const accountsFlag = (): Option =>
  new Option('--account <id...>', 'only these accounts').argParser((text: string, before?: string[]) => [
    ...(before ?? []),
    accountFlag(text),
  ]);
export const accountsFileFlag = (): Option =>
  new Option('--accounts-file <file>', 'only the accounts of this file, one id a line').conflicts('account');

/** The accounts that are named, on the line or in a file, without doubles; undefined for all. */
export async function namedAccounts(
  flags: Pick<FilterFlags, 'account' | 'accountsFile'>,
): Promise<readonly string[] | undefined> {
  const named = flags.accountsFile === undefined ? flags.account : await readIds(flags.accountsFile);
  return named && [...new Set(named)].toSorted();
}

/**
 * @throws invalid-input `file`; not-found `unknown-account`, `unknown-error`, because a slip of the pen must not read like
 *   "there is nobody"
 */
export async function readFilter(
  db: Queryable,
  runId: number | undefined,
  flags: FilterFlags,
): Promise<PutAsideFilter> {
  const accounts = await namedAccounts(flags);
  await requireAccounts(db, accounts);
  if (flags.error !== undefined) await requireError(db, flags.error);
  return {
    ...(runId !== undefined && { runId }),
    ...(flags.error !== undefined && { code: flags.error }),
    ...(accounts !== undefined && { accounts }),
  };
}

/** @throws invalid-input `usage` where nothing says which ones */
export function requireNarrowed(filter: PutAsideFilter, all: boolean): void {
  if (all || Object.keys(filter).length > 0) return;
  throw invalidInput('usage', 'which ones? Name accounts, or say --accounts-file, --error, --run or --all');
}
