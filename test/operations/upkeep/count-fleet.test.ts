/** What is counted of all accounts: who will be due, and where cycles are missing, as a backfill would find them. */
import type { Database } from '../../../src/db/connection.ts';
import { execute, selectRows } from '../../../src/db/query.ts';
import { FleetCounter } from '../../../src/operations/upkeep/count-fleet.ts';
import { foldRollups } from '../../../src/operations/upkeep/fold-rollups.ts';
import { readFlowsPerDay } from '../../../src/reports/connects-per-day.ts';
import { readCyclesGrid } from '../../../src/reports/cycles-grid.ts';
import { bigDayOf, countDueAhead, readDueAhead } from '../../../src/reports/due-ahead.ts';
import { readFleetPast } from '../../../src/reports/fleet-past.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { asking, backfilled, planOf } from '../../support/backfilling.ts';
import { fact, record, settleAsOf } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import type { Installation } from '../../support/installation.ts';
import { countOf } from '../../support/state.ts';
import { type StoryTime, installAt } from '../../support/story-time.ts';

let story: StoryTime;
let installation: Installation;
let db: Database;
let counter: FleetCounter;

const FLEET = numbered('a', 6).map((one) => one.id);

/** Half a year of six accounts, settled whenever they were due; two more that were taken over nine days too late. */
beforeAll(async () => {
  story = await installAt('2021-01-05 00:00');
  ({ installation } = story);
  ({ db } = installation);
  counter = new FleetCounter(installation.app);
  await importRows(installation.app, [
    ...numbered('a', 6).map((one) => ({
      ...one,
      anchorOn: '2020-11-10',
      trackedFrom: '2021-01-05T00:00:00Z',
    })),
    {
      id: 'plus',
      plan: 'plus',
      zone: 'Asia/Tokyo',
      anchorOn: '2020-11-20',
      trackedFrom: '2021-01-05T00:00:00Z',
    },
  ]);
  for (const month of ['01', '02', '03', '04']) {
    story.becomes(`2021-${month}-25 00:00`);
    await settleAsOf(installation.app, [...FLEET, 'plus'], `2021-${month}-25`);
  }
  const late = { anchorOn: '2020-10-12', trackedFrom: '2021-04-21T00:00:00Z' };
  await importRows(installation.app, [
    { id: 'late-1', ...late },
    { id: 'late-2', ...late, plan: 'plus' },
  ]);
  await foldRollups(db);
});
afterAll(() => installation.remove());

async function lookAtAll(): Promise<void> {
  await execute(db, "UPDATE rounds SET moved_at = '2000-01-01' WHERE name IN ('holes', 'due-ahead')");
  while (await counter.turn());
}

const missing = async (): Promise<string[]> =>
  (await readCyclesGrid(db)).days
    .filter((day) => day.missing > 0)
    .map((day) => `${day.on} ${day.settled} settled ${day.missing} missing`);

test('a cycle before a take-over that came too late is missing; those before anybody was kept are not', async () => {
  await lookAtAll();
  expect(await missing()).toEqual(['2021-04-12 0 settled 2 missing']);
  const { holes, lookedAt } = await readCyclesGrid(db);
  expect(holes).toEqual([{ from: '2021-04-12', to: '2021-04-12', cycles: 2 }]);
  expect(lookedAt).toBe(Date.parse('2021-04-25T00:00:00Z'));
  expect((await planOf(installation.app, asking('2021-04-01', '2021-04-30'))).cycles).toBe(2);
});

test('a settlement that was lost is missing, and both are filled by a backfill', async () => {
  await execute(db, "DELETE FROM cycles WHERE account_id = 'a-002' AND cycle_on = '2021-03-10'");
  await execute(db, "DELETE FROM entries WHERE account_id = 'a-002' AND subject = 'cycle:2021-03-10'");
  await lookAtAll();
  expect(await missing()).toEqual(['2021-03-10 6 settled 1 missing', '2021-04-12 0 settled 2 missing']);
  await backfilled(installation.app, asking('2021-03-01', '2021-04-30'));
  await lookAtAll();
  expect(await missing()).toEqual([]);
});

