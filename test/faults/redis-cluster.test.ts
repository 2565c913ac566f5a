/**
 * A queue in shards over a cluster: a master that dies takes its jobs along, or its replica has most of them. Either way
 * who is due is in the database, and everybody is settled once.
 */
import { startScheduler } from '../../jobs/start-scheduler.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { selectRows } from '../../src/db/query.ts';
import { formatInstant } from '../../src/domain/calendar.ts';
import { silentLog } from '../../src/log.ts';
import { settleContract } from '../../src/queue/contracts.ts';
import { shardOf, shardsOf, slotOf } from '../../src/queue/shards.ts';
import type { WaitedSweep } from '../../src/operations/runs/sweep-until-done.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { countGranted, expectGrantedOnce, readMetrics } from '../support/liveness.ts';
import { type PrivateCluster, privateCluster } from '../support/private-cluster.ts';
import { countOf } from '../support/state.ts';
import { endClaims } from '../support/delivering.ts';
import { MAY_2021, allSent, until, waitingSweep } from '../support/sweeping.ts';

const FLEET = 400;
/** Small batches, so that there is a middle. */
const SETTINGS = {
  CONNECTS_BATCH_MAX: '5',
  CONNECTS_WORKER_CONCURRENCY: '24',
  // No tick of a scheduler meets a test.
  CONNECTS_SWEEP_CRON: '0 0 29 2 *',
};

let cluster: PrivateCluster;
let installation: Installation;
const start = async (): Promise<void> => {
  cluster = await privateCluster();
  installation = await install({ env: { ...SETTINGS, REDIS_URL: cluster.url } });
  await importRows(installation.app, numbered('a', FLEET));
};
const end = async (): Promise<void> => {
  await installation.remove();
  await cluster.remove();
};

const SHARDS = shardsOf(settleContract.queue, 6);

/** How many jobs of accounts wait at each master. */
const countWaiting = (): Promise<number[]> =>
  Promise.all(
    cluster.masters.map(async ({ client }) => {
      const counts = await Promise.all(
        SHARDS.map((shard) =>
          client.llen(`${installation.env.CONNECTS_QUEUE_PREFIX}:${shard}:wait`).catch(() => 0),
        ),
      );
      return counts.reduce((all, one) => all + one, 0);
    }),
  );

