/**
 * SQL of `fleet_counts`: what is counted of all accounts now and then, and read by day. `due` and `holes` are replaced as
 * a whole; `holes-next` grows while a round over all accounts is on its way.
 */
import type { Transaction } from '../db/connection.ts';
import { type Queryable, execute, insertRows, selectOne, selectRows, toDate } from '../db/query.ts';
import type { AccountStatus } from '../domain/account.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import { PLAN_NAMES, type PlanName } from '../domain/terms.ts';

/** `accounts`: how many there are, at the day on which they were counted. */
export type CountName = 'accounts' | 'due' | 'holes' | 'holes-next';

export interface FleetCount {
  readonly onDay: LocalDate;
  readonly plan: PlanName;
  readonly accounts: number;
  readonly connects: number;
}

/** In the order of days and plans. */
export async function listFleetCounts(
  db: Queryable,
  name: CountName,
  range: { readonly from: LocalDate; readonly to: LocalDate },
): Promise<FleetCount[]> {
  return selectRows<FleetCount>(
    db,
    `SELECT on_day AS onDay, plan, accounts, connects FROM fleet_counts
      WHERE name = ? AND on_day BETWEEN ? AND ? ORDER BY on_day, plan`,
    [name, range.from, range.to],
  );
}

const COLUMNS = ['name', 'on_day', 'plan', 'accounts', 'connects'] as const;

const cellsOf = (name: CountName, rows: readonly FleetCount[]) =>
  rows.map((row) => [name, row.onDay, row.plan, row.accounts, row.connects]);

export async function replaceFleetCounts(
  transaction: Transaction,
  name: CountName,
  rows: readonly FleetCount[],
): Promise<void> {
  await execute(transaction, 'DELETE FROM fleet_counts WHERE name = ?', [name]);
  await insertRows(transaction, 'fleet_counts', COLUMNS, cellsOf(name, rows));
}

export async function addFleetCounts(
  transaction: Transaction,
  name: CountName,
  rows: readonly FleetCount[],
): Promise<void> {
  await insertRows(
    transaction,
    'fleet_counts',
    COLUMNS,
    cellsOf(name, rows),
    'ON DUPLICATE KEY UPDATE accounts = accounts + VALUES(accounts), connects = connects + VALUES(connects)',
  );
}

/** What was gathered under one name takes the place of what stood under the other. */
export async function renameFleetCounts(
  transaction: Transaction,
  from: CountName,
  to: CountName,
): Promise<void> {
  await execute(transaction, 'DELETE FROM fleet_counts WHERE name = ?', [to]);
  await execute(transaction, 'UPDATE fleet_counts SET name = ? WHERE name = ?', [to, from]);
}

/** Accounts whose next boundary falls on a day, by the plan that they will have then. */
export interface DueOnDay {
  readonly onDay: LocalDate;
  readonly plan: PlanName;
  readonly status: AccountStatus;
  readonly accounts: number;
}

/**
 * Of each account its next boundary only, by the UTC day of its instant. Of a fleet whose cycles are months nearly all
 * accounts are among the next thirty days: so a million of them are read, once, which takes a second or two.
 * @param range the first instant, and the one after the last
 */
export async function countDueByDay(
  db: Queryable,
  range: { readonly from: Instant; readonly until: Instant },
): Promise<DueOnDay[]> {
  return selectRows<DueOnDay>(
    db,
    `SELECT DATE(next_cycle_at) AS onDay, COALESCE(pending_plan, plan) AS plan, status, COUNT(*) AS accounts
       FROM accounts WHERE next_cycle_at >= ? AND next_cycle_at < ?
      GROUP BY onDay, COALESCE(pending_plan, plan), status ORDER BY onDay, plan, status`,
    [toDate(range.from), toDate(range.until)],
  );
}

/** In one pass, without a temporary table. */
export async function countByPlan(
  db: Queryable,
): Promise<{ readonly plan: PlanName; readonly accounts: number }[]> {
  const row = await selectOne<Record<PlanName, number | string | null>>(
    db,
    `SELECT ${PLAN_NAMES.map((plan) => `SUM(plan = '${plan}') AS ${plan}`).join(', ')} FROM accounts`,
  );
  return PLAN_NAMES.map((plan) => ({ plan, accounts: Number(row?.[plan] ?? 0) }));
}

/** How many accounts there were when a large fleet was counted last; undefined of a small one, which is counted anew. */
export async function findCountedAccounts(db: Queryable): Promise<number | undefined> {
  const row = await selectOne<{ accounts: number | string | null }>(
    db,
    "SELECT SUM(accounts) AS accounts FROM fleet_counts WHERE name = 'accounts'",
  );
  const accounts = Number(row?.accounts ?? 0);
  return accounts < SMALL ? undefined : accounts;
}
const SMALL = 20_000;
