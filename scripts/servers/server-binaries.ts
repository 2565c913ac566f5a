/** Finds the servers' programs on this machine, and installs what is missing where that is possible. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { aptCanInstall, aptInstall } from './apt-install.ts';
import { findProgram } from './program-path.ts';
import {
  chosenServers,
  PRODUCT_NAMES,
  type DatabaseProduct,
  type RedisProduct,
  type ServerChoice,
} from './server-choice.ts';
import { SetupError } from './setup-error.ts';
import { canUnpack, unpackedProgram, unpackProgram, type SidProgram } from './sid-packages.ts';

const execute = promisify(execFile);

export interface DatabaseProgram {
  readonly product: DatabaseProduct;
  readonly server: string;
  /** What creates MariaDB's files; MySQL's server does that itself. */
  readonly install: string | undefined;
  /** For a person: `MariaDB 10.11.14`. */
  readonly title: string;
}

export interface RedisProgram {
  readonly product: RedisProduct;
  readonly server: string;
  /** For a person: `Redis 7.0.15`. */
  readonly title: string;
}

export interface ServerBinaries {
  /** Set when a database was asked for. */
  readonly database?: DatabaseProgram;
  /** Set when Redis was asked for. */
  readonly redis?: RedisProgram;
  /** Milliseconds that installing took; 0 when everything was there. */
  readonly installedInMs: number;
}

export type LocalServer = 'database' | 'redis';

type Missing =
  | { readonly program: string; readonly packages: readonly string[] }
  | { readonly program: string; readonly unpack: SidProgram };

const MYSQL: SidProgram = {
  name: 'mysql',
  packageName: 'mysql-server-core',
  program: 'mysqld',
  moreArguments:
    '--basedir="$root/usr" --lc-messages-dir="$root/usr/share/mysql" --character-sets-dir="$root/usr/share/mysql/charsets" --plugin-dir="$root/usr/lib/mysql/plugin"',
};
const VALKEY: SidProgram = {
  name: 'valkey',
  packageName: 'valkey-server',
  program: 'valkey-server',
  moreArguments: '',
};

/** @throws SetupError (exit 75) that lists everything to install, when something is missing and can't be installed here */
export async function locateBinaries(
  servers: readonly LocalServer[],
  choice: ServerChoice = chosenServers(process.env),
): Promise<ServerBinaries> {
  const missing = await missingPrograms(servers, choice);
  if (missing.length === 0) return { ...(await found(servers, choice)), installedInMs: 0 };
  const startedAt = performance.now();
  await install(missing);
  const still = await missingPrograms(servers, choice);
  if (still.length > 0) throw new SetupError(whatToInstall(still));
  const installedInMs = Math.round(performance.now() - startedAt);
  return { ...(await found(servers, choice)), installedInMs };
}

async function install(missing: readonly Missing[]): Promise<void> {
  const toUnpack = missing.flatMap((one) => ('unpack' in one ? [one.unpack] : []));
  const packages = missing.flatMap((one) => ('packages' in one ? one.packages : []));
  const isPossible = (toUnpack.length === 0 || canUnpack()) && (packages.length === 0 || aptCanInstall());
  if (process.env['CONNECTS_NO_INSTALL'] === '1' || !isPossible) throw new SetupError(whatToInstall(missing));
  if (packages.length > 0) await aptInstall([...new Set(packages)]);
  for (const one of toUnpack) await unpackProgram(one);
}

async function found(
  servers: readonly LocalServer[],
  choice: ServerChoice,
): Promise<Omit<ServerBinaries, 'installedInMs'>> {
  const database = servers.includes('database') && (await findDatabase(choice.database));
  const redis = servers.includes('redis') && (await findRedis(choice.redis));
  return { ...(database && { database }), ...(redis && { redis }) };
}

