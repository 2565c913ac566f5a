/** Whose the queues in Redis are: two databases on one prefix never take each other's jobs. */
import { startWorker } from '../../../jobs/start-worker.ts';
import { composeApp } from '../../../src/app.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseConfig } from '../../../src/config.ts';
import { findInstallation } from '../../../src/ledger/installation.ts';
import { createLog, silentLog } from '../../../src/log.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { redisClient } from '../../support/redis.ts';
import { countOf } from '../../support/state.ts';
import { until } from '../../support/sweeping.ts';

const SWEEP = ['sweep', '--work', '--as-of', '2021-05-01T00:00:00Z'];

describe('two databases on one prefix of one Redis', () => {
  let first: Installation;
  let second: Installation;
  const lines: { code?: string }[] = [];
  beforeAll(async () => {
    const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as never) });
    first = await install({ env: { SMTP_URL: '' }, log });
    const prefix = first.env.CONNECTS_QUEUE_PREFIX as string;
    second = await install({ env: { SMTP_URL: '', CONNECTS_QUEUE_PREFIX: prefix } });
    await importRows(first.app, numbered('a', 3));
    await importRows(second.app, numbered('b', 3));
  });
  afterAll(async () => {
    await second.remove();
    await first.remove();
  });

  const run = (of: Installation, ...args: string[]) =>
    runHere(args, { app: of.app, processes: { startWorker } });
  const idOf = async ({ db }: Installation): Promise<string> => (await findInstallation(db)) as string;
  const cycles = ({ db }: Installation): Promise<number> => countOf(db, 'SELECT COUNT(*) FROM cycles');

  it('are told apart: whoever comes second takes no jobs, and is told what mends it', async () => {
    expect(await idOf(first)).not.toBe(await idOf(second));
    expect((await run(first, ...SWEEP)).code).toBe(0);
    const { code, stderr } = await run(second, ...SWEEP);
    expect(code).toBe(78);
    expect(stderr).toContain(`belong to another installation (${await idOf(first)})`);
    expect(stderr).toContain('CONNECTS_QUEUE_PREFIX');
    expect(await cycles(second)).toBe(0);
    const doctor = await run(second, 'doctor');
    expect(doctor.stdout).toContain(`the queues belong to another installation (${await idOf(first)})`);
  });

  it('are marked anew in a Redis that was emptied: nothing is known there alone', async () => {
    const client = redisClient(first.env.REDIS_URL as string);
    await client.del(await client.keys(`${first.env.CONNECTS_QUEUE_PREFIX}:*`));
    client.disconnect();
    expect((await run(first, ...SWEEP)).code).toBe(0);
    expect((await run(second, ...SWEEP)).code).toBe(78);
  });

  it('change hands by a command; a worker of whoever had them takes no more, and says so once', async () => {
    const worker = startWorker(first.app);
    try {
      const rehearsed = await run(second, 'installation', 'take-over', '--dry-run');
      expect(rehearsed.stdout).toContain('(dry run: nothing was written)');
      expect((await run(second, ...SWEEP)).code).toBe(78);
      const taken = await run(second, 'installation', 'take-over', '--reason', 'moved');
      expect(taken).toMatchObject({ code: 0, stdout: expect.stringContaining(await idOf(first)) as string });
      await until('it is told', () => lines.some((one) => one.code === 'redis-of-another'));
      expect((await run(second, ...SWEEP)).code).toBe(0);
      expect(await cycles(second)).toBe(12);
    } finally {
      await worker.stop();
    }
    expect((await run(first, ...SWEEP)).code).toBe(78);
    expect(lines.filter((one) => one.code === 'redis-of-another')).toHaveLength(1);
    expect(
      await countOf(second.db, "SELECT COUNT(*) FROM audit_log WHERE action = 'installation.take-over'"),
    ).toBe(1);
  });

  it('may be copies of each other: a copy is made an installation of its own', async () => {
    const before = await idOf(second);
    await run(second, 'installation', 'renew', '--dry-run');
    expect(await idOf(second)).toBe(before);
    expect((await run(second, 'installation', 'renew', '--reason', 'a copy')).code).toBe(0);
    expect(await idOf(second)).not.toBe(before);
    expect((await run(second, ...SWEEP)).code).toBe(78);
  });

  it('are not counted by each other where they have databases of their own in Redis', async () => {
    const url = new URL(first.env.REDIS_URL as string);
    if (url.protocol === 'unix:') url.searchParams.set('db', '1');
    else url.pathname = '/1';
    const apart = composeApp(
      parseConfig({ ...first.env, REDIS_URL: url.toString() }),
      systemClock,
      silentLog,
    );
    const worker = startWorker(apart);
    const workersOf = async ({ inspector }: typeof apart): Promise<number | undefined> =>
      (await inspector.readQueues(Date.now())).find((one) => one.queue === 'settle')?.workers;
    try {
      await until('it is connected', async () => ((await workersOf(apart)) ?? 0) > 0);
      expect(await workersOf(first.app)).toBe(0);
    } finally {
      await worker.stop();
      await apart.close();
    }
  });
});

