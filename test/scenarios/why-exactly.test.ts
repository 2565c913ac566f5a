/** What an answer says holds to the letter: real events and operations, asked of the real command line. */
import { settleAsOf } from '../support/facts.ts';
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
    expect(pending.answer('upgraded').next).toBeNull();
    await settleAsOf(story.app, [story.member], '2021-06-20');
    const long = await ask(story.member, '--since', '2021-03-01', '--as-of', '2021-06-21T00:00:00Z');
    expect(long.answer('upgraded').next).toBeNull();
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
