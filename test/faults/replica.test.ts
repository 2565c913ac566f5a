/**
 * A database and a real replica of it, which stops applying what it is sent: how old is what reports tell is said everywhere,
 * and nothing is decided by them. It goes on, and has all of it.
 */
import { startWorker } from '../../jobs/start-worker.ts';
import { type App, composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { startConsole } from '../../src/console/server.ts';
import type { Database } from '../../src/db/connection.ts';
import { execute } from '../../src/db/query.ts';
import { silentLog } from '../../src/log.ts';
import { LAG_TOLD_MS, readLagMs } from '../../src/reports/lag.ts';
import { addToken } from '../../src/operations/upkeep/tokens.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { Client } from '../support/console-client.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { readMetrics } from '../support/liveness.ts';
import { type Replicated, replicate } from '../support/replica.ts';
import { countOf, readState } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

const FLEET = 40;
/** Of them, those that cannot be settled at first. */
const BROKEN = ['a-003', 'a-017'];
const SURE = ['--reason', 'a test', '--yes'];
const SWEEP = ['sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z', '--json'];

let servers: Replicated;
let installation: Installation;
let app: App;
let db: Database;

beforeAll(async () => {
  servers = await replicate();
  const env = { SMTP_URL: '', CONNECTS_SETTLE_ATTEMPTS: '1' };
  installation = await install({ databaseServer: servers.primary.url, env });
  ({ db } = installation);
  const name = new URL(installation.env.DATABASE_URL as string).pathname.slice(1);
  app = composed({});
  function composed(more: Record<string, string>): App {
    const given = {
      ...installation.env,
      READ_DATABASE_URL: servers.readerUrl(name),
      CONNECTS_CONSOLE_PORT: '0',
    };
    return composeApp(parseConfig({ ...given, ...more }), systemClock, silentLog);
  }
  await importRows(app, numbered('a', FLEET));
  await untilAlike();
});
afterAll(async () => {
  await app.close();
  await installation.remove();
  await servers.remove();
});

const connects = (...args: string[]) => runHere(args, { app, processes: { startWorker } });
const json = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await connects(...args, '--json')).stdout) as Record<string, unknown>;
const accountsOf = (one: Database): Promise<number> =>
  countOf(one, 'SELECT COUNT(*) FROM accounts').catch(() => 0);
/** As far as numbers that only grow say. */
const untilAlike = (): Promise<void> =>
  until('the replica has all', async () => {
    if ((await accountsOf(app.readDb)) !== (await accountsOf(db))) return false;
    const last = 'SELECT COALESCE(MAX(id), 0) FROM audit_log';
    if ((await countOf(app.readDb, last)) !== (await countOf(db, last))) return false;
    return (await readLagMs(db, app.readDb)) === 0;
  });
const behindInMetrics = async (): Promise<number> => {
  const text = await readMetrics({ ...installation, app });
  return Number(/^connects_replica_behind_seconds (\S+)$/m.exec(text)?.[1]);
};
const replicaInDoctor = async (): Promise<string> =>
  /^.*\breplica: .*$/m.exec((await connects('doctor')).stdout)?.[0] ?? '';

async function overview(): Promise<{ readonly page: string; readonly told: unknown }> {
  const served = await startConsole(app);
  try {
    const page = await (await Client.signedIn({ app }, served.url, 'viewer')).read('/');
    const { secret } = await addToken(app, {
      name: `reader-${Date.now()}`,
      role: 'viewer',
      actor: 'test',
      reason: null,
    });
    const answer = await fetch(new URL('/v1/overview', served.url), {
      headers: { Authorization: `Bearer ${secret}` },
    });
    return { page, told: (await answer.json()) as unknown };
  } finally {
    await served.stop();
  }
}

it('is another server, which reports are read from; while it keeps up, nothing is said of it', async () => {
  const server = (one: Database): Promise<number> => countOf(one, 'SELECT @@server_id');
  expect([await server(app.db), await server(app.readDb)]).toEqual([1, 2]);
  await expect(execute(app.readDb, "UPDATE accounts SET plan = 'plus'")).rejects.toThrow(/denied|read-only/);
  expect(await replicaInDoctor()).toMatch(/^ok .*keeps up/);
  expect(await behindInMetrics()).toBe(0);
  const shown = await connects('account', 'show', 'a-001', '--json');
  expect({ ...shown, stdout: JSON.parse(shown.stdout) as unknown }).toMatchObject({
    code: 0,
    stderr: '',
    stdout: { balance: 0 },
  });
  expect(shown.stdout).not.toContain('replicaBehindSeconds');
});

