/** The connections that each kind of process has while it is busy, counted by the servers, against the table that operators go by. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { freePorts } from '../../scripts/servers/free-ports.ts';
import { type Database, connectDatabase } from '../../src/db/connection.ts';
import { REDIS_CONNECTIONS } from '../../src/operations/upkeep/doctor/connection-checks.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Running, root, startCli } from '../support/cli.ts';
import { Client } from '../support/console-client.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';
import { type PrivateServer, privateDatabase, privateRedis } from '../support/private-servers.ts';
import { redisClient } from '../support/redis.ts';
import { countOf } from '../support/state.ts';
import { allSent, until, waitingSweep } from '../support/sweeping.ts';

const POOL = 6;
const MAIL = 3;
const FLEET = 1_000;

/** Of docs/operations.md: what stands in a process's row. */
function documented(process: string): { database: number; redis: number; mail: number } {
  const text = readFileSync(join(root, 'docs/operations.md'), 'utf8').split('\n## Connections\n')[1] ?? '';
  const row = text.split('\n').find((line) => line.startsWith(`| ${process} `));
  const [, , database = '', redis = '', mail = ''] = (row ?? '').split('|').map((cell) => cell.trim());
  const [, more = '0'] = /^`CONNECTS_DATABASE_POOL`(?: \+ (\d+))?$/.exec(database) ?? [];
  return { database: POOL + Number(more), redis: Number(redis), mail: mail === '0' ? 0 : MAIL };
}

interface Most {
  database: number;
  redis: number;
}

let servers: { readonly database: PrivateServer; readonly redis: PrivateServer };
let port: number;
let admin: Database;
let watching: Redis;
let office: PostOffice;
let installation: Installation;

beforeAll(async () => {
  [port = 0] = await freePorts(1);
  const [database, redis] = await Promise.all([
    privateDatabase(),
    privateRedis(['--port', String(port), '--bind', '127.0.0.1']),
  ]);
  servers = { database, redis };
  admin = connectDatabase(database.url, 1);
  watching = redisClient(redis.url);
});
afterAll(async () => {
  watching.disconnect();
  await admin.destroy();
  await Promise.all([servers.database.remove(), servers.redis.remove()]);
});
beforeEach(async () => {
  office = await openPostOffice();
  const env = {
    REDIS_URL: servers.redis.url,
    SMTP_URL: office.url,
    CONNECTS_DATABASE_POOL: String(POOL),
    CONNECTS_MAIL_CONNECTIONS: String(MAIL),
    CONNECTS_CONSOLE_PORT: '0',
    CONNECTS_LOG_LEVEL: 'info',
  };
  installation = await install({ databaseServer: servers.database.url, env });
  await importRows(installation.app, numbered('a', FLEET));
});
afterEach(async () => {
  await installation.remove();
  await office.stop();
});

/** A process whom both servers know by its name; the database refuses it more connections than the table has. */
async function start(kind: string, args: readonly string[]): Promise<Running & { stderr: () => string }> {
  const url = new URL(installation.env.DATABASE_URL as string);
  const name = url.pathname.slice(1);
  await admin.raw(`DROP USER IF EXISTS '${kind}'@'localhost'`);
  await admin.raw(`CREATE USER '${kind}'@'localhost' WITH MAX_USER_CONNECTIONS ${documented(kind).database}`);
  await admin.raw(`GRANT ALL ON ${name}.* TO '${kind}'@'localhost'`);
  await watching.call('ACL', 'SETUSER', kind, 'on', '>secret', '~*', '&*', '+@all');
  url.username = kind;
  const env = {
    ...installation.env,
    DATABASE_URL: url.toString(),
    REDIS_URL: `redis://${kind}:secret@127.0.0.1:${port}/0`,
  };
  const running = startCli(args, env);
  let stderr = '';
  running.child.stderr?.on('data', (text: string) => (stderr += text));
  return { ...running, stderr: () => stderr };
}

