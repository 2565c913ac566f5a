/** One run: counts that add up, kept when it is closed; its rate; its errors; its emails. */
import { databaseNow, execute, selectRows } from '../../src/db/query.ts';
import { listKeptCounts } from '../../src/ledger/run-kept.ts';
import { addBatchTimes, roundedMs } from '../../src/ledger/run-batch-times.ts';
import { addRunSamples, listRunSamples, stretchAt } from '../../src/ledger/run-samples.ts';
import { type Run, listRuns } from '../../src/ledger/runs.ts';
import { batchWords, readBatchSpread } from '../../src/reports/batch-spread.ts';
import { readKnownAccounts } from '../../src/reports/run-kept-counts.ts';
import { countRun } from '../../src/reports/run-counts.ts';
import { rateOf, readRunPage } from '../../src/reports/run-page.ts';
import { openRerun } from '../../src/operations/runs/rerun.ts';
import { settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import { sweep } from '../../src/operations/runs/sweep.ts';
import { VERSION } from '../../src/version.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { settleAsOf } from '../support/facts.ts';
import { type Installation, install } from '../support/installation.ts';
import { reset } from '../support/reset.ts';
import { MAY_2021, sweepAndSend, until } from '../support/sweeping.ts';

const FLEET = 40;
const BROKEN = ['a-003', 'a-007', 'a-011'];

let installation: Installation;
beforeAll(async () => {
  installation = await install({ env: { CONNECTS_SETTLE_ATTEMPTS: '1' } });
});
beforeEach(async () => {
  await reset(installation);
  await importRows(installation.app, numbered('a', FLEET));
  await execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id IN (?)", [BROKEN]);
});
afterAll(() => installation.remove());

const pageOf = async (id: number) => readRunPage(installation.db, id, await databaseNow(installation.db));

test('a run that has ended: what it did, what it failed at, how fast it was, with which version', async () => {
  const { runs } = await sweepAndSend(installation.app);
  const [{ id }] = runs as [Run];
  const samples = (): Promise<number> =>
    listRunSamples(installation.db, id).then((all) => all.reduce((sum, one) => sum + one.settled, 0));
  await until('its rate is written down', async () => (await samples()) === FLEET - BROKEN.length);
  await until('so are its batches', async () => (await readBatchSpread(installation.db, id)) !== null);
  const page = await pageOf(id);
  expect(page).toMatchObject({
    exact: true,
    run: { programVersion: VERSION, state: 'completed-with-failures' },
    counts: { settled: FLEET - 3, failed: 3, remaining: 0, skipped: 0 },
    emails: { sent: FLEET - 3 },
    errors: [{ code: 'unknown-zone', accounts: 3, aside: 3, sample: { account: 'a-003' } }],
    stop: null,
    notes: [],
    previousId: null,
    rate: { endsAt: null },
  });
  expect(page.errors[0]?.sample.message).toContain('Mars/Olympus');
  const { count = 0, p50Ms = 0, p95Ms = 0 } = page.batches ?? {};
  expect(count).toBeGreaterThan(0);
  expect(p50Ms).toBeGreaterThan(0);
  expect(p95Ms).toBeGreaterThanOrEqual(p50Ms);
  const [[, kept]] = [...(await listKeptCounts(installation.db, [id]))] as [[number, object]];
  const { notices: _then, ...counts } = await countRun(installation.db, page.run);
  expect(kept).toMatchObject(counts);
});

test('an error says how many of its accounts are put aside still: those whom a rerun is for', async () => {
  const { runs } = await sweepAndSend(installation.app);
  const [{ id }] = runs as [Run];
  await execute(installation.db, "UPDATE accounts SET zone = 'UTC' WHERE id IN (?)", [BROKEN.slice(0, 2)]);
  const deps = { db: installation.db, log: installation.app.log, settings: installation.app.config };
  const asked = { filter: { runId: id, code: 'unknown-zone' }, actor: 'test', reason: 'mended' };
  const opened = await openRerun(deps, { ...asked, expect: 3 });
  await settleRerun((opened as { run: Run }).run.id);
  expect((await pageOf(id)).errors).toMatchObject([{ accounts: 3, aside: 1, sample: { account: 'a-011' } }]);
});

async function settleRerun(id: number): Promise<void> {
  await settleAccounts(
    installation.app.settleDeps,
    BROKEN.map((account) => ({ account, run: id })),
  );
}

test('whatever becomes of a run, settled, failed, remaining and skipped are those that were due', async () => {
  const { db, app } = installation;
  const asked = { asOf: MAY_2021, source: 'command', actor: 'test' } as const;
  const opened = await sweep(app.sweepDeps, asked);
  if (opened.outcome !== 'opened') throw new Error(opened.outcome);
  const adds = async (): Promise<void> => {
    const [run] = (await listRuns(db, 10)).filter((one) => one.id === opened.run.id) as [Run];
    for (const countedMax of [1, 1_000]) {
      const { counts, exact } = (await readKnownAccounts(db, [run], { countedMax })).get(run.id) as never as {
        counts: { settled: number; failed: number; remaining: number; skipped: number; added: number };
        exact: boolean;
      };
      const { settled, failed, remaining, skipped, added } = counts;
      expect(settled + failed + remaining + skipped).toBe(FLEET + added);
      expect(exact).toBe(countedMax > 1 || run.endedAt !== null);
    }
  };
  await adds();
  await settleAccounts(
    app.settleDeps,
    ['a-000', 'a-001', 'a-003'].map((account) => ({ account, run: opened.run.id })),
  );
  await adds();
  await settleAsOf(app, ['a-030', 'a-031'], MAY_2021);
  await adds();
  await execute(db, "UPDATE runs SET state = 'stopped', ended_at = started_at WHERE id = ?", [opened.run.id]);
  await adds();
  await settleAsOf(app, ['a-020', 'a-021'], MAY_2021);
  await adds();
});

describe('rate', () => {
  const at = Date.parse('2026-11-29T07:05:00Z');
  const run = { state: 'running', startedAt: at, endedAt: null } as Run;
  const known = { counts: { settled: 400, remaining: 1_000 }, exact: true } as never;
  const samples = Array.from({ length: 20 }, (_, second) => ({ fromS: second, forS: 1, settled: 20 }));

  test('of an open run is what it settled lately, and says when it will have ended', () => {
    expect(rateOf(run, known, samples, at + 20_000)).toMatchObject({
      perSecond: 20,
      endsAt: at + 70_000,
      tookMs: 20_000,
    });
  });

  test('falls to nothing where nobody settles any more', () => {
    expect(rateOf(run, known, samples, at + 90_000)).toMatchObject({ perSecond: 0, endsAt: null });
  });

  test('of a run that has ended is that of its whole time', () => {
    const ended = { ...run, state: 'completed', endedAt: at + 40_000 } as Run;
    expect(rateOf(ended, known, samples, at + 90_000)).toMatchObject({ perSecond: 10, endsAt: null });
  });

  test('is drawn from a bounded number of stretches, which follow each other without a gap', () => {
    let count = 0;
    for (let at = 0; at < 30 * 86_400; count += 1) {
      const { fromS, forS } = stretchAt(at);
      expect(fromS).toBe(at);
      at += forS;
    }
    expect(count).toBeLessThan(450);
    expect(stretchAt(-5)).toEqual({ fromS: 0, forS: 1 });
  });
});

test('what a worker settled is added to what another one has', async () => {
  const { db } = installation;
  await addRunSamples(db, 7, [{ fromS: 0, forS: 1, settled: 3 }]);
  await addRunSamples(db, 7, [
    { fromS: 0, forS: 1, settled: 4 },
    { fromS: 1, forS: 1, settled: 5 },
  ]);
  expect(await selectRows(db, 'SELECT from_s AS s, settled FROM run_samples WHERE run_id = 7')).toEqual([
    { s: 0, settled: 7 },
    { s: 1, settled: 5 },
  ]);
});

describe('how long batches took', () => {
  test('is told by what half of them, and 95 % of them, did not take longer than; whichever worker had them', async () => {
    const { db } = installation;
    expect(await readBatchSpread(db, 7)).toBeNull();
    await addBatchTimes(db, 7, [
      { tookMs: 20, batches: 5 },
      { tookMs: 31, batches: 6 },
    ]);
    await addBatchTimes(db, 7, [
      { tookMs: 31, batches: 8 },
      { tookMs: 90, batches: 1 },
    ]);
    const spread = await readBatchSpread(db, 7);
    expect(spread).toEqual({ count: 20, p50Ms: 31, p95Ms: 31 });
    await addBatchTimes(db, 7, [{ tookMs: 1_200, batches: 1 }]);
    const later = await readBatchSpread(db, 7);
    expect(later).toEqual({ count: 21, p50Ms: 31, p95Ms: 90 });
    expect(later && batchWords(later)).toBe('21, p50 31 ms, p95 90 ms');
  });

  test('is kept to two digits, so that a run has few rows of it', () => {
    expect([0, 0.4, 7.6, 99, 104, 995, 1_249].map(roundedMs)).toEqual([1, 1, 8, 99, 100, 1_000, 1_200]);
    const kept = new Set(Array.from({ length: 100_000 }, (_, ms) => roundedMs(ms)));
    expect(kept.size).toBeLessThan(400);
  });
});
