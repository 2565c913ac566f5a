/** The drills of the runbook, from its text alone: what it tells an operator to type is what is typed here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../../jobs/start-worker.ts';
import { execute } from '../../src/db/query.ts';
import { listRuns } from '../../src/ledger/runs.ts';
import { sweep } from '../../src/operations/runs/sweep.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { startCli } from '../support/cli.ts';
import { Drill } from '../support/drill.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PrivateServer, privateDatabase, privateRedis } from '../support/private-servers.ts';
import { redisClient } from '../support/redis.ts';
import { reset } from '../support/reset.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

const FLEET = 40;
const DAY_MS = 86_400_000;
const dateOf = (daysAgo: number): string =>
  new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10);
/** Anchored so that one boundary of each account has passed, days ago. */
const DUE_ONCE = { anchorOn: dateOf(40) };

/** Nothing else ever happened to it: each account was granted once. */
async function expectAllGrantedOnce({ db }: Installation): Promise<void> {
  expect(await countOf(db, "SELECT COUNT(*) FROM entries WHERE kind = 'monthly-free' AND amount = 10")).toBe(
    FLEET,
  );
  expect(await countOf(db, 'SELECT COUNT(*) FROM accounts WHERE balance = 10')).toBe(FLEET);
}

const latestRun = async ({ db }: Installation): Promise<number> => (await listRuns(db, 1))[0]?.id as number;

/** The number of a sweep that is done. */
async function sweptAll(installation: Installation): Promise<number> {
  const { app } = installation;
  const { code } = await runHere(['sweep', '--wait', '--work'], { app, processes: { startWorker } });
  expect(code).toBe(0);
  return latestRun(installation);
}

describe('drills on running servers', () => {
  let installation: Installation;
  const folder = mkdtempSync(join(tmpdir(), 'connects-drills-'));
  beforeAll(async () => {
    const env = { SMTP_URL: '', CONNECTS_BATCH_MAX: '5', CONNECTS_WORKER_CONCURRENCY: '5' };
    installation = await install({ env });
  });
  beforeEach(async () => {
    await reset(installation);
    await importRows(installation.app, numbered('a', FLEET, DUE_ONCE));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await installation.remove();
  });

  it('a missed day', async () => {
    const drill = new Drill('a missed day', installation.app);
    await drill.follow(5);
    expect(drill.left).toBe(0);
    await expectAllGrantedOnce(installation);
  });

  it('a partial run', async () => {
    const drill = new Drill('a partial run', installation.app);
    await sweep(installation.app.sweepDeps, { source: 'command', actor: 'test' });
    const run = await latestRun(installation);
    const worker = startWorker(installation.app);
    await until(
      'it has begun',
      async () => (await countOf(installation.db, 'SELECT COUNT(*) FROM cycles')) > 0,
    );
    await worker.stop();
    const [before] = await drill.follow(1, run);
    expect(before?.stdout).toMatch(/^run \d+ \(sweep\) (running|completed)/);
    const [, after, failures] = await drill.follow(3, run);
    expect(after?.stdout).toMatch(/^run \d+ \(sweep\) completed,/);
    expect(after?.stdout).toMatch(/40 settled, 0 failed, 0 remaining/);
    expect(failures?.stderr).toBe('nobody is put aside\n');
    expect(drill.left).toBe(0);
    await expectAllGrantedOnce(installation);
  });

  it('many yesterday, few today', async () => {
    const { app } = installation;
    const before = await sweptAll(installation);
    await importRows(app, [{ id: 'new', ...DUE_ONCE }]);
    const run = await sweptAll(installation);
    const drill = new Drill('many yesterday, few today', app);
    const given = { $BEFORE: before, $RUN: run, 'run:$RUN': `run:${run}`, $DATE: dateOf(1) };
    const [, diff, settled, aside, , written, , shown] = await drill.follow(8, given);
    expect(diff?.stdout).toContain(`Run ${before} (sweep`);
    expect(settled?.stdout).toContain('new');
    expect(aside?.stderr).toContain('there are no such accounts');
    expect(written?.stdout).toContain('accounts.import');
    expect(shown?.stdout).toContain('few were due: most dates lie on the first');
    expect(drill.left).toBe(0);
  });

  it('a poison account', async () => {
    const { app, db } = installation;
    await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id IN ('a-007', 'a-008')");
    const drill = new Drill('a poison account', app);
    await drill.follow(1);
    const run = await latestRun(installation);
    const [grouped, listed] = await drill.follow(3, run);
    expect(grouped?.stdout).toMatch(/unknown-zone +2 /);
    expect(listed?.stdout).toMatch(/^a-007 /m);
    const mended = join(folder, 'mended.ndjson');
    const at = `${dateOf(1)}T10:00:00Z`;
    writeFileSync(
      mended,
      `${JSON.stringify({ id: 'm1', account: 'a-007', at, type: 'account.zone-changed', zone: 'UTC' })}\n`,
    );
    const [, left] = await drill.follow(2, { 'mended.ndjson': mended });
    expect(left?.stdout).toMatch(/^a-008 /m);
    expect(left?.stdout).not.toMatch(/^a-007 /m);
    // As newer zone data would.
    await execute(db, "UPDATE accounts SET zone = 'UTC' WHERE id = 'a-008'");
    const [dry] = await drill.follow(5, run);
    expect(dry?.stdout).toContain('1 would be settled, 0 would fail');
    expect(drill.left).toBe(0);
    await expectAllGrantedOnce(installation);
  });

  it('accounts put aside', async () => {
    const { app, db } = installation;
    await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id IN ('a-007', 'a-008')");
    await new Drill('a poison account', app).follow(1);
    const drill = new Drill('accounts put aside', app);
    const later = new Date(Date.now() + DAY_MS).toISOString();
    const given = { $RUN: await latestRun(installation), $ACCOUNT: 'a-007', $LATER: later };
    const [grouped, , strict] = await drill.follow(3, given);
    expect(grouped?.stdout).toMatch(/unknown-zone +2 +2 /);
    expect(strict?.stderr).toContain('2 accounts are put aside and nobody has acknowledged it');
    const [, , , , snoozed, content, listed] = await drill.follow(7, given);
    expect(snoozed?.stdout).toBe(`1 account snoozed until ${later}\n`);
    expect(content?.stderr).toBe('');
    expect(listed?.stdout).toMatch(/^a-007 .* acknowledged +ann /m);
    expect(listed?.stdout).toMatch(/^a-008 .* snoozed until \S+ +ann /m);
    expect(listed?.stdout).toMatch(/^a-007: note .*: ticket 4711: zone data are old$/m);
    expect(drill.left).toBe(0);
  });

  it('stop everything', async () => {
    const { app } = installation;
    const drill = new Drill('stop everything', app);
    await sweep(app.sweepDeps, { source: 'command', actor: 'test' });
    const run = await latestRun(installation);
    const [held, due, swept, refused] = await drill.follow(5, run);
    expect(held?.stdout).toContain('40 accounts wait, 1 run stays open');
    for (const text of [due?.stdout, swept?.stdout, refused?.stderr])
      expect(text).toMatch(/the ledger is held since \S+ by tester: wrong terms/);
    const [stopped] = await drill.follow(1, run);
    expect(stopped?.stderr).toContain(`run ${run} stops with 40 accounts left`);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM entries')).toBe(0);
    const [released] = await drill.follow(3);
    expect(released?.stdout).toContain('by tester: wrong terms');
    expect(drill.left).toBe(0);
    await expectAllGrantedOnce(installation);
  });

  it('workers wedged', async () => {
    const { app, env } = installation;
    const drill = new Drill('workers wedged', app);
    const wedged = startCli(['worker'], { ...env, CONNECTS_LOG_LEVEL: 'info' });
    try {
      await until('it is connected', async () => (await workersOf(installation)) === 1);
      wedged.child.kill('SIGSTOP');
      await sweep(app.sweepDeps, { source: 'command', actor: 'test' });
      const run = await latestRun(installation);
      await drill.follow(2, run);
      expect(await countOf(installation.db, 'SELECT COUNT(*) FROM cycles')).toBe(0);
      wedged.child.kill('SIGKILL');
      await wedged.ended;
      await drill.follow(2, run);
      expect(drill.left).toBe(0);
      await expectAllGrantedOnce(installation);
    } finally {
      wedged.child.kill('SIGKILL');
    }
  });

  const workersOf = async ({ app }: Installation): Promise<number> => {
    const [settle] = await app.inspector.readQueues(Date.now());
    return settle?.workers ?? 0;
  };
});

