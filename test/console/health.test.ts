/** /livez, /readyz, /metrics: live while work moves, ready while everything is there. */
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { startHealth } from '../../src/console/health-server.ts';
import { startConsole } from '../../src/console/server.ts';
import { execute } from '../../src/db/query.ts';
import { silentLog } from '../../src/log.ts';
import { Health } from '../../src/health.ts';
import { OutageLog } from '../../src/outage-log.ts';
import { ProgressWatch } from '../../src/operations/runs/watch-progress.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';
import { holdRows } from '../support/liveness.ts';
import { type PrivateServer, privateRedis } from '../support/private-servers.ts';
import { reset } from '../support/reset.ts';
import { until, waitingSweep } from '../support/sweeping.ts';

describe('health', () => {
  let redis: PrivateServer;
  let installation: Installation;
  beforeAll(async () => {
    redis = await privateRedis();
    const env = {
      REDIS_URL: redis.url,
      SMTP_URL: '',
      CONNECTS_CONSOLE_PORT: '0',
      CONNECTS_STALL_MAX: '4s',
      // Fewer than jobs, so that some wait while others are at work.
      CONNECTS_WORKER_CONCURRENCY: '2',
    };
    installation = await install({ env });
  });
  beforeEach(() => reset(installation));
  afterAll(async () => {
    await installation.remove();
    await redis.remove();
  });

  const withConsole = async (work: (url: string) => Promise<void>): Promise<void> => {
    const console = await startConsole(installation.app);
    try {
      await work(console.url);
    } finally {
      await console.stop();
    }
  };
  const ask = async (
    url: string,
    path: string,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await fetch(`${url}${path}`);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const enqueue = async (): Promise<void> => {
    await importRows(installation.app, numbered('a', 5));
    await waitingSweep(installation.app, { timeoutMs: 0 });
  };

  it('is live while nothing waits, and not when jobs wait and nobody takes them', async () => {
    await withConsole(async (url) => {
      expect(await ask(url, 'livez')).toMatchObject({ status: 200, body: { live: true, waiting: 0 } });
      await enqueue();
      await until('it is not live', async () => (await ask(url, 'livez')).status === 503);
      expect((await ask(url, 'livez')).body).toMatchObject({ live: false, waiting: 5 });
      const worker = startWorker(installation.app);
      await until('it is live again', async () => (await ask(url, 'livez')).status === 200);
      await worker.stop();
    });
  });

  it('is not live while a worker gets nobody settled although jobs wait', async () => {
    await importRows(installation.app, numbered('a', 5));
    await waitingSweep(installation.app, { timeoutMs: 0 });
    // No row that could be left out: the whole table is.
    const holder = await holdRows(installation, 'LOCK TABLES cycles READ');
    const worker = startWorker(installation.app);
    try {
      await withConsole(async (url) => {
        await until('it is not live', async () => (await ask(url, 'livez')).status === 503);
        expect((await ask(url, 'livez')).body).toMatchObject({ live: false });
        await holder.transaction.raw('UNLOCK TABLES');
        await until('it is live again', async () => (await ask(url, 'livez')).status === 200);
      });
    } finally {
      await holder.release();
      await worker.stop();
    }
  });

  it('stays live while Redis is away, is not ready meanwhile, and both again when it is back', async () => {
    const worker = startWorker(installation.app);
    try {
      await withConsole(lookAtReadiness);
    } finally {
      await worker.stop();
    }
  });

  async function lookAtReadiness(url: string): Promise<void> {
    await until('it is ready', async () => (await ask(url, 'readyz')).status === 200);
    await redis.crash();
    await until('it is not ready', async () => (await ask(url, 'readyz')).status === 503);
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    expect((await ask(url, 'livez')).status).toBe(200);
    const { faults } = (await ask(url, 'readyz')).body as { faults: string[] };
    expect(faults.join('\n')).toMatch(/^redis: /m);
    expect(faults.join('\n')).toMatch(/^worker: Redis/m);
    await redis.restart();
    await until('it is ready again', async () => (await ask(url, 'readyz')).status === 200);
  }

  it('is not ready with migrations pending, or while it is about to end', async () => {
    const own = composeApp(parseConfig(installation.env), systemClock, silentLog);
    const pages = await startHealth(own);
    expect((await ask(pages.url, 'readyz')).status).toBe(200);
    own.health.draining = true;
    const draining = ['draining: this process is about to end'];
    expect(await ask(pages.url, 'readyz')).toMatchObject({ status: 503, body: { faults: draining } });
    own.health.draining = false;
    await execute(
      installation.db,
      "UPDATE schema_migrations SET name = 'hidden' WHERE name = '0018_run_stops'",
    );
    const pending = await ask(pages.url, 'readyz');
    await execute(
      installation.db,
      "UPDATE schema_migrations SET name = '0018_run_stops' WHERE name = 'hidden'",
    );
    expect(pending).toMatchObject({ status: 503 });
    await pages.stop();
    await own.close();
  });

  it('answers /metrics in the text that Prometheus reads', async () => {
    await withConsole(async (url) => {
      const answer = await fetch(`${url}metrics`);
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
      expect(await answer.text()).toContain('# TYPE connects_due_accounts gauge');
    });
  });
});

describe('progress', () => {
  let now = 0;
  let next: string | undefined;
  const clock = { ...systemClock, elapsedMs: () => now };
  const state = () => ({
    queue: 'settle',
    oldest: next === undefined ? null : { id: next, addedAt: 0 },
    waiting: next ? 1 : 0,
  });
  const db = { raw: () => Promise.resolve([[{ now: new Date() }]]) };
  const clocks = { compare: () => Promise.resolve() };
  const outages = new OutageLog({ clock, log: silentLog });
  const watchWith = (health: Health, readQueues = () => Promise.resolve([state()])) => {
    const inspector = { readQueues, requireSomeServing: () => Promise.resolve([]) };
    return new ProgressWatch({
      db,
      clock,
      clocks,
      health,
      inspector,
      outages,
      settings: { stallMaxMs: 300_000 },
    } as never);
  };
  const pass = async (watch: ProgressWatch, minutes: number): Promise<void> => {
    for (let step = 0; step < minutes * 6; step += 1) {
      now += 10_000;
      await watch.look();
    }
  };
  beforeEach(() => {
    now = 1_000_000;
    next = undefined;
  });

  it('stands still when the same job is next for five minutes', async () => {
    const watch = watchWith(new Health(clock));
    next = 'settle-a';
    await pass(watch, 4);
    expect(watch.progress.live).toBe(true);
    await pass(watch, 2);
    expect(watch.progress).toMatchObject({ live: false, waiting: 1 });
    next = 'settle-b';
    await pass(watch, 1);
    expect(watch.progress.live).toBe(true);
  });

  it('of a process that settles is its own: that others move does not count', async () => {
    const health = new Health(clock);
    health.pulse();
    const watch = watchWith(health);
    for (let minute = 0; minute < 6; minute += 1) {
      next = `settle-${minute}`;
      await pass(watch, 1);
    }
    expect(watch.progress.live).toBe(false);
    health.pulse();
    now += 1;
    await watch.look();
    expect(watch.progress.live).toBe(true);
  });

  it('is nobody’s fault while servers are away', async () => {
    const watch = watchWith(new Health(clock), () => Promise.reject(new Error('away')));
    next = 'settle-a';
    await pass(watch, 20);
    expect(watch.progress.live).toBe(true);
  });
});
