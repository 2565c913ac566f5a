/** Cycles of the past that gave nothing: found, granted once, and nothing else. */
import { execute } from '../../../src/db/query.ts';
import { forecast } from '../../../src/domain/simulation/forecast.ts';
import { builtInTerms } from '../../../src/domain/terms.ts';
import { type AccountRow, findAccount } from '../../../src/ledger/accounts.ts';
import { findRun } from '../../../src/ledger/runs.ts';
import { applyTerms } from '../../../src/operations/upkeep/apply-terms.ts';
import { countRun } from '../../../src/reports/run-counts.ts';
import { exportRows } from '../../../src/reports/exports.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import {
  asking,
  backfilled,
  balanceOf,
  emptyAll,
  itemsOf,
  planOf,
  postedBy,
  started,
  work,
} from '../../support/backfilling.ts';
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

/** Nobody's ledger says something else than its account. */
const torn = (): Promise<number> =>
  countOf(
    installation.db,
    `SELECT COUNT(*) FROM accounts a
      WHERE balance <> opening_balance + (SELECT COALESCE(SUM(amount), 0) FROM entries e WHERE e.account_id = a.id)
         OR last_seq <> (SELECT COUNT(*) FROM entries e WHERE e.account_id = a.id)
         OR last_decision <> (SELECT COUNT(*) FROM all_decisions d WHERE d.account_id = a.id)`,
  );

