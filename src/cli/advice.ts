/** What to do when a server cannot be used: one line for each way in which that happens. */
import type { Config } from '../config.ts';
import { DATABASE_OUTAGES } from '../db/errors.ts';
import type { ConnectsError } from '../errors.ts';
import { REDIS_OUTAGES } from '../queue/connection.ts';
import { shownAddress } from '../servers/address.ts';

/** The servers that a command was told of. */
export interface Addresses {
  readonly config: Pick<Config, 'databaseUrl' | 'migrateDatabaseUrl' | 'readDatabaseUrl' | 'redisUrl'>;
  /** The file that named them, where it was not the environment. */
  readonly file: string | undefined;
}

/** Lines to print under the message; none where the message says all. */
export function adviceOn({ code, mend }: ConnectsError, addresses?: Addresses): readonly string[] {
  const advice = mend === undefined ? [] : [mend];
  if (DATABASE_OUTAGES.includes(code)) return [...advice, ...databasesOf(addresses)].map(indented);
  if (REDIS_OUTAGES.includes(code)) return [...advice, ...redisOf(addresses)].map(indented);
  return advice.map(indented);
}

const indented = (line: string): string => `  ${line}`;

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
  return [`${variable} is ${shownAddress(url)}${file ? `, from ${file}, which "npm start" left` : ''}`];
}
