/** SQL of `backfills`: what was asked, by whom, when it may be worked on, and how far it is. */
import { type Queryable, execute, selectOne, selectRows, toDate, toInstantOrNull } from '../db/query.ts';
import type { BackfillReason } from '../domain/corrections/backfill.ts';
import type { DailyWindow } from '../domain/corrections/window.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';
import type { Notify } from './runs.ts';

export type BackfillState = 'awaiting-approval' | 'running' | 'paused' | 'completed' | 'cancelled';

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
  /** When it may be worked on; null for always. */
  readonly window: DailyWindow | null;
  readonly runId: number;
  /** The last account that is dealt with, in the order of ids; empty at first. */
  readonly doneTo: string;
  readonly workingUntil: Instant | null;
  readonly actor: string;
  readonly reason: string;
  readonly approvedBy: string | null;
  readonly approvedAt: Instant | null;
  readonly createdAt: Instant;
  readonly endedAt: Instant | null;
}

interface WindowColumns {
  readonly opens: string | null;
  readonly closes: string | null;
  readonly zone: string | null;
}

const parseWindow = ({ opens, closes, zone }: WindowColumns): DailyWindow | null =>
  opens !== null && closes !== null && zone !== null ? { opens, closes, zone } : null;

type Stored = WindowColumns &
  Omit<Backfill, 'asked' | 'planned' | 'window' | 'workingUntil' | 'approvedAt' | 'createdAt' | 'endedAt'> & {
    readonly asked: string;
    readonly planned: string;
    readonly approvedAt: Date | null;
    readonly workingUntil: Date | null;
    readonly createdAt: Date;
    readonly endedAt: Date | null;
  };

const SELECT = `SELECT id, state, asked, planned, plan_hash AS planHash, notify, rate, opens, closes, zone,
  run_id AS runId, done_to AS doneTo, working_until AS workingUntil, actor, reason, approved_by AS approvedBy,
  approved_at AS approvedAt, created_at AS createdAt, ended_at AS endedAt FROM backfills`;

const parseRow = ({ opens, closes, zone, ...row }: Stored): Backfill => ({
  ...row,
  window: parseWindow({ opens, closes, zone }),
  asked: JSON.parse(row.asked) as BackfillAsked,
  planned: JSON.parse(row.planned) as BackfillPlanned,
  workingUntil: toInstantOrNull(row.workingUntil),
  approvedAt: toInstantOrNull(row.approvedAt),
  createdAt: row.createdAt.getTime(),
  endedAt: toInstantOrNull(row.endedAt),
});

export async function findBackfill(db: Queryable, id: number): Promise<Backfill | undefined> {
  const row = await selectOne<Stored>(db, `${SELECT} WHERE id = ?`, [id]);
  return row && parseRow(row);
}

/** The number of the backfill that has this run. */
export async function findBackfillOfRun(db: Queryable, runId: number): Promise<number | undefined> {
  return (await selectOne<{ id: number }>(db, 'SELECT id FROM backfills WHERE run_id = ?', [runId]))?.id;
}

/** Locked until the transaction ends: its state cannot change meanwhile. */
export async function lockBackfill(db: Queryable, id: number): Promise<Backfill | undefined> {
  const row = await selectOne<Stored>(db, `${SELECT} WHERE id = ? FOR UPDATE`, [id]);
  return row && parseRow(row);
}

/** The latest first, below the number `before`. */
export async function listBackfills(db: Queryable, limit: number, before?: number): Promise<Backfill[]> {
  const rows = await selectRows<Stored>(
    db,
    `${SELECT} ${before === undefined ? '' : 'WHERE id < ?'} ORDER BY id DESC LIMIT ?`,
    [...(before === undefined ? [] : [before]), limit],
  );
  return rows.map(parseRow);
}

/** Neither completed nor cancelled, the oldest first. */
export async function listOpenBackfills(db: Queryable): Promise<Backfill[]> {
  const rows = await selectRows<Stored>(
    db,
    `${SELECT} WHERE state IN ('awaiting-approval', 'running', 'paused') ORDER BY id LIMIT 1000`,
  );
  return rows.map(parseRow);
}

