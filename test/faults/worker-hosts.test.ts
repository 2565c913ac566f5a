/**
 * Five machines with a worker each, of which some come and go while a fleet is settled: everybody is settled once, whoever
 * is there has a fair share, and what a machine had in hand when it went is not lost for long.
 *
 * Each is a network namespace of its own where those can be had, which `hosts.ts` says; else a process beside the others.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startWatchdog } from '../../scripts/servers/watchdog.ts';
import { type Database, connectDatabase } from '../../src/db/connection.ts';
import { selectOne, selectRows } from '../../src/db/query.ts';
import { cohortContract, settleContract } from '../../src/queue/contracts.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { root } from '../support/cli.ts';
import { type Host, type Network, SERVERS_ADDRESS, openNetwork } from '../support/hosts.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PrivateServer, privateDatabase, privateRedis } from '../support/private-servers.ts';
import { redisClient } from '../support/redis.ts';
import { quickly } from '../support/slowness.ts';
import { countOf } from '../support/state.ts';
import { until, waitingSweep } from '../support/sweeping.ts';

const NAMES = ['host1', 'host2', 'host3', 'host4', 'host5'];
/** What a worker that was killed, or cut off, had in hand is handed out again after 20 s at the most, and then settled. */
const LOST_MAX_S = 25;
const LANES = [settleContract.queue, cohortContract.queue];
const DONE = { outcome: 'done', remaining: 0 };
/** Sweeps that a share may take to even out. */
const MORE_SWEEPS = 4;
/** Small batches, so that a fleet of some thousands has a middle. */
const SETTINGS = { SMTP_URL: '', CONNECTS_WORKER_CONCURRENCY: '50', CONNECTS_BATCH_MAX: '25' };

let network: Network | undefined;
let database: PrivateServer;
let redis: PrivateServer;
const hosts = new Map<string, Host>();
/** Ends the workers also where the tests are killed. */
const watchdog = startWatchdog();

beforeAll(async () => {
  network = await openNetwork();
  if (network) for (const name of NAMES) hosts.set(name, await network.addHost());
  else
    process.stderr.write(
      'worker-hosts: no network namespaces here: the workers are processes of one machine\n',
    );
  const atServers = network?.atServers;
  const listens = { database: ['--skip-networking=0', `--bind-address=${SERVERS_ADDRESS}`, '--port=3306'] };
  const redisListens = ['--port', '6379', '--bind', SERVERS_ADDRESS, '--protected-mode', 'no'];
  [database, redis] = await Promise.all([
    privateDatabase(network ? listens.database : [], atServers),
    privateRedis(network ? redisListens : [], atServers),
  ]);
});
afterAll(async () => {
  await Promise.all([database.remove(), redis.remove()]);
  network?.remove();
  await watchdog.dismiss();
});

