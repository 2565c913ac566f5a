/**
 * All settings, read from the environment once, at the entry point. Each has a name, a default and a reason; a
 * wrong one is named together with all other wrong ones.
 */
import { z } from 'zod';
import { contradictionsOf } from './contradictions.ts';
import { emailField } from './domain/events/fields.ts';
import { configuration, messageOf } from './errors.ts';
import { LOG_LEVELS } from './log.ts';
import { ALERT_FORMATS, type AlertFormat } from './notices/alert-text.ts';
import { addressOfListener, faultOfAddress, membersOf } from './servers/address.ts';
import { REDIS_PARAMETERS, REDIS_SCHEMES, faultOfRedis } from './servers/redis-address.ts';
import { nextSlot } from './queue/cron.ts';
import { SHARDS_MAX, shardsByAddress } from './queue/shards.ts';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PORT_MAX = 65_535;
const CONSOLE_PORT = 8080;
const DURATION_MAX_MS = 3_650 * 86_400_000;

/** `500ms`, `30s`, `2m`, `12h`, `7d` or a sum such as `1h30m` → milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(ms|s|m|h|d))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+)(ms|s|m|h|d)/g);
  let total = 0;
  for (const [, count, unit] of parts) total += Number(count) * (UNIT_MS[unit as string] as number);
  return total <= DURATION_MAX_MS ? total : undefined;
}

const duration = (fallback: string, minMs = 0) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms === undefined) context.addIssue(`expected a duration such as ${fallback} (ms, s, m, h, d)`);
      else if (ms < minMs) context.addIssue(`expected at least ${minMs / 1_000}s`);
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

/** What Kubernetes sets for a Service by whose name ours is hidden, as Docker's links do. */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\/\S+:\d+$/;

/** A port; undefined where it is the address of a Service, which stops only those who listen there. */
const port = (fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .transform((text, context) => {
      if (SERVICE_LINK.test(text)) return undefined;
      const value = Number(text);
      if (!/^\d+$/.test(text) || value > PORT_MAX)
        context.addIssue(`expected a whole number from 0 to ${PORT_MAX}`);
      return value;
    });

/** What is wrong with an address that could be read at all; undefined when nothing is. */
type AddressRule = (url: URL) => string | undefined;

const url = (
  example: string,
  protocols: readonly string[],
  parameters: readonly string[] | undefined,
  ...rules: readonly AddressRule[]
) =>
  z
    .string()
    .superRefine((text, context) => {
      const members = membersOf(text);
      if (!members[0] || !protocols.includes(members[0].protocol))
        context.addIssue(`expected an address such as ${example}${members[0] ? '' : ENCODED}`);
      else {
        const faults = members.flatMap((one) => [
          parameters && faultOfAddress(one, parameters),
          ...rules.map((rule) => rule(one)),
        ]);
        // The first says enough: a / or @ of a password makes all the rest of an address look wrong.
        addFault(
          context,
          faults.find((one) => one !== undefined),
        );
      }
    })
    .optional();

const ENCODED = ' (special characters of a password percent-encoded)';

const addFault = (context: { addIssue(what: string): void }, what: string | undefined): void => {
  if (what !== undefined) context.addIssue(what);
};

const decodes: AddressRule = ({ username, password, pathname }) => {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return undefined;
  } catch {
    return 'expected percent-encoded characters such as %40: a % itself is %25';
  }
};
const namesHost: AddressRule = (url) => (url.hostname ? undefined : 'expected a host after ://');
const namesDatabase: AddressRule = (url) =>
  url.pathname.length > 1 ? undefined : 'expected the name of a database at its end, such as …/connects';
const namesSocket: AddressRule = (url) =>
  url.protocol !== 'unix:' || url.pathname.startsWith('/')
    ? undefined
    : 'expected a whole path, such as unix:///run/redis.sock';
const hostUnlessSocket: AddressRule = (url) => (url.protocol === 'unix:' ? undefined : namesHost(url));

/** What is meant for a password is none without the colon before it, and Redis would be asked without any. */
const passwordOfUser: AddressRule = ({ username, password }) =>
  username !== '' && password === ''
    ? 'expected a password after a colon: redis://:password@host'
    : undefined;

