/** Migrating: several at once, after a crash in the middle, and with a user for the app that can rewrite no history. */
import { randomBytes } from 'node:crypto';
import { migrations } from '../../../migrations/index.ts';
import { startWorker } from '../../../jobs/start-worker.ts';
import { composeApp } from '../../../src/app.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseConfig } from '../../../src/config.ts';
import { type Database, connectDatabase } from '../../../src/db/connection.ts';
import { pendingMigrations } from '../../../src/db/migrate.ts';
import { databaseNow, execute, selectRows } from '../../../src/db/query.ts';
import { builtInTerms } from '../../../src/domain/terms.ts';
import { insertTermsVersion, listTermsVersions } from '../../../src/ledger/terms-versions.ts';
import { silentLog } from '../../../src/log.ts';
import { applyTerms } from '../../../src/operations/upkeep/apply-terms.ts';
import { type MigrateOutcome, migrateDatabase } from '../../../src/operations/upkeep/migrate-database.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { startCli } from '../../support/cli.ts';
import { type Installation, install } from '../../support/installation.ts';
import { holdRows } from '../../support/liveness.ts';
import { countOf } from '../../support/state.ts';
import { allSent, until, waitingSweep } from '../../support/sweeping.ts';

const names = migrations.map((one) => one.name);

/** What a database consists of: every table and view, with its definition. */
async function schemaOf(db: Database): Promise<Record<string, string>> {
  const tables = await selectRows<{ name: string }>(
    db,
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name',
  );
  const found: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await selectRows<Record<string, string>>(db, `SHOW CREATE TABLE \`${name}\``);
    // A counter of rows is no part of the schema.
    found[name] = String(row?.['Create Table'] ?? 'a view').replace(/ AUTO_INCREMENT=\d+/, '');
  }
  return found;
}

