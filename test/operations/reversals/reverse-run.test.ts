/** Taking a run back, by new entries only, and granting its cycles again under mended terms. */
import { type Transaction, inTransaction } from '../../../src/db/connection.ts';
import { databaseNow, execute, selectRows } from '../../../src/db/query.ts';
import { ConnectsError } from '../../../src/errors.ts';
import { findRun, holdsSubmitting, insertRun, leaseSubmitting, listRuns } from '../../../src/ledger/runs.ts';
import { getLatestTerms } from '../../../src/ledger/terms-versions.ts';
import { reverseAccounts } from '../../../src/operations/reversals/reverse-accounts.ts';
import type { ReverseOutcome } from '../../../src/operations/reversals/reversal-sum.ts';
import { resumeReversals, reverseRun } from '../../../src/operations/reversals/reverse-run.ts';
import { countRun } from '../../../src/reports/run-counts.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { asking, backfilled, balanceOf, emptyAll, planOf, postedBy } from '../../support/backfilling.ts';
import { fact, record, settleAsOf } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { countOf, readState } from '../../support/state.ts';

let installation: Installation;

beforeAll(async () => {
  installation = await install();
});
afterEach(() => emptyAll(installation.db));
afterAll(() => installation.remove());

const latestRun = async (): Promise<number> => (await listRuns(installation.db, 1))[0]?.id ?? 0;

const reverse = (run: number): Promise<ReverseOutcome> =>
  reverseRun(installation.app.settleDeps, { source: { run }, actor: 'test', reason: 'a test' });

/** Nothing becomes due while a test looks: the latest boundary is the one that the test settled last. */
const HOLD = "UPDATE accounts SET next_cycle_on = '2037-01-01', next_cycle_at = '2037-01-01'";
const hold = (): Promise<unknown> => execute(installation.db, HOLD);

async function settled(ids: readonly string[], asOf: string): Promise<number> {
  await settleAsOf(installation.app, ids, asOf);
  return latestRun();
}

const amendments = (): Promise<Record<string, unknown>[]> =>
  selectRows(
    installation.db,
    `SELECT account_id, cycle_on, no, kind, opening, closing, expired, free, paid, recovered, short, not_taken
       FROM amendments ORDER BY account_id, cycle_on, no`,
  );

describe('a reversal whose process died', () => {
  /** As a process leaves it that was killed: open, its lease run out. */
  async function leaveOrphan(of: number): Promise<number> {
    const { db } = installation;
    const at = await databaseNow(db);
    const reversal = (await insertRun(db, {
      kind: 'reversal',
      asOf: at,
      termsVersion: 1,
      notify: 'none',
      actor: 'test',
      reason: 'a test',
      dueAtStart: 0,
      at: at - 600_000,
      openKey: `reverse-run:${of}`,
    })) as number;
    await execute(db, 'UPDATE runs SET submitting_until = started_at WHERE id = ?', [reversal]);
    return reversal;
  }

  it('is gone on with by a worker, and ends', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 3));
    const run = await settled(['a-000', 'a-001', 'a-002'], '2021-03-01 00:00');
    await hold();
    const reversal = await leaveOrphan(run);
    expect(await resumeReversals(app.settleDeps, new AbortController().signal)).toBe(1);
    expect(await findRun(db, reversal)).toMatchObject({ state: 'completed' });
    expect(await countOf(db, 'SELECT COUNT(*) FROM accounts WHERE balance = 0')).toBe(3);
    expect(await resumeReversals(app.settleDeps, new AbortController().signal)).toBe(0);
  });

  it('is ended by what doctor says, also where all was taken back before', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 2));
    const run = await settled(['a-000', 'a-001'], '2021-03-01 00:00');
    await hold();
    await reverse(run);
    const reversal = await leaveOrphan(run);
    const doctor = await runHere(['doctor', '--json'], { app });
    expect(doctor.stdout).toContain(`connects reverse-run ${run} --reason`);
    const ended = await runHere(['reverse-run', String(run), '--reason', 'gone on', '--yes'], { app });
    expect(ended.code).toBe(0);
    expect(await findRun(db, reversal)).toMatchObject({ state: 'completed' });
    expect(await countOf(db, 'SELECT COUNT(*) FROM accounts WHERE balance = 0')).toBe(2);
  });

  it('counts what it took back itself as its own, and not as taken back before', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 3));
    const source = { run: await settled(['a-000', 'a-001', 'a-002'], '2021-03-01 00:00') };
    await hold();
    const about = { source, actor: 'test', reason: 'a test' };
    await reverseRun(app.settleDeps, { ...about, filter: { accounts: ['a-000'] } });
    await reverseRun(app.settleDeps, { ...about, filter: { accounts: ['a-001'] } });
    // As if the second had been asked for all of it, and stopped after one.
    const reversal = await latestRun();
    await execute(
      db,
      "UPDATE runs SET state = 'running', ended_at = NULL, asked = NULL, open_key = ? WHERE id = ?",
      [`reverse-run:${source.run}`, reversal],
    );
    expect(await reverse(source.run)).toMatchObject({
      reversal,
      accounts: 2,
      cycles: 4,
      before: { accounts: 1, cycles: 2 },
    });
  });

  it('is left to the person who interrupted it', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 1));
    const reversal = await leaveOrphan(await settled(['a-000'], '2021-03-01 00:00'));
    await execute(db, 'UPDATE runs SET submitting_until = NULL WHERE id = ?', [reversal]);
    expect(await resumeReversals(app.settleDeps, new AbortController().signal)).toBe(0);
  });
});