describe('accounts imported with a late take-over', () => {
  const late = { anchorOn: '2021-01-10', trackedFrom: '2021-06-01T00:00:00Z' };

  it('are granted the boundaries before it, under their own dates, effective now', async () => {
    const { app, db } = installation;
    await importRows(app, [
      { ...late, id: 'basic' },
      { ...late, id: 'plus', plan: 'plus' },
    ]);
    const backfill = await backfilled(app, asking('2021-02-01', '2021-04-30'));
    expect(backfill.state).toBe('completed');
    expect(await postedBy(db, backfill.runId, 'basic')).toEqual(
      expect.arrayContaining([
        'monthly-free +10 cycle:2021-02-10',
        'monthly-free +10 cycle:2021-03-10',
        'monthly-free +10 cycle:2021-04-10',
      ]),
    );
    expect((await postedBy(db, backfill.runId, 'plus')).slice(-6)).toEqual([
      'monthly-free +10 cycle:2021-02-10',
      'monthly-plan +70 cycle:2021-02-10',
      'monthly-free +10 cycle:2021-03-10',
      'monthly-plan +70 cycle:2021-03-10',
      'monthly-free +10 cycle:2021-04-10',
      'monthly-plan +70 cycle:2021-04-10',
    ]);
    // Brought current first: capped at each boundary up to now, and the past comes on top of that.
    expect(await balanceOf(db, 'basic')).toBe(210 + 3 * 10);
    expect(await balanceOf(db, 'plus')).toBe(280 + 3 * 80);
    expect(await torn()).toBe(0);
  });

  it('have a settlement for each afterwards, of the boundary of that time, and nothing of it expired', async () => {
    const { app, db } = installation;
    await importRows(app, [{ ...late, id: 'a', zone: 'America/Havana', anchorOn: '2020-11-30' }]);
    const backfill = await backfilled(app, asking('2021-01-01', '2021-03-31'));
    const cycles = await readState(db);
    const past = cycles.cycles.filter((one) => String(one.cycle_on) < '2021-06-01');
    expect(past).toMatchObject([
      {
        cycle_on: '2021-01-30',
        starts_at: new Date('2021-01-30T05:00:00Z'),
        next_on: '2021-02-28',
        opening: 210,
        carried: 210,
        expired: 0,
        free: 10,
        closing: 220,
        cap: null,
        code: 'granted',
      },
      { cycle_on: '2021-02-28', opening: 220, closing: 230, next_on: '2021-03-30' },
      // Summer time in Havana since 14 March.
      { cycle_on: '2021-03-30', starts_at: new Date('2021-03-30T04:00:00Z'), closing: 240 },
    ]);
    expect(await itemsOf(db, backfill.id)).toEqual([
      'a 2021-01-30 absent granted 10',
      'a 2021-02-28 absent granted 10',
      'a 2021-03-30 absent granted 10',
    ]);
  });

  it('go through terms, plan and status as the policy says', async () => {
    const { app, db } = installation;
    await importRows(app, [
      { ...late, id: 'before-the-program', anchorOn: '2020-09-10', trackedFrom: '2021-01-05T00:00:00Z' },
      { ...late, id: 'suspended', status: 'suspended' },
      { ...late, id: 'closed', status: 'closed' },
      { ...late, id: 'agency', kind: 'agency', plan: 'agency' },
      // On Basic at the take-over: what came later is not what was then.
      { ...late, id: 'upgraded' },
    ]);
    await record(app, [fact('up', 'upgraded', '2021-07-01 12:00', 'plan.upgraded')]);
    const backfill = await backfilled(app, asking('2020-10-01', '2021-02-28'));
    expect(await itemsOf(db, backfill.id)).toEqual([
      'agency 2021-02-10 absent skipped no-monthly-grant',
      'before-the-program 2020-10-10 absent skipped no-terms',
      'before-the-program 2020-11-10 absent skipped no-terms',
      'before-the-program 2020-12-10 absent granted 10',
      'closed 2021-02-10 absent skipped inactive-now',
      'suspended 2021-02-10 absent skipped inactive-now',
      'upgraded 2021-02-10 absent granted 10',
    ]);
    expect(await torn()).toBe(0);
  });

  it('are granted nothing by the same backfill again, nor by one that only overlaps it', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 3, late));
    await backfilled(app, asking('2021-02-01', '2021-03-31'));
    const before = await readState(db);
    expect(await planOf(app, asking('2021-02-01', '2021-03-31'))).toMatchObject({ cycles: 0, connects: 0 });
    await backfilled(app, asking('2021-02-01', '2021-03-31'));
    expect(await readState(db)).toEqual(before);
    const wider = await backfilled(app, asking('2021-03-01', '2021-04-30'));
    expect(await itemsOf(db, wider.id)).toEqual([
      'a-000 2021-04-10 absent granted 10',
      'a-001 2021-04-10 absent granted 10',
      'a-002 2021-04-10 absent granted 10',
    ]);
  });

  it('cap as always at the next boundary', async () => {
    const { app, db } = installation;
    await importRows(app, [{ ...late, id: 'a' }]);
    await backfilled(app, asking('2021-02-01', '2021-05-31'));
    expect(await balanceOf(db, 'a')).toBe(210 + 40);
    const stored = (await findAccount(db, 'a')) as AccountRow;
    expect(forecast(stored.account, builtInTerms, 1)).toMatchObject([
      { opening: 250, expired: 50, closing: 210 },
    ]);
  });
});

