import { replay } from '../../../src/domain/simulation/simulate.ts';
import { builtInTerms } from '../../../src/domain/terms.ts';
import {
  codesOf,
  decisionsOf,
  event,
  ledgerOf,
  opened,
  plansWith,
  play,
  scenarioOf,
  termsWith,
} from '../playing.ts';

const plus = { plan: 'plus', anchorOn: '2021-03-01', trackedFrom: '2021-03-01T00:00:00Z' };
const basic = { ...plus, plan: 'basic' };
const agency = { ...plus, kind: 'agency', plan: 'agency' };
const upgraded = (at: string) => event(at, 'plan.upgraded');
const downgraded = (at: string) => event(at, 'plan.downgraded');
const failed = (at: string, cycleOn: string) => event(at, 'payment.failed', { cycleOn });

const detailsOf = (story: Parameters<typeof play>[0]) => play(story).decisions.map(({ detail }) => detail);

describe('an upgrade', () => {
  test('is for active freelancers on Basic', () => {
    const code = (account: object, events: object[] = []) =>
      codesOf(play({ account: account as never, events: [...events, upgraded('2021-03-10')] as never })).at(
        -1,
      );
    expect(code(agency)).toBe('not-eligible');
    expect(code({ ...agency, status: 'suspended' })).toBe('not-eligible');
    expect(code({ ...basic, status: 'suspended' })).toBe('account-inactive');
    expect(code({ ...basic, status: 'closed' })).toBe('account-inactive');
    expect(code({ ...plus, status: 'suspended' }, [downgraded('2021-03-05')])).toBe('account-inactive');
    expect(code(plus)).toBe('already-on-plan');
    expect(code(basic)).toBe('upgraded');
  });

  test('keeps the balance whole, however large', () => {
    const result = play({ account: { ...basic, openingBalance: 900 }, events: [upgraded('2021-03-10')] });
    expect(ledgerOf(result)).toEqual(['03-10 upgrade-plan +70', '03-10 upgrade-free +2']);
    expect(result.balance).toBe(972);
  });

  test('withdraws a pending downgrade, whatever made it pending, and moves no anchor', () => {
    const events = [downgraded('2021-03-05'), upgraded('2021-03-10'), failed('2021-03-11', '2021-04-01')];
    const result = play({ account: plus, events: [...events, upgraded('2021-03-12')], until: '2021-04-01' });
    expect(codesOf(result)).toEqual([
      'downgrade-pending',
      'downgrade-cancelled',
      'payment-failed',
      'downgrade-cancelled',
      'granted',
    ]);
    expect(ledgerOf(result)).toEqual(['04-01 monthly-free +10', '04-01 monthly-plan +70']);
    expect(result).toMatchObject({ plan: 'plus', nextCycleOn: '2021-05-01' });
  });

  test('on the day a cycle began begins it again, with no share of the free part', () => {
    const events = [upgraded('2021-04-01 12:00')];
    const result = play({ account: basic, events, until: '2021-05-01' });
    expect(ledgerOf(result)).toEqual([
      '04-01 monthly-free +10',
      '04-01 upgrade-plan +70',
      '05-01 monthly-free +10',
      '05-01 monthly-plan +70',
    ]);
  });

  test('counts whole local days of the account, not of UTC', () => {
    const account = { ...basic, zone: 'Pacific/Auckland', trackedFrom: '2021-03-01T00:00:00Z' };
    const result = play({ account, events: [upgraded('2021-03-15 11:00')] });
    expect(result.decisions[0]?.detail).toMatchObject({ elapsedDays: 15, anchorOn: '2021-03-16', free: 4 });
    expect(result.nextCycleOn).toBe('2021-04-16');
  });

  test('is never paid for days below none: a change of zone can put today before the cycle', () => {
    const account = {
      ...basic,
      zone: 'Pacific/Kiritimati',
      anchorOn: '2021-02-15',
      trackedFrom: '2021-02-15T00:00:00Z',
    };
    const moved = event('2021-03-14 10:30', 'account.zone-changed', { zone: 'Pacific/Honolulu' });
    const result = play({ account, events: [moved, upgraded('2021-03-14 10:40')] });
    expect(ledgerOf(result)).toEqual(['03-14 monthly-free +10', '03-14 upgrade-plan +70']);
    expect(result.decisions[1]?.detail).toMatchObject({ fromCycleOn: '2021-03-15', elapsedDays: 0 });
    expect(result.nextCycleOn).toBe('2021-04-14');
  });

  test('counts a cycle that granted nothing by its days as well', () => {
    const events = [
      event('2021-03-20', 'account.suspended'),
      event('2021-04-10', 'account.reinstated'),
      upgraded('2021-04-16'),
    ];
    const result = play({ account: basic, events });
    expect(result.decisions.at(-1)?.detail).toMatchObject({ elapsedDays: 15, cycleDays: 30, free: 5 });
  });

  test('takes the share from the free part of Plus, not of Basic', () => {
    const terms = plansWith({
      basic: { free: 3, paid: 0, rolloverCap: 200 },
      plus: { free: 31, paid: 70, rolloverCap: 200 },
    });
    const result = play({ terms, account: basic, events: [upgraded('2021-03-16')] });
    expect(ledgerOf(result)).toEqual(['03-16 upgrade-plan +70', '03-16 upgrade-free +15']);
  });

  test('before any terms changes plan and anchor, and posts nothing', () => {
    const account = { ...basic, anchorOn: '2020-10-01', trackedFrom: '2020-10-01T00:00:00Z' };
    const result = play({ account, events: [upgraded('2020-10-20')], until: '2020-12-20' });
    expect(decisionsOf(result)).toEqual([
      expect.stringMatching(/^10-20 plan:e\d+ before-program$/),
      '11-20 cycle:2020-11-20 before-program',
      '12-20 cycle:2020-12-20 granted',
    ]);
    expect(ledgerOf(result)).toEqual(['12-20 monthly-free +10', '12-20 monthly-plan +70']);
  });

  test('under first-of-next begins its cycle on its own date', () => {
    const terms = termsWith(() => ({ monthEnd: 'first-of-next' }));
    const account = { ...basic, anchorOn: '2021-01-31', trackedFrom: '2021-01-31T00:00:00Z' };
    const result = play({
      terms,
      account,
      events: [upgraded('2021-02-15'), failed('2021-02-16', '2021-02-15')],
    });
    expect(result.decisions[0]?.detail).toMatchObject({
      fromCycleOn: '2021-01-31',
      elapsedDays: 15,
      cycleDays: 29,
      free: 5,
    });
    expect(codesOf(result)).toEqual(['upgraded', 'payment-failed']);
    const lastDay = play({ terms, account, events: [upgraded('2021-03-31')] });
    expect(lastDay.nextCycleOn).toBe('2021-05-01');
  });

  test('that is late counts on the day it takes effect', () => {
    const events = [event('2021-03-20', 'connects.purchased', { amount: 1 }), upgraded('2021-03-05')];
    const result = play({ account: basic, events });
    expect(result.decisions[0]?.detail).toMatchObject({
      anchorOn: '2021-03-20',
      elapsedDays: 19,
      occurredAt: '2021-03-05T00:00:00.000Z',
    });
  });

  test('keeps the evidence of its sum', () => {
    const events = [{ ...upgraded('2021-03-16'), id: 'up1' }];
    expect(detailsOf({ account: basic, events })).toEqual([
      {
        event: 'up1',
        paid: 70,
        free: 4,
        recovered: 0,
        plansFree: 10,
        elapsedDays: 15,
        cycleDays: 31,
        fromCycleOn: '2021-03-01',
        fromAnchorOn: '2021-03-01',
        anchorOn: '2021-03-16',
        nextCycleOn: '2021-04-16',
        termsFrom: '2020-12-01',
      },
    ]);
  });
});

