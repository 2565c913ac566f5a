/** Jobs that are added or end together: one call of Redis for many of them, and each with an answer of its own. */
import { randomUUID } from 'node:crypto';
import { type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { groupedCalls } from '../../src/queue/grouped-calls.ts';
import { producerConnection, workerConnection } from '../../src/queue/connection.ts';
import { privateRedis } from '../support/private-servers.ts';
import { redisClient } from '../support/redis.ts';
import { serverUrl } from '../support/installation.ts';
import { until } from '../support/sweeping.ts';

const JOBS = 250;
/** At the most in one call. */
const TOGETHER = 100;

describe('calls of one script', () => {
  let redis: Redis;
  let queue: Queue;
  let prefix: string;
  const closing: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    prefix = `t${randomUUID().slice(0, 8)}`;
    redis = redisClient(serverUrl('REDIS_URL'));
    queue = new Queue(
      '{some}',
      { connection: workerConnection(serverUrl('REDIS_URL')), prefix },
      groupedCalls,
    );
    await queue.waitUntilReady();
    closing.push(() => queue.close());
  });

  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
    const keys = await redis.keys(`${prefix}:*`);
    if (keys.length > 0) await redis.del(...keys);
    redis.disconnect();
  });

  const key = (name: string): string => `${prefix}:{some}:${name}`;

  const add = (count: number): Promise<Job[]> =>
    queue.addBulk(
      Array.from({ length: count }, (_, index) => ({
        name: 'one',
        data: { index },
        opts: { jobId: `job-${index}` },
      })),
    );

  /** A worker whose jobs all end in one moment, when it is told to. */
  async function holdAll(count: number): Promise<{
    readonly worker: Worker;
    readonly errors: string[];
    readonly completed: string[];
    readonly endAll: () => void;
  }> {
    const held: (() => void)[] = [];
    let open = false;
    const errors: string[] = [];
    const completed: string[] = [];
    const worker = new Worker(
      '{some}',
      async () => {
        if (!open) await new Promise<void>((resolve) => held.push(resolve));
      },
      {
        connection: workerConnection(serverUrl('REDIS_URL')),
        prefix,
        concurrency: count,
        removeOnComplete: { count: 0 },
        runRetryDelay: 50,
      },
      groupedCalls,
    );
    worker.on('error', (error) => errors.push(error.message));
    worker.on('completed', (job) => completed.push(job.id as string));
    closing.push(() => worker.close(true));
    await until('all are at work', () => held.length === count);
    const endAll = (): void => {
      open = true;
      for (const end of held) end();
    };
    return { worker, errors, completed, endAll };
  }

  /** Names of the calls of scripts that Redis is sent for this queue, as they come. */
  async function watchCalls(): Promise<string[]> {
    const asking = redis.duplicate();
    const monitor = await asking.monitor();
    asking.disconnect();
    closing.push(() => Promise.resolve(monitor.disconnect()));
    const calls: string[] = [];
    monitor.on('monitor', (_time: string, [command = '', , , first = '']: string[]) => {
      if (/^evalsha$|^eval$/i.test(command) && first.startsWith(prefix)) calls.push(command);
    });
    return calls;
  }

  it('go together: jobs that are added, and jobs that end', async () => {
    const calls = await watchCalls();
    expect((await add(JOBS)).map((job) => job.id)).toEqual(
      Array.from({ length: JOBS }, (_, index) => `job-${index}`),
    );
    await until('they are seen', () => calls.length >= Math.ceil(JOBS / TOGETHER));
    expect(calls).toHaveLength(Math.ceil(JOBS / TOGETHER));
    const { completed, errors, endAll } = await holdAll(JOBS);
    calls.length = 0;
    endAll();
    await until('all have ended', () => completed.length === JOBS);
    // Beside these the worker looks for what is stalled.
    expect(calls.length).toBeLessThan(JOBS / 10);
    expect(new Set(completed).size).toBe(JOBS);
    expect(errors).toEqual([]);
    // Nothing of them is left.
    expect(await redis.keys(key('job-*'))).toEqual([]);
    expect(await redis.llen(key('active'))).toBe(0);
  });

  it('hand out the next jobs, each once, until none is left', async () => {
    await add(JOBS);
    const { completed, endAll } = await holdAll(20);
    endAll();
    await until('all have ended', () => completed.length === JOBS);
    expect(new Set(completed).size).toBe(JOBS);
    expect(await redis.llen(key('wait'))).toBe(0);
  });

  it('add nothing twice: a job that waits keeps its payload and its place', async () => {
    await add(3);
    await queue.addBulk([
      { name: 'one', data: { index: 'other' }, opts: { jobId: 'job-1' } },
      { name: 'one', data: { index: 3 }, opts: { jobId: 'job-3' } },
    ]);
    expect(await redis.lrange(key('wait'), 0, -1)).toEqual(['job-3', 'job-2', 'job-1', 'job-0']);
    expect(((await queue.getJob('job-1')) as Job).data).toEqual({ index: 1 });
  });

  it('keep to the order in which they were made', async () => {
    await add(JOBS);
    const waiting = await redis.lrange(key('wait'), 0, -1);
    expect(waiting.toReversed()).toEqual(Array.from({ length: JOBS }, (_, index) => `job-${index}`));
  });

  it('leave what one job meets to that job: a lock that is gone', async () => {
    await add(5);
    const { worker, errors, completed, endAll } = await holdAll(5);
    await redis.del(key('job-2:lock'));
    endAll();
    await until('the others have ended', () => completed.length === 4);
    await until('that one is told of', () => errors.length > 0);
    expect(errors[0]).toMatch(/Missing lock for job job-2/);
    expect(await redis.lrange(key('active'), 0, -1)).toEqual(['job-2']);
    await worker.close(true);
  });

  it('leave what one job meets to that job: a script that fails in the middle', async () => {
    await add(5);
    const { worker, errors, completed, endAll } = await holdAll(5);
    await redis.set(key('job-2:dependencies'), 'not a set');
    endAll();
    await until('the others have ended', () => completed.length === 4);
    await until('that one is told of', () => errors.length > 0);
    expect(errors[0]).toMatch(/WRONGTYPE/);
    // As for any job that cannot end: the library takes it for failed.
    await until('it has failed', async () => (await redis.zrange(key('failed'), '0', '-1'))[0] === 'job-2');
    expect(completed).not.toContain('job-2');
    await worker.close(true);
  });

  it('of a server that became a replica are refused, and the connection to it is given up', async () => {
    const server = await privateRedis();
    const admin = redisClient(server.url);
    const producing = new Queue(
      '{some}',
      { connection: producerConnection(server.url), prefix },
      groupedCalls,
    );
    producing.on('error', () => undefined);
    try {
      await producing.waitUntilReady();
      let closed = 0;
      (await producing.getBackend().client).on('close', () => (closed += 1));
      await admin.replicaof('127.0.0.1', '1');
      const jobs = [1, 2].map((id) => ({ name: 'one', data: {}, opts: { jobId: `job-${id}` } }));
      await expect(producing.addBulk(jobs)).rejects.toThrow(/READONLY/);
      await until('it is given up', () => closed === 1);
      await admin.replicaof('NO', 'ONE');
      await producing.waitUntilReady();
      await until('it is connected', async () => (await producing.getBackend().client).status === 'ready');
      expect(await producing.addBulk(jobs)).toHaveLength(2);
    } finally {
      await producing.close();
      admin.disconnect();
      await server.remove();
    }
  });

  it('store nothing of jobs that cannot be counted', async () => {
    await redis.set(key('id'), 'not a number');
    await expect(add(3)).rejects.toThrow(/not an integer/);
    expect(await redis.keys(key('job-*'))).toEqual([]);
    await redis.del(key('id'));
    expect(await add(3)).toHaveLength(3);
    expect(await redis.llen(key('wait'))).toBe(3);
  });

  it('fail where Redis refuses each of them: nothing is taken for added', async () => {
    await redis.set(key('wait'), 'not a list');
    await expect(add(3)).rejects.toThrow(/WRONGTYPE/);
    await redis.del(key('wait'), ...(await redis.keys(key('job-*'))));
    expect(await add(3)).toHaveLength(3);
    expect(await redis.llen(key('wait'))).toBe(3);
  });
});
