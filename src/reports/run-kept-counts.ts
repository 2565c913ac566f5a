/**
 * A run's counts at a price that does not grow with the run. One that is closed has what it was counted to then; an open
 * one is counted while it is small, and estimated from the samples of its rate where it is not.
 */
import { type Queryable, selectRows } from '../db/query.ts';
import { countLeft } from '../ledger/run-accounts.ts';
import { listKeptCounts } from '../ledger/run-kept.ts';
import { sumSamples } from '../ledger/run-samples.ts';
import type { Run } from '../ledger/runs.ts';
import { type AccountCounts, type RunCounts, countPutAside, countRun, sumOf } from './run-counts.ts';
import { isMuchLeft, isSmall } from './run-size.ts';

export interface KnownCounts {
  readonly counts: RunCounts;
  /** False of a large run that is open: its accounts are an estimate, and the rest is counted once it is closed. */
  readonly exact: boolean;
}

/** Of a backfill also what became of its cycles. */
type Kept = RunCounts & { readonly backfill?: unknown };

/** An open run is counted while it is no larger: its page asks again and again. */
export const COUNTED_MAX = 1_000;

export const isOpen = ({ state }: Pick<Run, 'state'>): boolean => state === 'running' || state === 'stopping';

/** By run. Of those that ended before their work did: what they left then. */
export async function readKnownCounts(
  db: Queryable,
  runs: readonly Run[],
  countedMax = COUNTED_MAX,
): Promise<ReadonlyMap<number, KnownCounts>> {
  const kept = await listKeptCounts(
    db,
    runs.map((one) => one.id),
  );
  const known = new Map<number, KnownCounts>();
  for (const run of runs)
    known.set(run.id, await knownOf(db, run, kept.get(run.id) as Kept | undefined, countedMax));
  return known;
}

async function knownOf(
  db: Queryable,
  run: Run,
  kept: Kept | undefined,
  countedMax: number,
): Promise<KnownCounts> {
  if (kept) {
    const { backfill: _ofItsPage, ...counts } = kept;
    return { counts, exact: true };
  }
  if (isOpen(run) && !(await isSmall(db, run, countedMax))) return estimated(db, run);
  return { counts: await countRun(db, run), exact: true };
}

/** Accounts that sweeps and reruns settled, by run: those that were not kept are counted together. */
export async function readSettled(db: Queryable, runs: readonly Run[]): Promise<ReadonlyMap<number, number>> {
  const ids = runs.map((one) => one.id);
  const kept = await listKeptCounts(db, ids);
  const settled = new Map([...kept].map(([id, counts]) => [id, (counts as RunCounts).settled]));
  const others = ids.filter((id) => !kept.has(id));
  if (others.length === 0) return settled;
  const rows = await selectRows<{ id: number; settled: number }>(
    db,
    `SELECT run_id AS id, COUNT(DISTINCT account_id) AS settled FROM cycles WHERE run_id IN (?) GROUP BY run_id`,
    [others],
  );
  return new Map([...settled, ...rows.map((row) => [row.id, row.settled] as const)]);
}

/** Of one run, as it stands: what it left when it ended before its work did, others may have settled since. */
export async function readCountsNow(db: Queryable, run: Run): Promise<KnownCounts> {
  const known = (await readKnownCounts(db, [run])).get(run.id) as KnownCounts;
  const endedEarly = run.state === 'stopped' || run.state === 'failed';
  const settles = run.kind === 'sweep' || run.kind === 'rerun';
  if (!endedEarly || !settles || (await isMuchLeft(db, run, COUNTED_MAX))) return known;
  const { counts } = known;
  const remaining = await countLeft(db, run);
  const rest = run.dueAtStart - counts.settled - counts.failed - remaining;
  return {
    ...known,
    counts: { ...counts, remaining, skipped: Math.max(0, rest), added: Math.max(0, -rest) },
  };
}

/** From the samples of its rate, which workers write every few seconds. */
async function estimated(db: Queryable, run: Run): Promise<KnownCounts> {
  const failures = await countPutAside(db, run.id);
  const settled = await sumSamples(db, run.id);
  const failed = sumOf(failures);
  // More than were due may have come since; of a reversal it is not known beforehand how many there are.
  const due = Math.max(run.dueAtStart, settled + failed);
  const remaining = due - failed - settled;
  const accounts: AccountCounts = { settled, failed, remaining, skipped: 0, added: due - run.dueAtStart };
  const later = { cycles: 0, granted: 0, expired: 0, recovered: 0, net: 0, byCode: {}, notices: {} };
  return { counts: { ...accounts, ...later, failures }, exact: false };
}
