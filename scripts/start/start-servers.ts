/** What `npm start` runs on: the servers that the environment names, and private ones for the others. */
import { join } from 'node:path';
import { startLocalServers, type LocalServers } from '../servers/local-servers.ts';
import { MAILBOX_GONE } from '../stage/told-of.ts';
import { keptSecret } from './kept-secret.ts';
import { choosePort } from './ports.ts';
import type { LocalServer } from '../servers/server-binaries.ts';
import { SetupError } from '../servers/setup-error.ts';
import type { Watchdog } from '../servers/watchdog.ts';

const SMTP_PORT = 1025;
const INBOX_PORT = 8025;
const CONSOLE_PORT = 8080;

export interface Addresses {
  readonly databaseUrl: string;
  /** Undefined when migrations use databaseUrl. */
  readonly migrateDatabaseUrl: string | undefined;
  readonly redisUrl: string;
  readonly smtpUrl: string;
  /** Undefined when mail goes to a server that the environment names. */
  readonly inboxUrl: string | undefined;
  readonly consoleUrl: string;
  /** What links to members' pages are made with. */
  readonly memberSecret: string;
}

/** An empty variable means "not set", as it does for `connects`. */
function setting(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** Starts a database and Redis, as far as the environment names none. */
export async function startOwnServers(folder: string, watchdog: Watchdog): Promise<LocalServers | undefined> {
  const servers: LocalServer[] = [];
  if (!setting('DATABASE_URL')) servers.push('database');
  if (!setting('REDIS_URL')) servers.push('redis');
  if (servers.length === 0) return undefined;
  const place = join(folder, 'servers');
  return await startLocalServers({
    folder: place,
    durable: true,
    users: 'least-privilege',
    servers,
    watchdog,
  });
}

export interface OwnInbox {
  readonly smtpUrl: string;
  readonly httpUrl: string;
  stop(): Promise<void>;
}

/** Undefined when SMTP_URL names a mail server. */
export async function startOwnInbox(folder: string, consoleUrl: string): Promise<OwnInbox | undefined> {
  if (setting('SMTP_URL')) return undefined;
  const [smtpPort, httpPort] = [await choosePort(SMTP_PORT), await choosePort(INBOX_PORT)];
  // Its packages take longest to load: not before somebody sees that something happens.
  const { startInbox } = await import('../inbox/inbox.ts');
  const refused = MAILBOX_GONE;
  return await startInbox({ folder: join(folder, 'inbox'), smtpPort, httpPort, consoleUrl, refused });
}

/** Where this console will be: asked for before it listens, because others lead to it. */
export async function chooseConsoleUrl(): Promise<string> {
  const host = setting('CONNECTS_CONSOLE_HOST') ?? '127.0.0.1';
  // Kubernetes sets the variable to an address, for a Service of that name: it is no setting then.
  const given = setting('CONNECTS_CONSOLE_PORT');
  const port = (given?.includes('://') ? undefined : given) ?? String(await choosePort(CONSOLE_PORT, host));
  // An address that listens everywhere is no address to open.
  const shownHost = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${shownHost}:${port}`;
}

export function collectAddresses(
  servers: LocalServers | undefined,
  inbox: OwnInbox | undefined,
  { folder, consoleUrl }: { readonly folder: string; readonly consoleUrl: string },
): Addresses {
  return {
    databaseUrl: required('DATABASE_URL', servers?.databaseUrl),
    migrateDatabaseUrl: servers?.databaseUrl ? servers.migrateDatabaseUrl : setting('MIGRATE_DATABASE_URL'),
    redisUrl: required('REDIS_URL', servers?.redisUrl),
    smtpUrl: required('SMTP_URL', inbox?.smtpUrl),
    inboxUrl: inbox?.httpUrl,
    consoleUrl,
    memberSecret: setting('CONNECTS_MEMBER_SECRET') ?? keptSecret(join(folder, 'member-secret')),
  };
}

function required(name: string, own: string | undefined): string {
  const address = own ?? setting(name);
  if (address === undefined) throw new SetupError(`${name} is not set`, 1);
  return address;
}

/** The environment of `connects`. What belongs to another database than the one in use is taken out. */
export function connectsEnvironment(addresses: Addresses, ownDatabase: boolean): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DATABASE_URL: addresses.databaseUrl,
    REDIS_URL: addresses.redisUrl,
    SMTP_URL: addresses.smtpUrl,
    CONNECTS_CONSOLE_URL: setting('CONNECTS_CONSOLE_URL') ?? addresses.consoleUrl,
    CONNECTS_CONSOLE_PORT: new URL(addresses.consoleUrl).port || '80',
    CONNECTS_MEMBER_SECRET: addresses.memberSecret,
    CONNECTS_MAIL_CONTACT: setting('CONNECTS_MAIL_CONTACT') ?? 'help@example.test',
  };
  if (ownDatabase) delete env['READ_DATABASE_URL'];
  if (addresses.migrateDatabaseUrl) env['MIGRATE_DATABASE_URL'] = addresses.migrateDatabaseUrl;
  else delete env['MIGRATE_DATABASE_URL'];
  if (addresses.inboxUrl) env['CONNECTS_INBOX_URL'] = addresses.inboxUrl;
  return env;
}
