/** Accounts for tests: from the fixture files, or made up row by row; always through the real import. */
import { join } from 'node:path';
import type { App } from '../../src/app.ts';
import { readCsvRows } from '../../src/cli/csv.ts';
import { execute } from '../../src/db/query.ts';
import { ACCOUNT_COLUMNS, OPTIONAL_COLUMNS } from '../../src/operations/accounts/account-rows.ts';
import {
  type ImportOutcome,
  type ImportRequest,
  type SourceRow,
  importAccounts,
} from '../../src/operations/accounts/import-accounts.ts';

export const fixture = (name: string): string => join(__dirname, '../fixtures', name);

/** One row of accounts.csv; what is left out is a UTC freelancer on Basic, anchored and tracked since 2021-01-01. */
export interface AccountRowGiven {
  readonly id: string;
  readonly kind?: 'freelancer' | 'agency';
  readonly plan?: 'basic' | 'plus' | 'agency';
  readonly email?: string;
  readonly zone?: string;
  readonly anchorOn?: string;
  readonly trackedFrom?: string;
  readonly openingBalance?: number;
  readonly status?: 'active' | 'suspended' | 'closed';
}

const START = '2021-01-01';

export const toCells = (given: AccountRowGiven): Record<string, string> => ({
  account_id: given.id,
  kind: given.kind ?? 'freelancer',
  plan: given.plan ?? 'basic',
  email: given.email ?? `${given.id}@example.test`,
  zone: given.zone ?? 'UTC',
  anchor_on: given.anchorOn ?? START,
  tracked_from: given.trackedFrom ?? `${given.anchorOn ?? START}T00:00:00Z`,
  opening_balance: String(given.openingBalance ?? 0),
  status: given.status ?? 'active',
});

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
export async function importRows(app: Pick<App, 'db'>, given: readonly AccountRowGiven[]): Promise<void> {
  const outcome = await importAccounts(app, { ...BY_TEST, rows: () => sourceRows(given.map(toCells)) });
  if (outcome.outcome !== 'imported') throw new Error(`bad test rows: ${JSON.stringify(outcome.bad)}`);
}

export async function* sourceRows(rows: readonly Record<string, string>[]): AsyncGenerator<SourceRow> {
  for (const [index, cells] of rows.entries())
    yield await Promise.resolve({ line: index + 2, cells, faults: [] });
}

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