const DATABASE_EXAMPLE = 'mysql://user:password@host:3306/connects';
const hostOrSocketPath: AddressRule = (url) =>
  url.searchParams.get('socketPath') ? undefined : namesHost(url);
const database = () =>
  url(DATABASE_EXAMPLE, ['mysql:', 'mariadb:'], ['socketPath'], hostOrSocketPath, namesDatabase, decodes);

const holdsNoLogin: AddressRule = ({ username, password }) =>
  username === '' && password === '' ? undefined : 'expected no user and no password before its host';

const webAddress = (example: string) => url(example, ['https:', 'http:'], undefined, namesHost, holdsNoLogin);

const isWebAddress = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** As many as one outbox row each is no trouble for. */
const ALERT_ADDRESSES_MAX = 10;
const MAIL_EXAMPLE = 'ops@example.org, oncall@example.org';

const SENDER = /^[^<>\r\n]{1,100} <[^<>\s@]+@[^<>\s@]+>$/;

/** As much as the hash that it is used with: 256 bits, where all of them are chance. */
const SECRET_LENGTH_MIN = 32;

const secret = z
  .string()
  .min(
    SECRET_LENGTH_MIN,
    `expected at least ${SECRET_LENGTH_MIN} characters, such as "openssl rand -base64 33" prints`,
  );

