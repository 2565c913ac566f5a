/**
 * A cluster, as a queue meets it: whatever belongs to one shard lies on one master, so a queue has an ordinary connection
 * to that one. Each time it connects it asks the nodes who that is, as sentinels are asked for their master.
 */
import { AbstractConnector, Cluster, Redis, type RedisOptions } from 'ioredis';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import { type RedisNode, readRedisAddress } from '../servers/redis-address.ts';
import { againAfter, markNode, sharedOptions } from './connection.ts';
import { ASKING } from './probe.ts';
import { slotOf } from './shards.ts';

/** Between two attempts of a command whose node is gone, or is no master any more. */
const AGAIN_MS = 100;
/** After so many of them it is said that a shard is away. */
const ATTEMPTS = 20;

/** For questions about all shards. @param url `redis+cluster://[user:password@]host1:6379,host2:6379` */
export function openCluster(url: string): Cluster {
  const address = readRedisAddress(url);
  const options = sharedOptions(address.url);
  return new Cluster([...address.nodes], {
    redisOptions: options,
    // Certificates are for names: each node is connected to by the one that it gives itself.
    ...(options.tls && { dnsLookup: (host: string, found: Found) => found(null, host) }),
    clusterRetryStrategy: againAfter,
    maxRedirections: ATTEMPTS,
    retryDelayOnFailover: AGAIN_MS,
    retryDelayOnClusterDown: AGAIN_MS,
    retryDelayOnTryAgain: AGAIN_MS,
    retryDelayOnMoved: AGAIN_MS,
  });
}

type Found = (error: null, host: string) => void;

/** What makes a connection one to the master of a shard. @param shard a name with a hash tag, `{settle-6-0-17}` */
export function toMasterOf(shard: string, url: string): Pick<RedisOptions, 'Connector'> {
  const address = readRedisAddress(url);
  const options = sharedOptions(address.url);
  const slot = slotOf(shard.replace(/[{}]/g, ''));
  class ToMaster extends AbstractConnector {
    constructor() {
      super(options.disconnectTimeout);
    }

    #resting = new AbortController();

    /** Tells of each attempt that fails and tries again: a client whose connector gives up connects never again. */
    override async connect(emit: Emit): ReturnType<AbstractConnector['connect']> {
      this.connecting = true;
      this.#resting = new AbortController();
      for (let attempt = 1; this.connecting; attempt += 1)
        try {
          const master = await findMaster(address.nodes, options, slot);
          if (this.connecting) return this.#open(master);
        } catch (error) {
          emit('error', error as Error);
          await pause(againAfter(attempt), undefined, { signal: this.#resting.signal }).catch(
            () => undefined,
          );
        }
      throw new Error('Connection is closed.');
    }

    #open(master: RedisNode): Stream {
      const stream = options.tls ? connectTls({ ...master, ...options.tls }) : connectTcp(master);
      stream.once('error', (error) => (this.firstError = markNode(error, master)));
      this.stream = stream;
      return stream;
    }

    override disconnect(): void {
      super.disconnect();
      this.#resting.abort();
    }
  }
  return { Connector: ToMaster };
}

type Stream = Awaited<ReturnType<AbstractConnector['connect']>>;
type Emit = Parameters<AbstractConnector['connect']>[0];
type Range = readonly [from: number, to: number, master: readonly [host: string, port: number]];

/** @throws what the last of the nodes said or met, where none of them knows */
async function findMaster(
  nodes: readonly RedisNode[],
  options: ReturnType<typeof sharedOptions>,
  slot: number,
): Promise<RedisNode> {
  let met: unknown = new Error('CLUSTERDOWN Hash slot not served');
  for (const node of nodes) {
    const client = new Redis({ ...options, ...node, ...ASKING });
    client.on('error', (error) => (met = markNode(error, node)));
    try {
      await client.connect();
      const ranges = (await client.cluster('SLOTS')) as unknown as Range[];
      const found = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2];
      if (found) return { host: found[0] || node.host, port: found[1] };
    } catch (error) {
      // That a connection is closed says less than why.
      if ((error as Error).name === 'ReplyError') met = markNode(error, node);
    } finally {
      client.disconnect();
    }
  }
  throw met;
}
