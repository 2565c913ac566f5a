/** "Why did I not get it?": each question of members, told by real events and asked of the real command line. */
import type { App } from '../../src/app.ts';
import type { MemberEvent } from '../../src/domain/events.ts';
import { type Terms, builtInTerms } from '../../src/domain/terms.ts';
import { applyTerms } from '../../src/operations/apply-terms.ts';
import { type AccountRowGiven, importRows } from '../support/accounts.ts';
import { type Asked, asker } from '../support/asking.ts';
import { type Fields, fact, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
let app: App;
let ask: (account: string, ...flags: readonly string[]) => Promise<Asked>;
let member: string;
let accounts = 0;

beforeAll(async () => {
  installation = await install();
  app = installation.app;
  ask = asker(app);
});

afterAll(() => installation.remove());

beforeEach(() => {
  accounts += 1;
  member = `member-${accounts}`;
});

/** An event of this test's account; its id is the place in the story. */
let eventNo = 0;
function event(at: string, type: string, fields: Fields = {}): MemberEvent {
  eventNo += 1;
  return fact(`e${eventNo}`, member, at, type, fields);
}

const tell = (...events: readonly MemberEvent[]) => record(app, events);

/** Takes the account over as it was, on Basic in UTC, anchored and tracked on 2021-03-01 unless told otherwise. */
const existing = (given: Omit<AccountRowGiven, 'id'> = {}): Promise<void> =>
  importRows(app, [{ id: member, anchorOn: '2021-03-01', ...given }]);

const opened = (at: string, fields: Fields = {}): MemberEvent =>
  event(at, 'account.opened', { kind: 'freelancer', plan: 'basic', email: 'm@example.test', ...fields });
const submitted = (at: string, n: number, connects = 6): MemberEvent =>
  event(at, 'proposal.submitted', { proposal: `p${n}`, connects });
const requested = (at: string, n: number): MemberEvent =>
  event(at, 'interview.requested', { interview: `i${n}`, proposal: `p${n}` });
const replied = (at: string, n: number): MemberEvent =>
  event(at, 'interview.replied', { interview: `i${n}` });

/** A proposal, the client's request and the member's reply, all within one hour. */
const interviewed = (day: string, n: number): MemberEvent[] => [
  submitted(`${day} 09:10`, n),
  requested(`${day} 09:30`, n),
  replied(`${day} 10:00`, n),
];

const DECEMBER = { effectiveFrom: '2020-12-01', termsVersion: 1 };
const JULY = { effectiveFrom: '2021-07-23', termsVersion: 1 };

describe('interviews', () => {
  test('I was invited and hired without a proposal', async () => {
    await existing();
    await tell(
      event('2021-03-02', 'interview.requested', { interview: 'i1' }),
      event('2021-03-03 10:00', 'interview.replied', { interview: 'i1' }),
    );
    const { answers, text } = await ask(member, '--interview', 'i1');
    expect(answers).toEqual([
      {
        subject: 'interview:i1',
        code: 'invite-without-proposal',
        sentence:
          'Your reply to interview request i1 on 3 March 2021 earned no Connects: the client invited you, and ' +
          'there was no proposal of yours, so there was nothing to award.',
        evidence: expect.objectContaining({
          requestedAt: '2021-03-02T00:00:00.000Z',
          repliedAt: '2021-03-03T10:00:00.000Z',
          proposal: null,
          entries: [],
        }) as unknown,
        rule: { text: expect.stringContaining('about a proposal that you sent') as unknown, ...DECEMBER },
        at: '2021-03-03T10:00:00.000Z',
        next: 'Send a proposal: an interview request about it can earn an award when you reply to it.',
      },
    ]);
    expect(text).toContain('  (invite-without-proposal)');
    expect(text).toContain('Rule since 1 December 2020 (terms version 1): Only an interview request');
  });

  test('the client invited me, and I did not reply', async () => {
    await existing();
    await tell(event('2021-03-02', 'interview.requested', { interview: 'i1' }));
    const { answers } = await ask(member, '--interview', 'i1');
    expect(answers).toMatchObject([
      {
        code: 'invite-without-proposal',
        sentence: expect.stringMatching(/invited you on 2 March 2021.*no proposal of yours/) as unknown,
        next: expect.stringContaining('Replying to it earns none either') as unknown,
      },
    ]);
  });

  describe('a named interview gave nothing', () => {
    test('because there was no request', async () => {
      await existing();
      await tell(replied('2021-03-03', 9));
      const { answers } = await ask(member, '--interview', 'i9');
      expect(answers).toMatchObject([
        {
          code: 'no-interview-request',
          sentence: expect.stringMatching(/no interview request i9 .*nothing to award/) as unknown,
        },
      ]);
    });

    test('because nothing at all is known of it: an answer, not an error', async () => {
      await existing();
      const { answers } = await ask(member, '--interview', 'never');
      expect(answers).toMatchObject([
        {
          subject: 'interview:never',
          code: 'nothing-recorded',
          sentence: expect.stringContaining(
            'There was no interview request never on this account',
          ) as unknown,
        },
      ]);
    });

    test('because its proposal is not one of this account, until it is', async () => {
      await existing({ openingBalance: 20 });
      await tell(
        requested('2021-03-02', 1),
        replied('2021-03-03', 1),
        submitted('2021-03-04', 1),
        replied('2021-03-05', 1),
      );
      const { answers } = await ask(member, '--interview', 'i1');
      expect(answers.map((one) => one.code)).toEqual(['unknown-proposal', 'awarded']);
      expect(answers[0]?.sentence).toContain('proposal p1 is not one of this account');
      expect(answers[0]?.evidence.entries).toEqual([]);
      expect(answers[1]?.evidence.entries).toMatchObject([{ kind: 'interview-award', amount: 10 }]);
    });

    test('because the account was suspended', async () => {
      await existing({ openingBalance: 20 });
      await tell(
        submitted('2021-03-02', 1),
        requested('2021-03-03', 1),
        event('2021-03-04', 'account.suspended'),
        replied('2021-03-05', 1),
      );
      const { answers } = await ask(member, '--interview', 'i1');
      expect(answers).toMatchObject([
        {
          code: 'account-inactive',
          sentence: expect.stringContaining('your account was suspended at that time') as unknown,
          next: expect.stringContaining('it is suspended now') as unknown,
        },
      ]);
    });

    test('because the proposal had earned its award already', async () => {
      await existing({ openingBalance: 20 });
      await tell(
        ...interviewed('2021-03-02', 1),
        event('2021-03-03', 'interview.requested', { interview: 'again', proposal: 'p1' }),
        event('2021-03-04', 'interview.replied', { interview: 'again' }),
      );
      const { answers } = await ask(member, '--interview', 'again');
      expect(answers).toMatchObject([
        {
          code: 'already-awarded',
          sentence: expect.stringContaining(
            'proposal p1 had earned its award before, with interview request i1',
          ) as unknown,
          evidence: { proposal: 'p1', rewardedBy: 'i1' },
          rule: { text: 'Each proposal earns one interview award.', ...DECEMBER },
        },
      ]);
    });

    test('because the program had not begun', async () => {
      await existing({ anchorOn: '2020-11-01', openingBalance: 20 });
      await tell(...interviewed('2020-11-20', 1));
      const { answers } = await ask(member, '--interview', 'i1');
      expect(answers).toMatchObject([
        {
          code: 'before-program',
          sentence: expect.stringContaining('the program started later, on 1 December 2020') as unknown,
          evidence: { programFrom: '2020-12-01' },
          rule: DECEMBER,
        },
      ]);
    });
  });

  test('the client wrote, but I never replied: still possible', async () => {
    await existing({ openingBalance: 20 });
    await tell(submitted('2021-03-02', 1), requested('2021-03-03', 1));
    const { answers } = await ask(member, '--interview', 'i1', '--as-of', '2021-03-05T12:00:00Z');
    expect(answers).toMatchObject([
      {
        code: 'not-replied',
        sentence:
          'The client wrote to you about proposal p1 on 3 March 2021 (interview request i1). You have not replied ' +
          'yet, so nothing has been awarded.',
        evidence: { repliedAt: null, replyNow: { code: 'awarded', award: 10, held: 0 } },
        at: null,
        next: 'Still possible: a reply now would earn 10 Connects.',
      },
    ]);
  });

  test('the client wrote, and a reply now would meet a full week', async () => {
    await existing({ openingBalance: 200 });
    const days = [1, 2, 3, 4, 5].flatMap((n) => interviewed(`2021-03-0${n}`, n));
    await tell(...days, submitted('2021-03-05 11:00', 6), requested('2021-03-05 12:00', 6));
    const { answers } = await ask(member, '--interview', 'i6', '--as-of', '2021-03-06T12:00:00Z');
    expect(answers[0]?.next).toBe(
      'A reply now would earn none, because in the 7 days up to 6 March 2021, 12:00 you had been awarded 50 of at ' +
        'most 50 Connects for interviews. There is room again from 8 March 2021, 10:00.',
    );
  });

  test('I took a straight offer', async () => {
    await existing({ openingBalance: 20 });
    await tell(submitted('2021-03-02', 1));
    const { answers } = await ask(member, '--proposal', 'p1');
    expect(answers).toMatchObject([
      { code: 'charged', evidence: { spent: 6, refunded: 0 } },
      {
        subject: 'proposal:p1',
        code: 'no-interview-request',
        sentence:
          'There was no interview request for proposal p1, so there was nothing to award. A straight offer, without ' +
          'an interview request, earns no Connects.',
      },
    ]);
  });

  test('the rewards stopped after several in a week: the window is shown', async () => {
    await existing({ openingBalance: 200, zone: 'Europe/Berlin' });
    await tell(...[1, 2, 3, 4, 5, 6].flatMap((n) => interviewed(`2021-04-0${n}`, n)));
    const { answers, text } = await ask(member, '--interview', 'i6');
    expect(answers).toMatchObject([
      {
        code: 'weekly-cap',
        sentence:
          'Your reply to interview request i6 on 6 April 2021 earned no Connects: in the 7 days up to 6 April 2021, ' +
          '12:00 you had been awarded 50 of at most 50 Connects for interviews.',
        evidence: {
          windowEndsAt: '2021-04-06T10:00:00.000Z',
          held: 50,
          windowMax: 50,
          windowDays: 7,
          room: 0,
          counted: [1, 2, 3, 4, 5].map((n) => ({
            interview: `i${n}`,
            proposal: `p${n}`,
            occurredAt: `2021-04-0${n}T10:00:00.000Z`,
            amount: 10,
          })),
        },
        rule: {
          text: expect.stringContaining('at most 50 in any 7 days of 24 hours') as unknown,
          ...DECEMBER,
        },
        next: expect.stringContaining('there is room from 8 April 2021, 12:00') as unknown,
      },
    ]);
    // Dates as a clock in Berlin shows them, summer time included.
    expect(text).toContain('Dates and times are of Europe/Berlin');
    expect(text).toContain('    1 April 2021, 12:00        +10  interview i1, proposal p1\n');
    expect(text).toContain('    5 April 2021, 12:00        +10  interview i5, proposal p5\n');
    expect(text).toContain('    in all                     +50\n');
  });

  test('last week I got more than 50?', async () => {
    await existing({ openingBalance: 200 });
    await tell(
      ...[1, 2, 3, 4, 5].flatMap((n) => interviewed(`2021-04-0${n}`, n)),
      ...interviewed('2021-04-08', 8),
    );
    const { answer } = await ask(member, '--since', '2021-04-01', '--as-of', '2021-04-08T18:00:00Z');
    expect(answer('received')).toMatchObject({
      sentence: expect.stringContaining(
        '70 Connects were added: 10 monthly and 60 for interviews',
      ) as unknown,
      evidence: { added: 70, takenOff: 36 },
    });
    expect(answer('interview-window')).toMatchObject({
      sentence:
        'For your replies since 1 April 2021, 6 interview requests earned you 60 Connects. The fullest 7 days, up to 5 ' +
        'April 2021, 10:00, held 50 of at most 50. A time of more than 7 days can hold more. Other Connects, such as ' +
        'monthly ones, are outside this limit.',
      evidence: { awarded: 60, held: 50, windowMax: 50, counted: { length: 5 }, awards: { length: 6 } },
      rule: DECEMBER,
    });
  });

  test('last week I got more than 50, because replies of the week before arrived late', async () => {
    await existing({ openingBalance: 200 });
    const prepared = [1, 2, 3].flatMap((n) => [
      submitted(`2021-04-0${n}`, n),
      requested(`2021-04-0${n} 09:00`, n),
    ]);
    await tell(...prepared, event('2021-04-12', 'connects.purchased', { amount: 1 }));
    await tell(...[1, 2, 3].map((n) => replied(`2021-04-0${n} 10:00`, n)), ...interviewed('2021-04-13', 13));
    const { answer } = await ask(member, '--since', '2021-04-12', '--as-of', '2021-04-14T00:00:00Z');
    expect(answer('interview-window')).toMatchObject({
      sentence: expect.stringMatching(
        /1 interview request earned you 10 Connects\..*30 Connects of what was added since then came for replies that reached us late; the limit counts them by when you replied\./,
      ) as unknown,
      evidence: { awarded: 10, held: 10, late: { length: 3 } },
    });
    const late = await ask(member, '--interview', 'i2');
    expect(late.answer('awarded')).toMatchObject({
      sentence: expect.stringMatching(
        /on 2 April 2021 earned 10 Connects\. The reply reached us late: the Connects were added on 12 April 2021/,
      ) as unknown,
      evidence: { occurredAt: '2021-04-02T10:00:00.000Z' },
      at: '2021-04-12T00:00:00.000Z',
    });
  });

  test('one award stands on two lines', async () => {
    await existing({ openingBalance: 24 });
    await tell(submitted('2021-08-02', 1, 4), requested('2021-08-03', 1), replied('2021-08-04', 1));
    const { answers } = await ask(member, '--interview', 'i1');
    expect(answers).toMatchObject([
      {
        code: 'awarded',
        sentence:
          'Your reply to interview request i1 on 4 August 2021 earned 10 Connects. Your history shows this one award ' +
          'on two lines: 4 back for proposal p1 and 6 on top.',
        evidence: {
          award: 10,
          refund: 4,
          entries: [
            { kind: 'interview-refund', amount: 4 },
            { kind: 'interview-award', amount: 6 },
          ],
        },
        rule: JULY,
      },
    ]);
  });
});

describe('billing cycles', () => {
  test('I am on Plus, but the monthly 10 is missing: it comes with the next cycle', async () => {
    await tell(opened('2021-03-16 08:00', { plan: 'plus' }));
    const { answers } = await ask(member, '--cycle', '2021-03-16');
    expect(answers.map((one) => [one.subject.split(':')[0], one.code])).toEqual([
      ['welcome', 'awarded'],
      ['plan', 'upgraded'],
    ]);
    expect(answers[1]).toMatchObject({
      sentence:
        'Your account opened on Freelancer Plus on 16 March 2021: 70 Connects of the plan were added at once. The 10 ' +
        'free ones a month begin with your next billing cycle.',
      evidence: { paid: 70, free: 0, entries: [{ kind: 'upgrade-plan', amount: 70 }] },
      next: 'From the billing cycle of 16 April 2021 on, all 80 are added each time.',
    });
  });

  test('I am on Plus, and the monthly 10 stands on a line of its own', async () => {
    await existing({ plan: 'plus' });
    await settleAsOf(app, [member], '2021-04-01');
    const { answers, text } = await ask(member, '--cycle', '2021-04-01');
    expect(answers).toMatchObject([
      {
        code: 'granted',
        sentence:
          '80 Connects were added for the billing cycle of 1 April 2021: 10 free and 70 of Freelancer Plus. Your ' +
          'history shows this one grant on two lines. Your balance went from 0 to 80.',
        evidence: {
          free: 10,
          paid: 70,
          expired: 0,
          cap: 200,
          termsVersion: 1,
          startsAt: '2021-04-01T00:00:00.000Z',
          notice: { told: 'staged', state: 'pending', sentAt: null },
          entries: [
            { kind: 'monthly-free', amount: 10, balance: 10 },
            { kind: 'monthly-plan', amount: 70, balance: 80 },
          ],
        },
        rule: {
          text: expect.stringContaining('Freelancer Plus adds 10 free and 70 of the plan') as unknown,
          ...DECEMBER,
        },
        next: 'Your next billing cycle begins on 1 May 2021.',
      },
    ]);
    expect(text).toContain('Email: waiting to be sent.');
  });

  test("I got fewer than the plan's number after an upgrade", async () => {
    await existing({ openingBalance: 8 });
    await tell(event('2021-03-16 10:00', 'plan.upgraded'));
    const { answers } = await ask(member, '--cycle', '2021-03-16');
    expect(answers).toMatchObject([
      {
        code: 'upgraded',
        sentence:
          'You upgraded to Freelancer Plus on 16 March 2021: 74 Connects were added instead of 80. That is 70 of the ' +
          'plan, and 4 of its 10 free ones, because 15 of the 31 days of the billing cycle that ended had passed ' +
          '(10 × 15 ÷ 31, rounded down).',
        evidence: {
          paid: 70,
          free: 4,
          plansFree: 10,
          elapsedDays: 15,
          cycleDays: 31,
          fromCycleOn: '2021-03-01',
          entries: [
            { kind: 'upgrade-plan', amount: 70 },
            { kind: 'upgrade-free', amount: 4 },
          ],
        },
        rule: { text: expect.stringContaining('rounded down') as unknown, ...DECEMBER },
        next: 'From the billing cycle of 16 April 2021 on, all 80 are added each time.',
      },
    ]);
  });

  test('I got it twice: two cycles, each added once', async () => {
    await existing();
    await settleAsOf(app, [member], '2021-05-10');
    const { answers } = await ask(member, '--cycle', '2021-05-01');
    expect(answers.map((one) => one.code)).toEqual(['granted', 'settled-together']);
    expect(answers[1]).toMatchObject({
      sentence: expect.stringMatching(
        /^2 billing cycles of yours were settled at one moment, .*: 1 April 2021 and 1 May 2021\. Each was added once\.$/,
      ) as unknown,
      evidence: {
        cycles: [
          { cycleOn: '2021-04-01', free: 10, paid: 0 },
          { cycleOn: '2021-05-01', free: 10, paid: 0 },
        ],
      },
    });
  });

  test('I got it twice: the month before an upgrade, and the upgrade', async () => {
    await existing();
    await tell(event('2021-04-02 10:00', 'plan.upgraded'));
    const { answers } = await ask(member, '--cycle', '2021-04-01');
    expect(answers.map((one) => one.code)).toEqual(['granted', 'upgraded']);
    expect(answers[0]?.sentence).toBe(
      '10 free Connects were added for the billing cycle of 1 April 2021. Your balance went from 0 to 10.',
    );
  });

  test('some expired', async () => {
    await existing({ openingBalance: 207 });
    await settleAsOf(app, [member], '2021-04-01');
    const { answer } = await ask(member, '--cycle', '2021-04-01');
    expect(answer('granted')).toMatchObject({
      sentence:
        '10 free Connects were added for the billing cycle of 1 April 2021. Before that 7 Connects expired: you had ' +
        '207, and 200 roll over. Your balance went from 207 to 210.',
      evidence: { opening: 207, expired: 7, carried: 200, closing: 210, cap: 200 },
    });
  });

  test('how many will expire at the next boundary?', async () => {
    await existing({ openingBalance: 207 });
    const { answer } = await ask(member, '--as-of', '2021-03-20T00:00:00Z');
    expect(answer('next-cycle')).toMatchObject({
      sentence:
        'Your next billing cycle begins on 1 April 2021. If nothing changes until then, 7 of your 207 Connects would ' +
        'expire, as 200 roll over, and 10 free Connects would be added. You would then have 210.',
      evidence: { expired: 7, opening: 207, closing: 210, cap: 200, startsAt: '2021-04-01T00:00:00.000Z' },
      rule: { text: expect.stringContaining('Up to 200 Connects roll over') as unknown, ...DECEMBER },
    });
  });

  test('my account was suspended over a boundary', async () => {
    await existing({ openingBalance: 25 });
    await tell(event('2021-03-30', 'account.suspended'), event('2021-04-20', 'account.reinstated'));
    const { answers, text } = await ask(member, '--cycle', '2021-04-01');
    expect(answers).toMatchObject([
      {
        code: 'account-inactive',
        sentence:
          'No Connects were added for the billing cycle of 1 April 2021: your account was suspended when it began. ' +
          'Nothing expired either: your 25 Connects stayed whole.',
        evidence: { opening: 25, closing: 25, entries: [], notice: { told: 'unchanged' } },
        rule: DECEMBER,
        next: 'Your next billing cycle begins on 1 May 2021. What a suspended account missed is not added later by itself.',
      },
    ]);
    expect(text).toContain('Email: none, because nothing changed.');
  });

  test('before the program', async () => {
    await existing({ anchorOn: '2020-10-11' });
    await settleAsOf(app, [member], '2020-11-20');
    const { answers } = await ask(member, '--cycle', '2020-11-11');
    expect(answers).toMatchObject([
      {
        code: 'before-program',
        sentence: expect.stringContaining(
          'No Connects were added for the billing cycle of 11 November 2020: the program started later, on 1 December 2020.',
        ) as unknown,
        rule: { text: 'The program starts on 1 December 2020; nothing is added before it.', ...DECEMBER },
        next: 'Your next billing cycle begins on 11 December 2020.',
      },
    ]);
  });

  test('a date on which no cycle begins', async () => {
    await existing();
    await settleAsOf(app, [member], '2021-04-01');
    const inside = await ask(member, '--cycle', '2021-04-15');
    expect(inside.answers.map((one) => one.code)).toEqual(['not-a-cycle', 'granted']);
    expect(inside.answers[0]?.sentence).toBe(
      'No billing cycle of yours begins on 15 April 2021. That day lies in the one that began on 1 April 2021.',
    );
    const before = await ask(member, '--cycle', '2020-02-01');
    expect(before.answer('before-take-over').sentence).toContain('counted here since 1 March 2021');
    const ahead = await ask(member, '--cycle', '2021-06-01', '--as-of', '2021-04-02T00:00:00Z');
    expect(ahead.answer('not-begun').evidence).toMatchObject({
      cycleOn: '2021-06-01',
      opening: 20,
      closing: 30,
    });
    const nowhere = await ask(member, '--cycle', '2021-06-02', '--as-of', '2021-04-02T00:00:00Z');
    expect(nowhere.answer('not-a-cycle').next).toBe('Your next billing cycle begins on 1 May 2021.');
  });

  test('a cycle that has begun, and whose Connects are still to be added', async () => {
    await existing();
    const { answer } = await ask(member, '--cycle', '2021-04-01');
    expect(answer('overdue')).toMatchObject({
      sentence: expect.stringContaining('has begun, and what it brings is still to be added') as unknown,
      at: null,
      next: expect.stringContaining('next pass') as unknown,
    });
  });
});

describe('dates and plans', () => {
  test('when is my next date, and why did it move? I upgraded', async () => {
    await existing();
    await tell(event('2021-03-16 10:00', 'plan.upgraded'));
    const { answer } = await ask(member, '--as-of', '2021-03-20T00:00:00Z');
    expect(answer('current').next).toBe('Your next billing cycle begins on 16 April 2021.');
    expect(answer('moved-by-upgrade')).toMatchObject({
      sentence:
        'Your billing cycles begin on the 16th of the month since 16 March 2021, when you upgraded to Freelancer ' +
        'Plus: an upgrade starts a new billing cycle. Before, they began on the 1st.',
      evidence: {
        fromAnchorOn: '2021-03-01',
        anchorOn: '2021-03-16',
        nextCycleOn: '2021-04-16',
        decision: { code: 'upgraded', elapsedDays: 15 },
      },
      rule: DECEMBER,
      at: '2021-03-16T10:00:00.000Z',
      next: 'Your next billing cycle begins on 16 April 2021.',
    });
  });

  test('why did it move? My time zone changed', async () => {
    await existing({ anchorOn: '2021-01-31' });
    await tell(event('2021-02-10', 'account.zone-changed', { zone: 'America/New_York' }));
    const { answer, explanation } = await ask(member, '--as-of', '2021-02-11T00:00:00Z');
    expect(explanation.zone).toBe('America/New_York');
    expect(answer('moved-by-zone')).toMatchObject({
      sentence:
        'Your time zone changed from UTC to America/New_York on 9 February 2021. Your billing dates stayed; since then ' +
        'they begin at 00:00 in America/New_York.',
      evidence: { fromZone: 'UTC', zone: 'America/New_York', nextCycleAt: '2021-02-28T05:00:00.000Z' },
    });
  });

  test('it has not moved', async () => {
    await existing({ anchorOn: '2021-01-31' });
    const { answer } = await ask(member, '--as-of', '2021-02-11T00:00:00Z');
    expect(answer('date-set').sentence).toBe(
      'Your billing cycles begin on the 31st of the month, counted from 31 January 2021. That date has not moved. In a ' +
        'shorter month they begin on its last day.',
    );
  });

  test('what would expire if I changed to Basic?', async () => {
    await existing({ plan: 'plus', openingBalance: 230 });
    const { answer } = await ask(member, '--as-of', '2021-03-20T00:00:00Z');
    expect(answer('downgrade-preview')).toMatchObject({
      sentence:
        'If you changed to Freelancer Basic, you would keep Freelancer Plus until 1 April 2021. Then 30 of your 230 ' +
        'Connects would expire, as 200 roll over, and 10 Connects would be added instead of 80. You would then have 210.',
      evidence: {
        asItIs: { plan: 'plus', expired: 30, closing: 280 },
        afterDowngrade: { plan: 'basic', expired: 30, closing: 210 },
      },
    });
  });

  test('a change to Basic is pending', async () => {
    await existing({ plan: 'plus', openingBalance: 230 });
    await tell(event('2021-03-10', 'plan.downgraded'));
    const { answer, answers } = await ask(member, '--as-of', '2021-03-20T00:00:00Z');
    expect(answer('pending-plan')).toMatchObject({
      sentence:
        'Your plan changes from Freelancer Plus to Freelancer Basic on 1 April 2021, because you asked for it on 10 ' +
        'March 2021. Then 30 of your 230 Connects would expire, as 200 roll over, and 10 Connects would be added.',
      evidence: {
        pendingPlan: 'basic',
        takesEffectOn: '2021-04-01',
        decision: { code: 'downgrade-pending' },
      },
    });
    expect(answers.map((one) => one.code)).not.toContain('downgrade-preview');
  });

  test('my payment failed', async () => {
    await existing({ plan: 'plus' });
    await tell(
      event('2021-04-02', 'connects.spent', { amount: 54 }),
      event('2021-04-03', 'payment.failed', { cycleOn: '2021-04-01' }),
    );
    const named = await ask(member, '--cycle', '2021-04-01');
    expect(named.answer('payment-failed')).toMatchObject({
      sentence:
        'The payment for the billing cycle of 1 April 2021 failed: your plan is Freelancer Basic since 3 April 2021. 26 ' +
        "Connects of the plan's 70 were taken back; 44 Connects were spent already, and you owe them.",
      evidence: {
        paid: 70,
        reversed: 26,
        owed: 44,
        entries: [{ kind: 'reversal', amount: -26, balance: 0 }],
      },
      rule: { text: expect.stringContaining('taken back') as unknown, ...DECEMBER },
      next: expect.stringContaining('The 44 Connects that you owe come off') as unknown,
    });
    const standing = await ask(member, '--as-of', '2021-04-04T00:00:00Z');
    expect(standing.answer('owed')).toMatchObject({
      sentence: 'You owe 44 Connects: a payment failed after they were spent.',
      evidence: { owed: 44 },
    });
    expect(standing.answer('payment-failed').at).toBe('2021-04-03T00:00:00.000Z');
    await tell(event('2021-04-11', 'plan.upgraded'));
    const again = await ask(member, '--cycle', '2021-04-11');
    expect(again.answer('upgraded').sentence).toContain(
      '44 Connects were taken back at once, because you owed them.',
    );
  });

  test('the payment for the next cycle failed', async () => {
    await existing({ plan: 'plus' });
    await tell(event('2021-03-20', 'payment.failed', { cycleOn: '2021-04-01' }));
    const { answer } = await ask(member, '--as-of', '2021-03-21T00:00:00Z');
    expect(answer('pending-plan').sentence).toContain('because a payment failed on 20 March 2021');
    expect(answer('payment-failed').sentence).toContain('failed before it began');
  });
});

describe('spending', () => {
  test('a proposal was charged, and the job is gone: what came back, and why not more', async () => {
    await existing({ openingBalance: 20 });
    await tell(
      submitted('2021-08-02', 1, 8),
      requested('2021-08-03', 1),
      replied('2021-08-04', 1),
      submitted('2021-08-05', 2, 12),
      event('2021-08-06', 'connects.returned', { amount: 5, proposal: 'p2' }),
      event('2021-08-07', 'connects.returned', { amount: 5, proposal: 'p1' }),
    );
    const whole = await ask(member, '--proposal', 'p1');
    expect(whole.answer('charged')).toMatchObject({
      sentence:
        'Proposal p1 cost 8 Connects on 2 August 2021. 8 Connects came back: 8 with the interview award on 4 August ' +
        '2021. That is all that was spent on it, so no more comes back.',
      evidence: { spent: 8, refunded: 8, notReturned: 0 },
      next: 'Nothing more can come back for it.',
    });
    expect(whole.answer('nothing-to-return')).toMatchObject({
      sentence:
        'Of 5 Connects to come back on 7 August 2021 for proposal p1, none did: 8 Connects were spent on it, and 8 had ' +
        'come back before.',
      rule: { text: expect.stringContaining('no more comes back than was spent') as unknown, ...JULY },
    });
    const part = await ask(member, '--proposal', 'p2');
    expect(part.answer('charged')).toMatchObject({
      sentence:
        'Proposal p2 cost 12 Connects on 5 August 2021. 5 Connects came back: 5 returned on 6 August 2021. The other 7 ' +
        'Connects were not returned: no further return has been reported to us.',
      evidence: { spent: 12, refunded: 5, notReturned: 7 },
      next: 'Up to 7 Connects can still come back, when a return for it is reported to us.',
    });
  });

  test('a proposal that is not known on this account', async () => {
    await existing();
    const { answers } = await ask(member, '--proposal', 'never');
    expect(answers.map((one) => one.code)).toEqual(['nothing-recorded', 'no-interview-request']);
  });

  test('I passed the test twice', async () => {
    await tell(
      opened('2021-02-03'),
      event('2021-02-05', 'readiness-test.passed'),
      event('2021-02-20', 'readiness-test.passed'),
    );
    const { answer } = await ask(member, '--as-of', '2021-02-21T00:00:00Z');
    expect(answer('already-awarded')).toMatchObject({
      subject: 'refusals:readiness-test',
      sentence:
        'No Connects were added when you passed the Readiness Test on 20 February 2021: the 40 Connects for it were ' +
        'added on 5 February 2021, and it counts once.',
      evidence: {
        count: 1,
        latest: { entries: [], earlierEntries: [{ kind: 'readiness-test', amount: 40 }] },
      },
      rule: { text: expect.stringContaining('40 Connects, once') as unknown, ...DECEMBER },
      next: 'Passing it again changes nothing.',
    });
  });

  test('refusals of the last 90 days are grouped by their reason', async () => {
    await existing({ openingBalance: 3 });
    await tell(
      event('2021-03-02', 'connects.spent', { amount: 4 }),
      event('2021-03-03', 'connects.spent', { amount: 5 }),
      event('2021-03-04', 'connects.spent', { amount: 6 }),
    );
    const { answer } = await ask(member, '--as-of', '2021-03-20T00:00:00Z');
    expect(answer('insufficient-connects')).toMatchObject({
      sentence:
        '6 Connects were not spent on 4 March 2021: you had 3 Connects, and 6 were asked. The same was refused 2 more ' +
        'times since 20 December 2020.',
      evidence: { count: 3 },
    });
    const later = await ask(member, '--as-of', '2021-07-20T00:00:00Z');
    expect(later.answer('no-refusals').sentence).toBe('Nothing was refused since 21 April 2021.');
  });
});

describe('the account itself', () => {
  test('that is unknown is not found', async () => {
    const { code, stderr, stdout } = await runHere(['account', 'explain', 'Nobody'], { app });
    expect(code).toBe(6);
    expect(stderr).toContain('there is no account Nobody (ids are case-sensitive');
    expect(stdout).toBe('');
  });

  test('that is closed has no next date', async () => {
    await existing({ openingBalance: 5 });
    await tell(event('2021-03-10', 'account.closed'));
    const { answers, answer } = await ask(member);
    expect(answer('current')).toMatchObject({
      sentence: 'You are on Freelancer Basic and have 5 Connects. Your account is closed.',
      evidence: { status: 'closed', nextCycleOn: null },
      next: 'No billing cycle begins any more.',
    });
    expect(answers.map((one) => one.code)).not.toContain('next-cycle');
    const ahead = await ask(member, '--cycle', '2021-04-01');
    expect(ahead.answer('closed').sentence).toContain('your account is closed');
  });

  test('that an error of ours holds up says so, with what waits', async () => {
    await existing({ openingBalance: 5 });
    await installation.db.raw("UPDATE accounts SET zone = 'Atlantis/Capital' WHERE id = ?", [member]);
    const [outcome] = await tell(event('2021-04-10', 'connects.spent', { amount: 1 }));
    expect(outcome).toMatchObject({ outcome: 'waiting', code: 'unknown-zone' });
    await installation.db.raw("UPDATE accounts SET zone = 'UTC' WHERE id = ?", [member]);
    const { answer } = await ask(member, '--as-of', '2021-04-11T00:00:00Z');
    expect(answer('waiting-events')).toMatchObject({
      sentence: expect.stringContaining('1 event of yours is kept and not counted yet') as unknown,
      evidence: { events: [{ type: 'connects.spent', at: '2021-04-10T00:00:00.000Z' }] },
    });
  });

  test('tells what a story since a date came to, in its order', async () => {
    await existing();
    await tell(
      event('2021-03-10', 'connects.spent', { amount: 1 }),
      event('2021-03-16', 'plan.upgraded'),
      event('2021-03-20', 'plan.downgraded'),
      event('2021-04-20', 'connects.spent', { amount: 500 }),
    );
    const { answers } = await ask(member, '--since', '2021-03-15', '--as-of', '2021-04-21T00:00:00Z');
    expect(answers.map((one) => one.code)).toEqual([
      'received',
      'upgraded',
      'downgrade-pending',
      'granted',
      'insufficient-connects',
    ]);
    const since = await ask(member, '--cycle', '2021-03-16', '--since', '2021-04-01');
    expect(since.answers).toMatchObject([{ code: 'nothing-since' }]);
  });
});

describe('under other terms, in an installation of its own', () => {
  let own: Installation;
  let askThere: typeof ask;

  beforeAll(async () => {
    own = await install({ env: { CONNECTS_SETTLE_ATTEMPTS: '1' } });
    askThere = asker(own.app);
    const june = { ...builtInTerms[1], effectiveFrom: '2022-06-01' };
    const terms = [
      ...builtInTerms,
      { ...june, interview: { award: 20, windowMax: 50, windowDays: 7, asTwoEntries: true } },
      { ...june, effectiveFrom: '2023-01-01', interview: null },
    ];
    await applyTerms(own.app, {
      terms: terms as Terms,
      dryRun: false,
      actor: 'test',
      reason: 'a richer reward',
    });
    await importRows(own.app, [
      { id: 'm1', anchorOn: '2022-06-01', openingBalance: 100 },
      { id: 'm2', anchorOn: '2022-06-01', zone: 'Asia/Tokyo' },
    ]);
  });

  afterAll(() => own.remove());

  test('only a part of the award was left in the week', async () => {
    const story = ['2022-06-02', '2022-06-03', '2022-06-04'].flatMap((day, index) =>
      [
        ['proposal.submitted', { proposal: `p${index}`, connects: 4 }],
        ['interview.requested', { interview: `i${index}`, proposal: `p${index}` }],
        ['interview.replied', { interview: `i${index}` }],
      ].map(([type, fields], hour) =>
        fact(`m1-${index}-${hour}`, 'm1', `${day} 0${hour}:00`, type as string, fields as Fields),
      ),
    );
    await record(own.app, story);
    const { answers, text } = await askThere('m1', '--interview', 'i2');
    expect(answers).toMatchObject([
      {
        code: 'weekly-cap-partial',
        sentence:
          'Your reply to interview request i2 on 4 June 2022 earned 10 Connects instead of 20: in the 7 days up to 4 June ' +
          '2022, 02:00 you had been awarded 40 of at most 50 Connects for interviews, so that was the room left.',
        evidence: { award: 10, held: 40, room: 10, counted: [{ amount: 20 }, { amount: 20 }] },
        rule: { effectiveFrom: '2022-06-01', termsVersion: 2 },
      },
    ]);
    expect(text).toContain('    in all                     +40\n');
  });

  test('the reward had ended', async () => {
    await record(own.app, [
      fact('end-1', 'm1', '2023-01-02', 'proposal.submitted', { proposal: 'late', connects: 2 }),
      fact('end-2', 'm1', '2023-01-03', 'interview.requested', { interview: 'late', proposal: 'late' }),
      fact('end-3', 'm1', '2023-01-04', 'interview.replied', { interview: 'late' }),
    ]);
    const { answer } = await askThere('m1', '--interview', 'late');
    expect(answer('reward-ended')).toMatchObject({
      sentence: expect.stringContaining(
        'under the terms of 1 January 2023 interview requests no longer earn',
      ) as unknown,
      rule: {
        text: 'Interview requests no longer earn Connects.',
        effectiveFrom: '2023-01-01',
        termsVersion: 2,
      },
    });
  });

  test('an error of ours put the account aside', async () => {
    await own.db.raw("UPDATE accounts SET zone = 'Atlantis/Capital' WHERE id = 'm2'");
    const outcomes = await settleAsOf(own.app, ['m2'], '2022-08-01');
    expect(outcomes.get('m2')).toMatchObject({ outcome: 'failed', putAside: true });
    await own.db.raw("UPDATE accounts SET zone = 'Asia/Tokyo' WHERE id = 'm2'");
    const { answer } = await askThere('m2');
    expect(answer('put-aside')).toMatchObject({
      sentence: expect.stringMatching(
        /could not be brought up to date .* error on our side \(unknown-zone\), after 1 attempt\./,
      ) as unknown,
      evidence: { error: 'unknown-zone', attempts: 1 },
      next: expect.stringContaining('nothing is lost') as unknown,
    });
  });
});
