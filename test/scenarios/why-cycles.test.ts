/** "Why did I not get it?", of billing cycles, dates and plans: real events, asked of the real command line. */
import { settleAsOf } from '../support/facts.ts';
import { ask, DECEMBER, event, existing, memberStory, opened, tell } from '../support/member-story.ts';

const story = memberStory();

describe('billing cycles', () => {
  test('I am on Plus, but the monthly 10 is missing: it comes with the next cycle', async () => {
    await tell(opened('2021-03-16 08:00', { plan: 'plus' }));
    const { answers } = await ask(story.member, '--cycle', '2021-03-16');
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
    await settleAsOf(story.app, [story.member], '2021-04-01');
    const { answers, text } = await ask(
      story.member,
      '--cycle',
      '2021-04-01',
      '--as-of',
      '2021-04-02T00:00:00Z',
    );
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
    const { answers } = await ask(story.member, '--cycle', '2021-03-16');
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
    await settleAsOf(story.app, [story.member], '2021-05-10');
    const { answers } = await ask(story.member, '--cycle', '2021-05-01');
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
    const { answers } = await ask(story.member, '--cycle', '2021-04-01');
    expect(answers.map((one) => one.code)).toEqual(['granted', 'upgraded']);
    expect(answers[0]?.sentence).toBe(
      '10 free Connects were added for the billing cycle of 1 April 2021. Your balance went from 0 to 10.',
    );
  });

  test('some expired', async () => {
    await existing({ openingBalance: 207 });
    await settleAsOf(story.app, [story.member], '2021-04-01');
    const { answer } = await ask(story.member, '--cycle', '2021-04-01');
    expect(answer('granted')).toMatchObject({
      sentence:
        '10 free Connects were added for the billing cycle of 1 April 2021. Before that 7 Connects expired: you had ' +
        '207, and 200 roll over. Your balance went from 207 to 210.',
      evidence: { opening: 207, expired: 7, carried: 200, closing: 210, cap: 200 },
    });
  });

  test('how many will expire at the next boundary?', async () => {
    await existing({ openingBalance: 207 });
    const { answer } = await ask(story.member, '--as-of', '2021-03-20T00:00:00Z');
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
    const asOf = ['--as-of', '2021-04-21T00:00:00Z'];
    const { answers, text } = await ask(story.member, '--cycle', '2021-04-01', ...asOf);
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
    await settleAsOf(story.app, [story.member], '2020-11-20');
    const asOf = ['--as-of', '2020-11-20T00:00:00Z'];
    const { answers } = await ask(story.member, '--cycle', '2020-11-11', ...asOf);
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
    await settleAsOf(story.app, [story.member], '2021-04-01');
    const inside = await ask(story.member, '--cycle', '2021-04-15');
    expect(inside.answers.map((one) => one.code)).toEqual(['not-a-cycle', 'granted']);
    expect(inside.answers[0]?.sentence).toBe(
      'No billing cycle of yours begins on 15 April 2021. That day lies in the one that began on 1 April 2021.',
    );
    const before = await ask(story.member, '--cycle', '2020-02-01');
    expect(before.answer('before-take-over').sentence).toContain('counted here since 1 March 2021');
    const ahead = await ask(story.member, '--cycle', '2021-06-01', '--as-of', '2021-04-02T00:00:00Z');
    expect(ahead.answer('not-begun').evidence).toMatchObject({
      cycleOn: '2021-06-01',
      opening: 20,
      closing: 30,
    });
    const nowhere = await ask(story.member, '--cycle', '2021-06-02', '--as-of', '2021-04-02T00:00:00Z');
    expect(nowhere.answer('not-a-cycle').next).toBe('Your next billing cycle begins on 1 May 2021.');
  });

  test('a cycle that has begun, and whose Connects are still to be added', async () => {
    await existing();
    const { answer } = await ask(story.member, '--cycle', '2021-04-01');
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
    const { answer } = await ask(story.member, '--as-of', '2021-03-20T00:00:00Z');
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
    const { answer, explanation } = await ask(story.member, '--as-of', '2021-02-11T00:00:00Z');
    expect(explanation.zone).toBe('America/New_York');
    expect(answer('moved-by-zone')).toMatchObject({
      sentence:
        'Your time zone changed from UTC to America/New_York on 9 February 2021. Your billing dates stayed; since then ' +
        'they begin with the day of America/New_York.',
      evidence: { fromZone: 'UTC', zone: 'America/New_York', nextCycleAt: '2021-02-28T05:00:00.000Z' },
    });
  });

  test('it has not moved', async () => {
    await existing({ anchorOn: '2021-01-31' });
    const { answer } = await ask(story.member, '--as-of', '2021-02-11T00:00:00Z');
    expect(answer('date-set').sentence).toBe(
      'Your billing cycles begin on the 31st of the month, counted from 31 January 2021. That date has not moved. In a ' +
        'shorter month they begin on its last day.',
    );
  });

  test('what would expire if I changed to Basic?', async () => {
    await existing({ plan: 'plus', openingBalance: 230 });
    const { answer } = await ask(story.member, '--as-of', '2021-03-20T00:00:00Z');
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
    const { answer, answers } = await ask(story.member, '--as-of', '2021-03-20T00:00:00Z');
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
    const named = await ask(story.member, '--cycle', '2021-04-01');
    expect(named.answer('payment-failed')).toMatchObject({
      sentence:
        'The payment for the billing cycle of 1 April 2021 failed: your plan became Freelancer Basic on 3 April 2021. 26 ' +
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
    const standing = await ask(story.member, '--as-of', '2021-04-04T00:00:00Z');
    expect(standing.answer('owed')).toMatchObject({
      sentence: 'You owe 44 Connects: a payment failed after they were spent.',
      evidence: { owed: 44 },
    });
    expect(standing.answer('payment-failed').at).toBe('2021-04-03T00:00:00.000Z');
    await tell(event('2021-04-11', 'plan.upgraded'));
    const again = await ask(story.member, '--cycle', '2021-04-11');
    expect(again.answer('upgraded').sentence).toContain(
      '44 Connects were taken back at once, because you owed them.',
    );
  });

  test('the payment for the next cycle failed', async () => {
    await existing({ plan: 'plus' });
    await tell(event('2021-03-20', 'payment.failed', { cycleOn: '2021-04-01' }));
    const { answer } = await ask(story.member, '--as-of', '2021-03-21T00:00:00Z');
    expect(answer('pending-plan').sentence).toContain('because a payment failed on 20 March 2021');
    expect(answer('payment-failed').sentence).toContain('failed before it began');
  });
});
