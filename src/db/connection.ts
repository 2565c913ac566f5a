/** Connections to MariaDB or MySQL, all with the same session settings, and the transaction with bounded replay. */
import knex, { type Knex } from 'knex';
import { connectionOptions } from './address.ts';
import { PatientClient } from './client.ts';
import {
  classOfDatabaseError,
  databaseUnavailable,
  isDatabaseError,
  isLockTimeout,
  isRowLocked,
  isTableTimeout,
} from './errors.ts';
import { LOCK_WAIT_S, lockWaitS } from './limits.ts';

export type Database = Knex;
/** A connection inside a transaction. */
export type Transaction = Knex.Transaction;

/** Whether another clock bears out what the database's shows; given to `connectDatabase` by whoever composes. */
export interface ClockAgreement {
  /** @throws unavailable when it does not */
  agreed(ask: () => Promise<number>): Promise<number>;
}

/** How long a server may take to greet: one that hangs must not keep an operator waiting for long. */
const CONNECT_TIMEOUT_MS = 5_000;
const ACQUIRE_TIMEOUT_MS = 15_000;
/** After how much silence TCP asks whether the other end is still there. */
const KEEP_ALIVE_MS = 10_000;

/**
 * `mysql://user:password@host:3306/name`, or over a unix socket
 * `mysql://user@localhost/name?socketPath=/run/mysqld.sock`; `?ssl=true` for TLS. Nothing is opened yet.
 * @param agreement bears out its clock, for whoever asks `databaseNow`
 */
export function connectDatabase(url: string, poolMax: number, agreement?: ClockAgreement): Database {
  return open(connectionOptions(url), poolMax, agreement);
}

/** The same server and user, before the user may use any database. */
export function connectServer(url: string): Database {
  const { database: _database, ...server } = connectionOptions(url);
  return open(server, 1);
}

const silent = (): void => undefined;

function open(options: Record<string, unknown>, poolMax: number, agreement?: ClockAgreement): Database {
  const connection: Record<string, unknown> = {
    ...options,
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: ['DATE'],
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableKeepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    // Without this, mysql2 counts rows that were found, not rows that were changed.
    flags: ['-FOUND_ROWS'],
  };
  const db = knex({
    client: PatientClient as unknown as typeof Knex.Client,
    connection: connection as Knex.MySql2ConnectionConfig,
    pool: { min: 0, max: poolMax },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    // What goes wrong is thrown; knex would print it a second time.
    log: { warn: silent, error: silent, debug: silent, deprecate: silent },
  });
  // Transactions take it over: whoever asks there for the time is given no other answer.
  db.userParams = { agreement };
  return db;
}

/** How often a transaction that lost a race is replayed before the race counts as the server's trouble. */
const REPLAYS_MAX = 8;
/** The same for a row that somebody else has locked: a lock that outlasts these may last for hours. */
const LOCK_REPLAYS_MAX = 4;
/** The same for a whole table, which was waited for ten times as long each time. */
const TABLE_REPLAYS_MAX = 1;

function replaysMaxOf(error: unknown, lockReplaysMax: number): number {
  if (isTableTimeout(error)) return TABLE_REPLAYS_MAX;
  return isLockTimeout(error) ? lockReplaysMax : REPLAYS_MAX;
}

/**
 * Runs `work` in one transaction; a deadlock or lock timeout replays the whole of it, bounded, because the server
 * has undone all (1213) or part (1205) of it. So `work` must have no effect outside the transaction.
 * @throws whatever `work` throws; unavailable `row-locked` when somebody keeps a lock, or when the server cannot be used.
 */
export async function inTransaction<Result>(
  db: Database,
  work: (transaction: Transaction) => Promise<Result>,
  lockReplaysMax = LOCK_REPLAYS_MAX,
): Promise<Result> {
  for (let replay = 0; ; replay += 1) {
    try {
      return await transact(db, work);
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      const kind = classOfDatabaseError(error);
      if (kind === 'row') throw error;
      if (kind !== 'replay' || replay >= replaysMaxOf(error, lockReplaysMax))
        throw databaseUnavailable(error);
    }
  }
}

/** One attempt of a batch that is halved where a row stays locked: halving it is replay enough, and holds up nobody. */
export const inBatch = <Result>(
  db: Database,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> => inTransaction(db, work, 0);

/** What `work` throws comes first: where the connection is gone with it, the ROLLBACK throws too, and says less. */
async function transact<Result>(
  db: Database,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  let failed: { readonly error: unknown } | undefined;
  try {
    return await db.transaction(async (transaction) => {
      try {
        return await waitingForRows(transaction, work);
      } catch (error) {
        failed = { error };
        throw error;
      }
    });
  } catch (error) {
    throw failed ? failed.error : error;
  }
}

/** Sessions are set to the ordinary wait: one that is to wait for less is set so, and back before the pool has it again. */
async function waitingForRows<Result>(
  transaction: Transaction,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const seconds = lockWaitS();
  if (seconds === LOCK_WAIT_S) return work(transaction);
  await setLockWait(transaction, seconds);
  try {
    return await work(transaction);
  } finally {
    // Where that fails, the connection is gone, or waits for less: neither is worth what `work` came to.
    await setLockWait(transaction, LOCK_WAIT_S).catch(() => undefined);
  }
}

const setLockWait = async (transaction: Transaction, seconds: number): Promise<void> =>
  void (await transaction.raw(`SET SESSION innodb_lock_wait_timeout = ${seconds}`));

/** What `work` comes to; undefined where somebody else keeps a row locked that it needs, and others can go on without. */
export async function unlessLocked<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isRowLocked(error)) return undefined;
    throw error;
  }
}
