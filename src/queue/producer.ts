/** The producer's side of the queues: adds jobs and counts them. It never imports the code that runs them. */
import type { Queue } from 'bullmq';
import { ConnectsError } from '../errors.ts';
import { groupBy } from '../group-by.ts';
import { readRedisAddress } from '../servers/redis-address.ts';
import type { toMasterOf } from './cluster.ts';
import { ConnectionTroubles, producerConnection, withinDeadline } from './connection.ts';
import {
  type CohortPayload,
  type NoticePayload,
  type SettlePayload,
  cohortContract,
  noticeContract,
  settleContract,
  tickContract,
} from './contracts.ts';
import { shardOf, shardsOf } from './shards.ts';

/** 20,000 jobs/s in chunks of this size; larger ones measured slower. */
export const CHUNK = 1_000;

/** Nothing is lost with a connection: whoever has said that Redis is away need not wait for it once more. */
const CLOSE_DEADLINE_MS = 1_000;

/** Job options are stored with every job: 700 bytes instead of 280. So all retention is set on the workers. */
export const QUEUE_OPTIONS = { streams: { events: { maxLen: 1_000 } } };

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Those of the two that are cohorts: jobs of several hundred accounts. */
  readonly cohorts: number;
}

/** What an operation needs of the queues. */
export interface JobQueue {
  /** Adds one job per account; one that is waiting or at work already is not added again. */
  enqueueSettling(payloads: readonly SettlePayload[]): Promise<void>;
  /** Adds one job per cohort; one that is waiting or at work already is not added again. */
  enqueueCohorts(payloads: readonly CohortPayload[]): Promise<void>;
  enqueueNotices(payloads: readonly NoticePayload[]): Promise<void>;
  countSettling(): Promise<QueueCounts>;
}

/** A shard that could not be used is left alone for so long: whoever adds jobs meanwhile does not wait for it again. */
const LEFT_ALONE_MS = 10_000;

/** By shard. */
type Shards<Payload> = readonly Queue<Payload>[];

interface Queues {
  readonly settle: Shards<SettlePayload>;
  readonly cohorts: Shards<CohortPayload>;
  readonly notices: Shards<NoticePayload>;
  readonly ticks: Queue;
}

export interface ProducerOptions {
  /** Separates installations that share one Redis. */
  readonly prefix: string;
  /** Of each queue. */
  readonly shards: number;
  readonly clock: { elapsedMs(): number };
}

export class Producer implements JobQueue {
  readonly #clock: ProducerOptions['clock'];
  readonly #opener: Promise<Opener>;
  readonly #opened: Promise<Queues>;
  readonly #troubles: ConnectionTroubles;
  /** When each of the queues was last found to be away, by the name of its shard. */
  readonly #awaySince = new Map<string, number>();

  /**
   * Connects in the background.
   * @param url of Redis
   */
  constructor(url: string, { prefix, shards, clock }: ProducerOptions) {
    this.#clock = clock;
    this.#troubles = new ConnectionTroubles(url);
    this.#opener = opener(url, prefix);
    this.#opened = this.#open(shards);
  }

  async #open(shards: number): Promise<Queues> {
    const open = await this.#opener;
    const each = <Payload>(queue: string): Shards<Payload> =>
      shardsOf(queue, shards).map((name) => open<Payload>(name));
    const queues = {
      settle: each<SettlePayload>(settleContract.queue),
      cohorts: each<CohortPayload>(cohortContract.queue),
      notices: each<NoticePayload>(noticeContract.queue),
      ticks: open(tickContract.queue),
    };
    // Each call reports its own failure, with what these events told.
    for (const queue of allOf(queues)) queue.on('error', (error) => this.#troubles.add(error));
    return queues;
  }

  async enqueueSettling(payloads: readonly SettlePayload[]): Promise<void> {
    const { settle } = await this.#opened;
    await this.#add(settle, settleContract.name, settleContract.jobId, payloads);
  }

  async enqueueCohorts(payloads: readonly CohortPayload[]): Promise<void> {
    const { cohorts } = await this.#opened;
    await this.#add(cohorts, cohortContract.name, cohortContract.jobId, payloads);
  }

  async enqueueNotices(payloads: readonly NoticePayload[]): Promise<void> {
    const { notices } = await this.#opened;
    await this.#add(notices, noticeContract.name, noticeContract.jobId, payloads);
  }

