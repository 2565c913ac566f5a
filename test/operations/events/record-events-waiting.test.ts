/** Events of accounts that cannot be brought current: kept, and applied in order as soon as they can be. */
import { execute, selectRows } from '../../../src/db/query.ts';
import type { MemberEvent } from '../../../src/domain/events/events.ts';
import { auditFleet } from '../../../src/operations/audits/audit.ts';
import { recordEvents } from '../../../src/operations/events/record-events.ts';
import { settleAccounts } from '../../../src/operations/settling/settle-accounts.ts';
import { type AccountRowGiven, importRows, numbered } from '../../support/accounts.ts';
import { bought, fact, linesOf, opened, record, settleAsOf, spent, storyOf } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { liftRule } from '../../support/rules.ts';
import { countOf } from '../../support/state.ts';
import { checksumOf, playWhole, readWhole } from '../../support/whole-account.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install();
});
afterAll(() => installation.remove());

const sql = (statement: string, bindings: readonly string[] = []): Promise<unknown> =>
  execute(installation.db, statement, bindings);
const breakZone = (id: string): Promise<unknown> =>
  sql("UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = ?", [id]);
const mendZone = (id: string): Promise<unknown> => sql("UPDATE accounts SET zone = 'UTC' WHERE id = ?", [id]);

const imported = (...given: AccountRowGiven[]): Promise<void> => importRows(installation.app, given);
const recorded = async (...events: MemberEvent[]): Promise<string[]> =>
  linesOf(await record(installation.app, events));

async function expectStory(
  given: AccountRowGiven | null,
  events: readonly MemberEvent[],
  sweepAt?: string,
): Promise<void> {
  const id = given?.id ?? (events[0]?.account as string);
  expect(await readWhole(installation.db, id)).toEqual(playWhole(storyOf(given, events, sweepAt)));
}

const statesOf = async (account: string): Promise<string[]> =>
  (
    await selectRows<{ id: string; state: string }>(
      installation.db,
      'SELECT id, state FROM events WHERE account_id = ? ORDER BY arrival',
      [account],
    )
  ).map(({ id, state }) => `${id} ${state}`);

/** As it was kept by a version, or with zone data, of another time. */
const insertWaiting = (event: MemberEvent, other: object = {}): Promise<unknown> =>
  sql(
    `INSERT INTO events (id, account_id, type, at, content_hash, content, state, received_at)
     VALUES (?, ?, ?, '2021-02-10', 'x', ?, 'waiting', '2021-02-10')`,
    [event.id, event.account, event.type, JSON.stringify({ ...event, ...other })],
  );

/** Of this account, taken as of a date. */
async function auditedCodes(account: string, on: string): Promise<string[]> {
  const found: string[] = [];
  const request = { asOf: Date.parse(`${on}T00:00:00Z`), alarmAgeMs: 1_000, accounts: [account] };
  for await (const { code, message } of auditFleet(installation.db, request))
    found.push(`${code}: ${message}`);
  return found;
}

const balanceOf = (id: string): Promise<number> =>
  countOf(installation.db, 'SELECT balance FROM accounts WHERE id = ?', [id]);

