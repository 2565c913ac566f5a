/** Finds MariaDB's and Redis's programs on this machine, and installs what is missing where that is possible. */
import { aptCanInstall, aptInstall } from './apt-install.ts';
import { findProgram } from './program-path.ts';
import { SetupError } from './setup-error.ts';

export interface ServerBinaries {
  /** Set when MariaDB was asked for. */
  readonly mariadb?: { readonly server: string; readonly install: string | undefined };
  /** Set when Redis was asked for. */
  readonly redis?: string;
  /** Milliseconds that installing took; 0 when everything was there. */
  readonly installedInMs: number;
}

export type LocalServer = 'mariadb' | 'redis';

interface Missing {
  readonly program: string;
  readonly packages: readonly string[];
}

/** @throws SetupError (exit 75) that lists everything to install, when something is missing and can't be installed here */
export async function locateBinaries(servers: readonly LocalServer[]): Promise<ServerBinaries> {
  const missing = missingPrograms(servers);
  if (missing.length === 0) return { ...found(servers), installedInMs: 0 };
  if (process.env['CONNECTS_NO_INSTALL'] === '1' || !aptCanInstall())
    throw new SetupError(whatToInstall(missing));
  const startedAt = performance.now();
  await aptInstall([...new Set(missing.flatMap((one) => one.packages))]);
  const still = missingPrograms(servers);
  if (still.length > 0) throw new SetupError(whatToInstall(still));
  return { ...found(servers), installedInMs: Math.round(performance.now() - startedAt) };
}

function found(servers: readonly LocalServer[]): Omit<ServerBinaries, 'installedInMs'> {
  const server = findProgram('mariadbd', 'mysqld');
  const redis = findProgram('redis-server', 'valkey-server');
  return {
    ...(servers.includes('mariadb') && server
      ? { mariadb: { server, install: findProgram('mariadb-install-db', 'mysql_install_db') } }
      : {}),
    ...(servers.includes('redis') && redis ? { redis } : {}),
  };
}

function missingPrograms(servers: readonly LocalServer[]): Missing[] {
  const missing: Missing[] = [];
  if (servers.includes('mariadb')) {
    if (!findProgram('mariadbd', 'mysqld'))
      missing.push({ program: 'mariadbd', packages: ['mariadb-server-core', 'mariadb-client-core'] });
    // mariadb-install-db, a shell script, calls it; Debian keeps it among the client's programs.
    else if (findProgram('mariadb-install-db') && !findProgram('my_print_defaults'))
      missing.push({ program: 'my_print_defaults', packages: ['mariadb-client-core'] });
  }
  if (servers.includes('redis') && !findProgram('redis-server', 'valkey-server'))
    missing.push({ program: 'redis-server (or valkey-server)', packages: ['redis-server'] });
  return missing;
}

function whatToInstall(missing: readonly Missing[]): string {
  const packages = [...new Set(missing.flatMap((one) => one.packages))];
  return [
    `missing on this machine: ${missing.map((one) => one.program).join(', ')}`,
    '',
    `  Debian, Ubuntu   sudo apt-get install --no-install-recommends ${packages.join(' ')}`,
    '  Fedora           sudo dnf install mariadb-server redis',
    '  macOS            brew install mariadb redis',
    '',
    'No running server is needed: a private one is started from these programs. Or, without installing anything:',
    '',
    '  docker compose -f deploy/compose.yaml up',
    '',
    'Or name servers of your own in DATABASE_URL and REDIS_URL.',
  ].join('\n');
}