const environment = z.object({
  DATABASE_URL: database(),
  /** The owner of the schema, where it is not the app's own user. */
  MIGRATE_DATABASE_URL: database(),
  /** A read-only user or replica for reports and exports. */
  READ_DATABASE_URL: database(),
  REDIS_URL: url(
    'redis://host:6379/0 or unix:///path/redis.sock (with a password: unix://:password@localhost/path/redis.sock), ' +
      'redis+sentinel://host1:26379,host2:26379/mymaster or redis+cluster://host1:6379,host2:6379',
    REDIS_SCHEMES,
    REDIS_PARAMETERS,
    hostUnlessSocket,
    passwordOfUser,
    namesSocket,
    faultOfRedis,
    decodes,
  ),
  SMTP_URL: url('smtps://user:password@host:465', ['smtp:', 'smtps:'], [], namesHost, decodes),

  /** Sweeps without --as-of look this far back, so that facts of the last seconds arrive first. */
  CONNECTS_SETTLE_GRACE: duration('2m'),
  /** When the scheduler ticks: a cron pattern, UTC. */
  CONNECTS_SWEEP_CRON: z
    .string()
    .default('* * * * *')
    .superRefine((text, context) => addFault(context, faultOfCron(text))),
  /** Separates installations that share one Redis. */
  CONNECTS_QUEUE_PREFIX: z
    .string()
    .default('connects')
    .refine((text) => /^[A-Za-z0-9._-]{1,64}$/.test(text), {
      message: 'expected 1 to 64 of A-Z a-z 0-9 . _ -',
    }),
  /** Queues that the jobs are spread over, on the masters of a cluster; without one, a single queue of each kind. */
  CONNECTS_QUEUE_SHARDS: whole(0, 0, SHARDS_MAX),
  /** Account jobs that one worker holds at once; 200 to 500 measured best, 1,000 worse. */
  CONNECTS_WORKER_CONCURRENCY: whole(500, 1, 2_000),
  /** Accounts that one transaction settles at the most. */
  CONNECTS_BATCH_MAX: whole(500, 1, 500),
  /** Where more than so many are due, jobs are of several hundred accounts instead of one; 0 for never. */
  CONNECTS_COHORT_OVER: whole(20_000, 0, 2_000_000_000),
  CONNECTS_DATABASE_POOL: whole(8, 2, 100),
  /** Attempts of one failing account before it is put aside; the waits grow fourfold from the base, up to a day. */
  CONNECTS_SETTLE_ATTEMPTS: whole(3, 1, 20),
  CONNECTS_SETTLE_BACKOFF: duration('1s'),
  /** A run stops itself when at least so many of its accounts, and more than so many percent, fail with one code. */
  CONNECTS_GUARD_ACCOUNTS: whole(100, 1, 1_000_000),
  CONNECTS_GUARD_PERCENT: whole(1, 0, 100),
  /** A backfill of more Connects than these waits until a second person approves it; 0 for never. */
  CONNECTS_BACKFILL_APPROVAL_OVER: whole(0, 0, 2_000_000_000),
  /** How long after its start a `sweep --work` still works on an open backfill: less than the time between two sweeps. */
  CONNECTS_BACKFILL_STAY: duration('4m'),
  /** How long a Tab waits for ids and codes that the database knows. */
  CONNECTS_COMPLETION_MAX: duration('1500ms'),
  /** Nothing may be due for longer than this: doctor says so, and so should an alert. */
  CONNECTS_DUE_ALARM: duration('15m'),
  /** Jobs that wait for so long while none is taken make /livez fail, so that the process is restarted. */
  CONNECTS_STALL_MAX: duration('5m', 1_000),

  CONNECTS_MAIL_FROM: z
    .string()
    .default('Connects <connects@localhost>')
    .refine((text) => SENDER.test(text) && emailField.safeParse(parseSender(text).address).success, {
      message: 'expected Name <address@example.org>',
    }),
  /** Whom members ask: an email or web address, named below every letter. */
  CONNECTS_MAIL_CONTACT: z
    .string()
    .optional()
    .refine((text) => text === undefined || emailField.safeParse(text).success || isWebAddress(text), {
      message: 'expected an address such as help@example.org or https://example.org/help',
    }),
  /** Messages per second, and SMTP connections, that one worker uses. */
  CONNECTS_MAIL_RATE: whole(50, 1, 10_000),
  CONNECTS_MAIL_CONNECTIONS: whole(5, 1, 100),
  /** At the least a day and an hour, at the most two days and three hours: src/operations/mail/deliver-notices.ts. */
  CONNECTS_MAIL_ATTEMPTS: whole(18, 1, 50),
  /** A notice older than this when it is staged is recorded as too old instead of sent. */
  CONNECTS_NOTICE_MAX_AGE: durationOrNone('7d'),
  /** Days before a boundary at which Connects would expire that a member is reminded; 0 sends no reminders. */
  CONNECTS_REMINDER_DAYS: whole(3, 0, 27),
  /** Where members choose which emails to get, and turn them off by one click. With `{token}` nobody can forge it. */
  CONNECTS_PREFERENCES_URL: z
    .string()
    .optional()
    .superRefine((text, context) =>
      addFault(context, text === undefined ? undefined : faultOfPreferences(text)),
    ),
  /** What `{token}` is made with; whoever serves that address verifies it with the same. */
  CONNECTS_PREFERENCES_SECRET: secret.optional(),
  /** What the codes of signed answers are made with. */
  CONNECTS_ANSWER_SECRET: secret.optional(),
  /** Where members reach this console, where that is another address; their pages are below it, at /m/. */
  CONNECTS_MEMBER_URL: webAddress('https://connects.example.org'),
  /** What the links to members' pages are made with. */
  CONNECTS_MEMBER_SECRET: secret.optional(),

  /** Where whoever runs the program is told of alerts, and as which JSON; judged by the host where none is set. */
  CONNECTS_ALERT_URL: webAddress('https://hooks.example.org/connects'),
  CONNECTS_ALERT_FORMAT: z
    .enum(ALERT_FORMATS, { error: `expected one of ${ALERT_FORMATS.join(', ')}` })
    .optional(),
  /** The same by email, through SMTP_URL. */
  CONNECTS_ALERT_MAIL: z
    .string()
    .optional()
    .transform((text, context) => {
      const addresses = [...new Set((text ?? '').split(/[\s,]+/).filter((one) => one !== ''))];
      const isList = addresses.every((one) => emailField.safeParse(one).success);
      if (!isList || addresses.length > ALERT_ADDRESSES_MAX)
        context.addIssue(`expected at most ${ALERT_ADDRESSES_MAX} addresses such as ${MAIL_EXAMPLE}`);
      return addresses;
    }),
  /** An account may be put aside, and a hold may last, for so long before that is an alert. */
  CONNECTS_PUT_ASIDE_ALARM: duration('1h'),
  CONNECTS_HOLD_ALARM: duration('1h'),

  CONNECTS_CONSOLE_HOST: z
    .string()
    .default('127.0.0.1')
    .refine((text) => /^[A-Za-z0-9.:_-]{1,253}$/.test(text), {
      message: 'expected a host name or address to listen on, such as 127.0.0.1 or 0.0.0.0',
    }),
  CONNECTS_CONSOLE_PORT: port(CONSOLE_PORT),
  /** Where people reach the console, for links that are printed and sent: the proxy's address, where there is one. */
  CONNECTS_CONSOLE_URL: webAddress('https://connects.example.org'),
  /** Where a worker or scheduler without a console answers /livez, /readyz and /metrics; 0 for not at all. */
  CONNECTS_HEALTH_PORT: port(0),
  CONNECTS_INBOX_URL: url('http://127.0.0.1:8025', ['http:', 'https:'], undefined),
  CONNECTS_LOG_LEVEL: z
    .enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` })
    .default('info'),
});

/** Every variable that is read. */
export const SETTINGS: readonly string[] = Object.keys(environment.shape);

export interface Config {
  readonly databaseUrl: string | undefined;
  readonly migrateDatabaseUrl: string | undefined;
  readonly readDatabaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly settleGraceMs: number;
  readonly sweepCron: string;
  readonly queuePrefix: string;
  readonly queueShards: number;
  readonly workerConcurrency: number;
  readonly batchMax: number;
  readonly cohortOver: number;
  readonly completionMaxMs: number;
  readonly databasePoolMax: number;
  readonly settleAttemptsMax: number;
  readonly settleBackoffMs: number;
  readonly guardAccounts: number;
  readonly guardPercent: number;
  readonly backfillApprovalOver: number;
  readonly backfillStayMs: number;
  readonly dueAlarmMs: number;
  readonly stallMaxMs: number;
  readonly mailFrom: { readonly name: string; readonly address: string };
  readonly mailContact: string | undefined;
  readonly mailRatePerSecond: number;
  readonly mailConnectionsMax: number;
  readonly mailAttemptsMax: number;
  readonly noticeMaxAgeMs: number;
  readonly reminderDays: number;
  readonly preferencesUrl: string | undefined;
  readonly preferencesSecret: string | undefined;
  readonly answerSecret: string | undefined;
  readonly memberUrl: string | undefined;
  readonly memberSecret: string | undefined;
  /** Where letters say that members' pages are: never an address that nobody has set. */
  readonly letterPagesUrl: string | undefined;
  readonly alertUrl: string | undefined;
  /** Undefined: judged by the host. */
  readonly alertFormat: AlertFormat | undefined;
  readonly alertMail: readonly string[];
  readonly putAsideAlarmMs: number;
  readonly holdAlarmMs: number;
  readonly consoleHost: string;
  /** Undefined: the variable is Kubernetes' own, of a Service: see `requiredPort`. */
  readonly consolePort: number | undefined;
  /** Without a slash at its end. */
  readonly consoleUrl: string;
  readonly healthPort: number | undefined;
  readonly inboxUrl: string | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** @throws configuration `environment`, naming every wrong variable. Values are not repeated: they hold passwords. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(withoutEmpty(env));
  const faults = [
    ...(parsed.error?.issues ?? []),
    ...missingSecret(env),
    ...contradictions(env),
    ...misspelt(env),
  ];
  if (!parsed.success || faults.length > 0) throw configuration('environment', environmentFaults(faults));
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
    queueShards: set.CONNECTS_QUEUE_SHARDS || shardsByAddress(set.REDIS_URL),
    workerConcurrency: set.CONNECTS_WORKER_CONCURRENCY,
    batchMax: set.CONNECTS_BATCH_MAX,
    cohortOver: set.CONNECTS_COHORT_OVER,
    completionMaxMs: set.CONNECTS_COMPLETION_MAX,
    databasePoolMax: set.CONNECTS_DATABASE_POOL,
    settleAttemptsMax: set.CONNECTS_SETTLE_ATTEMPTS,
    settleBackoffMs: set.CONNECTS_SETTLE_BACKOFF,
    guardAccounts: set.CONNECTS_GUARD_ACCOUNTS,
    guardPercent: set.CONNECTS_GUARD_PERCENT,
    backfillApprovalOver: set.CONNECTS_BACKFILL_APPROVAL_OVER,
    backfillStayMs: set.CONNECTS_BACKFILL_STAY,
    dueAlarmMs: set.CONNECTS_DUE_ALARM,
    stallMaxMs: set.CONNECTS_STALL_MAX,
    mailFrom: parseSender(set.CONNECTS_MAIL_FROM),
    mailContact: set.CONNECTS_MAIL_CONTACT,
    mailRatePerSecond: set.CONNECTS_MAIL_RATE,
    mailConnectionsMax: set.CONNECTS_MAIL_CONNECTIONS,
    mailAttemptsMax: set.CONNECTS_MAIL_ATTEMPTS,
    noticeMaxAgeMs: set.CONNECTS_NOTICE_MAX_AGE,
    reminderDays: set.CONNECTS_REMINDER_DAYS,
    preferencesUrl: set.CONNECTS_PREFERENCES_URL,
    preferencesSecret: set.CONNECTS_PREFERENCES_SECRET,
    answerSecret: set.CONNECTS_ANSWER_SECRET,
    memberUrl: set.CONNECTS_MEMBER_URL,
    memberSecret: set.CONNECTS_MEMBER_SECRET,
    letterPagesUrl: set.CONNECTS_MEMBER_URL ?? set.CONNECTS_CONSOLE_URL,
    alertUrl: set.CONNECTS_ALERT_URL,
    alertFormat: set.CONNECTS_ALERT_FORMAT,
    alertMail: set.CONNECTS_ALERT_MAIL,
    putAsideAlarmMs: set.CONNECTS_PUT_ASIDE_ALARM,
    holdAlarmMs: set.CONNECTS_HOLD_ALARM,
    consoleHost: set.CONNECTS_CONSOLE_HOST,
    consolePort: set.CONNECTS_CONSOLE_PORT,
    consoleUrl: (
      set.CONNECTS_CONSOLE_URL ??
      addressOfListener(set.CONNECTS_CONSOLE_HOST, set.CONNECTS_CONSOLE_PORT ?? CONSOLE_PORT)
    ).replace(/\/+$/, ''),
    healthPort: set.CONNECTS_HEALTH_PORT,
    inboxUrl: set.CONNECTS_INBOX_URL,
    logLevel: set.CONNECTS_LOG_LEVEL,
  };
}

/**
 * An empty value means "not set": that is how shells, compose files and CI clear a variable. White space around a
 * value is nobody's intention: secrets that were read from files end in a line break.
 */
function withoutEmpty(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given = Object.entries(env).map(([name, value = '']) => [name, value.trim()] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

function missingSecret(env: Readonly<Record<string, string | undefined>>): Fault[] {
  const { CONNECTS_PREFERENCES_URL: url, CONNECTS_PREFERENCES_SECRET: secret } = withoutEmpty(env);
  const isMissing = url?.includes('{token}') === true && secret === undefined;
  const message = 'expected, as {token} in CONNECTS_PREFERENCES_URL is made with it';
  return isMissing ? [{ path: ['CONNECTS_PREFERENCES_SECRET'], message }] : [];
}

/** Each is read by itself, so that another one's fault hides no contradiction. */
function contradictions(env: Readonly<Record<string, string | undefined>>): Fault[] {
  const given = withoutEmpty(env);
  const { shape } = environment;
  const { CONNECTS_SWEEP_CRON: pattern, CONNECTS_DUE_ALARM: alarm, CONNECTS_NOTICE_MAX_AGE: age } = given;
  return contradictionsOf({
    graceMs: shape.CONNECTS_SETTLE_GRACE.safeParse(given.CONNECTS_SETTLE_GRACE).data,
    alarmMs: shape.CONNECTS_DUE_ALARM.safeParse(alarm).data,
    noticeAgeMs: shape.CONNECTS_NOTICE_MAX_AGE.safeParse(age).data,
    databaseUrl: shape.DATABASE_URL.safeParse(given.DATABASE_URL).data,
    migrateDatabaseUrl: shape.MIGRATE_DATABASE_URL.safeParse(given.MIGRATE_DATABASE_URL).data,
    cron: shape.CONNECTS_SWEEP_CRON.safeParse(pattern).success ? pattern : undefined,
    isSet: { alarm: alarm !== undefined, noticeAge: age !== undefined },
  }).map(({ names, message }) => ({ path: [listed(names)], message }));
}

const listed = (names: readonly string[]): string =>
  [names.slice(0, -1).join(', '), names.at(-1)].join(' and ');

/** A setting with a slip in its name would silently be its default. Other unknown names are none of our business. */
function misspelt(env: Readonly<Record<string, string | undefined>>): Fault[] {
  return Object.keys(withoutEmpty(env))
    .filter((name) => name.startsWith('CONNECTS_') && !SETTINGS.includes(name))
    .flatMap((name) => {
      const meant = SETTINGS.find((one) => areOneSlipApart(name, one));
      return meant ? [{ path: [name], message: `is no setting: did you mean ${meant}?` }] : [];
    });
}

/** One character is missing, too many or another one, or two neighbours are swapped. */
function areOneSlipApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from += 1;
  const restA = a.slice(from);
  const restB = b.slice(from);
  if (restA.slice(1) === restB || restA === restB.slice(1) || restA.slice(1) === restB.slice(1)) return true;
  return restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0];
}

/** It stands in a header and in a link: one https address, without spaces, brackets or a second line. */
function faultOfPreferences(text: string): string | undefined {
  const what =
    'expected an address such as https://example.org/emails?account={account}&token={token}, with {account} in it';
  const isOne = /^[!#-;=?-Z_a-z~{}[\]@]+$/.test(text) && text.includes('{account}');
  const url = text.replaceAll('{account}', 'a1').replaceAll('{token}', 't1');
  return isOne && URL.canParse(url) && new URL(url).protocol === 'https:' ? undefined : what;
}

/** Asked of the scheduler's own parser, so that what is accepted here fires there. */
function faultOfCron(pattern: string): string | undefined {
  const what = 'expected a cron pattern of five or six fields, such as "* * * * *"';
  if (!/^(\S+\s+){4,5}\S+$/.test(pattern)) return what;
  try {
    return nextSlot(pattern, 0) === Infinity
      ? 'expected a cron pattern that has a slot: no date is like this one'
      : undefined;
  } catch (error) {
    return `${what}: ${messageOf(error)}`;
  }
}

interface Fault {
  readonly path: PropertyKey[];
  readonly message: string;
}

const environmentFaults = (issues: readonly Fault[]): string =>
  [
    'The environment has wrong values:',
    ...issues.map((one) => `  ${one.path.join('.')}: ${one.message}`),
  ].join('\n');

function parseSender(text: string): { name: string; address: string } {
  const [, name = '', address = ''] = /^(.*) <(.*)>$/.exec(text) ?? [];
  return { name, address };
}

const VARIABLES = { databaseUrl: 'DATABASE_URL', redisUrl: 'REDIS_URL', smtpUrl: 'SMTP_URL' } as const;
type ServerName = keyof typeof VARIABLES;

/** The address of a server, or what to do about its absence. @throws configuration `environment` */
export function required(config: Config, name: ServerName): string {
  requireServers(config, [name]);
  return config[name] as string;
}

/** @throws configuration `environment` */
export function requiredAnswerSecret({ answerSecret }: Config): string {
  if (answerSecret !== undefined) return answerSecret;
  throw configuration(
    'environment',
    'CONNECTS_ANSWER_SECRET is not set: signed answers are made and checked with it. Set it to what ' +
      '"openssl rand -base64 33" prints, and keep it: codes made with another one can no longer be checked.',
  );
}

const PORTS = { consolePort: 'CONNECTS_CONSOLE_PORT', healthPort: 'CONNECTS_HEALTH_PORT' } as const;

/** For who listens there. @throws configuration `environment` where the variable holds the address of a Service */
export function requiredPort(config: Config, name: keyof typeof PORTS): number {
  const port = config[name];
  if (port !== undefined) return port;
  throw configuration(
    'environment',
    `${PORTS[name]} is the address of a Service, which Kubernetes sets for a Service of such a name: expected ` +
      `a whole number from 0 to ${PORT_MAX}. Set it in the pod, or set enableServiceLinks: false there.`,
  );
}

/** @throws configuration `environment`, naming every server whose address is not set */
export function requireServers(config: Config, names: readonly ServerName[]): void {
  const missing = names.filter((name) => config[name] === undefined).map((name) => VARIABLES[name]);
  if (missing.length === 0) return;
  const [is, them] = missing.length === 1 ? ['is', 'it'] : ['are', 'them'];
  throw configuration(
    'environment',
    `${missing.join(' and ')} ${is} not set. Set ${them}, or run "npm start" in another terminal: ` +
      'its servers are found by themselves.',
  );
}
