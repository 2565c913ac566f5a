/**
 * Accounts that are put aside, a page at a time, in the order of their errors and, within one, of their ids: a page costs
 * what it shows, however many are put aside, unless it is narrowed by age or by what was said of them.
 */
import { type Queryable, selectOne, selectRows } from '../db/query.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';
import { type FailureWork, type StoredWork, type WorkFilter, chosen, parseWork } from './failure-work.ts';

/** The last one of a page. */
export interface WorkPosition {
  readonly code: string;
  readonly account: string;
}

/** Of a list in that order: those of the page. */
export const pageAfter = <One extends WorkPosition>(
  found: readonly One[],
  { after, limit }: { readonly after?: WorkPosition | undefined; readonly limit: number },
): One[] =>
  found
    .filter(
      ({ code, account }) => !after || code > after.code || (code === after.code && account > after.account),
    )
    .slice(0, limit);

export interface FailurePageRow extends FailureWork {
  /** What the account has now; null where there is no such account. */
  readonly plan: PlanName | null;
  /** The date of the cycle that could not be settled. */
  readonly nextCycleOn: LocalDate | null;
  /** Of the program that opened the run. */
  readonly version: string | null;
}

export async function listFailurePage(
  db: Queryable,
  filter: WorkFilter,
  page: { readonly now: Instant; readonly limit: number; readonly after?: WorkPosition | undefined },
): Promise<FailurePageRow[]> {
  const { code, account } = page.after ?? { code: '', account: '' };
  const { sql, bindings } = chosen(filter, page.now, {
    after: 'failures.code >= ? AND (failures.code > ? OR failures.account_id > ?)',
    bindings: [code, code, account],
    order: 'failures.code, failures.account_id',
    limit: page.limit,
  });
  const rows = await selectRows<StoredWork>(db, `SELECT * ${sql} ORDER BY code, account LIMIT ?`, [
    ...bindings,
    page.limit,
  ]);
  return withAccounts(
    db,
    rows.map((row) => parseWork(row, page.now)),
  );
}

async function withAccounts(db: Queryable, rows: readonly FailureWork[]): Promise<FailurePageRow[]> {
  if (rows.length === 0) return [];
  const accounts = await selectRows<{ id: string; plan: PlanName; nextCycleOn: LocalDate | null }>(
    db,
    'SELECT id, plan, next_cycle_on AS nextCycleOn FROM accounts WHERE id IN (?)',
    [rows.map((one) => one.account)],
  );
  const runs = await selectRows<{ id: number; version: string | null }>(
    db,
    'SELECT id, program_version AS version FROM runs WHERE id IN (?)',
    [[...new Set(rows.map((one) => one.runId))]],
  );
  const byId = new Map(accounts.map((one) => [one.id, one]));
  const versions = new Map(runs.map((one) => [one.id, one.version]));
  return rows.map((one) => ({
    ...one,
    plan: byId.get(one.account)?.plan ?? null,
    nextCycleOn: byId.get(one.account)?.nextCycleOn ?? null,
    version: versions.get(one.runId) ?? null,
  }));
}

/** How many match: all of them, however many there are. */
export async function countFailureWork(db: Queryable, filter: WorkFilter, now: Instant): Promise<number> {
  const { sql, bindings } = chosen(filter, now);
  const row = await selectOne<{ accounts: number }>(db, `SELECT COUNT(*) AS accounts ${sql}`, bindings);
  return row?.accounts ?? 0;
}
