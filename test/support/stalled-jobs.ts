/** Jobs whose worker was killed, and the minute and a half after which another worker gets them. */
import { Worker } from 'bullmq';
import { commonOptions } from '../../jobs/process.ts';
import { workerConnection } from '../../src/queue/connection.ts';
import type { Installation } from './installation.ts';
import { redisClient } from './redis.ts';
import { until } from './sweeping.ts';

/**
 * What that time does: the locks run out, and a worker that looks for jobs without one finds these at two looks in a
 * row. That worker is the product's, but that it looks more often.
 * @returns how many jobs were handed out again
 */
export async function letLocksRunOut({ app, env }: Installation, queue: string): Promise<number> {
  const redis = redisClient(env.REDIS_URL as string);
  const key = (name: string): string => `${env.CONNECTS_QUEUE_PREFIX}:${queue}:${name}`;
  const connection = workerConnection(env.REDIS_URL as string);
  const options = { ...commonOptions(app, connection), stalledInterval: 50, autorun: false };
  const looking = new Worker(queue, null, options);
  try {
    const locks = await redis.keys(key('*:lock'));
    await redis.del(...locks, key('stalled-check'));
    await looking.startStalledCheckTimer();
    await until('all are handed out again', async () => (await redis.llen(key('active'))) === 0);
    return locks.length;
  } finally {
    redis.disconnect();
    await looking.close();
  }
}
