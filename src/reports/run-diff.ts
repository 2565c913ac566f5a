/** Two runs side by side: what each did, and where those of the earlier one are in the later one. */
import { type Queryable, selectOne, selectRows, toDate } from '../db/query.ts';
import { type Instant, type LocalDate, formatInstant, plusDays } from '../domain/calendar.ts';
import { type Run, type RunAsked, getRun } from '../ledger/runs.ts';
import { type RunCounts, countRun } from './run-counts.ts';
import { type KnownCounts, readCountsNow } from './run-kept-counts.ts';
import { countRunEmails } from './run-page.ts';
import { type RunEnd, readRunEnd } from './run-end.ts';

export interface RunSide {
  readonly run: number;
  readonly kind: Run['kind'];
  readonly state: Run['state'];
  readonly asOf: string;
  readonly termsVersion: number;
  readonly dueAtStart: number;
  /** What it was asked for, where that was not everybody who is due. */
  readonly asked: RunAsked | null;
  readonly counts: RunCounts;
  /** False of a large run that is open: its accounts are an estimate, and the rest is not known. */
  readonly exact: boolean;
  /** By state, as of now; null while they are too many to be counted. */
  readonly notices: Readonly<Record<string, number>> | null;
  readonly stop: RunEnd['stop'];
  /** Accounts that it settled, by the plan that they had at their boundary; null where they were too many to be counted. */
  readonly byPlan: Readonly<Record<string, number>> | null;
  /** The boundaries that it settled: the first and the last of them; null of none, or where they were too many. */
  readonly firstBoundaryAt: string | null;
  readonly lastBoundaryAt: string | null;
}

/** Who settled boundaries between the two as-ofs: a run, or events (`run` is null). */
export interface Settler {
  readonly run: number | null;
  readonly accounts: number;
}

/** What became, by the as-of of the later run, of those whom the earlier one settled. */
export interface Meanwhile {
  /** Those who reached another boundary by then, by who settled it; an account may have had several. */
  readonly settledBy: readonly Settler[];
  /** Those who reached another boundary that is not settled: still due, put aside among them. */
  readonly stillDue: number;
  /** Closed since: they have no next boundary. */
  readonly closed: number;
  /** Those whose next boundary comes later. */
  readonly notDueAgain: number;
}

export interface RunDiff {
  /** By as-of. */
  readonly earlier: RunSide;
  readonly later: RunSide;
  /** Null where all accounts were compared; else what follows is of the first so many of each run, by id. */
  readonly compared: number | null;
  readonly meanwhile: Meanwhile;
  /** Whom the later one settled and the earlier one did not. */
  readonly onlyLater: number;
}

/** Accounts of each run that are compared while somebody waits. */
export const COMPARED_MAX = 500;

/** Every account of both, however many. @throws not-found `unknown-run` */
export const diffRuns = (db: Queryable, a: number, b: number): Promise<RunDiff> =>
  compare(db, [a, b], {
    max: EVERY,
    countsOf: async (run) => {
      const counts = await countRun(db, run);
      return { counts, exact: true, notices: counts.notices };
    },
  });

/** The same for whoever waits for a page: large runs by their kept counts, and the first of their accounts. */
export const diffRunsQuickly = (db: Queryable, a: number, b: number): Promise<RunDiff> =>
  compare(db, [a, b], {
    max: COMPARED_MAX,
    countsOf: async (run) => {
      const known = await readCountsNow(db, run);
      return { ...known, notices: await countRunEmails(db, run, known) };
    },
  });

/** More than there are. */
const EVERY = Number.MAX_SAFE_INTEGER;

type Counted = KnownCounts & Pick<RunSide, 'notices'>;

interface Way {
  readonly max: number;
  readonly countsOf: (run: Run) => Promise<Counted>;
}

async function compare(db: Queryable, [a, b]: readonly [number, number], way: Way): Promise<RunDiff> {
  const { max } = way;
  const [first, second] = [await getRun(db, a), await getRun(db, b)];
  const [one, other] = [first, second].toSorted((x, y) => x.asOf - y.asOf || x.id - y.id) as [Run, Run];
  const [earlier, later] = [await sideOf(db, one, way), await sideOf(db, other, way)];
  return {
    earlier,
    later,
    compared: Math.max(earlier.counts.settled, later.counts.settled) > max ? max : null,
    meanwhile: await readMeanwhile(db, one, { until: other.asOf, max }),
    onlyLater: await countOnly(db, other.id, { without: one.id, max }),
  };
}