describe('a reversal whose process was frozen for longer than its lease', () => {
  it('takes nothing back beside the one that goes on in its place', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 2));
    const source = { run: await settled(['a-000', 'a-001'], '2021-03-01 00:00') };
    await hold();
    const before = await readState(db);
    const [at, terms] = [await databaseNow(db), await getLatestTerms(db)];
    const about = {
      kind: 'reversal',
      termsVersion: 1,
      notify: 'none',
      actor: 'test',
      reason: 'a test',
    } as const;
    const opened = await insertRun(db, { ...about, asOf: at, at, dueAtStart: 0, openKey: 'test' });
    const reversal = opened as number;
    const lease = (now: number, held?: number): Promise<boolean> =>
      leaseSubmitting(db, { runId: reversal, now, until: now + 1_000, held });
    const holds = (held: number): Promise<boolean> =>
      inTransaction(db, (transaction) => holdsSubmitting(transaction, reversal, held));
    expect(await lease(at)).toBe(true);
    expect(await holds(at + 1_000)).toBe(true);
    expect(await lease(at + 1_000)).toBe(true);
    expect(await holds(at + 1_000)).toBe(false);
    const keep = async (transaction: Transaction): Promise<void> => {
      if (!(await holdsSubmitting(transaction, reversal, at + 1_000)))
        throw new ConnectsError('conflict', 'reversal-active', 'not ours any more');
    };
    const ground = {
      source,
      filter: {},
      reversal,
      notify: 'none',
      terms,
      actor: 'test',
      reason: 'a test',
      keep,
    } as const;
    await expect(reverseAccounts(app.settleDeps, ground, ['a-000', 'a-001'])).rejects.toThrow('not ours');
    expect((await readState(db)).entries).toEqual(before.entries);
  });
});

