import { fullestWindow } from '../../../src/domain/events/interviews.ts';
import { formatInstant } from '../../../src/domain/calendar.ts';
import type { Award } from '../../../src/domain/events/records.ts';
import { replay } from '../../../src/domain/simulation/simulate.ts';
import { builtInTerms } from '../../../src/domain/terms.ts';
import { codesOf, event, ledgerOf, play, scenarioOf, termsWith } from '../playing.ts';

type Event = ReturnType<typeof event>;

const HOUR = 3_600_000;
const account = { openingBalance: 200, anchorOn: '2021-03-31', trackedFrom: '2021-03-31T00:00:00Z' };
const submitted = (at: string, n: number, connects = 4) =>
  event(at, 'proposal.submitted', { proposal: `p${n}`, connects });
const requested = (at: string, n: number) =>
  event(at, 'interview.requested', { interview: `i${n}`, proposal: `p${n}` });
const replied = (at: string, n: number) => event(at, 'interview.replied', { interview: `i${n}` });

/** Proposals 1 to n, each with its interview, all in March. */
const asked = (n: number, connects = 4): Event[] =>
  Array.from({ length: n }, (_, index) => [
    submitted('2021-03-31', index + 1, connects),
    requested('2021-03-31', index + 1),
  ]).flat();

const codes = (events: readonly Event[], more: object = {}): string[] =>
  codesOf(play({ account, events, ...more }));

describe('a reply', () => {
  test('to no known interview gives nothing', () => {
    expect(codes([replied('2021-04-01', 1)])).toEqual(['no-interview-request']);
  });

  test('to an invite gives nothing', () => {
    expect(
      codes([event('2021-04-01', 'interview.requested', { interview: 'i1' }), replied('2021-04-02', 1)]),
    ).toEqual(['invite-without-proposal']);
  });

  test('about a proposal that is not on this account gives nothing, until it is', () => {
    const events = [requested('2021-04-01', 1), replied('2021-04-02', 1), submitted('2021-04-03', 1)];
    expect(codes([...events, replied('2021-04-04', 1)])).toEqual(['unknown-proposal', 'awarded']);
  });

  test('of an account that is not active gives nothing, but closes nothing either', () => {
    const events = [...asked(1), event('2021-04-01', 'account.suspended'), replied('2021-04-02', 1)];
    const reinstated = [event('2021-04-03', 'account.reinstated'), replied('2021-04-04', 1)];
    expect(codes([...events, ...reinstated])).toEqual(['account-inactive', 'awarded']);
  });

  test('is rewarded once per proposal, whichever interview it is to', () => {
    const second = event('2021-04-01', 'interview.requested', { interview: 'i2', proposal: 'p1' });
    const events = [
      ...asked(1),
      second,
      replied('2021-04-02', 1),
      replied('2021-04-03', 1),
      replied('2021-04-04', 2),
    ];
    expect(codes(events)).toEqual(['awarded', 'already-awarded', 'already-awarded']);
  });

  test('counts the first request of an id', () => {
    const events = [
      submitted('2021-04-01', 1),
      event('2021-04-01', 'interview.requested', { interview: 'i1' }),
      requested('2021-04-02', 1),
      replied('2021-04-03', 1),
    ];
    expect(codes(events)).toEqual(['invite-without-proposal']);
  });

  test('is decided by the terms at its own instant, however late it arrives', () => {
    const later = event('2021-08-01', 'connects.purchased', { amount: 1 });
    const story = { account, events: [...asked(1), later, replied('2021-04-02', 1)] };
    const { entries } = play(story);
    expect(entries.slice(-1)).toMatchObject([
      { kind: 'interview-award', effectiveAt: '2021-08-01T00:00:00.000Z' },
    ]);
    expect(replay(scenarioOf(story)).entries.at(-1)?.occurredAt).toBe(Date.parse('2021-04-02T00:00:00Z'));
  });

  test('before the program gives nothing, also when it arrives in it', () => {
    const early = { ...account, anchorOn: '2020-11-01', trackedFrom: '2020-11-01T00:00:00Z' };
    const events = [
      submitted('2020-11-02', 1),
      requested('2020-11-03', 1),
      event('2020-12-05', 'connects.purchased', { amount: 1 }),
      replied('2020-11-04', 1),
    ];
    expect(codes(events, { account: early }).at(-1)).toBe('before-program');
  });

  test('after the reward has ended gives nothing; a proposal rewarded before is already awarded', () => {
    const ended = { ...builtInTerms[0], effectiveFrom: '2021-04-03', interview: null };
    const terms = [builtInTerms[0], ended];
    const events = [
      ...asked(2),
      replied('2021-04-02', 1),
      replied('2021-04-03', 2),
      replied('2021-04-03', 1),
    ];
    expect(codes(events, { terms })).toEqual(['awarded', 'reward-ended', 'already-awarded']);
  });

  test.each([
    [4, 0, ['interview-refund +4', 'interview-award +6']],
    [4, 3, ['interview-refund +1', 'interview-award +9']],
    [4, 4, ['interview-award +10']],
    [10, 0, ['interview-refund +10']],
    [16, 0, ['interview-refund +10']],
    [16, 9, ['interview-refund +7', 'interview-award +3']],
  ])('in two entries: of %i spent and %i returned before', (spent, returned, lines) => {
    const giveBack = event('2021-08-02', 'connects.returned', { amount: returned, proposal: 'p1' });
    const events = [
      submitted('2021-08-01', 1, spent),
      ...(returned > 0 ? [giveBack] : []),
      requested('2021-08-03', 1),
      replied('2021-08-04', 1),
    ];
    const late = { ...account, anchorOn: '2021-08-01', trackedFrom: '2021-08-01T00:00:00Z' };
    const ledger = ledgerOf(play({ account: late, events }));
    expect(ledger.slice(-lines.length)).toEqual(lines.map((line) => `08-04 ${line}`));
  });

  test('gives a carried proposal its refund as well', () => {
    const carried = event('2021-08-01', 'proposal.carried', { proposal: 'p1', connects: 6 });
    const late = { ...account, anchorOn: '2021-08-01', trackedFrom: '2021-08-01T00:00:00Z' };
    const events = [carried, requested('2021-08-02', 1), replied('2021-08-03', 1)];
    expect(ledgerOf(play({ account: late, events }))).toEqual([
      '08-03 interview-refund +6',
      '08-03 interview-award +4',
    ]);
  });
});

