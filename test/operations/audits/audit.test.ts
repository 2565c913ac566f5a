/** The audit finds nothing in a clean fleet, and each seeded fault; what can be mended is mended by what it says. */
import { readFileSync } from 'node:fs';
import { execute } from '../../../src/db/query.ts';
import { type MemberEvent, parseEvent } from '../../../src/domain/events/events.ts';
import { adjustBalances } from '../../../src/operations/events/adjust.ts';
import type { AuditFinding } from '../../../src/operations/audits/audit.ts';
import { reverseRun } from '../../../src/operations/reversals/reverse-run.ts';
import { listRuns } from '../../../src/ledger/runs.ts';
import { type AccountRowGiven, fixture, importFile, importRows, numbered } from '../../support/accounts.ts';
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

function eventsIn(file: string): MemberEvent[] {
  return readFileSync(fixture(file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const parsed = parseEvent(JSON.parse(line));
      if (!parsed.ok) throw new Error(line);
      return parsed.event;
    });
}

describe('a clean fleet', () => {
  it('of quiet accounts has no finding', async () => {
    await importFile(installation.app, fixture('quiet-fleet-accounts.csv'));
    await settleAll('2021-05-01 00:00');
    expect(await audit()).toEqual([]);
  });

  it('with two thousand events, late ones among them, has no finding', async () => {
    await importFile(installation.app, fixture('fleet-accounts.csv'));
    await record(installation.app, eventsIn('fleet-events.ndjson'));
    await settleAll('2021-05-01 00:00');
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM events WHERE late = 1')).toBeGreaterThan(10);
    expect(await audit()).toEqual([]);
  });

  it('with all of those events, whose runs were reversed and backfilled, has no finding', async () => {
    const { app, db } = installation;
    await importFile(app, fixture('fleet-accounts.csv'));
    await record(app, eventsIn('fleet-events.ndjson'));
    await settleAll('2021-05-01 00:00');
    const runs = (await listRuns(db, 10)).map((one) => one.id);
    for (const run of runs)
      await reverseRun(app.settleDeps, { source: { run }, actor: 'test', reason: 'test' });
    const include = ['reversed', 'account-inactive', 'before-program'] as const;
    await backfilled(app, asking('2020-10-01', '2021-05-31', { include: [...include] }));
    expect(await countOf(db, 'SELECT COUNT(*) FROM amendments')).toBeGreaterThan(50);
    for (const status of ['closed', 'suspended'])
      expect(await countOf(db, `SELECT COUNT(*) FROM accounts WHERE status = '${status}'`)).toBeGreaterThan(
        0,
      );
    expect(await countOf(db, 'SELECT COUNT(*) FROM account_spans')).toBeGreaterThan(
      10 + (await countOf(db, 'SELECT COUNT(*) FROM accounts')),
    );
    expect(await countOf(db, "SELECT COUNT(*) FROM entries WHERE kind = 'reversal'")).toBeGreaterThan(0);
    // Whoever was in none of those is due since 2021.
    expect(await audit('now', Infinity)).toEqual([]);
  });

  it('with accounts that came closed, of which closing is told again, has no finding', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'gone', status: 'closed' }, { id: 'going' }]);
    await settleAll('2021-03-01 00:00');
    await record(app, [
      fact('c1', 'gone', '2021-04-15 00:00', 'account.closed'),
      fact('c2', 'going', '2021-04-15 00:00', 'account.closed'),
    ]);
    expect(await audit('now')).toEqual([]);
  });

  it('that was backfilled, reversed and granted again has no finding', async () => {
    const { app, db } = installation;
    await importRows(app, [
      { id: 'a', plan: 'plus', anchorOn: '2020-12-05', trackedFrom: '2021-03-01T00:00:00Z' },
      { id: 'b', openingBalance: 400 },
    ]);
    await record(app, [
      fact('s', 'b', '2021-02-15 00:00', 'account.suspended'),
      fact('r', 'b', '2021-03-15 00:00', 'account.reinstated'),
    ]);
    await settleAll('2021-04-05 00:00');
    const run = (await listRuns(db, 1))[0]?.id ?? 0;
    await reverseRun(app.settleDeps, { source: { run }, actor: 'test', reason: 'test' });
    const include = ['reversed', 'account-inactive'] as const;
    await backfilled(app, asking('2020-12-01', '2021-04-30', { include: [...include] }), {
      notify: 'digest',
    });
    expect(await countOf(db, 'SELECT COUNT(*) FROM amendments')).toBeGreaterThan(4);
    expect(await audit('now')).toEqual([]);
  });
});

