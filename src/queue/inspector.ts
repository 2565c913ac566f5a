/**
 * Looking into Redis: what waits, since when, who works, and whether the server is set up for a queue. It keeps a
 * client of its own, connected at the first question, and reads the keys that BullMQ documents.
 *
 * Beside them it keeps the tallies: counts of what workers did that no table holds, added up by all processes; and which
 * accounts workers find locked by somebody else. A flushed Redis forgets them, as a restart would.
 */
import type { ChainableCommander } from 'ioredis';
import { redisFault } from '../servers/classify.ts';
import { noSingleServer, otherShards } from './connection.ts';
import { cohortContract, noticeContract, settleContract, tickContract } from './contracts.ts';
import { type Client, Lookout, isCluster } from './lookout.ts';
import { type OldShards, findOldShards } from './old-shards.ts';
import { type RedisServer, listClients, nodeOfShard, readServers, soon } from './redis-servers.ts';
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
  /** Shards that no server answers for: what they hold is not counted. */
  readonly lost: number;
}

/** A shard that cannot be used: no server answers for it, or the one that does refuses. */
export interface LostShard {
  /** The first is 1. */
  readonly shard: number;
  /** `host:port` of the master that has, or had, it; empty where the cluster knows of none. */
  readonly node: string;
  /** What was met there. */
  readonly error: unknown;
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

/** Evenly over all masters of a cluster, whose shards may be counted otherwise. */
const PLACES = 6;

type Away = ReadonlyMap<string, unknown>;
const NONE: Away = new Map();
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
    await Promise.all(names.map((name) => this.#write(redis, name)));
  }

  #write(redis: Client, shard: string): Promise<unknown> {
    return redis.set(`${this.#prefix}:${shard}:written`, 1, 'PX', WRITTEN_KEPT_MS);
  }

  /**
   * Of a cluster it is enough that some shards can be used: the others' jobs go there. Elsewhere as `requireServing`.
   * @returns those that cannot
   * @throws as `requireServing`, where none can
   */
  async requireSomeServing(): Promise<LostShard[]> {
    if (this.#shards === 1) return this.requireServing().then(() => []);
    const lost = await this.findLostShards();
    if (lost.length === 0 || lost.length === this.#shards) await this.requireServing();
    return lost;
  }

  /**
   * Shards that cannot be used; of a single server none: it is there or not.
   * @throws configuration `redis-configuration`: what a person must mend passes with no server
   */
  async findLostShards(): Promise<LostShard[]> {
    return this.#ask('looking for its shards', async (redis) => {
      if (!isCluster(redis)) return [];
      const away = await this.#findAway(redis, SHARDED);
      const refused = [...away.values()].find((error) => redisFault(error)?.class === 'configuration');
      if (refused !== undefined) throw refused;
      const shards = Array.from({ length: this.#shards }, (_, shard) => shard);
      return shards.flatMap((shard) => {
        const name = SHARDED.map((queue) => this.#namesOf(queue)[shard] ?? '').find((one) => away.has(one));
        if (name === undefined) return [];
        return { shard: shard + 1, node: nodeOfShard(redis, name) ?? '', error: away.get(name) };
      });
    });
  }

  /** By name of a shard, what was met there. */
  async #findAway(redis: Client, queues: readonly QueueName[]): Promise<ReadonlyMap<string, unknown>> {
    const names = queues.flatMap((queue) => this.#namesOf(queue));
    const away = new Map<string, unknown>();
    await Promise.all(
      names.map((name) => soon(this.#write(redis, name)).catch((error: unknown) => away.set(name, error))),
    );
    return away;
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
    await this.#ask('comparing shards', async (redis) => {
      const counts = await this.#atAll(redis, 'shards', (key) => redis.get(key));
      const known = counts.map((one) => Number(one ?? this.#shards)).find((one) => one !== this.#shards);
      if (known !== undefined) throw otherShards(this.#shards, known);
      if (works)
        await this.#atAll(redis, 'shards', (key) => redis.set(key, this.#shards, 'PX', SHARDS_KEPT_MS));
    });
  }

  /** Marks the prefix as this installation's, where it has no mark. @returns whose it is */
  async claimPrefix(installation: string): Promise<string> {
    return this.#ask('looking whose its queues are', async (redis) => {
      const owners = await this.#atAll(redis, 'installation', async (key) => {
        await redis.set(key, installation, 'NX');
        return (await redis.get(key)) ?? installation;
      });
      return owners.find((one) => one !== installation) ?? installation;
    });
  }

  /**
   * Marks it as this installation's, whosever it was, at every place: another's mark that stays at a server that is away
   * would hold up everybody once that is back.
   * @throws unavailable `redis-unavailable` where a place cannot be asked
   */
  async takePrefix(installation: string): Promise<void> {
    await this.#ask('taking over its queues', async (redis) => {
      // So that who tries again finds the other's mark still.
      throwFirst(await this.#settleAtAll(redis, 'installation', (key) => redis.get(key)));
      throwFirst(await this.#settleAtAll(redis, 'installation', (key) => redis.set(key, installation)));
    });
  }

  /**
   * What all must know is kept on every master of a cluster, whatever shards are counted there: so it is known while one of
   * them is gone.
   * @throws what the first met, where none of them answers
   */
  async #atAll<Answer>(
    redis: Client,
    what: string,
    ask: (key: string) => Promise<Answer>,
  ): Promise<Answer[]> {
    const all = await this.#settleAtAll(redis, what, ask);
    const answers = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (answers.length === 0) throwFirst(all);
    return answers;
  }

  async #settleAtAll<Answer>(
    redis: Client,
    what: string,
    ask: (key: string) => Promise<Answer>,
  ): Promise<PromiseSettledResult<Answer>[]> {
    if (!isCluster(redis)) return Promise.allSettled([ask(`${this.#prefix}:${what}`)]);
    const places = shardsOf(`{${what}}`, PLACES).map((place) => `${this.#prefix}:${place}`);
    // The first is where versions that know of one place only keep it.
    const keys = [`${this.#prefix}:${what}`, ...places];
    return Promise.allSettled(keys.map(async (key) => soon(ask(key))));
  }

