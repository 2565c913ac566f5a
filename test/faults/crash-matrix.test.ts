/**
 * Killed at every point of settling, then run again: the whole state is that of one clean run. Nothing is lost, nothing
 * is granted twice, nobody is told twice.
 */
import type { Process } from '../../jobs/process.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import type { Database } from '../../src/db/connection.ts';
import { databaseNow, execute } from '../../src/db/query.ts';
import { insertRun, leaseSubmitting, listRuns } from '../../src/ledger/runs.ts';
import { sweep } from '../../src/operations/runs/sweep.ts';
import { settleContract } from '../../src/queue/contracts.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';
import { expectSoonAfter, soonMs } from '../support/liveness.ts';
import { type State, countOf, readState } from '../support/state.ts';
import { MAY_2021, sweepAndSend, until, waitingSweep } from '../support/sweeping.ts';
import { letLocksRunOut } from '../support/stalled-jobs.ts';
import {
  type KillPoint,
  type Orders,
  type Victim,
  killVictim,
  listStatements,
  loadVictim,
} from './victims.ts';

/** Whole catch-ups of four cycles, one that begins with an expiry, one that changes nothing, one that cannot be settled. */
const fleet = [
  ...numbered('a', 2),
  { id: 'b-expiry', openingBalance: 231 },
  { id: 'c-suspended', status: 'suspended' as const },
  { id: 'd-plus', plan: 'plus' as const, anchorOn: '2021-01-31', zone: 'America/Havana' },
  { id: 'e-broken' },
  { id: 'f-agency', kind: 'agency' as const, plan: 'agency' as const, openingBalance: 405 },
];
const accounts = fleet.map((one) => one.id);

/** Two transactions, and one account goes on in the second: none may settle more than this many boundaries. */
const BOUNDARIES_MAX = 14;
/** Victims that load while another one works. */
const LOADING = 3;
/** Longer than any victim lives. */
const SUBMITTING_MS = 300_000;
const KEPT = ['accounts', 'contacts', 'account_spans', 'inactive_openings'];
const WRITTEN = [
  'entries',
  'cycles',
  'decisions',
  'outbox',
  'failures',
  'runs',
  'ticks',
  'account_spans',
  'contacts',
  'inactive_openings',
];

describe('a worker that is killed while it settles a batch', () => {
  let installation: Installation;
  let worker: Process;
  let clean: State;
  let statements: readonly string[];

  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '', CONNECTS_SETTLE_ATTEMPTS: '1' } });
    const { app, db } = installation;
    await importRows(app, fleet);
    await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'e-broken'");
    for (const table of KEPT) await db.raw(`CREATE TABLE ${table}_before SELECT * FROM ${table}`);
    statements = await listStatements(loadVictim(), await ordersFor(installation));
    clean = await readState(db);
    // One that was held up asks once more what it had been told a second before.
    for (const victim of [loadVictim(), loadVictim()]) {
      await reset(db);
      const listed = await listStatements(victim, await ordersFor(installation));
      if (listed.length < statements.length) statements = listed;
    }
    worker = startWorker(app);
  });

  afterAll(async () => {
    await worker.stop();
    await installation.remove();
  });

  it('says the expected things to the database: two transactions, and one for what failed', () => {
    expect(statements.filter((sql) => sql === 'BEGIN;')).toHaveLength(3);
    expect(statements.filter((sql) => sql === 'COMMIT;')).toHaveLength(3);
    expect(clean.cycles).toHaveLength(5 * 4 + 3);
    expect(clean.outbox).toHaveLength(5);
    expect(clean.failures).toMatchObject([{ account_id: 'e-broken', state: 'put-aside', attempts: 1 }]);
  });

  it('leaves a state from which one more sweep reaches that of one clean run, wherever it was killed', async () => {
    const points = pointsOf(statements);
    const wrong: unknown[] = [];
    let slowestMs = 0;
    const loading: Victim[] = [];
    for (const [index, kill] of points.entries()) {
      while (loading.length < Math.min(LOADING, points.length - index)) loading.push(loadVictim());
      const victim = loading.shift() as Victim;
      await reset(installation.db);
      const signal = await killVictim(victim, await ordersFor(installation, kill));
      const killedAt = performance.now();
      const torn = await countOf(installation.db, TORN);
      await execute(installation.db, 'UPDATE runs SET submitting_until = NULL');
      await waitingSweep(installation.app);
      slowestMs = Math.max(slowestMs, performance.now() - killedAt);
      const reached = await readState(installation.db);
      const same = JSON.stringify(reached) === JSON.stringify(clean);
      const open = await countOf(installation.db, 'SELECT COUNT(*) FROM runs WHERE open_key IS NOT NULL');
      if (signal !== 'SIGKILL' || torn > 0 || !same || open > 0)
        wrong.push({ kill, sql: statements[kill.statement - 1], signal, torn, same, open });
    }
    expect(wrong).toEqual([]);
    expect(points.length).toBeGreaterThan(35);
    expect(slowestMs).toBeLessThan(soonMs());
  });
});

