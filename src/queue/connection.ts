/** How BullMQ reaches Redis. Options, not instances: BullMQ never closes an instance that it was handed. */
import type { RedisOptions } from 'bullmq';
import { unavailable } from '../errors.ts';

/** How long a producer waits for Redis before it says so. Without a deadline `add` would hang. */
export const CONNECT_DEADLINE_MS = 5_000;

/** `redis://[user:password@]host:6379/0`, `rediss://…` for TLS, or `unix:///path/redis.sock?db=0`. */
export function redisOptions(url: string): RedisOptions {
  const parsed = new URL(url);
  const path = decodeURIComponent(parsed.pathname);
  const common = {
    ...(parsed.username && { username: decodeURIComponent(parsed.username) }),
    ...(parsed.password && { password: decodeURIComponent(parsed.password) }),
    // At most two seconds between attempts, for ever: workers outlive a Redis that restarts.
    retryStrategy: (attempt: number) => Math.min(50 * attempt, 2_000),
  };
  if (parsed.protocol === 'unix:') return { ...common, path, db: Number(parsed.searchParams.get('db') ?? 0) };
  return {
    ...common,
    host: parsed.hostname,
    port: Number(parsed.port || 6379),
    db: Number(path.slice(1) || 0),
    ...(parsed.protocol === 'rediss:' && { tls: {} }),
  };
}

/** A producer fails at once while Redis is away: the database still knows what is due. */
export const producerConnection = (url: string): RedisOptions => ({
  ...redisOptions(url),
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
});

/** A worker waits for Redis to come back. */
export const workerConnection = (url: string): RedisOptions => ({
  ...redisOptions(url),
  maxRetriesPerRequest: null,
});

/** Rejects as `unavailable` when `work` takes longer than the deadline. */
export async function withinDeadline<Result>(work: Promise<Result>, what: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          unavailable('redis-unavailable', `${what}: Redis did not answer within 5 s. Is REDIS_URL right?`),
        ),
      CONNECT_DEADLINE_MS,
    );
  });
  try {
    return await Promise.race([work, deadline]);
  } catch (error) {
    throw asRedisError(error, what);
  } finally {
    clearTimeout(timer);
  }
}

function asRedisError(error: unknown, what: string): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const offline =
    /ECONNREFUSED|ENOENT|ECONNRESET|EPIPE|ETIMEDOUT|enableOfflineQueue|Connection is closed|max retries|LOADING|READONLY|NOAUTH|WRONGPASS/i;
  return offline.test(message) ? unavailable('redis-unavailable', `${what}: ${message}`, error) : error;
}