describe('an opening on Plus', () => {
  test('welcomes, and posts the paid part of its first month', () => {
    const result = play({
      events: [opened('2021-03-31 10:00', { plan: 'plus', id: 'o1' })],
      until: '2021-04-30',
    });
    expect(ledgerOf(result)).toEqual([
      '03-31 welcome +40',
      '03-31 upgrade-plan +70',
      '04-30 monthly-free +10',
      '04-30 monthly-plan +70',
    ]);
    expect(decisionsOf(result)).toEqual([
      '03-31 welcome awarded',
      '03-31 plan:o1 upgraded',
      '04-30 cycle:2021-04-30 granted',
    ]);
  });

  test('before any terms starts on Plus and posts nothing', () => {
    const result = play({ events: [opened('2020-11-05', { plan: 'plus', id: 'o1' })] });
    expect(result).toMatchObject({ plan: 'plus', balance: 0, entries: [], nextCycleOn: '2020-12-05' });
    expect(decisionsOf(result)).toEqual(['11-05 welcome before-program', '11-05 plan:o1 before-program']);
  });

  test('has a payment that can fail', () => {
    const result = play({
      events: [opened('2021-03-05', { plan: 'plus' }), failed('2021-03-06', '2021-03-05')],
    });
    expect(ledgerOf(result).at(-1)).toBe('03-06 reversal -70');
    expect(result).toMatchObject({ plan: 'basic', balance: 40 });
  });
});

