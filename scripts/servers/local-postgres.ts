/**
 * A throw-away PostgreSQL for what the product is compared with; the product itself never uses one. In a folder of its
 * own, on a unix socket. It refuses to run as root, so root starts it as somebody else.
 */
import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { aptCanInstall, aptInstall } from './apt-install.ts';
import { sendSignal } from './processes.ts';
import { findProgram } from './program-path.ts';
import { launchServer } from './server-process.ts';
import { SetupError } from './setup-error.ts';
import type { Watchdog } from './watchdog.ts';

const execute = promisify(execFile);

/** Where Debian keeps its programs, one folder for each major version. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';
const READY_MAX_MS = 60_000;
const STOP_MAX_MS = 10_000;
const USER = 'connects';
const MAINTENANCE_DATABASE = 'postgres';

/** Nobody reads these files after a power cut: as the throw-away MariaDB, it waits for no disk. */
const SETTINGS: readonly string[] = [
  'listen_addresses=',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'shared_buffers=512MB',
  'max_wal_size=2GB',
  'max_connections=300',
  'timezone=UTC',
  'log_min_messages=warning',
];

export interface LocalPostgres {
  /** The postmaster; each connection is served by a child of it. */
  readonly pid: number;
  /** Such as `15.18`. */
  readonly version: string;
  /** What its settings are, beside the defaults. */
  readonly settings: readonly string[];
  urlOf(database: string): string;
  createDatabase(name: string): Promise<void>;
  /** With whatever connections are left. */
  dropDatabase(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** @throws SetupError (exit 75) when there is none and none can be had, or it does not start */
export async function startPostgres(watchdog: Watchdog): Promise<LocalPostgres> {
  const programs = await locatePostgres();
  const identity = unprivileged();
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'connects-pg-')));
  watchdog.remove(home);
  const folder = join(home, 'server');
  try {
    return await startIn(folder, home, { programs, identity, watchdog });
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

interface Programs {
  readonly server: string;
  readonly initdb: string;
}

async function startIn(
  folder: string,
  home: string,
  by: { programs: Programs; identity: Identity | undefined; watchdog: Watchdog },
): Promise<LocalPostgres> {
  const { programs, identity, watchdog } = by;
  mkdirSync(folder, { mode: 0o700 });
  if (identity) for (const path of [home, folder]) chownSync(path, identity.uid, identity.gid);
  const files = join(folder, 'files');
  await createFiles(programs, files, identity);
  const settings = SETTINGS.flatMap((one) => ['-c', one]);
  const server = await launchServer({
    name: 'postgres',
    program: programs.server,
    args: ['-D', files, '-k', folder, ...settings],
    place: { folder, socketFolder: folder, watchdog },
    readyMaxMs: READY_MAX_MS,
    attemptConnection: () => ask(folder, 'SELECT 1').then(() => undefined),
    ...(identity && { identity }),
  });
  const version = await ask(folder, 'SHOW server_version');
  return {
    pid: server.pid,
    version: version.split(' ')[0] as string,
    settings: SETTINGS,
    urlOf: (database) => urlOf(folder, database),
    createDatabase: async (name) => void (await ask(folder, `CREATE DATABASE ${name}`)),
    dropDatabase: async (name) => void (await ask(folder, `DROP DATABASE ${name} WITH (FORCE)`)),
    stop: async () => {
      // Its own word for "now, and in order": what it shares between its processes is given back.
      sendSignal(server.pid, 'SIGINT');
      await server.stop(STOP_MAX_MS);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

const urlOf = (folder: string, database: string): string =>
  `postgres://${USER}@localhost/${database}?host=${encodeURIComponent(folder)}`;

/** @returns the first cell; empty where there is none */
async function ask(folder: string, sql: string): Promise<string> {
  const client = new Client({ connectionString: urlOf(folder, MAINTENANCE_DATABASE) });
  await client.connect();
  try {
    const { rows } = await client.query<string[]>({ text: sql, rowMode: 'array' });
    return rows[0]?.[0] ?? '';
  } finally {
    await client.end();
  }
}

async function createFiles(
  { initdb }: Programs,
  files: string,
  identity: Identity | undefined,
): Promise<void> {
  const args = ['-D', files, '-U', USER, '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
  try {
    await execute(initdb, args, { cwd: '/', ...identity });
  } catch (error) {
    const { message, stderr } = error as Error & { stderr?: string };
    throw new SetupError(`the files of PostgreSQL could not be created: ${message}\n${stderr ?? ''}`);
  }
}

async function locatePostgres(): Promise<Programs> {
  const there = findPostgres();
  if (there) return there;
  if (process.env['CONNECTS_NO_INSTALL'] !== '1' && aptCanInstall()) {
    await aptInstall(['postgresql']);
    const installed = findPostgres();
    if (installed) return installed;
  }
  throw new SetupError(
    'missing on this machine: postgres and initdb. Debian, Ubuntu: sudo apt-get install --no-install-recommends postgresql; or leave --peers away',
  );
}

/** The newest that Debian has, else what PATH leads to. */
function findPostgres(): Programs | undefined {
  const folders = versionsIn(DEBIAN_FOLDER).map((version) => join(DEBIAN_FOLDER, version, 'bin'));
  for (const folder of folders) {
    const [server, initdb] = [join(folder, 'postgres'), join(folder, 'initdb')];
    if (existsSync(server) && existsSync(initdb)) return { server, initdb };
  }
  const [server, initdb] = [findProgram('postgres'), findProgram('initdb')];
  return server && initdb ? { server, initdb } : undefined;
}

function versionsIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted((one, other) => Number(other) - Number(one));
  } catch {
    return [];
  }
}

/** Whom root starts it as; undefined for anybody else, who starts it as himself. */
function unprivileged(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody'])
    try {
      const idOf = (flag: string): number => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }));
      return { uid: idOf('-u'), gid: idOf('-g') };
    } catch {
      // No such user: the next.
    }
  throw new SetupError(
    'PostgreSQL refuses to run as root, and there is neither a user `postgres` nor a user `nobody`',
  );
}