describe('each seeded fault is found, once, with the command that mends it', () => {
  const fleet: readonly AccountRowGiven[] = [
    ...numbered('a', 4),
    { id: 'p', plan: 'plus', openingBalance: 150 },
  ];

  beforeEach(async () => {
    const { app } = installation;
    await importRows(app, fleet);
    await record(app, [
      fact('carried', 'p', '2021-01-10 10:00', 'proposal.submitted', { proposal: 'pr1', connects: 4 }),
      fact('asked', 'p', '2021-01-10 11:00', 'interview.requested', { interview: 'i1', proposal: 'pr1' }),
      fact('replied', 'p', '2021-01-11 11:00', 'interview.replied', { interview: 'i1' }),
    ]);
    await settleAll('2021-05-01 00:00');
  });

  it('and none before it is seeded', async () => {
    expect(await audit()).toEqual([]);
  });

  const seed = (sql: string): Promise<unknown> => execute(installation.db, sql);

  it('a settlement that was deleted', async () => {
    await seed("DELETE FROM cycles WHERE account_id = 'a-001' AND cycle_on = '2021-03-01'");
    const found = await audit();
    expect(codesOf(found)).toEqual(['a-001 settlement-missing 2021-03-01']);
    expect(found[0]?.mend).toBe(
      'connects backfill start --from 2021-03-01 --to 2021-03-01 --account a-001 --work --reason "…" --yes',
    );
  });

  it('a balance that was changed', async () => {
    await seed("UPDATE accounts SET balance = balance + 5 WHERE id = 'a-001'");
    const found = await audit();
    expect(codesOf(found)).toEqual(['a-001 balance-differs']);
    expect(found[0]?.message).toBe('the balance is 45, and its entries come to 40');
  });

  it('an outbox row that was dropped', async () => {
    await seed("DELETE FROM outbox WHERE account_id = 'a-002'");
    expect(codesOf(await audit())).toEqual(
      ['2021-02-01', '2021-03-01', '2021-04-01', '2021-05-01'].map((on) => `a-002 notice-missing ${on}`),
    );
  });

  it('an award that was duplicated, also where the balance was changed to match', async () => {
    await seed(`INSERT INTO entries (account_id, seq, kind, amount, balance_after, effective_at, occurred_at, posted_at,
                                     cycle_on, subject, proposal, run_id)
                SELECT account_id, (SELECT MAX(seq) FROM entries WHERE account_id = 'p') + 1, kind, amount,
                       (SELECT balance FROM accounts WHERE id = 'p') + amount, effective_at, occurred_at, posted_at,
                       cycle_on, 'interview:i1-again', proposal, run_id
                  FROM entries WHERE account_id = 'p' AND kind = 'interview-award'`);
    await seed("UPDATE accounts SET balance = balance + 10, last_seq = last_seq + 1 WHERE id = 'p'");
    const found = await audit();
    const seq = await countOf(installation.db, "SELECT MAX(seq) FROM entries WHERE account_id = 'p'");
    expect(codesOf(found)).toEqual(['p granted-twice']);
    expect(found[0]?.mend).toBe(`connects adjust p --amount -10 --key audit.p.${seq} --reason "…" --yes`);
    // The command that it names mends it.
    const adjustment = { account: 'p', amount: -10, key: `audit.p.${seq}`, reason: 'awarded twice' };
    await adjustBalances(installation.app.recordDeps, { adjustments: [adjustment], actor: 'test' });
    expect((await audit('now', Infinity)).filter((one) => one.code === 'granted-twice')).toEqual([]);
  });

  it('a monthly grant that was duplicated', async () => {
    await seed(`INSERT INTO entries SELECT account_id, 5, kind, amount, balance_after + 10, effective_at, occurred_at,
                       posted_at, cycle_on, 'cycle:2021-05-01#2', proposal, run_id
                  FROM entries WHERE account_id = 'a-003' AND seq = 4`);
    await seed("UPDATE accounts SET balance = balance + 10, last_seq = 5 WHERE id = 'a-003'");
    expect(codesOf(await audit())).toEqual(['a-003 granted-twice 2021-05-01']);
  });

  it('an entry with a wrong balance, and one that is missing', async () => {
    await seed("UPDATE entries SET balance_after = 21 WHERE account_id = 'a-001' AND seq = 2");
    await seed("DELETE FROM entries WHERE account_id = 'a-002' AND seq = 4");
    const found = await audit();
    expect(codesOf(found)).toEqual([
      'a-001 ledger-broken',
      'a-002 ledger-broken',
      'a-002 balance-differs',
      'a-002 settlement-differs 2021-05-01',
    ]);
    expect(found[0]?.message).toBe('entry 2 says 21 after it, and the sum is 20');
  });

  it('a grant before its instant', async () => {
    await seed(
      "UPDATE entries SET effective_at = '2021-03-31 23:59:59' WHERE account_id = 'a-001' AND seq = 3",
    );
    await seed(
      "UPDATE cycles SET starts_at = '2021-03-31 23:00:00' WHERE account_id = 'a-002' AND cycle_on = '2021-04-01'",
    );
    expect(codesOf(await audit())).toEqual([
      'a-001 granted-early 2021-04-01',
      'a-002 granted-early 2021-04-01',
    ]);
  });

  it('a settlement that does not say what was due and posted', async () => {
    await seed(
      "UPDATE cycles SET free = 9, closing = closing - 1 WHERE account_id = 'a-001' AND cycle_on = '2021-05-01'",
    );
    await seed("UPDATE cycles SET cap = 20 WHERE account_id = 'a-002' AND cycle_on = '2021-05-01'");
    await seed(`UPDATE cycles SET opening = opening + 1000, carried = carried + 1000, closing = closing + 1000, cap = NULL
                 WHERE account_id = 'a-003' AND cycle_on = '2021-04-01'`);
    const found = await audit();
    expect(found.map((one) => [one.account, one.code, one.message])).toEqual([
      ['a-001', 'settlement-differs', 'the settlement of 2021-05-01 says +9, and +10 was due'],
      ['a-002', 'settlement-differs', 'the settlement of 2021-05-01 says that 20 was the cap, and 200 was'],
      [
        'a-003',
        'settlement-differs',
        'the settlement of 2021-04-01 opens with 1020, and the ledger had 20 then',
      ],
    ]);
    expect(found[0]?.mend).toBe(
      'only a restore from a backup mends it; "connects account explain a-001 --cycle 2021-05-01" shows all there is',
    );
  });

  it('the settlement of a suspended account that opens with what it never had', async () => {
    const { app } = installation;
    await record(app, [fact('s', 'a-001', '2021-05-02 00:00', 'account.suspended')]);
    await settleAll('2021-06-01 00:00');
    const june = Date.parse('2021-06-01T00:00:00Z');
    expect(await audit(june)).toEqual([]);
    await seed(
      "UPDATE cycles SET opening = 7, carried = 7, closing = 7 WHERE account_id = 'a-001' AND cycle_on = '2021-06-01'",
    );
    expect(codesOf(await audit(june))).toEqual(['a-001 settlement-differs 2021-06-01']);
  });

  it('a decision that was deleted', async () => {
    await seed("DELETE FROM decisions WHERE account_id = 'p' AND subject = 'interview:i1'");
    const found = await audit();
    expect(found.map((one) => [one.account, one.code, one.message])).toEqual([
      ['p', 'decision-missing', 'the account counts 5 decisions, and 1 of them cannot be found'],
    ]);
  });

  it('a calendar whose first or last change is not recorded', async () => {
    const { app } = installation;
    await record(app, [
      fact('u', 'a-001', '2021-05-10 00:00', 'plan.upgraded'),
      fact('v', 'a-002', '2021-05-10 00:00', 'plan.upgraded'),
    ]);
    expect(await audit()).toEqual([]);
    await seed("DELETE FROM account_spans WHERE account_id = 'a-001' AND from_at > '2021-05-01'");
    await seed("DELETE FROM account_spans WHERE account_id = 'a-002' AND from_at < '2021-05-01'");
    await seed("DELETE FROM account_spans WHERE account_id = 'a-003'");
    expect(codesOf(await audit())).toEqual(['a-001', 'a-002', 'a-003'].map((id) => `${id} span-missing`));
  });

  it('an award whose proposal is not recorded, or does not say so', async () => {
    await seed("UPDATE proposals SET rewarded_by = NULL WHERE account_id = 'p'");
    expect(codesOf(await audit())).toEqual(['p award-differs']);
    await seed("DELETE FROM proposals WHERE account_id = 'p'");
    const found = await audit();
    expect(codesOf(found)).toEqual(['p award-differs']);
    expect(found[0]?.message).toContain('it could be rewarded again');
  });

  it('a watermark that is yet to come', async () => {
    await seed("UPDATE accounts SET watermark = '2037-01-01' WHERE id = 'a-001'");
    expect(codesOf(await audit())).toEqual(['a-001 watermark-ahead']);
  });

  it('a window over its maximum', async () => {
    await seed(
      "UPDATE entries SET amount = 60, balance_after = balance_after + 50 WHERE account_id = 'p' AND kind = 'interview-award'",
    );
    await seed("UPDATE awards SET amount = 60 WHERE account_id = 'p'");
    const found = await audit();
    expect(codesOf(found)).toContain('p window-exceeded');
    expect(found.find((one) => one.code === 'window-exceeded')).toMatchObject({
      message: '60 in the 7 days up to 2021-01-11T11:00:00.000Z, and 50 is the most',
      amount: -10,
    });
  });

  it('a settlement of a date on which no cycle begins, on which nothing was due', async () => {
    await seed(
      "UPDATE cycles SET cycle_on = '2021-03-02' WHERE account_id = 'a-001' AND cycle_on = '2021-03-01'",
    );
    expect(codesOf(await audit())).toEqual([
      'a-001 settlement-missing 2021-03-01',
      'a-001 settlement-unexpected 2021-03-02',
    ]);
  });

  it('a settlement that says it began earlier, which makes no next date wrong', async () => {
    await seed(
      "UPDATE cycles SET starts_at = '2021-04-29' WHERE account_id = 'a-001' AND cycle_on = '2021-05-01'",
    );
    expect(codesOf(await audit())).toEqual(['a-001 granted-early 2021-05-01']);
  });

  it('a next date that skips a cycle, repeats one, or is none', async () => {
    await seed("UPDATE accounts SET next_cycle_on = '2021-06-02' WHERE id = 'a-001'");
    await seed(
      "UPDATE accounts SET next_cycle_on = '2021-05-01', next_cycle_at = '2021-05-01' WHERE id = 'a-002'",
    );
    await seed(
      "UPDATE accounts SET next_cycle_on = '2021-07-01', next_cycle_at = '2021-07-01' WHERE id = 'a-003'",
    );
    const found = await audit();
    expect(codesOf(found)).toEqual([
      'a-001 next-date-wrong 2021-06-02',
      'a-002 next-date-wrong 2021-05-01',
      'a-003 next-date-wrong 2021-07-01',
    ]);
    expect(found[2]?.message).toBe(
      'its next cycle is that of 2021-07-01, and that of 2021-06-01 comes before',
    );
    expect(codesOf(await audit(Date.parse('2021-06-01T00:10:00Z')))).toContain(
      'a-003 settlement-missing 2021-06-01',
    );
  });

  it('a next date whose instant is another one', async () => {
    await seed("UPDATE accounts SET next_cycle_at = '2021-06-21' WHERE id = 'a-001'");
    await seed("UPDATE accounts SET next_cycle_at = NULL WHERE id = 'a-002'");
    const found = await audit(Date.parse('2021-06-10T00:00:00Z'));
    expect(codesOf(found).filter((one) => /a-00[12]/.test(one))).toEqual([
      'a-001 due-too-long 2021-06-01',
      'a-001 next-date-wrong 2021-06-01',
      'a-002 due-too-long 2021-06-01',
      'a-002 next-date-wrong 2021-06-01',
    ]);
    const due = found.find((one) => one.account === 'a-001');
    expect(due?.mend).toBe('connects audit --fix --account a-001 --reason "…" --yes');
  });

  it('what is due for longer than the alarm allows, and not before', async () => {
    const due = Date.parse('2021-06-01T00:00:00Z');
    expect(await audit(due + ALARM_MS)).toEqual([]);
    const found = await audit(due + ALARM_MS + 1);
    expect(codesOf(found)).toEqual(
      ['a-000', 'a-001', 'a-002', 'a-003', 'p'].map((id) => `${id} due-too-long 2021-06-01`),
    );
    expect(found[0]).toMatchObject({ mend: 'connects sweep --wait --work', ageMs: ALARM_MS + 1 });
  });

  it('a failure and a waiting event that were forgotten', async () => {
    await seed(`INSERT INTO failures (account_id, run_id, state, code, message, attempts, first_at, last_at, put_aside_at)
                VALUES ('a-001', 1, 'put-aside', 'unknown-zone', 'x', 3, '2021-04-30', '2021-04-30', '2021-04-30')`);
    await seed(`INSERT INTO events (id, account_id, type, at, content_hash, content, state, received_at)
                VALUES ('w', 'a-002', 'connects.spent', '2021-04-30', 'x', '{}', 'waiting', '2021-04-30')`);
    const found = await audit();
    expect(codesOf(found)).toEqual(['a-001 failure-forgotten', 'a-002 waiting-forgotten']);
    expect(found[0]?.mend).toBe('connects rerun --all --account a-001 --wait --work --reason "…" --yes');
  });

  it('records that cannot be read', async () => {
    await seed("UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'a-001'");
    expect(codesOf(await audit())).toEqual(['a-001 unreadable']);
  });
});
