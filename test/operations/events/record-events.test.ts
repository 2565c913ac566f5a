/** The one door for facts: what becomes of each event, alone and in batches. */
import { databaseNow, selectRows } from '../../../src/db/query.ts';
import type { MemberEvent } from '../../../src/domain/events/events.ts';
import { recordEvents } from '../../../src/operations/events/record-events.ts';
import type { ExportRow } from '../../../src/reports/exports.ts';
import { type AccountRowGiven, importRows, numbered } from '../../support/accounts.ts';
import { exportedRows } from '../../support/expected.ts';
import { fact, linesOf, opened, record, spent, storyOf } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { countOf } from '../../support/state.ts';
import { checksumOf, playWhole, readWhole } from '../../support/whole-account.ts';

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

const eventRow = async (id: string): Promise<Record<string, unknown> | undefined> => {
  const [row] = await selectRows<Record<string, unknown>>(
    installation.db,
    'SELECT account_id, type, at, state, effective_at, late FROM events WHERE id = ?',
    [id],
  );
  return row;
};

const exported = (kind: 'entries' | 'decisions', account: string): Promise<ExportRow[]> =>
  exportedRows(installation.db, kind, { account });

describe('an event', () => {
  it('first settles every boundary up to its own instant, the one at that very instant included', async () => {
    const given = { id: 'first', openingBalance: 20 };
    await imported(given);
    const event = spent('first-1', 'first', '2021-03-01', 25);
    const [outcome] = await record(installation.app, [event]);
    expect(outcome).toEqual({ outcome: 'applied', codes: [], effectiveAt: event.at, late: false });
    await expectStory(given, [event]);
    expect((await exported('entries', 'first')).map(({ kind, amount }) => [kind, amount])).toEqual([
      ['monthly-free', 10],
      ['monthly-free', 10],
      ['spend', -25],
    ]);
    expect(await eventRow('first-1')).toEqual({
      account_id: 'first',
      type: 'connects.spent',
      state: 'applied',
      late: 0,
      at: new Date(event.at),
      effective_at: new Date(event.at),
    });
  });

  it('that the rules refuse leaves its decision, and is kept as refused', async () => {
    await imported({ id: 'poor', openingBalance: 3 });
    const outcomes = await record(installation.app, [spent('poor-1', 'poor', '2021-01-05', 4)]);
    expect(outcomes).toMatchObject([{ outcome: 'refused', codes: ['insufficient-connects'], late: false }]);
    expect(await eventRow('poor-1')).toMatchObject({ state: 'refused', late: 0 });
    expect(await exported('decisions', 'poor')).toMatchObject([
      { subject: 'spend:poor-1', code: 'insufficient-connects', detail: { asked: 4, balance: 3 } },
    ]);
  });

  it('of an unknown account is not kept, and is taken when it is sent again after the opening', async () => {
    const event = spent('nobody-1', 'nobody', '2021-01-06');
    expect(linesOf(await record(installation.app, [event]))).toEqual(['unknown-account']);
    expect(await eventRow('nobody-1')).toBeUndefined();
    const opening = opened('nobody-0', 'nobody', '2021-01-05');
    expect(linesOf(await record(installation.app, [opening, event]))).toEqual(['applied awarded', 'applied']);
    await expectStory(null, [opening, event]);
  });

  it('that is late counts at the watermark, keeps when it happened, and is marked', async () => {
    const given = { id: 'late', openingBalance: 50 };
    await imported(given);
    const events = [
      spent('late-1', 'late', '2021-02-10'),
      spent('late-2', 'late', '2021-01-20'),
      // Refused ones move the watermark too.
      spent('late-3', 'late', '2021-02-20', 999),
      spent('late-4', 'late', '2021-02-11', 998),
    ];
    const outcomes = await record(installation.app, events);
    expect(outcomes.map((one) => 'late' in one && one.late)).toEqual([false, true, false, true]);
    await expectStory(given, events);
    expect((await exported('entries', 'late')).at(-1)).toMatchObject({
      kind: 'spend',
      effectiveAt: '2021-02-10T00:00:00.000Z',
      occurredAt: '2021-01-20T00:00:00.000Z',
    });
    expect(await eventRow('late-2')).toMatchObject({
      at: new Date('2021-01-20'),
      effective_at: new Date('2021-02-10'),
      late: 1,
    });
    expect(await exported('decisions', 'late')).toContainEqual({
      account: 'late',
      at: '2021-02-20T00:00:00.000Z',
      subject: 'spend:late-4',
      code: 'insufficient-connects',
      detail: {
        event: 'late-4',
        occurredAt: '2021-02-11T00:00:00.000Z',
        asked: 998,
        balance: 58,
      },
    });
  });

  it("of the next minutes is posted at the database's now", async () => {
    await imported({ id: 'soon', openingBalance: 9 });
    const before = await databaseNow(installation.db);
    const at = new Date(before + 4 * 60_000).toISOString();
    const [outcome] = await record(installation.app, [spent('soon-1', 'soon', at)]);
    const after = await databaseNow(installation.db);
    const { entries, account } = await readWhole(installation.db, 'soon');
    const entry = entries.at(-1);
    expect(outcome).toMatchObject({ outcome: 'applied', effectiveAt: entry?.effectiveAt, late: false });
    expect(entry?.effectiveAt).toBeGreaterThanOrEqual(before);
    expect(entry?.effectiveAt).toBeLessThanOrEqual(after);
    expect(entry?.occurredAt).toBe(entry?.effectiveAt);
    expect(account?.watermark).toBe(entry?.effectiveAt);
    expect(linesOf(await record(installation.app, [spent('soon-1', 'soon', at)]))).toEqual(['duplicate']);
  });

  it('counts in the window of now when it is of the next minutes', async () => {
    const now = await databaseNow(installation.db);
    const weekAgo = new Date(now - 7 * 86_400_000 + 60_000).toISOString();
    const trackedFrom = new Date(now - 20 * 86_400_000).toISOString();
    await imported({ id: 'window', anchorOn: trackedFrom.slice(0, 10), trackedFrom, openingBalance: 60 });
    const courtship = [1, 2, 3, 4, 5, 6].flatMap((n) => [
      fact(`window-p${n}`, 'window', trackedFrom, 'proposal.submitted', { proposal: `p${n}`, connects: 2 }),
      fact(`window-r${n}`, 'window', trackedFrom, 'interview.requested', {
        interview: `i${n}`,
        proposal: `p${n}`,
      }),
    ]);
    await record(installation.app, courtship);
    const reply = (n: number, at: string): MemberEvent =>
      fact(`window-i${n}`, 'window', at, 'interview.replied', { interview: `i${n}` });
    const replies = [1, 2, 3, 4, 5].map((n) => reply(n, weekAgo));
    expect(new Set(linesOf(await record(installation.app, replies)))).toEqual(new Set(['applied awarded']));
    const ahead = reply(6, new Date(now + 4 * 60_000).toISOString());
    expect(linesOf(await record(installation.app, [ahead]))).toEqual(['refused weekly-cap']);
  });

  it('opens an account with its contact, its span and its welcome, whatever its name', async () => {
    for (const id of ['__proto__', 'constructor', '...', '-']) {
      const told = { zone: 'Europe/Berlin', plan: 'plus', email: `of.${id.length}@mail.example.test` };
      const opening = opened(`${id}-o`, id, '2021-01-31 22:30', told);
      const later = spent(`${id}-s`, id, '2021-03-02', 7);
      expect(linesOf(await record(installation.app, [opening, later]))).toEqual([
        'applied awarded upgraded',
        'applied',
      ]);
      await expectStory(null, [opening, later]);
      const email = 'SELECT email FROM contacts WHERE account_id = ?';
      expect(await selectRows(installation.db, email, [id])).toEqual([{ email: told.email }]);
    }
  });

  it('may have an id that names a property of every object', async () => {
    await imported({ id: 'props', openingBalance: 9 });
    const ids = ['__proto__', 'constructor', 'hasOwnProperty', 'toString'];
    const events = ids.map((id) => spent(id, 'props', '2021-01-05'));
    expect(linesOf(await record(installation.app, events))).toEqual(ids.map(() => 'applied'));
    expect(linesOf(await record(installation.app, events))).toEqual(ids.map(() => 'duplicate'));
  });

  it('leaves its email in contacts, and nowhere else', async () => {
    const opening = opened('mail-o', 'mail', '2021-01-05', { email: 'first@mail.example.test' });
    const change = fact('mail-c', 'mail', '2021-01-06', 'account.contact-changed', {
      email: 'second@mail.example.test',
    });
    const language = fact('mail-l', 'mail', '2021-01-07', 'account.locale-changed', { locale: 'es-mx' });
    await record(installation.app, [opening, language, change]);
    const contact = "SELECT email, locale FROM contacts WHERE account_id = 'mail'";
    expect(await selectRows(installation.db, contact)).toEqual([
      { email: 'second@mail.example.test', locale: 'es-MX' },
    ]);
    expect(
      await countOf(installation.db, "SELECT COUNT(*) FROM events WHERE content LIKE '%mail.example%'"),
    ).toBe(0);
    expect(linesOf(await record(installation.app, [opening, change]))).toEqual(['duplicate', 'duplicate']);
  });
});

