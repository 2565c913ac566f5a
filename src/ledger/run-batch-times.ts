/**
 * SQL of `run_batch_times`: how long the batches of a run took, as a histogram. Workers add to it every few seconds; what
 * one had not written down when it was killed is missing.
 */
import { type Queryable, insertRows, selectRows } from '../db/query.ts';

/** Batches that took about so long. */
export interface BatchTime {
  /** Milliseconds, to two digits. */
  readonly tookMs: number;
  readonly batches: number;
}

/** @returns whole milliseconds to two digits, so at most 5 % off; 1 for less */
export function roundedMs(ms: number): number {
  const whole = Math.max(1, Math.round(ms));
  const step = 10 ** Math.max(0, Math.floor(Math.log10(whole)) - 1);
  return Math.round(whole / step) * step;
}

/** Adds to what the run has already. @param times in order, so that two workers never wait for each other */
export async function addBatchTimes(
  db: Queryable,
  runId: number,
  times: readonly BatchTime[],
): Promise<void> {
  await insertRows(
    db,
    'run_batch_times',
    ['run_id', 'took_ms', 'batches'],
    times.map((one) => [runId, one.tookMs, one.batches]),
    'ON DUPLICATE KEY UPDATE batches = batches + VALUES(batches)',
  );
}

/** The quickest first. */
export const listBatchTimes = (db: Queryable, runId: number): Promise<BatchTime[]> =>
  selectRows(
    db,
    `SELECT took_ms AS tookMs, batches FROM run_batch_times WHERE run_id = ? ORDER BY took_ms LIMIT 2000`,
    [runId],
  );
