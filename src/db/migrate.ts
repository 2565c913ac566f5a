/** Bringing the schema up to date, safely when several start at once, and after a crash in the middle. */
import { type Migration, migrations } from '../../migrations/index.ts';
import { configuration, unavailable } from '../errors.ts';
import { type Database, type Transaction, connectDatabase } from './connection.ts';
import { listForeignTables } from './foreign-tables.ts';
import { isNoSuchColumn, isNoSuchTable, isThereAlready } from './errors.ts';
import { MIGRATION_MS, withStatementLimit } from './limits.ts';

/** How long one process waits while another migrates. */
const LOCK_WAIT_S = 120;

/** knex's own tables, named so that they are known for what they are. */
const tables = { tableName: 'schema_migrations', lockTableName: 'schema_migrations_lock' };

/** As knex would make it, but for the collation, which it leaves to the database: no text's order is chance. */
const RECORD = `CREATE TABLE IF NOT EXISTS ${tables.tableName} (
  id             INT UNSIGNED NOT NULL AUTO_INCREMENT,
  name           VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
  batch          INT NULL,
  migration_time TIMESTAMP NULL DEFAULT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;

/** The steps up to here were numbered anew before the first release: an unknown name among them is from before that. */
const RENUMBERED_TO = 28;

/** Once more, after a crash between the change and its record: a column and an index have no words for "if it is not there". */
async function applyOne(db: Transaction | Database, sql: string): Promise<void> {
  try {
    await db.raw(sql);
  } catch (error) {
    if (!isThereAlready(error)) throw error;
  }
}

const migrationSource = {
  getMigrations: () => Promise.resolve([...migrations]),
  getMigrationName: (migration: Migration) => migration.name,
  getMigration: (migration: Migration) =>
    Promise.resolve({
      up: (db: Transaction | Database) => applyOne(db, migration.sql),
      down: () => Promise.reject(new Error('migrations only go forward')),
      // DDL commits by itself, so a transaction around it would only pretend.
      config: { transaction: false },
    }),
};

/**
 * Applies what is missing and returns the names of what it applied, in order.
 * @param url of a user who may change the schema.
 * @throws unavailable `migration-locked` when another process holds the lock for more than two minutes;
 * `schema-before-release`, `foreign-tables`, having changed nothing
 */
export const migrate = (url: string): Promise<readonly string[]> =>
  withStatementLimit(MIGRATION_MS, () => migrateAll(url));

async function migrateAll(url: string): Promise<readonly string[]> {
  // One connection keeps the named lock: it goes when the process dies, unlike knex's own lock row.
  const guard = connectDatabase(url, 1);
  const db = connectDatabase(url, 2);
  try {
    await takeLock(guard);
    await requireOwnTables(guard);
    await guard.raw(RECORD);
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

/** @throws configuration `foreign-tables`; unavailable `schema-before-release`; having changed nothing */
async function requireOwnTables(db: Database): Promise<void> {
  const record = await listForeignTables(db, RECORD, []);
  const applied = new Set(record.length > 0 ? [] : await appliedMigrations(db));
  const pending = migrations.filter((one) => !applied.has(one.name));
  const foreign = await listForeignTables(db, RECORD, pending);
  if (foreign.length > 0) throw foreignTables(foreign);
}

const foreignTables = (names: readonly string[]): Error =>
  configuration(
    'foreign-tables',
    `the database holds what is not ours under names of ours: ${names.join(', ')}; nothing was changed`,
    {
      mend:
        'create a database for connects alone, and name it in DATABASE_URL and MIGRATE_DATABASE_URL; or give these ' +
        'tables another name',
    },
  );

const lockName = (): string => 'connects_migrations';

async function takeLock(guard: Database): Promise<void> {
  // It says nothing while another connection works, and would be ended for that.
  await guard.raw('SET SESSION wait_timeout = ?', [MIGRATION_MS / 1_000]);
  const [[row]] = (await guard.raw('SELECT GET_LOCK(?, ?) AS taken', [lockName(), LOCK_WAIT_S])) as [
    [{ taken: number | null }],
  ];
  if (row.taken !== 1)
    throw unavailable(
      'migration-locked',
      `another process has been migrating for ${LOCK_WAIT_S} s: try again later`,
    );
}

/**
 * Names of the migrations that the database lacks; all of them when it has no schema at all.
 * @throws unavailable `schema-before-release`; configuration `foreign-tables` where the record is another program's
 */
export async function pendingMigrations(db: Database): Promise<readonly string[]> {
  const applied = new Set(await appliedMigrations(db));
  return migrations.map((one) => one.name).filter((name) => !applied.has(name));
}

/**
 * Names of migrations in the database that this version does not know: a newer one has been there.
 * @throws unavailable `schema-before-release`; configuration `foreign-tables`
 */
export async function unknownMigrations(db: Database): Promise<readonly string[]> {
  return (await appliedMigrations(db)).filter(isUnknown);
}

/** What to do with a database of the time before the first release: nothing leads from there to here. */
export const AFTER_EARLIER_SCHEMA =
  'create an empty database, name it in DATABASE_URL and MIGRATE_DATABASE_URL, run "connects migrate" and import ' +
  'accounts and events into it again; what the old one holds, the version that made it can still export';

/** Names of migrations in the database that were given up before the first release; empty in any later database. */
export async function migrationsBeforeRelease(db: Database): Promise<readonly string[]> {
  return (await recordedMigrations(db)).filter(isBeforeRelease);
}

const isUnknown = (name: string): boolean => migrations.every((one) => one.name !== name);
const isBeforeRelease = (name: string): boolean =>
  isUnknown(name) && Number(name.slice(0, 4)) <= RENUMBERED_TO;

/** All that were recorded; looked at here, so that nobody goes on with a schema that only looks like a version's. */
async function appliedMigrations(db: Database): Promise<readonly string[]> {
  const names = await recordedMigrations(db);
  const early = names.find(isBeforeRelease);
  if (early !== undefined)
    throw unavailable(
      'schema-before-release',
      `the database is of the time before the first release (it has ${early}) and cannot be migrated; ` +
        `nothing was changed: ${AFTER_EARLIER_SCHEMA}`,
    );
  return names;
}

async function recordedMigrations(db: Database): Promise<readonly string[]> {
  try {
    const rows: { name: string }[] = await db(tables.tableName).select('name').orderBy('id').limit(10_000);
    const names = rows.map((row) => row.name);
    if (names.every(isUnknown) && (await isForeignRecord(db, names))) throw foreignTables([tables.tableName]);
    return names;
  } catch (error) {
    if (isNoSuchTable(error)) return [];
    if (isNoSuchColumn(error)) throw foreignTables([tables.tableName]);
    throw error;
  }
}

/** Of a record without a name that we know: whether it is another program's, by what is in it, or by its columns. */
const isForeignRecord = async (db: Database, names: readonly string[]): Promise<boolean> =>
  (names.length > 0 && !names.some(isBeforeRelease)) || (await listForeignTables(db, RECORD, [])).length > 0;