describe('a reversal', () => {
  it('nets grants and expiries of an account in one entry, and marks each cycle', async () => {
    const { app, db } = installation;
    await importRows(app, [
      { id: 'a', openingBalance: 230 },
      { id: 'p', plan: 'plus', openingBalance: 30 },
    ]);
    const run = await settled(['a', 'p'], '2021-03-01 00:00');
    await hold();
    const before = await readState(db);
    const done = await reverse(run);
    // a: −30 +10, then −10 +10; p: 2 × (10 + 70), all under the cap.
    expect(done).toMatchObject({
      outcome: 'reversed',
      accounts: 2,
      cycles: 4,
      taken: 160,
      givenBack: 20,
      notTaken: 0,
      short: [],
      failed: [],
    });
    expect(await postedBy(db, done.reversal ?? 0, 'a')).toEqual([`reversal +20 run:${run}`]);
    expect(await postedBy(db, done.reversal ?? 0, 'p')).toEqual([`reversal -160 run:${run}`]);
    expect([await balanceOf(db, 'a'), await balanceOf(db, 'p')]).toEqual([230, 30]);
    const after = await readState(db);
    expect(after.cycles).toEqual(before.cycles);
    expect(after.entries.filter((one) => one.kind !== 'reversal')).toEqual(before.entries);
    expect(await amendments()).toMatchObject([
      {
        account_id: 'a',
        cycle_on: '2021-02-01',
        kind: 'reversed',
        opening: 210,
        closing: 230,
        expired: 30,
        free: 10,
      },
      { account_id: 'a', cycle_on: '2021-03-01', kind: 'reversed', opening: 230, closing: 230 },
      { account_id: 'p', cycle_on: '2021-02-01', opening: 190, closing: 110, paid: 70 },
      { account_id: 'p', cycle_on: '2021-03-01', opening: 110, closing: 30, paid: 70 },
    ]);
    const reversal = await findRun(db, done.reversal ?? 0);
    expect(reversal).toMatchObject({ kind: 'reversal', state: 'completed', actor: 'test', reason: 'a test' });
    expect(await countRun(db, reversal as NonNullable<typeof reversal>)).toMatchObject({
      settled: 2,
      cycles: 4,
      byCode: { reversed: 4 },
      taken: 160,
      returned: 20,
      net: -140,
      notTaken: 0,
      failed: 0,
      remaining: 0,
    });
  });

  it('never takes a balance below zero, says what it could not take, and takes that from the second grant', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a' }, { id: 'b' }]);
    const run = await settled(['a', 'b'], '2021-02-01 00:00');
    await record(app, [fact('s', 'a', '2021-02-01 09:00', 'connects.spent', { amount: 6 })]);
    await hold();
    const done = await reverse(run);
    expect(done).toMatchObject({
      taken: 14,
      notTaken: 6,
      shortAccounts: 1,
      short: [{ account: 'a', notTaken: 6 }],
    });
    expect(await balanceOf(db, 'a')).toBe(0);
    const backfill = await backfilled(app, asking('2021-02-01', '2021-02-01', { include: ['reversed'] }));
    expect(await postedBy(db, backfill.runId, 'a')).toEqual([
      'monthly-free +10 cycle:2021-02-01#2',
      'recovery -6 cycle:2021-02-01#2',
    ]);
    expect(await postedBy(db, backfill.runId, 'b')).toEqual(['monthly-free +10 cycle:2021-02-01#2']);
    expect([await balanceOf(db, 'a'), await balanceOf(db, 'b')]).toEqual([4, 10]);
  });

  it('is refused of what is unknown, open, reversed already, a reversal, or granted nothing', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 2));
    const run = await settled(['a-000', 'a-001'], '2021-02-01 00:00');
    await hold();
    await expect(reverse(run + 1_000)).rejects.toMatchObject({ kind: 'not-found', code: 'unknown-run' });
    await execute(db, "UPDATE runs SET state = 'running', ended_at = NULL WHERE id = ?", [run]);
    await expect(reverse(run)).rejects.toMatchObject({ kind: 'conflict', code: 'run-open' });
    await execute(db, "UPDATE runs SET state = 'completed', ended_at = started_at WHERE id = ?", [run]);
    const { reversal } = await reverse(run);
    const before = await readState(db);
    await expect(reverse(run)).rejects.toMatchObject({ kind: 'conflict', code: 'already-reversed' });
    await expect(reverse(reversal ?? 0)).rejects.toMatchObject({
      kind: 'invalid-input',
      code: 'not-reversible',
    });
    expect(await readState(db)).toEqual(before);
    await importRows(app, [{ id: 'suspended', status: 'suspended' }]);
    const idle = await settled(['suspended'], '2021-02-01 00:00');
    await expect(reverse(idle)).rejects.toMatchObject({ kind: 'conflict', code: 'nothing-to-reverse' });
  });

  it('goes on where its process died, and every account is reversed once', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 4));
    const run = await settled(['a-000', 'a-001', 'a-002', 'a-003'], '2021-02-01 00:00');
    await hold();
    await execute(
      db,
      "UPDATE accounts SET zone = 'Mars/Olympus', next_cycle_at = '2021-03-01' WHERE id = 'a-002'",
    );
    const first = await reverse(run);
    expect(first).toMatchObject({ accounts: 3, failed: [{ account: 'a-002', code: 'unknown-zone' }] });
    await execute(db, "UPDATE accounts SET zone = 'UTC' WHERE id = 'a-002'");
    await hold();
    // As a process leaves it that died in the middle: an open run, held by nobody any more.
    await execute(db, "UPDATE runs SET state = 'running', ended_at = NULL, open_key = ? WHERE id = ?", [
      `reverse-run:${run}`,
      first.reversal ?? 0,
    ]);
    const second = await reverse(run);
    // The whole is told, not only what was left of it.
    expect(second).toMatchObject({ reversal: first.reversal, accounts: 4, taken: 40, failed: [] });
    expect(await countOf(db, "SELECT COUNT(*) FROM entries WHERE kind = 'reversal'")).toBe(4);
    expect(await countOf(db, 'SELECT SUM(balance) FROM accounts')).toBe(0);
  });

  it('gives back what was owed when it was recovered, and leaves a failed payment as it is', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a', plan: 'plus' }]);
    await settled(['a'], '2021-02-01 00:00');
    await record(app, [
      fact('s', 'a', '2021-02-02 00:00', 'connects.spent', { amount: 80 }),
      fact('f', 'a', '2021-02-03 00:00', 'payment.failed', { cycleOn: '2021-02-01' }),
    ]);
    const first = (await listRuns(db, 1))[0]?.id ?? 0;
    await hold();
    expect(await countOf(db, 'SELECT owed FROM accounts')).toBe(70);
    // The paid part is owed already; only the free 10 are left to be taken, and they are spent.
    expect(await reverse(first)).toMatchObject({ taken: 0, notTaken: 10 });
    const again = await backfilled(app, asking('2021-02-01', '2021-02-01', { include: ['reversed'] }));
    expect(await postedBy(db, again.runId, 'a')).toEqual([
      'monthly-free +10 cycle:2021-02-01#2',
      'recovery -10 cycle:2021-02-01#2',
    ]);
    expect(await countOf(db, 'SELECT owed FROM accounts')).toBe(70);
  });

  it('can be had again of the second grant, and the third one is posted under #3', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a' }]);
    const run = await settled(['a'], '2021-02-01 00:00');
    await hold();
    await reverse(run);
    const asked = asking('2021-02-01', '2021-02-01', { include: ['reversed'] });
    const second = await backfilled(app, asked);
    expect(await planOf(app, asked)).toMatchObject({ cycles: 0, notIncluded: {} });
    await reverse(second.runId);
    expect(await planOf(app, asked)).toMatchObject({ cycles: 1, connects: 10 });
    const third = await backfilled(app, asked);
    expect(await postedBy(db, third.runId, 'a')).toEqual(['monthly-free +10 cycle:2021-02-01#3']);
    expect(await balanceOf(db, 'a')).toBe(10);
    await expect(reverse(run)).rejects.toMatchObject({ code: 'already-reversed' });
  });
});

