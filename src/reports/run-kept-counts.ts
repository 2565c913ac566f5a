/**
 * A run's counts at a price that does not grow with the run. One that is closed has what it was counted to then; an open
 * one is counted while it is small, and estimated from the samples of its rate where it is not.
 */
import { type Queryable, selectRows, shownNow } from '../db/query.ts';
import { listKeptCounts } from '../ledger/run-kept.ts';
import { sumSamples } from '../ledger/run-samples.ts';
import type { Run } from '../ledger/runs.ts';
import { type DueLook, lookForDue } from './due-look.ts';
import {
  type AccountCounts,
  type RunCounts,
  countPutAside,
  countRun,
  countRunAccounts,
  sumOf,
} from './run-counts.ts';
import { countLeftUpTo, hasManyEmails, isSmall } from './run-size.ts';

interface Known<Counts> {
  readonly counts: Counts;
  /** False of a large run that is open: its accounts are an estimate, and the rest is counted once it is closed. */
  readonly exact: boolean;
}

/** Of a list: what became of its accounts. */
export type KnownAccounts = Known<AccountCounts>;
export type KnownCounts = Known<RunCounts>;

/** Of a backfill also what became of its cycles. */
type Kept = RunCounts & { readonly backfill?: unknown };

/** An open run is counted while it is no larger: its page asks again and again. */
export const COUNTED_MAX = 1_000;

export const isOpen = ({ state }: Pick<Run, 'state'>): boolean => state === 'running' || state === 'stopping';

const settles = ({ kind }: Run): boolean => kind === 'sweep' || kind === 'rerun';

interface Asked {
  readonly countedMax?: number;
  /** Of now, where somebody has looked already. */
  readonly look?: DueLook;
}

/** By run. Of those that ended before their work did: what they left then. */
export async function readKnownAccounts(
  db: Queryable,
  runs: readonly Run[],
  asked: Asked = {},
): Promise<ReadonlyMap<number, KnownAccounts>> {
  const kept = await listKeptCounts(
    db,
    runs.map((one) => one.id),
  );
  const counter: Counter<AccountCounts> = { ...counting(db, asked), count: countRunAccounts };
  const known = new Map<number, KnownAccounts>();
  for (const run of runs) known.set(run.id, await knownOf(counter, run, kept.get(run.id)));
  return known;
}

/** Of one run, as it stands: what it left when it ended before its work did, others may have settled since. */
export async function readCountsNow(db: Queryable, run: Run, asked: Asked = {}): Promise<KnownCounts> {
  const counter: Counter<RunCounts> = { ...counting(db, asked), count: countRun };
  const kept = (await listKeptCounts(db, [run.id])).get(run.id);
  if (!kept && isOpen(run) && (await hasManyEmails(db, run, counter.max))) return estimated(db, run);
  const known = await knownOf(counter, run, kept);
  const endedEarly = run.state === 'stopped' || run.state === 'failed';
  if (!endedEarly || !settles(run)) return known;
  const remaining = await countLeftUpTo(db, run, counter.max, counter.look);
  if (remaining === undefined) return known;
  const { counts } = known;
  const rest = run.dueAtStart - counts.settled - counts.failed - remaining;
  return {
    ...known,
    counts: { ...counts, remaining, skipped: Math.max(0, rest), added: Math.max(0, -rest) },
  };
}

interface Counter<Counts> {
  readonly db: Queryable;
  readonly max: number;
  /** Taken once, by whoever is the first to need it. */
  readonly look: () => Promise<DueLook>;
  readonly count: (db: Queryable, run: Run, left?: number) => Promise<Counts>;
}

function counting(
  db: Queryable,
  { countedMax: max = COUNTED_MAX, look }: Asked,
): Omit<Counter<never>, 'count'> {
  let taken = look && Promise.resolve(look);
  return { db, max, look: () => (taken ??= shownNow(db).then((now) => lookForDue(db, now))) };
}

async function knownOf<Counts>(
  { db, max, look, count }: Counter<Counts>,
  run: Run,
  kept: unknown,
): Promise<Known<Counts | RunCounts>> {
  if (kept) {
    const { backfill: _ofItsPage, ...counts } = kept as Kept;
    return { counts, exact: true };
  }
  if (!isOpen(run)) return { counts: await count(db, run), exact: true };
  if (!(await isSmall(db, run, max))) return estimated(db, run);
  if (!settles(run)) return { counts: await count(db, run), exact: true };
  const left = await countLeftUpTo(db, run, max, look);
  return left === undefined ? estimated(db, run) : { counts: await count(db, run, left), exact: true };
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