describe('when an account’s zone is unknown', () => {
  const threeEvents = (id: string): [MemberEvent, MemberEvent, MemberEvent] => [
    spent(`${id}-1`, id, '2021-02-10', 12),
    bought(`${id}-2`, id, '2021-01-20', 5),
    spent(`${id}-3`, id, '2021-03-10', 4),
  ];

  it('its events wait, and other accounts of the batch go through', async () => {
    await imported({ id: 'zone', openingBalance: 9 }, { id: 'fine', openingBalance: 9 });
    await breakZone('zone');
    const [first, second] = threeEvents('zone');
    const outcomes = await record(installation.app, [first, spent('fine-1', 'fine', '2021-02-10'), second]);
    expect(linesOf(outcomes)).toEqual(['waiting unknown-zone', 'applied', 'waiting unknown-zone']);
    expect(outcomes[0]).toMatchObject({ message: expect.stringContaining('Mars/Olympus') as string });
    expect(await statesOf('zone')).toEqual(['zone-1 waiting', 'zone-2 waiting']);
    expect(await balanceOf('zone')).toBe(9);
    expect(await balanceOf('fine')).toBe(18);
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM entries WHERE account_id = 'zone'")).toBe(0);
  });

  it('the next event, once it is mended, applies them all in the order in which they arrived', async () => {
    const given = { id: 'next', openingBalance: 9 };
    await imported(given);
    await breakZone('next');
    const events = threeEvents('next');
    expect(await recorded(events[0])).toEqual(['waiting unknown-zone']);
    expect(await recorded(events[1], events[2])).toEqual(['waiting unknown-zone', 'waiting unknown-zone']);
    await mendZone('next');
    const last = spent('next-4', 'next', '2021-04-10', 3);
    expect(await recorded(last)).toEqual(['applied']);
    expect(await statesOf('next')).toEqual(
      ['next-1', 'next-2', 'next-3', 'next-4'].map((id) => `${id} applied`),
    );
    await expectStory(given, [...events, last]);
    const late = "SELECT late FROM events WHERE id = 'next-2' AND effective_at = '2021-02-10'";
    expect(await countOf(installation.db, late)).toBe(1);
  });

  it('settling it, once it is mended, applies them before any later boundary', async () => {
    const given = { id: 'settle', openingBalance: 195 };
    await imported(given);
    await breakZone('settle');
    const events = threeEvents('settle');
    await recorded(...events);
    await mendZone('settle');
    const settled = await settleAsOf(installation.app, ['settle'], '2021-05-10');
    expect(settled.get('settle')).toEqual({ outcome: 'settled', cycles: 4 });
    await expectStory(given, events, '2021-05-10');
    expect(await statesOf('settle')).toEqual(
      ['settle-1', 'settle-2', 'settle-3'].map((id) => `${id} applied`),
    );
  });

  it('a sweep before it is mended leaves events and account as they are', async () => {
    await imported({ id: 'swept', openingBalance: 9 });
    await breakZone('swept');
    await recorded(...threeEvents('swept'));
    const settled = await settleAsOf(installation.app, ['swept'], '2021-05-10');
    expect(settled.get('swept')).toMatchObject({ outcome: 'failed', code: 'unknown-zone' });
    expect(await statesOf('swept')).toEqual(['swept-1', 'swept-2', 'swept-3'].map((id) => `${id} waiting`));
    expect(await balanceOf('swept')).toBe(9);
  });

  it('what a sweep applies of them belongs to no run; the boundaries it settles are the run’s', async () => {
    await imported({ id: 'runs', openingBalance: 9 });
    await breakZone('runs');
    await recorded(spent('runs-1', 'runs', '2021-02-10'), spent('runs-2', 'runs', '2021-02-11', 500));
    await mendZone('runs');
    await settleAsOf(installation.app, ['runs'], '2021-03-10');
    const found = await selectRows(
      installation.db,
      `SELECT kind AS what, run_id IS NOT NULL AS ofRun FROM entries WHERE account_id = 'runs'
        UNION ALL SELECT subject, run_id IS NOT NULL FROM decisions WHERE account_id = 'runs'
        UNION ALL SELECT cycle_on, run_id IS NOT NULL FROM cycles WHERE account_id = 'runs'`,
    );
    expect(found).toEqual([
      { what: 'monthly-free', ofRun: 1 },
      { what: 'spend', ofRun: 0 },
      { what: 'monthly-free', ofRun: 1 },
      { what: 'spend:runs-2', ofRun: 0 },
      { what: '2021-02-01', ofRun: 1 },
      { what: '2021-03-01', ofRun: 1 },
    ]);
  });

  it('the same event again changes nothing, before it is mended and after', async () => {
    await imported({ id: 'again', openingBalance: 9 });
    await breakZone('again');
    const events = threeEvents('again');
    await recorded(...events);
    const waiting = await checksumOf(installation.db);
    expect(await recorded(...events)).toEqual(['duplicate', 'duplicate', 'duplicate']);
    expect(await recorded(spent('again-1', 'again', '2021-02-10', 2))).toEqual(['conflict']);
    expect(await checksumOf(installation.db)).toBe(waiting);
    await mendZone('again');
    const mended = await checksumOf(installation.db);
    expect(await recorded(...events)).toEqual(['duplicate', 'duplicate', 'duplicate']);
    expect(await checksumOf(installation.db)).toBe(mended);
  });

  it('an id that waits is taken for every other account', async () => {
    await imported({ id: 'taken-a', openingBalance: 9 }, { id: 'taken-b', openingBalance: 9 });
    await breakZone('taken-b');
    const events = [spent('taken-1', 'taken-b', '2021-02-10'), spent('taken-1', 'taken-a', '2021-02-10')];
    expect(await recorded(...events)).toEqual(['waiting unknown-zone', 'conflict']);
    expect(await balanceOf('taken-a')).toBe(9);
  });

  it('a second opening is a conflict all the same, and is not kept', async () => {
    await imported({ id: 'twice', openingBalance: 9 });
    await breakZone('twice');
    expect(
      await recorded(spent('twice-1', 'twice', '2021-02-10'), opened('twice-2', 'twice', '2021-02-11')),
    ).toEqual(['waiting unknown-zone', 'conflict']);
    expect(await statesOf('twice')).toEqual(['twice-1 waiting']);
  });

  it('what waits is known to what arrives with its mending: proposals, interviews and awards', async () => {
    const given = { id: 'known', openingBalance: 30 };
    await imported(given);
    await breakZone('known');
    const waiting = [
      fact('known-1', 'known', '2021-02-10', 'proposal.submitted', { proposal: 'p', connects: 6 }),
      fact('known-2', 'known', '2021-02-11', 'interview.requested', { interview: 'i', proposal: 'p' }),
      fact('known-3', 'known', '2021-02-11', 'proposal.submitted', { proposal: 'q', connects: 6 }),
    ];
    await recorded(...waiting);
    await mendZone('known');
    const fresh = [
      fact('known-4', 'known', '2021-02-12', 'connects.returned', { amount: 2, proposal: 'p' }),
      fact('known-5', 'known', '2021-02-13', 'interview.replied', { interview: 'i' }),
      fact('known-6', 'known', '2021-02-14', 'connects.returned', { amount: 2, proposal: 'q' }),
      fact('known-7', 'known', '2021-02-15', 'proposal.submitted', { proposal: 'q', connects: 6 }),
    ];
    expect(await recorded(...fresh)).toEqual([
      'applied',
      'applied awarded',
      'applied',
      'refused already-recorded',
    ]);
    await expectStory(given, [...waiting, ...fresh]);
  });

  it('a change of zone mends it: what waited is applied first, in order, and the audit finds nothing', async () => {
    const given = { id: 'moved', openingBalance: 9 };
    await imported(given);
    await breakZone('moved');
    const events = threeEvents('moved');
    expect(await recorded(...events)).toEqual(events.map(() => 'waiting unknown-zone'));
    const mending = fact('moved-4', 'moved', '2021-04-10', 'account.zone-changed', { zone: 'Asia/Tokyo' });
    expect(await recorded(mending)).toEqual(['applied']);
    expect(await statesOf('moved')).toEqual([1, 2, 3, 4].map((n) => `moved-${n} applied`));
    const next =
      "SELECT COUNT(*) FROM accounts WHERE id = 'moved' AND zone = 'Asia/Tokyo' AND next_cycle_on = '2021-05-01'";
    expect(await countOf(installation.db, next)).toBe(1);
    expect(await auditedCodes('moved', '2021-04-20')).toEqual([]);
  });

  it('a change of zone that waits itself mends it with the next run', async () => {
    await imported({ id: 'queued', openingBalance: 9 });
    const mending = fact('queued-1', 'queued', '2021-02-10', 'account.zone-changed', { zone: 'Asia/Tokyo' });
    await breakZone('queued');
    await insertWaiting(mending);
    const outcomes = await settleAsOf(installation.app, ['queued'], '2021-03-01 00:00');
    expect(outcomes.get('queued')).toMatchObject({ outcome: 'settled', cycles: 2 });
    expect(await statesOf('queued')).toEqual(['queued-1 applied']);
    expect(await auditedCodes('queued', '2021-03-01')).toEqual([]);
  });

  it('an adjustment by a person stands in the audit log, waiting or not', async () => {
    // The audit log is written by whoever records: see `connects adjust`.
    await imported({ id: 'audited', openingBalance: 9 });
    await breakZone('audited');
    const event = fact('audited-1', 'audited', '2021-02-10', 'balance.adjusted', {
      amount: 5,
      reason: 'sorry',
    });
    const by = { actor: 'ada', reason: 'sorry' };
    expect(linesOf(await recordEvents(installation.app.recordDeps, [event], 'none', by))).toEqual([
      'waiting unknown-zone',
    ]);
    const rows = "SELECT actor, reason, after_is FROM audit_log WHERE target = 'account:audited'";
    const [row, ...more] = await selectRows<{ actor: string; reason: string; after_is: string }>(
      installation.db,
      rows,
    );
    expect(more).toEqual([]);
    expect(row).toMatchObject(by);
    expect(JSON.parse(row?.after_is ?? '{}')).toEqual({ event: 'audited-1', outcome: 'waiting' });
  });
});

