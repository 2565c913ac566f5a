/**
 * Where one contender runs one round: a database of its own with the fleet in it, an empty Redis, and servers that
 * have finished what the round before left them to clean up.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { Redis } from 'ioredis';
import { type App, composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { type Database, connectDatabase } from '../../src/db/connection.ts';
import { databaseNow, selectOne, selectRows } from '../../src/db/query.ts';
import { createLog } from '../../src/log.ts';
import { migrateDatabase } from '../../src/operations/upkeep/migrate-database.ts';
import { redisOptions } from '../../src/queue/connection.ts';
import type { LocalPostgres } from '../servers/local-postgres.ts';
import { type PostgresGround, preparePostgres } from './peers/postgres-tables.ts';
import { type SweepInstants, loadFleet, sweepInstants } from './fleet.ts';

/** The servers of this run, and administrator's connections to them. */
export interface Servers {
  readonly env: NodeJS.ProcessEnv;
  readonly admin: Database;
  readonly redis: Redis;
  readonly pids: { readonly mariadbd: number; readonly 'redis-server': number };
  readonly version: string;
  /** Only where peers are asked for. */
  readonly postgres: LocalPostgres | undefined;
  close(): Promise<void>;
}

/** @param postgres started already, and stopped with the others */
/** Room for a million accounts: whoever reads them from the disk again measures the disk. */
const BUFFER_POOL_BYTES = 2 * 1_024 ** 3;

export async function openServers(env: NodeJS.ProcessEnv, postgres?: LocalPostgres): Promise<Servers> {
  const admin = connectDatabase(env.DATABASE_URL as string, 1);
  await admin.raw(`SET GLOBAL innodb_buffer_pool_size = ${BUFFER_POOL_BYTES}`);
  const redis = new Redis(redisOptions(env.REDIS_URL as string) as never);
  const info = await redis.info('server');
  const about = await selectOne<{ version: string; pid: string; folder: string }>(
    admin,
    'SELECT @@version AS version, @@pid_file AS pid, @@datadir AS folder',
  );
  const { version, pid, folder } = about as NonNullable<typeof about>;
  const pidFile = isAbsolute(pid) ? pid : join(folder, pid);
  return {
    env,
    admin,
    redis,
    pids: {
      mariadbd: Number(readFileSync(pidFile, 'utf8')),
      'redis-server': Number(/process_id:(\d+)/.exec(info)?.[1]),
    },
    version: `${version}, Redis ${/redis_version:(\S+)/.exec(info)?.[1]}${postgres ? `, PostgreSQL ${postgres.version}` : ''}`,
    postgres,
    close: async () => {
      await postgres?.stop();
      redis.disconnect();
      await admin.destroy();
    },
  };
}

export interface Ground {
  readonly servers: Servers;
  readonly accounts: number;
  readonly sweepAt: SweepInstants;
  /** What a worker process needs to belong to this round. */
  readonly env: NodeJS.ProcessEnv;
  /** The product, composed in this process: it sweeps, and looks who is due. */
  readonly app: App;
  /** Of a contender that settles there, with the same fleet in it. */
  readonly postgres: PostgresGround | undefined;
  remove(): Promise<void>;
}

let grounds = 0;

export interface GroundWishes {
  /** More settings of the product's. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A database on PostgreSQL too, with so many of the accounts to warm up with. */
  readonly onPostgres?: { readonly warmUp: number };
}

export async function prepareGround(
  servers: Servers,
  accounts: number,
  { settings = {}, onPostgres }: GroundWishes = {},
): Promise<Ground> {
  grounds += 1;
  const name = `bench_${grounds}`;
  await servers.redis.flushall('SYNC');
  await servers.admin.raw(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const env: NodeJS.ProcessEnv = { ...environmentOf(servers.env, name), ...settings };
  const app = composeApp(parseConfig(env), systemClock, createLog('error'));
  const ownerUrl = env.DATABASE_URL as string;
  await migrateDatabase({ ownerUrl, owner: app.db, appUrl: undefined });
  const now = await databaseNow(app.db);
  await loadFleet(ownerUrl, accounts, now);
  const postgres =
    servers.postgres && onPostgres
      ? await preparePostgres(servers.postgres, { name, fleet: app.db, ...onPostgres })
      : undefined;
  if (postgres) env.BENCH_POSTGRES_URL = postgres.url;
  await settleDown(servers.admin);
  const remove = async () => {
    await postgres?.remove();
    await app.close();
    await servers.admin.raw(`DROP DATABASE ${name}`);
  };
  return { servers, accounts, sweepAt: sweepInstants(now), env, app, postgres, remove };
}

/** No mail: notices are staged and stay in the outbox. */
function environmentOf(servers: NodeJS.ProcessEnv, database: string): NodeJS.ProcessEnv {
  const url = new URL(servers.DATABASE_URL as string);
  url.pathname = `/${database}`;
  const env: NodeJS.ProcessEnv = {
    ...servers,
    DATABASE_URL: url.toString(),
    CONNECTS_QUEUE_PREFIX: database,
    CONNECTS_LOG_LEVEL: 'error',
    CONNECTS_SERVERS_FILE: '/nonexistent',
  };
  delete env.SMTP_URL;
  return env;
}

const SETTLE_DOWN_MAX_MS = 5_000;
const SETTLED_PAUSE_MS = 300;
const PURGED = 100;

/** Waits until InnoDB has purged what earlier transactions left behind, and a moment more for its pages. */
export async function settleDown(admin: Database): Promise<void> {
  for (const deadline = performance.now() + SETTLE_DOWN_MAX_MS; performance.now() < deadline;) {
    if ((await readStatus(admin, 'Innodb_history_list_length')) <= PURGED) break;
    await sleep(50);
  }
  await sleep(SETTLED_PAUSE_MS);
}

/** A counter of the database server; 0 where it has none of that name. */
export async function readStatus(admin: Database, name: string): Promise<number> {
  const rows = await selectRows<{ Value: string }>(admin, 'SHOW GLOBAL STATUS LIKE ?', [name]);
  return Number(rows[0]?.Value ?? 0);
}

const CHECKED = {
  cycles: `account_id, cycle_on, starts_at, next_on, opening, carried, expired, free, paid, recovered, closing, plan,
           IFNULL(cap, '-'), code, terms_version, decision_no, notice`,
  entries: `account_id, seq, kind, amount, balance_after, effective_at, occurred_at, cycle_on, subject,
            IFNULL(proposal, '-')`,
  outbox: 'account_id, kind, ref, state, first_cycle_on, last_cycle_on',
  accounts: `id, plan, IFNULL(pending_plan, '-'), status, anchor_on, zone, balance, owed, last_seq, last_decision,
             watermark, cycle_on, cycle_paid, next_cycle_on, next_cycle_at, IFNULL(catch_up_from, '-')`,
} as const;

/** A checksum of everything that settling wrote for the measured accounts: contenders must agree on it. */
export async function checksumRows(db: Database): Promise<string> {
  const sums: string[] = [];
  for (const [table, columns] of Object.entries(CHECKED)) {
    const id = table === 'accounts' ? 'id' : 'account_id';
    const row = await selectOne<{ rows: number; sum: string }>(
      db,
      `SELECT COUNT(*) AS \`rows\`, SUM(CAST(CONV(LEFT(MD5(CONCAT_WS('|', ${columns})), 8), 16, 10) AS UNSIGNED)) AS sum
         FROM ${table} WHERE ${id} LIKE 'a%'`,
    );
    sums.push(`${table} ${row?.rows}:${row?.sum}`);
  }
  return sums.join(', ');
}
