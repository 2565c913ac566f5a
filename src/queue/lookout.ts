/** A connection for questions beside the queues' own: made at the first one, and its library loaded for it. */
import type { Cluster, Redis } from 'ioredis';
import { readRedisAddress } from '../servers/redis-address.ts';
import { ConnectionTroubles, producerConnection, withinDeadline } from './connection.ts';

export type Client = Redis | Cluster;

export class Lookout {
  readonly #url: string;
  readonly #troubles: ConnectionTroubles;
  #client: Promise<Client> | undefined;
  #closed = false;
  /** Whoever asks while the connection is away waits for the same return of it: one pair of listeners, not one each. */
  #ready: Promise<void> | undefined;

  /** @param url of Redis */
  constructor(url: string) {
    this.#url = url;
    this.#troubles = new ConnectionTroubles(url);
  }

  /** @throws unavailable `redis-unavailable`; configuration `redis-configuration` */
  async ask<Answer>(what: string, question: (redis: Client) => Promise<Answer>): Promise<Answer> {
    const asking = async (): Promise<Answer> => {
      this.#client ??= this.#open();
      const redis = await this.#client;
      await this.#connect(redis);
      return question(redis);
    };
    return withinDeadline(asking(), what, this.#troubles);
  }

  async #open(): Promise<Client> {
    const redis = await openClient(this.#url);
    redis.on('error', (error) => this.#troubles.add(error));
    return redis;
  }

  async #connect(redis: Client): Promise<void> {
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

async function openClient(url: string): Promise<Client> {
  if (readRedisAddress(url).kind === 'cluster') return (await import('./cluster.ts')).openCluster(url);
  const { Redis } = await import('ioredis');
  return new Redis({ ...producerConnection(url), lazyConnect: true, enableReadyCheck: false });
}

async function becomeReady(redis: Client): Promise<void> {
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

export const isCluster = (redis: Client): redis is Cluster => redis.isCluster;

/** Each server that takes writes. */
export const mastersOf = (redis: Client): Redis[] => (isCluster(redis) ? redis.nodes('master') : [redis]);