describe('a downgrade', () => {
  test('waits for the boundary, also when asked again, and keeps the anchor', () => {
    const events = [downgraded('2021-03-05'), downgraded('2021-03-06')];
    const result = play({ account: plus, events, until: '2021-04-01' });
    expect(codesOf(result)).toEqual(['downgrade-pending', 'downgrade-pending', 'granted']);
    expect(ledgerOf(result)).toEqual(['04-01 monthly-free +10']);
    expect(result).toMatchObject({ plan: 'basic', nextCycleOn: '2021-05-01' });
  });

  test.each(['suspended', 'closed'])('is taken from a %s account as well', (status) => {
    const story = { account: { ...plus, status }, events: [downgraded('2021-03-05')] };
    expect(codesOf(play(story))).toEqual(['downgrade-pending']);
  });

  test('of an account that is not on Plus is refused', () => {
    expect(codesOf(play({ account: basic, events: [downgraded('2021-03-05')] }))).toEqual(['not-on-plan']);
    expect(codesOf(play({ account: agency, events: [downgraded('2021-03-05')] }))).toEqual(['not-on-plan']);
  });

  test('takes effect while the account is suspended', () => {
    const events = [downgraded('2021-03-05'), event('2021-03-06', 'account.suspended')];
    expect(play({ account: plus, events, until: '2021-04-01' })).toMatchObject({
      plan: 'basic',
      entries: [],
    });
  });
});

