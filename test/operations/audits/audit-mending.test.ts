/** What the audit finds is mended by what it says: by the command it names, or by --fix. */
import { execute, selectRows } from '../../../src/db/query.ts';
import { adjustBalances } from '../../../src/operations/events/adjust.ts';
import type { AuditFinding } from '../../../src/operations/audits/audit.ts';
import { type FixOutcome, fixFindings } from '../../../src/operations/audits/audit-fix.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { ALARM_MS, auditAll, codesOf, settleAll as settleEverybody } from '../../support/auditing.ts';
import { asking, backfilled, emptyAll } from '../../support/backfilling.ts';
import { fact, record } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { countOf } from '../../support/state.ts';

const MAY = Date.parse('2021-05-01T00:00:00Z');

let installation: Installation;

beforeAll(async () => {
  installation = await install();
});
afterEach(() => emptyAll(installation.db));
afterAll(() => installation.remove());

const audit = (asOf: number | 'now' = MAY, alarmAgeMs = ALARM_MS): Promise<AuditFinding[]> =>
  auditAll(installation.app, asOf, alarmAgeMs);
const settleAll = (asOf: string): Promise<void> => settleEverybody(installation.app, asOf);

describe('what the ledger has too much or too little of a cycle', () => {
  const DAY_MS = 86_400_000;
  const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

  /** Settled three times, and current: so no correction settles anything first. */
  beforeEach(async () => {
    const since = { anchorOn: daysAgo(100), trackedFrom: `${daysAgo(75)}T00:00:00Z` };
    const rich = { id: 'rich', openingBalance: 300, ...since };
    await importRows(installation.app, [...numbered('a', 3).map((one) => ({ ...one, ...since })), rich]);
    await settleAll(`${daysAgo(0)} 00:00`);
  });

  const seed = (sql: string): Promise<unknown> => execute(installation.db, sql);

  /** More or less in an entry, with every sum after it as if it had been so. */
  async function edit(id: string, seq: number, by: number): Promise<void> {
    await seed(
      `UPDATE entries SET balance_after = balance_after + ${by} WHERE account_id = '${id}' AND seq >= ${seq}`,
    );
    await seed(`UPDATE entries SET amount = amount + ${by} WHERE account_id = '${id}' AND seq = ${seq}`);
    await seed(`UPDATE accounts SET balance = balance + ${by} WHERE id = '${id}'`);
  }

  /** The command that it names, word by word. */
  async function adjustAsTold(found: AuditFinding): Promise<void> {
    const told = /^connects adjust (\S+) --amount (\S+) --key (\S+) /.exec(found.mend) ?? [];
    const [, account = '', amount, key = ''] = told;
    const adjustment = { account, amount: Number(amount), key, reason: 'audit' };
    await adjustBalances(installation.app.recordDeps, { adjustments: [adjustment], actor: 'test' });
  }

  const said = ({ account, code, message, amount }: AuditFinding): string =>
    `${account} ${code} ${amount} ${message.replace(/cycle:\S+/, 'it')}`;

  async function expectMended(found: readonly AuditFinding[]): Promise<void> {
    for (const one of found) await adjustAsTold(one);
    expect(await audit('now')).toEqual([]);
  }

  const balanceOf = (id: string): Promise<number> =>
    countOf(installation.db, `SELECT balance FROM accounts WHERE id = '${id}'`);

  it('that was spent stays found, and is mended under the same key once the balance is there', async () => {
    await edit('a-000', 1, 5);
    const { app } = installation;
    const by = (amount: number, key: string) =>
      adjustBalances(app.recordDeps, {
        adjustments: [{ account: 'a-000', amount, key, reason: 'test' }],
        actor: 'test',
      });
    await by(-(await balanceOf('a-000')), 'spent');
    const found = await audit('now');
    expect(found.map((one) => one.code)).toEqual(['grant-differs']);
    await adjustAsTold(found[0] as AuditFinding);
    expect(await audit('now')).toEqual(found);
    await by(50, 'more');
    await expectMended(found);
    expect(await balanceOf('a-000')).toBe(45);
  });

  it('is found as the difference, whose correction leaves nothing to be found', async () => {
    const before = await balanceOf('a-000');
    await edit('a-000', 1, 5);
    await edit('a-001', 2, -4);
    const found = await audit('now');
    expect(found.map(said)).toEqual([
      'a-000 grant-differs -5 it posted +15, and +10 was due',
      'a-001 grant-differs 4 it posted +6, and +10 was due',
    ]);
    await expectMended(found);
    expect([await balanceOf('a-000'), await balanceOf('a-001')]).toEqual([before, before]);
  });

  it('is found also where its settlement says so, by the terms that it names', async () => {
    await edit('a-000', 3, 50);
    await seed(
      "UPDATE cycles SET free = free + 50, closing = closing + 50 WHERE account_id = 'a-000' ORDER BY cycle_on DESC LIMIT 1",
    );
    const found = await audit('now');
    expect(found.map(said)).toEqual(['a-000 grant-differs -50 it posted +60, and +10 was due']);
    await expectMended(found);
  });

  it('is above the cap where less expired than was due, and what follows goes by what was due', async () => {
    const before = await balanceOf('rich');
    await edit('rich', 1, 30);
    const found = await audit('now');
    expect(found.map(said)).toEqual(['rich above-cap -30 it posted -70 +10, and -100 +10 was due']);
    await expectMended(found);
    expect(await balanceOf('rich')).toBe(before);
  });

  it('is found where nothing at all was posted', async () => {
    await seed("DELETE FROM entries WHERE account_id = 'a-002' AND seq = 3");
    await seed("UPDATE accounts SET balance = balance - 10, last_seq = 2 WHERE id = 'a-002'");
    const found = await audit('now');
    expect(found.map(said)).toEqual(['a-002 grant-differs 10 it posted nothing, and +10 was due']);
    await expectMended(found);
  });
});

