/** Servers that one test has to itself, because it stops them, starts them again or empties them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalDatabase, startDatabase } from '../../scripts/servers/local-database.ts';
import { startRedis } from '../../scripts/servers/local-redis.ts';
import { locateBinaries } from '../../scripts/servers/server-binaries.ts';
import type { ServerPlace } from '../../scripts/servers/server-process.ts';
import { startWatchdog } from '../../scripts/servers/watchdog.ts';

export interface PrivateServer {
  readonly url: string;
  /** Killed outright: nobody is told, nothing is flushed. */
  crash(): Promise<void>;
  /** Comes back with what it held, at the same address. */
  restart(): Promise<void>;
  /** For good, with its files. */
  remove(): Promise<void>;
}

const asItIs = (program: string): string => program;

/**
 * A database server that loses no commit when it is killed.
 * @param options of the server, besides its own
 * @param started the program that is started for the server's
 */
export async function privateDatabase(
  options: readonly string[] = [],
  started = asItIs,
): Promise<PrivateServer> {
  const { database } = await locateBinaries(['database']);
  if (!database) throw new Error('no database server on this machine');
  const program = { ...database, server: started(database.server) };
  const start = (place: ServerPlace): Promise<LocalDatabase> =>
    startDatabase({ place, program, durable: true, appUser: false, options });
  return keep(start, (server) => server.rootUrl);
}

/** The same of a Redis, which keeps nothing. */
export async function privateRedis(
  options: readonly string[] = [],
  started = asItIs,
): Promise<PrivateServer> {
  const { redis } = await locateBinaries(['redis']);
  if (!redis) throw new Error('no Redis on this machine');
  const program = { ...redis, server: started(redis.server) };
  return keep(
    (place) => startRedis(place, program, false, options),
    (server) => server.redisUrl,
  );
}

async function keep<Server extends { stop(graceMs: number): Promise<void> }>(
  start: (place: ServerPlace) => Promise<Server>,
  urlOf: (server: Server) => string,
): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'connects-test-'));
  const watchdog = startWatchdog();
  watchdog.remove(folder);
  const place = { folder, socketFolder: folder, watchdog };
  let server = await start(place);
  return {
    url: urlOf(server),
    crash: () => server.stop(0),
    restart: async () => {
      server = await start(place);
    },
    remove: async () => {
      await server.stop(0);
      await watchdog.dismiss();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
