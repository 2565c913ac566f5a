/** Accounts for tests: from the fixture files, or made up row by row; always through the real import. */
import { join } from 'node:path';
import type { App } from '../../src/app.ts';
import { readCsvRows } from '../../src/cli/csv.ts';
import { execute } from '../../src/db/query.ts';
import { type AccountRowGiven, importRows as importRowsAs } from '../../scripts/stage/account-rows.ts';
import { ACCOUNT_COLUMNS, OPTIONAL_COLUMNS } from '../../src/operations/accounts/account-rows.ts';
import {
  type ImportOutcome,
  type ImportRequest,
  type SourceRow,
  importAccounts,
} from '../../src/operations/accounts/import-accounts.ts';

export { type AccountRowGiven, sourceRows, toCells } from '../../scripts/stage/account-rows.ts';

export const fixture = (name: string): string => join(__dirname, '../fixtures', name);

const BY_TEST = { skipInvalid: false, dryRun: false, actor: 'test', reason: undefined };

export function importFile(
  app: Pick<App, 'db'>,
  file: string,
  options: Partial<ImportRequest> = {},
): Promise<ImportOutcome> {
  const rows = (): AsyncIterable<SourceRow> => readCsvRows(file, ACCOUNT_COLUMNS, OPTIONAL_COLUMNS);
  return importAccounts(app, { ...BY_TEST, rows, ...options });
}

/** Imports made-up accounts, all of them or none. */
export const importRows = (app: Pick<App, 'db'>, given: readonly AccountRowGiven[]): Promise<void> =>
  importRowsAs(app, given, BY_TEST);

/** `count` accounts `<prefix>-000`, `<prefix>-001`, … that differ in nothing but their id. */
export const numbered = (
  prefix: string,
  count: number,
  given: Omit<AccountRowGiven, 'id'> = {},
): AccountRowGiven[] =>
  Array.from({ length: count }, (_, index) => ({
    ...given,
    id: `${prefix}-${String(index).padStart(3, '0')}`,
  }));

/** Three accounts with four cycles due each on 1 May 2021; at the fourth one of them holds more than may be carried. */
export const importThree = (app: Pick<App, 'db'>): Promise<void> =>
  importRows(app, [
    { id: 'a1' },
    { id: 'a2', plan: 'plus', openingBalance: 500 },
    { id: 'ag', kind: 'agency', plan: 'agency' },
  ]);

/** An account whose own row cannot be settled. */
export async function importBroken(app: Pick<App, 'db'>, id: string): Promise<void> {
  await importRows(app, [{ id }]);
  await execute(app.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = ?", [id]);
}
