/** doctor adds up the connections of all processes, and says where there is no room for them, and what makes it. */
import { startWorker } from '../../../jobs/start-worker.ts';
import { composeApp } from '../../../src/app.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseConfig } from '../../../src/config.ts';
import { type Database, connectDatabase } from '../../../src/db/connection.ts';
import { silentLog } from '../../../src/log.ts';
import { examine } from '../../../src/operations/upkeep/doctor/examine.ts';
import type { Finding } from '../../../src/operations/upkeep/doctor/finding.ts';
import { type Installation, install } from '../../support/installation.ts';
import { type PrivateServer, privateDatabase, privateRedis } from '../../support/private-servers.ts';
import { redisClient } from '../../support/redis.ts';
import { until } from '../../support/sweeping.ts';

let database: PrivateServer;
let redis: PrivateServer;
let installation: Installation;
let admin: Database;
beforeAll(async () => {
  [database, redis] = await Promise.all([privateDatabase(['--max-connections=40']), privateRedis()]);
  installation = await install({ databaseServer: database.url, env: { REDIS_URL: redis.url, SMTP_URL: '' } });
  admin = connectDatabase(database.url, 1);
});
afterAll(async () => {
  await admin.destroy();
  await installation.remove();
  await Promise.all([database.remove(), redis.remove()]);
});

async function found(env: Record<string, string> = {}): Promise<readonly Finding[]> {
  const app = composeApp(parseConfig({ ...installation.env, ...env }), systemClock, silentLog);
  try {
    return (await examine(app)).filter((one) => one.check === 'connections');
  } finally {
    await app.close();
  }
}

it('finds room for one process of each kind, each with its whole pool, and a dry run', async () => {
  expect(await found()).toEqual([
    {
      check: 'connections',
      state: 'ok',
      found: 'room for 1 worker, 1 scheduler, 1 console, and 1 command: 33 to the database at the most',
    },
  ]);
});

it('names the setting that leaves none, and the pool that would fit', async () => {
  expect(await found({ CONNECTS_DATABASE_POOL: '20' })).toEqual([
    {
      check: 'connections',
      state: 'warning',
      found:
        '1 worker, 1 scheduler, 1 console, and 1 command may open 81 connections to the server of DATABASE_URL, ' +
        '20 for each pool, and its max_connections is 40',
      fix:
        'set CONNECTS_DATABASE_POOL=9 for every process, or raise max_connections of that server to 81 at the least: ' +
        'docs/operations.md: Connections',
    },
  ]);
});

it('counts the workers that there are, and what other users have', async () => {
  await admin.raw("CREATE USER 'other'@'localhost'");
  const url = new URL(database.url);
  url.username = 'other';
  url.pathname = '/information_schema';
  const other = connectDatabase(url.toString(), 5);
  await Promise.all(Array.from({ length: 5 }, () => other.raw('SELECT SLEEP(0.2)')));
  const workers = [startWorker(installation.app), startWorker(installation.app)];
  try {
    await until('both are connected', async () => {
      const queues = await installation.app.inspector.readQueues(Date.now());
      return queues.find(({ queue }) => queue === 'settle')?.workers === 2;
    });
    const [finding] = await found();
    expect(finding?.found).toMatch(
      /^2 workers, 1 scheduler, 1 console, and 1 command may open 41 connections to the server of DATABASE_URL, 8 for each pool, and its max_connections is 40, of which others have [5-9]$/,
    );
  } finally {
    await Promise.all(workers.map((one) => one.stop()));
    await other.destroy();
  }
});

it('goes by the limit of our own user where that is less', async () => {
  const name = new URL(installation.env.DATABASE_URL as string).pathname.slice(1);
  await admin.raw("CREATE USER 'few'@'localhost' WITH MAX_USER_CONNECTIONS 5");
  await admin.raw(`GRANT ALL ON ${name}.* TO 'few'@'localhost'`);
  const url = new URL(installation.env.DATABASE_URL as string);
  url.username = 'few';
  const [finding] = await found({ DATABASE_URL: url.toString(), CONNECTS_DATABASE_POOL: '3' });
  expect(finding).toMatchObject({
    state: 'warning',
    found: expect.stringContaining('and its max_user_connections is 5') as string,
    // No pool that is large enough would fit.
    fix: 'raise max_user_connections of that server to 13 at the least: docs/operations.md: Connections',
  });
});

it('adds up both addresses where they lead to one server', async () => {
  const [finding] = await found({ READ_DATABASE_URL: installation.env.DATABASE_URL as string });
  expect(finding?.found).toContain('may open 65 connections to the server of DATABASE_URL');
});

it('looks at what Redis allows', async () => {
  const client = redisClient(redis.url);
  await client.config('SET', 'maxclients', '34');
  client.disconnect();
  expect(await found()).toMatchObject([
    {
      state: 'warning',
      found: expect.stringMatching(/open 35 connections to Redis, and its maxclients is 34$/) as string,
      fix: 'CONFIG SET maxclients 35 at the least, and in redis.conf',
    },
  ]);
});
