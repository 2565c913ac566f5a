/**
 * Whatever happens to jobs, queues look the same as the library alone would leave them, and give the same answers: its
 * own calls on one queue, the calls that go together on another, step by step.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { type BackendFactory, Job, Queue, Worker, createRedisBackend } from 'bullmq';
import type { Redis } from 'ioredis';
import { workerConnection } from '../../src/queue/connection.ts';
import { groupedCalls } from '../../src/queue/grouped-calls.ts';
import { serverUrl } from '../support/installation.ts';
import { redisClient } from '../support/redis.ts';

/** What ending a job answers: the next one, if there is any, or until when there is none. */
type NextJob = readonly [Readonly<Record<string, unknown>>?, string?, number?, number?];

/** Each does the same on any queue, whatever is in it. */
type Step =
  | { readonly do: 'add'; readonly ids: readonly number[]; readonly how: Adding }
  | { readonly do: 'take'; readonly count: number }
  | { readonly do: 'complete'; readonly next: boolean; readonly keep: boolean }
  | { readonly do: 'fail' | 'spoil' | 'look' | 'pause' | 'resume' | 'limit' | 'unlimit' };
type Adding = keyof typeof OPTIONS;

const OPTIONS = {
  plain: {},
  last: { lifo: true },
  'in an hour': { delay: 3_600_000 },
  'in a moment': { delay: 1 },
  urgent: { priority: 3 },
  alone: { deduplication: { id: 'one' } },
} as const;

const LOCK_MS = 30_000;
/** Long enough for what was to wait a moment. */
const MOMENT_MS = 5;

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      // Some ids come again.
      ids: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }),
      how: fc.oneof(
        { weight: 4, arbitrary: fc.constant('plain' as const) },
        { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(OPTIONS) as Adding[])) },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('take' as const), count: fc.integer({ min: 1, max: 10 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('complete' as const), next: fc.boolean(), keep: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('fail', 'spoil', 'look', 'pause', 'resume', 'limit', 'unlimit'),
    }),
  },
);

const wordsOf = (error: unknown, prefix: string): string =>
  (error as Error).message.replaceAll(prefix, 'the prefix');

/** A queue, and whoever holds jobs of it. */
class Side {
  readonly prefix = `t${randomUUID().slice(0, 8)}`;
  readonly #redis: Redis;
  readonly #queue: Queue;
  readonly #worker: Worker;
  #held: Job[] = [];
  /** Each slot of a worker has its own. */
  #tokens = 0;

