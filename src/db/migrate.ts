/** Bringing the schema up to date, safely when several start at once, and after a crash in the middle. */
import { type Migration, migrations } from '../../migrations/index.ts';
import { unavailable } from '../errors.ts';
import { type Database, type Transaction, connectDatabase } from './connection.ts';
import { isNoSuchTable } from './errors.ts';

/** How long one process waits while another migrates. */
const LOCK_WAIT_S = 120;

/** knex's own tables, named so that they are known for what they are. */
const tables = { tableName: 'schema_migrations', lockTableName: 'schema_migrations_lock' };

const migrationSource = {
  getMigrations: () => Promise.resolve([...migrations]),
  getMigrationName: (migration: Migration) => migration.name,
  getMigration: (migration: Migration) =>
    Promise.resolve({
      up: (db: Transaction | Database) => db.raw(migration.sql).then(() => undefined),
      down: () => Promise.reject(new Error('migrations only go forward')),
      // DDL commits by itself, so a transaction around it would only pretend.
      config: { transaction: false },
    }),
};

/**
 * Applies what is missing and returns the names of what it applied, in order.
 * @param url of a user who may change the schema.
 * @throws unavailable `migration-locked` when another process holds the lock for more than two minutes
 */
export async function migrate(url: string): Promise<readonly string[]> {
  // One connection keeps the named lock: it goes when the process dies, unlike knex's own lock row.
  const guard = connectDatabase(url, 1);
  const db = connectDatabase(url, 2);
  try {
    await takeLock(guard);
    const settings = { ...tables, migrationSource };
    await db.migrate.forceFreeMigrationsLock(settings);
    const [, applied] = (await db.migrate.latest(settings)) as [number, string[]];
    await guard.raw('DO RELEASE_LOCK(?)', [lockName()]);
    return applied;
  } finally {
    await db.destroy();
    await guard.destroy();
  }
}

const lockName = (): string => 'connects_migrations';

async function takeLock(guard: Database): Promise<void> {
  const [[row]] = (await guard.raw('SELECT GET_LOCK(?, ?) AS taken', [lockName(), LOCK_WAIT_S])) as [
    [{ taken: number | null }],
  ];
  if (row.taken !== 1)
    throw unavailable(
      'migration-locked',
      `another process has been migrating for ${LOCK_WAIT_S} s: try again later`,
    );
}

/** Names of the migrations that the database lacks; all of them when it has no schema at all. */
export async function pendingMigrations(db: Database): Promise<readonly string[]> {
  const applied = new Set(await appliedMigrations(db));
  return migrations.map((one) => one.name).filter((name) => !applied.has(name));
}

/** Names of migrations in the database that this version does not know: a newer one has been there. */
export async function unknownMigrations(db: Database): Promise<readonly string[]> {
  const known = new Set(migrations.map((one) => one.name));
  return (await appliedMigrations(db)).filter((name) => !known.has(name));
}

async function appliedMigrations(db: Database): Promise<string[]> {
  try {
    const rows: { name: string }[] = await db(tables.tableName).select('name').orderBy('id').limit(10_000);
    return rows.map((row) => row.name);
  } catch (error) {
    if (isNoSuchTable(error)) return [];
    throw error;
  }
}
