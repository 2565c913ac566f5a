/** A database that is there and does not serve: nobody waits for it for ever, and the pool heals by itself. */
import { type Database, connectDatabase, inTransaction } from '../../src/db/connection.ts';
import { asUnavailable, markAsTables } from '../../src/db/errors.ts';
import { withStatementLimit } from '../../src/db/limits.ts';
import { migrate } from '../../src/db/migrate.ts';
import { execute, selectOne } from '../../src/db/query.ts';
import { readServerVariables } from '../../src/db/server-settings.ts';
import { type FaultyProxy, openProxy } from '../support/faulty-proxy.ts';
import { serverUrl } from '../support/installation.ts';
import { type PrivateServer, privateDatabase } from '../support/private-servers.ts';
import { quickly } from '../support/slowness.ts';
import { until } from '../support/sweeping.ts';

const connectionOf = async (db: Database): Promise<number> =>
  (await selectOne<{ id: number }>(db, 'SELECT CONNECTION_ID() AS id'))?.id as number;

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => asUnavailable(error),
  );

/** Through the proxy, over TCP. */
function through(proxy: FaultyProxy, server: string): string {
  const url = new URL(server);
  url.searchParams.delete('socketPath');
  url.host = `127.0.0.1:${proxy.port}`;
  return url.toString();
}

const socketOf = (url: string): string => new URL(url).searchParams.get('socketPath') as string;

describe('a statement that gets no answer in time', () => {
  let db: Database;
  beforeAll(() => {
    db = connectDatabase(serverUrl('DATABASE_URL'), 1);
  });
  afterAll(() => db.destroy());

  it('is given up as an outage, and its connection with it', async () => {
    const before = await connectionOf(db);
    const error = await withStatementLimit(300, () => caught(execute(db, 'DO SLEEP(20)')));
    expect(error).toMatchObject({
      kind: 'unavailable',
      code: 'database-unavailable',
      message: expect.stringContaining('got no answer within 0.3 s') as string,
      mend: expect.stringContaining('SHOW FULL PROCESSLIST') as string,
    });
    expect(await connectionOf(db)).not.toBe(before);
  });

  it('loses its whole transaction, which may be run anew', async () => {
    const name = `t_${process.pid}`;
    await execute(db, `CREATE TABLE ${name} (id INT PRIMARY KEY) ENGINE = InnoDB`);
    try {
      const insert = (seconds: number): Promise<unknown> =>
        inTransaction(db, async (transaction) => {
          await execute(transaction, `INSERT INTO ${name} VALUES (1)`);
          await execute(transaction, `DO SLEEP(${seconds})`);
        });
      expect(await withStatementLimit(300, () => caught(insert(20)))).toMatchObject({ kind: 'unavailable' });
      expect(await caught(insert(0))).toBeUndefined();
    } finally {
      await execute(db, `DROP TABLE ${name}`);
    }
  });

  it.each([
    ['a table that somebody keeps locked, which was waited for long', 1205, true, 2],
    ['a row that somebody keeps locked', 1205, false, 5],
    ['a race that is lost again and again', 1213, false, 9],
  ])(
    'is run anew so often, for %s, and never told to do so by itself after that',
    async (_, errno, table, runs) => {
      let count = 0;
      const error = await caught(
        inTransaction(db, () => {
          count += 1;
          const refusal = Object.assign(new Error('refused'), { errno, sqlMessage: 'refused' });
          if (table) markAsTables(refusal);
          return Promise.reject(refusal);
        }),
      );
      expect(count).toBe(runs);
      expect(error).toMatchObject({ kind: 'unavailable' });
      expect(error).not.toMatchObject({ mend: expect.stringContaining('by itself') as string });
    },
  );

  it('keeps nobody from closing', async () => {
    const other = connectDatabase(serverUrl('DATABASE_URL'), 1);
    const sleeping = caught(execute(other, 'DO SLEEP(20)'));
    await connectionOf(db);
    const startedAt = performance.now();
    await other.destroy();
    expect(performance.now() - startedAt).toBeLessThan(quickly(10) * 1_000);
    expect(await sleeping).toMatchObject({ kind: 'unavailable' });
  });
});

describe('connections that say nothing any more', () => {
  let proxy: FaultyProxy;
  let db: Database;
  beforeAll(async () => {
    proxy = await openProxy({ path: socketOf(serverUrl('DATABASE_URL')) });
    db = connectDatabase(through(proxy, serverUrl('DATABASE_URL')), 4);
  });
  afterAll(async () => {
    await db.destroy();
    proxy.close();
  });

  it('are left, all of them, as soon as one is found out', async () => {
    await Promise.all([1, 2, 3, 4].map(() => execute(db, 'DO SLEEP(0.2)')));
    expect(proxy.made).toBe(4);
    proxy.swallow();
    // Longer than a connection may be idle without being asked.
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    expect(await connectionOf(db)).toBeGreaterThan(0);
    const startedAt = performance.now();
    await Promise.all([1, 2, 3, 4].map(() => execute(db, 'DO 1')));
    expect(performance.now() - startedAt).toBeLessThan(quickly(1.5) * 1_000);
  });
});