describe('migrateDatabase', () => {
  let clean: Installation;
  let installation: Installation;
  beforeAll(async () => {
    clean = await install();
  });
  afterAll(() => clean.remove());
  beforeEach(async () => {
    installation = await install({ migrated: false });
  });
  afterEach(() => installation.remove());

  const migrateOnce = (): Promise<MigrateOutcome> =>
    migrateDatabase({
      ownerUrl: installation.env.DATABASE_URL as string,
      owner: installation.db,
      appUrl: undefined,
    });

  it('leaves no collation to the server or the database: keys compare byte by byte, other text is the same everywhere', async () => {
    const { db } = installation;
    const [{ name } = { name: '' }] = await selectRows<{ name: string }>(db, 'SELECT DATABASE() AS name');
    await db.raw(`ALTER DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_czech_ci`);
    await migrateOnce();
    const collations = await selectRows<{ collation: string }>(
      db,
      `SELECT DISTINCT collation_name AS collation FROM information_schema.columns
        WHERE table_schema = DATABASE() AND collation_name IS NOT NULL ORDER BY collation`,
    );
    expect(collations.map((one) => one.collation)).toEqual(['ascii_bin', 'utf8mb4_general_ci']);
    const ofKeys = await selectRows<{ collation: string }>(
      db,
      `SELECT DISTINCT c.collation_name AS collation
         FROM information_schema.statistics s JOIN information_schema.columns c USING (table_schema, table_name, column_name)
        WHERE table_schema = DATABASE() AND c.collation_name IS NOT NULL AND index_name NOT IN ('of_email', 'of_actor')`,
    );
    // Addresses and actors are searched for whatever their case, and tell no two rows apart.
    expect(ofKeys).toEqual([{ collation: 'ascii_bin' }]);
  });

  async function expectTheWholeSchema(): Promise<void> {
    const { db } = installation;
    expect(await pendingMigrations(db)).toEqual([]);
    expect(await schemaOf(db)).toEqual(await schemaOf(clean.db));
    expect(await db('schema_migrations').orderBy('id').pluck('name')).toEqual(names);
    expect(await listTermsVersions(db, 10)).toMatchObject([{ version: 1, terms: builtInTerms }]);
  }

  it('lets five who start at once succeed: one applies all, and there is one schema', async () => {
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map(migrateOnce));
    const applied = outcomes.map((one) => one.applied).filter((one) => one.length > 0);
    expect(applied).toEqual([names]);
    await expectTheWholeSchema();
  });

  it('goes on where a process was killed, between a change and its record', async () => {
    const killed = startCli(['migrate'], installation.env);
    const { db } = installation;
    await until('it is in the middle', async () => {
      const counted = countOf(db, 'SELECT COUNT(*) FROM schema_migrations').catch(() => 0);
      return (await counted) >= 3;
    });
    // Whoever wants to record the next migration has to wait; its change is made.
    const holder = await holdRows(installation, 'LOCK TABLES schema_migrations READ');
    const recorded = await countOf(holder.transaction, 'SELECT COUNT(*) FROM schema_migrations');
    expect(recorded).toBeLessThan(names.length);
    await until('it stands still', async () => (await countTables(db)) > recorded);
    killed.child.kill('SIGKILL');
    await killed.ended;
    await holder.transaction.raw('UNLOCK TABLES');
    await holder.release();

    expect((await migrateOnce()).applied.length).toBeGreaterThan(0);
    await expectTheWholeSchema();
  });

  it('takes the terms that somebody else stores at the same moment', async () => {
    await migrateOnce();
    const { db } = installation;
    await execute(db, 'DELETE FROM terms_versions');
    const other = await db.transaction();
    const at = await databaseNow(db);
    const stored = { version: 1, terms: builtInTerms, appliedAt: at, actor: 'connects migrate' };
    await insertTermsVersion(other, { ...stored, reason: 'somebody else was faster' });
    const migrating = migrateOnce();
    // It finds none, because that one is not committed, and waits with its own.
    const waiting =
      "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'INSERT INTO terms%'";
    await until('it waits', async () => (await countOf(db, waiting)) > 0);
    await other.commit();
    expect(await migrating).toEqual({ applied: [], missingGrants: [] });
    await expectTheWholeSchema();
  });

  it.each([
    ['accounts', 'CREATE TABLE accounts (id INT PRIMARY KEY, owner TEXT)'],
    ['tokens', 'CREATE TABLE tokens (token VARCHAR(10))'],
    ['all_decisions', 'CREATE VIEW all_decisions AS SELECT 1 AS one'],
    // Of a web framework that is often there.
    ['schema_migrations', 'CREATE TABLE schema_migrations (version VARCHAR(255) PRIMARY KEY)'],
    ['terms_versions', 'CREATE TABLE terms_versions (id INT, words TEXT)'],
  ])('takes over nobody else’s %s, and records no step', async (name, sql) => {
    const shared = await install({ migrated: false });
    try {
      await execute(shared.db, sql);
      const ownerUrl = shared.env.DATABASE_URL as string;
      const migrating = migrateDatabase({ ownerUrl, owner: shared.db, appUrl: undefined });
      await expect(migrating).rejects.toMatchObject({
        code: 'foreign-tables',
        kind: 'configuration',
        message: expect.stringContaining(`names of ours: ${name};`) as string,
      });
      const tables = 'SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()';
      expect(await countOf(shared.db, tables)).toBe(1);
    } finally {
      await shared.remove();
    }
  });

  it('may do every step again whose record a crash kept out, also one that adds a column', async () => {
    await migrateOnce();
    const { db } = installation;
    for (const name of [
      '0029_event_waits',
      '0030_audit_log_actor',
      '0036_events_token',
      '0037_contacts_email',
    ]) {
      await execute(db, 'DELETE FROM schema_migrations WHERE name = ?', [name]);
      expect((await migrateOnce()).applied).toEqual([name]);
    }
    expect(await schemaOf(db)).toEqual(await schemaOf(clean.db));
  });

  it('changes nothing the second time', async () => {
    await migrateOnce();
    expect(await migrateOnce()).toEqual({ applied: [], missingGrants: [] });
    await expectTheWholeSchema();
  });

  /** Of the product: the two that record the migrations are left out. */
  const countTables = (db: Database): Promise<number> =>
    countOf(
      db,
      `SELECT COUNT(*) FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_name NOT LIKE 'schema\\_migrations%'`,
    );
});