  /** Jobs of both lanes. */
  async countSettling(): Promise<QueueCounts> {
    const { settle, cohorts } = await this.#opened;
    const [single, many] = await Promise.all([this.#countAll(settle), this.#countAll(cohorts)]);
    return {
      waiting: single.waiting + many.waiting,
      active: single.active + many.active,
      delayed: single.delayed + many.delayed,
      cohorts: many.waiting + many.active,
    };
  }

  async #countAll(shards: readonly Queue[]): Promise<Omit<QueueCounts, 'cohorts'>> {
    const [near, away] = this.#apart(shards);
    let counted = await settledOf(near, (queue) => this.#unlessAway(queue, () => this.#count(queue)));
    // What is lost with a shard is counted nowhere; where all are away nothing is known.
    if (counted.done.length === 0 && away.length > 0)
      counted = await settledOf(away, (queue) => this.#unlessAway(queue, () => this.#count(queue)));
    const counts = counted.done;
    // A setting to mend is told, as it would be of a single server.
    const told = counted.failed.find((error) => !isAwayError(error));
    if (told !== undefined) throw told;
    if (counts.length === 0) throw counted.failed[0];
    const sum = (of: keyof (typeof counts)[number]): number => counts.reduce((all, one) => all + one[of], 0);
    return { waiting: sum('waiting'), active: sum('active'), delayed: sum('delayed') };
  }

  async #count(queue: Queue): Promise<Omit<QueueCounts, 'cohorts'>> {
    await this.#within(queue.waitUntilReady(), 'counting jobs');
    const counts = await this.#within(
      queue.getJobCounts('wait', 'active', 'delayed', 'prioritized'),
      'counting jobs',
    );
    const of = (state: string): number => counts[state] ?? 0;
    return { waiting: of('wait') + of('prioritized'), active: of('active'), delayed: of('delayed') };
  }

  /** When the scheduler ticks next; null while nothing is scheduled, or what was scheduled is gone. */
  async findNextTick(): Promise<number | null> {
    const { ticks } = await this.#opened;
    await this.#within(ticks.waitUntilReady(), 'reading the schedule');
    const scheduled = await this.#within(
      ticks.getJobScheduler(tickContract.schedulerId),
      'reading the schedule',
    );
    if (scheduled?.next === undefined) return null;
    const job = ticks.getJobState(tickContract.jobId(scheduled.next));
    return (await this.#within(job, 'reading the schedule')) === 'unknown' ? null : scheduled.next;
  }

  /**
   * Takes queues away with all that is in them, the last first: what is left where it breaks off is found by its first.
   * @param names as they are in Redis, of none that is in use
   */
  async removeQueues(names: readonly string[]): Promise<void> {
    const open = await this.#opener;
    for (const name of names.toReversed()) {
      const queue = open(name);
      queue.on('error', (error) => this.#troubles.add(error));
      try {
        await this.#within(queue.waitUntilReady(), 'taking queues away');
        await this.#obliterate(queue);
      } finally {
        await queue.close();
      }
    }
  }

  /** It is paused first. Where that is as far as it came, whoever counts so again would wait for ever. */
  async #obliterate(queue: Queue): Promise<void> {
    try {
      await queue.obliterate({ force: true });
    } catch (error) {
      await this.#within(queue.resume(), 'taking queues away').catch(() => undefined);
      throw error;
    }
  }

  #within<Result>(work: Promise<Result>, what: string): Promise<Result> {
    return withinDeadline(work, what, this.#troubles);
  }

  /** Of one queue, those shards that can be used as far as is known, and the others. */
  #apart<Payload>(shards: Shards<Payload>): readonly [Shards<Payload>, Shards<Payload>] {
    return [shards.filter((queue) => !this.#isAway(queue)), shards.filter((queue) => this.#isAway(queue))];
  }

  #isAway({ name }: { readonly name: string }): boolean {
    return this.#clock.elapsedMs() - (this.#awaySince.get(name) ?? -Infinity) < LEFT_ALONE_MS;
  }

  async #unlessAway<Result>(
    { name }: { readonly name: string },
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      const result = await work();
      this.#awaySince.delete(name);
      return result;
    } catch (error) {
      if (isAwayError(error)) this.#awaySince.set(name, this.#clock.elapsedMs());
      throw error;
    }
  }

  /**
   * Where a shard is away, the others get theirs all the same, and its own, too: who is settled twice is settled once, so
   * nobody need wait for a server that may never come back. It goes in rounds: what one part has met, no other meets again.
   */
  async #add<Payload>(
    shards: Shards<Payload>,
    name: string,
    jobId: (payload: Payload) => string,
    payloads: readonly Payload[],
  ): Promise<void> {
    const [only] = shards;
    if (shards.length === 1 && only) return this.#addInChunks(only, name, jobId, payloads);
    const parts = groupBy(payloads, (one) => shardOf(jobId(one), shards.length));
    let left = [...parts].map(([shard, part]) => ({ part, queues: this.#inTurn(shards, shard) }));
    const errors: unknown[] = [];
    while (left.length > 0) {
      const { done, failed } = await settledOf(left, async ({ part, queues: [queue, ...others] }) => {
        if (!queue) return [];
        try {
          await this.#unlessAway(queue, () => this.#addInChunks(queue, name, jobId, part));
          return [];
        } catch (error) {
          if (!isAwayError(error)) throw error;
          return [{ part, others, error }];
        }
      });
      errors.push(...failed);
      left = done.flat().flatMap(({ part, others, error }) => {
        const queues = others.filter((one) => !this.#isAway(one));
        if (queues.length === 0) errors.push(error);
        return queues.length === 0 ? [] : [{ part, queues }];
      });
    }
    if (errors.length > 0) throw errors[0];
  }

  /** Where a job may go: its own shard first. The next in its place is always the same, as long as the same are away. */
  #inTurn<Payload>(shards: Shards<Payload>, own: number): Shards<Payload> {
    const all = [...shards.slice(own), ...shards.slice(0, own)];
    const [near] = this.#apart(all);
    // Where all are away, asking one of them again is enough.
    return near.length > 0 ? near : all.slice(0, 1);
  }

  /** `addBulk` is not atomic: an error in the middle leaves some in. The ids make adding them again harmless. */
  async #addInChunks<Payload>(
    queue: Queue<Payload>,
    name: string,
    jobId: (payload: Payload) => string,
    payloads: readonly Payload[],
  ): Promise<void> {
    await this.#within(queue.waitUntilReady(), 'adding jobs');
    for (let from = 0; from < payloads.length; from += CHUNK) {
      const jobs = payloads
        .slice(from, from + CHUNK)
        .map((payload) => ({ name, data: payload, opts: { jobId: jobId(payload) } }));
      await this.#within(queue.addBulk(jobs as never), 'adding jobs');
    }
  }

  /** Closing waits for Redis, which may be away: hence the deadline. */
  async close(): Promise<void> {
    const queues = await this.#opened;
    const closing = Promise.allSettled(allOf(queues).map((queue) => queue.close()));
    await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, CLOSE_DEADLINE_MS).unref())]);
  }
}

