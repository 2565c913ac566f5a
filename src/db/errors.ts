/**
 * What a database error means, by errno (the drivers' names for them differ between MariaDB and MySQL, and mysql2
 * misnames some). This is the one place that knows.
 */

import { messageOf, unavailable } from '../errors.ts';

/** `row`: this row is refused, whoever tries. `replay`: the transaction lost a race. `server`: not about us at all. */
export type DatabaseErrorClass = 'row' | 'replay' | 'server';

const ROW_ERRNOS = new Set([
  1048, // a NULL where none may be
  1062, // duplicate key: under the account's lock, two columns disagree
  1216,
  1217,
  1264, // out of range
  1265, // data truncated
  1292, // incorrect value
  1364, // no default
  1366, // incorrect value for a column
  1406, // too long
  1411,
  1451,
  1452, // foreign key
  1525,
  1526,
  1644, // a trigger's SIGNAL
  3819, // CHECK, MySQL
  4025, // CHECK, MariaDB
]);

const REPLAY_ERRNOS = new Set([
  1205, // lock wait timeout
  1213, // deadlock
  1020, // record has changed since last read
]);

interface DriverError {
  readonly errno?: number;
  readonly code?: string;
  readonly sqlMessage?: string;
  /** On errors of the operating system. */
  readonly syscall?: string;
}

/** Anything unrecognised counts as the server's: an account must never be blamed for what it did not do. */
export function classOfDatabaseError(error: unknown): DatabaseErrorClass {
  const { errno = 0 } = asDriverError(error);
  if (ROW_ERRNOS.has(errno)) return 'row';
  return REPLAY_ERRNOS.has(errno) ? 'replay' : 'server';
}

/** True for what a driver or the pool threw, as opposed to a fault of our own code. */
export function isDatabaseError(error: unknown): boolean {
  const { errno, code, sqlMessage, syscall } = asDriverError(error);
  // What the operating system says is the database's only where it was said of a connection, not of a file or a port.
  if (syscall !== undefined && !/^(connect|read|write|getaddrinfo)$/.test(syscall)) return false;
  if (code === 'EISDIR') return false;
  if (errno !== undefined || sqlMessage !== undefined) return true;
  if (typeof code === 'string' && /^(E[A-Z]+|PROTOCOL_|ER_)/.test(code)) return true;
  return (
    error instanceof Error &&
    /Timeout acquiring a connection|Connection lost|closed state/i.test(error.message)
  );
}

export const isDuplicateKey = (error: unknown): boolean => asDriverError(error).errno === 1062;

export const isNoSuchTable = (error: unknown): boolean => asDriverError(error).errno === 1146;

const CODES: Record<number, string> = {
  1062: 'duplicate-key',
  1264: 'out-of-range',
  1452: 'foreign-key',
  1644: 'refused-by-trigger',
  3819: 'check-violated',
  4025: 'check-violated',
};

/** A stable code and the server's own words, without the SQL. */
export function describeRowError(error: unknown): { code: string; message: string } {
  const { errno = 0, sqlMessage } = asDriverError(error);
  return { code: CODES[errno] ?? `row-refused-${errno}`, message: sqlMessage ?? String(error) };
}

/** The driver's own words. knex puts the whole statement before them, with every value that it was given. */
export function driverWords(error: unknown): string {
  const { sqlMessage } = asDriverError(error);
  return sqlMessage ?? (messageOf(error).split(' - ').at(-1) as string);
}

const asDriverError = (error: unknown): DriverError =>
  typeof error === 'object' && error !== null ? (error as DriverError) : {};

/** The code of an outage of the database. */
export const DATABASE_AWAY = 'database-unavailable';

/** In our words, what a driver threw because its server cannot be used; anything else as it is. */
export const asUnavailable = (thrown: unknown): unknown =>
  isDatabaseError(thrown) && classOfDatabaseError(thrown) !== 'row' ? databaseUnavailable(thrown) : thrown;

export const databaseUnavailable = (error: unknown): Error =>
  unavailable('database-unavailable', `the database cannot be used: ${driverWords(error)}`, error);
