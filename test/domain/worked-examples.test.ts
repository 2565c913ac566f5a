/** The program's rules as worked examples, which a member could follow by hand. All UTC, freelancers, month ends clamped. */
import { codesOf, decisionsOf, event, ledgerOf, opened, plansWith, play } from './playing.ts';

const anchored = (plan: string, openingBalance: number) => ({
  plan,
  openingBalance,
  anchorOn: '2020-12-11',
  trackedFrom: '2020-12-11T00:00:00Z',
});

describe('a boundary', () => {
  test.each([
    [1, 'basic', 0, ['monthly-free +10'], 10],
    [2, 'plus', 0, ['monthly-free +10', 'monthly-plan +70'], 80],
    [3, 'basic', 195, ['monthly-free +10'], 205],
    [4, 'basic', 207, ['rollover-expiry -7', 'monthly-free +10'], 210],
    [5, 'plus', 280, ['rollover-expiry -80', 'monthly-free +10', 'monthly-plan +70'], 280],
  ])('example %i: %s with %i', (_, plan, opening, entries, balance) => {
    const result = play({ account: anchored(plan, opening), until: '2021-01-11' });
    expect(ledgerOf(result)).toEqual(entries.map((entry) => `01-11 ${entry}`));
    expect(result).toMatchObject({ balance, nextCycleOn: '2021-02-11' });
    expect(decisionsOf(result)).toEqual(['01-11 cycle:2021-01-11 granted']);
  });

  test('example 6: a cap of 60 is of the balance before the grant', () => {
    const result = play({
      terms: plansWith({ basic: { free: 60, paid: 0, rolloverCap: 60 } }),
      account: anchored('basic', 60),
      events: [
        event('2021-01-05', 'connects.spent', { amount: 10 }),
        event('2021-02-05', 'connects.spent', { amount: 10 }),
      ],
      until: '2021-02-11',
    });
    expect(ledgerOf(result)).toEqual([
      '01-05 spend -10',
      '01-11 monthly-free +60',
      '02-05 spend -10',
      '02-11 rollover-expiry -40',
      '02-11 monthly-free +60',
    ]);
    expect(result.entries[1]?.balance).toBe(110);
    expect(result.balance).toBe(120);
  });

  test('example 11: a member since 2019 is first granted at the first boundary after the take-over', () => {
    const result = play({
      account: { anchorOn: '2019-04-20', trackedFrom: '2020-12-07T00:00:00Z' },
      until: '2021-01-19',
    });
    expect(ledgerOf(result)).toEqual(['12-20 monthly-free +10']);
    expect(result.balance).toBe(10);
  });

  test('example 16: an agency over its cap loses five and is granted nothing', () => {
    const result = play({
      account: { ...anchored('agency', 405), kind: 'agency' },
      until: '2021-01-11',
    });
    expect(ledgerOf(result)).toEqual(['01-11 rollover-expiry -5']);
    expect(codesOf(result)).toEqual(['no-monthly-grant']);
    expect(result.balance).toBe(400);
  });
});

describe('plan changes', () => {
  test('example 7: a downgrade takes its cycle, an upgrade starts another', () => {
    const result = play({
      account: { plan: 'plus', anchorOn: '2021-10-15', trackedFrom: '2021-10-15T00:00:00Z' },
      events: [event('2021-11-10', 'plan.downgraded'), event('2021-12-01', 'plan.upgraded')],
      until: '2022-01-01',
    });
    expect(ledgerOf(result)).toEqual([
      '11-15 monthly-free +10',
      '12-01 upgrade-plan +70',
      '12-01 upgrade-free +5',
      '01-01 monthly-free +10',
      '01-01 monthly-plan +70',
    ]);
    expect(result.balance).toBe(165);
    expect(codesOf(result)).toEqual(['downgrade-pending', 'granted', 'upgraded', 'granted']);
    expect(result.decisions[2]?.detail).toMatchObject({
      elapsedDays: 16,
      cycleDays: 30,
      plansFree: 10,
      free: 5,
    });
  });

  test('example 8: fifteen of thirty-one days give four, and the next boundary is a month on', () => {
    const result = play({
      account: { anchorOn: '2021-03-01', trackedFrom: '2021-03-01T00:00:00Z', openingBalance: 8 },
      events: [event('2021-03-16 09:00', 'plan.upgraded')],
    });
    expect(ledgerOf(result)).toEqual(['03-16 upgrade-plan +70', '03-16 upgrade-free +4']);
    expect(result).toMatchObject({ balance: 82, plan: 'plus', nextCycleOn: '2021-04-16' });
  });

  const beforeApril = { plan: 'plus', anchorOn: '2021-03-16', trackedFrom: '2021-03-16T00:00:00Z' };

  test('example 9a: a downgrade in the last second counts', () => {
    const result = play({
      account: beforeApril,
      events: [event('2021-04-15T23:59:59Z', 'plan.downgraded')],
      until: '2021-04-16',
    });
    expect(ledgerOf(result)).toEqual(['04-16 monthly-free +10']);
    expect(result).toMatchObject({ balance: 10, plan: 'basic' });
  });

  test.each(['2021-04-16T00:00:00Z', '2021-04-16T00:00:01Z'])(
    'example 9b: a downgrade at %s waits a cycle',
    (at) => {
      const story = { account: beforeApril, events: [event(at, 'plan.downgraded')] };
      expect(play(story).balance).toBe(80);
      const result = play({ ...story, until: '2021-05-16' });
      expect(ledgerOf(result)).toEqual([
        '04-16 monthly-free +10',
        '04-16 monthly-plan +70',
        '05-16 monthly-free +10',
      ]);
      expect(result.balance).toBe(90);
    },
  );

  test('example 10: a payment that fails at the boundary is taken back from what the boundary gave', () => {
    const result = play({
      account: {
        plan: 'plus',
        openingBalance: 60,
        anchorOn: '2021-02-16',
        trackedFrom: '2021-02-16T00:00:00Z',
      },
      events: [event('2021-03-16', 'payment.failed', { cycleOn: '2021-03-16' })],
    });
    expect(ledgerOf(result)).toEqual([
      '03-16 monthly-free +10',
      '03-16 monthly-plan +70',
      '03-16 reversal -70',
    ]);
    expect(result).toMatchObject({ balance: 70, plan: 'basic' });
  });

  test('example 18: what was spent of a payment that failed is recovered from the next', () => {
    const result = play({
      account: { anchorOn: '2021-02-10', trackedFrom: '2021-02-10T00:00:00Z' },
      events: [
        event('2021-03-01', 'plan.upgraded'),
        event('2021-03-02', 'connects.spent', { amount: 50 }),
        event('2021-03-03', 'payment.failed', { cycleOn: '2021-03-01' }),
        event('2021-03-05', 'plan.upgraded'),
      ],
    });
    expect(ledgerOf(result)).toEqual([
      '03-01 upgrade-plan +70',
      '03-01 upgrade-free +6', // 19 of 28 days
      '03-02 spend -50',
      '03-03 reversal -26',
      '03-05 upgrade-plan +70',
      '03-05 recovery -44',
      '03-05 upgrade-free +1', // 4 of 31 days
    ]);
    expect(result.balance).toBe(27);
  });
});

