/** Working on a backfill: killed, paused, cancelled, at a rate, after live sweeps, by ten workers at once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startWorker } from '../../../jobs/start-worker.ts';
import { databaseNow, execute, selectRows } from '../../../src/db/query.ts';
import { findBackfill } from '../../../src/ledger/backfills.ts';
import { closeRun, findRun, insertRun } from '../../../src/ledger/runs.ts';
import {
  cancelBackfill,
  changeRate,
  pauseBackfill,
  resumeBackfill,
} from '../../../src/operations/backfills/backfill.ts';
import { reverseRun } from '../../../src/operations/reversals/reverse-run.ts';
import { workOnBackfill } from '../../../src/operations/backfills/work-backfills.ts';
import { countRun } from '../../../src/reports/run-counts.ts';
import { VICTIM } from '../../faults/victims.ts';
import { type AccountRowGiven, importRows, numbered } from '../../support/accounts.ts';
import { asking, backfilled, balanceOf, emptyAll, planOf, started, work } from '../../support/backfilling.ts';
import { settleAsOf } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { quickly } from '../../support/slowness.ts';
import { type State, countOf, readState } from '../../support/state.ts';
import { until } from '../../support/sweeping.ts';

let installation: Installation;

beforeAll(async () => {
  installation = await install();
});
afterEach(() => emptyAll(installation.db));
afterAll(() => installation.remove());

/** Taken over a moment ago, so that nothing is due; four cycles of the spring are absent. */
const fleet = (count: number): AccountRowGiven[] =>
  numbered('a', count, { anchorOn: '2021-01-10', trackedFrom: new Date(Date.now() - 1_000).toISOString() });
const SPRING = asking('2021-02-01', '2021-05-31');
const by = { actor: 'ann', reason: null };

const granted = (): Promise<number> => countOf(installation.db, 'SELECT COUNT(*) FROM entries');
const NEVER = new AbortController().signal;

/** What a clean run of the same leaves, less the numbers that the server gave. */
async function cleanState(count: number): Promise<State> {
  const { app, db } = installation;
  await importRows(app, fleet(count));
  await work(app, (await started(app, SPRING)).id);
  const state = await readState(db);
  await emptyAll(db);
  return state;
}

const without = ({ entries, cycles }: State): unknown => ({
  entries: entries.map(({ effective_at: _effective, occurred_at: _occurred, ...row }) => row),
  cycles,
});

describe('a backfill whose worker is killed', () => {
  it('goes on with another one where it was, and grants what one clean run grants', async () => {
    const clean = await cleanState(60);
    const { app, db, env } = installation;
    await importRows(app, fleet(60));
    const { id } = await started(app, SPRING, { rate: 20 });
    // Three batches of twenty; killed at every statement of the first two, in turn.
    for (const statement of [4, 12, 16, 25, 40]) {
      await kill(env, id, statement);
      await execute(db, 'UPDATE backfills SET working_until = NULL, worker = NULL');
      const torn = await countOf(
        db,
        `SELECT COUNT(*) FROM accounts a WHERE balance <> (SELECT COALESCE(SUM(amount), 0) FROM entries e WHERE e.account_id = a.id)
            OR last_seq <> (SELECT COUNT(*) FROM entries e WHERE e.account_id = a.id)`,
      );
      expect(torn).toBe(0);
      const items = await countOf(db, "SELECT COUNT(*) FROM backfill_items WHERE state = 'granted'");
      expect(await granted()).toBe(items);
    }
    expect((await work(app, id)).state).toBe('completed');
    expect(without(await readState(db))).toEqual(without(clean));
    expect(await countOf(db, 'SELECT SUM(granted) FROM backfill_items')).toBe(60 * 4 * 10);
  });
});

