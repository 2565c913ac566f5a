/** Servers that go away for a while: whatever runs into it, the log has one line when it begins and one when it is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startScheduler } from '../../jobs/start-scheduler.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { systemClock } from '../../src/clock.ts';
import { startHealth } from '../../src/console/health-server.ts';
import { configuration, unavailable } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
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
    outages.tell(away, 9_001);
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
});
