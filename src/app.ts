/** The one place that composes. Nothing is opened before it is used, so a pure command needs no server. */
import type { Clock } from './clock.ts';
import { type Config, required } from './config.ts';
import { Health } from './health.ts';
import { type Database, connectDatabase } from './db/connection.ts';
import type { Log } from './log.ts';
import { type Mailer, connectMailer } from './notices/mailer.ts';
import type { DeliverDeps } from './operations/mail/deliver-notices.ts';
import { HoldWatch } from './operations/mail/hold-watch.ts';
import { MailOutage } from './operations/mail/mail-outage.ts';
import type { RelayDeps } from './operations/mail/relay-notices.ts';
import type { RecordDeps } from './operations/events/record-events.ts';
import { RunDirectory } from './operations/settling/run-directory.ts';
import { BOUNDARIES_MAX, type SettleDeps } from './operations/settling/settle-accounts.ts';
import type { SweepDeps } from './operations/runs/sweep.ts';
import { Inspector } from './queue/inspector.ts';
import type { ReminderDeps } from './operations/mail/stage-reminders.ts';
import { Slots } from './operations/mail/slots.ts';
import { markSent } from './outbox/outbox.ts';
import { Producer } from './queue/producer.ts';
import { OutageLog } from './outage-log.ts';
import { Tally } from './tally.ts';

export interface App {
  readonly config: Config;
  readonly clock: Clock;
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
  close(): Promise<void>;
}

export function composeApp(config: Config, clock: Clock, log: Log): App {
  const opened: (() => Promise<unknown> | void)[] = [];
  const db = once(() => {
    const database = connectDatabase(required(config, 'databaseUrl'), config.databasePoolMax);
    opened.push(() => database.destroy());
    return database;
  });
  const readDb = once(() => {
    if (config.readDatabaseUrl === undefined) return db();
    const database = connectDatabase(config.readDatabaseUrl, config.databasePoolMax);
    opened.push(() => database.destroy());
    return database;
  });
  const queue = once(() => {
    const producer = new Producer(required(config, 'redisUrl'), config.queuePrefix);
    opened.push(() => producer.close());
    return producer;
  });
  const tally = new Tally();
  const inspector = once(() => {
    const looking = new Inspector(required(config, 'redisUrl'), config.queuePrefix);
    opened.push(async () => {
      // What was counted since the last time, where Redis takes it.
      await tally.carry(looking).catch(() => undefined);
      looking.close();
    });
    return looking;
  });
  const mailer = once((): Mailer => {
    const connected = connectMailer(required(config, 'smtpUrl'), {
      from: config.mailFrom,
      connectionsMax: config.mailConnectionsMax,
      ratePerSecond: config.mailRatePerSecond,
    });
    opened.push(() => connected.close());
    return connected;
  });
  const outage = once(() => new MailOutage({ clock, log, mailer: mailer() }));
  const hold = once(() => new HoldWatch({ db: db(), clock }));
  // One letter on its way and one at hand for each connection.
  const slots = once(() => new Slots(Math.min(config.mailConnectionsMax * 2, config.mailRatePerSecond * 30)));
  const markOne = (id: number): Promise<void> => markSent(db(), [id]);
  const runs = once(() => new RunDirectory(db(), clock));
  const settleSettings = {
    attemptsMax: config.settleAttemptsMax,
    backoffMs: config.settleBackoffMs,
    guardAccounts: config.guardAccounts,
    guardPercent: config.guardPercent,
    boundariesMax: BOUNDARIES_MAX,
    noticeMaxAgeMs: config.noticeMaxAgeMs,
  };
  return {
    config,
    clock,
    log,
    get db() {
      return db();
    },
    get readDb() {
      return readDb();
    },
    get queue() {
      return queue();
    },
    get inspector() {
      return inspector();
    },
    tally,
    health: new Health(clock),
    outages: new OutageLog({ clock, log }),
    get settleDeps() {
      return { db: db(), clock, log, runs: runs(), settings: settleSettings, tally };
    },
    get recordDeps() {
      return { db: db(), clock, log, settings: settleSettings, tally };
    },
    get sweepDeps() {
      return { db: db(), log, queue: queue(), settings: config };
    },
    get relayDeps() {
      return { db: db(), queue: queue(), outage: outage(), settings: config };
    },
    get reminderDeps() {
      return { db: db(), log, settings: config };
    },
    get deliverDeps() {
      if (config.smtpUrl === undefined) return undefined;
      const mail = { mailer: mailer(), outage: outage(), hold: hold(), slots: slots(), markSent: markOne };
      return { db: db(), clock, log, random: Math.random, ...mail, settings: config };
    },
    close: async () => {
      for (const close of opened.toReversed()) await close();
    },
  };
}

function once<Arguments extends unknown[], Value>(
  make: (...given: Arguments) => Value,
): (...given: Arguments) => Value {
  let made: { value: Value } | undefined;
  return (...given) => (made ??= { value: make(...given) }).value;
}
