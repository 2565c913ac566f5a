/** How BullMQ reaches Redis. Options, not instances: BullMQ never closes an instance that it was handed. */
import type { RedisOptions } from 'bullmq';
import { ConnectsError, configuration, messageOf, unavailable } from '../errors.ts';
import { type Tls, tlsOf } from '../servers/address.ts';
import { connectionFault, mendOf, redisFault } from '../servers/classify.ts';
import { type RedisNode, readRedisAddress } from '../servers/redis-address.ts';
import { NO_REDIS } from '../servers/redis-faults.ts';
import { REDIS, otherServer, whoListens } from '../servers/who-listens.ts';

/** How long a producer waits for Redis before it says so. Without a deadline `add` would hang. */
const CONNECT_DEADLINE_MS = 5_000;
/** Enough for a Redis that restarts; one that still refuses us after that will go on refusing. */
const REFUSED_DEADLINE_MS = 2_000;
/** A connection that owes an answer for so long is closed, and opened anew: longer than a worker's commands block. */
const SILENCE_MAX_MS = 30_000;
/** How long a connection may take to say goodbye; one that is dead already is waited for, too, by the client. */
const GOODBYE_MS = 250;
/** After how much silence TCP asks whether the other end is still there. */
const KEEP_ALIVE_MS = 10_000;

/** What every connection has, of whatever kind the server is. */
export function sharedOptions(url: URL) {
  const tls = tlsOf(url);
  return {
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(tls && { tls }),
    connectTimeout: CONNECT_DEADLINE_MS,
    socketTimeout: SILENCE_MAX_MS,
    keepAlive: KEEP_ALIVE_MS,
    disconnectTimeout: GOODBYE_MS,
  };
}

/** At most two seconds between attempts, for ever: workers outlive a Redis that restarts. */
export const againAfter = (attempt: number): number => Math.min(50 * attempt, 2_000);

/**
 * Of a single server, or of the master that sentinels name: `redis://[user:password@]host:6379/0`, `rediss://…` for TLS,
 * `unix:///path/redis.sock?db=0`, `redis+sentinel://[user:password@]host1:26379,host2:26379/mymaster/0`.
 */
export function redisOptions(text: string): RedisOptions {
  const { kind, url, nodes, master, database } = readRedisAddress(text);
  const common = {
    ...sharedOptions(url),
    db: database,
    retryStrategy: againAfter,
    // A primary that became a replica keeps its connections, while the name leads to another one by now.
    reconnectOnError: (error: Error) => redisFault(error)?.drops ?? false,
  };
  if (kind === 'sentinel')
    return { ...common, ...sentinelOptions(url, common.tls), sentinels: nodes, name: master };
  const [node] = nodes;
  return node ? { ...common, ...node } : { ...common, path: decodeURIComponent(url.pathname) };
}

const signInAtSentinels = ({ searchParams }: URL): (string | null)[] =>
  ['sentinel_username', 'sentinel_password'].map((one) => searchParams.get(one));

/** To ask one of them by itself: nobody's password of the servers is told to it. */
function optionsOfSentinels(url: URL) {
  const { username: _user, password: _password, ...shared } = sharedOptions(url);
  const [username, password] = signInAtSentinels(url);
  return { ...shared, ...(username && { username }), ...(password && { password }) };
}

