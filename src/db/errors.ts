/** What an error of the database means: src/servers/database-faults.ts knows its codes. */
import { ConnectsError, configuration, messageOf, unavailable } from '../errors.ts';
import { databaseFault, mendOf } from '../servers/classify.ts';
import { AGAIN, type FaultClass } from '../servers/fault.ts';

interface DriverError {
  readonly errno?: number;
  readonly code?: string;
  readonly sqlMessage?: string;
}

/** Anything unrecognised counts as the server's: an account must never be blamed for what it did not do. */
export const classOfDatabaseError = (error: unknown): FaultClass =>
  databaseFault(error)?.class ?? 'server-refuses';

/** Whether the connection that said so is of no use any more: what it says, it goes on saying. */
export const dropsConnection = (error: unknown): boolean => databaseFault(error)?.drops ?? false;

const thrownByDatabase = new WeakSet();

/** What comes out of the driver or the pool is marked where it comes out: a code alone does not tell whose it is. */
export function markAsDatabases<Thrown>(error: Thrown): Thrown {
  if (typeof error === 'object' && error !== null) thrownByDatabase.add(error);
  return error;
}

/** True for what a driver or the pool threw, as opposed to a fault of our own code. */
export function isDatabaseError(error: unknown): boolean {
  const { errno, sqlMessage } = asDriverError(error);
  // The operating system's numbers are negative, and may be of a file.
  if (sqlMessage !== undefined || (errno !== undefined && errno > 0)) return true;
  return typeof error === 'object' && error !== null && thrownByDatabase.has(error);
}

/** Somebody kept a row lock for longer than a statement waits. */
export const isLockTimeout = (error: unknown): boolean =>
  asDriverError(error).errno === 1205 && !ofWholeTable.has(error as object);

/**
 * The server has one code for a row that somebody locked and for a whole table. It waits for the second much longer, by
 * which whoever sent the statement tells them apart: a locked table is everybody's trouble, and no row's.
 */
export function markAsTables(error: unknown): void {
  if (asDriverError(error).errno === 1205) ofWholeTable.add(error as object);
}

export const isTableTimeout = (error: unknown): boolean => ofWholeTable.has(error as object);

const ofWholeTable = new WeakSet();

export const isDuplicateKey = (error: unknown): boolean => asDriverError(error).errno === 1062;

/** A column or an index that is to be added is there. */
export const isThereAlready = (error: unknown): boolean =>
  [1060, 1061].includes(asDriverError(error).errno ?? 0);

export const isNoSuchColumn = (error: unknown): boolean => asDriverError(error).errno === 1054;

export const isNoSuchTable = (error: unknown): boolean => asDriverError(error).errno === 1146;

const CODES: Record<number, string> = {
  1153: 'too-large',
  1062: 'duplicate-key',
  1264: 'out-of-range',
  1452: 'foreign-key',
  1644: 'refused-by-trigger',
  3819: 'check-violated',
  4025: 'check-violated',
};

/** Of rows that a server refuses, those that have a name of their own. */
export const ROW_CODES: readonly string[] = [...new Set(Object.values(CODES))];

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

/** The codes of an outage of the database: it may pass by itself, or wants a person. */
export const DATABASE_OUTAGES = ['database-unavailable', 'database-configuration'];

/** In our words, what a driver threw because its server cannot be used; anything else as it is. */
export const asUnavailable = (thrown: unknown): unknown =>
  isDatabaseError(thrown) && classOfDatabaseError(thrown) !== 'row' ? databaseUnavailable(thrown) : thrown;

/** `unavailable`, or `configuration` where waiting mends nothing; `row-locked` where the server is there. */
export function databaseUnavailable(error: unknown): Error {
  if (isLockTimeout(error))
    return unavailable(
      ROW_LOCKED,
      'a row that this needs is locked by somebody else: see "connects doctor"',
      {
        cause: error,
      },
    );
  const message = `the database cannot be used: ${driverWords(error)}`;
  const mend = isGivenUp(error) ? LOOK : (mendOf(databaseFault(error), 'the database server') ?? AGAIN);
  return classOfDatabaseError(error) === 'configuration'
    ? configuration('database-configuration', message, { cause: error, mend })
    : unavailable('database-unavailable', message, { cause: error, mend });
}

/** What was replayed as often as it may be is no longer run anew by itself. */
const isGivenUp = (error: unknown): boolean => classOfDatabaseError(error) === 'replay';

const LOOK =
  'It was tried several times: somebody keeps a lock there, or changes tables. Look at what runs (SHOW FULL PROCESSLIST), and try again.';

/** The code of a row that somebody else keeps locked: the server is there, and everybody else can go on. */
export const ROW_LOCKED = 'row-locked';

export const isRowLocked = (error: unknown): boolean =>
  isLockTimeout(error) || (error instanceof ConnectsError && error.code === ROW_LOCKED);
