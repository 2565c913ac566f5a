import { parseScenario, replay, simulate } from '../../../src/domain/simulation/simulate.ts';
import { builtInTerms } from '../../../src/domain/terms.ts';
import { codesOf, event, freelancer, ledgerOf, opened, play, scenarioOf } from '../playing.ts';

const faultsOf = (input: unknown): string[] => {
  const parsed = parseScenario(input);
  return parsed.ok ? [] : parsed.faults.map(({ where }) => where);
};

describe('what simulate prints', () => {
  test('is the documented document', () => {
    const parsed = parseScenario({
      terms: builtInTerms,
      account: { ...freelancer, openingBalance: 10, status: 'active', readinessAwarded: false },
      events: [{ id: 'e1', at: '2021-02-01T10:00:00Z', type: 'connects.spent', amount: 6 }],
      until: '2021-03-01T00:00:00Z',
    });
    expect(parsed.ok && simulate(parsed.scenario)).toEqual({
      account: 'a1',
      balance: 14,
      plan: 'basic',
      status: 'active',
      nextCycleOn: '2021-03-11',
      entries: [
        { effectiveAt: '2021-02-01T10:00:00.000Z', kind: 'spend', amount: -6, balance: 4 },
        {
          effectiveAt: '2021-02-11T00:00:00.000Z',
          kind: 'monthly-free',
          amount: 10,
          balance: 14,
          cycleOn: '2021-02-11',
        },
      ],
      decisions: [
        {
          at: '2021-02-11T00:00:00.000Z',
          subject: 'cycle:2021-02-11',
          code: 'granted',
          detail: { carried: 4, expired: 0, free: 10, paid: 0 },
        },
      ],
    });
  });

  test('of a closed account has no next date', () => {
    const result = play({
      account: {},
      events: [event('2021-01-20', 'account.closed')],
      until: '2022-01-01',
    });
    expect(result).toMatchObject({ status: 'closed', nextCycleOn: null, entries: [], decisions: [] });
  });

  test('ends with the last event where no end is given', () => {
    const events = [event('2021-03-20', 'connects.purchased', { amount: 5 })];
    expect(ledgerOf(play({ account: {}, events }))).toEqual([
      '02-11 monthly-free +10',
      '03-11 monthly-free +10',
      '03-20 purchase +5',
    ]);
  });
});

describe('a sweep among the items', () => {
  test('brings the account current to its instant and no further', () => {
    const sweep = (at: string) => event(at, 'sweep');
    expect(ledgerOf(play({ account: {}, events: [sweep('2021-02-10')] }))).toEqual([]);
    expect(ledgerOf(play({ account: {}, events: [sweep('2021-02-11')] }))).toEqual([
      '02-11 monthly-free +10',
    ]);
  });

  test('does not make a fact late, unless it settled a boundary past it', () => {
    const spent = event('2021-02-15', 'connects.spent', { amount: 1 });
    const late = (sweptAt: string) => {
      const { entries } = replay(scenarioOf({ account: {}, events: [event(sweptAt, 'sweep'), spent] }));
      const last = entries.at(-1);
      return (last?.effectiveAt as number) > (last?.occurredAt as number);
    };
    expect(late('2021-03-10T23:59:59Z')).toBe(false);
    expect(late('2021-03-11')).toBe(true);
  });

  test('before the opening finds nobody to bring current', () => {
    const result = play({ events: [event('2021-05-01', 'sweep'), opened('2021-02-03')] });
    expect(ledgerOf(result)).toEqual(['02-03 welcome +40']);
  });
});

describe('an id that arrives again', () => {
  const spent = { ...event('2021-02-01', 'connects.spent', { amount: 6 }), id: 'same' };

  test('with the same content changes nothing, and settles nothing', () => {
    const again = { ...spent, amount: 6, note: 'extra' };
    const scenario = scenarioOf({ account: { openingBalance: 50 }, events: [spent, again] });
    expect(replay(scenario).conflicts).toEqual([]);
    expect(ledgerOf(simulate(scenario))).toEqual(['02-01 spend -6']);
  });

  test('with other content is a conflict: not applied, nothing settled, and no fact made late', () => {
    const other = { ...spent, at: '2021-04-15T00:00:00.000Z' };
    const after = event('2021-02-02', 'connects.spent', { amount: 1 });
    const scenario = scenarioOf({ account: { openingBalance: 50 }, events: [spent, other, after] });
    const played = replay(scenario);
    expect(played.conflicts).toEqual(['same']);
    expect(played.entries.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['spend', -6],
      ['spend', -1],
    ]);
    expect(played.entries[1]?.effectiveAt).toBe(played.entries[1]?.occurredAt);
  });

  test('a second opening is a conflict, whatever its id', () => {
    const first = opened('2021-02-03');
    const scenario = scenarioOf({ events: [first, first, opened('2021-06-03')] });
    expect(replay(scenario).conflicts).toHaveLength(1);
    expect(codesOf(simulate(scenario))).toEqual(['awarded']);
    const takenOver = scenarioOf({ account: {}, events: [opened('2021-06-03')] });
    expect(replay(takenOver).conflicts).toHaveLength(1);
    expect(simulate(takenOver).decisions).toEqual([]);
  });
});