/** A process that works on a backfill, and dies before its n-th statement. */
async function kill(env: Readonly<Record<string, string>>, id: number, statement: number): Promise<void> {
  const child = spawn(process.execPath, [VICTIM, 'backfill-victim.ts'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  const gone = once(child, 'exit');
  child.send({ env, id, statement });
  expect((await gone)[1]).toBe('SIGKILL');
}

describe('a backfill that is paused', () => {
  it('grants nothing more until it is resumed, and then the rest', async () => {
    const { app, db } = installation;
    await importRows(app, fleet(40));
    const { id } = await started(app, SPRING, { rate: 10 });
    const working = workOnBackfill(app.settleDeps, { id, worker: 'w', signal: NEVER });
    await until('the first batch is granted', async () => (await granted()) >= 40);
    const paused = await pauseBackfill(app, { id, ...by });
    expect(paused.state).toBe('paused');
    const before = await granted();
    await working;
    expect(await granted()).toBe(before);
    expect(before).toBeLessThan(160);
    expect(await workOnBackfill(app.settleDeps, { worker: 'x', signal: NEVER })).toBeUndefined();
    await resumeBackfill(app, { id, ...by });
    expect((await work(app, id)).state).toBe('completed');
    expect(await granted()).toBe(160);
    const told = await db.raw("SELECT action FROM audit_log WHERE actor = 'ann' ORDER BY id");
    expect((told as [{ action: string }[]])[0].map((one) => one.action)).toEqual([
      'backfill.pause',
      'backfill.resume',
    ]);
  });
});

describe('a backfill that is cancelled', () => {
  it('keeps what it has granted, grants no more, and its run is stopped', async () => {
    const { app, db } = installation;
    await importRows(app, fleet(40));
    const { id, runId } = await started(app, SPRING, { rate: 10 });
    const working = workOnBackfill(app.settleDeps, { id, worker: 'w', signal: NEVER });
    await until('the first batch is granted', async () => (await granted()) >= 40);
    expect((await cancelBackfill(app, { id, ...by })).state).toBe('cancelled');
    const before = await granted();
    await working;
    expect(await granted()).toBe(before);
    expect(await findRun(db, runId)).toMatchObject({ state: 'stopped' });
    await expect(resumeBackfill(app, { id, ...by })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'backfill-ended',
    });
    await expect(pauseBackfill(app, { id: id + 1_000, ...by })).rejects.toMatchObject({
      code: 'unknown-backfill',
    });
    // Another one may take up what is left.
    const next = await started(app, SPRING);
    await work(app, next.id);
    expect(await granted()).toBe(160);
  });

  it('by stopping its run, ends the same way', async () => {
    const { app, db } = installation;
    await importRows(app, fleet(3));
    const { id, runId } = await started(app, SPRING);
    await execute(db, "UPDATE runs SET state = 'stopping' WHERE id = ?", [runId]);
    expect((await work(app, id)).state).toBe('cancelled');
    expect(await findRun(db, runId)).toMatchObject({ state: 'stopped' });
    expect(await granted()).toBe(0);
  });
});

describe('a rate', () => {
  it('is not exceeded', async () => {
    const { app } = installation;
    await importRows(app, fleet(60));
    const { id } = await started(app, SPRING, { rate: 20 });
    const begun = performance.now();
    await work(app, id);
    // A second's worth at once, and then twice a second later.
    expect(performance.now() - begun).toBeGreaterThan(1_900);
    expect(await granted()).toBe(240);
  });

  it('is not exceeded by processes either that follow one another faster', async () => {
    const { app, db } = installation;
    await importRows(app, fleet(6));
    const { id } = await started(app, SPRING, { rate: 3 });
    const begun = performance.now();
    for (;;) {
      await work(app, id, AbortSignal.abort());
      if ((await granted()) > 12) break;
      // The first of them granted three accounts, and each that came too early none.
      expect(await granted()).toBe(12);
      expect((await findBackfill(db, id))?.state).toBe('running');
    }
    expect(performance.now() - begun).toBeGreaterThan(990);
  });

  it('that is changed counts for whoever works on it already', async () => {
    const { app, db } = installation;
    await importRows(app, fleet(60));
    const { id } = await started(app, SPRING, { rate: 1 });
    const working = work(app, id);
    await until('the first account is granted', async () => (await granted()) > 0);
    await changeRate(app, { id, ...by, rate: null });
    const faster = performance.now();
    expect((await working).state).toBe('completed');
    // At the old rate the rest would take a minute.
    expect(performance.now() - faster).toBeLessThan(quickly(30) * 1_000);
    const told = await selectRows<{ before_is: unknown; after_is: unknown }>(
      db,
      "SELECT action, before_is, after_is FROM audit_log WHERE action = 'backfill.rate'",
    );
    expect(told.map((one) => [one.before_is, one.after_is].map((text) => JSON.parse(String(text))))).toEqual([
      [
        { state: 'running', rate: 1 },
        { state: 'running', rate: null },
      ],
    ]);
  });

  it('holds nobody up for an hour where the database’s clock was set back by one', async () => {
    const { app, db } = installation;
    await importRows(app, fleet(1));
    const { id } = await started(app, SPRING, { rate: 1 });
    await execute(db, 'UPDATE backfills SET next_batch_at = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR');
    expect((await work(app, id)).state).toBe('completed');
  });
});

describe('a live sweep', () => {
  it('goes first: no batch is granted while one is open', async () => {
    const { app, db } = installation;
    await importRows(app, fleet(10));
    const at = await databaseNow(db);
    const sweep = (await insertRun(db, {
      kind: 'sweep',
      asOf: at,
      termsVersion: 1,
      notify: 'digest',
      actor: 'test',
      reason: null,
      at,
      dueAtStart: 1,
      openKey: 'sweep',
    })) as number;
    const { id } = await started(app, SPRING);
    const working = workOnBackfill(app.settleDeps, { id, worker: 'w', signal: NEVER });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await granted()).toBe(0);
    await closeRun(db, sweep, 'completed', at);
    await working;
    expect(await granted()).toBe(40);
  });
});

