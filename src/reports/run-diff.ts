/** Two runs side by side: what each did, and where those of the earlier one are in the later one. */
import { type Queryable, selectOne, selectRows, toDate } from '../db/query.ts';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { type Run, type RunAsked, getRun } from '../ledger/runs.ts';
import { type RunCounts, countRun } from './run-counts.ts';
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
  readonly stop: RunEnd['stop'];
  /** Accounts that it settled, by the plan that they had at their boundary. */
  readonly byPlan: Readonly<Record<string, number>>;
  /** The boundaries that it settled: the first and the last of them; null of none. */
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
  readonly meanwhile: Meanwhile;
  /** Whom the later one settled and the earlier one did not. */
  readonly onlyLater: number;
}

/** @throws not-found `unknown-run` */
export async function diffRuns(db: Queryable, a: number, b: number): Promise<RunDiff> {
  const [first, second] = [await getRun(db, a), await getRun(db, b)];
  const [earlier, later] = [first, second].toSorted((x, y) => x.asOf - y.asOf || x.id - y.id) as [Run, Run];
  return {
    earlier: await sideOf(db, earlier),
    later: await sideOf(db, later),
    meanwhile: await readMeanwhile(db, earlier, later.asOf),
    onlyLater: await countOnly(db, later.id, earlier.id),
  };
}

async function sideOf(db: Queryable, run: Run): Promise<RunSide> {
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
    run: run.id,
    kind: run.kind,
    state: run.state,
    asOf: formatInstant(run.asOf),
    termsVersion: run.termsVersion,
    dueAtStart: run.dueAtStart,
    asked: run.asked,
    counts: await countRun(db, run),
    stop: (await readRunEnd(db, run)).stop,
    byPlan: Object.fromEntries(plans.map((one) => [one.plan, one.accounts])),
    firstBoundaryAt: span?.first ? formatInstant(span.first.getTime()) : null,
    lastBoundaryAt: span?.last ? formatInstant(span.last.getTime()) : null,
  };
}

/** Those whom a run settled, once each. */
const OF_RUN = '(SELECT DISTINCT account_id FROM cycles WHERE run_id = ?) AS mine';
const SINCE = 'since.account_id = mine.account_id AND since.starts_at > ? AND since.starts_at <= ?';

async function readMeanwhile(db: Queryable, earlier: Run, until: Instant): Promise<Meanwhile> {
  const window = [toDate(earlier.asOf), toDate(until)];
  const settledBy = await selectRows<Settler>(
    db,
    `SELECT since.run_id AS run, COUNT(DISTINCT since.account_id) AS accounts
       FROM ${OF_RUN} JOIN cycles AS since ON ${SINCE}
      GROUP BY since.run_id ORDER BY accounts DESC, run LIMIT 1000`,
    [earlier.id, ...window],
  );
  const row = await selectOne<Record<'accounts' | 'again' | 'due' | 'closed', number | string | null>>(
    db,
    `SELECT COUNT(*) AS accounts,
            SUM(EXISTS (SELECT 1 FROM cycles AS since WHERE ${SINCE})) AS again,
            SUM(COALESCE(accounts.next_cycle_at <= ?, 0)) AS due,
            SUM(accounts.next_cycle_at IS NULL) AS closed
       FROM ${OF_RUN} JOIN accounts ON accounts.id = mine.account_id`,
    [...window, toDate(until), earlier.id],
  );
  const [accounts = 0, again = 0, stillDue = 0, closed = 0] = ['accounts', 'again', 'due', 'closed'].map(
    (name) => Number(row?.[name as 'again'] ?? 0),
  );
  return { settledBy, stillDue, closed, notDueAgain: Math.max(0, accounts - again - stillDue - closed) };
}

async function countOnly(db: Queryable, of: number, without: number): Promise<number> {
  const row = await selectOne<{ accounts: number }>(
    db,
    `SELECT COUNT(*) AS accounts FROM ${OF_RUN} WHERE NOT EXISTS
       (SELECT 1 FROM cycles AS other WHERE other.run_id = ? AND other.account_id = mine.account_id)`,
    [of, without],
  );
  return row?.accounts ?? 0;
}
