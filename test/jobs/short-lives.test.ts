/** Processes that live for seconds, as cron starts them: what each does beside the queue is gone on with by the next. */
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { databaseNow, execute, selectRows } from '../../src/db/query.ts';
import { insertRun } from '../../src/ledger/runs.ts';
import { silentLog } from '../../src/log.ts';
import { cancelBackfill } from '../../src/operations/backfills/backfill.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { started } from '../support/backfilling.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

const DAY_MS = 86_400_000;
let office: PostOffice;
let installation: Installation;

beforeAll(async () => {
  office = await openPostOffice();
  installation = await install({ env: { SMTP_URL: office.url, CONNECTS_BACKFILL_STAY: '0s' } });
});
afterAll(async () => {
  await installation.remove();
  await office.stop();
});

/** One of cron's processes: it ends as soon as nothing is due and nothing can be sent. */
async function pass(app = installation.app): Promise<string> {
  const { code, stdout, stderr } = await runHere(['sweep', '--wait', '--work'], {
    app,
    processes: { startWorker },
  });
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** The same, of an installation whose passes may stay with a backfill for so long. */
async function passThatStays(stay: string): Promise<string> {
  const env = { ...installation.env, CONNECTS_BACKFILL_STAY: stay };
  const app = composeApp(parseConfig(env), systemClock, silentLog);
  try {
    return await pass(app);
  } finally {
    await app.close();
  }
}

const dayOf = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

/** A date that is the anchor of a boundary in so many days. */
function anchoredFor(days: number): string {
  const next = new Date(Date.now() + days * DAY_MS);
  next.setUTCMonth(next.getUTCMonth() - 1);
  return next.toISOString().slice(0, 10);
}

it('a reminder comes however many stand before it of whom nothing expires', async () => {
  const { app, db } = installation;
  const since = { openingBalance: 300, trackedFrom: `${dayOf(-1)}T00:00:00Z` };
  const agency = { kind: 'agency', plan: 'agency', anchorOn: anchoredFor(1), ...since } as const;
  await importRows(
    app,
    numbered('agency', 5_500).map((one) => ({ ...one, ...agency })),
  );
  await importRows(app, [{ id: 'member', anchorOn: anchoredFor(2), ...since }]);
  for (let passes = 0; passes < 3; passes += 1) await pass();
  expect(office.letters.map((one) => one.to)).toEqual([['member@example.test']]);
  // The next one begins anew.
  expect(await countOf(db, "SELECT COUNT(*) FROM rounds WHERE name = 'reminders'")).toBe(1);
});

it('a backfill gets on with every pass, also where each has something to settle first', async () => {
  const { app, db } = installation;
  const late = { anchorOn: dayOf(-100), trackedFrom: `${dayOf(-50)}T00:00:00Z` };
  await importRows(
    app,
    numbered('late', 3).map((one) => ({ ...one, ...late })),
  );
  await pass();
  const asked = {
    from: dayOf(-80),
    to: dayOf(-60),
    include: [],
    accounts: ['late-000', 'late-001', 'late-002'],
  };
  const { id } = await started(app, asked, { rate: 1 });
  const granted = (): Promise<number> =>
    countOf(db, `SELECT COUNT(*) FROM backfill_items WHERE backfill_id = ${id} AND state = 'granted'`);
  let before = 0;
  for (let passes = 1; passes <= 3 && before < 3; passes += 1) {
    await importRows(app, [{ id: `due-${passes}`, ...late }]);
    // The second is over that its rate demands.
    await execute(db, 'UPDATE backfills SET next_batch_at = NULL');
    await pass();
    const after = await granted();
    expect(after).toBeGreaterThan(before);
    before = after;
  }
  await execute(db, 'UPDATE backfills SET next_batch_at = NULL');
  await pass();
  expect(await selectRows(db, `SELECT state FROM backfills WHERE id = ${id}`)).toEqual([
    { state: 'completed' },
  ]);
});

describe('a backfill with a rate, where nothing else is to be done', () => {
  const missed = { anchorOn: dayOf(-100), trackedFrom: `${dayOf(0)}T00:00:00Z` };
  const granted = (id: number): Promise<number> =>
    countOf(installation.db, `SELECT COUNT(*) FROM backfill_items WHERE backfill_id = ${id}`);
  const startOf = async (name: string, count: number, rate: number): Promise<number> => {
    const accounts = numbered(name, count).map((one) => ({ ...one, ...missed }));
    await importRows(installation.app, accounts);
    const asked = { from: dayOf(-80), to: dayOf(-60), include: [], accounts: accounts.map((one) => one.id) };
    return (await started(installation.app, asked, { rate })).id;
  };

  it('is brought to its end by one pass that may stay so long', async () => {
    const id = await startOf('short', 6, 3);
    expect(await passThatStays('10m')).toMatch(/^nothing is due as of \S+\n$/);
    expect(await granted(id)).toBe(6);
    expect(await selectRows(installation.db, `SELECT state FROM backfills WHERE id = ${id}`)).toEqual([
      { state: 'completed' },
    ]);
  });

  it('is left to the next one when its time is over, and that is no failure', async () => {
    const id = await startOf('long', 2_000, 1);
    const begun = performance.now();
    expect(await passThatStays('3s')).toContain(
      `backfill ${id} is open still: the next sweep goes on; "connects backfill resume ${id} --work" stays with it to its end\n`,
    );
    const took = performance.now() - begun;
    const first = await granted(id);
    expect(first).toBeGreaterThan(0);
    // One at once, and one more each second.
    expect(first).toBeLessThanOrEqual(1 + Math.ceil(took / 1_000));
    await passThatStays('3s');
    expect(await granted(id)).toBeGreaterThan(first);
  });

  it('keeps nobody who would only watch another process work on it', async () => {
    const { app, db } = installation;
    const [{ id }] = (await selectRows<{ id: number }>(
      db,
      "SELECT id FROM backfills WHERE state = 'running'",
    )) as [{ id: number }];
    const worker = startWorker(app);
    try {
      await until(
        'it works on it',
        async () => (await countOf(db, 'SELECT COUNT(*) FROM backfills WHERE worker IS NOT NULL')) === 1,
      );
      expect(await passThatStays('10m')).not.toContain('is open still');
    } finally {
      await worker.stop();
    }
    await cancelBackfill(app, { id, actor: 'test', reason: null });
  });
});

it('a run that somebody left open with nothing to do is closed', async () => {
  const { db } = installation;
  const at = await databaseNow(db);
  const about = { kind: 'sweep', termsVersion: 1, notify: 'digest', actor: 'test', reason: null } as const;
  const run = await insertRun(db, { ...about, asOf: at, at, dueAtStart: 0, openKey: 'sweep' });
  await execute(db, 'UPDATE runs SET heartbeat_at = ? WHERE id = ?', [new Date(at - DAY_MS), run as number]);
  await pass();
  expect(await selectRows(db, `SELECT state FROM runs WHERE id = ${run}`)).toEqual([{ state: 'completed' }]);
});