/** Sentinels have users and passwords of their own, and TLS where the servers have it. */
function sentinelOptions(url: URL, tls: Tls | undefined) {
  const [username, password] = signInAtSentinels(url);
  return {
    ...(username && { sentinelUsername: username }),
    ...(password && { sentinelPassword: password }),
    ...(tls && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    sentinelRetryStrategy: againAfter,
    sentinelCommandTimeout: CONNECT_DEADLINE_MS,
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
  readonly #url: string;
  #count = 0;
  #latest: unknown;

  /** @param url of the server that it is of */
  constructor(url: string) {
    this.#url = url;
  }

  add(error: unknown): void {
    this.#count += 1;
    this.#latest = error;
  }

  /** A question to ask later: what has gone wrong since now? */
  sinceNow(): () => unknown {
    const before = this.#count;
    return () => (this.#count > before ? this.#latest : undefined);
  }

  /** Of a connection that only broke, or made no sense, why: where whoever listens there says so to anybody. */
  explain(error: unknown): Promise<unknown> {
    return explainRedis(error, this.#url);
  }
}

/** @param url of the server that an error is of @returns the error that says more, or the same */
export async function explainRedis(error: unknown, url: string): Promise<unknown> {
  const found = redisFault(error);
  const { url: one, nodes, kind, master } = readRedisAddress(url);
  if (found !== undefined && found.class !== 'server-away' && found !== NO_REDIS.fault) {
    if (kind !== 'sentinel') return error;
    // What the master that they name says, it says without its address.
    const { findNamedMaster } = await import('./probe.ts');
    const named = await findNamedMaster(nodes, optionsOfSentinels(one), master);
    return named ? markNode(error, named) : error;
  }
  if (nodes.length > 0) {
    const { probe } = await import('./probe.ts');
    const met = await probe(nodes, kind === 'sentinel' ? optionsOfSentinels(one) : sharedOptions(one));
    const says = met && redisFault(met);
    return says && (found === undefined || says.class !== 'server-away') ? met : error;
  }
  const { is, said } = await whoListens({ path: decodeURIComponent(one.pathname) });
  if (is !== undefined && is !== REDIS) return otherServer(is);
  return said.startsWith('-') ? replyError(said.slice(1).trim()) : error;
}

/** Of several servers, the one that said or met it. */
export function markNode<Thrown>(error: Thrown, { host, port }: RedisNode): Thrown {
  if (typeof error === 'object' && error !== null) nodeOf.set(error, `${host}:${port}`);
  return error;
}

const nodeOf = new WeakMap<object, string>();

export const replyError = (message: string): Error =>
  Object.assign(new Error(message), { name: 'ReplyError' });

/** Rejects as `unavailable`, with the connection's own trouble, when `work` takes too long. */
export async function withinDeadline<Result>(
  work: Promise<Result>,
  what: string,
  troubles: ConnectionTroubles,
): Promise<Result> {
  const troubleSince = troubles.sinceNow();
  const timers: NodeJS.Timeout[] = [];
  let isLate = false;
  const deadline = new Promise<never>((_resolve, reject) => {
    const end = (trouble: unknown): void => {
      if (trouble === undefined) return;
      isLate = true;
      reject(trouble as Error);
    };
    const refuse = (): void => end(troubleSince());
    const giveUp = (): void =>
      end(troubleSince() ?? new Error(`no answer within ${CONNECT_DEADLINE_MS / 1_000} s`));
    timers.push(setTimeout(refuse, REFUSED_DEADLINE_MS), setTimeout(giveUp, CONNECT_DEADLINE_MS));
  });
  try {
    return await Promise.race([work, deadline]);
  } catch (error) {
    if (!isLate && !isRedisError(error)) throw error;
    throw redisUnavailable(what, await troubles.explain(isLate ? error : telling(error, troubleSince())));
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

/** A reply says more than that a connection was closed; the connection's own trouble says why it was. */
const telling = (error: unknown, trouble: unknown): unknown =>
  redisFault(error) === undefined ? (trouble ?? error) : error;

/** The codes of an outage of Redis: it may pass by itself, or wants a person. */
export const REDIS_OUTAGES = ['redis-unavailable', 'redis-configuration'];

/** In our words, what a client threw because Redis cannot be used; anything else as it is. */
export const asRedisUnavailable = (what: string, thrown: unknown): unknown =>
  isRedisError(thrown) ? redisUnavailable(what, thrown) : thrown;

/** A server of another kind than its address says. @param mode as it tells itself */
export const noSingleServer = (mode: string): Error =>
  configuration(
    'redis-configuration',
    `Redis cannot be used: the server runs as ${mode === 'cluster' ? 'a node of a cluster' : `a ${mode}`}`,
    { mend: OF_MODE.get(mode) ?? 'Give the address of a single server in REDIS_URL.' },
  );

const OF_MODE = new Map([
  ['cluster', 'Say so in REDIS_URL: redis+cluster://host1:6379,host2:6379.'],
  [
    'sentinel',
    'Say so in REDIS_URL, with the name of the master: redis+sentinel://host1:26379,host2:26379/mymaster.',
  ],
]);

/** @param here shards that this process counts; @param known those of the workers that run */
export const otherShards = (here: number, known: number): Error =>
  configuration(
    'redis-configuration',
    `CONNECTS_QUEUE_SHARDS is ${here} here, and ${known} of the workers that run: jobs would wait where nobody takes them`,
    { mend: 'Set the same number everywhere; to change it, stop every process for a minute.' },
  );

/** `unavailable`, or `configuration` where waiting mends nothing. */
export function redisUnavailable(what: string, error: unknown): Error {
  const found = redisFault(error);
  // The client takes it for a fault of its own.
  const said = found === NO_REDIS.fault ? found.said : messageOf(error);
  const node = typeof error === 'object' && error !== null ? nodeOf.get(error) : undefined;
  const message = `Redis${node === undefined ? '' : ` at ${node}`} cannot be used for ${what}: ${said}`;
  const options = { cause: error, mend: mendOf(found, 'Redis') ?? 'Is Redis up, and is the address right?' };
  return found?.class === 'configuration'
    ? configuration('redis-configuration', message, options)
    : unavailable('redis-unavailable', message, options);
}

/** Of a client that gives them no code. */
const OF_CONNECTION =
  /enableOfflineQueue|Connection is closed|max retries|Command timed out|Socket timeout|^Unknown RESP|slots cache|Cluster redirections|startup nodes|^Cluster is |^All sentinels/i;
/** What the operating system says of a file is none of Redis'. */
const OF_SOCKET = /^(connect|read|write|getaddrinfo)$/;

/** What Redis replied, or what a connection to it met, as opposed to a fault of our own code. */
function isRedisError(error: unknown): boolean {
  // What is told in our words is not told in them again.
  if (typeof error !== 'object' || error === null || error instanceof ConnectsError) return false;
  const { name, syscall, code } = error as { name?: unknown; syscall?: string; code?: unknown };
  if (name === 'ReplyError' || OF_CONNECTION.test(messageOf(error))) return true;
  if (syscall !== undefined) return OF_SOCKET.test(syscall);
  return connectionFault(error) !== undefined && code !== 'ENOENT' && code !== 'EACCES';
}
