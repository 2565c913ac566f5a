/** Servers that go away for a while: whatever runs into it, the log has one line when it begins and one when it is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startScheduler } from '../../jobs/start-scheduler.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { startHealth } from '../../src/console/health-server.ts';
import { startConsole } from '../../src/console/server.ts';
import { DATABASE_OUTAGES, databaseUnavailable, markAsDatabases } from '../../src/db/errors.ts';
import { configuration, unavailable } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { databaseNow } from '../../src/db/query.ts';
import { addToken } from '../../src/operations/upkeep/tokens.ts';
import { OutageLog } from '../../src/outage-log.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PrivateServer, privateDatabase, privateRedis } from '../support/private-servers.ts';
import { until, waitingSweep } from '../support/sweeping.ts';

interface Line {
  readonly level: number;
  readonly code?: string;
  readonly outage?: string;
}

const WARN = 40;

function keepLines(): { lines: Line[]; log: ReturnType<typeof createLog> } {
  const lines: Line[] = [];
  return { lines, log: createLog('info', { write: (line) => void lines.push(JSON.parse(line) as Line) }) };
}

const codesOf = (lines: readonly Line[]): (string | undefined)[] =>
  lines.filter((one) => one.level >= WARN).map((one) => one.code);

describe('a worker, a scheduler and a scrape of both', () => {
  let database: PrivateServer;
  let redis: PrivateServer;
  let installation: Installation;
  const { lines, log } = keepLines();
  beforeAll(async () => {
    [database, redis] = await Promise.all([privateDatabase(), privateRedis()]);
    const env = { REDIS_URL: redis.url, CONNECTS_SWEEP_CRON: '0 0 1 1 *', CONNECTS_STALL_MAX: '4s' };
    installation = await install({ databaseServer: database.url, env, log });
    await importRows(installation.app, numbered('a', 20));
    await waitingSweep(installation.app, { timeoutMs: 0 });
  });
  afterAll(async () => {
    await installation.remove();
    await Promise.all([database.remove(), redis.remove()]);
  });

  it('tell of a user that may not write twice, however many ticks and POSTs are refused meanwhile', async () => {
    const name = new URL(installation.env.DATABASE_URL as string).pathname.slice(1);
    const grant = (rights: string): Promise<unknown> =>
      installation.db.raw(`GRANT ${rights} ON ${name}.* TO narrow@localhost`);
    await installation.db.raw("CREATE USER narrow@localhost IDENTIFIED BY 'secret'");
    await grant('SELECT');
    const url = new URL(installation.env.DATABASE_URL as string);
    [url.username, url.password] = ['narrow', 'secret'];
    const env = { ...installation.env, DATABASE_URL: url.toString(), CONNECTS_SWEEP_CRON: '* * * * * *' };
    const app = composeApp(parseConfig({ ...env, CONNECTS_CONSOLE_PORT: '0' }), systemClock, log);
    const { secret } = await addToken(installation.app, {
      name: 'posts',
      role: 'operator',
      actor: 'test',
      reason: null,
    });
    const webConsole = await startConsole(app);
    const scheduler = startScheduler(app);
    const post = async (): Promise<number> => {
      const event = { id: 'p1', account: 'a-000', at: '2021-01-02T00:00:00Z', type: 'plan.upgraded' };
      const headers = { Authorization: `Bearer ${secret}` };
      const body = JSON.stringify(event);
      return (await fetch(`${webConsole.url}v1/events`, { method: 'POST', headers, body })).status;
    };
    const look = () => app.outages.lookFor(DATABASE_OUTAGES, () => databaseNow(app.db));
    const refused = (): Line[] => lines.filter((one) => one.code === 'database-configuration');
    lines.length = 0;
    try {
      for (let time = 0; time < 5; time += 1) {
        expect(await post()).toBe(503);
        await look();
        await sleep(400);
      }
      expect(refused()).toHaveLength(1);
      await grant('SELECT, INSERT, UPDATE, DELETE');
      await until('a POST goes through', async () => (await post()) === 200);
      await isOver('database-configuration');
      await sleep(1_500);
      expect(refused()).toHaveLength(1);
      expect(lines.filter((one) => one.outage === 'database-configuration')).toHaveLength(1);
    } finally {
      await scheduler.stop();
      await webConsole.stop();
      await app.close();
    }
  });

  const isOver = (code: string): Promise<void> =>
    until(`${code} is over`, () => lines.some((one) => one.outage === code));

  it.each([
    ['the database', 'database-unavailable', () => database],
    ['Redis', 'redis-unavailable', () => redis],
  ])('tell of an outage of %s twice: when it begins, and when it is over', async (_name, code, server) => {
    const processes = [startWorker(installation.app), startScheduler(installation.app)];
    const health = await startHealth(installation.app);
    try {
      lines.length = 0;
      await server().crash();
      await until('it is met', () => codesOf(lines).includes(code));
      // Long enough for every loop to run into it several times.
      await sleep(5_000);
      await fetch(`${health.url}metrics`);
      await server().restart();
      await isOver(code);
      await sleep(3_000);
      expect(codesOf(lines)).toEqual([code]);
      expect(lines.filter((one) => one.outage !== undefined)).toHaveLength(1);
    } finally {
      await health.stop();
      await Promise.all(processes.map((one) => one.stop()));
    }
  });
});

describe('the outage log', () => {
  it('takes what began before an outage was over for a part of that one, and a later failure for another', async () => {
    const { lines, log } = keepLines();
    let now = 1_000;
    const outages = new OutageLog({ clock: { ...systemClock, elapsedMs: () => now }, log });
    const away = unavailable('redis-unavailable', 'away');
    const met = new Set<string>();
    const fail = (): Promise<void> => outages.watch(met, () => Promise.reject(away)).catch(() => undefined);
    await fail();
    await fail();
    expect(codesOf(lines)).toEqual(['redis-unavailable']);
    now = 9_000;
    await outages.watch(met, () => Promise.resolve());
    expect(lines.at(-1)).toMatchObject({ outage: 'redis-unavailable', outageMs: 8_000 });
    outages.tell(away, 8_000);
    expect(codesOf(lines)).toHaveLength(1);
    // Another connection, which is not back yet.
    outages.tell(away, 19_000);
    expect(codesOf(lines)).toHaveLength(1);
    outages.tell(away, 19_001);
    expect(codesOf(lines)).toHaveLength(2);
  });

  it.each([
    ['gets through', true],
    ['gives up, and a later look finds all well', false],
  ])(
    'is not ended by a look at the server while somebody still meets it; it ends once he %s',
    async (_, again) => {
      const { lines, log } = keepLines();
      const outages = new OutageLog({ clock: systemClock, log });
      const met = new Set<string>();
      const overs = () => lines.filter((one) => one.outage !== undefined).length;
      const look = () => outages.lookFor(['database-configuration'], () => Promise.resolve());
      const denied = configuration('database-configuration', 'INSERT command denied');
      for (let time = 0; time < 3; time += 1) {
        await outages.watch(met, () => Promise.reject(denied)).catch(() => undefined);
        await look();
      }
      expect(codesOf(lines)).toEqual(['database-configuration']);
      expect(overs()).toBe(0);
      if (again) await outages.watch(met, () => Promise.resolve());
      else outages.leave(met);
      await look();
      expect(overs()).toBe(1);
    },
  );

  it('is ended by a look at the server where that is back, and not where it goes on refusing who tries now and then', async () => {
    const { lines, log } = keepLines();
    let now = 1_000;
    const outages = new OutageLog({ clock: { ...systemClock, elapsedMs: () => (now += 1) }, log });
    const met = new Set<string>();
    const failBy = (cause: object) =>
      outages
        .watchNowAndThen(met, () => Promise.reject(databaseUnavailable(markAsDatabases(cause))))
        .catch(() => undefined);
    const look = () => outages.lookFor(['database-unavailable'], () => Promise.resolve());
    const told = () => [codesOf(lines).length, lines.filter((one) => one.outage !== undefined).length];
    await failBy({ code: 'ECONNREFUSED' });
    await look();
    expect(told()).toEqual([1, 1]);
    for (let time = 0; time < 3; time += 1) {
      await failBy({ errno: 1290 });
      await look();
    }
    expect(told()).toEqual([2, 1]);
    await outages.watchNowAndThen(met, () => Promise.resolve());
    expect(told()).toEqual([2, 2]);
    // A row that somebody keeps locked is one account's trouble: whoever gets through says nothing of it.
    await failBy({ errno: 1205 });
    await outages.watchNowAndThen(met, () => Promise.resolve());
    expect(told()).toEqual([3, 2]);
  });
});
