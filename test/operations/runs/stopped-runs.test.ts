/** Runs that end before their work does: stopped by a person, or by themselves because many accounts fail alike. */
import { startWorker } from '../../../jobs/start-worker.ts';
import { databaseNow, execute } from '../../../src/db/query.ts';
import { createLog } from '../../../src/log.ts';
import { findRunStop } from '../../../src/ledger/run-stops.ts';
import { findRun, insertRun, listRuns } from '../../../src/ledger/runs.ts';
import { closeRunIfDone } from '../../../src/operations/runs/close-run.ts';
import { massFailureOf } from '../../../src/operations/settling/mass-failure.ts';
import { settleAccounts } from '../../../src/operations/settling/settle-accounts.ts';
import { sweep } from '../../../src/operations/runs/sweep.ts';
import { countRun } from '../../../src/reports/run-counts.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { reset } from '../../support/reset.ts';
import { countOf } from '../../support/state.ts';
import { MAY_2021, sweepAndSend, until, waitingSweep } from '../../support/sweeping.ts';

const AS_OF = ['--as-of', '2021-05-01T00:00:00Z'];

describe('the guard against a bad deploy', () => {
  const rules = { guardAccounts: 100, guardPercent: 1 };
  it.each([
    [99, 99, false],
    [100, 100, true],
    [100, 10_000, false],
    [101, 10_000, true],
    [500, 50_000, false],
    [501, 50_000, true],
  ])('of %i failing among %i due says %s', (accounts, due, stops) => {
    expect(massFailureOf({ few: 1, many: accounts }, due, rules)).toEqual(
      stops ? { code: 'many', accounts } : null,
    );
  });
});