test('days ahead are ahead, and whoever is put aside stands at his cycle', async () => {
  await execute(
    db,
    `INSERT INTO failures (account_id, run_id, state, code, message, attempts, first_at, last_at, put_aside_at)
     VALUES ('plus', 1, 'put-aside', 'x', 'x', 3, '2021-04-25', '2021-04-25', '2021-04-25')`,
  );
  const { days, isCounted } = await readCyclesGrid(db);
  expect(isCounted).toBe(true);
  expect(days).toHaveLength(365);
  expect(days.at(-1)).toEqual({ on: '2021-04-30', settled: 0, missing: 0, failed: 0, isAhead: true });
  expect(days.find((day) => day.on === '2021-01-10')?.settled).toBe(6);
  expect(days.filter((day) => day.failed > 0)).toEqual([]);
  await execute(db, "UPDATE accounts SET next_cycle_on = '2021-04-20' WHERE id = 'plus'");
  const failed = (await readCyclesGrid(db)).days.filter((day) => day.failed > 0);
  expect(failed.map((day) => day.on)).toEqual(['2021-04-20']);
  await execute(db, "UPDATE accounts SET next_cycle_on = '2021-05-20' WHERE id = 'plus'");
  await execute(db, 'DELETE FROM failures');
});

test('who will be due is told per UTC day, by the plan of then, with what it will bring', async () => {
  await record(installation.app, [
    fact('d1', 'late-2', '2021-04-24 00:00', 'plan.downgraded'),
    fact('d2', 'a-003', '2021-04-24 00:00', 'account.suspended'),
  ]);
  await lookAtAll();
  const ahead = await countDueAhead(db, 30);
  expect(ahead.days).toHaveLength(30);
  expect(ahead.days.filter((day) => day.accounts > 0)).toEqual([
    { on: '2021-05-10', due: { basic: 6 }, accounts: 6, connects: 50 },
    { on: '2021-05-12', due: { basic: 2 }, accounts: 2, connects: 20 },
    { on: '2021-05-19', due: { plus: 1 }, accounts: 1, connects: 80 },
  ]);
  expect(await readDueAhead(db, 30)).toEqual(ahead);
});

test('due --ahead prints the same, and takes whole days only', async () => {
  const told = await runHere(['due', '--ahead', '30d', '--json'], { app: installation.app });
  expect(told.code).toBe(0);
  const { days } = JSON.parse(told.stdout) as { days: { on: string; connects: number }[] };
  expect(days.filter((day) => day.connects > 0).map((day) => day.on)).toEqual([
    '2021-05-10',
    '2021-05-12',
    '2021-05-19',
  ]);
  const { stdout } = await runHere(['due', '--ahead', '30d'], { app: installation.app });
  expect(stdout).toContain('9 accounts will be due within 30 days, and be granted 150 Connects');
  expect((await runHere(['due', '--ahead', '32d'], { app: installation.app })).code).toBe(2);
  expect((await runHere(['due', '--ahead', '36h'], { app: installation.app })).code).toBe(2);
});

test('a sweep is left alone for an hour, and no longer', async () => {
  await lookAtAll();
  await execute(
    db,
    `INSERT INTO runs (kind, state, as_of, terms_version, notify, actor, due_at_start, started_at, heartbeat_at, open_key)
     VALUES ('sweep', 'running', UTC_TIMESTAMP(3), 1, 'digest', 'test', 0, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 'sweep')`,
  );
  const countedAt = async (): Promise<number | undefined> => (await readDueAhead(db, 1))?.countedAt;
  const before = await countedAt();
  story.becomes('2021-04-25 00:05');
  await counter.turn();
  expect(await countedAt()).toBe(before);
  story.becomes('2021-04-25 01:01');
  await execute(db, "UPDATE runs SET started_at = UTC_TIMESTAMP(3) WHERE open_key = 'sweep'");
  await counter.turn();
  expect(await countedAt()).toBe(Date.parse('2021-04-25T01:01:00Z'));
  await execute(db, "UPDATE runs SET state = 'completed', open_key = NULL WHERE open_key = 'sweep'");
});

