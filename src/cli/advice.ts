/** What to do when a server cannot be used: one line for each way in which that happens. */
import type { Config } from '../config.ts';
import { withoutPassword } from '../db/address.ts';
import type { ConnectsError } from '../errors.ts';

/** The servers that a command was told of. */
export interface Addresses {
  readonly config: Pick<Config, 'databaseUrl' | 'migrateDatabaseUrl' | 'readDatabaseUrl' | 'redisUrl'>;
  /** The file that named them, where it was not the environment. */
  readonly file: string | undefined;
}

interface Cause {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly message?: unknown;
}

/** Lines to print under the message; none where the message says all. */
export function adviceOn(error: ConnectsError, addresses?: Addresses): readonly string[] {
  const cause = (error.cause ?? {}) as Cause;
  if (error.code === 'database-unavailable')
    return [databaseAdvice(cause), ...databasesOf(addresses)].map(indented);
  if (error.code === 'redis-unavailable') return [redisAdvice(cause), ...redisOf(addresses)].map(indented);
  return [];
}

const indented = (line: string): string => `  ${line}`;

const CHECK_RIGHTS =
  '"connects migrate" grants what the user needs; "connects migrate --print-grants" prints it for an administrator.';

/** By the server's errno. */
const DATABASE_ADVICE: Record<number, string> = {
  1040: 'Too many connections: lower CONNECTS_DATABASE_POOL, or raise max_connections there.',
  1044: `The user may not use that database. ${CHECK_RIGHTS}`,
  1045: 'User or password is refused: check both in the address.',
  1049: 'Create the database (CREATE DATABASE …), or correct its name in the address; then run "connects migrate".',
  1054: 'The schema is not this version\'s: run "connects migrate".',
  1130: 'The server does not let this machine in: check for which host the user was created.',
  1142: `The user lacks a right. ${CHECK_RIGHTS}`,
  1143: `The user lacks a right. ${CHECK_RIGHTS}`,
  1146: 'The schema is not this version\'s: run "connects migrate".',
  1203: 'Too many connections: lower CONNECTS_DATABASE_POOL, or raise max_user_connections there.',
  1290: 'The server is read-only: give the address of the primary.',
  1698: 'User or password is refused: check both in the address.',
  1792: 'The server is read-only: give the address of the primary.',
  1836: 'The server is read-only: give the address of the primary.',
};

function databaseAdvice(cause: Cause): string {
  const known = DATABASE_ADVICE[Number(cause.errno)];
  return (
    known ??
    connectionAdvice(cause, 'the database server') ??
    'Try again; if it stays, look into the log of the server.'
  );
}

function redisAdvice(cause: Cause): string {
  if (/WRONGPASS|NOAUTH|NOPERM/.test(String(cause.message)))
    return 'User or password is refused: check both in the address.';
  if (/READONLY/.test(String(cause.message)))
    return 'The server is a read-only replica: give the address of the primary.';
  return connectionAdvice(cause, 'Redis') ?? 'Is Redis up, and is the address right?';
}

/** What the operating system says of a connection. */
function connectionAdvice(cause: Cause, server: string): string | undefined {
  switch (cause.code) {
    case 'ECONNREFUSED':
      return `Nothing listens there: is ${server} running, and is the address right?`;
    case 'ENOENT':
      return `There is no such socket: is ${server} running, and is the path right?`;
    case 'EACCES':
      return 'This user may not use that socket: check its permissions.';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'That host name is not known: is the address right?';
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `There is no answer: is ${server} up, and does every firewall on the way let this machine through?`;
    case 'ECONNRESET':
    case 'EPIPE':
    case 'PROTOCOL_CONNECTION_LOST':
      return `The connection broke: is ${server} restarting? Try again.`;
    case 'HANDSHAKE_NO_SSL_SUPPORT':
      return 'The server has no TLS: leave ?ssl=true out, or turn TLS on there.';
    default:
      return undefined;
  }
}

function databasesOf(addresses: Addresses | undefined): string[] {
  if (!addresses) return [];
  const { databaseUrl, migrateDatabaseUrl, readDatabaseUrl } = addresses.config;
  return [
    ...named('DATABASE_URL', databaseUrl, addresses),
    ...named('MIGRATE_DATABASE_URL', migrateDatabaseUrl, addresses),
    ...named('READ_DATABASE_URL', readDatabaseUrl, addresses),
  ];
}

const redisOf = (addresses: Addresses | undefined): string[] =>
  addresses ? named('REDIS_URL', addresses.config.redisUrl, addresses) : [];

function named(variable: string, url: string | undefined, { file }: Addresses): string[] {
  if (url === undefined) return [];
  return [`${variable} is ${withoutPassword(url)}${file ? `, from ${file}, which "npm start" left` : ''}`];
}
