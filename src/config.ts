/**
 * All settings, read from the environment once, at the entry point. Each has a name, a default and a reason; a
 * wrong one is named together with all other wrong ones.
 */
import { z } from 'zod';
import { invalidInput } from './errors.ts';
import { LOG_LEVELS } from './log.ts';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION_MAX_MS = 3_650 * 86_400_000;

/** `500ms`, `30s`, `2m`, `12h`, `7d` or a sum such as `1h30m` → milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(ms|s|m|h|d))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+)(ms|s|m|h|d)/g);
  let total = 0;
  for (const [, count, unit] of parts) total += Number(count) * (UNIT_MS[unit as string] as number);
  return total <= DURATION_MAX_MS ? total : undefined;
}

const duration = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms === undefined) context.addIssue(`expected a duration such as ${fallback} (ms, s, m, h, d)`);
      return ms ?? 0;
    });

/** A duration, or `none` for no limit. */
const durationOrNone = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      if (text === 'none') return Infinity;
      const ms = parseDuration(text);
      if (ms === undefined) context.addIssue(`expected a duration such as ${fallback}, or none`);
      return ms ?? 0;
    });

const whole = (fallback: number, min: number, max: number) =>
  z
    .string()
    .default(String(fallback))
    .transform((text, context) => {
      const value = Number(text);
      if (!/^\d+$/.test(text) || value < min || value > max)
        context.addIssue(`expected a whole number from ${min} to ${max}`);
      return value;
    });

const url = (example: string, ...protocols: string[]) =>
  z
    .string()
    .refine((text) => protocols.some((one) => text.startsWith(`${one}:`)) && URL.canParse(text), {
      message: `expected an address such as ${example}`,
    })
    .optional();

const DATABASE_EXAMPLE = 'mysql://user:password@host:3306/connects';

const environment = z.object({
  DATABASE_URL: url(DATABASE_EXAMPLE, 'mysql', 'mariadb'),
  /** The owner of the schema, where it is not the app's own user. */
  MIGRATE_DATABASE_URL: url(DATABASE_EXAMPLE, 'mysql', 'mariadb'),
  /** A read-only user or replica for reports and exports. */
  READ_DATABASE_URL: url(DATABASE_EXAMPLE, 'mysql', 'mariadb'),
  REDIS_URL: url('redis://host:6379/0 or unix:///path/redis.sock', 'redis', 'rediss', 'unix'),
  SMTP_URL: url('smtps://user:password@host:465', 'smtp', 'smtps'),

  /** Sweeps without --as-of look this far back, so that facts of the last seconds arrive first. */
  CONNECTS_SETTLE_GRACE: duration('2m'),
  /** When the scheduler ticks: a cron pattern, UTC. */
  CONNECTS_SWEEP_CRON: z
    .string()
    .default('* * * * *')
    .refine((text) => /^(\S+\s+){4,5}\S+$/.test(text.trim()), {
      message: 'expected a cron pattern of five or six fields, such as "* * * * *"',
    }),
  /** Separates installations that share one Redis. */
  CONNECTS_QUEUE_PREFIX: z
    .string()
    .default('connects')
    .refine((text) => /^[A-Za-z0-9._-]{1,64}$/.test(text), {
      message: 'expected 1 to 64 of A-Z a-z 0-9 . _ -',
    }),
  /** Account jobs that one worker holds at once; 200 to 500 measured best, 1,000 worse. */
  CONNECTS_WORKER_CONCURRENCY: whole(500, 1, 2_000),
  /** Accounts that one transaction settles at the most. */
  CONNECTS_BATCH_MAX: whole(500, 1, 500),
  CONNECTS_DATABASE_POOL: whole(8, 2, 100),
  /** Attempts of one failing account before it is put aside; the waits between them grow fourfold from the base. */
  CONNECTS_SETTLE_ATTEMPTS: whole(3, 1, 20),
  CONNECTS_SETTLE_BACKOFF: duration('1s'),

  CONNECTS_MAIL_FROM: z
    .string()
    .default('Connects <connects@localhost>')
    .refine((text) => /^[^<>\r\n]{1,100} <[^<>\s@]+@[^<>\s@]+>$/.test(text), {
      message: 'expected Name <address@example.org>',
    }),
  /** Messages per second, and SMTP connections, that one worker uses. */
  CONNECTS_MAIL_RATE: whole(50, 1, 10_000),
  CONNECTS_MAIL_CONNECTIONS: whole(5, 1, 100),
  CONNECTS_MAIL_ATTEMPTS: whole(8, 1, 50),
  /** A notice older than this when it is staged is recorded as too old instead of sent. */
  CONNECTS_NOTICE_MAX_AGE: durationOrNone('7d'),

  CONNECTS_CONSOLE_HOST: z.string().min(1).default('127.0.0.1'),
  CONNECTS_CONSOLE_PORT: whole(8080, 0, 65_535),
  CONNECTS_INBOX_URL: url('http://127.0.0.1:8025', 'http', 'https'),
  CONNECTS_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
});