describe('accounts that were suspended by mistake', () => {
  beforeEach(async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'a', plan: 'plus' }, { id: 'b' }]);
    await record(app, [
      fact('s1', 'a', '2021-01-15 00:00', 'account.suspended'),
      fact('r1', 'a', '2021-04-15 00:00', 'account.reinstated'),
    ]);
  });

  it('are told of, and left alone, unless their reason is named', async () => {
    const { app } = installation;
    const plan = await planOf(app, asking('2021-01-01', '2021-12-31'));
    expect(plan).toMatchObject({ cycles: 0, notIncluded: { 'account-inactive': 3 } });
  });

  it('are granted what they missed, with a second decision that names the backfill beside the first', async () => {
    const { app, db } = installation;
    const asked = asking('2021-01-01', '2021-12-31', { include: ['account-inactive'] });
    expect(await planOf(app, asked)).toMatchObject({
      accounts: 1,
      cycles: 3,
      connects: 240,
      byReason: { 'account-inactive': { cycles: 3, connects: 240 } },
      samples: [{ account: 'a', cycles: [{ cycleOn: '2021-02-01', connects: 80 }, {}, {}] }],
    });
    const backfill = await backfilled(app, asked);
    expect((await postedBy(db, backfill.runId, 'a')).slice(-6, -4)).toEqual([
      'monthly-free +10 cycle:2021-02-01',
      'monthly-plan +70 cycle:2021-02-01',
    ]);
    const explained = await runHere(['account', 'explain', 'a', '--cycle', '2021-02-01', '--json'], { app });
    const { answers } = JSON.parse(explained.stdout) as { answers: { evidence: { entries?: object[] } }[] };
    expect(answers.slice(0, 2).map(({ evidence }) => evidence.entries?.length)).toEqual([0, 2]);
    const decisions = [];
    for await (const row of exportRows(db, 'decisions', { account: 'a' })) decisions.push(row);
    const ofFebruary = decisions.filter((one) => one.subject === 'cycle:2021-02-01');
    expect(ofFebruary).toMatchObject([
      { code: 'account-inactive', at: '2021-02-01T00:00:00.000Z' },
      { code: 'granted', detail: { backfill: backfill.id, reason: 'account-inactive', free: 10, paid: 70 } },
    ]);
    expect(await balanceOf(db, 'a')).toBe(280 + 240);
    expect(await torn()).toBe(0);
    expect(await planOf(app, asked)).toMatchObject({ cycles: 0, notIncluded: {} });
  });
});

describe('an outage of three months', () => {
  it('needs no backfill where only nobody was there: what is due is for the sweep', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 3));
    await settleAsOf(app, ['a-000', 'a-001', 'a-002'], '2021-02-01 00:00');
    expect(await planOf(app, asking('2021-03-01', '2021-05-31'))).toMatchObject({ cycles: 0, skipped: {} });
    await settleAsOf(app, ['a-000', 'a-001', 'a-002'], '2021-06-01 00:00');
    expect(await balanceOf(db, 'a-000')).toBe(50);
  });

  it('is made good where three months were lost: settlements and entries, with the calendar gone on', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 3));
    await settleAsOf(app, ['a-000', 'a-001', 'a-002'], '2021-06-01 00:00');
    // As after a restore of the ledger from before, and of the accounts from after the outage.
    await execute(db, "DELETE FROM entries WHERE cycle_on >= '2021-04-01'");
    await execute(db, "DELETE FROM cycles WHERE cycle_on >= '2021-04-01'");
    await execute(
      db,
      'UPDATE accounts SET balance = balance - 30, last_seq = last_seq - 3, last_decision = last_decision - 3',
    );
    const asked = asking('2021-04-01', '2021-06-30');
    const plan = await planOf(app, asked);
    expect(plan).toMatchObject({ accounts: 3, cycles: 9, connects: 90, byReason: { absent: { cycles: 9 } } });
    const backfill = await backfilled(app, asked, { plan, planHash: plan.hash });
    const run = (await findRun(db, backfill.runId)) as NonNullable<Awaited<ReturnType<typeof findRun>>>;
    expect(run).toMatchObject({ kind: 'backfill', state: 'completed' });
    expect(await countRun(db, run)).toMatchObject({ settled: 3, failed: 0, remaining: 0, skipped: 0 });
    expect(await itemsOf(db, backfill.id)).toHaveLength(9);
    expect(await torn()).toBe(0);
  });

  it('records a lost settlement again, from its entries, and grants nothing', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a', plan: 'plus', openingBalance: 250 }]);
    await settleAsOf(app, ['a'], '2021-03-01 00:00');
    await execute(db, "DELETE FROM cycles WHERE cycle_on = '2021-02-01'");
    expect(await planOf(app, asking('2021-02-01', '2021-02-28'))).toMatchObject({ cycles: 0, recorded: 1 });
    const backfill = await backfilled(app, asking('2021-02-01', '2021-02-28'));
    expect(await itemsOf(db, backfill.id)).toEqual(['a 2021-02-01 absent recorded 0']);
    const after = await readState(db);
    expect(after.entries.filter((one) => one.cycle_on === '2021-02-01')).toHaveLength(3);
    expect(await torn()).toBe(0);
    expect(after.cycles[0]).toMatchObject({
      cycle_on: '2021-02-01',
      opening: 250,
      expired: 50,
      free: 10,
      paid: 70,
      closing: 280,
      plan: 'plus',
    });
  });
});

