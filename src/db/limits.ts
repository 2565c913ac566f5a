/** How long a statement may take. Whatever hangs, a server, a lock or the network, nobody waits for ever. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** How long a statement waits for a row. Ours are locked for less than a second; whoever waits keeps others waiting. */
export const LOCK_WAIT_S = 2;
/** The same once a batch is known to meet a lock that lasts: then it only looks whose it is. */
export const LOCK_LOOK_S = 1;
/** The same for a table's definition, before the whole transaction is replayed. */
export const TABLE_WAIT_S = 20;
/**
 * How long a transaction may say nothing before the server undoes it: what a process that froze, or was cut off, has
 * locked is free again then.
 */
export const IDLE_TRANSACTION_S = 20;
/** An ordinary statement: longer than the longest wait for a lock, so that the server's own words come first. */
export const STATEMENT_MS = 30_000;
/** Statements that read or write a whole table: audits, exports, pruning. */
export const LONG_STATEMENT_MS = 600_000;
/** A change of the schema may copy a table of many millions. */
export const MIGRATION_MS = 6 * 3_600_000;

const limits = new AsyncLocalStorage<number>();

/** Whatever `work` asks of the database may take so long, in milliseconds. */
export const withStatementLimit = <Result>(ms: number, work: () => Result): Result => limits.run(ms, work);

export const statementLimitMs = (): number => limits.getStore() ?? STATEMENT_MS;

const lockWaits = new AsyncLocalStorage<number>();

/** Whatever transaction `work` runs waits so long for a row, in seconds. */
export const withLockWait = <Result>(seconds: number, work: () => Result): Result =>
  lockWaits.run(seconds, work);

export const lockWaitS = (): number => lockWaits.getStore() ?? LOCK_WAIT_S;