/** Accounts of which one table says something else than another. */
const TORN = `SELECT COUNT(*) FROM accounts a
  WHERE balance <> opening_balance + (SELECT COALESCE(SUM(amount), 0) FROM entries e WHERE e.account_id = a.id)
     OR last_seq <> (SELECT COUNT(*) FROM entries e WHERE e.account_id = a.id)
     OR last_decision <> (SELECT COUNT(*) FROM cycles c WHERE c.account_id = a.id)`;

/** Before every statement, which is after the one before it; and, where it writes, on its way with its reply lost. */
function pointsOf(statements: readonly string[]): KillPoint[] {
  const points = statements.flatMap((sql, index): KillPoint[] => {
    const statement = index + 1;
    const writes = /^(INSERT|UPDATE|COMMIT)/.test(sql);
    return [{ statement, moment: 'before' }, ...(writes ? [{ statement, moment: 'sent' } as const] : [])];
  });
  return [...points, { statement: statements.length, moment: 'end' }];
}

/** Orders to settle the whole fleet for a sweep that is open. Somebody submits for it, so that no worker is there before the victim. */
async function ordersFor({ app, db, env }: Installation, kill?: KillPoint): Promise<Orders> {
  const pinned = { kind: 'sweep', asOf: MAY_2021, termsVersion: 1, notify: 'digest' } as const;
  const now = await databaseNow(db);
  const opened = { actor: 'test', reason: null, dueAtStart: 7, at: now, openKey: 'sweep' };
  const run = (await insertRun(db, { ...pinned, ...opened })) as number;
  await leaseSubmitting(db, { runId: run, now, until: now + SUBMITTING_MS, held: undefined });
  const settings = { ...app.settleDeps.settings, boundariesMax: BOUNDARIES_MAX };
  const orders = { databaseUrl: env.DATABASE_URL as string, run, accounts, settings };
  return kill ? { ...orders, kill } : orders;
}

/** Back to the fleet as it was imported. */
async function reset(db: Database): Promise<void> {
  for (const table of WRITTEN) await execute(db, `DELETE FROM ${table}`);
  await execute(db, 'DELETE FROM accounts');
  for (const table of KEPT) await execute(db, `INSERT INTO ${table} SELECT * FROM ${table}_before`);
}

describe('jobs in the hands of a worker that is killed', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await install({ env: { SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', 30));
  });
  afterEach(() => installation.remove());

  const submit = () =>
    sweep(installation.app.sweepDeps, { source: 'command', actor: 'test', asOf: MAY_2021 });

  it("are nobody's loss after the commit: the next sweep finds all done, and closes the run", async () => {
    await submit();
    const victim = loadVictim('working-victim.ts');
    expect(await killVictim(victim, { env: installation.env, dieBefore: 'acknowledgement', jobs: 30 })).toBe(
      'SIGKILL',
    );
    const done = await readState(installation.db);
    expect(done.cycles).toHaveLength(30 * 4);
    expect(await installation.app.queue.countSettling()).toMatchObject({ active: 30 });
    const killedAt = performance.now();
    expect(await sweepAndSend(installation.app)).toMatchObject({ outcome: 'done', remaining: 0 });
    expectSoonAfter(killedAt);
    expect(await readState(installation.db)).toEqual(done);
    expect(await listRuns(installation.db, 10)).toMatchObject([{ state: 'completed' }]);
  });

  it('are handed out again when they were not committed, once their lock has run out', async () => {
    await submit();
    const victim = loadVictim('working-victim.ts');
    expect(await killVictim(victim, { env: installation.env, dieBefore: 'commit', jobs: 30 })).toBe(
      'SIGKILL',
    );
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM cycles')).toBe(0);
    // Its first batch may have begun before it had taken all of them.
    const { active, waiting } = await installation.app.queue.countSettling();
    expect({ active: active > 0, all: active + waiting }).toEqual({ active: true, all: 30 });
    expect(await letLocksRunOut(installation, settleContract.queue)).toBe(active);
    const ranOutAt = performance.now();
    expect(await sweepAndSend(installation.app)).toMatchObject({ outcome: 'done', remaining: 0 });
    expectSoonAfter(ranOutAt);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM cycles')).toBe(30 * 4);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40')).toBe(30);
    expect(await listRuns(installation.db, 10)).toMatchObject([{ state: 'completed' }]);
    await until('the queue is empty', async () => {
      const { waiting, active } = await installation.app.queue.countSettling();
      return waiting + active === 0;
    });
  });
});