describe('the seven-day window', () => {
  const firstFive = [1, 2, 3, 4, 5].map((n) => replied('2021-04-01 10:00', n));

  test('holds fifty: the sixth gets nothing, and its proposal never will', () => {
    const events = [...asked(6), ...firstFive, replied('2021-04-02', 6), replied('2021-05-30', 6)];
    expect(codes(events).filter((code) => code !== 'granted')).toEqual([
      ...Array.from({ length: 5 }, () => 'awarded'),
      'weekly-cap',
      'weekly-cap',
    ]);
  });

  test('is open at its start and closed at its end', () => {
    const code = (at: string) => codes([...asked(6), ...firstFive, replied(at, 6)]).at(-1);
    expect(code('2021-04-08T09:59:59.999Z')).toBe('weekly-cap');
    expect(code('2021-04-08T10:00:00.000Z')).toBe('awarded');
  });

  test('gives what room is left, and that once', () => {
    const terms = termsWith(() => ({
      interview: { award: 10, windowMax: 25, windowDays: 7, asTwoEntries: false },
    }));
    const events = [
      ...asked(4),
      ...[1, 2, 3, 4].map((n) => replied('2021-04-01', n)),
      replied('2021-05-01', 3),
    ];
    const result = play({ account, terms, events });
    expect(codesOf(result)).toEqual([
      'awarded',
      'awarded',
      'weekly-cap-partial',
      'weekly-cap',
      'granted',
      'already-awarded',
    ]);
    expect(ledgerOf(result).filter((line) => line.includes('award'))).toEqual([
      '04-01 interview-award +10',
      '04-01 interview-award +10',
      '04-01 interview-award +5',
    ]);
  });

  test('counts refund and award whole', () => {
    const story = {
      account: { ...account, anchorOn: '2021-08-01', trackedFrom: '2021-08-01T00:00:00Z' },
      events: [
        ...[1, 2, 3, 4, 5, 6].flatMap((n) => [submitted('2021-08-01', n), requested('2021-08-02', n)]),
        ...[1, 2, 3, 4, 5, 6].map((n) => replied('2021-08-03', n)),
      ],
    };
    expect(codesOf(play(story)).at(-1)).toBe('weekly-cap');
  });

  test('does not count what was refused, nor what is returned', () => {
    const events = [...asked(6), ...firstFive.slice(0, 4), event('2021-04-01 11:00', 'account.suspended')];
    const refused = replied('2021-04-01 12:00', 5);
    const back = [
      event('2021-04-01 13:00', 'account.reinstated'),
      replied('2021-04-02', 6),
      replied('2021-04-03', 5),
    ];
    expect(codes([...events, refused, ...back]).slice(4)).toEqual([
      'account-inactive',
      'awarded',
      'weekly-cap',
    ]);
  });

  test('that ends after a late reply is kept as well', () => {
    // Five awards on 4 to 8 Apr; a reply of 2 Apr arrives late. Its own window is empty, but that of 8 Apr is full.
    const onTime = [1, 2, 3, 4, 5].map((n) => replied(`2021-04-0${n + 3}`, n));
    const late = replied('2021-04-02', 6);
    expect(codes([...asked(6), ...onTime, late]).at(-1)).toBe('weekly-cap');
    expect(codes([...asked(6), ...onTime.slice(0, 4), late]).at(-1)).toBe('awarded');
  });

  test('that begins at a late reply does not contain it', () => {
    const onTime = [1, 2, 3, 4, 5].map((n) => replied('2021-04-09', n));
    expect(codes([...asked(6), ...onTime, replied('2021-04-02', 6)]).at(-1)).toBe('awarded');
    expect(codes([...asked(6), ...onTime, replied('2021-04-02T00:00:00.001Z', 6)]).at(-1)).toBe('weekly-cap');
  });

  test('is measured by the terms of the reply, also where they allow less than was awarded', () => {
    const tighter = {
      ...builtInTerms[0],
      effectiveFrom: '2021-04-03',
      interview: { award: 10, windowMax: 15, windowDays: 2, asTwoEntries: false },
    };
    const terms = [builtInTerms[0], tighter];
    const events = [
      ...asked(5),
      replied('2021-04-02', 1),
      replied('2021-04-02', 2),
      replied('2021-04-03', 3),
    ];
    const result = play({ account, terms, events: [...events, replied('2021-04-04', 4)] });
    expect(codesOf(result)).toEqual(['awarded', 'awarded', 'weekly-cap', 'awarded']);
    expect(result.decisions[2]?.detail).toMatchObject({
      held: 20,
      room: -5,
      award: 0,
      windowMax: 15,
      windowDays: 2,
    });
  });

  test('shows what it counted', () => {
    const events = [...asked(2), replied('2021-04-01', 1), { ...replied('2021-04-03', 2), id: 'r2' }];
    expect(play({ account, events }).decisions[1]).toEqual({
      at: '2021-04-03T00:00:00.000Z',
      subject: 'interview:i2',
      code: 'awarded',
      detail: {
        event: 'r2',
        proposal: 'p2',
        award: 10,
        refund: 0,
        room: 40,
        held: 10,
        windowMax: 50,
        windowDays: 7,
        windowEndsAt: '2021-04-03T00:00:00.000Z',
        counted: [{ interview: 'i1', proposal: 'p1', occurredAt: '2021-04-01T00:00:00.000Z', amount: 10 }],
        termsFrom: '2020-12-01',
      },
    });
  });

  test('names the latest fifty that it counted, and says how many there were and since when', () => {
    const terms = termsWith(() => ({
      interview: { award: 1, windowMax: 1_000, windowDays: 30, asTwoEntries: false },
    }));
    const at = (n: number): string => formatInstant(Date.parse('2021-04-01T00:00:00Z') + n * HOUR);
    const events = [
      ...asked(241, 1),
      ...Array.from({ length: 241 }, (_, n) => ({ ...replied('2021-04-01', n + 1), at: at(n) })),
    ];
    const result = play({ account: { ...account, openingBalance: 300 }, terms, events });
    const detail = result.decisions.at(-1)?.detail as { counted: { interview: string }[] };
    expect(detail).toMatchObject({ award: 1, held: 240, room: 760, countedInAll: 240, oldestAt: at(0) });
    expect(detail.counted.map((one) => one.interview)).toEqual(
      Array.from({ length: 50 }, (_, n) => `i${n + 191}`),
    );
    expect(result.decisions[50]?.detail).not.toHaveProperty('countedInAll');
    const bytes = result.decisions.map((one) => JSON.stringify(one.detail).length);
    expect(Math.max(...bytes)).toBeLessThan(64 * 1_024);
  });

  test('finds the fullest of those that contain the reply', () => {
    const DAY = 86_400_000;
    const award = (day: number, amount: number): Award => ({
      interview: `i${day}`,
      proposal: `p${day}`,
      occurredAt: day * DAY,
      amount,
    });
    const awards = [award(4, 20), award(12, 10), award(16, 10), award(17, 40), award(2, 50)];
    const window = fullestWindow(awards, 10 * DAY, 7);
    expect(window.held).toBe(20);
    expect(window.endsAt).toBe(10 * DAY);
    expect(fullestWindow(awards, 10.5 * DAY, 7)).toMatchObject({ held: 60, endsAt: 17 * DAY });
    // Open at its start, wherever it ends: (5, 12] leaves the 5th out.
    expect(fullestWindow([award(5, 20), award(12, 40)], 10 * DAY, 7)).toMatchObject({ held: 40 });
    expect(fullestWindow([], 10 * DAY, 7)).toEqual({ held: 0, endsAt: 10 * DAY, awards: [] });
  });
});
