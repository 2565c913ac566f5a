/** SQL of `failures`: accounts that could not be settled, how often it was tried, and who is put aside. */
import type { Transaction } from '../db/connection.ts';
import {
  type Queryable,
  execute,
  insertRows,
  listed,
  selectOne,
  selectRows,
  toDate,
  toDateOrNull,
  toInstantOrNull,
  updateOf,
} from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

export interface Failure {
  readonly accountId: string;
  readonly runId: number;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  /** When it may be tried again; null when put aside. */
  readonly retryAt: Instant | null;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** Since when it is put aside, where it was before this attempt; otherwise since `lastAt`. */
  readonly asideAt?: Instant | null;
}

const COLUMNS = [
  'account_id',
  'run_id',
  'state',
  'code',
  'message',
  'attempts',
  'first_at',
  'last_at',
  'retry_at',
  'put_aside_at',
  'cleared_at',
] as const;

const MESSAGE_MAX = 1_000;

export interface Attempts {
  readonly attempts: number;
  readonly firstAt: Instant;
  /** Since when it is put aside; null where it is not. */
  readonly asideAt: Instant | null;
}

/** Attempts so far of accounts that a run has failed at, locked; those that were settled after all begin anew. */
export async function lockAttempts(
  transaction: Transaction,
  runId: number,
  accountIds: readonly string[],
): Promise<Map<string, Attempts>> {
  const rows = await selectRows<{
    account_id: string;
    attempts: number;
    first_at: Date;
    state: string;
    put_aside_at: Date | null;
  }>(
    transaction,
    `SELECT account_id, attempts, first_at, state, put_aside_at FROM failures
      WHERE run_id = ? AND account_id IN (?) AND state <> 'cleared' ORDER BY account_id FOR UPDATE`,
    [runId, accountIds],
  );
  return new Map(
    rows.map((row) => [
      row.account_id,
      {
        attempts: row.attempts,
        firstAt: row.first_at.getTime(),
        asideAt: row.state === 'put-aside' ? toInstantOrNull(row.put_aside_at) : null,
      },
    ]),
  );
}

export async function upsertFailures(transaction: Transaction, failures: readonly Failure[]): Promise<void> {
  await insertRows(
    transaction,
    'failures',
    COLUMNS,
    failures.map((one) => [
      one.accountId,
      one.runId,
      one.retryAt === null ? 'put-aside' : 'retrying',
      one.code,
      one.message.slice(0, MESSAGE_MAX),
      one.attempts,
      toDate(one.firstAt),
      toDate(one.lastAt),
      toDateOrNull(one.retryAt),
      one.retryAt === null ? toDate(one.asideAt ?? one.lastAt) : null,
      null,
    ]),
    updateOf(COLUMNS.slice(2)),
  );
}

/**
 * Locks the failures of these accounts that were not overcome yet, and says whose somebody else has locked. Mostly there
 * are none of anybody: then it is one look, at one row.
 */
export async function lockFailures(
  transaction: Transaction,
  accountIds: readonly string[],
): Promise<{ readonly locked: ReadonlySet<string>; readonly busy: ReadonlySet<string> }> {
  const open = `SELECT account_id AS account, run_id AS run FROM failures
    WHERE account_id IN (?) AND state <> 'cleared' ORDER BY account_id, run_id`;
  const read = (sql: string): Promise<{ account: string; run: number }[]> =>
    accountIds.length === 0 ? Promise.resolve([]) : selectRows(transaction, sql, [listed(accountIds)]);
  const there = (await anyOpen(transaction)) ? await read(open) : [];
  const mine = there.length === 0 ? [] : await read(`${open} FOR UPDATE SKIP LOCKED`);
  const locked = new Set(mine.map((one) => `${one.account}/${one.run}`));
  const busy = new Set(
    there.filter((one) => !locked.has(`${one.account}/${one.run}`)).map((one) => one.account),
  );
  return { locked: new Set(mine.map((one) => one.account).filter((id) => !busy.has(id))), busy };
}

async function anyOpen(db: Queryable): Promise<boolean> {
  const row = await selectOne(
    db,
    "SELECT 1 AS found FROM failures WHERE state IN ('retrying', 'put-aside') LIMIT 1",
  );
  return row !== undefined;
}

/** Accounts that were settled after all are nobody's failure any more. */
export async function clearFailures(
  transaction: Transaction,
  accountIds: readonly string[],
  now: Instant,
): Promise<void> {
  await execute(
    transaction,
    `UPDATE failures SET state = 'cleared', cleared_at = ?, retry_at = NULL
      WHERE account_id IN (?) AND state <> 'cleared'`,
    [toDate(now), accountIds],
  );
}

/** Whether a run put anybody aside, also where a later run cleared it. */
export async function anyPutAside(db: Queryable, runId: number): Promise<boolean> {
  const row = await selectOne(
    db,
    'SELECT 1 AS found FROM failures WHERE run_id = ? AND put_aside_at IS NOT NULL LIMIT 1',
    [runId],
  );
  return row !== undefined;
}