describe('when the database refuses an entry', () => {
  const refuse = (id: string, subject: string): Promise<unknown> =>
    sql('ALTER TABLE entries ADD CONSTRAINT entries_test CHECK (account_id <> ? OR subject <> ?)', [
      id,
      subject,
    ]);
  const mend = (): Promise<unknown> => liftRule(installation.db, 'entries', 'entries_test');
  afterEach(mend);

  it('only that event and the later ones of its account wait; those before it, and all other accounts, go through', async () => {
    const crowd = numbered('crowd', 20, { openingBalance: 9 });
    const given = { id: 'crowd-poison', openingBalance: 9 };
    await importRows(installation.app, [...crowd, given]);
    await refuse('crowd-poison', 'purchase:poison-4');
    const own = [1, 2, 3, 4, 5, 6, 7].map((n) => bought(`poison-${n}`, given.id, `2021-02-0${n}`));
    const others = crowd.map(({ id }) => spent(`${id}-1`, id, '2021-02-05'));
    const outcomes = await recorded(...own.slice(0, 3), ...others, ...own.slice(3));
    expect(outcomes.slice(0, 3)).toEqual(['applied', 'applied', 'applied']);
    expect(new Set(outcomes.slice(3, 23))).toEqual(new Set(['applied']));
    expect(new Set(outcomes.slice(23))).toEqual(new Set(['waiting check-violated']));
    await expectStory(given, own.slice(0, 3));
    const after = bought('poison-8', given.id, '2021-02-08');
    expect(await recorded(after)).toEqual(['waiting check-violated']);
    expect((await statesOf(given.id)).slice(2)).toEqual([
      'poison-3 applied',
      ...['poison-4', 'poison-5', 'poison-6', 'poison-7', 'poison-8'].map((id) => `${id} waiting`),
    ]);
    await mend();
    const last = bought('poison-9', given.id, '2021-02-09');
    expect(await recorded(last)).toEqual(['applied']);
    await expectStory(given, [...own, after, last]);
  });

  it('of a boundary, its events wait, and a sweep applies them once it is mended', async () => {
    const given = { id: 'bound', openingBalance: 9 };
    await imported(given);
    await refuse('bound', 'cycle:2021-03-01');
    const events = [
      bought('bound-1', 'bound', '2021-02-10'),
      bought('bound-2', 'bound', '2021-03-10'),
      bought('bound-3', 'bound', '2021-02-11'),
    ];
    expect(await recorded(...events)).toEqual([
      'applied',
      'waiting check-violated',
      'waiting check-violated',
    ]);
    const failed = await settleAsOf(installation.app, ['bound'], '2021-04-10');
    expect(failed.get('bound')).toMatchObject({ outcome: 'failed', code: 'check-violated' });
    expect(await statesOf('bound')).toEqual(['bound-1 applied', 'bound-2 waiting', 'bound-3 waiting']);
    await mend();
    const settled = await settleAsOf(installation.app, ['bound'], '2021-04-10');
    expect(settled.get('bound')).toEqual({ outcome: 'settled', cycles: 2 });
    await expectStory(given, events, '2021-04-10');
  });
});

