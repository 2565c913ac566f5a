/** The audit finds nothing in a clean fleet, and each seeded fault; what can be mended is mended by what it says. */
import { readFileSync } from 'node:fs';
import { execute, selectRows } from '../../src/db/query.ts';
import { type MemberEvent, parseEvent } from '../../src/domain/events.ts';
import { adjustBalances } from '../../src/operations/adjust.ts';
import { type AuditFinding, auditFleet } from '../../src/operations/audit.ts';
import { type FixOutcome, fixFindings } from '../../src/operations/audit-fix.ts';
import { reverseRun } from '../../src/operations/reverse-run.ts';
import { listRuns } from '../../src/ledger/runs.ts';
import { type AccountRowGiven, fixture, importFile, importRows, numbered } from '../support/accounts.ts';
import { asking, backfilled, emptyAll } from '../support/backfilling.ts';
import { fact, record, settleAsOf } from '../support/facts.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf } from '../support/state.ts';

const MAY = Date.parse('2021-05-01T00:00:00Z');
const ALARM_MS = 15 * 60_000;

let installation: Installation;

beforeAll(async () => {
  installation = await install();
});
afterEach(() => emptyAll(installation.db));
afterAll(() => installation.remove());

async function audit(asOf: number | 'now' = MAY, alarmAgeMs = ALARM_MS): Promise<AuditFinding[]> {
  const found: AuditFinding[] = [];
  const request = { alarmAgeMs, ...(asOf !== 'now' && { asOf }) };
  for await (const one of auditFleet(installation.db, request)) found.push(one);
  return found;
}

const codesOf = (found: readonly AuditFinding[]): string[] =>
  found.map((one) => [one.account, one.code, ...(one.cycleOn === null ? [] : [one.cycleOn])].join(' '));

async function importedIds(): Promise<string[]> {
  return (await selectRows<{ id: string }>(installation.db, 'SELECT id FROM accounts ORDER BY id')).map(
    (row) => row.id,
  );
}

async function settleAll(asOf: string): Promise<void> {
  const ids = await importedIds();
  for (let from = 0; from < ids.length; from += 500)
    await settleAsOf(installation.app, ids.slice(from, from + 500), asOf);
}

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
      'connects backfill start --from 2021-03-01 --to 2021-03-01 --account a-001 --reason "…" --yes',
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

  it('a balance above the cap after a settlement', async () => {
    await seed("UPDATE cycles SET cap = 20 WHERE account_id = 'a-001' AND cycle_on = '2021-05-01'");
    const found = await audit();
    expect(codesOf(found)).toEqual(['a-001 above-cap 2021-05-01']);
    expect(found[0]?.message).toBe('40 after the cycle of 2021-05-01, and 30 is the most');
  });

  it('a settlement that does not say what was posted', async () => {
    await seed(
      "UPDATE cycles SET free = 9, closing = closing - 1 WHERE account_id = 'a-001' AND cycle_on = '2021-05-01'",
    );
    expect(codesOf(await audit())).toEqual(expect.arrayContaining(['a-001 granted-twice 2021-05-01']));
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

  it('a settlement of a date on which no cycle begins', async () => {
    await seed(
      "UPDATE cycles SET cycle_on = '2021-03-02' WHERE account_id = 'a-001' AND cycle_on = '2021-03-01'",
    );
    expect(codesOf(await audit())).toEqual(
      expect.arrayContaining([
        'a-001 settlement-missing 2021-03-01',
        'a-001 settlement-unexpected 2021-03-02',
      ]),
    );
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

describe('--fix', () => {
  const fix = (findings: readonly AuditFinding[]): Promise<FixOutcome> =>
    fixFindings(installation.app.settleDeps, {
      ...{ findings, actor: 'ann', reason: 'lost', worker: 'fix', signal: new AbortController().signal },
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
      ...{ code, opening, carried, closing, plan, nextOn },
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
    expect(fixed).toMatchObject({ settled: 7, balances: 1, notices: 4 });
    expect(fixed.backfills).toHaveLength(2);
    expect(await audit('now')).toEqual([]);
    const told = await selectRows<{ action: string; actor: string }>(
      db,
      "SELECT DISTINCT action, actor FROM audit_log WHERE actor = 'ann' ORDER BY action",
    );
    expect(told.map((one) => one.action)).toEqual([
      ...['audit.fix', 'audit.restore-balance', 'audit.stage-notice', 'backfill.grant', 'backfill.start'],
    ]);
  });
});
