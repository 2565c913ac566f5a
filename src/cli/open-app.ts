/** The app of one command: of the servers that the environment names, or of those that `npm start` runs. */
import { readFileSync } from 'node:fs';
import { type App, composeApp } from '../app.ts';
import { systemClock } from '../clock.ts';
import { type Config, parseConfig } from '../config.ts';
import { type LogDestination, createLog } from '../log.ts';

const SERVERS_FILE = '.local/run/servers.json';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where `npm start` leaves the addresses of its servers; what the environment names comes first. */
function withLocalServers(env: Environment): { env: Environment; file?: string } {
  // Never half of one installation and half of another.
  if (env.DATABASE_URL || env.REDIS_URL) return { env };
  const file = env.CONNECTS_SERVERS_FILE || SERVERS_FILE;
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | undefined>;
    const named = {
      DATABASE_URL: found.databaseUrl,
      MIGRATE_DATABASE_URL: found.migrateDatabaseUrl,
      REDIS_URL: found.redisUrl,
      SMTP_URL: env.SMTP_URL || found.smtpUrl,
      CONNECTS_CONSOLE_URL: env.CONNECTS_CONSOLE_URL || found.consoleUrl,
      CONNECTS_INBOX_URL: env.CONNECTS_INBOX_URL || found.inboxUrl,
      CONNECTS_MEMBER_SECRET: env.CONNECTS_MEMBER_SECRET || found.memberSecret,
    };
    return { env: { ...env, ...named }, file };
  } catch {
    return { env };
  }
}

export interface OpenedApp {
  readonly app: App;
  readonly config: Config;
  /** The file that named the servers, where it was not the environment. */
  readonly file: string | undefined;
}

interface Logging {
  /** To whoever waits for one command, its own words say what happens; the log would only repeat them. */
  readonly quiet: boolean;
  /** Where lines go; stderr by default. */
  readonly destination: LogDestination | undefined;
}

/** @throws invalid-input when the environment is wrong */
export function openApp(environment: Environment, { quiet, destination }: Logging): OpenedApp {
  const { env, file } = withLocalServers(environment);
  const config = parseConfig(env);
  const level = quiet && !env.CONNECTS_LOG_LEVEL ? 'warn' : config.logLevel;
  return { app: composeApp(config, systemClock, createLog(level, destination)), config, file };
}

export type OpenApp = typeof openApp;
