/** Servers that stop answering in mid-work: every process ends within what it promises, and connections are opened anew. */
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Ended, type Running, startCli } from '../support/cli.ts';
import { type FaultyProxy, openProxy } from '../support/faulty-proxy.ts';
import { type Installation, install, serverUrl } from '../support/installation.ts';
import { expectGrantedOnce, expectSoonAfter } from '../support/liveness.ts';
import { countOf } from '../support/state.ts';
import { sweepAndSend, until } from '../support/sweeping.ts';
import { quickly } from '../support/slowness.ts';

const FLEET = 900;
const SETTLED = 'SELECT COUNT(DISTINCT account_id) FROM cycles';

describe('a database that stops answering in the middle of a sweep', () => {
  let installation: Installation;
  let proxy: FaultyProxy;
  beforeAll(async () => {
    installation = await install({
      env: { SMTP_URL: '', CONNECTS_BATCH_MAX: '1', CONNECTS_WORKER_CONCURRENCY: '2' },
    });
    await importRows(installation.app, numbered('a', FLEET));
    proxy = await openProxy({
      path: new URL(serverUrl('DATABASE_URL')).searchParams.get('socketPath') as string,
    });
  });
  afterAll(async () => {
    proxy.close();
    await installation.remove();
  });

  const start = (...args: string[]): Running => {
    const url = new URL(installation.env.DATABASE_URL as string);
    url.searchParams.delete('socketPath');
    url.host = `127.0.0.1:${proxy.port}`;
    return startCli(args, { ...installation.env, DATABASE_URL: url.toString(), CONNECTS_LOG_LEVEL: 'info' });
  };
  const timed = async ({ ended }: Running): Promise<Ended & { seconds: number }> => {
    const startedAt = performance.now();
    return { ...(await ended), seconds: (performance.now() - startedAt) / 1_000 };
  };

  it('keeps no command beyond its --timeout, and no process beyond SIGHUP or SIGTERM', async () => {
    const sweep = start('sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z', '--timeout', '20s');
    const workers = [start('worker'), start('worker')];
    await until('they are at work', async () => (await countOf(installation.db, SETTLED)) > 20);
    await Promise.all(workers.map(({ child }) => startedIn(child)));
    proxy.swallowAll();
    const signals = ['SIGHUP', 'SIGTERM'] as const;
    workers.forEach(({ child }, index) => child.kill(signals[index]));
    const [swept, ...stopped] = await Promise.all([sweep, ...workers].map(timed));
    for (const one of stopped) {
      expect(one.code).toBe(143);
      expect(one.seconds).toBeLessThan(quickly(23));
    }
    expect(swept?.code).toBe(75);
    expect(swept?.seconds).toBeLessThan(quickly(33));
    for (const one of [swept, ...stopped]) expect(one?.stderr).not.toMatch(/\n\s+at /);
  });

  it('has everybody settled soon by whoever comes with a connection that answers, and nobody twice', async () => {
    const { CONNECTS_BATCH_MAX: _one, CONNECTS_WORKER_CONCURRENCY: _two, ...env } = installation.env;
    const app = composeApp(parseConfig(env), systemClock, silentLog);
    try {
      const startedAt = performance.now();
      expect(await sweepAndSend(app)).toMatchObject({ outcome: 'done', remaining: 0 });
      expectSoonAfter(startedAt);
    } finally {
      await app.close();
    }
    await expectGrantedOnce(installation, FLEET);
  });

  const startedIn = ({ stderr }: Running['child']): Promise<void> =>
    new Promise((resolve) => {
      stderr?.on('data', (text: string) => text.includes('"msg":"started"') && resolve());
      // It may have said so before we listened.
      setTimeout(resolve, 3_000);
    });
});

describe('connections to Redis that say nothing any more', () => {
  let installation: Installation;
  let proxy: FaultyProxy;
  beforeAll(async () => {
    proxy = await openProxy({ path: new URL(serverUrl('REDIS_URL')).pathname });
    installation = await install({ env: { SMTP_URL: '', REDIS_URL: `redis://127.0.0.1:${proxy.port}/0` } });
  });
  afterAll(async () => {
    await installation.remove();
    proxy.close();
  });

  it('are opened anew by a worker within a minute, and it goes on', async () => {
    const app = composeApp(parseConfig(installation.env), systemClock, silentLog);
    const worker = startWorker(app);
    try {
      await importRows(app, numbered('a', 5));
      await app.queue.countSettling();
      await until('the worker is connected', () => proxy.made > 3);
      const before = proxy.made;
      proxy.swallow();
      await app.queue.enqueueSettling([]).catch(() => undefined);
      await until(
        'all are settled',
        async () => {
          // As the next ticks would.
          await app.queue.enqueueSettling([{ account: 'a-000', run: 1 }]).catch(() => undefined);
          const { waiting, active } = await app.queue
            .countSettling()
            .catch(() => ({ waiting: 1, active: 1 }));
          return waiting + active === 0;
        },
        quickly(55) * 1_000,
      );
      // Both the producer's connections and the worker's were replaced.
      expect(proxy.made).toBeGreaterThan(before + 2);
    } finally {
      await worker.stop();
      await app.close();
    }
  });
});