export interface Config {
  readonly databaseUrl: string | undefined;
  readonly migrateDatabaseUrl: string | undefined;
  readonly readDatabaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly settleGraceMs: number;
  readonly sweepCron: string;
  readonly queuePrefix: string;
  readonly workerConcurrency: number;
  readonly batchMax: number;
  readonly databasePoolMax: number;
  readonly settleAttemptsMax: number;
  readonly settleBackoffMs: number;
  readonly mailFrom: { readonly name: string; readonly address: string };
  readonly mailRatePerSecond: number;
  readonly mailConnectionsMax: number;
  readonly mailAttemptsMax: number;
  readonly noticeMaxAgeMs: number;
  readonly consoleHost: string;
  readonly consolePort: number;
  readonly inboxUrl: string | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** @throws invalid-input `environment`, naming every wrong variable. Values are not repeated: they hold passwords. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  // An empty value means "not set": that is how shells, compose files and CI clear a variable.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) throw invalidInput('environment', environmentFaults(parsed.error.issues));
  const set = parsed.data;
  return {
    databaseUrl: set.DATABASE_URL,
    migrateDatabaseUrl: set.MIGRATE_DATABASE_URL,
    readDatabaseUrl: set.READ_DATABASE_URL,
    redisUrl: set.REDIS_URL,
    smtpUrl: set.SMTP_URL,
    settleGraceMs: set.CONNECTS_SETTLE_GRACE,
    sweepCron: set.CONNECTS_SWEEP_CRON,
    queuePrefix: set.CONNECTS_QUEUE_PREFIX,
    workerConcurrency: set.CONNECTS_WORKER_CONCURRENCY,
    batchMax: set.CONNECTS_BATCH_MAX,
    databasePoolMax: set.CONNECTS_DATABASE_POOL,
    settleAttemptsMax: set.CONNECTS_SETTLE_ATTEMPTS,
    settleBackoffMs: set.CONNECTS_SETTLE_BACKOFF,
    mailFrom: parseSender(set.CONNECTS_MAIL_FROM),
    mailRatePerSecond: set.CONNECTS_MAIL_RATE,
    mailConnectionsMax: set.CONNECTS_MAIL_CONNECTIONS,
    mailAttemptsMax: set.CONNECTS_MAIL_ATTEMPTS,
    noticeMaxAgeMs: set.CONNECTS_NOTICE_MAX_AGE,
    consoleHost: set.CONNECTS_CONSOLE_HOST,
    consolePort: set.CONNECTS_CONSOLE_PORT,
    inboxUrl: set.CONNECTS_INBOX_URL,
    logLevel: set.CONNECTS_LOG_LEVEL,
  };
}

const environmentFaults = (issues: readonly { path: PropertyKey[]; message: string }[]): string =>
  [
    'The environment has wrong values:',
    ...issues.map((one) => `  ${one.path.join('.')}: ${one.message}`),
  ].join('\n');

function parseSender(text: string): { name: string; address: string } {
  const [, name = '', address = ''] = /^(.*) <(.*)>$/.exec(text) ?? [];
  return { name, address };
}

/** The address of a server, or what to do about its absence. @throws invalid-input `environment` */
export function required<Name extends 'databaseUrl' | 'redisUrl' | 'smtpUrl'>(
  config: Config,
  name: Name,
): string {
  const value = config[name];
  if (value !== undefined) return value;
  const variable = { databaseUrl: 'DATABASE_URL', redisUrl: 'REDIS_URL', smtpUrl: 'SMTP_URL' }[name];
  throw invalidInput(
    'environment',
    `${variable} is not set. Set it, or run "npm start" in another terminal: its servers are found by themselves.`,
  );
}
