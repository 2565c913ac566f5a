/**
 * Whom a run is over, and what is left of it. A sweep is over everybody who is due at its as-of and not put aside, or
 * over those of them that are on its list; a rerun is over its own list, whose accounts are put aside by earlier runs and
 * are left out by every sweep meanwhile.
 */
import { type Queryable, insertRows, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { type DuePosition, anyDue, countDue, dueAtOf, isBetween, listDue } from './accounts.ts';
import { type Run, isListed } from './runs.ts';

/** What tells whom a run is over. */
export type RunScope = Pick<Run, 'id' | 'kind' | 'asOf' | 'asked'>;

export interface DuePage {
  readonly now: Instant;
  readonly after: DuePosition | undefined;
  /** The last that is of the page; the end of all when absent. */
  readonly upTo?: DuePosition | undefined;
  readonly limit: number;
}

/** Still due, on the list, and not given up: of a rerun by itself, of a sweep by anybody. */
const leftOf = ({
  kind,
}: RunScope): string => `FROM run_accounts JOIN accounts ON accounts.id = run_accounts.account_id
  WHERE run_accounts.run_id = ? AND accounts.next_cycle_at <= ?
    AND NOT EXISTS (SELECT 1 FROM failures WHERE failures.account_id = accounts.id
      AND failures.state = 'put-aside' ${kind === 'rerun' ? 'AND failures.run_id = run_accounts.run_id' : ''})`;
const NOT_WAITING = `NOT EXISTS (SELECT 1 FROM failures WHERE failures.account_id = accounts.id
  AND failures.state = 'retrying' AND failures.retry_at > ?)`;

/** A page of accounts that a run has still to settle and may try now, in order of their due instant. */
export async function listLeft(db: Queryable, run: RunScope, page: DuePage): Promise<DuePosition[]> {
  if (!isListed(run)) return listDue(db, { asOf: run.asOf, ...page });
  const between = isBetween(page.after, page.upTo);
  const rows = await selectRows<{ id: string; next_cycle_at: Date }>(
    db,
    `SELECT accounts.id, accounts.next_cycle_at ${leftOf(run)} AND ${NOT_WAITING} AND ${between.sql}
      ORDER BY accounts.next_cycle_at, accounts.id LIMIT ?`,
    [run.id, toDate(run.asOf), toDate(page.now), ...between.bindings, page.limit],
  );
  return rows.map((row) => ({ id: row.id, nextCycleAt: dueAtOf(row) }));
}

/** How many accounts a run has still to settle; those that wait for a retry count. */
export async function countLeft(db: Queryable, run: RunScope): Promise<number> {
  if (!isListed(run)) return countDue(db, run.asOf);
  const row = await selectOne<{ count: number }>(db, `SELECT COUNT(*) AS count ${leftOf(run)}`, [
    run.id,
    toDate(run.asOf),
  ]);
  return row?.count ?? 0;
}

/** Of those that a run has still to settle: accounts that it has settled a part of, and goes on with. */
export async function countPartlyLeft(db: Queryable, run: RunScope): Promise<number> {
  const begun = `accounts.catch_up_from IS NOT NULL
    AND EXISTS (SELECT 1 FROM cycles WHERE cycles.account_id = accounts.id AND cycles.run_id = ?)`;
  const sql = isListed(run)
    ? `SELECT COUNT(*) AS count ${leftOf(run)} AND ${begun}`
    : `SELECT COUNT(*) AS count FROM accounts WHERE next_cycle_at <= ? AND ${begun}
          AND NOT EXISTS (SELECT 1 FROM failures
            WHERE failures.account_id = accounts.id AND failures.state = 'put-aside')`;
  const scope = isListed(run) ? [run.id, toDate(run.asOf)] : [toDate(run.asOf)];
  return (await selectOne<{ count: number }>(db, sql, [...scope, run.id]))?.count ?? 0;
}

/** Whether a run has anything still to settle: the question that closes it. */
export async function anyLeft(db: Queryable, run: RunScope): Promise<boolean> {
  if (!isListed(run)) return anyDue(db, run.asOf);
  return (
    (await selectOne(db, `SELECT 1 AS found ${leftOf(run)} LIMIT 1`, [run.id, toDate(run.asOf)])) !==
    undefined
  );
}

/** Puts accounts on a run's list, however many. */
export async function insertRunAccounts(
  db: Queryable,
  runId: number,
  accountIds: readonly string[],
): Promise<void> {
  for (let from = 0; from < accountIds.length; from += LISTED_AT_ONCE) {
    const rows = accountIds.slice(from, from + LISTED_AT_ONCE).map((id) => [runId, id]);
    await insertRows(db, 'run_accounts', ['run_id', 'account_id'], rows);
  }
}

/** Accounts of one statement. */
const LISTED_AT_ONCE = 900;

/** An open rerun that has any of these accounts on its list and still to settle. */
export async function findRerunOf(
  db: Queryable,
  accountIds: readonly string[],
): Promise<{ runId: number; accounts: number } | undefined> {
  const row = await selectOne<{ run_id: number; accounts: number }>(
    db,
    `SELECT run_accounts.run_id, COUNT(*) AS accounts FROM run_accounts
       JOIN runs ON runs.id = run_accounts.run_id AND runs.kind = 'rerun' AND runs.state IN ('running', 'stopping')
      WHERE run_accounts.account_id IN (?) GROUP BY run_accounts.run_id ORDER BY run_accounts.run_id LIMIT 1`,
    [accountIds],
  );
  return row && { runId: row.run_id, accounts: row.accounts };
}

/** A page of the accounts that a run has written to, in the order of their ids. */
export async function listTouchedBy(
  db: Queryable,
  runId: number,
  page: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const of = (table: string): string =>
    `(SELECT DISTINCT account_id AS id FROM ${table} WHERE run_id = ? AND account_id > ? ORDER BY id LIMIT ?)`;
  const rows = await selectRows<{ id: string }>(
    db,
    `${of('cycles')} UNION ${of('amendments')} ORDER BY id LIMIT ?`,
    [runId, page.after, page.limit, runId, page.after, page.limit, page.limit],
  );
  return rows.map((row) => row.id);
}

/** Everybody on a run's list, in the order of their ids. */
export async function listRunAccounts(db: Queryable, runId: number): Promise<string[]> {
  const rows = await selectRows<{ id: string }>(
    db,
    'SELECT account_id AS id FROM run_accounts WHERE run_id = ? ORDER BY account_id',
    [runId],
  );
  return rows.map((row) => row.id);
}
