/**
 * Why servers take nobody, where a client of several, or one over TLS, only says that a connection was closed: each is
 * asked by itself, once. Nothing is believed of it but the reason.
 */
import { Redis } from 'ioredis';
import { connect as connectTls } from 'node:tls';
import { redisFault } from '../servers/classify.ts';
import type { RedisNode } from '../servers/redis-address.ts';
import { noTls, onlyTls } from '../servers/tls-mismatch.ts';
import { REDIS, otherServer, whoListens } from '../servers/who-listens.ts';
import { type sharedOptions, markNode, replyError } from './connection.ts';

/** How long each may take to answer. */
const ASK_MS = 1_000;

/** For one question to one server: that it is away is said at once. */
export const ASKING = {
  lazyConnect: true,
  enableReadyCheck: false,
  retryStrategy: () => null,
  connectTimeout: ASK_MS,
  commandTimeout: ASK_MS,
};

type Options = ReturnType<typeof sharedOptions>;

/** What stands in the way at the first of them that says so, with its address; undefined where none does. */
export async function probe(nodes: readonly RedisNode[], options: Options): Promise<Error | undefined> {
  const each = await Promise.all(
    nodes.map(async (node) => {
      const error = await whyNot(node, options);
      return error && markNode(error, node);
    }),
  );
  const found = each.filter((error) => error !== undefined);
  return found.find((error) => redisFault(error)?.class === 'configuration') ?? found[0];
}

async function whyNot(node: RedisNode, options: Options): Promise<Error | undefined> {
  const met = await ask(node, options);
  if (met === undefined) return undefined;
  const fault = redisFault(met);
  // Who listens there, and closes without a word or says nothing, may speak otherwise.
  if (fault !== undefined && !MUTE.includes(fault.code)) return met;
  if (!options.tls && (await speaksTls(node))) return onlyTls();
  const { is, said } = await whoListens(node);
  if (is === REDIS && options.tls) return noTls();
  if (said.startsWith('-')) return replyError(said.slice(1).trim());
  return is !== undefined && is !== REDIS ? otherServer(is) : met;
}

const MUTE = ['ETIMEDOUT', 'ECONNRESET', 'EPIPE', 'Unknown RESP type'];

/** Whom the first of the sentinels that answers names; undefined where none does. */
export async function findNamedMaster(
  sentinels: readonly RedisNode[],
  options: Options,
  name: string,
): Promise<RedisNode | undefined> {
  for (const sentinel of sentinels) {
    const client = new Redis({ ...options, ...sentinel, ...ASKING });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const named = (await client.call('SENTINEL', 'get-master-addr-by-name', name)) as string[] | null;
      if (named) return { host: named[0] ?? '', port: Number(named[1]) };
    } catch {
      // The next one may answer.
    } finally {
      client.disconnect();
    }
  }
  return undefined;
}

/** What it threw; undefined where it answers as a Redis does. */
async function ask(node: RedisNode, options: Options): Promise<Error | undefined> {
  const client = new Redis({ ...options, ...node, ...ASKING });
  let met: Error | undefined;
  client.on('error', (error: Error) => (met = error));
  try {
    await client.connect();
    await client.ping();
    return undefined;
  } catch (error) {
    // That a connection is closed says less than why.
    return (error as Error).name === 'ReplyError' ? (error as Error) : (met ?? (error as Error));
  } finally {
    client.disconnect();
  }
}

/** Whoever it is, and whether or not he may be believed: nothing is sent to him. */
function speaksTls(node: RedisNode): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTls({ ...node, rejectUnauthorized: false, timeout: ASK_MS });
    const end = (speaks: boolean): void => {
      socket.destroy();
      resolve(speaks);
    };
    socket.once('secureConnect', () => end(true));
    socket.once('timeout', () => end(false)).once('error', () => end(false));
  });
}