describe('a run in which many accounts fail with one code', () => {
  const FLEET = 400;
  const FAILING = 150;
  let installation: Installation;
  let lines: { level: number; msg: string; [field: string]: unknown }[];
  beforeAll(async () => {
    const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as never) });
    installation = await install({ env: { SMTP_URL: '' }, log });
  });
  beforeEach(async () => {
    await reset(installation);
    lines = [];
    await importRows(installation.app, numbered('a', FLEET));
    await breakZones("id < 'a-150'");
  });
  afterAll(() => installation.remove());

  const breakZones = (which: string): Promise<unknown> =>
    execute(installation.db, `UPDATE accounts SET zone = 'Mars/Olympus' WHERE ${which}`);
  const cli = (...args: string[]) => runHere(args, { app: installation.app, processes: { startWorker } });

  it('stops itself, puts nobody more aside, ends with 3, and pages', async () => {
    const ended = await cli('sweep', '--wait', '--work', ...AS_OF, '--json');
    expect(ended.code).toBe(3);
    const { runs } = JSON.parse(ended.stdout) as { runs: [{ run: number }] };
    const [told] = runs;
    expect(told).toMatchObject({
      state: 'failed',
      failing: { 'unknown-zone': FAILING },
      stop: {
        actor: 'connects',
        reason: expect.stringContaining('150 of 400 accounts failed with unknown-zone') as string,
      },
    });
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM failures WHERE state = 'put-aside'")).toBe(0);
    const run = await findRun(installation.db, told.run);
    expect(run).toMatchObject({ state: 'failed', endedAt: expect.any(Number) as number });
    const { settled, failed, remaining, skipped } = await countRun(installation.db, run as never);
    expect(settled + failed + remaining + skipped).toBe(FLEET);
    expect(remaining).toBeGreaterThanOrEqual(FAILING);
    const pages = lines.filter((line) => line.level === 50);
    expect(pages).toHaveLength(1);
    expect(pages[0]).toMatchObject({
      run: told.run,
      outcome: 'failed',
      code: 'unknown-zone',
      due: FLEET,
      alert: 'ConnectsRunFailed',
      accounts: FAILING,
    });
  });

  it('is told as it ended: nothing is posted after its end, and nothing is missing from its counts', async () => {
    const ended = await cli('sweep', '--work', ...AS_OF, '--json');
    const { runs, remaining } = JSON.parse(ended.stdout) as {
      runs: [{ run: number; settled: number }];
      remaining: number;
    };
    const [{ run, settled }] = runs;
    const { db } = installation;
    expect(await countOf(db, 'SELECT COUNT(DISTINCT account_id) FROM cycles WHERE run_id = ?', [run])).toBe(
      settled,
    );
    expect(remaining).toBe(FLEET - settled);
    const late =
      'SELECT COUNT(*) FROM cycles JOIN runs ON runs.id = cycles.run_id WHERE runs.id = ? AND posted_at > ended_at';
    expect(await countOf(db, late, [run])).toBe(0);
    // Who failed can be listed, and is not said to be nobody.
    const listed = await cli('failures', 'list', '--run', String(run));
    expect(listed.stdout.match(/ failing /g)).toHaveLength(FAILING);
    expect(listed.stderr).toContain(`${FAILING} accounts failed and not put aside by run ${run}: `);
    expect((await cli('failures', 'list', '--run', String(run), '--group-by', 'error')).stdout).toMatch(
      /^unknown-zone +150 +0 /m,
    );
  });

  it('is foretold by a dry run', async () => {
    const { code, stdout } = await cli('sweep', '--dry-run', ...AS_OF, '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      failed: FAILING,
      stopsItself: { code: 'unknown-zone', accounts: FAILING },
    });
  });

  it('leaves those that failed to the next run, which settles all of them once they are mended', async () => {
    await sweepAndSend(installation.app);
    await execute(installation.db, "UPDATE accounts SET zone = 'UTC'");
    const waited = await sweepAndSend(installation.app);
    expect(waited).toMatchObject({ outcome: 'done', remaining: 0 });
    const states = (await listRuns(installation.db, 5)).map((run) => run.state);
    expect(states).toEqual(['completed', 'failed']);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40')).toBe(FLEET);
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM failures WHERE state <> 'cleared'")).toBe(0);
  });

  it('is stopped once by two workers that find out at the same time', async () => {
    const { app, db } = installation;
    const run = (await waitingSweep(app, { timeoutMs: 0 })).runs[0]?.id as number;
    const half = (from: number) =>
      numbered('a', FAILING)
        .filter((_, index) => index % 2 === from)
        .map(({ id }) => ({ account: id, run }));
    await Promise.all([settleAccounts(app.settleDeps, half(0)), settleAccounts(app.settleDeps, half(1))]);
    await settleAccounts(app.settleDeps, half(0));
    expect(await findRun(db, run)).toMatchObject({ state: 'stopping', endedAt: null });
    await until(
      'what was in flight has ended',
      async () => (await closeRunIfDone(app, { id: run })) === 'failed',
    );
    expect(await findRun(db, run)).toMatchObject({ state: 'failed' });
    expect(lines.filter((line) => line.level === 50)).toHaveLength(1);
    expect(await findRunStop(db, run)).toMatchObject({ code: 'unknown-zone', actor: 'connects' });
  });

  it('puts nobody aside for jobs that come after it was stopped', async () => {
    const { app, db } = installation;
    const run = (await waitingSweep(app, { timeoutMs: 0 })).runs[0]?.id as number;
    const request = [{ account: 'a-000', run }];
    await settleAccounts(app.settleDeps, request);
    await settleAccounts(app.settleDeps, request);
    await cli('run', 'stop', String(run));
    // A worker that still believes that the run is open.
    const believing = { ...app.settleDeps, runs: { find: () => openAnyway(run) } };
    const outcomes = await settleAccounts(believing, request);
    expect(outcomes.get('a-000')).toMatchObject({ outcome: 'failed', putAside: false });
    expect(await countOf(db, "SELECT COUNT(*) FROM failures WHERE state = 'put-aside'")).toBe(0);
  });

  const openAnyway = async (id: number) => {
    const run = await findRun(installation.db, id);
    const { builtInTerms } = await import('../../../src/domain/terms.ts');
    return new Map([[id, { ...(run as NonNullable<typeof run>), terms: builtInTerms }]]);
  };

  it('fails also as a rerun, and leaves its accounts put aside', async () => {
    const { db } = installation;
    await execute(
      db,
      `INSERT INTO failures (account_id, run_id, state, code, message, attempts, first_at, last_at, put_aside_at)
       SELECT id, 0, 'put-aside', 'unknown-zone', 'x', 3, tracked_from, tracked_from, tracked_from
         FROM accounts WHERE zone <> 'UTC'`,
    );
    const ended = await cli('rerun', '--all', '--wait', '--work', '--reason', 'too early', '--yes', '--json');
    expect(ended.code).toBe(3);
    const told = JSON.parse(ended.stdout) as { run: number };
    expect(told).toMatchObject({ state: 'failed', settled: 0, remaining: FAILING });
    const shown = await cli('run', 'show', String(told.run));
    expect(shown.stdout).toContain('still put aside, as before it: only another rerun tries them again');
    const aside = "SELECT COUNT(DISTINCT account_id) FROM failures WHERE state = 'put-aside'";
    expect(await countOf(db, aside)).toBe(FAILING);
  });
});

