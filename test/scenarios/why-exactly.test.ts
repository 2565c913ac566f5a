/** What an answer says holds to the letter: real events and operations, asked of the real command line. */
import { settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import {
  ask,
  DECEMBER,
  event,
  existing,
  JULY,
  memberStory,
  opened,
  replied,
  requested,
  submitted,
  tell,
} from '../support/member-story.ts';

const story = memberStory();

describe('what comes next', () => {
  test('never begins in the past', async () => {
    await tell(opened('2021-03-10'));
    const { answers } = await ask(story.member, '--as-of', '2021-06-01T00:00:00Z');
    const next = answers.map((one) => one.next).filter((one) => one !== null);
    expect(next).toContain(
      'Your billing cycle of 10 April 2021 has begun, and what it brings is still to be added.',
    );
    expect(next.join(' ')).not.toMatch(/begins on 10 April/);
  });

  test('after an upgrade is told as long as it stands', async () => {
    await existing();
    await tell(event('2021-03-16', 'plan.upgraded'), event('2021-03-20', 'plan.downgraded'));
    const pending = await ask(story.member, '--cycle', '2021-03-16', '--as-of', '2021-03-21T00:00:00Z');
    expect(pending.answer('upgraded').next).toMatch(/^You are on Freelancer Plus until 16 April 2021, and/);
    await settleAsOf(story.app, [story.member], '2021-06-20');
    const long = await ask(story.member, '--since', '2021-03-01', '--as-of', '2021-06-21T00:00:00Z');
    expect(long.answer('upgraded').next).toMatch(
      /^You are on Freelancer Basic now\. Your next billing cycle/,
    );
    expect(long.answer('downgrade-pending').sentence).toBe(
      'On 20 March 2021 you asked to change to Freelancer Basic. That was to count from the billing cycle of 16 April ' +
        '2021 on, with Freelancer Plus until then.',
    );
  });

  test('is nothing for a closed account: no date is made up', async () => {
    await existing({ plan: 'plus' });
    await tell(
      event('2021-03-10', 'account.closed'),
      event('2021-03-11', 'plan.downgraded'),
      event('2021-03-12', 'payment.failed', { cycleOn: '2021-04-01' }),
    );
    const { answer, text } = await ask(story.member, '--since', '2021-03-01');
    expect(answer('downgrade-pending').sentence).toBe(
      'On 11 March 2021 you asked to change to Freelancer Basic. Your account was closed by then: no billing cycle ' +
        'begins any more with which the plan could change.',
    );
    expect(answer('unknown-cycle').sentence).toContain(
      'The one at that time began on 1 March 2021, and none came after it.',
    );
    expect(text).not.toContain('Invalid');
  });
});

describe('what is due', () => {
  test('comes before a change that is asked for now, and is told so in a forecast', async () => {
    await existing({ plan: 'plus' });
    const asOf = ['--as-of', '2021-05-10T00:00:00Z'];
    const { answer } = await ask(story.member, ...asOf);
    expect(answer('downgrade-preview').sentence).toContain(
      'you would keep Freelancer Plus until 1 June 2021',
    );
    const ahead = await runHere(['account', 'forecast', story.member, ...asOf], { app: story.app });
    expect(ahead.stdout).toContain('The first 2 have begun already, and are still to be settled.');
    await tell(event('2021-03-20', 'plan.downgraded'));
    const pending = await ask(story.member, ...asOf);
    expect(pending.answer('pending-plan').next).toContain('That billing cycle has begun');
    expect(pending.answers.map((one) => one.code)).not.toContain('downgrade-preview');
  });
});

describe('the rule that decided', () => {
  test('is quoted for agencies, plans and payments', async () => {
    await existing({ kind: 'agency', plan: 'agency' });
    await tell(
      event('2021-03-05', 'plan.upgraded'),
      event('2021-03-06', 'payment.failed', { cycleOn: '2021-03-01' }),
    );
    const { answer } = await ask(story.member, '--since', '2021-03-01');
    expect(answer('not-eligible').rule).toMatchObject({
      text: expect.stringContaining('An agency stays on the Agency plan') as unknown,
      ...DECEMBER,
    });
    expect(answer('not-on-plan').rule).toMatchObject({
      text: expect.stringContaining(
        'a failed payment, concern only an account on Freelancer Plus',
      ) as unknown,
    });
    const standing = await ask(story.member, '--as-of', '2021-03-07T00:00:00Z');
    expect(standing.answer('current').rule).toMatchObject({
      text: 'At the start of each billing cycle the Agency plan adds none. Up to 400 Connects roll over; what is above that expires first.',
      ...DECEMBER,
    });
  });

  test('of a change that waits is that of what made it wait', async () => {
    await existing({ plan: 'plus' });
    await tell(event('2021-03-20', 'payment.failed', { cycleOn: '2021-04-01' }));
    const { answer } = await ask(story.member, '--as-of', '2021-03-21T00:00:00Z');
    expect(answer('pending-plan').rule?.text).toContain('When the payment for a billing cycle fails');
  });
});

describe('interview awards', () => {
  test('that are all refund say so', async () => {
    await existing({ openingBalance: 30 });
    await tell(submitted('2021-08-02', 1, 12), requested('2021-08-03', 1), replied('2021-08-04', 1));
    const { answer } = await ask(story.member, '--interview', 'i1');
    expect(answer('awarded')).toMatchObject({
      sentence:
        'Your reply to interview request i1 on 4 August 2021 earned 10 Connects. All of it is a refund: so much of what ' +
        'proposal p1 had cost came back, and nothing was added on top.',
      evidence: { award: 10, refund: 10, entries: [{ kind: 'interview-refund', amount: 10 }] },
      rule: JULY,
    });
  });
});

describe('the weekly limit', () => {
  test('is told to the second, where seconds decide', async () => {
    await existing({ openingBalance: 60 });
    const sent = [1, 2, 3, 4, 5, 6].flatMap((n) => [submitted('2021-04-01', n), requested('2021-04-01', n)]);
    const replies = [1, 2, 3, 4, 5].map((n) => replied('2021-04-01 10:00:30', n));
    await tell(...sent, ...replies, replied('2021-04-08 10:00:29', 6));
    const { answer, text } = await ask(story.member, '--interview', 'i6');
    expect(answer('weekly-cap').sentence).toContain('up to 8 April 2021, 10:00:29 you had been awarded 50');
    expect(answer('weekly-cap').next).toContain('from 8 April 2021, 10:00:30, when the oldest');
    expect(text).toContain('    1 April 2021, 10:00:30     +10  interview i1, proposal p1\n');
  });

  test('is told to the minute where they decide nothing; parts of a second are in --json alone', async () => {
    await existing({ openingBalance: 60 });
    const sent = [1, 2, 3, 4, 5, 6].flatMap((n) => [submitted('2021-04-01', n), requested('2021-04-01', n)]);
    const replies = [1, 2, 3, 4, 5].map((n) => replied('2021-04-01 10:00:30.123', n));
    await tell(...sent, ...replies, replied('2021-04-03 11:20:40.456', 6));
    const { answer, text } = await ask(story.member, '--interview', 'i6');
    const { sentence, next, evidence } = answer('weekly-cap');
    expect(sentence).toContain('up to 3 April 2021, 11:20 you had been awarded 50');
    // Never promised too early.
    expect(next).toContain('from 8 April 2021, 10:01, when the oldest');
    expect(text).toContain('    1 April 2021, 10:00        +10  interview i1, proposal p1\n');
    expect(text).not.toMatch(/:\d\d:|\.\d{3}/);
    expect(evidence.windowEndsAt).toBe('2021-04-03T11:20:40.456Z');
  });
});

test('no monthly grant is quoted of an account that gets none', async () => {
  await existing();
  await tell(event('2021-03-05', 'account.closed'));
  const { answer } = await ask(story.member);
  expect(answer('current').rule?.text).toContain('only to an account that is active');
});

describe('what a refusal shows as its own', () => {
  test('is never the award of another reply at its instant', async () => {
    await existing({ openingBalance: 30 });
    await tell(
      requested('2021-03-03', 1),
      replied('2021-03-04', 1),
      submitted('2021-03-04', 1),
      replied('2021-03-04', 1),
      replied('2021-03-04', 1),
    );
    const { answers } = await ask(story.member, '--interview', 'i1');
    const award = [{ kind: 'interview-award', amount: 10 }];
    expect(answers).toMatchObject([
      { code: 'unknown-proposal', evidence: { entries: [], earlierEntries: [] } },
      { code: 'awarded', evidence: { entries: award, earlierEntries: [] } },
      { code: 'already-awarded', evidence: { entries: [], earlierEntries: award } },
    ]);
  });

  test('is never the charge of the same proposal, nor the first passing of the test', async () => {
    await existing({ openingBalance: 30 });
    await tell(
      submitted('2021-03-04', 1),
      submitted('2021-03-04', 1),
      event('2021-03-04', 'readiness-test.passed'),
      event('2021-03-04', 'readiness-test.passed'),
    );
    const { answer } = await ask(story.member, '--since', '2021-03-01');
    expect(answer('already-recorded').evidence).toMatchObject({
      entries: [],
      earlierEntries: [{ kind: 'proposal', amount: -6 }],
    });
    expect(answer('awarded').evidence).toMatchObject({ entries: [{ amount: 40 }], earlierEntries: [] });
    expect(answer('already-awarded')).toMatchObject({
      sentence: expect.stringContaining('the 40 Connects for it were added on 4 March 2021') as unknown,
      evidence: { entries: [], earlierEntries: [{ amount: 40 }] },
    });
  });
});

describe('what is counted', () => {
  test('is counted before a list is cut, and the cut is told', async () => {
    await existing();
    const refused = Array.from({ length: 250 }, () => event('2021-03-05', 'connects.spent', { amount: 5 }));
    await tell(...refused, ...[1, 2, 3, 4, 5, 6, 7].map((n) => replied(`2021-03-06 0${n}:00`, n)));
    const asOf = ['--as-of', '2021-03-07T00:00:00Z'];
    const standing = await ask(story.member, ...asOf);
    expect(standing.answer('insufficient-connects')).toMatchObject({
      sentence: expect.stringContaining('The same was refused 249 more times since') as unknown,
      evidence: { count: 250 },
    });
    expect(standing.answer('no-interview-request').sentence).toMatch(
      /refused 6 more times since .* \(the latest of them: i2, i3, i4, i5 and i6\)\.$/,
    );
    const since = await ask(story.member, '--since', '2021-03-01', ...asOf);
    expect(since.answer('latest-only')).toMatchObject({
      sentence: expect.stringContaining(
        '257 things were decided about your account. The latest 200',
      ) as unknown,
      evidence: { inAll: 257, told: 200 },
    });
    expect(since.answers).toHaveLength(202);
  });

  test('of what came and went is split by kind', async () => {
    await existing({ openingBalance: 215, plan: 'plus' });
    await tell(
      event('2021-03-02', 'connects.spent', { amount: 3 }),
      submitted('2021-03-03', 1, 4),
      event('2021-04-02', 'payment.failed', { cycleOn: '2021-04-01' }),
      event('2021-08-02', 'balance.adjusted', { amount: 7, reason: 'a gift' }),
      event('2021-08-03', 'balance.adjusted', { amount: -5, reason: 'a smaller one' }),
      requested('2021-08-04', 1),
      replied('2021-08-05', 1),
    );
    const { answer } = await ask(story.member, '--since', '2021-03-01', '--as-of', '2021-08-06T00:00:00Z');
    expect(answer('received').sentence).toBe(
      'Since 1 March 2021 137 Connects were added: 120 monthly, 10 for interviews (4 of it back for proposals) and 7 by ' +
        'correction. 130 Connects were taken off: 48 expired, 4 for proposals, 3 spent, 70 taken back for a failed ' +
        'payment and 5 by correction.',
    );
  });

  test('as added once is only what was added', async () => {
    await existing();
    await tell(event('2021-03-20', 'account.suspended'));
    await settleAsOf(story.app, [story.member], '2021-05-10');
    const none = await ask(story.member, '--cycle', '2021-05-01');
    expect(none.answer('settled-together').sentence).toContain('None of them added Connects.');
  });
});

describe('a date ahead', () => {
  test('is answered however far it is, from the anchor', async () => {
    await existing({ anchorOn: '2021-01-31', openingBalance: 5 });
    const asOf = ['--as-of', '2021-02-01T00:00:00Z'];
    const far = await ask(story.member, '--cycle', '2950-02-28', ...asOf);
    expect(far.answer('not-begun')).toMatchObject({
      sentence:
        'Your billing cycle begins on 28 February 2950. If nothing changes until then, 10 free Connects would be added; ' +
        'before that, what you have above 200 by then would expire, as up to 200 roll over.',
      evidence: { nextOn: '2950-03-31', startsAt: '2950-02-28T00:00:00.000Z', free: 10, cap: 200 },
      rule: DECEMBER,
    });
    const last = await ask(story.member, '--cycle', '2999-12-31', ...asOf);
    expect(last.answer('not-begun').next).toContain('the one after it on 31 January 3000');
    const none = await ask(story.member, '--cycle', '2950-02-27', ...asOf);
    expect(none.answer('not-a-cycle').sentence).toBe(
      'No billing cycle of yours begins on 27 February 2950. As your dates are now, that day lies in the one of 31 ' +
        'January 2950.',
    );
  });
});

describe('what a proposal cost', () => {
  test('comes back by a return alone: not by silence, and not by time', async () => {
    await existing({ openingBalance: 30 });
    await tell(submitted('2021-03-04', 1));
    const { answer } = await ask(story.member, '--proposal', 'p1', '--as-of', '2021-09-01T00:00:00Z');
    expect(answer('charged')).toMatchObject({
      next: expect.stringMatching(
        /declined, withdrawn or left without an answer brings none back, and there is no time limit/,
      ) as unknown,
      rule: {
        text: expect.stringContaining('only the marketplace returns Connects') as unknown,
        ...DECEMBER,
      },
    });
    await tell(event('2021-09-02', 'connects.returned', { proposal: 'p1', amount: 6 }));
    const whole = await ask(story.member, '--proposal', 'p1', '--as-of', '2021-09-03T00:00:00Z');
    expect(whole.answer('charged').next).toBe('Nothing more can come back for it.');
  });
});
