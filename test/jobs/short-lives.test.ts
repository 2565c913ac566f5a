/** Processes that live for seconds, as cron starts them: what each does beside the queue is gone on with by the next. */
import { startWorker } from '../../jobs/start-worker.ts';
import { databaseNow, execute, selectRows } from '../../src/db/query.ts';
import { insertRun } from '../../src/ledger/runs.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { started } from '../support/backfilling.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';
import { countOf } from '../support/state.ts';

const DAY_MS = 86_400_000;
let office: PostOffice;
let installation: Installation;

beforeAll(async () => {
  office = await openPostOffice();
  installation = await install({ env: { SMTP_URL: office.url } });
});
afterAll(async () => {
  await installation.remove();
  await office.stop();
});

/** One of cron's processes: it ends as soon as nothing is due and nothing can be sent. */
async function pass(): Promise<void> {
  const given = { app: installation.app, processes: { startWorker } };
  const { code, stderr } = await runHere(['sweep', '--wait', '--work'], given);
  if (code !== 0) throw new Error(stderr);
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
}, 60_000);

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
    await pass();
    const after = await granted();
    expect(after).toBeGreaterThan(before);
    before = after;
  }
  await pass();
  expect(await selectRows(db, `SELECT state FROM backfills WHERE id = ${id}`)).toEqual([
    { state: 'completed' },
  ]);
}, 60_000);

it('a run that somebody left open with nothing to do is closed', async () => {
  const { db } = installation;
  const at = await databaseNow(db);
  const about = { kind: 'sweep', termsVersion: 1, notify: 'digest', actor: 'test', reason: null } as const;
  const run = await insertRun(db, { ...about, asOf: at, at, dueAtStart: 0, openKey: 'sweep' });
  await execute(db, 'UPDATE runs SET heartbeat_at = ? WHERE id = ?', [new Date(at - DAY_MS), run as number]);
  await pass();
  expect(await selectRows(db, `SELECT state FROM runs WHERE id = ${run}`)).toEqual([{ state: 'completed' }]);
});