describe('what a later cycle has let expire', () => {
  /** February's grant of 10 comes on top of 200; March lets 10 expire, and grants 10. */
  async function twoRuns(): Promise<readonly [number, number]> {
    await importRows(installation.app, [{ id: 'a', openingBalance: 200 }]);
    const runs = [
      await settled(['a'], '2021-02-01 00:00'),
      await settled(['a'], '2021-03-01 00:00'),
    ] as const;
    await hold();
    return runs;
  }

  it('is neither taken nor called spent when the earlier run is reversed', async () => {
    const [february] = await twoRuns();
    expect(await reverse(february)).toMatchObject({ taken: 0, givenBack: 0, notTaken: 0, lapsed: 10 });
    expect(await balanceOf(installation.db, 'a')).toBe(210);
    expect(await amendments()).toMatchObject([
      { opening: 210, closing: 210, free: 10, short: 0, not_taken: 0 },
    ]);
  });

  it.each([
    ['the earlier first', [0, 1]],
    ['the later first', [1, 0]],
  ])('comes out the same in whichever order both are reversed: %s', async (_order, places) => {
    const { app, db } = installation;
    const runs = await twoRuns();
    for (const place of places) await reverse(runs[place] as number);
    expect(await balanceOf(db, 'a')).toBe(200);
    await backfilled(app, asking('2021-02-01', '2021-03-01', { include: ['reversed'] }));
    // Ten for each cycle, and nothing to be taken from either.
    expect(await balanceOf(db, 'a')).toBe(220);
    await execute(db, "UPDATE accounts SET next_cycle_on = '2021-04-01', next_cycle_at = '2021-04-01'");
    const found = await runHere(['audit', '--as-of', '2021-03-02T00:00:00Z', '--json'], { app });
    expect(JSON.parse(found.stdout)).toMatchObject({ total: 0 });
  });

  it('is taken from what the earlier run granted alone: the rest goes, as far as the balance has it', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'p', plan: 'plus', openingBalance: 150 }]);
    const february = await settled(['p'], '2021-02-01 00:00');
    await settled(['p'], '2021-03-01 00:00');
    await hold();
    // 150 + 80 = 230; March keeps 200 and adds 80. Of February's 80, 30 are gone, 50 are there to be taken.
    expect(await reverse(february)).toMatchObject({ taken: 50, lapsed: 30, notTaken: 0 });
    expect(await balanceOf(db, 'p')).toBe(230);
  });
});

