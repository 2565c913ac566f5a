/** What the servers say of themselves that the jobs lie on. */
import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { type Client, isCluster, mastersOf } from './lookout.ts';
import { slotOf } from './shards.ts';

export interface RedisServer {
  /** `host:port`; empty over a socket of this machine. Behind sentinels: of the master that they name. */
  readonly address: string;
  readonly version: string;
  readonly evictionPolicy: string;
  readonly role: string;
  /** Connected to it. */
  readonly replicas: number;
  /** Of the queue of accounts: how many of them lie there. */
  readonly shards: number;
  readonly usedBytes: number;
  /** 0 for no limit. */
  readonly maxBytes: number;
  /** Connections that it takes; 0 where it does not say. */
  readonly maxClients: number;
}

/** @param shards the names of a queue's */
export const readServers = (redis: Client, shards: readonly string[]): Promise<RedisServer[]> =>
  ofThoseThere(mastersOf(redis), (one) => readServer(one, redis, shards));

/** Of several servers, those that answer. @throws what the first met, where none does */
async function ofThoseThere<Answer>(
  servers: readonly Redis[],
  ask: (server: Redis) => Promise<Answer>,
): Promise<Answer[]> {
  const all = await Promise.allSettled(servers.map(async (server) => soon(ask(server))));
  const answers = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = all.find((one) => one.status === 'rejected');
  if (answers.length === 0 && failed) throw failed.reason;
  return answers;
}

/** How long one of several servers may take: no longer than whoever asks all of them waits. */
const ONE_MAX_MS = 1_500;

/** @throws where it takes longer than one of several may */
export async function soon<Answer>(answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Command timed out')), ONE_MAX_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function readServer(server: Redis, redis: Client, shards: readonly string[]): Promise<RedisServer> {
  const text = await server.info();
  const of = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
  const isHere = (shard: string): boolean => liesAt(redis, shard, server);
  return {
    address: isCluster(redis) ? nodeOf(server) : addressOf(server),
    version: of('redis_version'),
    evictionPolicy: of('maxmemory_policy'),
    role: of('role'),
    replicas: Number(of('connected_slaves')),
    shards: shards.filter(isHere).length,
    usedBytes: Number(of('used_memory')),
    maxBytes: Number(of('maxmemory')),
    maxClients: Number(of('maxclients')),
  };
}

/** Whether a shard lies at one of the masters. */
const liesAt = (redis: Client, shard: string, server: Redis): boolean =>
  !isCluster(redis) || redis.slots[slotOf(shard.replace(/[{}]/g, ''))]?.[0] === nodeOf(server);

/** Where a shard lies, as far as a cluster says; undefined elsewhere. */
export const nodeOfShard = (redis: Client, shard: string): string | undefined =>
  isCluster(redis) ? redis.slots[slotOf(shard.replace(/[{}]/g, ''))]?.[0] : undefined;

/** As a cluster calls it. */
const nodeOf = ({ options }: Redis): string => `${options.host}:${options.port}`;

/**
 * Who is connected where a shard lies, a line each. (To other nodes a worker's client has connections of that name, too.)
 */
export async function listClients(redis: Client): Promise<(shard: string) => readonly string[]> {
  const lists = await ofThoseThere(mastersOf(redis), async (server) => ({
    server,
    lines: String(await server.client('LIST')).split('\n'),
  }));
  return (shard) => lists.find(({ server }) => liesAt(redis, shard, server))?.lines ?? [];
}

const addressOf = ({ stream }: Redis): string => {
  const { remoteAddress, remotePort } = stream as Partial<Socket>;
  return remoteAddress === undefined ? '' : `${remoteAddress}:${remotePort}`;
};
