/** The one place that composes. Nothing is opened before it is used, so a pure command needs no server. */
import type { Clock } from './clock.ts';
import { Clocks } from './clocks.ts';
import { type Config, required } from './config.ts';
import { Health } from './health.ts';
import { type Database, connectDatabase } from './db/connection.ts';
import type { Log } from './log.ts';
import { type AlertChannel, alertChannels } from './notices/alert-channels.ts';
import { type Mailer, connectMailer } from './notices/mailer.ts';
import type { AlertDeps } from './operations/alerts/deps.ts';
import { PlanLooks } from './operations/backfills/plan-looks.ts';
import type { DeliverDeps } from './operations/mail/deliver-notices.ts';
import { HoldWatch } from './operations/mail/hold-watch.ts';
import { MailOutage } from './operations/mail/mail-outage.ts';
import { OutageMemory } from './operations/mail/outage-memory.ts';
import type { RelayDeps } from './operations/mail/relay-notices.ts';
import type { RecordDeps } from './operations/events/record-events.ts';
import { RunDirectory } from './operations/settling/run-directory.ts';
import {
  BOUNDARIES_MAX,
  type SettleDeps,
  type SettleSettings,
} from './operations/settling/settle-accounts.ts';
import type { SweepDeps } from './operations/runs/sweep.ts';
import { Inspector } from './queue/inspector.ts';
import type { ReminderDeps } from './operations/mail/stage-reminders.ts';
import { Slots } from './operations/mail/slots.ts';
import { type Attempt, markSent } from './outbox/attempts.ts';
import { Producer } from './queue/producer.ts';
import { OutageLog } from './outage-log.ts';
import { Tally } from './tally.ts';

export interface App {
  readonly config: Config;
  readonly clock: Clock;
  readonly clocks: Clocks;
  readonly log: Log;
  readonly db: Database;
  /** For reports and exports: a replica where there is one. */
  readonly readDb: Database;
  readonly queue: Producer;
  readonly inspector: Inspector;
  readonly tally: Tally;
  readonly health: Health;
  readonly outages: OutageLog;
  readonly settleDeps: SettleDeps;
  readonly recordDeps: RecordDeps;
  readonly sweepDeps: SweepDeps;
  readonly relayDeps: RelayDeps;
  readonly reminderDeps: ReminderDeps;
  /** Undefined without SMTP_URL: then notices stay in the outbox. */
  readonly deliverDeps: DeliverDeps | undefined;
  /** None where nobody is to be told. */
  readonly alertChannels: readonly AlertChannel[];
  readonly alertDeps: AlertDeps;
  /** What backfills would do, where all accounts have to be looked at for it. */
  readonly planLooks: PlanLooks;
  close(): Promise<void>;
}

/** Parts that only other parts see, beside those of an App. */
interface Parts extends App {
  readonly mailer: Mailer;
  readonly outage: MailOutage;
  readonly memory: OutageMemory;
  readonly hold: HoldWatch;
  readonly slots: Slots;
  readonly runs: RunDirectory;
  readonly settleSettings: SettleSettings;
  /** What is to be closed at the end, the last first. */
  readonly opened: (() => Promise<unknown> | void)[];
}

/** How parts are made, each from others. */
type Makers<Name extends keyof Parts = keyof Parts> = {
  readonly [Part in Name]: (parts: Parts) => Parts[Part];
};

export function composeApp(config: Config, clock: Clock, log: Log): App {
  return lazily({
    config: () => config,
    clock: () => clock,
    log: () => log,
    ...servers,
    ...watches,
    ...dependencies,
  });
}

const servers: Makers<'db' | 'readDb' | 'queue' | 'inspector' | 'mailer' | 'opened' | 'close'> = {
  db: ({ config, opened, clocks }) => openDatabase(required(config, 'databaseUrl'), config, opened, clocks),
  readDb: (parts) =>
    parts.config.readDatabaseUrl === undefined
      ? parts.db
      : openDatabase(parts.config.readDatabaseUrl, parts.config, parts.opened),
  queue: ({ config, opened, clock }) => {
    const { queuePrefix: prefix, queueShards: shards } = config;
    const producer = new Producer(required(config, 'redisUrl'), { prefix, shards, clock });
    opened.push(() => producer.close());
    return producer;
  },
  inspector: ({ config, opened, tally }) => {
    const inspector = new Inspector(required(config, 'redisUrl'), config.queuePrefix, config.queueShards);
    opened.push(async () => {
      // What was counted since the last time, where Redis takes it.
      await tally.carry(inspector).catch(() => undefined);
      inspector.close();
    });
    return inspector;
  },
  mailer: ({ config, opened }) => {
    const mailer = connectMailer(required(config, 'smtpUrl'), {
      from: config.mailFrom,
      connectionsMax: config.mailConnectionsMax,
      ratePerSecond: config.mailRatePerSecond,
    });
    opened.push(() => mailer.close());
    return mailer;
  },
  opened: () => [],
  close:
    ({ opened }) =>
    async () => {
      for (const close of opened.toReversed()) await close();
    },
};

