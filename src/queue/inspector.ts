/**
 * Looking into Redis: what waits, since when, who works, and whether the server is set up for a queue. It keeps a
 * client of its own, connected at the first question, and reads the keys that BullMQ documents.
 *
 * Beside them it keeps the tallies: counts of what workers did that no table holds, added up by all processes; and which
 * accounts workers find locked by somebody else. A flushed Redis forgets them, as a restart would.
 */
import type { Redis } from 'ioredis';
import { ConnectionTroubles, noSingleServer, producerConnection, withinDeadline } from './connection.ts';
import { cohortContract, noticeContract, settleContract, tickContract } from './contracts.ts';

export const QUEUES = {
  settle: settleContract.queue,
  cohorts: cohortContract.queue,
  notices: noticeContract.queue,
  ticks: tickContract.queue,
} as const;
export type QueueName = keyof typeof QUEUES;

export interface QueueState {
  readonly queue: QueueName;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** The job that is taken next. Null when none waits. */
  readonly oldest: { readonly id: string; readonly addedAt: number } | null;
  /** Delayed jobs whose time has come: nobody moves them while no worker is there. */
  readonly overdue: number;
  /** Connected workers. */
  readonly workers: number;
}

/** Accounts by id. */
export interface Busy {
  readonly found: readonly string[];
  readonly freed: readonly string[];
}

export interface RedisServer {
  readonly version: string;
  readonly evictionPolicy: string;
  readonly role: string;
  readonly usedBytes: number;
  /** 0 for no limit. */
  readonly maxBytes: number;
}

/** BullMQ scores delayed jobs by time × 4096 and a counter. */
const SCORE_PER_MS = 0x1000;
/** How long what is written to see whether writing goes is kept. */
const WRITTEN_KEPT_MS = 60_000;
/** Whoever found an account locked says so again every few seconds, while it lives. */
const BUSY_KEPT_MS = 60_000;
/** Active jobs that are looked at for the lock of their worker. */
const ACTIVE_MAX = 1_000;

export class Inspector {
  readonly #url: string;
  /** Made at the first question, and its library loaded for it. */
  #client: Promise<Redis> | undefined;
  #closed = false;
  readonly #prefix: string;
  readonly #troubles: ConnectionTroubles;
  /** Whoever asks while the connection is away waits for the same return of it: one pair of listeners, not one each. */
  #ready: Promise<void> | undefined;

  /** @param url of Redis; @param prefix of the installation */
  constructor(url: string, prefix: string) {
    this.#url = url;
    this.#troubles = new ConnectionTroubles(url);
    this.#prefix = prefix;
  }

  async #open(): Promise<Redis> {
    const { Redis } = await import('ioredis');
    const redis = new Redis({ ...producerConnection(this.#url), lazyConnect: true, enableReadyCheck: false });
    redis.on('error', (error) => this.#troubles.add(error));
    return redis;
  }

  /**
   * Reading tells little: a Redis that is full, cannot save, or is a replica answers it as ever. So this writes.
   * @throws unavailable `redis-unavailable`; configuration `redis-configuration`, also for a cluster or a sentinel
   */
  async requireServing(): Promise<void> {
    await this.#ask('writing', async (redis) => {
      const [, mode = 'standalone'] = /^(?:redis|server)_mode:(\w+)/m.exec(await redis.info('server')) ?? [];
      if (mode !== 'standalone') throw noSingleServer(mode);
      // A connection that may not have its database goes on in database 0, and says so to nobody.
      if (redis.options.db) await redis.select(redis.options.db);
      await redis.set(`${this.#prefix}:written`, 1, 'PX', WRITTEN_KEPT_MS);
    });
  }

  /** Marks the prefix as this installation's, where it has no mark. @returns whose it is */
  async claimPrefix(installation: string): Promise<string> {
    return this.#ask('looking whose its queues are', async (redis) => {
      await redis.set(this.#ownerKey, installation, 'NX');
      return (await redis.get(this.#ownerKey)) ?? installation;
    });
  }

  /** Marks it as this installation's, whosever it was. */
  async takePrefix(installation: string): Promise<void> {
    await this.#ask('taking over its queues', (redis) => redis.set(this.#ownerKey, installation));
  }

  get #ownerKey(): string {
    return `${this.#prefix}:installation`;
  }

  /** Every queue as it is now. @throws unavailable `redis-unavailable` */
  async readQueues(now: number): Promise<QueueState[]> {
    return this.#ask('looking at the queues', async (redis) => {
      const clients = String(await redis.client('LIST'));
      const names = Object.entries(QUEUES) as [QueueName, string][];
      return Promise.all(names.map(([queue, key]) => this.#readQueue(redis, { queue, key, clients, now })));
    });
  }

  async #readQueue(
    redis: Redis,
    asked: { queue: QueueName; key: string; clients: string; now: number },
  ): Promise<QueueState> {
    const of = (part: string): string => `${this.#prefix}:${asked.key}:${part}`;
    const [waiting, active, delayed, overdue, [id]] = await Promise.all([
      redis.llen(of('wait')),
      redis.llen(of('active')),
      redis.zcard(of('delayed')),
      redis.zcount(of('delayed'), '-inf', asked.now * SCORE_PER_MS),
      redis.lrange(of('wait'), -1, -1),
    ]);
    const addedAt = id === undefined ? null : await redis.hget(of(id), 'timestamp');
    const oldest = id === undefined ? null : { id, addedAt: Number(addedAt ?? asked.now) };
    const workers = countWorkers(
      asked.clients,
      `${this.#prefix}:${toBase64(asked.key)}`,
      redis.options.db ?? 0,
    );
    return { queue: asked.queue, waiting, active, delayed, oldest, overdue, workers };
  }

