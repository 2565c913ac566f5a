/**
 * Accounts that are put aside as work: since when, and what operators said of each. What was said before an account was
 * put aside is of an earlier time; what was acknowledged is open again once the account fails anew; what was snoozed
 * comes back by itself.
 */
import { type Binding, type Queryable, selectOne, selectRows, toDate, toInstantOrNull } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { type PutAsideFilter, putAsideWhere } from '../ledger/put-aside.ts';

/** `failing`: a run failed at it and put it not aside; a later run may try it again. */
export const FAILURE_STATES = ['open', 'acknowledged', 'snoozed', 'failing'] as const;
export type FailureState = (typeof FAILURE_STATES)[number];

export interface WorkFilter extends PutAsideFilter {
  readonly state?: FailureState;
  /** Also those that a run failed at and did not put aside. */
  readonly withFailing?: boolean;
  readonly assignee?: string;
  /** Put aside for at least so long, in milliseconds. */
  readonly olderThanMs?: number;
  /** Put aside for less than so long, in milliseconds. */
  readonly youngerThanMs?: number;
}

/** Of those that are put aside, and of no others. */
export type AsideFilter = Omit<WorkFilter, 'withFailing' | 'state'> & {
  readonly state?: Exclude<FailureState, 'failing'>;
};

export interface Said {
  readonly at: Instant;
  readonly by: string;
  readonly words: string;
}

export interface FailureWork {
  readonly account: string;
  readonly runId: number;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly firstAt: Instant;
  /** By this run; null while it is failing. */
  readonly putAsideAt: Instant | null;
  /** Since when it waits: a rerun that failed at it makes it no younger. */
  readonly sinceAt: Instant;
  readonly ageMs: number;
  readonly state: FailureState;
  /** The latest words of each kind, as far as they still count. */
  readonly acknowledged: Said | null;
  readonly snoozed: (Said & { readonly until: Instant }) | null;
  readonly assignee: string | null;
  readonly note: Said | null;
}

const aside = (which: 'MIN' | 'MAX'): string =>
  `(SELECT ${which}(aside.put_aside_at) FROM failures AS aside
     WHERE aside.account_id = failures.account_id AND aside.state = 'put-aside')`;

const CARE = `acknowledged_at, acknowledged_by, acknowledged_reason, snoozed_at, snoozed_until, snoozed_by,
  snoozed_reason, assigned_at, assignee, noted_at, noted_by, note`;

/** Each row with its age, and then with what still counts of what was said; the first `?` is now. */
export const listedWork = (where: string): string => `
  SELECT listed.*,
         CASE WHEN kept = 'retrying' THEN 'failing'
              WHEN snoozed_until > ? AND snoozed_at >= since_at THEN 'snoozed'
              WHEN acknowledged_at >= last_at THEN 'acknowledged'
              ELSE 'open' END AS state,
         IF(assigned_at >= since_at, assignee, NULL) AS owner
    FROM (SELECT failures.account_id AS account, failures.run_id AS runId, failures.state AS kept, failures.code,
                 failures.message, failures.attempts, failures.first_at AS firstAt,
                 failures.put_aside_at AS putAsideAt, COALESCE(${aside('MIN')}, failures.first_at) AS since_at,
                 COALESCE(${aside('MAX')}, failures.last_at) AS last_at, ${CARE}
            FROM failures LEFT JOIN failure_care ON failure_care.account_id = failures.account_id
           WHERE ${where}) AS listed`;

interface Chosen {
  readonly sql: string;
  readonly bindings: Binding[];
}

/** @param page what narrows the rows themselves: a position, and their number where nothing of them is left out later */
export function chosen(filter: WorkFilter, now: Instant, page?: Position): Chosen {
  const withFailing = filter.withFailing === true || filter.state === 'failing';
  const { sql, bindings } = putAsideWhere(filter, withFailing);
  const parts: [string, Binding][] = [
    ...(filter.state === undefined ? [] : [['state = ?', filter.state] as [string, Binding]]),
    ...(filter.assignee === undefined ? [] : [['owner = ?', filter.assignee] as [string, Binding]]),
    ...(filter.olderThanMs === undefined
      ? []
      : [['since_at <= ?', toDate(now - filter.olderThanMs)] as [string, Binding]]),
    ...(filter.youngerThanMs === undefined
      ? []
      : [['since_at > ?', toDate(now - filter.youngerThanMs)] as [string, Binding]]),
  ];
  const narrowed = parts.length === 0 ? '' : `WHERE ${parts.map(([part]) => part).join(' AND ')}`;
  const from = page ? `${sql} AND ${page.after}` : sql;
  const limited = page && parts.length === 0 ? `${from} ORDER BY ${page.order} LIMIT ?` : from;
  return {
    sql: `FROM (${listedWork(limited)}) AS told ${narrowed}`,
    bindings: [
      toDate(now),
      ...bindings,
      ...(page?.bindings ?? []),
      ...(page && parts.length === 0 ? [page.limit] : []),
      ...parts.map(([, binding]) => binding),
    ],
  };
}

/** Where a page begins, in the words of the table. */
export interface Position {
  readonly after: string;
  readonly bindings: readonly Binding[];
  readonly order: string;
  readonly limit: number;
}

export type StoredWork = Omit<
  FailureWork,
  'firstAt' | 'putAsideAt' | 'sinceAt' | 'acknowledged' | 'snoozed' | 'note'