describe('the same id again', () => {
  const twice = (id: string): MemberEvent[] => [
    spent(`${id}-1`, id, '2021-01-05'),
    spent(`${id}-1`, id, '2021-01-05'),
  ];

  it('changes nothing and settles nothing: in one batch, in the next, and among others', async () => {
    await imported({ id: 'dup', openingBalance: 9 });
    expect(linesOf(await record(installation.app, twice('dup')))).toEqual(['applied', 'duplicate']);
    const before = await checksumOf(installation.db);
    expect(linesOf(await record(installation.app, twice('dup')))).toEqual(['duplicate', 'duplicate']);
    expect(await checksumOf(installation.db)).toBe(before);
  });

  it('is the same content however it was written', async () => {
    await imported({ id: 'form', openingBalance: 9 });
    await record(installation.app, [spent('form-1', 'form', '2021-01-05T10:00:00Z')]);
    const before = await checksumOf(installation.db);
    const written = fact('form-1', 'form', '2021-01-05T12:00:00.000+02:00', 'connects.spent', {
      amount: 1,
      note: 'unknown fields do not count',
    });
    expect(linesOf(await record(installation.app, [written]))).toEqual(['duplicate']);
    const opening = opened('form-2', 'form-2', '2021-01-05');
    await record(installation.app, [opening]);
    const named = opened('form-2', 'form-2', '2021-01-05', { zone: 'UTC' });
    expect(linesOf(await record(installation.app, [named]))).toEqual(['duplicate']);
    expect(await checksumOf(installation.db)).not.toBe(before);
  });

  it('with other content is a conflict, in one batch and across batches: not applied, and nothing is settled', async () => {
    const given = { id: 'other', openingBalance: 9 };
    await imported(given);
    const event = spent('other-1', 'other', '2021-01-05');
    const changed = spent('other-1', 'other', '2021-04-05', 2);
    const outcomes = await record(installation.app, [event, changed]);
    expect(linesOf(outcomes)).toEqual(['applied', 'conflict']);
    expect(outcomes[1]).toMatchObject({ message: expect.stringContaining('other-1') as string });
    const before = await checksumOf(installation.db);
    expect(linesOf(await record(installation.app, [changed, event]))).toEqual(['conflict', 'duplicate']);
    expect(await checksumOf(installation.db)).toBe(before);
    await expectStory(given, [event]);
  });

  it('on another account is a conflict: of a batch, the first to arrive counts', async () => {
    await imported({ id: 'two-a', openingBalance: 9 }, { id: 'two-b', openingBalance: 9 });
    const events = [spent('two-1', 'two-b', '2021-01-05'), spent('two-1', 'two-a', '2021-01-05')];
    expect(linesOf(await record(installation.app, events))).toEqual(['applied', 'conflict']);
    const before = await checksumOf(installation.db);
    expect(linesOf(await record(installation.app, events))).toEqual(['duplicate', 'conflict']);
    expect(await checksumOf(installation.db)).toBe(before);
    expect((await readWhole(installation.db, 'two-a')).account?.balance).toBe(9);
  });

  it('is free still where its first use was not kept', async () => {
    await imported({ id: 'free', openingBalance: 9 });
    const events = [spent('free-1', 'free-unknown', '2021-01-05'), spent('free-1', 'free', '2021-01-05')];
    expect(linesOf(await record(installation.app, events))).toEqual(['unknown-account', 'applied']);
  });

  it('as a second opening is a conflict that changes nothing, and leaves its id free', async () => {
    await imported({ id: 'open-b', openingBalance: 9 });
    const opening = opened('open-1', 'open-a', '2021-01-05');
    expect(linesOf(await record(installation.app, [opening]))).toEqual(['applied awarded']);
    const before = await checksumOf(installation.db);
    const again = [
      opening,
      opened('open-2', 'open-a', '2021-03-05'),
      opened('open-3', 'open-b', '2021-03-05'),
    ];
    expect(linesOf(await record(installation.app, again))).toEqual(['duplicate', 'conflict', 'conflict']);
    expect(await checksumOf(installation.db)).toBe(before);
    const used = spent('open-2', 'open-a', '2021-01-06');
    expect(linesOf(await record(installation.app, [used]))).toEqual(['applied']);
    await expectStory(null, [opening, used]);
  });
});

