/** doctor: each fault is named with its fix, and nothing is found where all is well. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { composeApp } from '../../../src/app.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseConfig } from '../../../src/config.ts';
import { type Database, connectDatabase } from '../../../src/db/connection.ts';
import { appGrants } from '../../../src/db/grants.ts';
import { listMissingRights } from '../../../src/db/missing-rights.ts';
import { databaseNow, execute } from '../../../src/db/query.ts';
import { parseGrant } from '../../../src/db/surplus-rights.ts';
import { insertRun } from '../../../src/ledger/runs.ts';
import {
  approveBackfill,
  pauseBackfill,
  resumeBackfill,
} from '../../../src/operations/backfills/backfill.ts';
import { silentLog } from '../../../src/log.ts';
import { examine } from '../../../src/operations/upkeep/doctor/examine.ts';
import type { Finding } from '../../../src/operations/upkeep/doctor/finding.ts';
import { migrateDatabase } from '../../../src/operations/upkeep/migrate-database.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { asking, started } from '../../support/backfilling.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { type PrivateServer, privateDatabase, privateRedis } from '../../support/private-servers.ts';
import { redisClient } from '../../support/redis.ts';
import { reset } from '../../support/reset.ts';
import { openPostOffice } from '../../support/post-office.ts';
import { stageNotices } from '../../support/staged-notices.ts';
import { MAY_2021, waitingSweep } from '../../support/sweeping.ts';

describe('doctor', () => {
  let database: PrivateServer;
  let redis: PrivateServer;
  let installation: Installation;
  beforeAll(async () => {
    [database, redis] = await Promise.all([privateDatabase(), privateRedis()]);
    installation = await install({ databaseServer: database.url, env: { REDIS_URL: redis.url } });
    await redisCommand('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  });
  beforeEach(() => reset(installation));
  afterAll(async () => {
    await installation.remove();
    await Promise.all([database.remove(), redis.remove()]);
  });

  const redisCommand = async (name: string, ...words: string[]): Promise<void> => {
    const client = redisClient(redis.url);
    await client.call(name, ...words);
    client.disconnect();
  };
  /** What is not well, by check. */
  const faults = async (env: Record<string, string> = {}, clock = systemClock): Promise<Finding[]> => {
    const app = composeApp(parseConfig({ ...installation.env, ...env }), clock, silentLog);
    try {
      return (await examine(app)).filter((one) => one.state !== 'ok');
    } finally {
      await app.close();
    }
  };
  const found = async (check: string, given?: Record<string, string>): Promise<Finding | undefined> =>
    (await faults(given)).find((one) => one.check === check);
  const withGlobal = async <Result>(
    set: string,
    unset: string,
    work: () => Promise<Result>,
  ): Promise<Result> => {
    const admin = connectDatabase(database.url, 1);
    try {
      await admin.raw(`SET GLOBAL ${set}`);
      return await work();
    } finally {
      await admin.raw(`SET GLOBAL ${unset}`);
      await admin.destroy();
    }
  };

  it('finds nothing but the rights of root, and that nothing ticks, in a fresh installation', async () => {
    expect((await faults()).map((one) => [one.check, one.state])).toEqual([
      ['rights', 'warning'],
      ['ticks', 'warning'],
    ]);
    const { code, stdout, stderr } = await runHere(['doctor'], { app: installation.app });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +database: (MariaDB|MySQL) \d/m);
    expect(stderr).toBe('0 faults, 2 warnings: see docs/runbook.md\n');
  });

  /** With a user that holds what migrate grants, and an administrator beside it. */
  const asOwnUser = async (
    work: (given: {
      admin: Database;
      url: string;
      name: string;
      granted: () => Promise<unknown>;
    }) => Promise<void>,
  ): Promise<void> => {
    const admin = connectDatabase(database.url, 1);
    const ownerUrl = installation.env.DATABASE_URL as string;
    const own = new URL(ownerUrl);
    own.username = 'app';
    own.password = 'secret';
    const url = own.toString();
    const granted = () => migrateDatabase({ ownerUrl, owner: installation.db, appUrl: url });
    try {
      await admin.raw("CREATE USER 'app'@'localhost' IDENTIFIED BY 'secret'");
      await granted();
      await work({ admin, url, name: own.pathname.slice(1), granted });
    } finally {
      await admin.raw("DROP USER 'app'@'localhost'");
      await admin.destroy();
    }
  };

  it('finds no fault in the rights of the user that migrate provides for, who cannot change the ledger', () =>
    asOwnUser(async ({ admin, url, name }) => {
      expect(await found('rights', { DATABASE_URL: url })).toBeUndefined();
      // Which the page on locks recommends.
      await admin.raw("GRANT PROCESS ON *.* TO 'app'@'localhost'");
      expect(await found('rights', { DATABASE_URL: url })).toBeUndefined();
      for (const [right, scope, told] of [
        ['UPDATE', `${name}.entries`, 'UPDATE on entries'],
        ['UPDATE (amount)', `${name}.entries`, 'UPDATE on entries'],
        ['DELETE', `${name}.outbox`, 'DELETE on outbox'],
        ['DROP', `${name}.*`, 'DROP on every table'],
        ['GRANT OPTION', `${name}.accounts`, 'GRANT OPTION on accounts'],
        ['FILE', '*.*', 'FILE on every database'],
        ['SUPER', '*.*', 'SUPER on every database'],
      ] as const) {
        await admin.raw(`GRANT ${right} ON ${scope} TO 'app'@'localhost'`);
        expect(await found('rights', { DATABASE_URL: url })).toMatchObject({
          state: 'warning',
          found: `app@localhost may do more than it needs: ${told}`,
        });
        await admin.raw(`REVOKE ${right} ON ${scope} FROM 'app'@'localhost'`);
      }
      expect(await found('rights', { DATABASE_URL: url })).toBeUndefined();
    }));

  it('names every right that is missing, whichever table it is of', () =>
    asOwnUser(async ({ admin, url, name, granted }) => {
      // None of what is granted can be missing unseen.
      for (const grant of appGrants(name, "'app'@'localhost'"))
        await admin.raw(grant.replace('GRANT', 'REVOKE').replace(' TO ', ' FROM '));
      await admin.raw(`GRANT SELECT ON ${name}.installation TO 'app'@'localhost'`);
      const all = appGrants(name, 'x').flatMap(parseGrant);
      const rights = all.flatMap((one) => one.rights.map((right) => `${right} on ${one.table}`));
      const app = connectDatabase(url, 1);
      const missing = await listMissingRights(app, name);
      await app.destroy();
      expect(missing).toEqual(rights.filter((one) => one !== 'SELECT on installation'));
      expect(await found('rights', { DATABASE_URL: url })).toMatchObject({
        state: 'fault',
        kind: 'config',
        found: expect.stringMatching(
          /^app@localhost lacks rights that it needs: SELECT on entries, INSERT on entries, .* and \d+ more$/,
        ) as string,
        fix: expect.stringContaining('--print-grants') as string,
      });
      await granted();
      expect(await found('rights', { DATABASE_URL: url })).toBeUndefined();
      for (const [right, table] of [
        ['INSERT', 'entries'],
        ['DELETE', 'mail_hold'],
        ['UPDATE', 'rounds'],
        ['SELECT', 'all_decisions'],
        ['SELECT', 'schema_migrations'],
      ]) {
        await admin.raw(`REVOKE ${right} ON ${name}.${table} FROM 'app'@'localhost'`);
        expect(await found('rights', { DATABASE_URL: url })).toMatchObject({
          state: 'fault',
          found: `app@localhost lacks rights that it needs: ${right} on ${table}`,
        });
        await admin.raw(`GRANT ${right} ON ${name}.${table} TO 'app'@'localhost'`);
      }
      // One column is not the table.
      await admin.raw(`REVOKE INSERT ON ${name}.outbox FROM 'app'@'localhost'`);
      await admin.raw(`GRANT INSERT (kind) ON ${name}.outbox TO 'app'@'localhost'`);
      expect(await found('rights', { DATABASE_URL: url })).toMatchObject({
        found: 'app@localhost lacks rights that it needs: INSERT on outbox',
      });
    }));

  it('names an eviction policy that would lose jobs', async () => {
    await redisCommand('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const finding = await found('redis');
    await redisCommand('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    expect(finding).toMatchObject({ state: 'fault', fix: expect.stringContaining('noeviction') as string });
  });

  it('names packets that are too small, a read-only server, and commits that a crash would lose', async () => {
    const packet = await withGlobal('max_allowed_packet = 1048576', 'max_allowed_packet = 67108864', () =>
      found('packet'),
    );
    expect(packet).toMatchObject({ state: 'fault', found: 'max_allowed_packet is 1 MiB' });
    const readOnly = await withGlobal('read_only = 1', 'read_only = 0', () => found('writing'));
    expect(readOnly).toMatchObject({ state: 'fault', found: 'the server is read-only' });
    const flush = await withGlobal(
      'innodb_flush_log_at_trx_commit = 2',
      'innodb_flush_log_at_trx_commit = 1',
      () => found('writing'),
    );
    expect(flush).toMatchObject({ state: 'warning' });
  });

  it('names clocks that disagree, and asks to try again', async () => {
    const behind = (byMs: number) => ({ ...systemClock, wallNow: () => Date.now() - byMs });
    const skewed = (await faults({}, behind(60_000))).find((one) => one.check === 'clock');
    expect(skewed).toMatchObject({
      state: 'fault',
      kind: 'unavailable',
      found: expect.stringMatching(/^the database's clock is 60 s ahead of/) as string,
    });
    expect((await faults({}, behind(5_000))).find((one) => one.check === 'clock')).toMatchObject({
      state: 'warning',
    });
  });

  it('names servers that are away, each by itself, and ends with 75', async () => {
    const app = composeApp(
      parseConfig({ ...installation.env, REDIS_URL: 'redis://127.0.0.1:1' }),
      systemClock,
      silentLog,
    );
    const { code, stdout } = await runHere(['doctor', '--json'], { app });
    await app.close();
    expect(code).toBe(75);
    const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: Finding[] };
    expect(healthy).toBe(false);
    expect(findings.filter((one) => one.state === 'fault').map((one) => one.check)).toEqual(['redis']);
    const database = await faults({ DATABASE_URL: 'mysql://root@127.0.0.1:1/none' });
    expect(database.map((one) => [one.check, one.kind])).toEqual([['database', 'unavailable']]);
  });

  it('names pending migrations', async () => {
    await execute(installation.db, "DELETE FROM schema_migrations WHERE name = '0018_run_stops'");
    const finding = await found('schema');
    const { code } = await runHere(['doctor'], { app: installation.app });
    const at =
      "INSERT INTO schema_migrations (name, batch, migration_time) VALUES ('0018_run_stops', 1, NOW())";
    await execute(installation.db, at);
    // No try later than this one would find them gone.
    expect(code).toBe(3);
    expect(finding).toMatchObject({ state: 'fault', fix: 'connects migrate', kind: 'set-up' });
  });

  it('names orphan runs, accounts due for too long, and jobs that nobody works on', async () => {
    await importRows(installation.app, numbered('a', 3));
    await waitingSweep(installation.app, { asOf: MAY_2021, timeoutMs: 0 });
    await execute(installation.db, "UPDATE runs SET heartbeat_at = '2021-05-01'");
    const all = await faults();
    expect(all.find((one) => one.check === 'runs')).toMatchObject({
      state: 'fault',
      found: expect.stringMatching(/^run \d+ \(sweep\) is open, and nobody has tended it/) as string,
      fix: expect.stringMatching(/connects run stop \d+/) as string,
    });
    expect(all.find((one) => one.check === 'due')).toMatchObject({
      state: 'fault',
      found: expect.stringMatching(/^3 accounts are due, the oldest for [\d,]+ d( \d+ h)?$/) as string,
    });
    expect(all.find((one) => one.check === 'workers')).toMatchObject({
      found: '3 jobs wait in "settle" and no worker is connected',
    });
    expect((await runHere(['doctor'], { app: installation.app })).code).toBe(3);
  });

  it('tells of an open backfill whom it waits for, and how to go on where nobody works on it', async () => {
    const { app, db } = installation;
    const trackedFrom = new Date(Date.now() - 1_000).toISOString();
    await importRows(app, numbered('a', 2, { anchorOn: '2021-01-10', trackedFrom }));
    const { id, runId } = await started(app, asking('2021-02-01', '2021-02-28'), {
      approvalOver: 1,
      actor: 'ann',
    });
    const by = { id, actor: 'bob', reason: 'seen' };
    const silentFor = (minutes: number): Promise<unknown> =>
      execute(
        db,
        `UPDATE runs SET heartbeat_at = UTC_TIMESTAMP(3) - INTERVAL ${minutes} MINUTE WHERE id = ${runId}`,
      );
    await silentFor(600);
    expect(await found('runs')).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/^backfill \d+ of 20 Connects waits for a second person/) as string,
      fix: expect.stringContaining(
        `somebody else than ann: "connects backfill approve ${id} --reason R --yes"`,
      ) as string,
    });
    await approveBackfill(app, by);
    // It may begin now; and as long as sweeps may be apart, nobody is missed.
    expect(await found('runs')).toBeUndefined();
    await silentFor(14);
    expect(await found('runs')).toBeUndefined();
    await silentFor(16);
    expect(await found('runs')).toMatchObject({
      state: 'fault',
      found: `backfill ${id} (run ${runId}) is open, and nobody has worked on it for 16 min`,
      fix: expect.stringContaining(`"connects backfill resume ${id} --work"`) as string,
    });
    await pauseBackfill(app, by);
    expect(await found('runs')).toMatchObject({ state: 'warning', found: `backfill ${id} is paused` });
    await resumeBackfill(app, by);
    expect(await found('runs')).toBeUndefined();
    const hour = (hours: number): string =>
      new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
    await execute(db, `UPDATE backfills SET opens = '${hour(3)}', closes = '${hour(5)}', zone = 'UTC'`);
    await silentFor(600);
    expect(await found('runs')).toBeUndefined();
    expect((await runHere(['doctor'], { app })).stdout).toMatch(/backfill \d+ goes on at 2/);
    // Its window has just opened.
    await execute(db, `UPDATE backfills SET opens = '${hour(-0.1)}'`);
    expect(await found('runs')).toBeUndefined();
    await execute(db, `UPDATE backfills SET opens = '${hour(-1)}'`);
    expect(await found('runs')).toMatchObject({ state: 'fault' });
  });

  it('names a sweep that stopped itself, until one went well', async () => {
    const at = await databaseNow(installation.db);
    const pinned = { kind: 'sweep', asOf: at, termsVersion: 1, notify: 'none', dueAtStart: 200 } as const;
    const id = await insertRun(installation.db, {
      ...pinned,
      actor: 'x',
      reason: null,
      at,
      openKey: 'sweep',
    });
    await execute(
      installation.db,
      "UPDATE runs SET state = 'failed', ended_at = ?, open_key = NULL WHERE id = ?",
      [new Date(at), id as number],
    );
    expect(await found('runs')).toMatchObject({ state: 'fault', fix: 'docs/runbook.md: ConnectsRunFailed' });
    await execute(
      installation.db,
      `INSERT INTO runs (kind, state, as_of, terms_version, notify, actor, due_at_start, started_at, heartbeat_at, ended_at)
       SELECT kind, 'completed', as_of, 1, notify, actor, 1, started_at, heartbeat_at, ended_at FROM runs WHERE id = ?`,
      [id as number],
    );
    expect(await found('runs')).toBeUndefined();
  });

  it('names a mail server that is away, one that hangs, and what waits for it', async () => {
    const dead = await openPostOffice();
    await dead.stop();
    const hanging = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const port = (hanging.address() as AddressInfo).port;
    await stageNotices(installation, 2);
    try {
      expect(await found('mail', { SMTP_URL: dead.url })).toMatchObject({
        state: 'fault',
        kind: 'unavailable',
        found: expect.stringMatching(
          /^the mail server cannot be used: .*ECONNREFUSED.*; 2 notices wait$/,
        ) as string,
      });
      expect(await found('mail', { SMTP_URL: `smtp://127.0.0.1:${port}` })).toMatchObject({
        kind: 'unavailable',
        found: expect.stringMatching(
          /^the mail server cannot be used: (Greeting never received|Timeout)/,
        ) as string,
      });
      await execute(installation.db, 'UPDATE outbox SET staged_at = staged_at - INTERVAL 1 HOUR');
      expect(await found('mail')).toMatchObject({ found: '2 notices wait, the oldest for 60 min' });
    } finally {
      hanging.close();
    }
  });

  it('names a sender that other mail servers turn away, and a link that can be guessed', async () => {
    // Nobody's name (RFC 2606): it is not even looked up.
    const env = {
      SMTP_URL: 'smtps://mail.invalid:465',
      CONNECTS_PREFERENCES_URL: 'https://example.org/{account}',
    };
    const named = (await faults(env)).filter((one) => one.check === 'config');
    expect(named.map((one) => one.found)).toEqual([
      expect.stringContaining('emails are from connects@localhost'),
      expect.stringContaining('has no {token}'),
    ]);
    const set = { ...env, CONNECTS_MAIL_FROM: 'Connects <connects@example.org>' };
    expect(
      (await faults({ ...set, CONNECTS_PREFERENCES_URL: '' })).filter((one) => one.check === 'config'),
    ).toEqual([]);
  });

  it('names ticks that are overdue, and schedules that are gone', async () => {
    const { db, app } = installation;
    const minute = 60_000;
    const now = Math.floor((await databaseNow(db)) / minute) * minute;
    for (const ago of [10, 9, 8, 5])
      await execute(
        db,
        "INSERT INTO ticks (at, slot_at, source, outcome) VALUES (?, ?, 'scheduler', 'nothing-due')",
        [new Date(now - ago * minute + 100), new Date(now - ago * minute)],
      );
    const finding = await found('ticks');
    expect(finding).toMatchObject({
      state: 'fault',
      fix: expect.stringContaining('connects scheduler') as string,
    });
    expect(finding?.found).toMatch(
      /nothing is scheduled; of (10|11) slots .*: 4 ticked, 2 merged .*, [45] missed/,
    );
    const away = { REDIS_URL: 'redis://127.0.0.1:1' };
    const without = (await faults(away)).filter((one) => ['redis', 'ticks'].includes(one.check));
    expect(without.map((one) => [one.check, one.state])).toEqual([
      ['redis', 'fault'],
      ['ticks', 'warning'],
    ]);
    expect(without[1]).toMatchObject({
      found: expect.stringContaining('cannot be looked at without Redis') as string,
      fix: expect.stringContaining('bring Redis back') as string,
    });
    const client = redisClient(redis.url);
    await client.zadd(
      `${app.config.queuePrefix}:{ticks}:delayed`,
      (now - minute) * 4096,
      'repeat:sweep-tick:1',
    );
    client.disconnect();
    expect(await found('queues')).toMatchObject({
      state: 'fault',
      found: '1 delayed job of "ticks" overdue: nobody moves it',
      fix: 'start "connects scheduler", or restart it if it is running',
    });
  });

  it('looks at the environment first, and ends with 78 when nothing else can be looked at', async () => {
    expect(await faults({ DATABASE_URL: '' })).toMatchObject([
      { check: 'config', found: 'DATABASE_URL not set' },
    ]);
  });
});
