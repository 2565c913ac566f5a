/** What events settle and post on the way: boundaries, decisions, notices, and failures that are overcome. */
import { execute, selectRows } from '../../../src/db/query.ts';
import { type MemberEvent, contentOf } from '../../../src/domain/events/events.ts';
import { recordEvents } from '../../../src/operations/events/record-events.ts';
import type { ExportRow } from '../../../src/reports/exports.ts';
import { type AccountRowGiven, importRows } from '../../support/accounts.ts';
import { exportedRows } from '../../support/expected.ts';
import { fact, linesOf, opened, record, settleAsOf, spent, storyOf } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { liftRule } from '../../support/rules.ts';
import { countOf } from '../../support/state.ts';
import { playWhole, readWhole } from '../../support/whole-account.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install();
});
afterAll(() => installation.remove());

const imported = (...given: AccountRowGiven[]): Promise<void> => importRows(installation.app, given);

/** The whole account in the database is what the pure rules make of these events. */
async function expectStory(given: AccountRowGiven | null, events: readonly MemberEvent[]): Promise<void> {
  const id = given?.id ?? (events[0]?.account as string);
  expect(await readWhole(installation.db, id)).toEqual(playWhole(storyOf(given, events)));
}

const exported = (kind: 'entries' | 'decisions', account: string): Promise<ExportRow[]> =>
  exportedRows(installation.db, kind, { account });

describe('what an event settles and posts', () => {
  it('belongs to no run, and is decided by the latest terms', async () => {
    await imported({ id: 'norun', openingBalance: 5 });
    await record(installation.app, [
      spent('norun-1', 'norun', '2021-02-05'),
      spent('norun-2', 'norun', '2021-02-06', 99),
    ]);
    const runs = 'SELECT DISTINCT run_id AS run FROM';
    for (const table of ['entries', 'cycles', 'decisions'])
      expect(await selectRows(installation.db, `${runs} ${table} WHERE account_id = 'norun'`)).toEqual([
        { run: null },
      ]);
    expect(
      await countOf(installation.db, "SELECT terms_version FROM cycles WHERE account_id = 'norun'"),
    ).toBe(1);
    expect((await exported('entries', 'norun')).map(({ run }) => run)).toEqual([null, null]);
  });

  it('numbers decisions of boundaries and events in one order', async () => {
    const given = { id: 'order', openingBalance: 0 };
    await imported(given);
    const refused = (n: number, at: string): MemberEvent => spent(`order-${n}`, 'order', at, 500);
    const events = [refused(1, '2021-01-02'), refused(2, '2021-02-01'), refused(3, '2021-03-15')];
    await record(installation.app, events.slice(0, 1));
    await record(installation.app, events.slice(1));
    const subjects = (await exported('decisions', 'order')).map(({ subject }) => subject);
    expect(subjects).toEqual([
      'spend:order-1',
      'cycle:2021-02-01',
      'spend:order-2',
      'cycle:2021-03-01',
      'spend:order-3',
    ]);
    await expectStory(given, events);
  });

  it('goes on where a catch-up was interrupted, and its one notice tells of all', async () => {
    const given = { id: 'cut', openingBalance: 5 };
    await imported(given);
    const { app, db } = installation;
    await execute(
      db,
      "ALTER TABLE cycles ADD CONSTRAINT cycles_test CHECK (account_id <> 'cut' OR cycle_on <> '2021-04-01')",
    );
    const { settleDeps } = app;
    const narrow = { ...settleDeps, settings: { ...settleDeps.settings, boundariesMax: 2 } };
    const outcome = await settleAsOf({ db, settleDeps: narrow }, ['cut'], '2021-05-10');
    expect(outcome.get('cut')).toMatchObject({ outcome: 'failed', code: 'check-violated' });
    expect(await countOf(db, "SELECT COUNT(*) FROM cycles WHERE account_id = 'cut'")).toBe(2);
    expect(await countOf(db, "SELECT COUNT(*) FROM outbox WHERE account_id = 'cut'")).toBe(0);
    await execute(db, 'ALTER TABLE cycles DROP CONSTRAINT cycles_test');
    const event = spent('cut-1', 'cut', '2021-05-10');
    await record(app, [event], 'none');
    await expectStory(given, [event]);
    const notices = await selectRows(
      db,
      "SELECT kind, first_cycle_on, last_cycle_on FROM outbox WHERE account_id = 'cut'",
    );
    expect(notices).toEqual([{ kind: 'grant', first_cycle_on: '2021-02-01', last_cycle_on: '2021-05-01' }]);
    expect(await countOf(db, 'SELECT COUNT(*) FROM accounts WHERE catch_up_from IS NOT NULL')).toBe(0);
  });
});