describe('once it applies nothing any more', () => {
  beforeAll(async () => {
    await servers.stopApplying();
    await execute(db, `UPDATE accounts SET zone = 'Mars/Olympus' WHERE id IN ('${BROKEN.join("','")}')`);
  });

  it('a sweep settles everybody whom the primary has due, once, and another finds nothing', async () => {
    const swept = await connects(...SWEEP);
    expect({ code: swept.code, told: JSON.parse(swept.stdout) as unknown }).toMatchObject({
      code: 3,
      told: { outcome: 'done', remaining: 0 },
    });
    expect(await countOf(db, "SELECT COUNT(*) FROM failures WHERE state = 'put-aside'")).toBe(BROKEN.length);
    const granted = FLEET - BROKEN.length;
    expect(await countOf(db, 'SELECT COUNT(*) FROM entries')).toBe(granted * 4);
    await connects(...SWEEP);
    expect(await countOf(db, 'SELECT COUNT(*) FROM entries')).toBe(granted * 4);
    // All of which the replica knows nothing of: by it everybody would be due, and nobody put aside.
    expect(await countOf(app.readDb, 'SELECT COUNT(*) FROM entries')).toBe(0);
    expect(await countOf(app.readDb, 'SELECT COUNT(*) FROM failures')).toBe(0);
  });

  it('a rerun is over those that the primary has put aside', async () => {
    await execute(db, "UPDATE accounts SET zone = 'UTC'");
    expect(await connects('rerun', '--all', '--work', ...SURE, '--expect', '2')).toMatchObject({ code: 0 });
    expect(await countOf(db, "SELECT COUNT(*) FROM failures WHERE state <> 'cleared'")).toBe(0);
    const rerun = 'SELECT COUNT(DISTINCT account_id) FROM cycles WHERE run_id = (SELECT MAX(id) FROM runs)';
    expect(await countOf(db, rerun)).toBe(BROKEN.length);
  });

  it('a backfill is planned and granted by what the primary has, and a second one finds nothing', async () => {
    const late = { anchorOn: '2021-01-10', trackedFrom: new Date(Date.now() - 1_000).toISOString() };
    await importRows(app, numbered('b', 3, late));
    const spring = ['--from', '2021-02-01', '--to', '2021-04-30'];
    const plan = await json('backfill', 'plan', ...spring);
    expect(plan).toMatchObject({ accounts: 3, cycles: 9, connects: 90 });
    const start = ['backfill', 'start', ...spring, '--plan-hash', plan.hash as string, '--work', ...SURE];
    expect(await connects(...start)).toMatchObject({ code: 0 });
    expect(await countOf(db, "SELECT SUM(balance) FROM accounts WHERE id LIKE 'b-%'")).toBe(90);
    expect(await json('backfill', 'plan', ...spring)).toMatchObject({ accounts: 0, cycles: 0 });
  });

  it('the guard stops a run by the failures that the primary has', async () => {
    await importRows(app, numbered('c', 120));
    await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id LIKE 'c-%'");
    expect(await connects(...SWEEP)).toMatchObject({ code: 3 });
    expect(await countOf(db, "SELECT COUNT(*) FROM runs WHERE state = 'failed'")).toBe(1);
    await execute(db, "UPDATE accounts SET zone = 'UTC'");
    // Those that had been put aside before the guard saw what it is.
    await connects('rerun', '--all', '--work', ...SURE);
    expect(await connects(...SWEEP)).toMatchObject({ code: 0 });
    expect(await countOf(db, "SELECT COUNT(*) FROM accounts WHERE next_cycle_at <= '2021-05-01'")).toBe(0);
    const audited = await connects('audit');
    // Nothing but that nobody was swept up to today.
    const findings = audited.stdout.split('\n').filter((line) => /^\S+: [a-z-]+: /.test(line));
    expect(findings.filter((line) => !line.includes(': due-too-long: '))).toEqual([]);
    expect(findings.length).toBeGreaterThan(0);
  });

  it('how far behind it is, is said by doctor, metrics, the console, and whatever is read from it', async () => {
    await until('the lag is worth telling', async () => (await readLagMs(db, app.readDb)) > LAG_TOLD_MS);
    expect(await replicaInDoctor()).toMatch(/^warning .* behind: reports and exports tell of then/);
    expect(await behindInMetrics()).toBeGreaterThan(LAG_TOLD_MS / 1_000);
    const { page, told } = await overview();
    expect(page).toMatch(/The replica of READ_DATABASE_URL is .* behind: this page is as of then\./);
    expect(told).toMatchObject({ replicaBehindSeconds: expect.any(Number) as number });
    for (const args of [
      ['account', 'show', 'a-001'],
      ['account', 'explain', 'a-001'],
      ['account', 'forecast', 'a-001'],
      ['due', '--ahead', '30d'],
    ]) {
      const answer = await connects(...args, '--json');
      expect({ code: answer.code, stderr: answer.stderr }).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(
          /^the replica of READ_DATABASE_URL is .* behind: this is as of then$/m,
        ) as string,
      });
      const { replicaBehindSeconds } = JSON.parse(answer.stdout) as { replicaBehindSeconds?: number };
      expect(replicaBehindSeconds).toBeGreaterThanOrEqual(LAG_TOLD_MS / 1_000);
    }
    expect(await json('account', 'show', 'a-001')).toMatchObject({ balance: 0 });
    const exported = await connects('export', 'entries');
    expect(exported.stdout.trim().split('\n')).toHaveLength(1);
    expect(exported.stderr).toContain('behind: this is as of then');
  });

  it('terms are edited as the primary has them: what is applied takes nothing back that the replica lacks', async () => {
    await execute(
      db,
      `INSERT INTO terms_versions SELECT version + 1, REPLACE(content, '200', '217'), 'changed', applied_at, actor, reason
         FROM terms_versions`,
    );
    const served = await startConsole(app);
    try {
      const client = await Client.signedIn({ app }, served.url, 'operator');
      expect(await client.read('/terms/new')).toContain('217');
      expect(await client.read('/terms')).not.toContain('217');
    } finally {
      await served.stop();
    }
  });

  it('goes on, has all of it, and nothing is said of it any more', async () => {
    await servers.goOnApplying();
    await untilAlike();
    expect(await readState(app.readDb)).toEqual(await readState(db));
    expect(await replicaInDoctor()).toMatch(/^ok .*keeps up/);
    expect(await behindInMetrics()).toBe(0);
    expect(await json('account', 'show', 'a-001')).toMatchObject({ balance: 40 });
    expect(await overview()).toMatchObject({ told: { replicaBehindSeconds: null } });
  });
});