describe('a batch', () => {
  it('keeps the order of arrival per account, whatever the accounts between', async () => {
    const given = numbered('mix', 7, { openingBalance: 40 });
    await importRows(installation.app, given);
    const events = Array.from({ length: 210 }, (_, n) => {
      const id = `mix-00${(n * 5) % 7}`;
      const at = new Date(Date.parse('2021-01-02') + n * 3_600_000).toISOString();
      return n % 3 === 0
        ? fact(`mix-${n}`, id, at, 'connects.purchased', { amount: 3 })
        : spent(`mix-${n}`, id, at, (n % 11) + 1);
    });
    const outcomes = await record(installation.app, events);
    expect(outcomes).toHaveLength(events.length);
    for (const one of given) {
      const own = events.filter((event) => event.account === one.id);
      await expectStory(one, own);
      const arrived = await selectRows<{ id: string }>(
        installation.db,
        'SELECT id FROM events WHERE account_id = ? ORDER BY arrival',
        [one.id],
      );
      expect(arrived.map(({ id }) => id)).toEqual(own.map(({ id }) => id));
    }
  });

  it('may hold more events of one account than one transaction takes, and more accounts', async () => {
    const given = { id: 'many', openingBalance: 100 };
    const crowd = numbered('crowd', 600, { openingBalance: 5 });
    await importRows(installation.app, [given, ...crowd]);
    const own = Array.from({ length: 4_500 }, (_, n) =>
      n % 2 === 0
        ? spent(`many-${n}`, 'many', '2021-01-05', (n % 90) + 1)
        : fact(`many-${n}`, 'many', '2021-01-05', 'connects.purchased', { amount: 45 }),
    );
    const others = crowd.map(({ id }) => spent(`${id}-1`, id, '2021-02-05'));
    const outcomes = await record(installation.app, [...own, ...others]);
    expect(new Set(linesOf(outcomes.slice(own.length)))).toEqual(new Set(['applied']));
    await expectStory(given, own);
  });

  it('settles more boundaries than one transaction takes', async () => {
    const given = numbered('far', 6, { anchorOn: '2016-01-15', trackedFrom: '2020-06-01T00:00:00Z' });
    await importRows(installation.app, given);
    const events = given.map(({ id }) => spent(`${id}-1`, id, '2021-12-24'));
    const { recordDeps } = installation.app;
    const narrow = { ...recordDeps, settings: { ...recordDeps.settings, boundariesMax: 25 } };
    expect(new Set(linesOf(await recordEvents(narrow, events)))).toEqual(new Set(['applied']));
    for (const [n, one] of given.entries()) await expectStory(one, [events[n] as MemberEvent]);
  });

  it('of nothing is nothing', async () => {
    expect(await record(installation.app, [])).toEqual([]);
  });
});
