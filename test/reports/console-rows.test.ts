/** What the pages of runs and failures read does not grow with what the tables hold, by the database's own count of rows. */
import type { App } from '../../src/app.ts';
import { countUpTo, execute, insertRows, selectRows, toDate } from '../../src/db/query.ts';
import { readBadges } from '../../src/reports/badges.ts';
import { readCyclesGrid } from '../../src/reports/cycles-grid.ts';
import { readFailureFacets } from '../../src/reports/failure-facets.ts';
import { listFailurePage } from '../../src/reports/failure-page.ts';
import { readOverview } from '../../src/reports/overview.ts';
import { readRunList } from '../../src/reports/run-list.ts';
import { importRows } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';

const NOW = Date.parse('2026-11-29T07:05:00Z');
const ASIDE = 2_000;
const RUNS = 3_000;

const OPEN = `INSERT INTO runs
  (kind, state, as_of, terms_version, notify, actor, due_at_start, started_at, heartbeat_at, open_key)
  VALUES ('sweep', 'running', ?, 1, 'none', 'scheduler', 0, ?, ?, 'sweep')`;

let installation: Installation;
let app: App;
beforeAll(async () => {
  installation = await install();
  app = installation.app;
  // A pool of one: every statement runs on the connection whose counters are read.
  (app.db.client as { pool: { max: number } }).pool.max = 1;
  const ids = Array.from({ length: ASIDE }, (_, index) => `a-${String(index).padStart(4, '0')}`);
  await importRows(
    app,
    ids.map((id) => ({ id })),
  );
  const counted = JSON.stringify({ settled: 3, failed: 0, remaining: 0, skipped: 0, added: 0, notices: {} });
  await insertRows(
    app.db,
    'runs',
    [
      'kind',
      'state',
      'as_of',
      'terms_version',
      'notify',
      'actor',
      'due_at_start',
      'started_at',
      'heartbeat_at',
      'ended_at',
      'counted',
    ],
    Array.from({ length: RUNS }, (_, index) => {
      const at = toDate(NOW - (RUNS - index) * 300_000);
      const state = index % 100 === 0 ? 'stopped' : 'completed';
      return ['backfill', state, at, 1, 'none', 'scheduler', 3, at, at, at, counted];
    }),
  );
  await insertRows(
    app.db,
    'failures',
    ['account_id', 'run_id', 'state', 'code', 'message', 'attempts', 'first_at', 'last_at', 'put_aside_at'],
    ids.map((id, index) => {
      const at = toDate(NOW - index * 60_000);
      return [
        id,
        1 + (index % 5),
        'put-aside',
        index % 2 === 0 ? 'unknown-zone' : 'arithmetic',
        'm',
        3,
        at,
        at,
        at,
      ];
    }),
  );
  await execute(app.db, 'ANALYZE TABLE failures, runs, accounts');
});
afterAll(() => installation.remove());

async function handled(): Promise<number> {
  const rows = await selectRows<{ Value: string }>(app.db, "SHOW SESSION STATUS LIKE 'Handler_read%'");
  return rows.reduce((sum, row) => sum + Number(row.Value), 0);
}

async function costOf(work: () => Promise<unknown>): Promise<number> {
  const before = await handled();
  const idle = (await handled()) - before;
  const started = await handled();
  await work();
  return (await handled()) - started - idle;
}

test('a page of failures reads its rows, wherever it begins', async () => {
  const page = (account: string) =>
    costOf(() =>
      listFailurePage(app.db, {}, { now: NOW, limit: 50, after: { code: 'arithmetic', account } }),
    );
  expect(await page('a-0001')).toBeLessThan(1_500);
  expect(await page('a-1501')).toBeLessThan(1_500);
});

test('facets read each of those that are put aside thrice, and beyond what is counted only their number', async () => {
  expect(await costOf(() => readFailureFacets(app.db, {}, NOW))).toBeLessThan(ASIDE * 3.5);
  expect(await costOf(() => readFailureFacets(app.db, {}, NOW, 100))).toBeLessThan(ASIDE * 1.5);
});

test('the sidebar reads each of them once, the overview and the grid of cycles twice', async () => {
  expect(await costOf(() => readBadges(app.db))).toBeLessThan(ASIDE * 1.1);
  expect(await costOf(() => readCyclesGrid(app.db))).toBeLessThan(ASIDE * 2.5);
  // And those at the front of the index of who is due, once, to find who is behind them.
  expect(await costOf(() => readOverview(app.db, { next: (at) => at + 1_800_000 }))).toBeLessThan(
    ASIDE * 4.3,
  );
  expect(await costOf(() => readBadges(app.db, { failures: ASIDE }))).toBeLessThan(100);
});

test('a count that ends reads no more than it counts', async () => {
  const aside = "failures WHERE state = 'put-aside'";
  const upTo = (max: number) => countUpTo(app.db, aside, [], max);
  expect([await upTo(500), await upTo(ASIDE), await upTo(ASIDE + 1)]).toEqual([500, ASIDE, ASIDE]);
  expect(await costOf(() => upTo(500))).toBeLessThan(550);
  expect(await costOf(() => upTo(ASIDE * 2))).toBeLessThan(ASIDE * 2.1);
});

describe('while a small sweep is open', () => {
  beforeAll(() => execute(app.db, OPEN, [toDate(NOW), toDate(NOW), toDate(NOW)]));
  afterAll(() => execute(app.db, "DELETE FROM runs WHERE kind = 'sweep'"));

  test('who is due is looked at once, for all that is said of it', async () => {
    const overview = (): Promise<unknown> => readOverview(app.db, { next: (at) => at + 1_800_000 });
    expect(await costOf(overview)).toBeLessThan(ASIDE * 4.4);
    expect(await costOf(() => readRunList(app.db, { lines: 20 }))).toBeLessThan(ASIDE * 4);
  });

  test('a list of runs counts nothing but accounts', async () => {
    const { lines } = await readRunList(app.db, { kind: 'sweep' });
    expect(lines).toMatchObject([{ exact: true, counts: { settled: 0, failed: 0, remaining: 0 } }]);
    expect(lines[0]).not.toHaveProperty('counts.notices');
  });
});

test('a page of runs reads what it shows, however many there are, and of which kind', async () => {
  expect(await costOf(() => readRunList(app.db, { lines: 20 }))).toBeLessThan(1_500);
  expect(await costOf(() => readRunList(app.db, { kind: 'reversal' }))).toBeLessThan(300);
  expect(await costOf(() => readRunList(app.db, { actor: 'nobody' }))).toBeLessThan(300);
  expect(await costOf(() => readRunList(app.db, { state: 'failed' }))).toBeLessThan(300);
});
