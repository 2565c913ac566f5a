/** Servers that go away in the middle of a sweep: it goes on when they are back, and no account is blamed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startWorker } from '../../jobs/start-worker.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { connectDatabase } from '../../src/db/connection.ts';
import { selectRows } from '../../src/db/query.ts';
import { listRuns } from '../../src/ledger/runs.ts';
import type { WaitedSweep } from '../../src/operations/runs/sweep-until-done.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { startCli } from '../support/cli.ts';
import { keepingCli } from '../support/in-process.ts';
import { type Installation, install, serverUrl } from '../support/installation.ts';
import { expectSoonAfter } from '../support/liveness.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';
import { type PrivateServer, privateDatabase, privateRedis } from '../support/private-servers.ts';
import { redisClient } from '../support/redis.ts';
import { countOf } from '../support/state.ts';
import { endClaims } from '../support/delivering.ts';
import { until, waitingSweep } from '../support/sweeping.ts';

const FLEET = 400;
/** Small batches, so that there is a middle. */
const BATCHES = { CONNECTS_BATCH_MAX: '5', CONNECTS_WORKER_CONCURRENCY: '20' };

const settled = ({ db }: Installation): Promise<number> =>
  countOf(db, 'SELECT COUNT(DISTINCT account_id) FROM cycles');

const underWay = (installation: Installation): Promise<void> =>
  until('the sweep is under way', async () => (await settled(installation)) > 10);

async function expectThatAllWereGrantedOnce(installation: Installation): Promise<void> {
  const { db } = installation;
  expect(await countOf(db, 'SELECT COUNT(*) FROM failures')).toBe(0);
  expect(await countOf(db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40 AND last_seq = 4')).toBe(FLEET);
  expect(await countOf(db, 'SELECT COUNT(*) FROM entries')).toBe(FLEET * 4);
  expect(await countOf(db, 'SELECT COUNT(*) FROM cycles')).toBe(FLEET * 4);
  expect(await countOf(db, 'SELECT COUNT(*) FROM outbox')).toBe(FLEET);
  expect((await listRuns(db, 10)).map((run) => run.state)).toEqual(['completed']);
}

/** Sweeps with a worker while `trouble` happens to a server. */
async function sweepThrough(installation: Installation, trouble: () => Promise<void>): Promise<WaitedSweep> {
  const worker = startWorker(installation.app);
  try {
    const sweeping = waitingSweep(installation.app);
    // Looked at below; until then a rejection must not be nobody's.
    sweeping.catch(() => undefined);
    await underWay(installation);
    expect(await settled(installation)).toBeLessThan(FLEET);
    await trouble();
    const endedAt = performance.now();
    const waited = await sweeping;
    expectSoonAfter(endedAt);
    return waited;
  } finally {
    await worker.stop();
  }
}

describe('a database that crashes in the middle of a sweep and comes back after seconds', () => {
  let database: PrivateServer;
  let installation: Installation;
  beforeAll(async () => {
    database = await privateDatabase();
    installation = await install({ databaseServer: database.url, env: { ...BATCHES, SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', FLEET));
  });
  afterAll(async () => {
    await installation.remove();
    await database.remove();
  });

  it('holds up `connects sweep --wait --work`, which then ends with 0; nobody is put aside, no attempt is counted', async () => {
    const sweeping = startCli(
      ['sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z', '--json'],
      installation.env,
    );
    await underWay(installation);
    await database.crash();
    await sleep(3_000);
    await database.restart();
    const backAt = performance.now();
    const early = await settled(installation);
    const { code, stdout, stderr } = await sweeping.ended;
    expectSoonAfter(backAt);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) as string });
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'done', remaining: 0 });
    expect(early).toBeLessThan(FLEET);
    await expectThatAllWereGrantedOnce(installation);
  });
});