describe('a failed payment', () => {
  test('of an account that is not on Plus is refused', () => {
    expect(codesOf(play({ account: basic, events: [failed('2021-03-05', '2021-03-01')] }))).toEqual([
      'not-on-plan',
    ]);
    expect(codesOf(play({ account: agency, events: [failed('2021-03-05', '2099-03-01')] }))).toEqual([
      'not-on-plan',
    ]);
  });

  test('for the next boundary makes the account Basic from it', () => {
    const result = play({ account: plus, events: [failed('2021-03-30', '2021-04-01')], until: '2021-04-01' });
    expect(ledgerOf(result)).toEqual(['04-01 monthly-free +10']);
    expect(result.decisions[0]?.detail).toMatchObject({ which: 'next-cycle', reversed: 0, owed: 0 });
  });

  test('for an earlier date, a boundary or not, makes it Basic now and takes nothing', () => {
    for (const cycleOn of ['2021-04-01', '2021-03-17', '1999-01-01']) {
      const events = [downgraded('2021-05-02'), failed('2021-05-03', cycleOn)];
      const result = play({ account: plus, events });
      expect(result).toMatchObject({ plan: 'basic', balance: 160 });
      expect(result.decisions.at(-1)).toMatchObject({
        code: 'payment-failed',
        detail: { which: 'earlier-cycle', reversed: 0, owed: 0 },
      });
    }
  });

  test('for a date between this cycle and the next, or after the next, is of an unknown cycle', () => {
    for (const cycleOn of ['2021-03-02', '2021-03-31', '2021-04-02', '2021-05-01']) {
      const result = play({ account: plus, events: [failed('2021-03-05', cycleOn)] });
      expect(result).toMatchObject({ plan: 'plus' });
      expect(result.decisions).toMatchObject([
        {
          code: 'unknown-cycle',
          detail: { failedOn: cycleOn, cycleOn: '2021-03-01', nextCycleOn: '2021-04-01' },
        },
      ]);
    }
  });

  test('on a closed account knows no next boundary', () => {
    const closed = event('2021-04-05', 'account.closed');
    const code = (cycleOn: string) =>
      codesOf(play({ account: plus, events: [closed, failed('2021-04-06', cycleOn)] })).at(-1);
    expect(code('2021-05-01')).toBe('unknown-cycle');
    expect(code('2021-04-02')).toBe('unknown-cycle');
    expect(code('2021-04-01')).toBe('payment-failed');
    expect(code('2021-03-01')).toBe('payment-failed');
  });

  test('takes the paid part of a closed account back', () => {
    const events = [event('2021-04-05', 'account.closed'), failed('2021-04-06', '2021-04-01')];
    expect(play({ account: plus, events })).toMatchObject({ plan: 'basic', status: 'closed', balance: 10 });
  });

  test('takes back nothing for a cycle in which this system posted nothing', () => {
    const result = play({
      account: { ...plus, openingBalance: 75 },
      events: [failed('2021-03-05', '2021-03-01')],
    });
    expect(result).toMatchObject({ plan: 'basic', balance: 75, entries: [] });
    expect(result.decisions[0]?.detail).toMatchObject({
      which: 'current-cycle',
      paid: 0,
      reversed: 0,
      owed: 0,
    });
  });

  test.each(['2021-04-01', '2021-03-05'])('for %s clears a pending downgrade', (cycleOn) => {
    const events = [downgraded('2021-04-02'), failed('2021-04-03', cycleOn)];
    expect(replay(scenarioOf({ account: plus, events })).account).toMatchObject({
      plan: 'basic',
      pendingPlan: null,
    });
    expect(codesOf(play({ account: plus, events: [...events, upgraded('2021-04-04')] })).at(-1)).toBe(
      'upgraded',
    );
  });

  test('names the cycle whose paid part it takes back', () => {
    const { entries } = play({ account: plus, events: [failed('2021-04-03', '2021-04-01')] });
    expect(entries.at(-1)).toMatchObject({ kind: 'reversal', amount: -70, cycleOn: '2021-04-01' });
  });

  test('on the date of an upgrade takes back the upgrade, not the boundary before it on that date', () => {
    const events = [
      failed('2021-04-01 01:00', '2021-04-01'),
      upgraded('2021-04-01 02:00'),
      failed('2021-04-01 03:00', '2021-04-01'),
      failed('2021-04-01 04:00', '2021-04-01'),
    ];
    const result = play({ account: plus, events });
    expect(ledgerOf(result).slice(2)).toEqual([
      '04-01 reversal -70',
      '04-01 upgrade-plan +70',
      '04-01 reversal -70',
    ]);
    expect(codesOf(result).at(-1)).toBe('not-on-plan');
    expect(result.balance).toBe(10);
  });

  test('takes back the whole paid part, also what was recovered from it, and owes the rest', () => {
    const events = [
      event('2021-04-02', 'connects.spent', { amount: 80 }), // the boundary's 80, all gone
      failed('2021-04-03', '2021-04-01'), // 70 owed
      upgraded('2021-04-04'), // +70 −70, nothing free: 3 of 30 days give 1
      failed('2021-04-05', '2021-04-04'), // takes the 1, owes 69
    ];
    const played = replay(scenarioOf({ account: plus, events }));
    expect(ledgerOf(play({ account: plus, events })).slice(3)).toEqual([
      '04-04 upgrade-plan +70',
      '04-04 recovery -70',
      '04-04 upgrade-free +1',
      '04-05 reversal -1',
    ]);
    expect(played.account).toMatchObject({ balance: 0, owed: 69 });
    expect(played.decisions.at(-1)?.detail).toMatchObject({ paid: 70, reversed: 1, owed: 69, owedInAll: 69 });
  });

  test('cannot be used to mint Connects, however often', () => {
    const round = (day: number) => [
      upgraded(`2021-03-${day} 01:00`),
      event(`2021-03-${day} 02:00`, 'connects.spent', { amount: 70 }),
      failed(`2021-03-${day} 03:00`, `2021-03-${day}`),
    ];
    const events = [10, 11, 12, 13].flatMap(round);
    const result = play({ account: basic, events });
    expect(ledgerOf(result).filter((line) => line.includes('spend'))).toEqual(['03-10 spend -70']);
    expect(result.balance).toBe(0);
  });

  const cheaper = { ...builtInTerms[0]?.plans, plus: { free: 10, paid: 30, rolloverCap: 200 } };
  const terms = [builtInTerms[0], { ...builtInTerms[0], effectiveFrom: '2021-04-04', plans: cheaper }];

  test('adds to what is owed from before', () => {
    const events = [
      event('2021-04-02', 'connects.spent', { amount: 80 }),
      failed('2021-04-03', '2021-04-01'), // 70 owed
      upgraded('2021-04-04'), // +30 −30 and +1: 40 owed
      failed('2021-04-05', '2021-04-04'), // takes the 1 of 30
    ];
    const { account, decisions } = replay(scenarioOf({ terms, account: plus, events }));
    expect(account).toMatchObject({ balance: 0, owed: 69 });
    expect(decisions.at(-1)?.detail).toMatchObject({ paid: 30, reversed: 1, owed: 29, owedInAll: 69 });
  });

  test('is recovered at the boundaries that follow too, where one paid part is not enough', () => {
    const events = [
      event('2021-04-02', 'connects.spent', { amount: 80 }),
      failed('2021-04-03', '2021-04-01'), // 70 owed
      upgraded('2021-04-04'),
    ];
    const result = play({ terms, account: plus, events, until: '2021-06-04' });
    expect(ledgerOf(result).slice(3)).toEqual([
      '04-04 upgrade-plan +30',
      '04-04 recovery -30',
      '04-04 upgrade-free +1',
      '05-04 monthly-free +10',
      '05-04 monthly-plan +30',
      '05-04 recovery -30',
      '06-04 monthly-free +10',
      '06-04 monthly-plan +30',
      '06-04 recovery -10',
    ]);
    expect(result.decisions.at(-1)?.detail).toEqual({
      carried: 11,
      expired: 0,
      free: 10,
      paid: 30,
      recovered: 10,
    });
  });
});