async function findDatabase(chosen: DatabaseProduct | undefined): Promise<DatabaseProgram | undefined> {
  for (const server of [findProgram('mariadbd'), findProgram('mysqld'), unpackedProgram(MYSQL)]) {
    const version = server && (await versionOf(server));
    if (!server || !version) continue;
    // Debian's mysqld is MariaDB.
    const product = version.includes('MariaDB') ? 'mariadb' : 'mysql';
    if (chosen !== undefined && product !== chosen) continue;
    const title = titleOf(product, /Ver (\d[\d.]*)/.exec(version));
    return { product, server, title, install: findProgram('mariadb-install-db', 'mysql_install_db') };
  }
  return undefined;
}

async function findRedis(chosen: RedisProduct | undefined): Promise<RedisProgram | undefined> {
  for (const server of [findProgram('redis-server'), findProgram('valkey-server'), unpackedProgram(VALKEY)]) {
    const version = server && (await versionOf(server));
    if (!server || !version) continue;
    const product = version.startsWith('Valkey') ? 'valkey' : 'redis';
    if (chosen === undefined || product === chosen)
      return { product, server, title: titleOf(product, / v=(\d[\d.]*)/.exec(version)) };
  }
  return undefined;
}

const titleOf = (product: DatabaseProduct | RedisProduct, version: RegExpExecArray | null): string =>
  `${PRODUCT_NAMES[product]} ${version?.[1] ?? '(of unknown version)'}`;

async function versionOf(program: string): Promise<string | undefined> {
  try {
    return (await execute(program, ['--version'])).stdout;
  } catch {
    return undefined;
  }
}

async function missingPrograms(servers: readonly LocalServer[], choice: ServerChoice): Promise<Missing[]> {
  const missing: Missing[] = [];
  if (servers.includes('database')) {
    const database = await findDatabase(choice.database);
    if (!database && choice.database === 'mysql') missing.push({ program: "MySQL's mysqld", unpack: MYSQL });
    else if (!database)
      missing.push({ program: 'mariadbd', packages: ['mariadb-server-core', 'mariadb-client-core'] });
    // mariadb-install-db, a shell script, calls it; Debian keeps it among the client's programs.
    else if (database.product === 'mariadb' && database.install && !findProgram('my_print_defaults'))
      missing.push({ program: 'my_print_defaults', packages: ['mariadb-client-core'] });
  }
  if (servers.includes('redis') && !(await findRedis(choice.redis)))
    missing.push(
      choice.redis === 'valkey'
        ? { program: 'valkey-server', unpack: VALKEY }
        : { program: 'redis-server (or valkey-server)', packages: ['redis-server'] },
    );
  return missing;
}

function whatToInstall(missing: readonly Missing[]): string {
  const isChosen = missing.some((one) => 'unpack' in one);
  return [
    `missing on this machine: ${missing.map((one) => one.program).join(', ')}`,
    '',
    ...(isChosen ? whereFromWhenChosen(missing) : whereFrom(missing)),
    '',
    'No running server is needed: a private one is started from these programs. Or, without installing anything:',
    '',
    '  docker compose -f deploy/compose.yaml up',
    '',
    'Or name servers of your own in DATABASE_URL and REDIS_URL.',
  ].join('\n');
}

function whereFrom(missing: readonly Missing[]): string[] {
  const packages = missing.flatMap((one) => ('packages' in one ? one.packages : []));
  return [
    `  Debian, Ubuntu   sudo apt-get install --no-install-recommends ${[...new Set(packages)].join(' ')}`,
    '  Fedora           sudo dnf install mariadb-server redis',
    '  macOS            brew install mariadb redis',
  ];
}

function whereFromWhenChosen(missing: readonly Missing[]): string[] {
  const names = missing.map((one) => ('unpack' in one ? one.unpack.name : one.program)).join(' ');
  return [
    '  Debian           unpacked into .local by itself, unless CONNECTS_NO_INSTALL is 1',
    `  elsewhere        install ${names} as the system does; macOS: brew install ${names}`,
    '  or               leave CONNECTS_LOCAL_DATABASE and CONNECTS_LOCAL_REDIS unset',
  ];
}
