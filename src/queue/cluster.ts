/** The client of a cluster. All queues of a process share one, and whoever opened it closes it: BullMQ never does. */
import { Cluster } from 'ioredis';
import { readRedisAddress } from '../servers/redis-address.ts';
import { againAfter, sharedOptions } from './connection.ts';

/** Between two attempts of a command whose node is gone, or is no master any more. */
const AGAIN_MS = 100;
/** A producer says that a shard is away after so many of them, within its deadline. */
const PRODUCER_ATTEMPTS = 20;
/** A worker waits: a replica takes over within seconds, or a person brings one. */
const WORKER_ATTEMPTS = 1_000_000;

/** @param url `redis+cluster://[user:password@]host1:6379,host2:6379`; @param waits for masters that are gone */
export function openCluster(url: string, { waits }: { readonly waits: boolean }): Cluster {
  const address = readRedisAddress(url);
  const options = sharedOptions(address.url);
  const nodes = address.nodes.map(({ host, port }) => ({ host, port }));
  return new Cluster(nodes, {
    redisOptions: { ...options, maxRetriesPerRequest: null },
    // Certificates are for names: each node is connected to by the one that it gives itself.
    ...(options.tls && { dnsLookup: (host: string, found: Found) => found(null, host) }),
    clusterRetryStrategy: againAfter,
    maxRedirections: waits ? WORKER_ATTEMPTS : PRODUCER_ATTEMPTS,
    retryDelayOnFailover: AGAIN_MS,
    retryDelayOnClusterDown: AGAIN_MS,
    retryDelayOnTryAgain: AGAIN_MS,
    retryDelayOnMoved: AGAIN_MS,
  });
}

type Found = (error: null, host: string) => void;
