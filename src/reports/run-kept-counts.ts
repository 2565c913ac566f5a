/**
 * A run's counts at a price that does not grow with the run. One that is closed has what it was counted to then; an open
 * one is counted while it is small, and estimated from the samples of its rate where it is not.
 */
import { type Queryable, selectRows } from '../db/query.ts';
import { countLeft } from '../ledger/run-accounts.ts';
import { listKeptCounts } from '../ledger/run-kept.ts';
import { listRunSamples } from '../ledger/run-samples.ts';
import type { Run } from '../ledger/runs.ts';
import { type AccountCounts, type RunCounts, countRun } from './run-counts.ts';

export interface KnownCounts {
  readonly counts: RunCounts;
  /** False of a large run that is open: its accounts are an estimate, and the rest is counted once it is closed. */
  readonly exact: boolean;
}

/** Accounts of an open run that are counted one by one. */
export const COUNTED_MAX = 20_000;

export const isOpen = ({ state }: Pick<Run, 'state'>): boolean => state === 'running' || state === 'stopping';

/** By run. */
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
    known.set(run.id, await knownOf(db, run, kept.get(run.id) as RunCounts | undefined, countedMax));
  return known;
}

async function knownOf(
  db: Queryable,
  run: Run,
  kept: RunCounts | undefined,
  countedMax: number,
): Promise<KnownCounts> {
  if (kept) return { counts: await asOfNow(db, run, kept), exact: true };
  const settles = run.kind === 'sweep' || run.kind === 'rerun';
  if (settles && isOpen(run) && run.dueAtStart > countedMax) return estimated(db, run);
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

/** What a run left when it ended before its work did, others may have settled since. */
async function asOfNow(db: Queryable, run: Run, kept: RunCounts): Promise<RunCounts> {
  const endedEarly = run.state === 'stopped' || run.state === 'failed';
  if (!endedEarly || (run.kind !== 'sweep' && run.kind !== 'rerun')) return kept;
  const remaining = await countLeft(db, run);
  const rest = run.dueAtStart - kept.settled - kept.failed - remaining;
  return { ...kept, remaining, skipped: Math.max(0, rest), added: Math.max(0, -rest) };
}

async function estimated(db: Queryable, run: Run): Promise<KnownCounts> {
  const failures = await countAside(db, run.id);
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  const samples = await listRunSamples(db, run.id);
  const sampled = samples.reduce((sum, one) => sum + one.settled, 0);
  const settled = Math.min(sampled, Math.max(0, run.dueAtStart - failed));
  const remaining = Math.max(0, run.dueAtStart - failed - settled);
  const accounts: AccountCounts = { settled, failed, remaining, skipped: 0, added: 0 };
  const later = { cycles: 0, granted: 0, expired: 0, recovered: 0, net: 0, byCode: {}, notices: {} };
  return { counts: { ...accounts, ...later, failures }, exact: false };
}

async function countAside(db: Queryable, runId: number): Promise<Record<string, number>> {
  const rows = await selectRows<{ code: string; accounts: number }>(
    db,
    `SELECT code, COUNT(*) AS accounts FROM failures WHERE run_id = ? AND put_aside_at IS NOT NULL
      GROUP BY code ORDER BY code LIMIT 1000`,
    [runId],
  );
  return Object.fromEntries(rows.map((row) => [row.code, row.accounts]));
}
