/** What a hold stopped, and what happens after its release: facts, ticks, backfills and reversals go on where they were. */
import { startScheduler } from '../../../jobs/start-scheduler.ts';
import { startWorker } from '../../../jobs/start-worker.ts';
import type { Process } from '../../../jobs/process.ts';
import { startConsole } from '../../../src/console/server.ts';
import { execute, selectRows } from '../../../src/db/query.ts';
import { findBackfill } from '../../../src/ledger/backfills.ts';
import { findRun, listRuns } from '../../../src/ledger/runs.ts';
import { takeUpHeld } from '../../../src/operations/events/take-up-held.ts';
import { resumeReversals, reverseRun } from '../../../src/operations/reversals/reverse-run.ts';
import { holdLedger, releaseLedger } from '../../../src/operations/settling/hold-ledger.ts';
import { addToken } from '../../../src/operations/upkeep/tokens.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { asking, balanceOf, started } from '../../support/backfilling.ts';
import { bought, record, settleAsOf } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { reset } from '../../support/reset.ts';
import { countOf } from '../../support/state.ts';
import { until } from '../../support/sweeping.ts';

const AS_OF = ['--as-of', '2021-05-01T00:00:00Z'];
/** How soon everybody is settled after a release, without anybody's help. */
const SOON_MS = 30_000;

let installation: Installation;
const running: Process[] = [];

beforeAll(async () => {
  installation = await install({ env: { SMTP_URL: '', CONNECTS_CONSOLE_PORT: '0' } });
});
beforeEach(() => reset(installation));
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});
afterAll(() => installation.remove());

const cli = (...args: string[]) => runHere(args, { app: installation.app, processes: { startWorker } });
const by = { actor: 'ann', reason: 'wrong terms' };
const hold = () => holdLedger(installation.app, by);
const release = () => releaseLedger(installation.app, { actor: 'ann', reason: 'mended' });
const entries = (): Promise<number> => countOf(installation.db, 'SELECT COUNT(*) FROM entries');
const failures = (): Promise<number> => countOf(installation.db, 'SELECT COUNT(*) FROM failures');
const pause = (ms: number): Promise<void> => installation.app.clock.sleep(ms);

const worker = (): void => void running.push(startWorker(installation.app));

describe('facts meanwhile', () => {
  it('are answered 202 over HTTP, wait, and are applied in their order after the release, by any worker', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a1', anchorOn: '2021-01-01', openingBalance: 100 }]);
    await record(app, [bought('before', 'a1', '2021-01-02', 10)]);
    await hold();
    const { secret } = await addToken(app, { name: 'shop', role: 'ingest', actor: 't', reason: null });
    const served = await startConsole(app);
    running.push(served);
    const post = async (body: object) => {
      const headers = { Authorization: `Bearer ${secret}` };
      const answer = await fetch(`${served.url}v1/events`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as { outcome?: string; code?: string } };
    };
    const at = '2021-01-03T00:00:00Z';
    const opened = { kind: 'freelancer', plan: 'basic', email: 'n@example.test' };
    const buy = { id: 'b1', account: 'a1', at, type: 'connects.purchased', amount: 50 };
    const spend = { id: 's1', account: 'a1', at, type: 'connects.spent', amount: 155 };
    expect(await post(buy)).toMatchObject({ status: 202, body: { outcome: 'waiting', code: 'held' } });
    // It has what it takes only once the first is counted.
    expect(await post(spend)).toMatchObject({ status: 202 });
    expect(await post({ ...opened, id: 'o1', account: 'new', at, type: 'account.opened' })).toMatchObject({
      status: 202,
    });
    expect(await post({ ...spend, id: 's2', account: 'new', amount: 1 })).toMatchObject({ status: 202 });
    expect((await post(buy)).body.outcome).toBe('duplicate');
    expect((await post({ ...buy, amount: 51 })).status).toBe(409);
    expect((await post({ ...buy, id: 'b2', account: 'nobody' })).status).toBe(422);
    expect(await balanceOf(db, 'a1')).toBe(110);
    expect(await entries()).toBe(1);

    worker();
    await pause(300);
    expect(await entries()).toBe(1);
    await release();
    const waiting = (): Promise<number> => countOf(db, "SELECT COUNT(*) FROM events WHERE state = 'waiting'");
    await until('all of it is decided', async () => (await waiting()) === 0, SOON_MS);
    expect(await selectRows(db, 'SELECT id, state FROM events ORDER BY arrival')).toEqual([
      { id: 'before', state: 'applied' },
      { id: 'b1', state: 'applied' },
      { id: 's1', state: 'applied' },
      { id: 'o1', state: 'applied' },
      { id: 's2', state: 'applied' },
    ]);
    expect(await failures()).toBe(0);
  });

  it('that cannot be decided go on waiting, for the reason that they have then; others of the page do not', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 3, { anchorOn: '2021-01-01', openingBalance: 5 }));
    await hold();
    for (const { id } of numbered('a', 3)) await record(app, [bought(`e-${id}`, id, '2021-01-02', 10)]);
    await record(app, [bought('e-2', 'a-001', '2021-01-02', 10)]);
    await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'a-001'");
    const { signal } = new AbortController();
    expect(await takeUpHeld(app.recordDeps, signal)).toEqual({ events: 0, left: 0 });
    await release();
    expect(await takeUpHeld(app.recordDeps, signal)).toEqual({ events: 2, left: 0 });
    expect(await takeUpHeld(app.recordDeps, signal)).toEqual({ events: 0, left: 0 });
    const codes = await selectRows(db, 'SELECT event_id AS event, code FROM event_waits WHERE event_id = ?', [
      'e-a-001',
    ]);
    expect(codes).toEqual([{ event: 'e-a-001', code: 'unknown-zone' }]);
    expect(await failures()).toBe(0);
  });

  it('are taken up by a sweep that works, also of accounts that are not due', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a1', anchorOn: '2021-01-01' }]);
    await execute(db, "UPDATE accounts SET next_cycle_on = '2037-01-01', next_cycle_at = '2037-01-01'");
    await hold();
    await record(app, [bought('b1', 'a1', '2021-01-02', 10)]);
    await release();
    expect((await cli('sweep', '--wait', '--work', ...AS_OF)).code).toBe(0);
    expect(await countOf(db, "SELECT COUNT(*) FROM events WHERE state = 'applied'")).toBe(1);
  });
});