describe('accounts that are due when a run is reversed', () => {
  it('are settled first, which is told, and can be reversed by its own number', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a' }]);
    const run = await settled(['a'], '2021-02-01 00:00');
    const thisMonth = "DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-01')";
    await execute(db, `UPDATE accounts SET next_cycle_on = ${thisMonth}, next_cycle_at = ${thisMonth}`);
    const first = await reverse(run);
    expect(first).toMatchObject({ taken: 10, settled: 1, termsVersion: 1 });
    expect(await balanceOf(db, 'a')).toBe(10);
    await hold();
    expect(await reverse(first.reversal ?? 0)).toMatchObject({ cycles: 1, taken: 10, settled: 0 });
    expect(await balanceOf(db, 'a')).toBe(0);
    await expect(reverse(first.reversal ?? 0)).rejects.toMatchObject({ code: 'not-reversible' });
  });
});

describe('members', () => {
  it('hear of a reversal only where that is asked for: what was taken, what had been spent, the balance', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a' }, { id: 'b' }]);
    const run = await settled(['a'], '2021-02-01 00:00');
    const other = await settled(['b'], '2021-02-01 00:00');
    await record(app, [fact('s', 'b', '2021-02-01 09:00', 'connects.spent', { amount: 6 })]);
    await hold();
    await reverse(run);
    expect(await countOf(db, "SELECT COUNT(*) FROM outbox WHERE kind = 'reversal'")).toBe(0);
    const flags = ['--notify', 'each', '--reason', 'wrong', '--yes', '--json'];
    expect(await runHere(['reverse-run', String(other), ...flags], { app })).toMatchObject({ code: 0 });
    const shown = await runHere(['notices', 'preview', 'reversal', '--account', 'b', '--json'], { app });
    expect(JSON.parse(shown.stdout)).toMatchObject({ subject: 'A correction: 4 Connects taken back' });
    expect((JSON.parse(shown.stdout) as { text: string }).text).toContain('6 Connects were spent already');
    expect(
      await countOf(db, "SELECT COUNT(*) FROM outbox WHERE kind = 'reversal' AND account_id = 'b'"),
    ).toBe(1);
  });
});

describe('explaining a cycle that was reversed and granted again', () => {
  it('tells all three: what it gave, that it was taken back, and what it was given instead', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a' }]);
    const run = await settled(['a'], '2021-02-01 00:00');
    await record(app, [fact('s', 'a', '2021-02-01 09:00', 'connects.spent', { amount: 6 })]);
    await hold();
    await reverse(run);
    await backfilled(app, asking('2021-02-01', '2021-02-01', { include: ['reversed'] }));
    const ended = await runHere(['account', 'explain', 'a', '--cycle', '2021-02-01', '--json'], { app });
    const { answers } = JSON.parse(ended.stdout) as {
      answers: {
        subject: string;
        code: string;
        sentence: string;
        evidence: { entries?: { subject: string }[] };
      }[];
    };
    // Each names what it posted itself, and nothing of the others.
    const posted = answers.map(({ evidence: { entries } }) => entries?.map((one) => one.subject) ?? []);
    expect(posted).toEqual([['cycle:2021-02-01'], [], ['cycle:2021-02-01#2', 'cycle:2021-02-01#2']]);
    expect(answers.map((one) => `${one.subject} ${one.code}`)).toEqual([
      'cycle:2021-02-01 granted',
      'cycle:2021-02-01 reversed',
      'cycle:2021-02-01#2 granted',
    ]);
    expect(answers[1]?.sentence).toContain(
      'because it had been a mistake: 10 Connects. Of these, 6 Connects were spent already',
    );
    expect(await countOf(db, 'SELECT COUNT(*) FROM decisions')).toBe(1);
  });
});
