/** One installation of the product per test file: a database of its own, a queue prefix of its own, real servers. */
import { randomBytes } from 'node:crypto';
import { type App, composeApp } from '../../src/app.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { type Database, connectDatabase } from '../../src/db/connection.ts';
import { migrateDatabase } from '../../src/operations/upkeep/migrate-database.ts';
import { type Log, createLog } from '../../src/log.ts';

export interface Installation {
  readonly app: App;
  readonly db: Database;
  /** What a child process needs to be part of this installation. */
  readonly env: Readonly<Record<string, string>>;
  /** Closes everything and drops the database. */
  remove(): Promise<void>;
}

export interface InstallationOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Of a server that the test has to itself; the one of `npm test` by default. */
  readonly databaseServer?: string;
  readonly clock?: Clock;
  readonly log?: Log;
  /** False leaves the database without a schema. */
  readonly migrated?: boolean;
}

/** A server address that `npm test` provides. */
export function serverUrl(name: 'DATABASE_URL' | 'REDIS_URL' | 'SMTP_URL'): string {
  const url = process.env[name];
  if (!url)
    throw new Error(`${name} is not set: run the tests with "npm test", which starts servers of its own`);
  return url;
}

export async function install(options: InstallationOptions = {}): Promise<Installation> {
  const name = `test_${process.env.JEST_WORKER_ID ?? '1'}_${randomBytes(6).toString('hex')}`;
  const server = options.databaseServer ?? serverUrl('DATABASE_URL');
  const admin = connectDatabase(server, 1);
  await admin.raw(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const env = environmentOf(server, name, options.env ?? {});
  const log = options.log ?? createLog('silent');
  const app = composeApp(parseConfig(env), options.clock ?? systemClock, log);
  if (options.migrated !== false)
    await migrateDatabase({ ownerUrl: env.DATABASE_URL as string, owner: app.db, appUrl: undefined });
  return {
    app,
    db: app.db,
    env,
    remove: async () => {
      await app.close();
      await admin.raw(`DROP DATABASE ${name}`);
      await admin.destroy();
    },
  };
}

function environmentOf(
  server: string,
  database: string,
  more: Readonly<Record<string, string>>,
): Record<string, string> {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return {
    DATABASE_URL: url.toString(),
    REDIS_URL: serverUrl('REDIS_URL'),
    SMTP_URL: serverUrl('SMTP_URL'),
    CONNECTS_QUEUE_PREFIX: database,
    CONNECTS_LOG_LEVEL: 'silent',
    // Fixtures lie in the past; their notices are meant to be sent all the same.
    CONNECTS_NOTICE_MAX_AGE: 'none',
    CONNECTS_MAIL_RATE: '5000',
    CONNECTS_SETTLE_BACKOFF: '50ms',
    ...more,
  };
}
