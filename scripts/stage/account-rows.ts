/** Made-up accounts, always through the real import. */
import type { App } from '../../src/app.ts';
import {
  type ImportRequest,
  type SourceRow,
  importAccounts,
} from '../../src/operations/accounts/import-accounts.ts';

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

/** @throws with every fault: all rows are imported, or none */
export async function importRows(
  app: Pick<App, 'db'>,
  given: readonly AccountRowGiven[],
  by: Pick<ImportRequest, 'actor' | 'reason'>,
): Promise<void> {
  const rows = (): AsyncIterable<SourceRow> => sourceRows(given.map(toCells));
  const outcome = await importAccounts(app, { skipInvalid: false, dryRun: false, rows, ...by });
  if (outcome.outcome !== 'imported') throw new Error(`bad rows: ${JSON.stringify(outcome.bad)}`);
}

export async function* sourceRows(rows: readonly Record<string, string>[]): AsyncGenerator<SourceRow> {
  for (const [index, cells] of rows.entries())
    yield await Promise.resolve({ line: index + 2, cells, faults: [] });
}