describe('a process that ends as soon as it has begun', () => {
  it('takes a batch all the same, so that such processes come to the end, but none while a sweep is open', async () => {
    const { app, db } = installation;
    await importRows(app, fleet(3));
    const { id } = await started(app, SPRING, { rate: 1 });
    const ended = AbortSignal.abort();
    const at = await databaseNow(db);
    const about = { kind: 'sweep', termsVersion: 1, notify: 'digest', actor: 'test', reason: null } as const;
    const sweep = await insertRun(db, { ...about, asOf: at, at, dueAtStart: 0, openKey: 'sweep' });
    await work(app, id, ended);
    expect(await granted()).toBe(0);
    await closeRun(db, sweep as number, 'completed', at);
    const after: number[] = [];
    for (let processes = 0; processes < 3; processes += 1) {
      // The second of the one before is over.
      await execute(db, 'UPDATE backfills SET next_batch_at = NULL');
      await work(app, id, ended);
      after.push(await granted());
    }
    // Four cycles for each of three.
    expect(after).toEqual([4, 8, 12]);
    await work(app, id, ended);
    expect((await work(app, id, ended)).state).toBe('completed');
  });
});

describe('accounts that are due', () => {
  it('are settled first, as nobody’s: neither planned as its own nor taken back with it', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a', anchorOn: '2020-11-01', trackedFrom: '2021-02-01T00:00:00Z' }]);
    const thisMonth = "DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-01')";
    await execute(db, `UPDATE accounts SET next_cycle_on = ${thisMonth}, next_cycle_at = ${thisMonth}`);
    const asked = asking('2020-12-01', '2021-01-31');
    const plan = await planOf(app, asked);
    expect(plan).toMatchObject({
      cycles: 2,
      connects: 20,
      settledFirst: {
        accounts: 1,
        cycles: 1,
        connects: 10,
      },
    });
    const backfill = await backfilled(app, asked, { plan, planHash: plan.hash });
    const run = (await findRun(db, backfill.runId)) as NonNullable<Awaited<ReturnType<typeof findRun>>>;
    expect(await countRun(db, run)).toMatchObject({ settled: 1, cycles: 2, granted: 20 });
    const of = { source: { run: backfill.runId }, actor: 'test', reason: 'test' };
    expect(await reverseRun(app.settleDeps, of)).toMatchObject({ cycles: 2, taken: 20, settled: 0 });
    expect(await balanceOf(db, 'a')).toBe(10);
  });
});

describe('several workers', () => {
  it('take one backfill each, and nobody takes the same', async () => {
    const { app, db } = installation;
    await importRows(app, fleet(30));
    const first = await started(app, asking('2021-02-01', '2021-03-31'));
    const second = await started(app, asking('2021-04-01', '2021-05-31'));
    const taken = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        workOnBackfill(app.settleDeps, { worker: `w${index}`, signal: NEVER }),
      ),
    );
    expect(
      taken
        .filter((one) => one !== undefined)
        .map((one) => one.id)
        .toSorted((a, b) => a - b),
    ).toEqual([first.id, second.id]);
    expect(await granted()).toBe(30 * 4);
    expect(await countOf(db, "SELECT COUNT(*) FROM backfills WHERE state = 'completed'")).toBe(2);
  });

  it('find one by themselves, as part of the worker process', async () => {
    const { app, db } = installation;
    await importRows(app, fleet(5));
    const { id } = await started(app, SPRING);
    const worker = startWorker(app);
    try {
      await until('it is completed', async () => (await findBackfill(db, id))?.state === 'completed');
    } finally {
      await worker.stop();
    }
    expect(await granted()).toBe(20);
  });

  it('leave accounts alone that sweeps settle at the same moment', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 30, { anchorOn: '2021-01-10', trackedFrom: '2021-06-01T00:00:00Z' }));
    const { id } = await started(app, SPRING);
    const ids = numbered('a', 30).map((one) => one.id);
    await Promise.all([work(app, id), settleAsOf(app, ids, Date.now())]);
    expect(await countOf(db, "SELECT COUNT(*) FROM entries WHERE cycle_on < '2021-06-01'")).toBe(120);
    expect(await countOf(db, 'SELECT COUNT(DISTINCT balance) FROM accounts')).toBe(1);
    expect(await countOf(db, 'SELECT MAX(balance) FROM accounts')).toBe(250);
  });
});
