/**
 * Looking into Redis: what waits, since when, who works, and whether the server is set up for a queue. It keeps a
 * client of its own, connected at the first question, and reads the keys that BullMQ documents.
 *
 * Beside them it keeps the tallies: counts of what workers did that no table holds, added up by all processes; and which
 * accounts workers find locked by somebody else. A flushed Redis forgets them, as a restart would.
 */
import { noSingleServer, otherShards } from './connection.ts';
import { cohortContract, noticeContract, settleContract, tickContract } from './contracts.ts';
import { type Client, Lookout, isCluster } from './lookout.ts';
import { type RedisServer, listClients, readServers } from './redis-servers.ts';
import { shardsOf } from './shards.ts';

export const QUEUES = {
  settle: settleContract.queue,
  cohorts: cohortContract.queue,
  notices: noticeContract.queue,
  ticks: tickContract.queue,
} as const;
export type QueueName = keyof typeof QUEUES;
/** One schedule ticks. */
const SHARDED: readonly QueueName[] = ['settle', 'cohorts', 'notices'];

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

/** BullMQ scores delayed jobs by time × 4096 and a counter. */
const SCORE_PER_MS = 0x1000;
/** How long what is written to see whether writing goes is kept. */
const WRITTEN_KEPT_MS = 60_000;
/** Workers say how many shards they count far more often. */
const SHARDS_KEPT_MS = 60_000;
/** Whoever found an account locked says so again every few seconds, while it lives. */
const BUSY_KEPT_MS = 60_000;
/** Active jobs that are looked at for the lock of their worker. */
const ACTIVE_MAX = 1_000;

type Clients = Awaited<ReturnType<typeof listClients>>;

export class Inspector {
  readonly #prefix: string;
  readonly #shards: number;
  readonly #lookout: Lookout;

  /** @param url of Redis; @param prefix of the installation; @param shards of each queue */
  constructor(url: string, prefix: string, shards: number) {
    this.#lookout = new Lookout(url);
    this.#prefix = prefix;
    this.#shards = shards;
  }

  /**
   * Reading tells little: a Redis that is full, cannot save, or is a replica answers it as ever. So this writes.
   * @throws unavailable `redis-unavailable`; configuration `redis-configuration`, also for a cluster or a sentinel
   */
  async requireServing(): Promise<void> {
    await this.#ask('writing', async (redis) => {
      if (isCluster(redis)) return this.#writeEverywhere(redis);
      const [, mode = 'standalone'] = /^(?:redis|server)_mode:(\w+)/m.exec(await redis.info('server')) ?? [];
      if (mode !== 'standalone') throw noSingleServer(mode);
      // A connection that may not have its database goes on in database 0, and says so to nobody.
      if (redis.options.db) await redis.select(redis.options.db);
      await redis.set(`${this.#prefix}:written`, 1, 'PX', WRITTEN_KEPT_MS);
    });
  }

  async #writeEverywhere(redis: Client): Promise<void> {
    const names = SHARDED.flatMap((queue) => this.#namesOf(queue));
    await Promise.all(
      names.map((name) => redis.set(`${this.#prefix}:${name}:written`, 1, 'PX', WRITTEN_KEPT_MS)),
    );
  }

  #namesOf(queue: QueueName): readonly string[] {
    return shardsOf(QUEUES[queue], SHARDED.includes(queue) ? this.#shards : 1);
  }

  /**
   * Where shards are counted otherwise, jobs wait for workers that are elsewhere.
   * @param works whether this process takes jobs: then its count is known to others for as long as it does
   * @throws configuration `redis-configuration`
   */
  async requireSameShards({ works }: { readonly works: boolean }): Promise<void> {
    if (this.#shards === 1) return;
    await this.#ask('comparing shards', async (redis) => {
      const key = `${this.#prefix}:shards`;
      const known = Number((await redis.get(key)) ?? this.#shards);
      if (known !== this.#shards) throw otherShards(this.#shards, known);
      if (works) await redis.set(key, known, 'PX', SHARDS_KEPT_MS);
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
      const clients = await listClients(redis);
      const names = Object.keys(QUEUES) as QueueName[];
      return Promise.all(names.map((queue) => this.#readShards(redis, { queue, clients, now })));
    });
  }

  async #readShards(
    redis: Client,
    { queue, ...asked }: { queue: QueueName; clients: Clients; now: number },
  ): Promise<QueueState> {
    const shards = await Promise.all(
      this.#namesOf(queue).map((key) => this.#readShard(redis, { key, ...asked })),
    );
    const sum = (of: 'waiting' | 'active' | 'delayed' | 'overdue'): number =>
      shards.reduce((all, one) => all + one[of], 0);
    const oldest = shards
      .flatMap((one) => one.oldest ?? [])
      .toSorted((a, b) => a.addedAt - b.addedAt)
      .at(0);
    return {
      queue,
      waiting: sum('waiting'),
      active: sum('active'),
      delayed: sum('delayed'),
      oldest: oldest ?? null,
      overdue: sum('overdue'),
      // A worker is one of every shard: where one of them waits in vain, that one says so.
      workers: Math.min(...shards.map((one) => one.workers)),
    };
  }

  async #readShard(
    redis: Client,
    asked: { key: string; clients: Clients; now: number },
  ): Promise<Omit<QueueState, 'queue'>> {
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
      asked.clients(asked.key),
      `${this.#prefix}:${toBase64(asked.key)}`,
      isCluster(redis) ? 0 : (redis.options.db ?? 0),
    );
    return { waiting, active, delayed, oldest, overdue, workers };
  }

  /** Jobs that a worker took and whose lock is gone: it died or hangs. Of the first thousand active ones. */
  async countStalled(queue: QueueName): Promise<number> {
    return this.#ask('looking for stalled jobs', async (redis) => {
      const counts = await Promise.all(this.#namesOf(queue).map((key) => this.#countStalledIn(redis, key)));
      return counts.reduce((all, one) => all + one, 0);
    });
  }

  async #countStalledIn(redis: Client, key: string): Promise<number> {
    const of = (part: string): string => `${this.#prefix}:${key}:${part}`;
    const ids = await redis.lrange(of('active'), 0, ACTIVE_MAX - 1);
    const locked = await Promise.all(ids.map((id) => redis.exists(`${of(id)}:lock`)));
    return locked.filter((one) => one === 0).length;
  }

  /** The servers that take jobs: one, or each master of a cluster. */
  async readServers(): Promise<RedisServer[]> {
    return this.#ask('asking for its settings', (redis) => readServers(redis, this.#namesOf('settle')));
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

  async #ask<Answer>(what: string, question: (redis: Client) => Promise<Answer>): Promise<Answer> {
    return this.#lookout.ask(what, question);
  }

  /** Whoever asks afterwards is told that Redis is away, and opens nothing anew. */
  close(): void {
    this.#lookout.close();
  }
}

const toBase64 = (text: string): string => Buffer.from(text).toString('base64');

/**
 * A worker names its connection after its queue; its second, blocking one carries the same name with a suffix. Those of
 * other databases of the same Redis are listed as well, and are somebody else's.
 */
const countWorkers = (clients: readonly string[], name: string, db: number): number =>
  clients
    .filter((line) => line.includes(` name=${name} `) || line.includes(` name=${name}:w:`))
    .filter((line) => line.includes(` db=${db} `)).length;