describe('when the database refuses to open an account', () => {
  const refuse = (id: string): Promise<unknown> =>
    sql('ALTER TABLE accounts ADD CONSTRAINT accounts_test CHECK (id <> ?)', [id]);
  const mend = (): Promise<unknown> => liftRule(installation.db, 'accounts', 'accounts_test');
  afterEach(mend);

  it('its opening waits with what follows; what came before it is of an unknown account, and not kept', async () => {
    await imported({ id: 'beside', openingBalance: 9 });
    await refuse('o1');
    const opening = opened('o1-1', 'o1', '2021-02-03');
    const events = [
      spent('o1-0', 'o1', '2021-02-02'),
      opening,
      spent('o1-2', 'o1', '2021-02-04', 15),
      opened('o1-3', 'o1', '2021-02-05'),
      spent('beside-1', 'beside', '2021-02-05'),
    ];
    expect(await recorded(...events)).toEqual([
      'unknown-account',
      'waiting check-violated',
      'waiting check-violated',
      'conflict',
      'applied',
    ]);
    expect(await recorded(spent('o1-4', 'o1', '2021-02-06', 2), opened('o1-5', 'o1', '2021-02-07'))).toEqual([
      'waiting check-violated',
      'conflict',
    ]);
    expect(await recorded(opening)).toEqual(['duplicate']);
    expect(await statesOf('o1')).toEqual(['o1-1 waiting', 'o1-2 waiting', 'o1-4 waiting']);
    await mend();
    const last = spent('o1-6', 'o1', '2021-03-05');
    expect(await recorded(last)).toEqual(['applied']);
    await expectStory(null, [opening, events[2] as MemberEvent, spent('o1-4', 'o1', '2021-02-06', 2), last]);
    const email = "SELECT email FROM contacts WHERE account_id = 'o1'";
    expect(await selectRows(installation.db, email)).toEqual([{ email: 'o1@mail.example.test' }]);
    const kept = "SELECT COUNT(*) FROM events WHERE account_id = 'o1' AND content LIKE '%mail.example%'";
    expect(await countOf(installation.db, kept)).toBe(0);
  });

  it('settling it, once it can be opened, opens it and goes on', async () => {
    await refuse('o2');
    const events = [opened('o2-1', 'o2', '2021-02-03'), spent('o2-2', 'o2', '2021-02-04', 15)];
    expect(await recorded(...events)).toEqual(['waiting check-violated', 'waiting check-violated']);
    await mend();
    const settled = await settleAsOf(installation.app, ['o2', 'o2-nobody'], '2021-04-10');
    expect(settled.get('o2')).toEqual({ outcome: 'settled', cycles: 2 });
    expect(settled.get('o2-nobody')).toEqual({ outcome: 'unknown-account' });
    await expectStory(null, events, '2021-04-10');
  });
});

