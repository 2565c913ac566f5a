/** How BullMQ reaches Redis. Options, not instances: BullMQ never closes an instance that it was handed. */
import type { RedisOptions } from 'bullmq';
import { messageOf, unavailable } from '../errors.ts';

/** How long a producer waits for Redis before it says so. Without a deadline `add` would hang. */
const CONNECT_DEADLINE_MS = 5_000;
/** Enough for a Redis that restarts; one that still refuses us after that will go on refusing. */
const REFUSED_DEADLINE_MS = 2_000;

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
    // `[::1]` is an address in a URL only.
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
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

/** What went wrong with a connection, the latest last. BullMQ tells of it in events, and tries again for ever. */
export class ConnectionTroubles {
  #count = 0;
  #latest: unknown;

  add(error: unknown): void {
    this.#count += 1;
    this.#latest = error;
  }

  /** A question to ask later: what has gone wrong since now? */
  sinceNow(): () => unknown {
    const before = this.#count;
    return () => (this.#count > before ? this.#latest : undefined);
  }
}

/** Rejects as `unavailable`, with the connection's own trouble, when `work` takes too long. */
export async function withinDeadline<Result>(
  work: Promise<Result>,
  what: string,
  troubles: ConnectionTroubles,
): Promise<Result> {
  const troubleSince = troubles.sinceNow();
  const timers: NodeJS.Timeout[] = [];
  const deadline = new Promise<never>((_resolve, reject) => {
    const refuse = (): void => {
      const trouble = troubleSince();
      if (trouble !== undefined) reject(redisUnavailable(what, trouble));
    };
    const giveUp = (): void => {
      refuse();
      reject(redisUnavailable(what, new Error(`no answer within ${CONNECT_DEADLINE_MS / 1_000} s`)));
    };
    timers.push(setTimeout(refuse, REFUSED_DEADLINE_MS), setTimeout(giveUp, CONNECT_DEADLINE_MS));
  });
  try {
    return await Promise.race([work, deadline]);
  } catch (error) {
    throw isOfConnection(error) ? redisUnavailable(what, troubleSince() ?? error) : error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

/** The code of an outage of Redis. */
export const REDIS_AWAY = 'redis-unavailable';

/** In our words, what a client threw because Redis cannot be used; anything else as it is. */
export const asRedisUnavailable = (what: string, thrown: unknown): unknown =>
  isOfConnection(thrown) ? redisUnavailable(what, thrown) : thrown;

const redisUnavailable = (what: string, error: unknown): Error =>
  unavailable('redis-unavailable', `Redis cannot be used for ${what}: ${messageOf(error)}`, error);

const OF_CONNECTION =
  /ECONNREFUSED|ENOENT|ECONNRESET|EPIPE|ETIMEDOUT|enableOfflineQueue|Connection is closed|max retries|LOADING|READONLY|NOAUTH|WRONGPASS|NOPERM/i;

const isOfConnection = (error: unknown): boolean => OF_CONNECTION.test(messageOf(error));