describe('a sweep that ends early', () => {
  const FLEET = 600;
  let installation: Installation;
  beforeAll(async () => {
    const env = { SMTP_URL: '', CONNECTS_BATCH_MAX: '10', CONNECTS_WORKER_CONCURRENCY: '20' };
    installation = await install({ env });
  });
  beforeEach(async () => {
    await reset(installation);
    await importRows(installation.app, numbered('a', FLEET));
  });
  afterAll(() => installation.remove());

  const settledNow = (): Promise<number> =>
    countOf(installation.db, 'SELECT COUNT(DISTINCT account_id) FROM cycles');

  it.each(['a signal', '--timeout'])('by %s says what its last batch came to, too', async (how) => {
    const stop = new AbortController();
    const limit = how === '--timeout' ? ['--timeout', '1s'] : [];
    const sweeping = runHere(['sweep', '--work', ...AS_OF, ...limit, '--json'], {
      app: installation.app,
      processes: { startWorker },
      signal: stop.signal,
    });
    await until('it has begun', async () => (await settledNow()) > 0);
    if (how === 'a signal') stop.abort();
    const ended = await sweeping;
    const { runs, remaining } = JSON.parse(ended.stdout) as {
      runs: [{ settled: number }];
      remaining: number;
    };
    const settled = await settledNow();
    // Where a batch outlasts its patience, it says that it has not the last word.
    const isOpen = ended.stderr.includes('what is still in flight ends later');
    expect(isOpen ? settled >= runs[0].settled : settled === runs[0].settled).toBe(true);
    expect(isOpen || remaining === FLEET - runs[0].settled).toBe(true);
  });
});

