/** Sweeping: who opens a run, who joins it, what is submitted, and when it is over. */
import { databaseNow, execute } from '../../../src/db/query.ts';
import { startWorker } from '../../../jobs/start-worker.ts';
import { type Run, findRun, insertRun, listRuns } from '../../../src/ledger/runs.ts';
import { countRun } from '../../../src/reports/run-counts.ts';
import { runHere } from '../../support/in-process.ts';
import { closeRunIfDone } from '../../../src/operations/runs/close-run.ts';
import { settleAccounts } from '../../../src/operations/settling/settle-accounts.ts';
import { type SweepOutcome, sweep } from '../../../src/operations/runs/sweep.ts';
import type { JobQueue } from '../../../src/queue/producer.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { countOf } from '../../support/state.ts';
import { MAY_2021, sweepAndSend, waitingSweep } from '../../support/sweeping.ts';

const MARCH_2021 = Date.parse('2021-03-01T00:00:00Z');
const FLEET = 30;
const quietQueue: JobQueue = {
  enqueueSettling: () => Promise.resolve(),
  enqueueCohorts: () => Promise.resolve(),
  enqueueNotices: () => Promise.resolve(),
  countSettling: () => Promise.resolve({ waiting: 0, active: 0, delayed: 0, cohorts: 0 }),
};