test('rollups rebuild counts all of it anew', async () => {
  story.becomes('2021-04-25 02:00');
  const { code, stdout } = await runHere(['rollups', 'rebuild'], { app: installation.app });
  expect({ code, stdout }).toEqual({
    code: 0,
    // The entry that an earlier test lost, and granted again.
    stdout: expect.stringMatching(/^9 accounts counted, \d+ sums corrected\n$/) as string,
  });
  expect((await readCyclesGrid(db)).lookedAt).toBe(Date.parse('2021-04-25T02:00:00Z'));
  expect(await countOf(db, 'SELECT COUNT(*) FROM rollup_deltas')).toBe(0);
});

test('Connects per day are by UTC day of effect, without the day that is not over', async () => {
  story.becomes('2021-04-25 12:00');
  const { days, isCounted } = await readFlowsPerDay(db, 30);
  expect(isCounted).toBe(true);
  expect(days[0]?.on).toBe('2021-03-26');
  expect(days.at(-1)?.on).toBe('2021-04-24');
  const told = days.filter((day) => day.granted + day.expired > 0);
  expect(told.map(({ on, granted, expired, accounts }) => ({ on, granted, expired, accounts }))).toEqual([
    { on: '2021-04-10', granted: 60, expired: 0, accounts: 6 },
    { on: '2021-04-19', granted: 80, expired: expect.any(Number) as number, accounts: 1 },
  ]);
});

test('what the tiles say is written down once in ten minutes, by whoever comes first, and kept for a day', async () => {
  const day = '2021-05-20';
  await execute(db, 'DELETE FROM fleet_samples');
  const sampled = async (clock: string): Promise<void> => {
    story.becomes(`${day} ${clock}`);
    await counter.takeSample();
    await new FleetCounter(installation.app).takeSample();
  };
  await sampled('06:01');
  await sampled('06:09');
  const states = ['refused', 'too-old', 'suppressed', 'suppressed', 'sent'];
  const ids = await selectRows<{ id: number }>(db, 'SELECT id FROM outbox ORDER BY id LIMIT ?', [
    states.length,
  ]);
  expect(ids).toHaveLength(states.length);
  for (const [index, { id }] of ids.entries())
    await execute(db, 'UPDATE outbox SET state = ?, next_attempt_at = ? WHERE id = ?', [
      states[index] ?? '',
      `${day} 00:00:00`,
      id,
    ]);
  await sampled('06:10');
  const past = await readFleetPast(db, Date.parse(`${day}T06:10:00Z`));
  const due = await countOf(db, `SELECT COUNT(*) FROM accounts WHERE next_cycle_at <= '${day} 06:00:00'`);
  expect(due).toBeGreaterThan(0);
  const none = { sentToday: 0, refused: 0, tooOld: 0, suppressed: 0 };
  const some = { sentToday: 1, refused: 1, tooOld: 1, suppressed: 2 };
  expect(past.map(({ at, ...one }) => ({ at: new Date(at).toISOString().slice(11, 16), ...one }))).toEqual([
    { at: '06:00', due, putAside: 0, waiting: expect.any(Number), cleanS: null, ...none },
    { at: '06:10', due, putAside: 0, waiting: expect.any(Number), cleanS: null, ...some },
  ]);
  story.becomes('2021-05-21 06:05');
  await counter.takeSample();
  expect(await readFleetPast(db, Date.parse('2021-05-21T06:05:00Z'))).toHaveLength(1);
  expect(await countOf(db, 'SELECT COUNT(*) FROM fleet_samples')).toBe(2);
});

test('the next big day is the one on which the most are due, unless days are much alike', () => {
  const days = (...accounts: number[]) => ({
    countedAt: 0,
    days: accounts.map((one, index) => ({
      on: `2021-06-0${index + 1}`,
      due: {},
      accounts: one,
      connects: 0,
    })),
  });
  expect(bigDayOf(days(10, 30, 12, 30))?.on).toBe('2021-06-02');
  expect(bigDayOf(days(10, 11, 10))).toBeUndefined();
  expect(bigDayOf(days(0, 0))).toBeUndefined();
});
