/** How long a run's batches took, in three numbers. */
import type { Queryable } from '../db/query.ts';
import { type BatchTime, listBatchTimes } from '../ledger/run-batch-times.ts';
import { formatCount } from '../words.ts';

export interface BatchSpread {
  readonly count: number;
  /** Half of them took no longer than that, in milliseconds, to two digits. */
  readonly p50Ms: number;
  /** Of 20 of them, 19. */
  readonly p95Ms: number;
}

/** Null of a run of which no batch was written down: it has just begun, or was no sweep and no rerun. */
export const readBatchSpread = async (db: Queryable, runId: number): Promise<BatchSpread | null> =>
  spreadOf(await listBatchTimes(db, runId));

/** @param times the quickest first */
export function spreadOf(times: readonly BatchTime[]): BatchSpread | null {
  const count = times.reduce((sum, one) => sum + one.batches, 0);
  if (count === 0) return null;
  return { count, p50Ms: percentile(times, count * 0.5), p95Ms: percentile(times, count * 0.95) };
}

/** The nearest rank: a time that was measured, and none between two. */
function percentile(times: readonly BatchTime[], rank: number): number {
  let passed = 0;
  for (const { tookMs, batches } of times) {
    passed += batches;
    if (passed >= rank) return tookMs;
  }
  return times.at(-1)?.tookMs ?? 0;
}

/** `120, p50 38 ms, p95 71 ms` */
export const batchWords = ({ count, p50Ms, p95Ms }: BatchSpread): string =>
  `${formatCount(count)}, p50 ${formatCount(p50Ms)} ms, p95 ${formatCount(p95Ms)} ms`;