> & {
  firstAt: Date;
  putAsideAt: Date | null;
  since_at: Date;
  owner: string | null;
  acknowledged_at: Date | null;
  acknowledged_by: string;
  acknowledged_reason: string;
  snoozed_at: Date | null;
  snoozed_until: Date | null;
  snoozed_by: string;
  snoozed_reason: string;
  noted_at: Date | null;
  noted_by: string;
  note: string;
};

export interface WorkPage {
  readonly now: Instant;
  readonly limit: number;
  /** In the order of accounts, after this one. Without it, the oldest first. */
  readonly after?: string;
}

/** Each account once, unless a run is named that failed at it. */
export async function listFailureWork(
  db: Queryable,
  filter: WorkFilter,
  { now, limit, after }: WorkPage,
): Promise<FailureWork[]> {
  const position = after === undefined ? undefined : byAccount(after, limit);
  const { sql, bindings } = chosen(filter, now, position);
  const order = after === undefined ? 'since_at, account' : 'account';
  const rows = await selectRows<StoredWork>(db, `SELECT * ${sql} ORDER BY ${order} LIMIT ?`, [
    ...bindings,
    limit,
  ]);
  return rows.map((row) => parseWork(row, now));
}

const byAccount = (after: string, limit: number): Position => ({
  after: 'failures.account_id > ?',
  bindings: [after],
  order: 'failures.account_id',
  limit,
});

export function parseWork(row: StoredWork, now: Instant): FailureWork {
  const sinceAt = row.since_at.getTime();
  const said = (at: Date | null, by: string, words: string): Said | null =>
    at === null || at.getTime() < sinceAt ? null : { at: at.getTime(), by, words };
  const snoozed = said(row.snoozed_at, row.snoozed_by, row.snoozed_reason);
  return {
    account: row.account,
    runId: row.runId,
    code: row.code,
    message: row.message,
    attempts: row.attempts,
    firstAt: row.firstAt.getTime(),
    putAsideAt: toInstantOrNull(row.putAsideAt),
    sinceAt,
    ageMs: Math.max(0, now - sinceAt),
    state: row.state,
    acknowledged:
      row.state === 'open' ? null : said(row.acknowledged_at, row.acknowledged_by, row.acknowledged_reason),
    snoozed:
      row.state === 'snoozed' && snoozed ? { ...snoozed, until: row.snoozed_until?.getTime() ?? 0 } : null,
    assignee: row.owner,
    note: said(row.noted_at, row.noted_by, row.note),
  };
}

export interface WorkByError {
  readonly code: string;
  readonly accounts: number;
  /** Of those: neither acknowledged nor snoozed. */
  readonly open: number;
  readonly oldestAt: Instant;
  readonly oldestAgeMs: number;
  /** One of them, to look at. */
  readonly sampleAccount: string;
}

/** The most frequent error first. */
export async function groupFailureWork(
  db: Queryable,
  filter: WorkFilter,
  now: Instant,
): Promise<WorkByError[]> {
  const { sql, bindings } = chosen(filter, now);
  const rows = await selectRows<{
    code: string;
    accounts: number;
    open: string;
    oldest: Date;
    sample: string;
  }>(
    db,
    `SELECT code, COUNT(*) AS accounts, SUM(state = 'open') AS open, MIN(since_at) AS oldest, MIN(account) AS sample
       ${sql} GROUP BY code ORDER BY accounts DESC, code LIMIT 1000`,
    bindings,
  );
  return rows.map(({ code, accounts, open, oldest, sample }) => ({
    code,
    accounts,
    open: Number(open),
    oldestAt: oldest.getTime(),
    oldestAgeMs: Math.max(0, now - oldest.getTime()),
    sampleAccount: sample,
  }));
}

/** How long those that are put aside wait, by what was said of them. */
export interface WorkSum {
  readonly accounts: number;
  /** Since when the oldest of them waits; null for none. */
  readonly oldestAt: Instant | null;
}

export async function sumFailureWork(
  db: Queryable,
  now: Instant,
): Promise<ReadonlyMap<FailureState, WorkSum>> {
  const { sql, bindings } = chosen({}, now);
  const rows = await selectRows<{ state: FailureState; accounts: number; oldest: Date | null }>(
    db,
    `SELECT state, COUNT(*) AS accounts, MIN(since_at) AS oldest ${sql} GROUP BY state LIMIT 10`,
    bindings,
  );
  return new Map(
    rows.map((row) => [row.state, { accounts: row.accounts, oldestAt: toInstantOrNull(row.oldest) }]),
  );
}

/** Accounts that are put aside, and that nobody has acknowledged or snoozed. Mostly there are none: then it is one look. */
export async function countUnacknowledged(db: Queryable, now: Instant): Promise<number> {
  const any = await selectOne(db, "SELECT 1 AS found FROM failures WHERE state = 'put-aside' LIMIT 1");
  return any ? ((await sumFailureWork(db, now)).get('open')?.accounts ?? 0) : 0;
}

/** Codes that accounts ever failed with, as far as it is known. */
export async function listKnownCodes(db: Queryable): Promise<string[]> {
  const rows = await selectRows<{ code: string }>(
    db,
    'SELECT DISTINCT code FROM failures ORDER BY code LIMIT 1000',
  );
  return rows.map((row) => row.code);
}