describe('a cluster', () => {
  beforeAll(start);
  afterAll(end);

  it('reckons slots as the servers do, and spreads shards and accounts over all masters', async () => {
    const [{ client }] = cluster.masters as [PrivateCluster['masters'][number]];
    for (const shard of [...SHARDS, '{a}', '{Zürich}'])
      expect([shard, await client.cluster('KEYSLOT', shard)]).toEqual([shard, slotOf(shard.slice(1, -1))]);

    const swept = await waitingSweep(installation.app, { timeoutMs: 0 });
    expect(swept).toMatchObject({ outcome: 'timed-out' });
    const waiting = await countWaiting();
    expect(waiting.reduce((all, one) => all + one, 0)).toBe(FLEET);
    for (const one of waiting) expect(one).toBeGreaterThan(FLEET / 6);
    expect(await installation.app.queue.countSettling()).toMatchObject({ waiting: FLEET, active: 0 });
    const queues = await installation.app.inspector.readQueues(Date.now());
    expect(queues[0]).toMatchObject({ queue: 'settle', waiting: FLEET, workers: 0 });

    // The same again adds nothing.
    await waitingSweep(installation.app, { timeoutMs: 0 });
    expect(await installation.app.queue.countSettling()).toMatchObject({ waiting: FLEET, active: 0 });
  });

  it('has a schedule, workers that are counted, letters, and a doctor who says where the shards lie', async () => {
    const { app } = installation;
    const [worker, scheduler] = [startWorker(app), startScheduler(app)];
    try {
      await waitingSweep(app);
      await expectGrantedOnce(installation, FLEET);
      await allSent(app);
      await until('the next tick stands', async () => (await app.queue.findNextTick()) !== null);
      await until('the worker is counted', async () => {
        const queues = await app.inspector.readQueues(Date.now());
        return queues.every((one) => one.workers === 1);
      });
      const { stdout } = await runHere(['doctor'], { app });
      expect(stdout).toMatch(
        /a cluster of 3 masters and 3 replicas; 6 shards: 2 at 127\.0\.0\.1:\d+, 2 at .*, 2 at /,
      );
      await cluster.masters[0]?.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const evicting = await runHere(['doctor'], { app });
      expect(evicting.stdout).toContain(
        `maxmemory-policy of 127.0.0.1:${cluster.masters[0]?.port} is allkeys-lru`,
      );
      await cluster.masters[0]?.client.config('SET', 'maxmemory-policy', 'noeviction');
    } finally {
      await Promise.all([worker.stop(), scheduler.stop()]);
    }
  });

  it('that is full is told as one that refuses, and what was counted meanwhile can be added again', async () => {
    const { app } = installation;
    const limit = (masters: PrivateCluster['masters'], bytes: string) =>
      Promise.all(masters.map(({ client }) => client.config('SET', 'maxmemory', bytes)));
    const counted = new Map([
      ['test:one', 1],
      ['test:two', 2],
    ]);
    try {
      await limit(cluster.masters, '1');
      await expect(app.inspector.addTallies(counted)).rejects.toMatchObject({
        code: 'redis-unavailable',
        message: expect.stringContaining('OOM') as string,
      });
      await expect(app.inspector.keepBusy({ found: ['a-001'], freed: [] })).rejects.toMatchObject({
        code: 'redis-unavailable',
      });
      await limit(cluster.masters, '0');
      await app.inspector.addTallies(counted);
      const tallies = await app.inspector.readTallies();
      expect([tallies.get('test:one'), tallies.get('test:two')]).toEqual([1, 2]);

      await limit(cluster.masters.slice(0, 1), '1');
      const { stdout } = await runHere(['doctor'], { app });
      expect(stdout).toMatch(/of 6 shards the server refuses 1, 2 \(OOM /);
      expect(stdout).toContain('Redis is full');
      expect(stdout).not.toContain('no server answers');
    } finally {
      await limit(cluster.masters, '0');
    }
  });

  it('that hangs as a whole is asked once, whoever the jobs are for', async () => {
    const payloads = numbered('a', FLEET).map(({ id }) => ({ account: id, run: 1 }));
    // Six times as long as one shard is waited for is longer than this.
    await Promise.all(cluster.masters.map(({ client }) => client.client('PAUSE', 20_000, 'WRITE')));
    try {
      await expect(installation.app.queue.enqueueSettling(payloads)).rejects.toMatchObject({
        code: 'redis-unavailable',
      });
    } finally {
      await Promise.all(cluster.masters.map(({ client }) => client.client('UNPAUSE')));
    }
  });

  it('takes no jobs from who counts the shards otherwise', async () => {
    const worker = startWorker(installation.app);
    const other = composeApp(
      parseConfig({ ...installation.env, CONNECTS_QUEUE_SHARDS: '4' }),
      systemClock,
      silentLog,
    );
    try {
      await until('the count of the worker is known', () =>
        other.inspector.requireSameShards({ works: false }).then(
          () => false,
          () => true,
        ),
      );
      const { code, stderr } = await runHere(['sweep'], { app: other });
      expect([code, stderr]).toEqual([
        78,
        expect.stringContaining('CONNECTS_QUEUE_SHARDS is 4 here, and 6 of the workers that run') as string,
      ]);
    } finally {
      await other.close();
      await worker.stop();
    }
  });
});

const SWEEP = ['sweep', '--wait', '--as-of', formatInstant(MAY_2021)];

const listGranted = (): Promise<{ id: string; granted: number }[]> =>
  selectRows(installation.db, 'SELECT id, balance = 40 AS granted FROM accounts ORDER BY id');

/** The second master of three has the third and the fourth shard of six. */
const isLost = (account: string): boolean =>
  [2, 3].includes(shardOf(settleContract.jobId({ account, run: 1 }), SHARDS.length));

/** A sweep with a worker, and what happens in its middle. */
async function sweepWhile(trouble: () => Promise<void>): Promise<WaitedSweep> {
  const worker = startWorker(installation.app);
  try {
    const sweeping = waitingSweep(installation.app);
    // Looked at below; until then a rejection must not be nobody's.
    sweeping.catch(() => undefined);
    await until('the sweep is under way', async () => (await countGranted(installation.db)) > 20);
    expect(await countGranted(installation.db)).toBeLessThan(FLEET);
    await trouble();
    const swept = await sweeping;
    // Of notices whose jobs were lost the claims last two minutes: they run out now.
    await endClaims(installation.db);
    const sent = "SELECT COUNT(*) FROM outbox WHERE state = 'sent'";
    await until('every letter is sent', async () => (await countOf(installation.db, sent)) === FLEET);
    return swept;
  } finally {
    await worker.stop();
  }
}

describe('a shard of a sweep', () => {
  beforeEach(start);
  afterEach(end);

  it('goes on by itself where a replica takes the place of a master that was killed', async () => {
    const swept = await sweepWhile(async () => {
      await cluster.masters[1]?.kill();
    });
    expect(swept).toMatchObject({ outcome: 'done', remaining: 0 });
    await expectGrantedOnce(installation, FLEET);
    const { client } = cluster.replicas[1] as PrivateCluster['replicas'][number];
    expect(await client.info('replication')).toContain('role:master');
  });

  it('that stays lost with its master and its replica keeps nobody waiting: the others have its accounts and letters', async () => {
    const { app, db } = installation;
    for (const { client } of [...cluster.masters, ...cluster.replicas])
      await client.config('SET', 'cluster-require-full-coverage', 'no');
    const lost = cluster.masters[1] as PrivateCluster['masters'][number];
    const swept = await sweepWhile(async () => {
      await Promise.all([lost.kill(), cluster.replicas[1]?.kill()]);
    });
    expect(swept).toMatchObject({ outcome: 'done', remaining: 0 });
    expect((await listGranted()).some(({ id }) => isLost(id))).toBe(true);
    await expectGrantedOnce(installation, FLEET);

    // A sweep that begins meanwhile settles all, too; and who is lost is told.
    await importRows(app, numbered('b', FLEET));
    const worker = startWorker(app);
    try {
      const { code } = await runHere(SWEEP, { app });
      expect(code).toBe(0);
      await expectGrantedOnce(installation, 2 * FLEET);
      const doctor = await runHere(['doctor'], { app });
      expect(doctor.code).not.toBe(0);
      // Its other shards keep the worker at work; and a mark that cannot be written everywhere is not taken for written.
      expect(await app.health.faults()).toEqual([]);
      await expect(app.inspector.takePrefix('somebody')).rejects.toMatchObject({ code: 'redis-unavailable' });
      expect(doctor.stdout).toMatch(
        new RegExp(`of 6 shards no server answers for 3, 4 \\(.* at 127\\.0\\.0\\.1:${lost.port}\\)`),
      );
      expect(await readMetrics(installation)).toMatch(/^connects_queue_lost_shards\{queue="settle"\} 2$/m);

      // It comes back with nothing, and has its own again.
      await lost.restart();
      await until(
        'nothing is lost any more',
        async () => (await app.inspector.findLostShards()).length === 0,
      );
      await importRows(app, numbered('c', FLEET));
      expect(await runHere(SWEEP, { app })).toMatchObject({ code: 0 });
      await expectGrantedOnce(installation, 3 * FLEET);
      const own = SHARDS.filter((_, shard) => [2, 3].includes(shard));
      const used = own.map((shard) =>
        lost.client.exists(`${installation.env.CONNECTS_QUEUE_PREFIX}:${shard}:meta`),
      );
      expect(await Promise.all(used)).toEqual([1, 1]);
      expect(await countOf(db, 'SELECT COUNT(*) FROM failures')).toBe(0);
      expect((await runHere(['doctor'], { app })).stdout).not.toContain('no server answers');
    } finally {
      await worker.stop();
    }
  });
});
