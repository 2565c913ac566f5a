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
  Promise.all(mastersOf(redis).map((one) => readServer(one, redis, shards)));

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

/** As a cluster calls it. */
const nodeOf = ({ options }: Redis): string => `${options.host}:${options.port}`;

/**
 * Who is connected where a shard lies, a line each. (To other nodes a worker's client has connections of that name, too.)
 */
export async function listClients(redis: Client): Promise<(shard: string) => readonly string[]> {
  const lists = await Promise.all(
    mastersOf(redis).map(async (server) => ({
      server,
      lines: String(await server.client('LIST')).split('\n'),
    })),
  );
  return (shard) => lists.find(({ server }) => liesAt(redis, shard, server))?.lines ?? [];
}

const addressOf = ({ stream }: Redis): string => {
  const { remoteAddress, remotePort } = stream as Partial<Socket>;
  return remoteAddress === undefined ? '' : `${remoteAddress}:${remotePort}`;
};