describe('with a user of its own for the app', () => {
  const user = `app_${randomBytes(6).toString('hex')}`;
  let installation: Installation;
  let appUrl: string;
  let outcome: MigrateOutcome;
  let asApp: Database;
  beforeAll(async () => {
    installation = await install({ migrated: false });
    await execute(installation.db, `CREATE USER '${user}'@'localhost'`);
    const url = new URL(installation.env.DATABASE_URL as string);
    url.username = user;
    url.password = '';
    appUrl = url.toString();
    const owner = { ownerUrl: installation.env.DATABASE_URL as string, owner: installation.db };
    outcome = await migrateDatabase({ ...owner, appUrl });
    asApp = connectDatabase(appUrl, 2);
  });
  afterAll(async () => {
    await asApp.destroy();
    await execute(installation.db, `DROP USER '${user}'@'localhost'`);
    await installation.remove();
  });

  it('migrating grants it what it needs, and says that nothing is missing', () => {
    expect(outcome).toEqual({ applied: names, missingGrants: [] });
  });

  it('everything that a fleet needs can be done: import, sweep, send, terms', async () => {
    const config = parseConfig({ ...installation.env, DATABASE_URL: appUrl });
    const app = composeApp(config, systemClock, silentLog);
    try {
      await importRows(app, [...numbered('a', 20), { id: 'broken' }]);
      await execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'broken'");
      const worker = startWorker(app);
      expect(await waitingSweep(app)).toMatchObject({ outcome: 'done', remaining: 0 });
      await allSent(app);
      await worker.stop();
      const terms = builtInTerms.slice(0, 1);
      const applied = await applyTerms(app, { terms, actor: 'test', reason: 'test', dryRun: false });
      expect(applied).toEqual({ outcome: 'applied', version: 2 });
    } finally {
      await app.close();
    }
    const { db } = installation;
    expect(await countOf(db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40')).toBe(20);
    expect(await countOf(db, "SELECT COUNT(*) FROM outbox WHERE state = 'sent'")).toBe(20);
    expect(await countOf(db, "SELECT COUNT(*) FROM failures WHERE state = 'put-aside'")).toBe(1);
    expect(await countOf(db, "SELECT COUNT(*) FROM runs WHERE state = 'completed-with-failures'")).toBe(1);
  });

  it.each([
    ['entries', 'amount = 1000'],
    ['cycles', 'free = 1000'],
    ['decisions', "code = 'awarded'"],
    ['audit_log', "actor = 'nobody'"],
    ['terms_versions', "content = '[]'"],
  ])('%s can be neither updated nor deleted: the server refuses it', async (table, change) => {
    const refused = { errno: 1142 };
    await expect(execute(asApp, `UPDATE ${table} SET ${change}`)).rejects.toMatchObject(refused);
    await expect(execute(asApp, `DELETE FROM ${table}`)).rejects.toMatchObject(refused);
    await expect(execute(asApp, `REPLACE INTO ${table} SET ${change}`)).rejects.toMatchObject(refused);
    expect(await selectRows(asApp, `SELECT 1 FROM ${table} LIMIT 1`)).toBeDefined();
  });

  it.each(['TRUNCATE entries', 'DROP TABLE entries', 'ALTER TABLE entries DROP INDEX once'])(
    'the schema cannot be changed: %s is refused',
    async (sql) => {
      await expect(execute(asApp, sql)).rejects.toMatchObject({ errno: 1142 });
    },
  );

  it('accounts cannot be deleted', async () => {
    await expect(execute(asApp, 'DELETE FROM accounts')).rejects.toMatchObject({ errno: 1142 });
  });
});