type Opener = <Payload>(name: string) => Queue<Payload>;

/** The library is large: it is loaded for whoever has a queue to use, not with the program. */
async function opener(url: string, prefix: string): Promise<Opener> {
  const { Queue } = await import('bullmq');
  const { groupedCalls } = await import('./grouped-calls.ts');
  const toMaster = await findConnector(url);
  return <Payload>(name: string) => {
    const connection = { ...producerConnection(url), ...toMaster?.(name, url) };
    return new Queue<Payload>(name, { connection, prefix, ...QUEUE_OPTIONS }, groupedCalls);
  };
}

const isAwayError = (error: unknown): boolean =>
  error instanceof ConnectsError && error.code === 'redis-unavailable';

async function settledOf<Item, Done>(
  items: readonly Item[],
  work: (item: Item) => Promise<Done>,
): Promise<{ readonly done: Done[]; readonly failed: unknown[] }> {
  const all = await Promise.allSettled(items.map(work));
  return {
    done: all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    failed: all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : [])),
  };
}

const findConnector = async (url: string): Promise<typeof toMasterOf | undefined> =>
  readRedisAddress(url).kind === 'cluster' ? (await import('./cluster.ts')).toMasterOf : undefined;

const allOf = ({ settle, cohorts, notices, ticks }: Queues): Pick<Queue, 'close' | 'on'>[] => [
  ...settle,
  ...cohorts,
  ...notices,
  ticks,
];
