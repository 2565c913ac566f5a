/** Reading and pruning `ticks`: when the clock fired, and what came of it. */
import { type Queryable, execute, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { Tick } from './runs.ts';

/** Ticks of the scheduler whose slot is in [from, to), in order of their slots. */
export async function listSlotTicks(
  db: Queryable,
  range: { readonly from: Instant; readonly to: Instant; readonly limit: number },
): Promise<(Tick & { readonly slotAt: Instant })[]> {
  const rows = await selectRows<{
    at: Date;
    slot_at: Date;
    source: Tick['source'];
    outcome: Tick['outcome'];
    run_id: number | null;
  }>(
    db,
    // A tick may come late, never early: so those of the range are found by their time.
    `SELECT at, slot_at, source, outcome, run_id FROM ticks
      WHERE at >= ? AND slot_at >= ? AND slot_at < ? ORDER BY slot_at, id LIMIT ?`,
    [toDate(range.from), toDate(range.from), toDate(range.to), range.limit],
  );
  return rows.map((row) => ({
    at: row.at.getTime(),
    slotAt: row.slot_at.getTime(),
    source: row.source,
    outcome: row.outcome,
    runId: row.run_id,
  }));
}

/** The earliest slot that a scheduler ticked for; undefined where none ever did. */
export async function findFirstSlot(db: Queryable): Promise<Instant | undefined> {
  const row = await selectOne<{ slot_at: Date }>(
    db,
    'SELECT slot_at FROM ticks WHERE slot_at IS NOT NULL ORDER BY id LIMIT 1',
  );
  return row?.slot_at.getTime();
}

/** The latest slot that a scheduler ticked for; undefined where none ever did. */
export async function findLastSlot(db: Queryable): Promise<Instant | undefined> {
  const row = await selectOne<{ slot_at: Date }>(
    db,
    'SELECT slot_at FROM ticks WHERE slot_at IS NOT NULL ORDER BY id DESC LIMIT 1',
  );
  return row?.slot_at.getTime();
}

/** Sweeps that cron or a person called. */
export async function countCommandTicks(db: Queryable, since: Instant): Promise<number> {
  const row = await selectOne<{ ticks: number }>(
    db,
    'SELECT COUNT(*) AS ticks FROM ticks WHERE at >= ? AND slot_at IS NULL',
    [toDate(since)],
  );
  return row?.ticks ?? 0;
}

/** The latest tick of any source; undefined before the first. */
export async function findLastTick(db: Queryable, outcome?: Tick['outcome']): Promise<Instant | undefined> {
  const row = await selectOne<{ at: Date }>(
    db,
    `SELECT at FROM ticks ${outcome === undefined ? '' : 'WHERE outcome = ?'} ORDER BY at DESC, id DESC LIMIT 1`,
    outcome === undefined ? [] : [outcome],
  );
  return row?.at.getTime();
}

/** Those of the scheduler's slots alone: what cron or a person swept says nothing about the scheduler. */
export async function countSlotTicks(db: Queryable, since: Instant): Promise<Map<Tick['outcome'], number>> {
  const rows = await selectRows<{ outcome: Tick['outcome']; ticks: number }>(
    db,
    `SELECT outcome, COUNT(*) AS ticks FROM ticks WHERE at >= ? AND slot_at IS NOT NULL
      GROUP BY outcome ORDER BY outcome LIMIT 10`,
    [toDate(since)],
  );
  return new Map(rows.map((row) => [row.outcome, row.ticks]));
}

export async function countTicksBefore(db: Queryable, before: Instant): Promise<number> {
  const row = await selectOne<{ ticks: number }>(db, 'SELECT COUNT(*) AS ticks FROM ticks WHERE at < ?', [
    toDate(before),
  ]);
  return row?.ticks ?? 0;
}

/** Deletes up to `limit` of the oldest. Returns how many. */
export async function deleteTicks(db: Queryable, before: Instant, limit: number): Promise<number> {
  const written = await execute(db, 'DELETE FROM ticks WHERE at < ? ORDER BY at LIMIT ?', [
    toDate(before),
    limit,
  ]);
  return written.affectedRows;
}
