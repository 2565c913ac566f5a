import { replay } from '../../../src/domain/simulation/simulate.ts';
import { codesOf, event, ledgerOf, play, scenarioOf } from '../playing.ts';

const account = { openingBalance: 20 };
const day = (n: number): string => `2021-01-${String(n).padStart(2, '0')}`;

describe('spending', () => {
  test('goes to zero and no further', () => {
    const events = [
      event(day(12), 'connects.spent', { amount: 21 }),
      event(day(13), 'connects.spent', { amount: 20 }),
      event(day(14), 'connects.spent', { amount: 1 }),
    ];
    const result = play({ account, events });
    expect(ledgerOf(result)).toEqual(['01-13 spend -20']);
    expect(result.decisions).toMatchObject([
      {
        subject: `spend:${events[0]?.id}`,
        code: 'insufficient-connects',
        detail: { asked: 21, balance: 20 },
      },
      { subject: `spend:${events[2]?.id}`, code: 'insufficient-connects', detail: { asked: 1, balance: 0 } },
    ]);
  });

  test.each(['suspended', 'closed'])('is not for a %s account', (status) => {
    const events = [
      event(day(12), 'connects.spent', { amount: 100 }),
      event(day(12), 'proposal.submitted', { proposal: 'p1', connects: 1 }),
    ];
    expect(codesOf(play({ account: { ...account, status }, events }))).toEqual([
      'account-inactive',
      'account-inactive',
    ]);
  });

  test('comes after the boundary of the same instant', () => {
    const events = [event('2021-02-11', 'connects.spent', { amount: 30 })];
    expect(ledgerOf(play({ account, events }))).toEqual(['02-11 monthly-free +10', '02-11 spend -30']);
  });
});

describe('purchases, returns and adjustments', () => {
  test.each(['active', 'suspended', 'closed'])('reach a %s account', (status) => {
    const events = [
      event(day(12), 'connects.purchased', { amount: 40 }),
      event(day(13), 'connects.returned', { amount: 2 }),
      event(day(14), 'balance.adjusted', { amount: -62, reason: 'test' }),
    ];
    const result = play({ account: { ...account, status }, events });
    expect(ledgerOf(result)).toEqual(['01-12 purchase +40', '01-13 return +2', '01-14 adjustment -62']);
    expect(result).toMatchObject({ balance: 0, decisions: [] });
  });

  test('an adjustment below zero is refused whole', () => {
    const events = [event(day(12), 'balance.adjusted', { amount: -21, reason: 'test' })];
    const result = play({ account, events });
    expect(result).toMatchObject({ balance: 20, entries: [] });
    expect(result.decisions).toMatchObject([
      {
        subject: `adjustment:${events[0]?.id}`,
        code: 'insufficient-connects',
        detail: { asked: -21, balance: 20 },
      },
    ]);
  });
});

describe('a proposal', () => {
  const submitted = (n: number, proposal: string, connects: number) =>
    event(day(n), 'proposal.submitted', { proposal, connects });
  const carried = (n: number, proposal: string, connects: number) =>
    event(day(n), 'proposal.carried', { proposal, connects });
  const returned = (n: number, amount: number, proposal: string) =>
    event(day(n), 'connects.returned', { amount, proposal });

  test('is recorded once, and not when it could not be paid', () => {
    const events = [submitted(12, 'p1', 21), submitted(13, 'p1', 4), submitted(14, 'p1', 4)];
    const result = play({ account, events });
    expect(ledgerOf(result)).toEqual(['01-13 proposal -4']);
    expect(codesOf(result)).toEqual(['insufficient-connects', 'already-recorded']);
    expect(result.entries[0]?.proposal).toBe('p1');
  });

  test('that was recorded is so whether or not the account could pay again', () => {
    const events = [submitted(12, 'p1', 4), event(day(13), 'account.suspended'), submitted(14, 'p1', 400)];
    expect(codesOf(play({ account, events }))).toEqual(['already-recorded']);
  });

  test('from before the cut-over is known without an entry or a decision, once', () => {
    const events = [
      carried(12, 'p1', 6),
      carried(13, 'p1', 9),
      submitted(14, 'p1', 4),
      returned(15, 100, 'p1'),
    ];
    const result = play({ account, events });
    expect(ledgerOf(result)).toEqual(['01-15 return +6']);
    expect(codesOf(result)).toEqual(['already-recorded']);
  });

  test('gets back no more than was spent on it', () => {
    const events = [
      submitted(12, 'p1', 6),
      returned(13, 4, 'p1'),
      returned(14, 4, 'p1'),
      returned(15, 1, 'p1'),
    ];
    const result = play({ account, events });
    expect(ledgerOf(result)).toEqual(['01-12 proposal -6', '01-13 return +4', '01-14 return +2']);
    expect(result.entries[2]?.proposal).toBe('p1');
    expect(result.decisions).toMatchObject([
      {
        subject: `return:${events[3]?.id}`,
        code: 'nothing-to-return',
        detail: { asked: 1, spent: 6, refunded: 6, returned: 0 },
      },
    ]);
  });

  test('counts an interview refund as given back', () => {
    const august = { ...account, anchorOn: '2021-08-01', trackedFrom: '2021-08-01T00:00:00Z' };
    const events = [
      event('2021-08-02', 'proposal.submitted', { proposal: 'p1', connects: 16 }),
      event('2021-08-03', 'interview.requested', { interview: 'i1', proposal: 'p1' }),
      event('2021-08-04', 'interview.replied', { interview: 'i1' }),
      event('2021-08-05', 'connects.returned', { amount: 16, proposal: 'p1' }),
      event('2021-08-06', 'connects.returned', { amount: 16, proposal: 'p1' }),
    ];
    const result = play({ account: august, events });
    expect(ledgerOf(result).slice(1)).toEqual(['08-04 interview-refund +10', '08-05 return +6']);
    expect(codesOf(result)).toEqual(['awarded', 'nothing-to-return']);
  });

  test('that is unknown gets nothing back', () => {
    const result = play({ account, events: [returned(13, 4, 'p9')] });
    expect(result.decisions).toMatchObject([
      { code: 'unknown-proposal', detail: { asked: 4, proposal: 'p9' } },
    ]);
    expect(result.entries).toEqual([]);
  });

  test('keeps what was spent, refunded and rewarded', () => {
    const events = [
      submitted(12, 'p1', 6),
      returned(13, 2, 'p1'),
      event(day(14), 'interview.requested', { interview: 'i1', proposal: 'p1' }),
      event(day(15), 'interview.replied', { interview: 'i1' }),
      event(day(16), 'interview.replied', { interview: 'i1' }),
    ];
    const { records } = replay(scenarioOf({ account, events }));
    expect([...records.proposals.values()]).toEqual([
      { id: 'p1', spent: 6, refunded: 2, rewardedBy: 'i1', closedBy: null },
    ]);
    expect([...records.interviews.values()]).toEqual([
      {
        id: 'i1',
        proposal: 'p1',
        requestedAt: Date.parse('2021-01-14T00:00:00Z'),
        repliedAt: Date.parse('2021-01-15T00:00:00Z'),
      },
    ]);
    expect([...records.awards.values()]).toEqual([
      { interview: 'i1', proposal: 'p1', occurredAt: Date.parse('2021-01-15T00:00:00Z'), amount: 10 },
    ]);
  });
});