  /** Jobs that a worker took and whose lock is gone: it died or hangs. Of the first thousand active ones. */
  async countStalled(queue: QueueName): Promise<number> {
    return this.#ask('looking for stalled jobs', async (redis) => {
      const of = (part: string): string => `${this.#prefix}:${QUEUES[queue]}:${part}`;
      const ids = await redis.lrange(of('active'), 0, ACTIVE_MAX - 1);
      const locked = await Promise.all(ids.map((id) => redis.exists(`${of(id)}:lock`)));
      return locked.filter((one) => one === 0).length;
    });
  }

  async readServer(): Promise<RedisServer> {
    return this.#ask('asking for its settings', async (redis) => {
      const text = await redis.info();
      const of = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
      return {
        version: of('redis_version'),
        evictionPolicy: of('maxmemory_policy'),
        role: of('role'),
        usedBytes: Number(of('used_memory')),
        maxBytes: Number(of('maxmemory')),
      };
    });
  }

  /** What its clock shows, in milliseconds. */
  async readTime(): Promise<number> {
    const [seconds, microseconds] = await this.#ask('asking for its time', (redis) => redis.time());
    return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  }

  async addTallies(tallies: ReadonlyMap<string, number>): Promise<void> {
    if (tallies.size === 0) return;
    await this.#ask('adding up', async (redis) => {
      const adding = redis.pipeline();
      for (const [name, by] of tallies) adding.hincrbyfloat(this.#talliesKey, name, by);
      await adding.exec();
    });
  }

  async readTallies(): Promise<Map<string, number>> {
    const read = await this.#ask('reading what was added up', (redis) => redis.hgetall(this.#talliesKey));
    return new Map(Object.entries(read).map(([name, value]) => [name, Number(value)]));
  }

  get #talliesKey(): string {
    return `${this.#prefix}:tallies`;
  }

  /** What a worker finds locked by somebody else, and what is so no longer. Whoever is not found again is forgotten. */
  async keepBusy(busy: Busy): Promise<void> {
    const now = await this.readTime();
    await this.#ask('keeping what is locked', async (redis) => {
      const keeping = redis.pipeline().zremrangebyscore(this.#busyKey, '-inf', now - BUSY_KEPT_MS);
      if (busy.freed.length > 0) keeping.zrem(this.#busyKey, ...busy.freed);
      if (busy.found.length > 0)
        keeping.zadd(this.#busyKey, ...busy.found.flatMap((account) => [now, account]));
      await keeping.pexpire(this.#busyKey, BUSY_KEPT_MS).exec();
    });
  }

  /** Accounts that any worker found locked within the last minute, the longest ago first. */
  async readBusy(): Promise<string[]> {
    const now = await this.readTime();
    return this.#ask('reading what is locked', (redis) =>
      redis.zrangebyscore(this.#busyKey, now - BUSY_KEPT_MS, '+inf'),
    );
  }

  get #busyKey(): string {
    return `${this.#prefix}:busy`;
  }

  async #ask<Answer>(what: string, question: (redis: Redis) => Promise<Answer>): Promise<Answer> {
    const asking = async (): Promise<Answer> => {
      this.#client ??= this.#open();
      const redis = await this.#client;
      await this.#connect(redis);
      return question(redis);
    };
    return withinDeadline(asking(), what, this.#troubles);
  }

  async #connect(redis: Redis): Promise<void> {
    if (this.#closed) throw new Error('Connection is closed.');
    if (redis.status === 'ready') return;
    if (redis.status === 'wait' || redis.status === 'end') return redis.connect();
    this.#ready ??= becomeReady(redis).finally(() => (this.#ready = undefined));
    return this.#ready;
  }

  /** Whoever asks afterwards is told that Redis is away, and opens nothing anew. */
  close(): void {
    this.#closed = true;
    void this.#client?.then((redis) => redis.disconnect());
  }
}

async function becomeReady(redis: Redis): Promise<void> {
  let onReady: () => void = () => undefined;
  let onEnd = onReady;
  try {
    await new Promise<void>((resolve, reject) => {
      onReady = resolve;
      onEnd = () => reject(new Error('Connection is closed.'));
      redis.once('ready', onReady).once('end', onEnd);
    });
  } finally {
    redis.off('ready', onReady).off('end', onEnd);
  }
}

const toBase64 = (text: string): string => Buffer.from(text).toString('base64');

/**
 * A worker names its connection after its queue; its second, blocking one carries the same name with a suffix. Those of
 * other databases of the same Redis are listed as well, and are somebody else's.
 */
const countWorkers = (clients: string, name: string, db: number): number =>
  clients
    .split('\n')
    .filter((line) => line.includes(` name=${name} `) || line.includes(` name=${name}:w:`))
    .filter((line) => line.includes(` db=${db} `)).length;
