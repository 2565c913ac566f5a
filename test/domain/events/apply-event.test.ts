import { type Account, takeOver } from '../../../src/domain/account.ts';
import { applyEvent, decisionsOf, entriesOf, openAccount } from '../../../src/domain/events/apply-event.ts';
import { type EventOf, type MemberEvent, parseEvent } from '../../../src/domain/events/events.ts';
import { needsOf, noRecords, proposalsRepliedTo } from '../../../src/domain/events/records.ts';
import { replay } from '../../../src/domain/simulation/simulate.ts';
import { builtInTerms } from '../../../src/domain/terms.ts';
import { codesOf, event, ledgerOf, opened, play, scenarioOf } from '../playing.ts';

const at = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);

function factOf(...args: Parameters<typeof event>): MemberEvent {
  const parsed = parseEvent({ account: 'a1', ...event(...args) });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.event;
}

const onPlus: Account = takeOver(
  {
    id: 'a1',
    kind: 'freelancer',
    plan: 'plus',
    status: 'active',
    anchorOn: '2021-01-11',
    zone: 'UTC',
    trackedFrom: at('2021-01-11'),
    openingBalance: 0,
    readinessAwarded: false,
  },
  'clamp',
);

const applied = (account: Account, fact: MemberEvent) => applyEvent(account, fact, builtInTerms, noRecords);

describe('an event', () => {
  test('first settles all boundaries up to its own instant, oldest first', () => {
    const result = applied(onPlus, factOf('2021-03-11', 'connects.spent', { amount: 100 }));
    expect(result.settled.map(({ settlement }) => settlement.cycleOn)).toEqual(['2021-02-11', '2021-03-11']);
    expect(entriesOf(result).map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'monthly-free'],
      [2, 'monthly-plan'],
      [3, 'monthly-free'],
      [4, 'monthly-plan'],
      [5, 'spend'],
    ]);
    expect(result.entries.map(({ kind }) => kind)).toEqual(['spend']);
    expect(decisionsOf(result).map(({ code }) => code)).toEqual(['granted', 'granted']);
    expect(result).toMatchObject({ outcome: 'applied', late: false, effectiveAt: at('2021-03-11') });
    expect(result.account).toMatchObject({ balance: 60, lastSeq: 5, watermark: at('2021-03-11') });
  });

  test('that is refused moves the watermark as well', () => {
    const result = applied(onPlus, factOf('2021-01-20', 'connects.spent', { amount: 1 }));
    expect(result).toMatchObject({
      outcome: 'refused',
      entries: [],
      account: { watermark: at('2021-01-20') },
    });
    expect(result.decisions).toMatchObject([{ code: 'insufficient-connects' }]);
  });

  test('that is late takes effect at the watermark, and keeps when it happened', () => {
    const bought = applied(onPlus, factOf('2021-01-20', 'connects.purchased', { amount: 9 })).account;
    const late = applied(bought, factOf('2021-01-15', 'connects.spent', { amount: 4 }));
    expect(late).toMatchObject({
      late: true,
      occurredAt: at('2021-01-15'),
      effectiveAt: at('2021-01-20'),
      entries: [{ effectiveAt: at('2021-01-20'), occurredAt: at('2021-01-15') }],
      account: { watermark: at('2021-01-20') },
    });
    const refused = applied(bought, factOf('2021-01-15', 'connects.spent', { amount: 40 }));
    expect(refused.decisions).toMatchObject([
      { at: at('2021-01-20'), detail: { occurredAt: '2021-01-15T00:00:00.000Z' } },
    ]);
  });

  test('from before the take-over takes effect at it, after a boundary of that instant', () => {
    const account = takeOver({ ...onPlus, anchorOn: '2020-12-11' }, 'clamp');
    const result = applied(account, factOf('2021-01-01', 'connects.spent', { amount: 5 }));
    expect(entriesOf(result).map(({ kind }) => kind)).toEqual(['monthly-free', 'monthly-plan', 'spend']);
    expect(result).toMatchObject({ late: true, effectiveAt: at('2021-01-11') });
  });

  test('that needs records is not decided without them', () => {
    const submitted = factOf('2021-01-20', 'proposal.submitted', { proposal: 'p1', connects: 4 });
    expect(() => applyEvent(onPlus, submitted, builtInTerms)).toThrow(
      expect.objectContaining({ code: 'records-missing' }),
    );
    const spent = factOf('2021-01-20', 'connects.purchased', { amount: 4 });
    expect(applyEvent(onPlus, spent, builtInTerms).account.balance).toBe(4);
  });

  test('leaves the account it was given as it was', () => {
    const before = structuredClone(onPlus);
    applied(onPlus, factOf('2021-06-11', 'account.closed'));
    expect(onPlus).toEqual(before);
  });
});