describe('notices of what events settle', () => {
  const noticesOf = (account: string): Promise<unknown[]> =>
    selectRows(
      installation.db,
      'SELECT kind, first_cycle_on AS first, last_cycle_on AS last, run_id AS run FROM outbox WHERE account_id = ? ORDER BY id',
      [account],
    );
  const cycleNotices = async (account: string): Promise<string[]> =>
    (
      await selectRows<{ notice: string }>(
        installation.db,
        'SELECT notice FROM cycles WHERE account_id = ? ORDER BY cycle_on',
        [account],
      )
    ).map((row) => row.notice);

  it('are one for each batch that settled something', async () => {
    await imported({ id: 'told', openingBalance: 9 });
    await record(installation.app, [spent('told-1', 'told', '2021-01-05')]);
    await record(installation.app, [
      spent('told-2', 'told', '2021-02-05'),
      spent('told-3', 'told', '2021-04-05'),
    ]);
    await record(installation.app, [spent('told-4', 'told', '2021-04-06')]);
    expect(await noticesOf('told')).toEqual([
      { kind: 'grant', first: '2021-02-01', last: '2021-04-01', run: null },
    ]);
    expect(await cycleNotices('told')).toEqual(['staged', 'staged', 'staged']);
  });

  it.each(['none', 'digest', 'each'] as const)(
    'tell of the boundaries on the way as a sweep does, once, whatever is told of the events (%s)',
    async (notify) => {
      const id = `way-${notify}`;
      await imported({ id, openingBalance: 9 });
      await record(
        installation.app,
        [spent(`${id}-1`, id, '2021-03-05'), spent(`${id}-2`, id, '2021-04-05')],
        notify,
      );
      expect(await noticesOf(id)).toEqual([
        { kind: 'grant', first: '2021-02-01', last: '2021-04-01', run: null },
      ]);
      expect(await cycleNotices(id)).toEqual(['staged', 'staged', 'staged']);
    },
  );

  it('are those of the boundaries alone where none are asked for', async () => {
    const opening = opened('alone-1', 'alone', '2021-02-03');
    const test = fact('alone-2', 'alone', '2021-03-05', 'readiness-test.passed');
    await record(installation.app, [opening, test], 'none');
    expect(await noticesOf('alone')).toMatchObject([{ kind: 'grant', first: '2021-03-03' }]);
  });

  it('are none for members who opted out, before the boundary or by now', async () => {
    await imported({ id: 'out', openingBalance: 9 }, { id: 'in', openingBalance: 9 });
    const opting = (id: string, account: string, at: string, way: 'out' | 'in'): MemberEvent =>
      fact(id, account, at, `notices.opted-${way}`);
    await record(installation.app, [
      spent('out-1', 'out', '2021-02-05'),
      opting('out-2', 'out', '2021-02-06', 'out'),
    ]);
    expect(await noticesOf('out')).toEqual([]);
    expect(await cycleNotices('out')).toEqual(['opted-out']);
    await record(installation.app, [
      opting('in-1', 'in', '2021-01-05', 'out'),
      spent('in-2', 'in', '2021-02-05'),
      opting('in-3', 'in', '2021-02-06', 'in'),
      spent('in-4', 'in', '2021-03-05'),
    ]);
    expect(await noticesOf('in')).toMatchObject([{ first: '2021-03-01', last: '2021-03-01' }]);
    expect(await cycleNotices('in')).toEqual(['opted-out', 'staged']);
  });

  it('of what events decide are one for each cause, whatever their batches', async () => {
    const opening = opened('heard-1', 'heard', '2021-02-03');
    const test = fact('heard-2', 'heard', '2021-02-05', 'readiness-test.passed');
    const again = fact('heard-3', 'heard', '2021-02-06', 'readiness-test.passed');
    await record(installation.app, [opening, test]);
    await record(installation.app, [opening, test, again]);
    expect(await noticesOf('heard')).toMatchObject([{ kind: 'welcome' }, { kind: 'readiness-test' }]);
    await record(installation.app, [opened('unheard-1', 'unheard', '2021-02-03')], 'none');
    expect(await noticesOf('unheard')).toEqual([]);
  });

  it('are recorded as too old rather than sent long after', async () => {
    await imported({ id: 'old', openingBalance: 9 });
    const { recordDeps } = installation.app;
    const strict = { ...recordDeps, settings: { ...recordDeps.settings, noticeMaxAgeMs: 7 * 86_400_000 } };
    await recordEvents(strict, [spent('old-1', 'old', '2021-03-05')]);
    expect(
      await countOf(installation.db, "SELECT state = 'too-old' FROM outbox WHERE account_id = 'old'"),
    ).toBe(1);
  });
});