describe('--fix', () => {
  const fix = (findings: readonly AuditFinding[], approvalOver = 0): Promise<FixOutcome> =>
    fixFindings(installation.app.settleDeps, {
      findings,
      actor: 'ann',
      reason: 'lost',
      worker: 'fix',
      approvalOver,
      signal: new AbortController().signal,
    });

  it('records a lost settlement that granted nothing again as such, and grants nothing for it', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a' }, { id: 'b', status: 'suspended' }]);
    await record(app, [
      fact('s', 'a', '2021-02-15 00:00', 'account.suspended'),
      fact('r', 'a', '2021-03-15 00:00', 'account.reinstated'),
      fact('t', 'b', '2021-03-15 00:00', 'account.reinstated'),
    ]);
    await settleAll('2021-05-01 00:00');
    const settlements = "SELECT * FROM cycles WHERE cycle_on = '2021-03-01' ORDER BY account_id";
    const before = await selectRows<Record<string, unknown>>(db, settlements);
    expect(before.map((one) => one.code)).toEqual(['account-inactive', 'account-inactive']);
    await execute(db, "DELETE FROM cycles WHERE cycle_on = '2021-03-01'");
    const balances = await selectRows(db, 'SELECT id, balance FROM accounts ORDER BY id');
    expect(codesOf(await audit())).toEqual([
      'a settlement-missing 2021-03-01',
      'b settlement-missing 2021-03-01',
    ]);
    await execute(db, "UPDATE accounts SET next_cycle_on = '2037-01-01', next_cycle_at = '2037-01-01'");
    await backfilled(app, asking('2021-03-01', '2021-03-01'));
    expect(await selectRows(db, 'SELECT id, balance FROM accounts ORDER BY id')).toEqual(balances);
    const amounts = ({
      code,
      opening,
      carried,
      closing,
      plan,
      next_on: nextOn,
    }: Record<string, unknown>) => ({
      code,
      opening,
      carried,
      closing,
      plan,
      nextOn,
    });
    expect((await selectRows<Record<string, unknown>>(db, settlements)).map(amounts)).toEqual(
      before.map(amounts),
    );
  });

  it('puts a next date right that was moved, and settles what is due by it', async () => {
    const { db } = installation;
    await importRows(installation.app, numbered('a', 2));
    await settleAll('2021-05-01 00:00');
    await execute(
      db,
      "UPDATE accounts SET next_cycle_on = '2037-01-15', next_cycle_at = '2037-01-15' WHERE id = 'a-000'",
    );
    const found = await audit();
    expect(codesOf(found)).toEqual(['a-000 next-date-wrong 2037-01-15']);
    expect(found[0]?.remedy).toBe('next-date');
    expect(await fix(found)).toMatchObject({ nextDates: 1 });
    const next = "SELECT COUNT(*) FROM accounts WHERE next_cycle_on = '2021-06-01' AND id = 'a-000'";
    expect(await countOf(db, next)).toBe(1);
    expect(await audit()).toEqual([]);
  });

  it('tells of cycles that follow each other and have no notice once, as a catch-up is told', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 3));
    for (const month of ['02', '03', '04', '05']) await settleAll(`2021-${month}-01 00:00`);
    const forget = (where: string): Promise<unknown> => execute(db, `DELETE FROM outbox WHERE ${where}`);
    await forget("account_id = 'a-000'");
    // One was told in between; and one is nobody's to be told of.
    await forget("account_id IN ('a-001', 'a-002') AND first_cycle_on <> '2021-03-01'");
    await forget("account_id = 'a-002'");
    await execute(
      db,
      "UPDATE cycles SET notice = 'opted-out' WHERE account_id = 'a-002' AND cycle_on = '2021-03-01'",
    );
    const before = await countOf(db, 'SELECT MAX(id) FROM outbox');
    expect(await fix(await audit())).toMatchObject({ notices: 4 });
    const staged = await selectRows<{ account: string; ref: string }>(
      db,
      `SELECT account_id AS account, ref FROM outbox WHERE id > ${before} ORDER BY account_id, first_cycle_on`,
    );
    expect(staged.map((one) => `${one.account} ${one.ref}`)).toEqual([
      'a-000 cycles:2021-02-01..2021-05-01',
      'a-001 cycles:2021-02-01..2021-02-01',
      'a-001 cycles:2021-04-01..2021-05-01',
      'a-002 cycles:2021-02-01..2021-05-01',
    ]);
    expect(await audit()).toEqual([]);
  });

  it('leaves to a second person what grants more than one may grant alone', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 1));
    await settleAll('2021-05-01 00:00');
    await execute(db, "UPDATE accounts SET next_cycle_on = '2037-01-01', next_cycle_at = '2037-01-01'");
    await execute(db, 'DELETE FROM entries WHERE seq = 4');
    await execute(db, "DELETE FROM cycles WHERE cycle_on = '2021-05-01'");
    await execute(db, 'UPDATE accounts SET balance = balance - 10, last_seq = 3');
    const found = (await audit()).filter((one) => one.remedy === 'backfill');
    const { backfills, awaiting } = await fix(found, 9);
    expect([backfills.length, awaiting.length]).toEqual([0, 1]);
    expect(await selectRows(db, 'SELECT state FROM backfills')).toEqual([{ state: 'awaiting-approval' }]);
    expect(await selectRows(db, 'SELECT MAX(seq) AS last FROM entries')).toEqual([{ last: 3 }]);
    // What grants no more than the limit is granted at once.
    await execute(db, "UPDATE backfills SET state = 'cancelled'");
    expect(await fix(found, 10)).toMatchObject({ backfills: [expect.any(Number)], awaiting: [] });
    expect(await selectRows(db, 'SELECT MAX(seq) AS last FROM entries')).toEqual([{ last: 4 }]);
  });

  it('mends by settling and backfilling what can be mended so, and leaves nothing to be found', async () => {
    const { app, db } = installation;
    await importRows(app, [...numbered('a', 6), { id: 'late', anchorOn: '2020-12-20' }]);
    await settleAll('2021-05-01 00:00');
    await execute(db, "UPDATE accounts SET balance = balance + 5 WHERE id = 'a-000'");
    await execute(db, "DELETE FROM cycles WHERE account_id = 'a-001' AND cycle_on = '2021-03-01'");
    await execute(db, "DELETE FROM outbox WHERE account_id = 'a-002'");
    // A boundary of which nothing is left at all.
    await execute(db, "DELETE FROM entries WHERE account_id = 'a-003' AND seq = 4");
    await execute(db, "DELETE FROM cycles WHERE account_id = 'a-003' AND cycle_on = '2021-05-01'");
    await execute(db, "UPDATE accounts SET balance = balance - 10, last_seq = 3 WHERE id = 'a-003'");
    const found = await audit('now');
    // Since May nobody has swept: all are due.
    expect(new Set(found.map((one) => one.code))).toEqual(
      new Set(['balance-differs', 'settlement-missing', 'notice-missing', 'due-too-long']),
    );
    const fixed = await fix(found.filter((one) => one.remedy !== null));
    expect(fixed).toMatchObject({ settled: 7, balances: 1, notices: 1 });
    expect(fixed.backfills).toHaveLength(2);
    expect(await audit('now')).toEqual([]);
    const told = await selectRows<{ action: string; actor: string }>(
      db,
      "SELECT DISTINCT action, actor FROM audit_log WHERE actor = 'ann' ORDER BY action",
    );
    expect(told.map((one) => one.action)).toEqual([
      'audit.fix',
      'audit.restore-balance',
      'audit.stage-notice',
      'backfill.grant',
      'backfill.start',
    ]);
  });
});