describe('the Readiness Test', () => {
  const passed = (on: string) => event(on, 'readiness-test.passed');

  test('checks in this order: kind, status, once, program', () => {
    const code = (account: object, on = '2021-02-01') =>
      codesOf(play({ account: account as never, events: [passed(on)] }))[0];
    expect(code({ kind: 'agency', plan: 'agency', status: 'suspended' })).toBe('not-eligible');
    expect(code({ status: 'suspended', readinessAwarded: true })).toBe('account-inactive');
    const early = { anchorOn: '2020-10-05', trackedFrom: '2020-10-05T00:00:00Z' };
    expect(code({ ...early, readinessAwarded: true }, '2020-10-06')).toBe('already-awarded');
    expect(code(early, '2020-10-06')).toBe('before-program');
    expect(code({})).toBe('awarded');
  });

  test('passed before the program can be passed again in it', () => {
    const account = { anchorOn: '2020-11-25', trackedFrom: '2020-11-25T00:00:00Z' };
    const result = play({
      account,
      events: [passed('2020-11-30'), passed('2020-12-01'), passed('2020-12-02')],
    });
    expect(codesOf(result)).toEqual(['before-program', 'awarded', 'already-awarded']);
    expect(ledgerOf(result)).toEqual(['12-01 readiness-test +40']);
  });
});

describe('an opening', () => {
  test.each([
    ['freelancer', 'basic', '2021-02-03', 'awarded', 40],
    ['agency', 'agency', '2021-02-03', 'not-eligible', 0],
    ['agency', 'agency', '2020-11-03', 'not-eligible', 0],
    ['freelancer', 'basic', '2020-11-30', 'before-program', 0],
    ['freelancer', 'basic', '2020-12-01', 'awarded', 40],
  ])('of a %s on %s at %s is %s', (kind, plan, on, code, balance) => {
    const result = play({ events: [opened(on, { kind, plan })] });
    expect(result).toMatchObject({ balance, decisions: [{ subject: 'welcome', code }] });
  });

  test('takes its local date as the anchor', () => {
    const result = play({ events: [opened('2021-02-03 20:00', { zone: 'Pacific/Auckland' })] });
    expect(result.nextCycleOn).toBe('2021-03-04');
  });

  test('tells the address and begins the first span', () => {
    const fact = factOf('2021-02-03', 'account.opened', {
      kind: 'freelancer',
      plan: 'basic',
      email: 'x@example.test',
    });
    const result = openAccount(fact as EventOf<'account.opened'>, builtInTerms);
    expect(result).toMatchObject({ outcome: 'applied', late: false, email: 'x@example.test', settled: [] });
    expect(result.spans).toEqual([
      { fromAt: at('2021-02-03'), anchorOn: '2021-02-03', zone: 'UTC', plan: 'basic' },
    ]);
    expect(result.account).toMatchObject({
      trackedFrom: at('2021-02-03'),
      cycleOn: '2021-02-03',
      openingBalance: 0,
    });
  });

  test('of an account that is open is a conflict, and settles nothing', () => {
    const fact = factOf('2021-09-03', 'account.opened', {
      kind: 'freelancer',
      plan: 'basic',
      email: 'x@example.test',
    });
    const result = applied(onPlus, fact);
    expect(result).toMatchObject({
      outcome: 'conflict',
      settled: [],
      entries: [],
      decisions: [],
      email: null,
    });
    expect(result.account).toBe(onPlus);
  });
});