  constructor(redis: Redis, backend: BackendFactory) {
    this.#redis = redis;
    const connection = workerConnection(serverUrl('REDIS_URL'));
    const options = { connection, prefix: this.prefix };
    this.#queue = new Queue(
      '{some}',
      { ...options, streams: { events: { maxLen: 1_000 } } },
      backend as never,
    );
    this.#worker = new Worker('{some}', null, { ...options, name: 'somebody' }, backend as never);
  }

  async open(): Promise<this> {
    await Promise.all([this.#queue.waitUntilReady(), this.#worker.waitUntilReady()]);
    return this;
  }

  /** @returns what it answered, or in which words it refused */
  async take(step: Step): Promise<unknown> {
    try {
      return await this.#take(step);
    } catch (error) {
      return wordsOf(error, this.prefix);
    }
  }

  async #take(step: Step): Promise<unknown> {
    switch (step.do) {
      case 'add': {
        const opts = OPTIONS[step.how];
        const jobs = step.ids.map((id) => ({
          name: 'one',
          data: { id },
          opts: { ...opts, jobId: `job-${id}` },
        }));
        const added = await this.#queue.addBulk(jobs);
        if (step.how === 'in a moment') await sleep(MOMENT_MS);
        return added.map((job) => job.id);
      }
      case 'take':
        for (let left = step.count; left > 0; left -= 1) {
          this.#tokens += 1;
          const job = await this.#worker.getNextJob(`token ${this.#tokens}`, { block: false });
          if (job) this.#held.push(job as Job);
        }
        return this.#held.map((job) => job.id);
      case 'complete':
        return this.#complete(step);
      case 'fail':
        return this.#fail(this.#held.shift());
      case 'spoil':
        return this.#spoil();
      case 'look': {
        // For those that have stalled: those without a lock wait again, from the second look on.
        const stalled = await this.#worker.getBackend().moveStalledJobsToWait();
        await this.#redis.del(this.#key('stalled-check'));
        return stalled;
      }
      case 'pause':
        return this.#queue.pause();
      case 'resume':
        return this.#queue.resume();
      case 'limit':
        return this.#queue.setGlobalConcurrency(3);
      case 'unlimit':
        return this.#queue.removeGlobalConcurrency().then(() => undefined);
    }
  }

  /** All that are held, in one turn of the loop. */
  async #complete({ next, keep }: { readonly next: boolean; readonly keep: boolean }): Promise<unknown> {
    const ending = this.#held.splice(0);
    const ended = await Promise.allSettled(
      ending.map((job) => {
        job.opts.removeOnComplete = !keep;
        return job.moveToCompleted('done', job.token ?? '', next);
      }),
    );
    return ended.map((one, at) => {
      if (one.status === 'rejected') return wordsOf(one.reason, this.prefix);
      const [following, id, limitUntil, delayUntil] = (one.value ?? []) as unknown as NextJob;
      if (!following || !id) return { limited: Number(limitUntil) > 0, delayed: Number(delayUntil) > 0 };
      const job = Job.fromJSON(this.#worker as never, following as never, id);
      job.token = ending[at]?.token ?? '';
      this.#held.push(job);
      return { ...following, timestamp: 'some', processedOn: 'some' };
    });
  }

  async #fail(job: Job | undefined): Promise<void> {
    await job?.moveToFailed(new Error('some words'), job.token ?? '');
  }

  /** What should never be with jobs that are held. */
  async #spoil(): Promise<void> {
    const [first, second, third] = this.#held;
    if (first) await this.#redis.del(this.#key(`${first.id}:lock`));
    if (second) await second.log('a line');
    if (third) await this.#redis.sadd(this.#key(`${third.id}:dependencies`), 'some job');
  }

  #key(name: string): string {
    return `${this.prefix}:{some}:${name}`;
  }

  /** All that Redis has of it, without what is of the moment. */
  async show(): Promise<Record<string, unknown>> {
    const keys = (await this.#redis.keys(`${this.prefix}:*`)).toSorted();
    const values = await Promise.all(keys.map((key) => this.#valueOf(key)));
    const shown = keys.map((key, at) => [key.slice(this.prefix.length), values[at]] as const);
    return Object.fromEntries(shown.filter(([, value]) => value !== undefined));
  }

  async #valueOf(key: string): Promise<unknown> {
    switch (await this.#redis.type(key)) {
      case 'string': {
        const value = await this.#redis.get(key);
        // A lock that would never end keeps a job for ever.
        return key.endsWith(':lock') ? [value, await this.#isHeld(key)] : value;
      }
      case 'list':
        return this.#redis.lrange(key, 0, -1);
      case 'set':
        return (await this.#redis.smembers(key)).toSorted();
      case 'zset':
        // Those that have ended are in the order of their millisecond.
        return /:(completed|failed)$/.test(key)
          ? (await this.#redis.zrange(key, '0', '-1')).toSorted()
          : this.#redis.zrange(key, '0', '-1');
      case 'hash': {
        const fields = await this.#redis.hgetall(key);
        for (const name of ['timestamp', 'processedOn', 'finishedOn', 'stacktrace'])
          if (name in fields) fields[name] = 'some';
        return fields;
      }
      case 'stream': {
        const events = (await this.#redis.xrange(key, '-', '+')).map(([, [, event]]) => event);
        const drained = events.filter((event) => event === 'drained');
        return drained.length > 0 ? drained : undefined;
      }
      default:
        return undefined;
    }
  }

  /** For as long as the library keeps a lock, and no longer. */
  async #isHeld(lock: string): Promise<boolean> {
    const left = await this.#redis.pttl(lock);
    return left > 0 && left <= LOCK_MS;
  }

  /** Of single jobs, in the library's stream. */
  async countEvents(): Promise<number> {
    const events = await this.#redis.xrange(this.#key('events'), '-', '+');
    return events.filter(([, [, event]]) => event === 'added' || event === 'completed').length;
  }

  async close(): Promise<void> {
    await Promise.all([this.#worker.close(true), this.#queue.close()]);
    const keys = await this.#redis.keys(`${this.prefix}:*`);
    if (keys.length > 0) await this.#redis.del(...keys);
  }
}

describe('jobs of calls that go together', () => {
  const redis = redisClient(serverUrl('REDIS_URL'));
  afterAll(() => redis.disconnect());

  async function compare(steps: readonly Step[]): Promise<Record<string, unknown>> {
    const [alone, together] = await Promise.all([
      new Side(redis, createRedisBackend as BackendFactory).open(),
      new Side(redis, groupedCalls as BackendFactory).open(),
    ]);
    try {
      for (const [at, step] of steps.entries()) {
        const [expected, answered] = [await alone.take(step), await together.take(step)];
        expect({ at, step, answered }).toEqual({ at, step, answered: expected });
        expect({ at, step, ...(await together.show()) }).toEqual({ at, step, ...(await alone.show()) });
      }
      return await together.show();
    } finally {
      await Promise.all([alone.close(), together.close()]);
    }
  }

  it('are left, and answered for, as the library leaves and answers for each', async () => {
    // Of sequences that end with keys, each its own: most of what is drawn is about something.
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 25 }), async (steps) => {
        ends.add(Object.keys(await compare(steps)).join(' '));
      }),
      { numRuns: 100 },
    );
    expect(ends.size).toBeGreaterThan(30);
  });

  const add = (from: number, count: number, how: Adding = 'plain'): Step => ({
    do: 'add',
    ids: Array.from({ length: count }, (_, at) => from + at),
    how,
  });
  const complete: Step = { do: 'complete', next: true, keep: false };

  it('leave nothing behind once all have ended', async () => {
    const left = await compare([
      add(0, 30),
      { do: 'take', count: 12 },
      complete,
      complete,
      complete,
      complete,
    ]);
    expect(Object.keys(left)).toEqual([':{some}:events', ':{some}:id', ':{some}:marker', ':{some}:meta']);
    expect(left[':{some}:id']).toBe('30');
  });

  it('take the shorter way: it is that of the release that is installed', async () => {
    const side = await new Side(redis, groupedCalls as BackendFactory).open();
    try {
      const ids = Array.from({ length: 9 }, (_, at) => `job-${at}`);
      expect(await side.take(add(0, 9))).toEqual(ids);
      expect(await side.take({ do: 'take', count: 9 })).toEqual(ids);
      expect(await side.take(complete)).toEqual(ids.map(() => ({ limited: false, delayed: false })));
      expect(await side.countEvents()).toBe(0);
    } finally {
      await side.close();
    }
  });

  it('that wait an hour, or came by another way, are not lost among plain ones', async () => {
    await compare([add(0, 3, 'urgent'), { do: 'take', count: 3 }, complete]);
    const left = await compare([
      add(0, 6),
      add(20, 4, 'urgent'),
      add(30, 4, 'in an hour'),
      { do: 'take', count: 5 },
      complete,
      add(40, 3, 'in a moment'),
      complete,
      complete,
      complete,
      complete,
    ]);
    expect(left[':{some}:delayed']).toEqual(['job-30', 'job-31', 'job-32', 'job-33']);
    expect(left).not.toHaveProperty([':{some}:wait']);
  });

  it('of which some cannot end do not keep the others', async () => {
    const steps: Step[] = [
      add(0, 20),
      { do: 'take', count: 8 },
      { do: 'spoil' },
      complete,
      complete,
      complete,
    ];
    // One has lost its lock, and one waits for another job; a line that was logged goes with its job.
    expect((await compare(steps))[':{some}:active']).toEqual(['job-2', 'job-0']);
  });
});