describe('run stop', () => {
  const FLEET = 60;
  let installation: Installation;
  let run: number;
  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '', CONNECTS_BATCH_MAX: '5' } });
  });
  beforeEach(async () => {
    await reset(installation);
    await importRows(installation.app, numbered('a', FLEET));
    const swept = await sweep(installation.app.sweepDeps, {
      source: 'command',
      actor: 'test',
      asOf: MAY_2021,
    });
    run = swept.outcome === 'opened' ? swept.run.id : 0;
  });
  afterAll(() => installation.remove());

  const cli = (...args: string[]) => runHere(args, { app: installation.app, processes: { startWorker } });
  const settled = () => countOf(installation.db, 'SELECT COUNT(*) FROM cycles');

  it('says what is left and what waits in the queue, and ends with the run stopped and the reason kept', async () => {
    const { code, stdout, stderr } = await cli('run', 'stop', String(run), '--reason', 'wrong terms');
    expect(code).toBe(0);
    expect(stderr).toContain(
      `run ${run} stops with 60 accounts left, which stay due; 0 jobs in flight, 60 jobs`,
    );
    expect(stderr).toContain('the next tick or sweep opens another run');
    expect(stdout).toMatch(/stopped +\S+ by tester: wrong terms/);
    expect(await findRun(installation.db, run)).toMatchObject({ state: 'stopped' });
    const audited = "SELECT COUNT(*) FROM audit_log WHERE action = 'run.stop' AND reason = 'wrong terms'";
    expect(await countOf(installation.db, audited)).toBe(1);
  });

  it('makes its jobs do nothing, and frees the way for the next sweep', async () => {
    await cli('run', 'stop', String(run));
    const worker = startWorker(installation.app);
    await until('the queue is empty', async () => {
      const { waiting, active } = await installation.app.queue.countSettling();
      return waiting + active === 0;
    });
    await worker.stop();
    expect(await settled()).toBe(0);
    expect(await sweepAndSend(installation.app)).toMatchObject({ outcome: 'done', remaining: 0 });
    expect(await settled()).toBe(FLEET * 4);
    const states = (await listRuns(installation.db, 5)).map((one) => one.state);
    expect(states).toEqual(['completed', 'stopped']);
  });

  it('leaves jobs that serve the next sweep, whose own could not be added beside them', async () => {
    await cli('run', 'stop', String(run));
    const next = await sweep(installation.app.sweepDeps, {
      source: 'command',
      actor: 'test',
      asOf: MAY_2021,
    });
    expect(next).toMatchObject({ outcome: 'opened' });
    const worker = startWorker(installation.app);
    await until('all are settled', async () => (await settled()) === FLEET * 4);
    await worker.stop();
    const byNext = 'SELECT COUNT(*) FROM cycles WHERE run_id = ?';
    const id = next.outcome === 'opened' ? next.run.id : 0;
    expect(await countOf(installation.db, byNext, [id])).toBe(FLEET * 4);
  });

  it('ends a sweep that waits for the run with 75, without opening another', async () => {
    const waiting = cli('sweep', '--wait', ...AS_OF);
    await until(
      'it has joined',
      async () => (await countOf(installation.db, 'SELECT COUNT(*) FROM ticks')) > 1,
    );
    const some = numbered('a', 10).map(({ id }) => ({ account: id, run }));
    await settleAccounts(installation.app.settleDeps, some);
    await cli('run', 'stop', String(run));
    const { code, stderr } = await waiting;
    expect(code).toBe(75);
    expect(stderr).toContain('stopped with 50 accounts left');
    expect(await listRuns(installation.db, 5)).toHaveLength(1);
  });

  it('of a run that is closed is a conflict, of none is not found; a dry run changes nothing', async () => {
    const dry = await cli('run', 'stop', String(run), '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({ state: 'previewed', remaining: FLEET, queued: FLEET });
    expect(await findRun(installation.db, run)).toMatchObject({ state: 'running' });
    await cli('run', 'stop', String(run));
    expect((await cli('run', 'stop', String(run))).code).toBe(5);
    expect((await cli('run', 'stop', '99999')).code).toBe(6);
  });

  it('of a backfill is refused, with the command that stops one', async () => {
    const pinned = { kind: 'backfill', asOf: MAY_2021, termsVersion: 1, notify: 'none' } as const;
    const at = await databaseNow(installation.db);
    const opened = { actor: 'test', reason: null, dueAtStart: 1, at, openKey: 'backfill-1' };
    const id = await insertRun(installation.db, { ...pinned, ...opened });
    const { code, stderr } = await cli('run', 'stop', String(id));
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringContaining('connects backfill') as string,
    });
  });

  it('that died half-way is finished by whoever looks next', async () => {
    await execute(installation.db, "UPDATE runs SET state = 'stopping', submitting_until = NULL");
    await execute(
      installation.db,
      "INSERT INTO run_stops (run_id, at, actor, code, reason) VALUES (?, '2021-01-01', 'x', 'stopped', 'y')",
      [run],
    );
    expect(await closeRunIfDone(installation.app, { id: run })).toBe('stopped');
    expect(await findRun(installation.db, run)).toMatchObject({ state: 'stopped' });
  });

  it('is told by run show --watch, which ends with it', async () => {
    const watching = cli('run', 'show', String(run), '--watch', '--json');
    await cli('run', 'stop', String(run), '--reason', 'enough');
    const { code, stdout } = await watching;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'stopped',
      remaining: FLEET,
      stop: { reason: 'enough' },
    });
  });
});