describe('the status', () => {
  test('closed is final, and ends the calendar', () => {
    const events = [
      event('2021-02-20', 'account.closed'),
      event('2021-02-21', 'account.reinstated'),
      event('2021-02-22', 'account.suspended'),
    ];
    const result = play({ account: {}, events, until: '2022-01-01' });
    expect(ledgerOf(result)).toEqual(['02-11 monthly-free +10']);
    expect(result).toMatchObject({ status: 'closed', nextCycleOn: null });
  });

  test('changes after the boundary of the same instant', () => {
    const result = play({ account: {}, events: [event('2021-02-11', 'account.closed')] });
    expect(ledgerOf(result)).toEqual(['02-11 monthly-free +10']);
  });

  test('leaves no decision', () => {
    const events = [
      event('2021-01-20', 'account.suspended'),
      event('2021-01-21', 'account.suspended'),
      event('2021-01-22', 'account.reinstated'),
      event('2021-01-23', 'account.reinstated'),
    ];
    expect(play({ account: {}, events })).toMatchObject({ status: 'active', decisions: [], entries: [] });
  });
});

describe('contact and notices', () => {
  test('tell a new address, and whether notices are wanted', () => {
    expect(
      applied(onPlus, factOf('2021-01-20', 'account.contact-changed', { email: 'y@example.test' })).email,
    ).toBe('y@example.test');
    const spanish = factOf('2021-01-20', 'account.locale-changed', { locale: 'ES-mx' });
    expect(applied(onPlus, spanish)).toMatchObject({
      email: null,
      locale: 'es-MX',
      entries: [],
      decisions: [],
    });
    const out = applied(onPlus, factOf('2021-01-20', 'notices.opted-out')).account;
    expect(out.noticesOptedOut).toBe(true);
    expect(applied(out, factOf('2021-01-21', 'notices.opted-in')).account.noticesOptedOut).toBe(false);
  });
});

describe('a change of zone', () => {
  const moved = (at_: string, zone: string) => event(at_, 'account.zone-changed', { zone });
  const account = { zone: 'America/Los_Angeles', trackedFrom: '2021-01-12T00:00:00Z' };

  test('keeps the date of the next boundary, at its first instant in the new zone', () => {
    const result = play({ account, events: [moved('2021-02-10', 'Asia/Tehran')], until: '2021-03-20' });
    expect(result.entries.map(({ effectiveAt, cycleOn }) => [effectiveAt, cycleOn])).toEqual([
      ['2021-02-10T20:30:00.000Z', '2021-02-11'],
      ['2021-03-10T20:30:00.000Z', '2021-03-11'],
    ]);
  });

  test('settles that boundary within the event where its date has begun there already', () => {
    // 11 Feb in Los Angeles begins at 08:00Z; in Auckland it began on the 10th at 11:00Z.
    const events = [
      moved('2021-02-11 05:00', 'Pacific/Auckland'),
      event('2021-02-11 06:00', 'connects.spent', { amount: 1 }),
    ];
    const result = play({ account, events, until: '2021-03-05' });
    expect(result.entries.map(({ effectiveAt, kind, cycleOn }) => [effectiveAt, kind, cycleOn])).toEqual([
      ['2021-02-11T05:00:00.000Z', 'monthly-free', '2021-02-11'],
      ['2021-02-11T06:00:00.000Z', 'spend', undefined],
    ]);
    expect(result.decisions).toMatchObject([{ at: '2021-02-11T05:00:00.000Z', subject: 'cycle:2021-02-11' }]);
    expect(result.nextCycleOn).toBe('2021-03-11');
  });

  test('there and back mints no second grant', () => {
    const events = [
      moved('2021-02-11 05:00', 'Pacific/Auckland'),
      moved('2021-02-11 05:01', 'America/Los_Angeles'),
      moved('2021-02-11 09:00', 'Pacific/Auckland'),
    ];
    const result = play({ account, events, until: '2021-03-05' });
    expect(ledgerOf(result)).toEqual(['02-11 monthly-free +10']);
  });

  test('of a suspended or closed account grants nothing', () => {
    const events = [event('2021-02-01', 'account.suspended'), moved('2021-02-11 05:00', 'Pacific/Auckland')];
    expect(codesOf(play({ account, events }))).toEqual(['account-inactive']);
    const closed = [event('2021-02-01', 'account.closed'), moved('2021-02-11 05:00', 'Pacific/Auckland')];
    expect(play({ account, events: closed })).toMatchObject({ nextCycleOn: null, decisions: [] });
  });
});