describe('a closed account', () => {
  it('has no boundary after its closing, also where events were refused since', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a' }]);
    await record(app, [
      fact('c', 'a', '2021-02-15 00:00', 'account.closed'),
      fact('s', 'a', '2021-04-15 00:00', 'connects.spent', { amount: 5 }),
    ]);
    expect(await planOf(app, asking('2021-01-01', '2021-05-31'))).toMatchObject({ cycles: 0, recorded: 0 });
    await backfilled(app, asking('2021-01-01', '2021-05-31', { include: ['account-inactive'] }));
    expect((await readState(db)).cycles.map((one) => one.cycle_on)).toEqual(['2021-02-01']);
  });
});

describe('terms that begin earlier than was thought', () => {
  it('let cycles before the program be granted, when that is asked for', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a', anchorOn: '2020-09-05' }]);
    await settleAsOf(app, ['a'], '2020-12-01 00:00');
    const asked = asking('2020-10-01', '2020-11-30', { include: ['before-program'] });
    expect(await planOf(app, asked)).toMatchObject({ cycles: 0, skipped: { 'no-terms': 2 } });
    const [first, ...others] = builtInTerms as [(typeof builtInTerms)[number], (typeof builtInTerms)[number]];
    const terms = [{ ...first, effectiveFrom: '2020-11-01' }, ...others];
    const applied = await applyTerms(app, { terms, actor: 'test', reason: 'earlier', dryRun: false });
    expect(applied).toMatchObject({ outcome: 'applied', version: 2 });
    const backfill = await backfilled(app, asked);
    expect(await itemsOf(db, backfill.id)).toEqual([
      'a 2020-10-05 before-program skipped no-terms',
      'a 2020-11-05 before-program granted 10',
    ]);
  });
});