async function sideOf(db: Queryable, run: Run, { max, countsOf }: Way): Promise<RunSide> {
  const known = await countsOf(run);
  const isLarge = !known.exact || known.counts.cycles > max;
  return {
    run: run.id,
    kind: run.kind,
    state: run.state,
    asOf: formatInstant(run.asOf),
    termsVersion: run.termsVersion,
    dueAtStart: run.dueAtStart,
    asked: run.asked,
    ...known,
    stop: (await readRunEnd(db, run)).stop,
    ...(isLarge ? NOT_COUNTED : await readBoundaries(db, run)),
  };
}

type Boundaries = Pick<RunSide, 'byPlan' | 'firstBoundaryAt' | 'lastBoundaryAt'>;

const NOT_COUNTED: Boundaries = { byPlan: null, firstBoundaryAt: null, lastBoundaryAt: null };

async function readBoundaries(db: Queryable, run: Run): Promise<Boundaries> {
  const plans = await selectRows<{ plan: string; accounts: number }>(
    db,
    'SELECT plan, COUNT(DISTINCT account_id) AS accounts FROM cycles WHERE run_id = ? GROUP BY plan ORDER BY plan',
    [run.id],
  );
  const span = await selectOne<{ first: Date | null; last: Date | null }>(
    db,
    'SELECT MIN(starts_at) AS first, MAX(starts_at) AS last FROM cycles WHERE run_id = ?',
    [run.id],
  );
  return {
    byPlan: Object.fromEntries(plans.map((one) => [one.plan, one.accounts])),
    firstBoundaryAt: span?.first ? formatInstant(span.first.getTime()) : null,
    lastBoundaryAt: span?.last ? formatInstant(span.last.getTime()) : null,
  };
}

/** Those whom a run settled, once each, by id; the first of them. */
const OF_RUN =
  '(SELECT DISTINCT account_id FROM cycles WHERE run_id = ? ORDER BY account_id LIMIT ?) AS mine';
/** The dates say nothing that the instants do not: but by them the primary key finds the few that are meant. */
const SINCE = `since.account_id = mine.account_id AND since.cycle_on BETWEEN ? AND ?
  AND since.starts_at > ? AND since.starts_at <= ?`;

/** A date begins somewhere on earth so many days before or after it does in UTC, or less. */
const APART_DAYS = 2;
const dateOf = (at: Instant): LocalDate => formatInstant(at).slice(0, 10);

async function readMeanwhile(
  db: Queryable,
  earlier: Run,
  { until, max }: { readonly until: Instant; readonly max: number },
): Promise<Meanwhile> {
  const dates = [plusDays(dateOf(earlier.asOf), -APART_DAYS), plusDays(dateOf(until), APART_DAYS)];
  const window = [...dates, toDate(earlier.asOf), toDate(until)];
  const settledBy = await selectRows<Settler>(
    db,
    `SELECT since.run_id AS run, COUNT(DISTINCT since.account_id) AS accounts
       FROM ${OF_RUN} JOIN cycles AS since ON ${SINCE}
      GROUP BY since.run_id ORDER BY accounts DESC, run LIMIT 1000`,
    [earlier.id, max, ...window],
  );
  const row = await selectOne<Record<'accounts' | 'again' | 'due' | 'closed', number | string | null>>(
    db,
    `SELECT COUNT(*) AS accounts,
            SUM(EXISTS (SELECT 1 FROM cycles AS since WHERE ${SINCE})) AS again,
            SUM(COALESCE(accounts.next_cycle_at <= ?, 0)) AS due,
            SUM(accounts.next_cycle_at IS NULL) AS closed
       FROM ${OF_RUN} JOIN accounts ON accounts.id = mine.account_id`,
    [...window, toDate(until), earlier.id, max],
  );
  const [accounts = 0, again = 0, stillDue = 0, closed = 0] = ['accounts', 'again', 'due', 'closed'].map(
    (name) => Number(row?.[name as 'again'] ?? 0),
  );
  return { settledBy, stillDue, closed, notDueAgain: Math.max(0, accounts - again - stillDue - closed) };
}

async function countOnly(
  db: Queryable,
  of: number,
  { without, max }: { readonly without: number; readonly max: number },
): Promise<number> {
  const row = await selectOne<{ accounts: number }>(
    db,
    `SELECT COUNT(*) AS accounts FROM ${OF_RUN} WHERE NOT EXISTS
       (SELECT 1 FROM cycles AS other WHERE other.run_id = ? AND other.account_id = mine.account_id)`,
    [of, max, without],
  );
  return row?.accounts ?? 0;
}
