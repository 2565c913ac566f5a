/**
 * A private database and Redis for this checkout: in a folder of their own, on unix sockets that only this user reaches,
 * never touching a server that somebody else runs.
 */
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder, type FolderLock } from './folder-lock.ts';
import { startDatabase, type LocalDatabase } from './local-database.ts';
import { startRedis, type LocalRedis } from './local-redis.ts';
import { endLeftOver } from './processes.ts';
import { locateBinaries, type LocalServer, type ServerBinaries } from './server-binaries.ts';
import { PRODUCT_NAMES, type ServerChoice } from './server-choice.ts';
import { pidFileOf, type ServerPlace } from './server-process.ts';
import { SetupError } from './setup-error.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

/** The kernel takes 107 bytes; the longest name in the folder is /mysqld.sock. */
const SOCKET_FOLDER_MAX_BYTES = 90;
/** InnoDB writes its changed pages when it is asked to stop; 30 s is a slow disk. */
const STOP_MAX_MS = 30_000;
const HASTY_STOP_MAX_MS = 2_000;

export interface LocalServersRequest {
  /** Kept across starts. Left out: a new temporary folder, removed at the stop. */
  readonly folder?: string;
  /** True: a power cut loses no commit. False: as fast as possible, for data that nobody reads again. */
  readonly durable: boolean;
  /**
   * `root-only`: one URL, that may do anything. `least-privilege`: databaseUrl is that of a user without any privilege
   * (it can't even open the database before the migrations have granted it its tables), migrateDatabaseUrl root's.
   */
  readonly users: 'root-only' | 'least-privilege';
  /** Default: both. */
  readonly servers?: readonly LocalServer[];
  /** Default: one of its own. Given one, the caller dismisses it after the stop. */
  readonly watchdog?: Watchdog;
}

export interface LocalServers {
  /** Undefined when a database was not asked for. */
  readonly databaseUrl: string | undefined;
  /** Only with `least-privilege`. */
  readonly migrateDatabaseUrl: string | undefined;
  /** Undefined when Redis was not asked for. */
  readonly redisUrl: string | undefined;
  /** What runs, for a person: `MariaDB 10.11.14`, `Redis 7.0.15`. */
  readonly titles: readonly string[];
  readonly products: ServerChoice;
  readonly timings: { readonly installedInMs: number; readonly startedInMs: number };
  /** Resolves with a line that says how, when a server ends that nobody stopped. */
  readonly lost: Promise<string>;
  /** Redis, then the database. May be called again; `hasty` cuts the waiting short, at the price of a recovery at the next start. */
  stop(options?: { hasty?: boolean }): Promise<void>;
}

/**
 * Installs what is missing if it may, ends what a killed predecessor left in the folder, starts, and resolves when both
 * answer. The database `connects` exists then, empty on the first start.
 * @throws SetupError (exit 75) when something is missing, does not start, or another process holds the folder
 */
export async function startLocalServers(request: LocalServersRequest): Promise<LocalServers> {
  const binaries = await locateBinaries(request.servers ?? ['database', 'redis']);
  const startedAt = performance.now();
  const folder = openFolder(request.folder);
  const lock = lockFolder(folder, request.folder === undefined ? 'another run' : 'npm start');
  const place = {
    folder,
    socketFolder: openSocketFolder(folder),
    watchdog: request.watchdog ?? startWatchdog(),
  };
  const temporary = request.folder === undefined;
  if (temporary) place.watchdog.remove(folder);
  const running: { database?: LocalDatabase; redis?: LocalRedis } = {};
  const stop = stopper({ running, place, lock, temporary, ownsWatchdog: request.watchdog === undefined });
  try {
    await endLeftOvers(folder);
    await startAll(request, binaries, place, running);
  } catch (error) {
    await stop();
    throw error;
  }
  const { database, redis } = running;
  return {
    databaseUrl: database?.databaseUrl,
    migrateDatabaseUrl: request.users === 'least-privilege' ? database?.rootUrl : undefined,
    redisUrl: redis?.redisUrl,
    titles: [binaries.database, binaries.redis].flatMap((one) => (one ? [one.title] : [])),
    products: { database: binaries.database?.product, redis: binaries.redis?.product },
    timings: {
      installedInMs: binaries.installedInMs,
      startedInMs: Math.round(performance.now() - startedAt),
    },
    lost: Promise.race([database, redis].flatMap((one) => (one ? [one.ended] : []))),
    stop,
  };
}

