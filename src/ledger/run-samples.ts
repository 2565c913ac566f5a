/**
 * SQL of `run_samples`: how many accounts a run settled in each stretch of its time. They draw the run's rate, and
 * tell about how far a large one is. What a run achieved is never read from them: what a worker had not written down when
 * it was killed is missing.
 */
import { type Queryable, insertRows, selectRows } from '../db/query.ts';

/** One stretch, in seconds since the run began, and the accounts that were settled in it. */
export interface RunSample {
  readonly fromS: number;
  readonly forS: number;
  readonly settled: number;
}

/** Until how many seconds after its start a run's stretches last how long: some 300 of them in a month. */
const STRETCHES = [
  { untilS: 60, forS: 1 },
  { untilS: 300, forS: 5 },
  { untilS: 1_800, forS: 30 },
  { untilS: 10_800, forS: 180 },
  { untilS: 86_400, forS: 1_200 },
  { untilS: 2_592_000, forS: 21_600 },
] as const;
const LAST_FOR_S = 86_400;

/** @param secondsIn seconds since the run began; one before its start counts as its first */
export function stretchAt(secondsIn: number): { readonly fromS: number; readonly forS: number } {
  const at = Math.max(0, Math.floor(secondsIn));
  const forS = STRETCHES.find((one) => at < one.untilS)?.forS ?? LAST_FOR_S;
  return { fromS: at - (at % forS), forS };
}

/** Adds to what the same stretches of the run hold already. @param samples of one run, in order of their time */
export async function addRunSamples(
  db: Queryable,
  runId: number,
  samples: readonly RunSample[],
): Promise<void> {
  const rows = samples.map((one) => [runId, one.fromS, one.forS, one.settled]);
  await insertRows(
    db,
    'run_samples',
    ['run_id', 'from_s', 'for_s', 'settled'],
    rows,
    'ON DUPLICATE KEY UPDATE settled = settled + VALUES(settled)',
  );
}

/** In order of their time. */
export const listRunSamples = (db: Queryable, runId: number): Promise<RunSample[]> =>
  selectRows(
    db,
    `SELECT from_s AS fromS, for_s AS forS, settled FROM run_samples
      WHERE run_id = ? ORDER BY from_s LIMIT 2000`,
    [runId],
  );

/** Accounts in all samples of a run. */
export const sumSamples = async (db: Queryable, runId: number): Promise<number> =>
  (await listRunSamples(db, runId)).reduce((sum, one) => sum + one.settled, 0);
