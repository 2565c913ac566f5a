/** One private MariaDB (or MySQL) in a folder of its own, reachable through a unix socket only. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { launchServer, type LaunchedServer, type ServerPlace } from './server-process.ts';
import type { DatabaseProgram } from './server-binaries.ts';
import type { DatabaseProduct } from './server-choice.ts';
import { SetupError } from './setup-error.ts';

const execute = promisify(execFile);

const DATABASE = 'connects';
const APP_USER = 'connects_app';
/** InnoDB's recovery after a crash reads up to a whole redo log before it answers. */
const READY_MAX_MS = 120_000;

/** Same on both servers and strict, whatever a distribution's defaults are. */
const COMMON = [
  '--skip-networking',
  '--skip-name-resolve',
  '--skip-log-bin',
  '--performance-schema=off',
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_unicode_ci',
  '--default-time-zone=+00:00',
  '--sql-mode=ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  '--max-allowed-packet=64M',
  '--max-connections=300',
];
const OWN: Readonly<Record<DatabaseProduct, readonly string[]>> = {
  mariadb: ['--innodb-log-file-size=256M'],
  // Debian's build would refuse to start without a folder that its package makes.
  mysql: ['--mysqlx=OFF', '--innodb-redo-log-capacity=256M', '--secure-file-priv=NULL'],
};
const DURABLE = ['--innodb-flush-log-at-trx-commit=1', '--innodb-buffer-pool-size=256M'];
/** Nobody reads these files after a power cut, so nothing waits for the disk. */
const THROW_AWAY = [
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--innodb-buffer-pool-size=512M',
];

export interface DatabaseRequest {
  readonly place: ServerPlace;
  readonly program: DatabaseProgram;
  readonly durable: boolean;
  /** Adds a user that holds no privilege at all until the migrations grant it some. */
  readonly appUser: boolean;
  /** Options of the server, besides. */
  readonly options?: readonly string[];
}

export interface LocalDatabase extends LaunchedServer {
  /** The app's user where asked for, else root. */
  readonly databaseUrl: string;
  readonly rootUrl: string;
}

/** Creates the files if need be, starts, and resolves when the (empty, on first start) database `connects` is there. */
export async function startDatabase(request: DatabaseRequest): Promise<LocalDatabase> {
  const { place, program } = request;
  const { product } = program;
  const folder = join(place.folder, product);
  const scratch = join(place.folder, `${product}.tmp`);
  mkdirSync(scratch, { recursive: true });
  const shared = ['--no-defaults', ...asRoot(), `--tmpdir=${scratch}`];
  if (!existsSync(folder)) await createFiles(program, folder, shared);
  const socket = join(place.socketFolder, 'mysqld.sock');
  const args = [...shared, `--datadir=${folder}`, `--socket=${socket}`, ...COMMON, ...OWN[product]];
  args.push(...(request.options ?? []));
  args.push(...(request.durable ? DURABLE : THROW_AWAY));
  if (!request.durable) args.push('--innodb-flush-method=nosync');
  const server = await launchServer({
    name: product,
    program: program.server,
    args,
    place,
    readyMaxMs: READY_MAX_MS,
    attemptConnection: () => createDatabase(socket, request.appUser),
  });
  const rootUrl = databaseUrl('root', socket);
  return { ...server, rootUrl, databaseUrl: request.appUser ? databaseUrl(APP_USER, socket) : rootUrl };
}

/** A server that runs as root has to be told that this is meant. */
const asRoot = (): string[] => (process.getuid?.() === 0 ? ['--user=root'] : []);

/** Built beside and renamed, so that an interrupted creation is begun again instead of being taken for a database. */
async function createFiles(program: DatabaseProgram, folder: string, shared: string[]): Promise<void> {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  const [command, args] = creation(program, [...shared, `--datadir=${unfinished}`]);
  try {
    await execute(command, args);
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    throw new SetupError(
      `the database files could not be created: ${message}\n${stdout ?? ''}${stderr ?? ''}`,
    );
  }
  renameSync(unfinished, folder);
}

function creation({ product, server, install }: DatabaseProgram, shared: string[]): [string, string[]] {
  if (product === 'mysql') return [server, [...shared, ...OWN.mysql, '--initialize-insecure']];
  if (install === undefined)
    throw new SetupError('mariadb-install-db is missing; it belongs to the same package as mariadbd');
  const more = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  return [install, [...shared, ...more, ...OWN.mariadb]];
}

/** Fails until the server answers; everything in it may be repeated. */
async function createDatabase(socketPath: string, appUser: boolean): Promise<void> {
  const connection = await createConnection({ user: 'root', socketPath, connectTimeout: 5_000 });
  try {
    await connection.query(
      `CREATE DATABASE IF NOT EXISTS ${DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
    );
    // Only this user's own processes reach the socket, so its folder is the password.
    if (appUser) await connection.query(`CREATE USER IF NOT EXISTS '${APP_USER}'@'localhost'`);
  } finally {
    await connection.end();
  }
}

/** The socket's path is readable in the URL: only what would end the value is escaped. */
function databaseUrl(user: string, socket: string): string {
  return `mysql://${user}@localhost/${DATABASE}?socketPath=${encodeURIComponent(socket).replaceAll('%2F', '/')}`;
}