describe('many waiting events', () => {
  it('are taken up a few thousand at a time, in order, before what arrives next', async () => {
    const given = [
      { id: 'heap-a', openingBalance: 0 },
      { id: 'heap-b', openingBalance: 0 },
    ];
    await importRows(installation.app, given);
    await breakZone('heap-a');
    await breakZone('heap-b');
    const heap = (id: string, count: number): MemberEvent[] =>
      Array.from({ length: count }, (_, n) => bought(`${id}-${n}`, id, '2021-02-10', (n % 7) + 1));
    const [a, b] = [heap('heap-a', 5_200), heap('heap-b', 300)];
    for (const events of [a, b])
      expect(new Set(await recorded(...events))).toEqual(new Set(['waiting unknown-zone']));
    await mendZone('heap-a');
    await mendZone('heap-b');
    const last = [spent('heap-a-last', 'heap-a', '2021-02-11'), spent('heap-b-last', 'heap-b', '2021-02-11')];
    expect(await recorded(...last)).toEqual(['applied', 'applied']);
    await expectStory(given[0] as AccountRowGiven, [...a, last[0] as MemberEvent]);
    await expectStory(given[1] as AccountRowGiven, [...b, last[1] as MemberEvent]);
  });

  it('are taken up by a sweep in the same way', async () => {
    const given = [
      { id: 'pile-a', openingBalance: 0 },
      { id: 'pile-b', openingBalance: 0 },
    ];
    await importRows(installation.app, given);
    for (const { id } of given) await breakZone(id);
    const piles = given.map(({ id }, n) =>
      Array.from({ length: n === 0 ? 5_100 : 40 }, (_, e) => bought(`${id}-${e}`, id, '2021-02-10')),
    );
    for (const pile of piles) await record(installation.app, pile);
    for (const { id } of given) await mendZone(id);
    const settled = await settleAsOf(installation.app, ['pile-a', 'pile-b'], '2021-03-10');
    expect([...settled.values()]).toEqual([
      { outcome: 'settled', cycles: 2 },
      { outcome: 'settled', cycles: 2 },
    ]);
    for (const [n, one] of given.entries()) await expectStory(one, piles[n] ?? [], '2021-03-10');
  });

  it('of which one cannot be understood any more hold up nobody else', async () => {
    await imported({ id: 'torn', openingBalance: 9 }, { id: 'whole', openingBalance: 9 });
    const lost = { zone: 'Europe/Atlantis' };
    await insertWaiting(
      fact('torn-1', 'torn', '2021-02-10', 'account.zone-changed', { zone: 'Europe/Berlin' }),
      lost,
    );
    expect(
      await recorded(spent('torn-2', 'torn', '2021-02-11'), spent('whole-1', 'whole', '2021-02-11')),
    ).toEqual(['waiting unknown-zone', 'applied']);
    const settled = await settleAsOf(installation.app, ['torn', 'whole'], '2021-03-10');
    expect(settled.get('torn')).toMatchObject({ outcome: 'failed', code: 'unknown-zone' });
    expect(settled.get('whole')).toEqual({ outcome: 'settled', cycles: 1 });
  });
});

describe('settling', () => {
  it('a run that is closed settles nothing and applies nothing', async () => {
    await imported({ id: 'closed', openingBalance: 9 });
    await breakZone('closed');
    await recorded(spent('closed-1', 'closed', '2021-02-10'));
    await mendZone('closed');
    const outcomes = await settleAccounts(installation.app.settleDeps, [{ account: 'closed', run: 999_999 }]);
    expect(outcomes.get('closed')).toEqual({ outcome: 'run-not-open' });
    expect(await statesOf('closed')).toEqual(['closed-1 waiting']);
  });
});