describe('queues of another number of shards', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '', CONNECTS_QUEUE_SHARDS: '3' } });
    await importRows(installation.app, numbered('a', 12));
  });
  afterAll(() => installation.remove());

  it('are told of by doctor and taken away by a command; whoever waited in them is settled all the same', async () => {
    const { env, db } = installation;
    await runHere(['sweep', '--as-of', '2021-05-01T00:00:00Z'], { app: installation.app });
    const four = composeApp(parseConfig({ ...env, CONNECTS_QUEUE_SHARDS: '4' }), systemClock, silentLog);
    const run = (...args: string[]) => runHere(args, { app: four, processes: { startWorker } });
    const client = redisClient(env.REDIS_URL as string);
    const keysOfThree = async (): Promise<string[]> =>
      (await client.keys(`${env.CONNECTS_QUEUE_PREFIX}:{*}:*`)).filter((key) =>
        /\{\w+-3-\d+-\d+\}/.test(key),
      );
    const left = /9 queues are left of 3 shards with 12 jobs/;
    try {
      expect((await keysOfThree()).length).toBeGreaterThan(12);
      expect((await run('doctor')).stdout).toMatch(left);
      expect((await run('installation', 'tidy', '--dry-run')).stdout).toBe(
        '9 queues of 3 shards with 12 jobs taken away (dry run: nothing was written)\n',
      );
      expect((await run('doctor')).stdout).toMatch(left);

      // Whoever still counts them so is not robbed of them.
      const worker = startWorker(installation.app);
      await until('the count of the worker is known', async () => {
        const { code } = await run('installation', 'tidy', '--dry-run');
        return code === 78;
      });
      expect(await run('installation', 'tidy', '--reason', 'a test')).toMatchObject({ code: 78 });
      await worker.stop();
      await client.del(`${env.CONNECTS_QUEUE_PREFIX}:shards`);

      await installation.app.queue.enqueueSettling([{ account: 'a-001', run: 1 }]);
      expect(await run('installation', 'tidy', '--reason', 'a test')).toMatchObject({ code: 0 });
      const kept = (await keysOfThree()).filter((key) => !key.endsWith(':written'));
      expect(kept).toEqual([]);
      expect((await run('doctor')).stdout).not.toContain('are left of');
      expect(await run('installation', 'tidy', '--reason', 'a test')).toMatchObject({
        stdout: 'nothing is left of another number of shards\n',
      });
      const audited = "SELECT COUNT(*) FROM audit_log WHERE action = 'installation.tidy'";
      expect(await countOf(db, audited)).toBe(1);
      expect((await run(...SWEEP)).code).toBe(0);
      expect(await countOf(db, 'SELECT COUNT(*) FROM cycles')).toBe(48);
    } finally {
      client.disconnect();
      await four.close();
    }
  });

  it('go on where taking them away broke off', async () => {
    const { env, app } = installation;
    const client = redisClient(env.REDIS_URL as string);
    const of = (part: string): string => `${env.CONNECTS_QUEUE_PREFIX}:{halfway}:${part}`;
    try {
      await client.set(of('failed'), 'not what it is expected to be');
      await expect(app.queue.removeQueues(['{halfway}'])).rejects.toThrow('WRONGTYPE');
      expect(await client.hexists(of('meta'), 'paused')).toBe(0);
      await client.del(of('failed'));
      await app.queue.removeQueues(['{halfway}']);
      expect(await client.exists(of('meta'))).toBe(0);
    } finally {
      client.disconnect();
    }
  });
});
