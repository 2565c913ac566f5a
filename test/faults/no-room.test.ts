/** A server that has no room left, or is still loading what it holds: an outage with its cure; soon after it, all is settled. */
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { importRows, numbered } from '../support/accounts.ts';
import type { Ended } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { expectGrantedOnce, expectSoonAfter } from '../support/liveness.ts';
import { type PrivateServer, privateDatabase, privateRedis } from '../support/private-servers.ts';
import { redisClient } from '../support/redis.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

/** More than fit into pages that are there already. */
const FLEET = 400;
const SWEEP = ['sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z', '--timeout', '30s'];

/** As an operator runs it, with a worker and connections of its own. */
async function runWith({ env }: Installation, args: readonly string[]): Promise<Ended> {
  const app = composeApp(parseConfig(env), systemClock, silentLog);
  try {
    return await runHere(args, { app, processes: { startWorker } });
  } finally {
    await app.close();
  }
}

const TABLE_IS_FULL = 1114;

describe('a database without room', () => {
  // All tables lie in files that do not grow.
  const options = ['--innodb-file-per-table=0', '--innodb-data-file-path=ibdata1:12M;ibdata2:24M'];
  let server: PrivateServer;
  let installation: Installation;
  beforeAll(async () => {
    server = await privateDatabase(options);
    installation = await install({ databaseServer: server.url, env: { SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', FLEET));
  });
  afterAll(async () => {
    await installation.remove();
    await server.remove();
  });

  /** As much as fits, the last bytes in small pieces. */
  async function fill(): Promise<void> {
    await installation.db.raw(
      'CREATE TABLE surplus (id INT AUTO_INCREMENT PRIMARY KEY, filling LONGBLOB NOT NULL)',
    );
    const fits = (size: number): Promise<boolean> =>
      installation.db.raw('INSERT INTO surplus (filling) VALUES (?)', [Buffer.alloc(size, 'x')]).then(
        () => true,
        (error: { errno: number }) => {
          if (error.errno !== TABLE_IS_FULL) throw error as unknown as Error;
          return false;
        },
      );
    for (const size of [1_000_000, 100_000, 4_000, 100]) while (await fits(size));
  }

  test('is an outage to a sweep; with room, everybody is settled soon, and once', async () => {
    await fill();
    const swept = await runWith(installation, SWEEP);
    expect(swept.code).toBe(75);
    // Where the run itself still finds room, its worker waits for more until --timeout.
    expect(swept.stderr).toMatch(
      /The server has run out of room: make room on its disk\.|--timeout passed with \d+ accounts left/,
    );
    expect(swept.stderr).not.toMatch(/\n\s+at /);
    options[1] += ';ibdata3:32M';
    await server.crash();
    await server.restart();
    const endedAt = performance.now();
    expect(await runWith(installation, SWEEP)).toMatchObject({ code: 0 });
    expectSoonAfter(endedAt);
    await expectGrantedOnce(installation, FLEET);
  });
});

describe('a Redis that loads', () => {
  let redis: PrivateServer;
  let installation: Installation;
  beforeAll(async () => {
    // A millisecond for each key, and a look at its clients in between.
    redis = await privateRedis([
      '--key-load-delay',
      '1000',
      '--loading-process-events-interval-bytes',
      '1024',
    ]);
    installation = await install({ env: { REDIS_URL: redis.url, SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', FLEET));
    const client = redisClient(redis.url);
    const filling = client.pipeline();
    for (let key = 0; key < 5_000; key += 1) filling.set(`filling:${key}`, 'x'.repeat(100));
    await filling.exec();
    await client.save();
    client.disconnect();
  });
  afterAll(async () => {
    await installation.remove();
    await redis.remove();
  });

  test('is an outage to a sweep; a worker waits for it, and everybody is settled soon after', async () => {
    await redis.crash();
    const worker = startWorker(installation.app);
    const restarting = redis.restart();
    let isThere = false;
    void restarting.then(() => (isThere = true));
    try {
      let said = '';
      await until('it says that it loads', async () => {
        const { code, stderr } = await runWith(installation, SWEEP);
        expect(isThere ? 75 : code).toBe(75);
        said += stderr;
        return isThere || stderr.includes('Redis is still loading what it holds: wait.');
      });
      expect(said).toContain('Redis is still loading what it holds: wait.');
      await restarting;
      const endedAt = performance.now();
      expect(await runWith(installation, SWEEP)).toMatchObject({ code: 0 });
      expectSoonAfter(endedAt);
      await expectGrantedOnce(installation, FLEET);
    } finally {
      await restarting;
      await worker.stop();
    }
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM runs')).toBe(1);
  });
});