interface Worker {
  readonly child: ChildProcess;
  /** Its exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
}

/** `connects worker` on that machine. The database knows it by its user, which is called as the machine is. */
function startWorker({ env }: Installation, name: string): Worker {
  const words = [join(root, 'src/cli/connects.js'), 'worker'];
  const [program, ...args] = hosts.get(name)?.words(process.execPath, words) ?? [process.execPath, ...words];
  const url = new URL(env.DATABASE_URL as string);
  url.username = name;
  if (network) {
    url.host = `${SERVERS_ADDRESS}:3306`;
    url.search = '';
  }
  const child = spawn(program, args, {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      CONNECTS_SERVERS_FILE: '/nonexistent',
      ...env,
      DATABASE_URL: url.toString(),
      REDIS_URL: network ? `redis://${SERVERS_ADDRESS}:6379/0` : (env.REDIS_URL as string),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  watchdog.watch(child.pid as number);
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, ended };
}

/** Which worker granted whom, and when, written down by the granting transaction itself. */
async function watchGrants(db: Database): Promise<void> {
  await db.raw(`CREATE TABLE grants_seen (
    id BIGINT AUTO_INCREMENT PRIMARY KEY, account VARCHAR(64) NOT NULL, worker VARCHAR(64) NOT NULL,
    address VARCHAR(64) NOT NULL, at DATETIME(3) NOT NULL)`);
  await db.raw(`CREATE TRIGGER see_grants AFTER INSERT ON outbox FOR EACH ROW
    INSERT INTO grants_seen (account, worker, address, at)
    VALUES (NEW.account_id, SUBSTRING_INDEX(USER(), '@', 1), SUBSTRING_INDEX(USER(), '@', -1), NOW(3))`);
}

const seen = (db: Database): Promise<number> => countOf(db, 'SELECT COUNT(*) FROM grants_seen');

const lastSeen = async (db: Database): Promise<number> =>
  Number((await selectOne<{ id: number | null }>(db, 'SELECT MAX(id) AS id FROM grants_seen'))?.id ?? 0);

interface Stretch {
  readonly after: number;
  readonly upTo: number;
}

/** How many each worker granted in a stretch. */
async function sharesOf(db: Database, { after, upTo }: Stretch): Promise<ReadonlyMap<string, number>> {
  const rows = await selectRows<{ worker: string; granted: number }>(
    db,
    'SELECT worker, COUNT(*) AS granted FROM grants_seen WHERE id > ? AND id <= ? GROUP BY worker',
    [after, upTo],
  );
  return new Map(rows.map(({ worker, granted }) => [worker, Number(granted)]));
}

/** Of those that were there for all of it, who has less than half of what they have on average. */
async function whoHasLess(
  db: Database,
  stretch: Stretch,
  names: readonly string[],
): Promise<readonly string[]> {
  const shares = await sharesOf(db, stretch);
  const mean = names.reduce((sum, name) => sum + (shares.get(name) ?? 0), 0) / names.length;
  return names.filter((name) => (shares.get(name) ?? 0) < mean / 2);
}

/** Connections over which workers of this installation wait for jobs of that lane. */
async function listWaiting({ env }: Installation, queue: string): Promise<readonly string[]> {
  const client = redisClient(redis.url);
  try {
    const name = ` name=${env.CONNECTS_QUEUE_PREFIX}:${Buffer.from(queue).toString('base64')} `;
    return String(await client.client('LIST'))
      .split('\n')
      .filter((line) => line.includes(name));
  } finally {
    client.disconnect();
  }
}

/** Whether its worker has asked for jobs of both lanes since then, as Redis knows it. */
async function asksSince(installation: Installation, { address }: Host, sinceMs: number): Promise<boolean> {
  const seconds = (performance.now() - sinceMs) / 1_000 - 1;
  const isAsking = (line: string): boolean =>
    line.includes(` addr=${address}:`) && Number(/ idle=(\d+)/.exec(line)?.[1] ?? Infinity) < seconds;
  for (const queue of LANES) if (!(await listWaiting(installation, queue)).some(isAsking)) return false;
  return true;
}

/** How many workers wait for jobs of both lanes. What is left of a connection that was cut off is no second one. */
async function countConnected(installation: Installation): Promise<number> {
  const counts: number[] = [];
  for (const queue of LANES) {
    const lines = await listWaiting(installation, queue);
    counts.push(network ? new Set(lines.map((line) => / addr=([^:]+)/.exec(line)?.[1])).size : lines.length);
  }
  return Math.min(...counts);
}

/** The longest time in which nobody was granted anything, in seconds. */
async function longestSilence(db: Database, { after, upTo }: Stretch): Promise<number> {
  const rows = await selectRows<{ at: Date }>(
    db,
    'SELECT at FROM grants_seen WHERE id >= ? AND id <= ? ORDER BY at',
    [after, upTo],
  );
  const gaps = rows
    .slice(1)
    .map(({ at }, index) => at.getTime() - (rows[index] as { at: Date }).at.getTime());
  return Math.max(0, ...gaps) / 1_000;
}

describe.each([
  { lane: 'one by one', cohortOver: '0', fleet: 3_000 },
  { lane: 'in cohorts', cohortOver: '1', fleet: 12_000 },
])('five worker hosts that come and go, $lane', ({ cohortOver, fleet }) => {
  let installation: Installation;
  let db: Database;
  const workers = new Map<string, Worker>();
  const start = (...names: string[]): void => {
    for (const name of names) workers.set(name, startWorker(installation, name));
  };
  const connected = (count: number): Promise<void> =>
    until(`${count} workers are connected`, async () => (await countConnected(installation)) === count);
  let sweeps = 0;
  /** One cycle more is due of everybody. */
  const sweepOn = () => {
    sweeps += 1;
    const sweeping = waitingSweep(installation.app, { asOf: Date.UTC(2021, sweeps), timeoutMs: 600_000 });
    sweeping.catch(() => undefined);
    return sweeping;
  };
  /** A machine that is busy otherwise gives some processes less for a while, and makes up for it later. */
  const expectFairShares = async (after: number, names: readonly string[]): Promise<void> => {
    const stretch = async () => ({ after, upTo: await lastSeen(db) });
    for (
      let more = 0;
      more < MORE_SWEEPS && (await whoHasLess(db, await stretch(), names)).length > 0;
      more += 1
    )
      expect(await sweepOn()).toMatchObject(DONE);
    const shares = Object.fromEntries(await sharesOf(db, await stretch()));
    process.stderr.write(`worker-hosts: ${JSON.stringify(shares)}\n`);
    expect({ less: await whoHasLess(db, await stretch(), names), shares }).toMatchObject({ less: [] });
  };
  /** The number of the last grant by then. */
  const untilSeen = async (count: number): Promise<number> => {
    await until(`${count} are granted`, async () => (await seen(db)) >= count);
    return lastSeen(db);
  };

  beforeAll(async () => {
    const env = { ...SETTINGS, REDIS_URL: redis.url, CONNECTS_COHORT_OVER: cohortOver };
    installation = await install({ databaseServer: database.url, env });
    ({ db } = installation);
    const name = new URL(installation.env.DATABASE_URL as string).pathname.slice(1);
    const admin = connectDatabase(database.url, 1);
    for (const host of NAMES) {
      await admin.raw(`CREATE USER IF NOT EXISTS '${host}'@'%'`);
      await admin.raw(`GRANT ALL ON ${name}.* TO '${host}'@'%'`);
    }
    await admin.destroy();
    await watchGrants(db);
    await importRows(installation.app, numbered('a', fleet));
  });
  afterAll(async () => {
    for (const { child } of workers.values()) child.kill('SIGTERM');
    await Promise.all([...workers.values()].map(({ ended }) => ended));
    await installation.remove();
  });

  it('share the work; one that is killed and one that is stopped leave theirs to the others', async () => {
    start(...NAMES);
    await connected(5);
    const sweeping = sweepOn();
    const whenTwoGo = await untilSeen(fleet * 0.4);
    workers.get('host4')?.child.kill('SIGKILL');
    workers.get('host5')?.child.kill('SIGTERM');
    expect(await workers.get('host4')?.ended).toBeNull();
    expect(await workers.get('host5')?.ended).toBe(143);
    const gone = await lastSeen(db);
    expect(await sweeping).toMatchObject(DONE);
    const end = await lastSeen(db);
    expect((await sharesOf(db, { after: 0, upTo: whenTwoGo })).size).toBe(5);
    const stayed = ['host1', 'host2', 'host3'];
    expect([...(await sharesOf(db, { after: gone, upTo: end })).keys()].toSorted()).toEqual(stayed);
    expect(await longestSilence(db, { after: whenTwoGo, upTo: end })).toBeLessThan(quickly(LOST_MAX_S));
    expect(await seen(db)).toBe(fleet);
    await expectFairShares(0, stayed);
  });

  it('come back in the middle of another sweep, which one of them is killed in', async () => {
    const sweeping = sweepOn();
    await untilSeen(fleet * (sweeps - 0.9));
    start('host4', 'host5');
    await untilSeen(fleet * (sweeps - 0.5));
    workers.get('host3')?.child.kill('SIGKILL');
    await workers.get('host3')?.ended;
    start('host3');
    expect(await sweeping).toMatchObject(DONE);
    expect(await seen(db)).toBe(fleet * sweeps);
    await connected(5);
  });

  it('lose none of the work of one whose cable is pulled, and who hears of nothing', async () => {
    const host = hosts.get('host2');
    // Processes of one machine have no cables; the sweep is the same.
    const sweeping = sweepOn();
    const whenPulled = await untilSeen(fleet * (sweeps - 0.7));
    await host?.unplug();
    expect(await sweeping).toMatchObject(DONE);
    const end = await lastSeen(db);
    expect(await longestSilence(db, { after: whenPulled, upTo: end })).toBeLessThan(quickly(LOST_MAX_S));
    expect(await seen(db)).toBe(fleet * sweeps);
    const pluggedAt = performance.now();
    await host?.plug();
    if (host) await until('it asks for jobs again', () => asksSince(installation, host, pluggedAt));
  });

  it('share it once all are there again, and nobody was granted anything twice', async () => {
    await connected(5);
    const before = await lastSeen(db);
    expect(await sweepOn()).toMatchObject(DONE);
    await expectFairShares(before, NAMES);
    const current = 'SELECT COUNT(*) FROM accounts WHERE balance = ? AND last_seq = ?';
    expect(await countOf(db, current, [sweeps * 10, sweeps])).toBe(fleet);
    expect(await countOf(db, 'SELECT COUNT(*) FROM entries')).toBe(fleet * sweeps);
    expect(await countOf(db, 'SELECT COUNT(*) FROM cycles')).toBe(fleet * sweeps);
    expect(await seen(db)).toBe(fleet * sweeps);
    expect(await countOf(db, 'SELECT COUNT(*) FROM failures')).toBe(0);
    // That they were machines of their own, where they were to be.
    const addresses = await countOf(db, 'SELECT COUNT(DISTINCT address) FROM grants_seen');
    expect(addresses).toBe(network ? NAMES.length : 1);
  });
});