describe('drills on servers that go away', () => {
  let redis: PrivateServer;
  let database: PrivateServer;
  let installation: Installation;
  beforeAll(async () => {
    [redis, database] = await Promise.all([privateRedis(), privateDatabase()]);
    const env = {
      SMTP_URL: '',
      REDIS_URL: redis.url,
      CONNECTS_BATCH_MAX: '5',
      CONNECTS_WORKER_CONCURRENCY: '5',
    };
    installation = await install({ databaseServer: database.url, env });
    const client = redisClient(redis.url);
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    client.disconnect();
  });
  beforeEach(async () => {
    await reset(installation);
    await importRows(installation.app, numbered('a', FLEET, DUE_ONCE));
  });
  afterAll(async () => {
    await installation.remove();
    await Promise.all([redis.remove(), database.remove()]);
  });

  it('Redis lost', async () => {
    const drill = new Drill('Redis lost', installation.app);
    await sweep(installation.app.sweepDeps, { source: 'command', actor: 'test' });
    const client = redisClient(redis.url);
    await client.flushall();
    client.disconnect();
    expect(await installation.app.queue.countSettling()).toMatchObject({ waiting: 0 });
    await drill.follow(3);
    expect(drill.left).toBe(0);
    await expectAllGrantedOnce(installation);
  });

  it('the database restarted mid-run', async () => {
    const { app, db } = installation;
    const drill = new Drill('the database restarted mid-run', app);
    await sweep(app.sweepDeps, { source: 'command', actor: 'test' });
    const run = await latestRun(installation);
    const worker = startWorker(app);
    await until('it has begun', async () => (await countOf(db, 'SELECT COUNT(*) FROM cycles')) > 0);
    await database.crash();
    await database.restart();
    await drill.follow(3, run);
    await worker.stop();
    expect(drill.left).toBe(0);
    expect(await countOf(db, 'SELECT COUNT(*) FROM failures')).toBe(0);
    await expectAllGrantedOnce(installation);
  });
});
