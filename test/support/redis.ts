/** A plain Redis client, for what a test does behind the product's back. */
import { Redis, type RedisOptions } from 'ioredis';
import { workerConnection } from '../../src/queue/connection.ts';

export const redisClient = (url: string): Redis => new Redis(workerConnection(url));

/** A client that asks at once, and once: it neither waits until the server is ready nor connects again. */
export async function askOnce<Answer>(
  server: Pick<RedisOptions, 'path' | 'port' | 'tls'>,
  question: (client: Redis) => Promise<Answer>,
): Promise<Answer> {
  const client = new Redis({
    ...server,
    lazyConnect: true,
    retryStrategy: () => null,
    enableReadyCheck: false,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await question(client);
  } finally {
    client.disconnect();
  }
}