describe('a database that is restarted while somebody watches a run', () => {
  let database: PrivateServer;
  let installation: Installation;
  beforeAll(async () => {
    database = await privateDatabase();
    installation = await install({ databaseServer: database.url, env: { SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', 3));
  });
  afterAll(async () => {
    await installation.remove();
    await database.remove();
  });

  it('interrupts the watching, and does not end it', async () => {
    const waited = await waitingSweep(installation.app, { timeoutMs: 0 });
    const run = String(waited.runs[0]?.id);
    const shown: string[] = [];
    const { cli, stdout } = keepingCli({ app: installation.app, isTTY: true });
    const err = { ...cli.streams.err, write: (text: string) => shown.push(text) > 0 };
    const watching = buildProgram(
      { ...cli, app: installation.app, streams: { ...cli.streams, err } },
      '0',
    ).parseAsync(['run', 'show', run, '--watch'], { from: 'user' });
    watching.catch(() => undefined);
    await until('it watches', () => shown.some((text) => text.includes('of 3 accounts')));
    await database.crash();
    await sleep(2_000);
    await database.restart();
    const worker = startWorker(installation.app);
    const backAt = performance.now();
    await watching;
    expectSoonAfter(backAt);
    await worker.stop();
    expect(stdout()).toContain(`run ${run} (sweep) completed`);
  });
});

describe('connections that are killed again and again in the middle of a sweep', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install({ env: { ...BATCHES, SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', FLEET));
  });
  afterAll(() => installation.remove());

  it('hold it up, and nothing else', async () => {
    let killed = 0;
    const waited = await sweepThrough(installation, async () => {
      for (let times = 0; times < 10; times += 1, await sleep(50))
        killed += await killConnections(installation);
    });
    expect(killed).toBeGreaterThan(5);
    expect(waited).toMatchObject({ outcome: 'done', remaining: 0 });
    await expectThatAllWereGrantedOnce(installation);
  });
});

/** Those of this installation alone: others use the server, too. */
async function killConnections({ env }: Installation): Promise<number> {
  const admin = connectDatabase(serverUrl('DATABASE_URL'), 1);
  try {
    const name = new URL(env.DATABASE_URL as string).pathname.slice(1);
    const found = await selectRows<{ id: number }>(
      admin,
      'SELECT id FROM information_schema.processlist WHERE db = ? ORDER BY id',
      [name],
    );
    for (const { id } of found) await admin.raw(`KILL ${id}`).catch(() => undefined);
    return found.length;
  } finally {
    await admin.destroy();
  }
}

describe('a Redis in the middle of a sweep', () => {
  let redis: PrivateServer;
  let office: PostOffice;
  let installation: Installation;
  beforeEach(async () => {
    redis = await privateRedis();
    office = await openPostOffice();
    installation = await install({ env: { ...BATCHES, REDIS_URL: redis.url, SMTP_URL: office.url } });
    await importRows(installation.app, numbered('a', FLEET));
  });
  afterEach(async () => {
    await installation.remove();
    await office.stop();
    await redis.remove();
  });

  it('that is emptied costs time and nothing else: all are granted once and told once', async () => {
    const client = redisClient(redis.url);
    const waited = await sweepThrough(installation, async () => void (await client.flushall()));
    client.disconnect();
    expect(waited).toMatchObject({ outcome: 'done', remaining: 0 });
    await expectThatAllWereGrantedOnce(installation);
    await sendTheRest(installation);
    expect(new Set(office.letters.map((one) => one.to.join())).size).toBe(FLEET);
    expect(office.letters).toHaveLength(FLEET);
  });

  it('that goes away and comes back empty holds it up, and nothing else', async () => {
    const waited = await sweepThrough(installation, async () => {
      await redis.crash();
      await sleep(2_000);
      await redis.restart();
    });
    expect(waited).toMatchObject({ outcome: 'done', remaining: 0 });
    await expectThatAllWereGrantedOnce(installation);
    await sendTheRest(installation);
    expect(office.letters).toHaveLength(FLEET);
  });

  /**
   * Notices whose jobs were lost are claimed until their lease of two minutes runs out: it does so now. Those that a
   * worker gave back when it ended rest for a second.
   */
  async function sendTheRest({ app, db }: Installation): Promise<void> {
    await endClaims(db);
    const worker = startWorker(app);
    const sent = "SELECT COUNT(*) FROM outbox WHERE state = 'sent'";
    try {
      await until('all are sent', async () => (await countOf(db, sent)) === FLEET);
    } finally {
      await worker.stop();
    }
  }
});
