/** What the workers of a process take their jobs over. */
import { type ConnectionOptions, type Job, Worker, type WorkerOptions } from 'bullmq';
import type { App } from '../src/app.ts';
import { required } from '../src/config.ts';
import { openCluster } from '../src/queue/cluster.ts';
import { workerConnection } from '../src/queue/connection.ts';
import { shardsOf } from '../src/queue/shards.ts';
import { readRedisAddress } from '../src/servers/redis-address.ts';
import { logErrors } from './process.ts';

export interface WorkerConnection {
  readonly connection: ConnectionOptions;
  /** Once every worker is closed: of a cluster they share one client, which none of them closes. */
  close(): void;
}

export function openConnection({ config }: Pick<App, 'config'>): WorkerConnection {
  const url = required(config, 'redisUrl');
  if (readRedisAddress(url).kind !== 'cluster')
    return { connection: workerConnection(url), close: () => undefined };
  const cluster = openCluster(url, { waits: true });
  return { connection: cluster, close: () => cluster.disconnect() };
}

/** One worker for each shard of a queue; together they hold what one would, and at the least one job each. */
export function startShards<Payload>(
  app: App,
  queue: string,
  work: (job: Job<Payload>) => Promise<void>,
  { concurrency = 1, ...options }: WorkerOptions,
): Worker<Payload>[] {
  const { queueShards } = app.config;
  return shardsOf(queue, queueShards).map((name) => {
    const share = Math.ceil(concurrency / queueShards);
    const worker = new Worker<Payload>(name, work, { ...options, concurrency: share });
    logErrors(app, worker, name);
    return worker;
  });
}
