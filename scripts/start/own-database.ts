/** The database that `npm start` keeps for a checkout, which may be older than the checkout is by now. */
import { createConnection } from 'mysql2/promise';
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

async function readMigrationNames(url: string): Promise<readonly string[]> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query('SELECT name FROM schema_migrations ORDER BY id');
    return (rows as { name: string }[]).map((row) => row.name);
  } catch (error) {
    if ((error as { errno?: number }).errno === NO_SUCH_TABLE) return [];
    throw error;
  } finally {
    await connection.end();
  }
}
