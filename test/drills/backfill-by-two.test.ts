/** Drill: backfill at night, by two people; and the accounts that failed, tried again alone. */
import { execute } from '../../src/db/query.ts';
import { findBackfill } from '../../src/ledger/backfills.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { started, work } from '../support/backfilling.ts';
import { readChecksums } from '../support/checksums.ts';
import { Drill } from '../support/drill.ts';
import { daysAgo, monthsBefore } from '../support/drilling.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf } from '../support/state.ts';

let installation: Installation;

beforeAll(async () => {
  installation = await install({ env: { SMTP_URL: '', CONNECTS_BACKFILL_APPROVAL_OVER: '50' } });
});
afterAll(() => installation.remove());

const missedOn = monthsBefore(daysAgo(35), 0);
const $DATE = missedOn;
const granted = (): Promise<number> => countOf(installation.db, 'SELECT COUNT(*) FROM entries');

/** Six hours from now on, wherever that is in Berlin. */
function laterToday(): string {
  const hour = (hours: number): string =>
    new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit', hourCycle: 'h23' })
      .format(Date.now() + hours * 3_600_000)
      .padStart(2, '0');
  return `${hour(6)}:00-${hour(9)}:00`;
}

it('a backfill waits for a second person, then for its window; what failed is tried again alone', async () => {
  const { app, db } = installation;
  const missed = {
    anchorOn: monthsBefore(missedOn, 4),
    trackedFrom: new Date(Date.now() - 1_000).toISOString(),
  };
  await importRows(app, numbered('a', 9, missed));
  const drill = new Drill('backfill at night, by two people', app);
  const given = { $DATE, '22:00-05:00': laterToday() };

  const before = await readChecksums(db);
  const [dry] = await drill.follow(1, given);
  expect(dry?.stdout).toContain('it would wait for the approval of a second person');
  expect(await readChecksums(db)).toEqual(before);
  const [start, doctor] = await drill.follow(2, given);
  expect(start?.stdout).toContain('backfill 1 awaiting-approval');
  expect(start?.stderr).toContain(
    'it would grant 90 Connects, and waits until somebody else than ann approves it: ' +
      '"connects backfill approve 1 --reason R --yes"',
  );
  expect(doctor?.stdout).toMatch(/backfill 1 of 90 Connects waits for a second person since/);
  const waiting = await readChecksums(db);
  const [own, rehearsed] = await drill.follow(2, given);
  expect(own?.stderr).toContain('backfill 1 was started by ann: somebody else must approve it');
  expect(rehearsed?.stdout).toContain('backfill 1 running');
  expect(await readChecksums(db)).toEqual(waiting);

  const [, shown, rate, resumed, swept] = await drill.follow(5, given);
  expect(shown?.stdout).toMatch(/^ {2}approved {2}by bob, /m);
  expect(shown?.stdout).toMatch(/^ {2}window {4}\d\d:00-\d\d:00 Europe\/Berlin: it goes on at 2\S+Z$/m);
  expect(rate?.stdout).toContain(', 50/s;');
  expect(resumed?.stderr).toMatch(/^it is outside of its window: it goes on at 2\S+Z$/m);
  expect(swept?.stdout).toContain('nothing is due');
  expect(await granted()).toBe(0);
  await execute(db, 'UPDATE backfills SET opens = NULL');
  expect((await work(app, 1)).state).toBe('completed');
  expect(await granted()).toBe(9);

  // Another one, of which one account cannot be brought current.
  await importRows(app, numbered('b', 3, { ...missed, trackedFrom: `${missedOn}T12:00:00Z` }));
  await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'b-001'");
  const accounts = ['b-000', 'b-001', 'b-002'];
  const { id } = await started(app, { from: missedOn, to: missedOn, accounts, include: [] }, { rate: 7 });
  await work(app, id);
  const [failed] = await drill.follow(1);
  expect(failed?.stdout).toContain('b-001: unknown-zone');
  expect(failed?.stdout).toContain(
    '"connects backfill retry 2 --reason R --yes --work" tries these alone again',
  );
  await execute(db, "UPDATE accounts SET zone = 'UTC' WHERE id = 'b-001'");
  const mended = await readChecksums(db);
  await drill.follow(1);
  expect(await readChecksums(db)).toEqual(mended);
  const [retried] = await drill.follow(1);
  expect(retried?.stdout).toContain('backfill 3 completed');
  expect(await findBackfill(db, 3)).toMatchObject({ asked: { accounts: ['b-001'] }, rate: 7 });
  expect(
    await countOf(
      db,
      "SELECT COUNT(*) FROM entries WHERE account_id LIKE 'b-%' AND run_id IN (SELECT run_id FROM backfills)",
    ),
  ).toBe(3);
  await drill.follow(1);
  expect(drill.left).toBe(0);
});
