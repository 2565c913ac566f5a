/** The database that `npm start` keeps for a checkout, which may be older than the checkout is by now. */
import { type Connection, createConnection } from 'mysql2/promise';
import { migrations } from '../../migrations/index.ts';
import { SetupError } from '../servers/setup-error.ts';

const EXIT_CONFIGURATION = 78;
/** Of a table that is not there. */
const NO_SUCH_TABLE = 1146;

/**
 * @param url of its owner
 * @param folder of everything that is kept between starts: what is in there can be made anew
 * @throws SetupError (exit 78) where its schema is of the time before the first release, which no migration leads from
 */
export async function requireReleasedSchema(url: string, folder: string): Promise<void> {
  const names = await readMigrationNames(url);
  // The first step of then had another name; whatever came of a set-up that was cut off, it was recorded first.
  if (names.length === 0 || names.includes(migrations[0]?.name ?? '')) return;
  throw new SetupError(
    `the development database is of the time before the first release (it has ${names[0]}) and cannot be migrated: ` +
      `remove ${folder} and start again; the database, the inbox and the sample fleet in it are made anew`,
    EXIT_CONFIGURATION,
  );
}

/** @param url of its owner */
export const isSchemaMissing = async (url: string): Promise<boolean> =>
  (await readMigrationNames(url)).length === 0;

/**
 * Commits do not wait for the disk meanwhile: what a power cut takes then is made anew, because it was not finished.
 * @param url of its owner
 * @returns what `work` came to; where that is exit code 0, all of it is on the disk by then
 */
export async function withoutWaitingForDisk<Result extends { readonly exitCode: number }>(
  url: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = await asking(url, async (connection) => {
    const [rows] = await connection.query('SELECT @@GLOBAL.innodb_flush_log_at_trx_commit AS value');
    await connection.query('SET GLOBAL innodb_flush_log_at_trx_commit = 0');
    return (rows as [{ value: number }])[0].value;
  });
  const result = await work();
  // Where it failed, the server may be gone, and ends in any case.
  if (result.exitCode === 0)
    await asking(url, async (connection) => {
      await connection.query('SET GLOBAL innodb_flush_log_at_trx_commit = ?', [before]);
      await connection.query('FLUSH ENGINE LOGS');
    });
  return result;
}

async function readMigrationNames(url: string): Promise<readonly string[]> {
  return asking(url, async (connection) => {
    try {
      const [rows] = await connection.query('SELECT name FROM schema_migrations ORDER BY id');
      return (rows as { name: string }[]).map((row) => row.name);
    } catch (error) {
      if ((error as { errno?: number }).errno === NO_SUCH_TABLE) return [];
      throw error;
    }
  });
}

/** By a connection of its own. */
export async function asking<T>(url: string, ask: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection(url);
  try {
    return await ask(connection);
  } finally {
    await connection.end();
  }
}