describe('a scenario', () => {
  test('is told every fault at its place', () => {
    const input = {
      account: { ...freelancer, plan: 'gold', openingBalance: -1, zone: 'Mars/Olympus', nickname: 'x' },
      terms: [{ ...builtInTerms[0], welcome: 'forty' }],
      events: [
        { id: 'e1', at: 'soon', type: 'connects.spent', amount: 0 },
        { id: 'e2', account: 'a2', at: '2021-02-01T00:00:00Z', type: 'plan.upgraded' },
        { id: 's 1', at: 'soon', type: 'sweep' },
        7,
      ],
      until: '2021',
      speed: 'fast',
    };
    expect(faultsOf(input).toSorted()).toEqual(
      [
        '(all)',
        'account.plan',
        'account.openingBalance',
        'account.zone',
        'account',
        'terms.0.welcome',
        'events.0.at',
        'events.0.amount',
        'events.1.account',
        'events.2.id',
        'events.2.at',
        'events.3',
        'until',
      ].toSorted(),
    );
  });

  test.each([
    ['an agency on basic', { kind: 'agency' }, 'account.plan'],
    ['a freelancer on agency', { plan: 'agency' }, 'account.plan'],
    ['an anchor after the take-over', { anchorOn: '2021-01-12' }, 'account.anchorOn'],
    ['an unknown status', { status: 'asleep' }, 'account.status'],
    ['a take-over without a zone of its own', { trackedFrom: '2021-01-11T00:00:00' }, 'account.trackedFrom'],
  ])('does not take over %s', (_, fields, where) => {
    expect(faultsOf({ account: { ...freelancer, ...fields }, events: [] })).toEqual([where]);
  });

  test('takes over an anchor on the date of the take-over, in its zone or in UTC', () => {
    const account = { ...freelancer, trackedFrom: '2021-01-11T02:00:00Z' };
    expect(faultsOf({ account: { ...account, zone: 'America/New_York' }, events: [] })).toEqual([]);
    const eastward = { ...account, zone: 'Pacific/Auckland', trackedFrom: '2021-01-10T12:00:00Z' };
    expect(faultsOf({ account: eastward, events: [] })).toEqual([]);
  });

  test('without an account must open one first', () => {
    expect(faultsOf({ events: [] })).toEqual(['account']);
    expect(faultsOf({ events: [event('2021-01-01', 'sweep')] })).toEqual(['account']);
    const upgraded = event('2021-01-01', 'plan.upgraded', { account: 'a1' });
    expect(faultsOf({ events: [upgraded, opened('2021-02-01')] })).toEqual(['events.0.type']);
  });

  test('whose opening names no account has no id to go by', () => {
    expect(faultsOf({ events: [opened('2021-02-01', { account: undefined })] })).toEqual([
      'events.0.account',
    ]);
  });

  test.each([[null], [[]], ['{}'], [{}], [{ account: freelancer }], [{ account: freelancer, events: {} }]])(
    'is more than %j',
    (input) => expect(faultsOf(input)).not.toEqual([]),
  );

  test('needs neither status, zone, terms nor an end', () => {
    const { id, kind, plan, anchorOn, trackedFrom, openingBalance } = freelancer;
    const account = { id, kind, plan, anchorOn, trackedFrom, openingBalance };
    const parsed = parseScenario({ account, events: [] });
    expect(parsed).toMatchObject({
      ok: true,
      scenario: {
        terms: builtInTerms,
        account: { zone: 'UTC', status: 'active', readinessAwarded: false },
        until: null,
      },
    });
  });
});

const nestedBy = (depth: number): unknown =>
  JSON.parse(`${'{"id":'.repeat(depth)}1${'}'.repeat(depth)}`) as unknown;

test.each([
  ['an object', { toString: 1 }],
  ['an object without a prototype of ours', JSON.parse('{"__proto__":1,"valueOf":{}}') as unknown],
  ['nested 5,000 deep', nestedBy(5_000)],
  ['nested 50,000 deep', nestedBy(50_000)],
])('an id that is none is a fault, wherever it stands: %s', (_name, odd) => {
  const account = { id: odd, kind: 'freelancer', plan: 'basic', anchorOn: '2021-01-11' };
  const events = [
    { id: odd, account: 'a1', at: '2021-02-01T10:00:00Z', type: 'connects.spent', amount: 6 },
    { id: 'e1', account: odd, at: odd, type: odd },
    odd,
  ];
  const terms = [
    { effectiveFrom: odd, monthEnd: odd },
    { effectiveFrom: '2021-01-01', monthEnd: 'clamp' },
    odd,
  ];
  const parsed = parseScenario({ account, events, terms, until: odd });
  const faults = parsed.ok ? [] : parsed.faults;
  for (const where of [
    'account.id',
    'events.0.id',
    'events.0.account',
    'events.1.at',
    'terms.0.monthEnd',
    'until',
  ])
    expect(faults.map((one) => one.where)).toContain(where);
  expect(JSON.stringify(faults).length).toBeLessThan(10_000);
});