describe('sweep', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await install({ env: { SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', FLEET));
  });
  afterEach(() => installation.remove());

  const sweepOnce = (asOf = MAY_2021): Promise<SweepOutcome> =>
    sweep(installation.app.sweepDeps, { source: 'command', actor: 'test', asOf });

  it('opens a run that pins what is latest, and submits every account that is due', async () => {
    const swept = await sweepOnce();
    expect(swept).toMatchObject({ outcome: 'opened', submitted: FLEET });
    const [run] = await listRuns(installation.db, 10);
    expect(run).toMatchObject({ state: 'running', asOf: MAY_2021, termsVersion: 1, dueAtStart: FLEET });
    expect(await installation.app.queue.countSettling()).toMatchObject({ waiting: FLEET });
  });

  it('joins the run that is open, and submits nothing twice', async () => {
    const first = await sweepOnce();
    const second = await sweepOnce();
    expect(second).toMatchObject({ outcome: 'joined', submitted: 0 });
    expect(first).toMatchObject({ run: { id: (second as { run: { id: number } }).run.id } });
    expect(await installation.app.queue.countSettling()).toMatchObject({ waiting: FLEET });
  });

  it('writes no run when nothing is due, only its tick', async () => {
    expect(await sweepOnce(Date.parse('2021-01-31T23:59:59.999Z'))).toMatchObject({ outcome: 'nothing-due' });
    expect(await listRuns(installation.db, 10)).toEqual([]);
    const ticks = await installation.db('ticks').select('source', 'outcome', 'run_id');
    expect(ticks).toEqual([{ source: 'command', outcome: 'nothing-due', run_id: null }]);
  });

  it('counts apart who became due after it began, so that the rest adds up to who was due', async () => {
    const { run } = (await sweepOnce()) as { run: Run };
    await importRows(installation.app, numbered('b', 5));
    const counts = () => countRun(installation.db, run);
    expect(await counts()).toMatchObject({ settled: 0, remaining: FLEET + 5, skipped: 0, added: 5 });
    const late = ['a-000', 'b-000'].map((account) => ({ account, run: run.id }));
    await settleAccounts(installation.app.settleDeps, late);
    expect(await counts()).toMatchObject({ settled: 2, remaining: FLEET + 3, skipped: 0, added: 5 });
    await runHere(['sweep', '--work', '--as-of', '2021-05-01T00:00:00Z'], {
      app: installation.app,
      processes: { startWorker },
    });
    const { stdout } = await runHere(['run', 'show', String(run.id)], { app: installation.app });
    expect(stdout).toContain(
      '  accounts  35 settled, 0 failed, 0 remaining, 0 skipped; 5 added since it began',
    );
  });

  it('counts an account once of whom a part is settled and a part is left', async () => {
    const { run } = (await sweepOnce()) as { run: Run };
    const { settleDeps } = installation.app;
    const briefly = { ...settleDeps, settings: { ...settleDeps.settings, boundariesMax: 6 } };
    await settleAccounts(
      briefly,
      ['a-000', 'a-001'].map((account) => ({ account, run: run.id })),
    );
    expect(await countOf(installation.db, 'SELECT COUNT(DISTINCT account_id) FROM cycles')).toBe(2);
    expect(await countRun(installation.db, run)).toMatchObject({ added: 0, skipped: 0 });
    const { settled, remaining } = await countRun(installation.db, run);
    expect(settled + remaining).toBe(FLEET);
  });

  describe('a tick', () => {
    const slotAt = Date.parse('2026-01-01T10:08:00Z');
    const tick = (queue: Partial<JobQueue>) => {
      const { sweepDeps } = installation.app;
      return sweep(
        { ...sweepDeps, queue: { ...quietQueue, ...queue } },
        { source: 'scheduler', actor: 'scheduler', slotAt, asOf: MAY_2021 },
      );
    };
    const ticks = () => installation.db('ticks').select('at', 'slot_at', 'outcome', 'run_id');

    it('is written when it fires, so that a scheduler that dies while it submits has its tick', async () => {
      let whileSubmitting: unknown[] = [];
      await tick({
        enqueueSettling: async () => void (whileSubmitting = await ticks()),
      });
      expect(whileSubmitting).toEqual([
        { at: expect.any(Date) as Date, slot_at: new Date(slotAt), outcome: 'opened', run_id: 1 },
      ]);
      expect(await ticks()).toEqual(whileSubmitting);
    });

    it('whose submitting fails is a failed one, and still the only one of its slot', async () => {
      await expect(tick({ enqueueSettling: () => Promise.reject(new Error('away')) })).rejects.toThrow(
        'away',
      );
      expect(await ticks()).toMatchObject([{ slot_at: new Date(slotAt), outcome: 'failed', run_id: 1 }]);
    });
  });

  it('takes a boundary for due at its very instant', async () => {
    expect(await sweepOnce(Date.parse('2021-02-01T00:00:00.000Z'))).toMatchObject({ submitted: FLEET });
  });

  it('refuses an as-of in the future', async () => {
    const tomorrow = (await databaseNow(installation.db)) + 86_400_000;
    await expect(sweepOnce(tomorrow)).rejects.toMatchObject({
      kind: 'invalid-input',
      code: 'as-of-in-future',
    });
  });

  it('looks back by the grace when it is given no as-of', async () => {
    const before = await databaseNow(installation.db);
    const { asOf } = await sweep(installation.app.sweepDeps, { source: 'command', actor: 'test' });
    const after = await databaseNow(installation.db);
    expect(asOf).toBeGreaterThanOrEqual(before - 120_000);
    expect(asOf).toBeLessThanOrEqual(after - 120_000);
  });

  it('closes the run that it finds done, and opens another for what is due later', async () => {
    const first = await sweepOnce(MARCH_2021);
    await settleAll((first as { run: { id: number } }).run.id);
    const second = await sweepOnce();
    expect(second).toMatchObject({ outcome: 'opened' });
    const states = (await listRuns(installation.db, 10)).map((run) => [run.asOf, run.state]);
    expect(states).toEqual([
      [MAY_2021, 'running'],
      [MARCH_2021, 'completed'],
    ]);
  });

  it('never lets two runs be open: of ten that open one at once, one opens it and nine join', async () => {
    const swept = await Promise.all(Array.from({ length: 10 }, () => sweepOnce()));
    const outcomes = swept.map((one) => one.outcome).toSorted();
    expect(outcomes).toEqual([...Array.from({ length: 9 }, () => 'joined'), 'opened']);
    expect(await listRuns(installation.db, 10)).toHaveLength(1);
    expect(await installation.app.queue.countSettling()).toMatchObject({ waiting: FLEET });
  });

  it('does not close a run while something is due at its as-of', async () => {
    const { run } = (await sweepOnce()) as { run: { id: number; asOf: number } };
    expect(await closeRunIfDone(installation.app, run)).toBeUndefined();
    await settleAll(run.id);
    expect(await closeRunIfDone(installation.app, run)).toBe('completed');
    expect(await findRun(installation.db, run.id)).toMatchObject({ state: 'completed' });
  });

  it('goes on with what an older run left due, when it waits until all is done', async () => {
    await sweepOnce(MARCH_2021);
    const waited = await sweepAndSend(installation.app);
    expect(waited).toMatchObject({ outcome: 'done', remaining: 0 });
    expect(waited.runs.map((run) => run.asOf)).toEqual([MARCH_2021, MAY_2021]);
    const states = (await listRuns(installation.db, 10)).map((run) => run.state);
    expect(states).toEqual(['completed', 'completed']);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40')).toBe(FLEET);
  });

  it('looks again when somebody else opened a run first and closed it at once', async () => {
    // The database says "taken" until the first tick is written; by then no run is open any more.
    await installation.db.raw(`CREATE TRIGGER lost_race BEFORE INSERT ON runs FOR EACH ROW
      IF (SELECT COUNT(*) FROM ticks) = 0 THEN SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1062; END IF`);
    const waited = await sweepAndSend(installation.app);
    expect(waited).toMatchObject({ outcome: 'done', remaining: 0 });
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40')).toBe(FLEET);
  });

  it('ends at its timeout with what is left, and the next one goes on', async () => {
    const first = await waitingSweep(installation.app, { timeoutMs: 300 });
    expect(first).toMatchObject({ outcome: 'timed-out', remaining: FLEET });
    const second = await sweepAndSend(installation.app);
    expect(second).toMatchObject({ outcome: 'done', remaining: 0 });
    expect(second.runs.map((run) => run.id)).toEqual(first.runs.map((run) => run.id));
  });

  it('ends when it is interrupted, and says what is left', async () => {
    const stopping = new AbortController();
    const sweeping = waitingSweep(installation.app, { signal: stopping.signal });
    stopping.abort();
    expect(await sweeping).toMatchObject({ outcome: 'interrupted', remaining: FLEET });
  });

  it('takes over from a sweep that died while it was submitting', async () => {
    const at = await databaseNow(installation.db);
    const pinned = { kind: 'sweep', asOf: MAY_2021, termsVersion: 1, notify: 'digest' } as const;
    const opened = { actor: 'test', reason: null, dueAtStart: FLEET, at, openKey: 'sweep' };
    const run = await insertRun(installation.db, { ...pinned, ...opened });
    const lease = 'UPDATE runs SET submitting_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = ?';
    await execute(installation.db, lease, [20, run]);
    expect(await sweepOnce()).toMatchObject({ outcome: 'joined', submitted: 0 });
    await execute(installation.db, lease, [-1, run]);
    expect(await sweepOnce()).toMatchObject({ outcome: 'joined', submitted: FLEET });
  });

  async function settleAll(run: number): Promise<void> {
    const ids = numbered('a', FLEET).map((one) => one.id);
    await settleAccounts(
      installation.app.settleDeps,
      ids.map((account) => ({ account, run })),
    );
  }
});