  /** Every queue as it is now. @throws unavailable `redis-unavailable` */
  async readQueues(now: number): Promise<QueueState[]> {
    return this.#ask('looking at the queues', async (redis) => {
      const names = Object.keys(QUEUES) as QueueName[];
      const away = isCluster(redis) ? await this.#findAway(redis, names) : NONE;
      const [first] = away.values();
      if (away.size === names.flatMap((queue) => this.#namesOf(queue)).length) throw first;
      const clients = await listClients(redis);
      return Promise.all(names.map((queue) => this.#readShards(redis, { queue, clients, now, away })));
    });
  }

  async #readShards(
    redis: Client,
    { queue, away, ...asked }: { queue: QueueName; clients: Clients; now: number; away: Away },
  ): Promise<QueueState> {
    const names = this.#namesOf(queue);
    const there = names.filter((name) => !away.has(name));
    const shards = await Promise.all(there.map((key) => this.#readShard(redis, { key, ...asked })));
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
      workers: shards.length === 0 ? 0 : Math.min(...shards.map((one) => one.workers)),
      lost: names.length - there.length,
    };
  }

  async #readShard(
    redis: Client,
    asked: { key: string; clients: Clients; now: number },
  ): Promise<Omit<QueueState, 'queue' | 'lost'>> {
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
      const away = isCluster(redis) ? await this.#findAway(redis, [queue]) : NONE;
      const names = this.#namesOf(queue).filter((name) => !away.has(name));
      const counts = await Promise.all(names.map((key) => this.#countStalledIn(redis, key)));
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

  /** What is left of queues that were split into another number of shards. */
  async findOldShards(): Promise<OldShards[]> {
    const asked = { prefix: this.#prefix, queues: SHARDED.map((one) => QUEUES[one]), shards: this.#shards };
    return this.#ask('looking for queues of another number of shards', (redis) =>
      findOldShards(redis, asked),
    );
  }

  /** What its clock shows, in milliseconds. */
  async readTime(): Promise<number> {
    const [seconds, microseconds] = await this.#ask('asking for its time', (redis) => redis.time());
    return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  }

  async addTallies(tallies: ReadonlyMap<string, number>): Promise<void> {
    if (tallies.size === 0) return;
    await this.#ask('adding up', async (redis) => {
      const adding = redis.multi();
      for (const [name, by] of tallies) adding.hincrbyfloat(this.#talliesKey, name, by);
      await execAll(adding);
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
      const keeping = redis.multi().zremrangebyscore(this.#busyKey, '-inf', now - BUSY_KEPT_MS);
      if (busy.freed.length > 0) keeping.zrem(this.#busyKey, ...busy.freed);
      if (busy.found.length > 0)
        keeping.zadd(this.#busyKey, ...busy.found.flatMap((account) => [now, account]));
      await execAll(keeping.pexpire(this.#busyKey, BUSY_KEPT_MS));
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

function throwFirst(all: readonly PromiseSettledResult<unknown>[]): void {
  const failed = all.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

/**
 * A transaction that Redis refuses as a whole, where it refuses any of it: so it can be given again.
 * @throws the first error that Redis answered with: `exec` resolves with those of single commands
 */
async function execAll(transaction: ChainableCommander): Promise<void> {
  try {
    const results = await transaction.exec();
    const failed = results?.find(([error]) => error !== null);
    if (failed) throw failed[0];
  } catch (error) {
    // That it was discarded says nothing of why.
    const { previousErrors } = error as { previousErrors?: readonly unknown[] };
    throw previousErrors?.[0] ?? error;
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
