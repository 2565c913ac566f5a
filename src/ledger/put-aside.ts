/** Reading `failures`: who is put aside, since when, and with which error. */
import { isOneOf } from '../db/id-list.ts';
import { type Binding, type Queryable, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';

/** Which of those put aside; everybody when nothing is given. */
export interface PutAsideFilter {
  /** Put aside by this run. Without it, an account that several runs put aside counts with the latest of them. */
  readonly runId?: number;
  readonly code?: string;
  readonly accounts?: readonly string[];
  /** That the account has now. */
  readonly plan?: PlanName;
  /** Of the program that opened the run; null for runs of which it was not recorded. */
  readonly version?: string | null;
}

export interface PutAside {
  readonly account: string;
  readonly runId: number;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly firstAt: Instant;
  readonly putAsideAt: Instant;
}

const LATEST_OF_ALL = `NOT EXISTS (SELECT 1 FROM failures AS later WHERE later.account_id = failures.account_id
  AND later.state <> 'cleared' AND later.run_id > failures.run_id)`;
const LATEST = `NOT EXISTS (SELECT 1 FROM failures AS later WHERE later.account_id = failures.account_id
  AND later.state = 'put-aside' AND later.run_id > failures.run_id)`;

/** @param withFailing also those that a run failed at and did not put aside */
export function putAsideWhere(
  filter: PutAsideFilter,
  withFailing = false,
): { sql: string; bindings: Binding[] } {
  const parts = [
    withFailing ? "failures.state IN ('put-aside', 'retrying')" : "failures.state = 'put-aside'",
  ];
  const bindings: Binding[] = [];
  if (filter.runId === undefined) parts.push(withFailing ? LATEST_OF_ALL : LATEST);
  else {
    parts.push('failures.run_id = ?');
    bindings.push(filter.runId);
  }
  if (filter.code !== undefined) {
    parts.push('failures.code = ?');
    bindings.push(filter.code);
  }
  if (filter.accounts !== undefined) {
    const named = isOneOf('failures.account_id', filter.accounts);
    parts.push(named.sql);
    bindings.push(named.binding);
  }
  if (filter.plan !== undefined) {
    parts.push(
      'EXISTS (SELECT 1 FROM accounts WHERE accounts.id = failures.account_id AND accounts.plan = ?)',
    );
    bindings.push(filter.plan);
  }
  if (filter.version !== undefined) {
    parts.push('EXISTS (SELECT 1 FROM runs WHERE runs.id = failures.run_id AND runs.program_version <=> ?)');
    bindings.push(filter.version);
  }
  return { sql: parts.join(' AND '), bindings };
}

/** By account, after `after`; each account once. */
export async function listPutAside(
  db: Queryable,
  filter: PutAsideFilter,
  page: { readonly after?: string; readonly limit: number },
): Promise<PutAside[]> {
  const { sql, bindings } = putAsideWhere(filter);
  const rows = await selectRows<
    Omit<PutAside, 'firstAt' | 'putAsideAt'> & { firstAt: Date; putAsideAt: Date }
  >(
    db,
    `SELECT account_id AS account, run_id AS runId, code, message, attempts, first_at AS firstAt,
            put_aside_at AS putAsideAt
       FROM failures WHERE ${sql} AND account_id > ? ORDER BY account_id LIMIT ?`,
    [...bindings, page.after ?? '', page.limit],
  );
  return rows.map((row) => ({
    ...row,
    firstAt: row.firstAt.getTime(),
    putAsideAt: row.putAsideAt.getTime(),
  }));
}

/** An account that is put aside, with what the latest run said that did so. */
export interface AsideAccount {
  readonly account: string;
  readonly code: string;
  /** When the first run put it aside that did so: a rerun that failed makes it no younger. */
  readonly since: Instant;
  /** The cycle that could not be settled; null where there is no such account, or nothing is due for it any more. */
  readonly nextCycleOn: LocalDate | null;
  /** When that one begins; 0 of an instant that does not exist, which sorts before all others. */
  readonly nextCycleAt: Instant | null;
}

/** Whether its cycle has begun by an instant. */
export const isDueAt = ({ nextCycleAt }: Pick<AsideAccount, 'nextCycleAt'>, at: Instant): boolean =>
  nextCycleAt !== null && nextCycleAt <= at;

interface AsideRow {
  readonly account: string;
  readonly runId: number;
  readonly code: string;
  readonly at: Date | null;
}

/** Each once. Sorted out here: that reads each row once, where a subquery reads it several times. */
const latestOfEach = <Row extends AsideRow>(rows: readonly Row[]): (Row & { readonly since: Instant })[] => {
  const latest = new Map<string, Row & { readonly since: Instant }>();
  for (const row of rows) {
    const known = latest.get(row.account);
    const since = Math.min(row.at?.getTime() ?? Infinity, known?.since ?? Infinity);
    latest.set(row.account, { ...(known && known.runId > row.runId ? known : row), since });
  }
  return [...latest.values()];
};

/** Everybody who is put aside, with how the account stands now. */
export async function listAside(db: Queryable): Promise<AsideAccount[]> {
  const rows = await selectRows<AsideRow & { nextCycleOn: LocalDate | null; nextCycleAt: Date | null }>(
    db,
    `SELECT account_id AS account, run_id AS runId, code, put_aside_at AS at, next_cycle_on AS nextCycleOn,
            next_cycle_at AS nextCycleAt
       FROM failures LEFT JOIN accounts ON accounts.id = failures.account_id WHERE failures.state = 'put-aside'`,
  );
  return latestOfEach(rows).map(({ account, code, since, nextCycleOn, nextCycleAt }) => ({
    account,
    code,
    since,
    nextCycleOn,
    nextCycleAt: nextCycleAt && (nextCycleAt.getTime() || 0),
  }));
}

/** How many accounts are put aside: a look at an index. */
export async function countPutAside(db: Queryable): Promise<number> {
  const row = await selectOne<{ accounts: number }>(
    db,
    "SELECT COUNT(DISTINCT account_id) AS accounts FROM failures WHERE state = 'put-aside'",
  );
  return row?.accounts ?? 0;
}

/** Accounts that a run has failed at, put aside or still to be tried again, by error. */
export async function countFailing(db: Queryable, runId: number): Promise<Map<string, number>> {
  const rows = await selectRows<{ code: string; accounts: number }>(
    db,
    "SELECT code, COUNT(*) AS accounts FROM failures WHERE run_id = ? AND state <> 'cleared' GROUP BY code LIMIT 1000",
    [runId],
  );
  return new Map(rows.map((row) => [row.code, row.accounts]));
}

/** The latest as-of among runs that put these aside; undefined for none. */
export async function latestAsOf(db: Queryable, runIds: readonly number[]): Promise<Instant | undefined> {
  if (runIds.length === 0) return undefined;
  const row = await selectOne<{ as_of: Date | null }>(
    db,
    'SELECT MAX(as_of) AS as_of FROM runs WHERE id IN (?)',
    [runIds],
  );
  return row?.as_of?.getTime();
}

/** Attempts that failed, by error. */
export async function countFailedAttempts(db: Queryable): Promise<Map<string, number>> {
  const rows = await selectRows<{ code: string; attempts: string }>(
    db,
    'SELECT code, SUM(attempts) AS attempts FROM failures GROUP BY code ORDER BY code LIMIT 1000',
  );
  return new Map(rows.map((row) => [row.code, Number(row.attempts)]));
}

/** Accounts of a rerun that still have a failure although they are not due: something else mended them. */
export async function listNotDue(
  db: Queryable,
  run: { readonly id: number; readonly asOf: Instant },
  limit: number,
): Promise<string[]> {
  const rows = await selectRows<{ id: string }>(
    db,
    `SELECT DISTINCT accounts.id FROM run_accounts
       JOIN accounts ON accounts.id = run_accounts.account_id
       JOIN failures ON failures.account_id = accounts.id AND failures.state <> 'cleared'
      WHERE run_accounts.run_id = ? AND (accounts.next_cycle_at IS NULL OR accounts.next_cycle_at > ?)
      ORDER BY accounts.id LIMIT ?`,
    [run.id, toDate(run.asOf), limit],
  );
  return rows.map((row) => row.id);
}

/** Accounts that a run failed at without putting them aside, and that nobody settled since, by error. */
export async function countRetrying(db: Queryable, runId: number): Promise<Map<string, number>> {
  const rows = await selectRows<{ code: string; accounts: number }>(
    db,
    "SELECT code, COUNT(*) AS accounts FROM failures WHERE run_id = ? AND state = 'retrying' GROUP BY code LIMIT 1000",
    [runId],
  );
  return new Map(rows.map((row) => [row.code, row.accounts]));
}

/** How many are put aside, by error, and since when the first of them is. */
export interface AsideSum {
  /** The most frequent error first. */
  readonly byCode: ReadonlyMap<string, number>;
  readonly oldestAt: Instant | undefined;
}

export async function sumPutAside(db: Queryable): Promise<AsideSum> {
  const rows = await selectRows<AsideRow>(
    db,
    `SELECT account_id AS account, run_id AS runId, code, put_aside_at AS at
       FROM failures WHERE state = 'put-aside'`,
  );
  return sumAside(latestOfEach(rows));
}

export function sumAside(aside: readonly Pick<AsideAccount, 'code' | 'since'>[]): AsideSum {
  const counts = new Map<string, number>();
  let oldestAt = Infinity;
  for (const { code, since } of aside) {
    counts.set(code, (counts.get(code) ?? 0) + 1);
    oldestAt = Math.min(oldestAt, since);
  }
  const byCount = [...counts].toSorted(([a, inA], [b, inB]) => inB - inA || (a < b ? -1 : 1));
  return { byCode: new Map(byCount), oldestAt: oldestAt === Infinity ? undefined : oldestAt };
}
