/** What workers take their jobs over, and one of them for each shard. */
import { type ConnectionOptions, type Job, Worker, type WorkerOptions } from 'bullmq';
import type { App } from '../src/app.ts';
import { required } from '../src/config.ts';
import { toMasterOf } from '../src/queue/cluster.ts';
import { groupedCalls } from '../src/queue/grouped-calls.ts';
import { workerConnection } from '../src/queue/connection.ts';
import { shardsOf } from '../src/queue/shards.ts';
import { readRedisAddress } from '../src/servers/redis-address.ts';
import { commonOptions, logErrors } from './process.ts';

/** @param shard the name of a queue */
export function connectionTo(shard: string, { config }: Pick<App, 'config'>): ConnectionOptions {
  const url = required(config, 'redisUrl');
  const isCluster = readRedisAddress(url).kind === 'cluster';
  return { ...workerConnection(url), ...(isCluster && toMasterOf(shard, url)) };
}

/** One worker for each shard of a queue; together they hold what one would, and at the least one job each. */
export function startShards<Payload>(
  app: App,
  queue: string,
  work: (job: Job<Payload>) => Promise<void>,
  { concurrency = 1 }: Pick<WorkerOptions, 'concurrency'>,
): Worker<Payload>[] {
  const { queueShards } = app.config;
  return shardsOf(queue, queueShards).map((name) => {
    const worker = new Worker<Payload>(
      name,
      work,
      {
        ...commonOptions(app, connectionTo(name, app)),
        concurrency: Math.ceil(concurrency / queueShards),
      },
      groupedCalls,
    );
    logErrors(app, worker, name);
    return worker;
  });
}