describe('an account that was put aside', () => {
  const put = async (id: string, cycleOn: string): Promise<void> => {
    const { app, db } = installation;
    await execute(
      db,
      `ALTER TABLE cycles ADD CONSTRAINT cycles_aside CHECK (account_id <> ? OR cycle_on <> ?)`,
      [id, cycleOn],
    );
    for (let attempt = 1; attempt <= 3; attempt += 1) await settleAsOf(app, [id], '2021-04-10');
    await execute(
      db,
      "UPDATE failures SET state = 'put-aside', retry_at = NULL, put_aside_at = last_at WHERE account_id = ?",
      [id],
    );
  };
  const stateOf = (id: string): Promise<unknown[]> =>
    selectRows(installation.db, 'SELECT DISTINCT state FROM failures WHERE account_id = ?', [id]);

  afterEach(() => liftRule(installation.db, 'cycles', 'cycles_aside'));

  it('is nobody’s failure any more once an event brings it current', async () => {
    await imported({ id: 'aside', openingBalance: 9 });
    await put('aside', '2021-02-01');
    expect(await stateOf('aside')).toEqual([{ state: 'put-aside' }]);
    await liftRule(installation.db, 'cycles', 'cycles_aside');
    await record(installation.app, [spent('aside-1', 'aside', '2021-04-10')]);
    expect(await stateOf('aside')).toEqual([{ state: 'cleared' }]);
  });

  it('stays aside when an event is applied to it that settles nothing', async () => {
    await imported({ id: 'still', openingBalance: 9 });
    await put('still', '2021-02-01');
    expect(linesOf(await record(installation.app, [spent('still-1', 'still', '2021-01-10')]))).toEqual([
      'applied',
    ]);
    expect(await stateOf('still')).toEqual([{ state: 'put-aside' }]);
  });
});

describe('a member’s first year, event by event and in one batch', () => {
  const year = (id: string): MemberEvent[] => {
    const one = (n: number, at: string, type: string, fields = {}): MemberEvent =>
      fact(`${id}-${n}`, id, at, type, fields);
    return [
      opened(`${id}-0`, id, '2021-02-03 09:00', { zone: 'America/New_York' }),
      one(1, '2021-02-05', 'readiness-test.passed'),
      one(2, '2021-02-20', 'readiness-test.passed'),
      one(3, '2021-03-10', 'proposal.submitted', { proposal: 'p', connects: 6 }),
      one(4, '2021-03-11', 'interview.requested', { interview: 'i', proposal: 'p' }),
      one(5, '2021-03-11', 'interview.requested', { interview: 'invite' }),
      one(6, '2021-03-12', 'interview.replied', { interview: 'i' }),
      one(7, '2021-03-12', 'interview.replied', { interview: 'invite' }),
      one(8, '2021-03-16', 'plan.upgraded'),
      one(9, '2021-03-20', 'connects.spent', { amount: 155 }),
      one(10, '2021-04-18', 'payment.failed', { cycleOn: '2021-04-15' }),
      one(11, '2021-05-01', 'account.suspended'),
      one(12, '2021-05-02', 'connects.spent', { amount: 1 }),
      one(13, '2021-06-20', 'account.reinstated'),
      one(14, '2021-07-25', 'plan.upgraded'),
      one(15, '2021-07-26', 'proposal.submitted', { proposal: 'q', connects: 4 }),
      one(16, '2021-07-27', 'interview.requested', { interview: 'j', proposal: 'q' }),
      one(17, '2021-07-28', 'interview.replied', { interview: 'j' }),
      one(18, '2021-07-29', 'connects.returned', { amount: 4, proposal: 'q' }),
      one(19, '2021-09-01', 'account.zone-changed', { zone: 'Asia/Tokyo' }),
      one(20, '2021-10-01', 'plan.downgraded'),
      one(21, '2021-12-24', 'account.closed'),
      one(22, '2021-12-25', 'connects.purchased', { amount: 10 }),
      one(23, '2022-03-01', 'balance.adjusted', { amount: -5, reason: 'a correction' }),
    ];
  };

  it('come to the same, which is what the pure rules make of it', async () => {
    const [single, batch] = [year('year-1'), year('year-2')];
    for (const event of single) await record(installation.app, [event]);
    await record(installation.app, batch);
    await expectStory(null, single);
    await expectStory(null, batch);
    const codes = (await exported('decisions', 'year-1')).map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining([
        'awarded',
        'already-awarded',
        'invite-without-proposal',
        'upgraded',
        'payment-failed',
      ]),
    );
    expect(new Set(batch.map(contentOf)).size).toBe(batch.length);
  });
});