/** Until that holds, counts what the servers have of it. */
async function countUntil(
  kind: string,
  what: string,
  holds: () => boolean | Promise<boolean>,
): Promise<Most> {
  const most: Most = { database: 0, redis: 0 };
  const own = 'SELECT COUNT(*) FROM information_schema.processlist WHERE user = ?';
  await until(what, async () => {
    const clients = String(await watching.client('LIST')).split('\n');
    const redis = clients.filter((line) => line.includes(` user=${kind} `)).length;
    most.redis = Math.max(most.redis, redis);
    most.database = Math.max(most.database, await countOf(admin, own, [kind]));
    return holds();
  });
  return most;
}

/** As of May 2021, or later: a scheduler of the same process may tick meanwhile. */
const isSettled = async (): Promise<boolean> =>
  (await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE last_seq >= 4')) === FLEET;
const isSent = async (): Promise<boolean> => (await isSettled()) && office.letters.length >= FLEET;

/** What was counted, beside what the table has. */
function judged(kind: string, most: Most, stderr: string) {
  const { database, redis, mail } = documented(kind);
  process.stderr.write(
    `${kind}: ${most.database} to the database, ${most.redis} to Redis, ${office.mostConnections()} for mail\n`,
  );
  return {
    refused: /max_user_connections|too many connections/i.test(stderr),
    database: most.database > 1 && most.database <= database ? 'within' : most.database,
    redis: most.redis === redis ? 'as documented' : most.redis,
    mail: office.mostConnections() <= mail ? 'within' : office.mostConnections(),
  };
}
const WELL = { refused: false, database: 'within', redis: 'as documented', mail: 'within' };

/** Looks of forty pages at once: enough that a pool is in use, few enough that other work gets its turn. */
const LOOKS = 20;

/** Forty pages at once, again and again. */
async function readPages(running: { stderr: () => string }): Promise<void> {
  const url = (): string | undefined => /console: (http\S+)/.exec(running.stderr())?.[1];
  await until('it is served', () => url() !== undefined);
  const client = await Client.signedIn(installation, url() as string, 'viewer');
  for (let look = 0; look < LOOKS; look += 1)
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        client.read(['/', '/accounts', '/runs', '/failures'][index % 4] as string),
      ),
    );
}

test('a worker that settles and sends', async () => {
  const worker = await start('worker', ['worker']);
  const sweeping = waitingSweep(installation.app);
  const most = await countUntil('worker', 'all is sent', isSent);
  await sweeping;
  worker.child.kill('SIGTERM');
  expect(judged('worker', most, (await worker.ended).stderr)).toEqual(WELL);
});

test('a scheduler that ticks', async () => {
  const scheduler = await start('scheduler', ['scheduler']);
  const most = await countUntil(
    'scheduler',
    'it has ticked',
    async () => (await countOf(installation.db, 'SELECT COUNT(*) FROM ticks')) > 0,
  );
  scheduler.child.kill('SIGTERM');
  expect(judged('scheduler', most, (await scheduler.ended).stderr)).toEqual(WELL);
});

test('a console that many look at', async () => {
  const console = await start('console', ['console']);
  let done = false;
  const reading = readPages(console).finally(() => (done = true));
  const most = await countUntil('console', 'the pages are read', () => done);
  await reading;
  console.child.kill('SIGTERM');
  expect(judged('console', most, (await console.ended).stderr)).toEqual(WELL);
});

test('all three in one process', async () => {
  const serve = await start('serve', ['serve']);
  const reading = readPages(serve);
  const sweeping = waitingSweep(installation.app);
  const most = await countUntil('serve', 'all is sent', isSent);
  await Promise.all([reading, sweeping]);
  serve.child.kill('SIGTERM');
  expect(judged('serve', most, (await serve.ended).stderr)).toEqual(WELL);
});

test('a command that does the work itself', async () => {
  const command = await start('command', ['sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z']);
  const most = await countUntil('command', 'all is sent', isSent);
  await allSent(installation.app);
  const { code, stderr } = await command.ended;
  expect(code).toBe(0);
  expect(judged('command', most, stderr)).toEqual(WELL);
});

test('the table is what doctor adds up', () => {
  for (const [kind, connections] of Object.entries(REDIS_CONNECTIONS))
    expect({ kind, connections }).toEqual({ kind, connections: documented(kind).redis });
});
