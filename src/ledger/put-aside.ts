/** Reading `failures`: who is put aside, since when, and with which error. */
import { isOneOf } from '../db/id-list.ts';
import { type Binding, type Queryable, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
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

/** How many accounts are put aside, the most frequent error first. */
async function groupPutAside(db: Queryable): Promise<{ code: string; accounts: number }[]> {
  const { sql, bindings } = putAsideWhere({});
  return selectRows(
    db,
    `SELECT code, COUNT(*) AS accounts FROM failures WHERE ${sql} GROUP BY code ORDER BY accounts DESC, code LIMIT 1000`,
    bindings,
  );
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

/** Accounts that are put aside, by error, and since when the first of them is: a rerun that failed makes it no younger. */
export async function sumPutAside(
  db: Queryable,
): Promise<{ readonly byCode: ReadonlyMap<string, number>; readonly oldestAt: Instant | undefined }> {
  const groups = await groupPutAside(db);
  const row = await selectOne<{ oldest: Date | null }>(
    db,
    "SELECT MIN(put_aside_at) AS oldest FROM failures WHERE state = 'put-aside'",
  );
  return {
    byCode: new Map(groups.map((one) => [one.code, one.accounts])),
    oldestAt: row?.oldest?.getTime(),
  };
}