async function startAll(
  request: LocalServersRequest,
  binaries: ServerBinaries,
  place: ServerPlace,
  running: { database?: LocalDatabase; redis?: LocalRedis },
): Promise<void> {
  const starts: Promise<unknown>[] = [];
  if (binaries.redis)
    starts.push(startRedis(place, binaries.redis, request.durable).then((redis) => (running.redis = redis)));
  if (binaries.database) {
    const appUser = request.users === 'least-privilege';
    const wanted = { place, program: binaries.database, durable: request.durable, appUser };
    starts.push(startDatabase(wanted).then((database) => (running.database = database)));
  }
  // Wait for both also when one fails, so that the one that came up is stopped.
  const failed = (await Promise.allSettled(starts)).find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

/** A folder of an earlier run killed together with its watchdog still has its servers: they are ended, then replaced. */
async function endLeftOvers(folder: string): Promise<void> {
  for (const name of Object.keys(PRODUCT_NAMES)) {
    const pid = await endLeftOver(pidFileOf(folder, name), STOP_MAX_MS);
    if (pid !== undefined)
      process.stderr.write(`connects: ended a ${name} left over by an earlier run (pid ${pid})\n`);
  }
}

interface Stoppable {
  readonly running: { database?: LocalDatabase; redis?: LocalRedis };
  readonly place: ServerPlace;
  readonly lock: FolderLock;
  readonly temporary: boolean;
  readonly ownsWatchdog: boolean;
}

function stopper({ running, place, lock, temporary, ownsWatchdog }: Stoppable): LocalServers['stop'] {
  let stopped: Promise<void> | undefined;
  const stopAll = async (graceMs: number) => {
    await running.redis?.stop(graceMs);
    await running.database?.stop(graceMs);
    if (ownsWatchdog) await place.watchdog.dismiss();
    if (place.socketFolder !== place.folder) rmSync(place.socketFolder, { recursive: true, force: true });
    lock.release();
    if (temporary) rmSync(place.folder, { recursive: true, force: true });
  };
  return async ({ hasty = false } = {}) => {
    // What is thrown away needs no orderly end.
    const graceMs = temporary ? 0 : hasty ? HASTY_STOP_MAX_MS : STOP_MAX_MS;
    stopped ??= stopAll(graceMs);
    if (hasty) await Promise.all([running.redis?.stop(graceMs), running.database?.stop(graceMs)]);
    await stopped;
  };
}

function openFolder(folder: string | undefined): string {
  if (folder === undefined) return realpathSync(mkdtempSync(join(tmpdir(), 'connects-')));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return realpathSync(folder);
}

/** The folder itself where its path is short enough for a socket, else a short one that follows from it. */
function openSocketFolder(folder: string): string {
  if (Buffer.byteLength(folder) <= SOCKET_FOLDER_MAX_BYTES) return folder;
  const name = `connects-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`;
  const base = Buffer.byteLength(join(tmpdir(), name)) <= SOCKET_FOLDER_MAX_BYTES ? tmpdir() : '/tmp';
  const socketFolder = join(base, name);
  mkdirSync(socketFolder, { recursive: true, mode: 0o700 });
  // Anybody may create names in /tmp: a folder that another user made first would let that user in.
  const found = lstatSync(socketFolder);
  if (!found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid) || (found.mode & 0o077) !== 0)
    throw new SetupError(
      `${socketFolder} belongs to somebody else or is open to others; remove it, or set TMPDIR`,
    );
  return socketFolder;
}