function openDatabase(url: string, config: Config, opened: Parts['opened'], clocks?: Clocks): Database {
  const database = connectDatabase(url, config.databasePoolMax, clocks);
  opened.push(() => database.destroy());
  return database;
}

/** What is known, counted and bounded within one process. */
const watches: Makers<
  'clocks' | 'tally' | 'health' | 'outages' | 'runs' | 'outage' | 'memory' | 'hold' | 'slots'
> = {
  clocks: ({ clock }) => new Clocks(clock),
  tally: () => new Tally(),
  health: ({ clock }) => new Health(clock),
  outages: ({ clock, log }) => new OutageLog({ clock, log }),
  runs: ({ db, clock }) => new RunDirectory(db, clock),
  outage: ({ clock, log, mailer }) => new MailOutage({ clock, log, mailer }),
  memory: ({ db }) => new OutageMemory(db),
  hold: ({ db, clock }) => new HoldWatch({ db, clock }),
  // One letter on its way and one at hand for each connection.
  slots: ({ config }) => new Slots(Math.min(config.mailConnectionsMax * 2, config.mailRatePerSecond * 30)),
};

/** What each operation is given. */
const dependencies: Makers<
  | 'settleSettings'
  | 'settleDeps'
  | 'recordDeps'
  | 'sweepDeps'
  | 'relayDeps'
  | 'reminderDeps'
  | 'deliverDeps'
  | 'alertChannels'
  | 'alertDeps'
  | 'planLooks'
> = {
  settleSettings: ({ config }) => ({
    attemptsMax: config.settleAttemptsMax,
    backoffMs: config.settleBackoffMs,
    guardAccounts: config.guardAccounts,
    guardPercent: config.guardPercent,
    boundariesMax: BOUNDARIES_MAX,
    noticeMaxAgeMs: config.noticeMaxAgeMs,
  }),
  settleDeps: ({ db, clock, log, runs, settleSettings: settings, tally }) => ({
    db,
    clock,
    log,
    runs,
    settings,
    tally,
  }),
  recordDeps: ({ db, clock, log, settleSettings: settings, tally, config }) => ({
    db,
    clock,
    log,
    settings,
    tally,
    connectionsMax: config.databasePoolMax,
  }),
  sweepDeps: ({ db, log, queue, config: settings }) => ({ db, log, queue, settings }),
  relayDeps: ({ db, queue, outage, config: settings }) => ({ db, queue, outage, settings }),
  reminderDeps: ({ db, log, config: settings }) => ({ db, log, settings }),
  deliverDeps: (parts) => {
    if (parts.config.smtpUrl === undefined) return undefined;
    const { db, clock, log, mailer, outage, memory, hold, slots, config: settings } = parts;
    const markOne = async (attempt: Attempt): Promise<boolean> =>
      (await markSent(db, [attempt])).length === 0;
    return {
      db,
      clock,
      log,
      random: Math.random,
      mailer,
      outage,
      memory,
      hold,
      slots,
      markSent: markOne,
      settings,
    };
  },
  alertChannels: (parts) =>
    alertChannels(parts.config, parts.config.smtpUrl === undefined ? undefined : () => parts.mailer),
  alertDeps: (parts) => {
    const { db, log, alertChannels: channels, config: settings } = parts;
    const outage = settings.smtpUrl === undefined ? undefined : parts.outage;
    return { db, log, channels, outage, settings };
  },
  planLooks: ({ db, clock, opened }) => {
    const looks = new PlanLooks({ db, clock });
    opened.push(() => looks.stop());
    return looks;
  },
};

/** An object whose fields are made when they are first read. */
function lazily(makers: Makers): Parts {
  const parts = {} as Parts;
  for (const [name, make] of Object.entries(makers)) {
    let made: { readonly value: unknown } | undefined;
    Object.defineProperty(parts, name, {
      enumerable: true,
      get: () => (made ??= { value: make(parts) }).value,
    });
  }
  return parts;
}
