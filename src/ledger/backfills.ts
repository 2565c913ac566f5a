/** SQL of `backfills` and their items: what was asked, how far it is, and what became of each cycle. */
import {
  type Queryable,
  execute,
  insertRows,
  selectOne,
  selectRows,
  toDate,
  toInstantOrNull,
  updateOf,
} from '../db/query.ts';
import type { BackfillReason } from '../domain/corrections/backfill.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';
import type { Notify } from './runs.ts';

export type BackfillState = 'running' | 'paused' | 'completed' | 'cancelled';

/** Whose cycles, and which. Dates are local and both included. */
export interface BackfillAsked {
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** Sorted, without doubles; every account when both are absent. */
  readonly accounts?: readonly string[];
  /** The accounts that are on it when they are looked at. */
  readonly plan?: PlanName;
  readonly include: readonly BackfillReason[];
}

/** What was expected of it when it was started. */
export interface BackfillPlanned {
  readonly accounts: number;
  readonly cycles: number;
  readonly connects: number;
}

export interface Backfill {
  readonly id: number;
  readonly state: BackfillState;
  readonly asked: BackfillAsked;
  readonly planned: BackfillPlanned;
  readonly planHash: string;
  readonly notify: Notify;
  /** Accounts a second; null for as fast as it goes. */
  readonly rate: number | null;
  readonly runId: number;
  /** The last account that is dealt with, in the order of ids; empty at first. */
  readonly doneTo: string;
  readonly workingUntil: Instant | null;
  readonly actor: string;
  readonly reason: string;
  readonly createdAt: Instant;
  readonly endedAt: Instant | null;
}

type Stored = Omit<Backfill, 'asked' | 'planned' | 'workingUntil' | 'createdAt' | 'endedAt'> & {
  readonly asked: string;
  readonly planned: string;
  readonly workingUntil: Date | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
};

const SELECT = `SELECT id, state, asked, planned, plan_hash AS planHash, notify, rate, run_id AS runId,
  done_to AS doneTo, working_until AS workingUntil, actor, reason, created_at AS createdAt, ended_at AS endedAt
  FROM backfills`;

const parseRow = (row: Stored): Backfill => ({
  ...row,
  asked: JSON.parse(row.asked) as BackfillAsked,
  planned: JSON.parse(row.planned) as BackfillPlanned,
  workingUntil: toInstantOrNull(row.workingUntil),
  createdAt: row.createdAt.getTime(),
  endedAt: toInstantOrNull(row.endedAt),
});

export async function findBackfill(db: Queryable, id: number): Promise<Backfill | undefined> {
  const row = await selectOne<Stored>(db, `${SELECT} WHERE id = ?`, [id]);
  return row && parseRow(row);
}

/** Locked until the transaction ends: its state cannot change meanwhile. */
export async function lockBackfill(db: Queryable, id: number): Promise<Backfill | undefined> {
  const row = await selectOne<Stored>(db, `${SELECT} WHERE id = ? FOR UPDATE`, [id]);
  return row && parseRow(row);
}

/** The latest first. */
export async function listBackfills(db: Queryable, limit: number): Promise<Backfill[]> {
  return (await selectRows<Stored>(db, `${SELECT} ORDER BY id DESC LIMIT ?`, [limit])).map(parseRow);
}

/** Running or paused, the oldest first. */
export async function listOpenBackfills(db: Queryable): Promise<Backfill[]> {
  const rows = await selectRows<Stored>(
    db,
    `${SELECT} WHERE state IN ('running', 'paused') ORDER BY id LIMIT 1000`,
  );
  return rows.map(parseRow);
}

export type NewBackfill = Omit<Backfill, 'id' | 'state' | 'doneTo' | 'workingUntil' | 'endedAt'>;

export async function insertBackfill(db: Queryable, one: NewBackfill): Promise<number> {
  const written = await execute(
    db,
    `INSERT INTO backfills (state, from_on, to_on, asked, planned, plan_hash, notify, rate, run_id, done_to, actor,
                            reason, created_at)
     VALUES ('running', ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?)`,
    [
      one.asked.from,
      one.asked.to,
      JSON.stringify(one.asked),
      JSON.stringify(one.planned),
      one.planHash,
      one.notify,
      one.rate,
      one.runId,
      one.actor,
      one.reason,
      toDate(one.createdAt),
    ],
  );
  return written.insertId;
}

/** Changes the state; whoever works on it notices with its next batch, which it cannot commit any more. */
export async function updateBackfillState(
  db: Queryable,
  id: number,
  state: BackfillState,
  endedAt: Instant | null,
): Promise<void> {
  await execute(
    db,
    'UPDATE backfills SET state = ?, ended_at = ?, worker = NULL, working_until = NULL WHERE id = ?',
    [state, endedAt === null ? null : toDate(endedAt), id],
  );
}

/** The one that works on a backfill, and until when it is taken to be alive. */
export interface Holding {
  readonly id: number;
  readonly worker: string;
  readonly until: Instant;
}

/** Takes the right to work on it; false while somebody else holds it, or when it is not running. */
export async function takeBackfill(
  db: Queryable,
  take: Holding & { readonly now: Instant },
): Promise<boolean> {
  const written = await execute(
    db,
    `UPDATE backfills SET worker = ?, working_until = ?
      WHERE id = ? AND state = 'running' AND (working_until IS NULL OR working_until <= ?)`,
    [take.worker, toDate(take.until), take.id, toDate(take.now)],
  );
  return written.affectedRows === 1;
}

/**
 * Goes on with it: false when the right was lost, or it was paused or cancelled meanwhile.
 * @param renew `until` later than the last time: an update that changes nothing looks like a lost right
 */
export async function renewBackfill(
  db: Queryable,
  renew: Holding & { readonly doneTo: string },
): Promise<boolean> {
  const written = await execute(
    db,
    "UPDATE backfills SET working_until = ?, done_to = ? WHERE id = ? AND state = 'running' AND worker = ?",
    [toDate(renew.until), renew.doneTo, renew.id, renew.worker],
  );
  return written.affectedRows === 1;
}

export async function releaseBackfill(db: Queryable, { id, worker }: Omit<Holding, 'until'>): Promise<void> {
  await execute(db, 'UPDATE backfills SET worker = NULL, working_until = NULL WHERE id = ? AND worker = ?', [
    id,
    worker,
  ]);
}

// ------------------------------------------------------------------------------------------------- items

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

/** Accounts that failed in the backfill of a run, and its number. */
export async function listFailedOfRun(
  db: Queryable,
  runId: number,
  limit: number,
): Promise<{ readonly backfill: number; readonly failed: readonly FailedItem[] }> {
  const row = await selectOne<{ id: number }>(db, 'SELECT id FROM backfills WHERE run_id = ?', [runId]);
  const backfill = row?.id ?? 0;
  return { backfill, failed: await listFailedItems(db, backfill, limit) };
}