export type NewBackfill = Omit<
  Backfill,
  'id' | 'doneTo' | 'workingUntil' | 'approvedBy' | 'approvedAt' | 'endedAt'
>;

export async function insertBackfill(db: Queryable, one: NewBackfill): Promise<number> {
  const written = await execute(
    db,
    `INSERT INTO backfills (state, from_on, to_on, asked, planned, plan_hash, notify, rate, opens, closes, zone, run_id,
                            done_to, actor, reason, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?)`,
    [
      one.state,
      one.asked.from,
      one.asked.to,
      JSON.stringify(one.asked),
      JSON.stringify(one.planned),
      one.planHash,
      one.notify,
      one.rate,
      one.window?.opens ?? null,
      one.window?.closes ?? null,
      one.window?.zone ?? null,
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

/** Whoever works on it keeps to it from the next batch on. */
export async function updateBackfillRate(db: Queryable, id: number, rate: number | null): Promise<void> {
  await execute(db, 'UPDATE backfills SET rate = ? WHERE id = ?', [rate, id]);
}

export async function updateBackfillApproval(
  db: Queryable,
  id: number,
  { by, at }: { readonly by: string; readonly at: Instant },
): Promise<void> {
  await execute(db, "UPDATE backfills SET state = 'running', approved_by = ?, approved_at = ? WHERE id = ?", [
    by,
    toDate(at),
    id,
  ]);
}

/** How fast it may go on: the rate as it is now, and when the last batch, whoever granted it, allows the next. */
export interface Pace {
  readonly rate: number | null;
  readonly nextBatchAt: Instant | null;
}

export async function findPace(db: Queryable, id: number): Promise<Pace> {
  const row = await selectOne<{ rate: number | null; nextBatchAt: Date | null }>(
    db,
    'SELECT rate, next_batch_at AS nextBatchAt FROM backfills WHERE id = ?',
    [id],
  );
  return { rate: row?.rate ?? null, nextBatchAt: toInstantOrNull(row?.nextBatchAt ?? null) };
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
 * @param renew `until` later than the last time: an update that changes nothing looks like a lost right; `nextBatchAt`
 *   null to leave it as it is
 */
export async function renewBackfill(
  db: Queryable,
  renew: Holding & { readonly doneTo: string; readonly nextBatchAt: Instant | null },
): Promise<boolean> {
  const { until, doneTo, nextBatchAt, id, worker } = renew;
  const written = await execute(
    db,
    `UPDATE backfills SET working_until = ?, done_to = ?, next_batch_at = COALESCE(?, next_batch_at)
      WHERE id = ? AND state = 'running' AND worker = ?`,
    [toDate(until), doneTo, nextBatchAt === null ? null : toDate(nextBatchAt), id, worker],
  );
  return written.affectedRows === 1;
}

/** What there is to be worked on: when, and by whom it is worked on now, if by anybody. */
export type RunningBackfill = Pick<Backfill, 'id' | 'state' | 'window'> & { readonly worker: string | null };

/** The oldest first. */
export async function listRunningBackfills(db: Queryable, now: Instant): Promise<RunningBackfill[]> {
  const rows = await selectRows<WindowColumns & Omit<RunningBackfill, 'window'>>(
    db,
    `SELECT id, state, opens, closes, zone, IF(working_until > ?, worker, NULL) AS worker FROM backfills
      WHERE state = 'running' ORDER BY id LIMIT 1000`,
    [toDate(now)],
  );
  return rows.map(({ id, state, worker, ...window }) => ({ id, state, worker, window: parseWindow(window) }));
}

export async function releaseBackfill(db: Queryable, { id, worker }: Omit<Holding, 'until'>): Promise<void> {
  await execute(db, 'UPDATE backfills SET worker = NULL, working_until = NULL WHERE id = ? AND worker = ?', [
    id,
    worker,
  ]);
}
