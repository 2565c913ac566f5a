/** The one place that composes. Nothing is opened before it is used, so a pure command needs no server. */
import type { Clock } from './clock.ts';
import { type Config, required } from './config.ts';
import { type Database, connectDatabase } from './db/connection.ts';
import type { Log } from './log.ts';
import { type Mailer, connectMailer } from './notices/mailer.ts';
import type { DeliverDeps } from './operations/deliver-notice.ts';
import type { RelayDeps } from './operations/relay-notices.ts';
import type { RecordDeps } from './operations/record-events.ts';
import { RunDirectory } from './operations/run-directory.ts';
import { BOUNDARIES_MAX, type SettleDeps } from './operations/settle-accounts.ts';
import type { SweepDeps } from './operations/sweep.ts';
import { Producer } from './queue/producer.ts';

export interface App {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly db: Database;
  /** For reports and exports: a replica where there is one. */
  readonly readDb: Database;
  readonly queue: Producer;
  readonly settleDeps: SettleDeps;
  readonly recordDeps: RecordDeps;
  readonly sweepDeps: SweepDeps;
  readonly relayDeps: RelayDeps;
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
  const mailer = once((url: string): Mailer => {
    const connected = connectMailer(url, {
      from: config.mailFrom,
      connectionsMax: config.mailConnectionsMax,
      ratePerSecond: config.mailRatePerSecond,
    });
    opened.push(() => connected.close());
    return connected;
  });
  const runs = once(() => new RunDirectory(db(), clock));
  const settleSettings = {
    attemptsMax: config.settleAttemptsMax,
    backoffMs: config.settleBackoffMs,
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
    get settleDeps() {
      return { db: db(), clock, log, runs: runs(), settings: settleSettings };
    },
    get recordDeps() {
      return { db: db(), clock, log, settings: settleSettings };
    },
    get sweepDeps() {
      return { db: db(), log, queue: queue(), settings: config };
    },
    get relayDeps() {
      return { db: db(), queue: queue(), settings: config };
    },
    get deliverDeps() {
      if (config.smtpUrl === undefined) return undefined;
      return { db: db(), clock, log, mailer: mailer(config.smtpUrl), settings: config };
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
