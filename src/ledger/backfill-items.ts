/** SQL of `backfill_items`: what became of each cycle, and of the accounts that failed. */
import { type Queryable, insertRows, selectOne, selectRows, updateOf } from '../db/query.ts';
import type { BackfillReason } from '../domain/corrections/backfill.ts';
import type { LocalDate } from '../domain/calendar.ts';
import { findBackfillOfRun } from './backfills.ts';

export interface BackfillItem {
  readonly accountId: string;
  readonly cycleOn: LocalDate;
  readonly reason: BackfillReason | 'not-current';
  /** `recorded`: its grant stood in the ledger already, and its settlement was recorded again. */
  readonly state: 'granted' | 'recorded' | 'skipped' | 'failed';
  readonly why: string | null;
  readonly message: string | null;
  readonly granted: number;
  readonly recovered: number;
}

const MESSAGE_MAX = 1_000;

/** An account that is looked at again, because a worker died after its last batch, has its latest items. */
export async function upsertBackfillItems(
  db: Queryable,
  backfillId: number,
  items: readonly BackfillItem[],
): Promise<void> {
  await insertRows(
    db,
    'backfill_items',
    ['backfill_id', 'account_id', 'cycle_on', 'reason', 'state', 'why', 'message', 'granted', 'recovered'],
    items.map((one) => [
      backfillId,
      one.accountId,
      one.cycleOn,
      one.reason,
      one.state,
      one.why,
      one.message?.slice(0, MESSAGE_MAX) ?? null,
      one.granted,
      one.recovered,
    ]),
    updateOf(['reason', 'state', 'why', 'message', 'granted', 'recovered']),
  );
}

export interface ItemCount {
  readonly state: BackfillItem['state'];
  readonly reason: BackfillItem['reason'];
  readonly why: string | null;
  readonly accounts: number;
  readonly cycles: number;
  readonly connects: number;
}

export async function countBackfillItems(db: Queryable, backfillId: number): Promise<ItemCount[]> {
  const rows = await selectRows<Omit<ItemCount, 'connects'> & { connects: string }>(
    db,
    `SELECT state, reason, why, COUNT(DISTINCT account_id) AS accounts, COUNT(*) AS cycles, SUM(granted) AS connects
       FROM backfill_items WHERE backfill_id = ? GROUP BY state, reason, why ORDER BY state, reason, why LIMIT 1000`,
    [backfillId],
  );
  return rows.map((row) => ({ ...row, connects: Number(row.connects) }));
}

/** Accounts whose cycles were granted so far, and those that failed. */
export async function countBackfillAccounts(
  db: Queryable,
  backfillId: number,
): Promise<{ granted: number; failed: number }> {
  const row = await selectOne<{ granted: number; failed: number }>(
    db,
    `SELECT COUNT(DISTINCT IF(state IN ('granted', 'recorded'), account_id, NULL)) AS granted,
            COUNT(DISTINCT IF(state = 'failed', account_id, NULL)) AS failed
       FROM backfill_items WHERE backfill_id = ?`,
    [backfillId],
  );
  return { granted: row?.granted ?? 0, failed: row?.failed ?? 0 };
}

/** Whether there are more cycles than that: no more rows are read than are needed to know. */
export async function hasMoreItems(db: Queryable, backfillId: number, max: number): Promise<boolean> {
  const row = await selectOne<{ items: number }>(
    db,
    `SELECT COUNT(*) AS items FROM
       (SELECT account_id FROM backfill_items WHERE backfill_id = ? LIMIT ?) AS looked`,
    [backfillId, max + 1],
  );
  return (row?.items ?? 0) > max;
}

/** Accounts that failed, by the first so many of their cycles. */
export async function countFailedUpTo(db: Queryable, backfillId: number, max: number): Promise<number> {
  const row = await selectOne<{ failed: number }>(
    db,
    `SELECT COUNT(DISTINCT account_id) AS failed FROM
       (SELECT account_id FROM backfill_items WHERE backfill_id = ? AND state = 'failed' LIMIT ?) AS looked`,
    [backfillId, max],
  );
  return row?.failed ?? 0;
}

export interface FailedItem {
  readonly account: string;
  readonly code: string;
  readonly message: string;
}

/** Accounts that failed, in the order of their ids. */
export async function listFailedItems(
  db: Queryable,
  backfillId: number,
  limit: number,
): Promise<FailedItem[]> {
  return selectRows<FailedItem>(
    db,
    `SELECT account_id AS account, why AS code, message FROM backfill_items
      WHERE backfill_id = ? AND state = 'failed' ORDER BY account_id LIMIT ?`,
    [backfillId, limit],
  );
}

/** As many as one backfill may name. */
const ACCOUNTS_MAX = 100_000;

/** Every account that failed, in the order of their ids; of more than one backfill may name, the first. */
export async function listFailedAccounts(db: Queryable, backfillId: number): Promise<string[]> {
  const rows = await selectRows<{ account: string }>(
    db,
    `SELECT DISTINCT account_id AS account FROM backfill_items
      WHERE backfill_id = ? AND state = 'failed' ORDER BY account_id LIMIT ?`,
    [backfillId, ACCOUNTS_MAX],
  );
  return rows.map((row) => row.account);
}

/** Accounts that failed in the backfill of a run, and its number. */
export async function listFailedOfRun(
  db: Queryable,
  runId: number,
  limit: number,
): Promise<{ readonly backfill: number; readonly failed: readonly FailedItem[] }> {
  const backfill = (await findBackfillOfRun(db, runId)) ?? 0;
  return { backfill, failed: await listFailedItems(db, backfill, limit) };
}
