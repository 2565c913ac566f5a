/** One private Redis (or Valkey), reachable through a unix socket only. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { RedisProgram } from './server-binaries.ts';
import { launchServer, type LaunchedServer, type ServerPlace } from './server-process.ts';

/** A few seconds of loading at the very most: it holds waiting jobs only. */
const READY_MAX_MS = 30_000;

export interface LocalRedis extends LaunchedServer {
  readonly redisUrl: string;
}

export async function startRedis(
  place: ServerPlace,
  program: RedisProgram,
  durable: boolean,
  options: readonly string[] = [],
): Promise<LocalRedis> {
  const folder = join(place.folder, program.product);
  mkdirSync(folder, { recursive: true });
  const socket = join(place.socketFolder, 'redis.sock');
  const args = ['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--dir', folder];
  // BullMQ's jobs must never be evicted. Redis may forget everything (SQL knows what is due), so a snapshot at shutdown
  // is all the keeping it gets.
  args.push('--maxmemory-policy', 'noeviction', '--appendonly', 'no', '--stop-writes-on-bgsave-error', 'no');
  args.push('--save', ...(durable ? ['3600', '1'] : ['']));
  args.push('--daemonize', 'no', '--set-proc-title', 'no', ...options);
  const server = await launchServer({
    name: program.product,
    program: program.server,
    args,
    place,
    readyMaxMs: READY_MAX_MS,
    attemptConnection: () => ping(socket),
  });
  return { ...server, redisUrl: `unix://${socket}` };
}

/** Fails until the server answers and has loaded its snapshot. */
async function ping(path: string): Promise<void> {
  const client = new Redis({ path, lazyConnect: true, retryStrategy: () => null, enableReadyCheck: false });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}