describe('ticks by the scheduler', () => {
  it('do nothing, miss no slot, and are made up for soon after the release', async () => {
    const own = await install({ env: { SMTP_URL: '', CONNECTS_SWEEP_CRON: '* * * * * *' } });
    const { app, db } = own;
    try {
      await importRows(app, numbered('a', 5));
      await holdLedger(app, by);
      running.push(startScheduler(app), startWorker(app));
      const ticks = (outcome: string): Promise<number> =>
        countOf(db, 'SELECT COUNT(*) FROM ticks WHERE outcome = ?', [outcome]);
      await until('it has ticked', async () => (await ticks('held')) > 1);
      expect(await countOf(db, 'SELECT COUNT(*) FROM runs')).toBe(0);
      expect(await ticks('failed')).toBe(0);
      await releaseLedger(app, { actor: 'ann', reason: 'mended' });
      const due = (): Promise<number> =>
        countOf(db, 'SELECT COUNT(*) FROM accounts WHERE next_cycle_at <= UTC_TIMESTAMP(3)');
      await until('all are settled', async () => (await due()) === 0, SOON_MS);
    } finally {
      for (const one of running.splice(0)) await one.stop();
      await own.remove();
    }
  });
});

describe('backfills and reversals', () => {
  const items = (): Promise<number> =>
    countOf(installation.db, 'SELECT COUNT(*) FROM entries WHERE run_id IS NOT NULL');
  const settle = async (count: number): Promise<number> => {
    const rows = numbered('a', count, { anchorOn: '2021-01-01', trackedFrom: '2021-03-15T00:00:00Z' });
    await importRows(installation.app, rows);
    const ids = rows.map((one) => one.id);
    for (let from = 0; from < ids.length; from += 500)
      await settleAsOf(installation.app, ids.slice(from, from + 500), '2021-05-01');
    return (await listRuns(installation.db, 1))[0]?.id ?? 0;
  };

  it('a backfill with a rate stops in the middle, and is gone on with by the same worker', async () => {
    const { app, db } = installation;
    await settle(60);
    const { id, runId } = await started(app, asking('2021-02-01', '2021-03-01'), { rate: 10 });
    const granted = (): Promise<number> =>
      countOf(db, 'SELECT COUNT(DISTINCT account_id) FROM entries WHERE run_id = ?', [runId]);
    worker();
    await until('some are granted', async () => (await granted()) > 0);
    await hold();
    const before = await granted();
    expect(before).toBeLessThan(60);
    await pause(1_500);
    expect(await granted()).toBe(before);
    expect(await findBackfill(db, id)).toMatchObject({ state: 'running' });
    expect(await findRun(db, runId)).toMatchObject({ state: 'running' });
    await release();
    await until('it is done', async () => (await findBackfill(db, id))?.state === 'completed', SOON_MS);
    expect(await granted()).toBe(60);
    expect(await failures()).toBe(0);
  });

  it('a reversal stops in the middle, and whoever looks next ends it', async () => {
    const { app, db } = installation;
    const run = await openSweepOver(1_100);
    const before = await items();
    const reversing = reverseRun(app.settleDeps, {
      source: { run },
      ...by,
      onProgress: () => void (holding ??= hold()),
    });
    let holding: Promise<unknown> | undefined;
    await expect(reversing).rejects.toMatchObject({ kind: 'held' });
    await holding;
    const taken = await countOf(db, "SELECT COUNT(*) FROM entries WHERE kind = 'reversal'");
    expect(taken).toBeGreaterThanOrEqual(500);
    expect(taken).toBeLessThan(1_100);
    const { signal } = new AbortController();
    await expect(resumeReversals(app.settleDeps, signal)).rejects.toMatchObject({ kind: 'held' });
    await release();
    expect(await resumeReversals(app.settleDeps, signal)).toBe(1);
    expect(await countOf(db, "SELECT COUNT(*) FROM entries WHERE kind = 'reversal'")).toBe(1_100);
    expect((await listRuns(db, 1))[0]).toMatchObject({ kind: 'reversal', state: 'completed' });
    expect(before).toBeGreaterThan(0);
  });

  /** One run that granted all of them something. */
  async function openSweepOver(count: number): Promise<number> {
    const run = await settle(count);
    await execute(installation.db, 'UPDATE entries SET run_id = ? WHERE run_id IS NOT NULL', [run]);
    await execute(installation.db, 'UPDATE cycles SET run_id = ? WHERE run_id IS NOT NULL', [run]);
    await execute(
      installation.db,
      "UPDATE accounts SET next_cycle_on = '2037-01-01', next_cycle_at = '2037-01-01'",
    );
    return run;
  }
});