describe('whose cycles', () => {
  const late = { anchorOn: '2021-01-10', trackedFrom: '2021-06-01T00:00:00Z' };

  it('are those of a plan', async () => {
    const { app } = installation;
    await importRows(app, [
      { ...late, id: 'basic' },
      { ...late, id: 'plus', plan: 'plus' },
    ]);
    const plan = await planOf(app, asking('2021-02-01', '2021-02-28', { plan: 'plus' }));
    expect(plan).toMatchObject({ accounts: 1, cycles: 1, connects: 80 });
    const backfill = await backfilled(app, plan.asked);
    expect(await itemsOf(installation.db, backfill.id)).toEqual(['plus 2021-02-10 absent granted 80']);
  });

  it('are those of listed accounts, each of which must be there', async () => {
    const { app } = installation;
    await importRows(app, numbered('a', 5, late));
    const asked = asking('2021-02-01', '2021-02-28', { accounts: ['a-001', 'a-003'] });
    const backfill = await backfilled(app, asked);
    expect(await itemsOf(installation.db, backfill.id)).toEqual([
      'a-001 2021-02-10 absent granted 10',
      'a-003 2021-02-10 absent granted 10',
    ]);
    await expect(planOf(app, { ...asked, accounts: ['a-001', 'nobody'] })).rejects.toMatchObject({
      code: 'unknown-account',
      message: 'there is no account nobody',
    });
  });

  it('are taken by one backfill at a time', async () => {
    const { app } = installation;
    await importRows(app, numbered('a', 5, late));
    const first = await started(app, asking('2021-02-01', '2021-03-31', { accounts: ['a-001'] }));
    const others = await started(app, asking('2021-02-01', '2021-03-31', { accounts: ['a-002'] }));
    const later = await started(app, asking('2021-04-01', '2021-04-30'));
    for (const asked of [
      asking('2021-03-31', '2021-03-31'),
      asking('2021-01-01', '2021-02-01', { accounts: ['a-001', 'a-004'] }),
    ])
      await expect(started(app, asked)).rejects.toMatchObject({
        kind: 'conflict',
        code: 'backfill-overlaps',
      });
    for (const one of [first, others, later]) await work(app, one.id);
    expect((await started(app, asking('2021-01-01', '2021-12-31'))).state).toBe('running');
  });

  it('start only when the plan is still the one that was seen', async () => {
    const { app } = installation;
    await importRows(app, numbered('a', 2, late));
    const { hash } = await planOf(app, asking('2021-02-01', '2021-02-28'));
    await record(app, [fact('s', 'a-001', '2021-06-02 00:00', 'account.suspended')]);
    await expect(started(app, asking('2021-02-01', '2021-02-28'), { planHash: hash })).rejects.toMatchObject({
      kind: 'refused',
      code: 'plan-changed',
    });
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM backfills')).toBe(0);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM runs')).toBe(0);
  });
});

describe('a payment that failed', () => {
  it('is not given again with the cycle it was for, and what is owed is recovered from paid parts', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a', plan: 'plus', trackedFrom: '2021-03-15T00:00:00Z' }]);
    await settleAsOf(app, ['a'], '2021-04-01 00:00');
    await record(app, [
      fact('spent', 'a', '2021-04-02 00:00', 'connects.spent', { amount: 80 }),
      fact('failed', 'a', '2021-04-03 00:00', 'payment.failed', { cycleOn: '2021-04-01' }),
    ]);
    expect(await countOf(db, 'SELECT owed FROM accounts')).toBe(70);
    const backfill = await backfilled(app, asking('2021-02-01', '2021-03-31'));
    // On Plus at the take-over: two paid parts, from the first of which all is recovered.
    expect((await postedBy(db, backfill.runId, 'a')).slice(-5)).toEqual([
      'monthly-free +10 cycle:2021-02-01',
      'monthly-plan +70 cycle:2021-02-01',
      'recovery -70 cycle:2021-02-01',
      'monthly-free +10 cycle:2021-03-01',
      'monthly-plan +70 cycle:2021-03-01',
    ]);
    expect(await countOf(db, 'SELECT owed FROM accounts')).toBe(0);
    expect(await torn()).toBe(0);
  });
});

describe('one account that cannot be brought current', () => {
  it('fails alone: the others are granted, and the backfill says so', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 3, { anchorOn: '2021-01-10', trackedFrom: '2021-06-01T00:00:00Z' }));
    await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'a-001'");
    const plan = await planOf(app, asking('2021-02-01', '2021-02-28'));
    expect(plan).toMatchObject({ cycles: 2, skipped: { 'not-current': 1 } });
    const backfill = await backfilled(app, plan.asked);
    expect(backfill.state).toBe('completed');
    expect(await itemsOf(db, backfill.id)).toEqual([
      'a-000 2021-02-10 absent granted 10',
      'a-001 2021-02-01 not-current failed unknown-zone',
      'a-002 2021-02-10 absent granted 10',
    ]);
    const run = await findRun(db, backfill.runId);
    expect(run).toMatchObject({ state: 'completed-with-failures' });
    expect(await countRun(db, run as NonNullable<typeof run>)).toMatchObject({
      settled: 2,
      failed: 1,
      failures: { 'unknown-zone': 1 },
    });
  });
});