describe('rewards', () => {
  test('example 12: welcome and Readiness Test, each once; the opening is no boundary', () => {
    const result = play({
      events: [
        opened('2021-02-03 08:00'),
        event('2021-02-05', 'readiness-test.passed'),
        event('2021-02-20', 'readiness-test.passed'),
      ],
      until: '2021-03-03',
    });
    expect(ledgerOf(result)).toEqual([
      '02-03 welcome +40',
      '02-05 readiness-test +40',
      '03-03 monthly-free +10',
    ]);
    expect(codesOf(result)).toEqual(['awarded', 'awarded', 'already-awarded', 'granted']);
    expect(result.balance).toBe(90);
  });

  const interviewOn = (on: string) => ({
    account: { openingBalance: 24, anchorOn: on, trackedFrom: `${on}T00:00:00Z` },
    events: [
      event(`${on} 09:00`, 'proposal.submitted', { proposal: 'p1', connects: 4 }),
      event(`${on} 10:00`, 'interview.requested', { interview: 'i1', proposal: 'p1' }),
      event(`${on} 11:00`, 'interview.replied', { interview: 'i1' }),
    ],
  });

  test('example 13: after 23 Jul 2021 an award shows as a refund and a bonus', () => {
    const result = play(interviewOn('2021-08-03'));
    expect(ledgerOf(result)).toEqual([
      '08-03 proposal -4',
      '08-03 interview-refund +4',
      '08-03 interview-award +6',
    ]);
    expect(result.entries.map(({ proposal }) => proposal)).toEqual(['p1', 'p1', 'p1']);
    expect(result.balance).toBe(30);
  });

  test('example 14: before that, as one', () => {
    const result = play(interviewOn('2021-04-03'));
    expect(ledgerOf(result)).toEqual(['04-03 proposal -4', '04-03 interview-award +10']);
    expect(result.balance).toBe(30);
  });

  test('example 15: a week is seven times 24 hours, open at its start', () => {
    const replies = [
      '01 10:00',
      '02 10:00',
      '03 10:00',
      '04 10:00',
      '05 10:00',
      '06 10:00',
      '08 09:59',
      '08 10:00',
    ];
    const result = play({
      account: { openingBalance: 100, anchorOn: '2021-03-25', trackedFrom: '2021-03-25T00:00:00Z' },
      events: [
        ...replies.flatMap((_, n) => [
          event('2021-03-30', 'proposal.submitted', { proposal: `p${n}`, connects: 2 }),
          event('2021-03-31', 'interview.requested', { interview: `i${n}`, proposal: `p${n}` }),
        ]),
        ...replies.map((at, n) => event(`2021-04-${at}`, 'interview.replied', { interview: `i${n}` })),
      ],
    });
    expect(codesOf(result)).toEqual([
      ...Array.from({ length: 5 }, () => 'awarded'),
      'weekly-cap',
      'weekly-cap',
      'awarded',
    ]);
    expect(result.balance).toBe(100 - 16 + 60);
  });
});

describe('a suspended account', () => {
  test('example 17: misses the boundary in between, and no other', () => {
    const result = play({
      account: { anchorOn: '2021-03-11', trackedFrom: '2021-03-11T00:00:00Z' },
      events: [event('2021-04-10', 'account.suspended'), event('2021-04-20', 'account.reinstated')],
      until: '2021-05-11',
    });
    expect(ledgerOf(result)).toEqual(['05-11 monthly-free +10']);
    expect(decisionsOf(result)).toEqual([
      '04-11 cycle:2021-04-11 account-inactive',
      '05-11 cycle:2021-05-11 granted',
    ]);
  });
});