describe('the spans of an account', () => {
  const spansOf = (story: Parameters<typeof scenarioOf>[0]) =>
    replay(scenarioOf(story)).spans.map(({ fromAt, anchorOn, zone, plan }) =>
      [new Date(fromAt).toISOString().slice(0, 16), anchorOn, zone, plan].join(' '),
    );

  test('tell every change of anchor, zone and plan, and those of pending plans at their boundary', () => {
    const events = [
      event('2021-01-20 10:00', 'plan.upgraded'),
      event('2021-01-25', 'plan.downgraded'),
      event('2021-03-01', 'account.zone-changed', { zone: 'Asia/Tehran' }),
      event('2021-03-02', 'connects.purchased', { amount: 1 }),
    ];
    expect(spansOf({ account: {}, events })).toEqual([
      '2021-01-11T00:00 2021-01-11 UTC basic',
      '2021-01-20T10:00 2021-01-20 UTC plus',
      '2021-02-20T00:00 2021-01-20 UTC basic',
      '2021-03-01T00:00 2021-01-20 Asia/Tehran basic',
    ]);
  });

  test('that a sweep begins are told as well', () => {
    const events = [event('2021-01-25', 'plan.downgraded'), event('2021-02-11', 'sweep')];
    expect(spansOf({ account: { plan: 'plus' }, events }).at(-1)).toBe(
      '2021-02-11T00:00 2021-01-11 UTC basic',
    );
  });

  test('of one event that share an instant are one', () => {
    const pending = applied(onPlus, factOf('2021-01-20', 'plan.downgraded')).account;
    const result = applied(pending, factOf('2021-02-11', 'plan.upgraded'));
    expect(result.spans).toEqual([
      { fromAt: at('2021-02-11'), anchorOn: '2021-02-11', zone: 'UTC', plan: 'plus' },
    ]);
  });
});

describe('what an event needs loaded', () => {
  const needs = (type: string, fields: object) =>
    needsOf(factOf('2021-03-16', type, fields as never), builtInTerms);
  const none = { proposals: [], interviews: [], awards: null };

  test.each([
    ['connects.spent', { amount: 1 }, none],
    ['plan.upgraded', {}, none],
    ['connects.returned', { amount: 1 }, none],
    ['connects.returned', { amount: 1, proposal: 'p1' }, { ...none, proposals: ['p1'] }],
    ['proposal.submitted', { connects: 1, proposal: 'p1' }, { ...none, proposals: ['p1'] }],
    ['proposal.carried', { connects: 1, proposal: 'p1' }, { ...none, proposals: ['p1'] }],
    ['interview.requested', { interview: 'i1' }, { ...none, interviews: ['i1'] }],
    [
      'interview.requested',
      { interview: 'i1', proposal: 'p1' },
      { ...none, interviews: ['i1'], proposals: ['p1'] },
    ],
  ])('%s %j', (type, fields, expected) => expect(needs(type, fields)).toEqual(expected));

  test('by a reply are its interview and the awards that could share a window with it', () => {
    const awards = { after: at('2021-03-09'), before: at('2021-03-23') };
    expect(needs('interview.replied', { interview: 'i1' })).toEqual({ ...none, interviews: ['i1'], awards });
  });

  test('by a reply in a second round is the proposal of its interview', () => {
    const interview = (id: string, proposal: string | null) => ({
      id,
      proposal,
      requestedAt: 0,
      repliedAt: null,
    });
    const interviews = new Map([
      ['i1', interview('i1', 'p1')],
      ['i2', interview('i2', null)],
      ['i3', interview('i3', 'p1')],
      ['i4', interview('i4', 'p4')],
    ]);
    const replies = ['i1', 'i2', 'i3', 'i9'].map((id) =>
      factOf('2021-03-16', 'interview.replied', { interview: id }),
    );
    expect(proposalsRepliedTo(replies, interviews)).toEqual(['p1']);
  });
});