/** A default that a server may have, and what our sessions have whatever it is. */
const DEFAULTS: Record<string, [theirs: string, ours: unknown]> = {
  autocommit: ['0', 'ON'],
  sql_mode: ["''", expect.stringContaining('STRICT_ALL_TABLES')],
  time_zone: ["'+05:00'", '+00:00'],
  foreign_key_checks: ['0', 'ON'],
  unique_checks: ['0', 'ON'],
  max_statement_time: ['0.001', '0.000000'],
  max_execution_time: ['1', '0'],
  lock_wait_timeout: ['31536000', '20'],
  sql_safe_updates: ['1', 'OFF'],
  sql_select_limit: ['1', '18446744073709551615'],
  group_concat_max_len: ['4', '1048576'],
  tx_read_only: ['1', 'OFF'],
  transaction_read_only: ['1', 'OFF'],
  tx_isolation: ["'SERIALIZABLE'", 'READ-COMMITTED'],
  transaction_isolation: ["'SERIALIZABLE'", 'READ-COMMITTED'],
};

describe('a session', () => {
  let server: PrivateServer;
  beforeAll(async () => {
    server = await privateDatabase();
  });
  afterAll(() => server.remove());

  it('is what ours must be, whatever the server has for a default', async () => {
    const admin = connectDatabase(server.url, 1);
    const known = await readServerVariables(admin, Object.keys(DEFAULTS));
    const changed = Object.entries(DEFAULTS).filter(([name]) => known.has(name));
    for (const [name, [value]] of changed) await execute(admin, `SET GLOBAL ${name} = ${value}`);
    await admin.destroy();
    const db = connectDatabase(server.url, 2);
    try {
      const found = await readServerVariables(db, Object.keys(DEFAULTS));
      expect(Object.fromEntries(found)).toEqual(
        Object.fromEntries(changed.map(([name, [, ours]]) => [name, ours])),
      );
      await execute(db, 'CREATE TABLE kept (id INT)');
      await execute(db, 'INSERT INTO kept VALUES (1), (2)');
      await db.destroy();
      const later = connectDatabase(server.url, 1);
      expect(await selectOne(later, 'SELECT COUNT(*) AS n FROM kept')).toEqual({ n: 2 });
      await later.destroy();
    } finally {
      await db.destroy();
    }
  });

  it('that meets a server turned read-only is left at once: the next one may find the new primary', async () => {
    const admin = connectDatabase(server.url, 1);
    await execute(admin, 'SET GLOBAL TRANSACTION READ WRITE');
    await execute(admin, "CREATE USER app@localhost IDENTIFIED BY 'x'");
    await execute(admin, 'CREATE TABLE written (id INT)');
    const name = new URL(server.url).pathname.slice(1);
    await execute(admin, `GRANT SELECT, INSERT ON ${name}.* TO app@localhost`);
    const url = new URL(server.url);
    url.username = 'app';
    url.password = 'x';
    const db = connectDatabase(url.toString(), 1);
    try {
      const before = await connectionOf(db);
      await execute(admin, 'SET GLOBAL read_only = 1');
      expect(await caught(execute(db, 'INSERT INTO written VALUES (1)'))).toMatchObject({
        kind: 'unavailable',
        mend: 'The server is read-only: give the address of the primary.',
      });
      const writing = inTransaction(db, (transaction) =>
        execute(transaction, 'INSERT INTO written VALUES (1)'),
      );
      expect(await caught(writing)).toMatchObject({ kind: 'unavailable' });
      await execute(admin, 'SET GLOBAL read_only = 0');
      expect(await connectionOf(db)).toBeGreaterThan(before + 1);
      expect(await caught(execute(db, 'INSERT INTO written VALUES (1)'))).toBeUndefined();
    } finally {
      await db.destroy();
      await admin.destroy();
    }
  });

  it('that keeps the lock of migrations is not ended while one of them takes long', async () => {
    await migrate(server.url);
    const admin = connectDatabase(server.url, 1);
    // Each migration writes there.
    await execute(admin, 'LOCK TABLES schema_migrations_lock WRITE');
    await execute(admin, 'SET GLOBAL wait_timeout = 1');
    const keeper = async (): Promise<number | null> =>
      (await selectOne<{ id: number | null }>(admin, "SELECT IS_USED_LOCK('connects_migrations') AS id"))
        ?.id ?? null;
    try {
      const migrating = migrate(server.url);
      await until('it migrates', async () => (await keeper()) !== null);
      await execute(admin, 'DO SLEEP(3)');
      expect(await keeper()).not.toBeNull();
      await execute(admin, 'UNLOCK TABLES');
      expect(await migrating).toEqual([]);
    } finally {
      await admin.destroy();
    }
  });
});
