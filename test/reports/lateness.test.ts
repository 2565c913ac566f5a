/** What reached us after something later had been counted is told with both instants, wherever it decides. */
import { shownNow } from '../../src/db/query.ts';
import type { HistoryLine } from '../../src/reports/account-history.ts';
import { ZoneWords } from '../../src/reports/member-words.ts';
import { settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import {
  ask,
  event,
  existing,
  interviewed,
  memberStory,
  replied,
  requested,
  submitted,
  tell,
} from '../support/member-story.ts';

const story = memberStory();
const utc = new ZoneWords('UTC');

/** The day on which everything in this file reaches the database, as its clock shows it. */
const today = async (): Promise<string> => utc.day(await shownNow(story.db));

const settled = (on: string): Promise<unknown> => settleAsOf(story.app, [story.member], on);

async function sentenceOf(code: string, ...flags: readonly string[]): Promise<string> {
  return (await ask(story.member, ...flags)).answer(code).sentence;
}

/** The text of an answer that a supporter reads, without its line breaks. */
const flat = (text: string): string => text.replace(/\s+/g, ' ');

const AFTER_APRIL =
  'after your billing cycle of 1 April 2021 had begun, so it was decided as of 1 April 2021.';

describe('late across a boundary', () => {
  test('a change to Basic is one of the day on which it was asked for', async () => {
    await existing({ plan: 'plus' });
    await settled('2021-04-02');
    await tell(event('2021-03-30', 'plan.downgraded'));
    const { answer } = await ask(story.member);
    expect(answer('pending-plan')).toMatchObject({
      sentence: expect.stringContaining(
        'on 1 May 2021, because you asked for it on 30 March 2021 (it reached us on ' +
          `${await today()}, after your billing cycle of 1 April 2021 had begun). Then`,
      ) as unknown,
      evidence: {
        occurredAt: '2021-03-30T00:00:00.000Z',
        effectiveAt: '2021-04-01T00:00:00.000Z',
        reachedAt: expect.stringMatching(/^20/) as unknown,
        lateAfter: { what: 'cycle', cycleOn: '2021-04-01' },
      },
    });
    expect(answer('granted').sentence).toMatch(
      /did not count for it: a change to Freelancer Basic of 30 March 2021 \(it reached us on /,
    );
    expect(answer('granted').evidence).toMatchObject({
      tooLate: [{ type: 'plan.downgraded', occurredAt: '2021-03-30T00:00:00.000Z' }],
    });
  });

  test('a failed payment, and an upgrade that was refused', async () => {
    await existing({ plan: 'plus' });
    await settled('2021-04-02');
    await tell(event('2021-03-30', 'payment.failed', { cycleOn: '2021-03-01' }));
    const failed = await sentenceOf('payment-failed', '--since', '2021-04-01');
    expect(failed).toContain('your plan became Freelancer Basic on 1 April 2021');
    expect(failed).toContain(
      `It happened on 30 March 2021; it reached us on ${await today()}, ${AFTER_APRIL}`,
    );
    await tell(event('2021-04-03', 'account.suspended'), event('2021-04-02', 'plan.upgraded'));
    expect(await sentenceOf('account-inactive', '--since', '2021-04-01')).toMatch(
      /of 2 April 2021 changed nothing: your account was suspended when it was decided\. .* after a suspension of 3 April 2021 had been counted/,
    );
  });

  test('a reinstatement: the cycle says what it did not know', async () => {
    await existing();
    await tell(event('2021-03-20', 'account.suspended'));
    await settled('2021-04-02');
    await tell(event('2021-03-30', 'account.reinstated'));
    expect(await sentenceOf('account-inactive', '--cycle', '2021-04-01')).toMatch(
      /your account was suspended when it began\..* did not count for it: a reinstatement of 30 March 2021 \(it reached us on/,
    );
  });

  test('what was spent is told where it would have kept Connects from expiring, and nowhere else', async () => {
    await existing({ openingBalance: 207 });
    await settled('2021-05-02');
    await tell(event('2021-04-20', 'connects.spent', { amount: 5 }));
    expect(await sentenceOf('granted', '--cycle', '2021-05-01')).toMatch(
      /did not count for it: a charge of 20 April 2021 \(it reached us/,
    );
    expect(await sentenceOf('granted', '--cycle', '2021-04-01')).not.toContain('did not count');
  });

  test('spends and corrections that were refused say what was there when they were decided', async () => {
    await existing({ openingBalance: 3 });
    await settled('2021-04-02');
    await tell(
      event('2021-03-30', 'connects.spent', { amount: 50 }),
      event('2021-03-31', 'balance.adjusted', { amount: -40, reason: 'a test' }),
      event('2021-03-31', 'proposal.submitted', { proposal: 'dear', connects: 60 }),
    );
    const { answers } = await ask(story.member, '--since', '2021-04-01');
    const refused = answers.filter((one) => one.code === 'insufficient-connects');
    expect(refused.map((one) => one.sentence)).toEqual([
      expect.stringMatching(/not spent on 30 March 2021: you had 13 Connects when it was decided, and 50/),
      expect.stringMatching(
        /of −40 on 31 March 2021 was not made: you had 13 Connects when it was decided\./,
      ),
      expect.stringMatching(/not charged on 31 March 2021: you had 13 Connects when it was decided, and 60/),
    ]);
    for (const one of refused) {
      expect(one.sentence).toContain(AFTER_APRIL);
      expect(one.evidence).toMatchObject({ lateAfter: { what: 'cycle', cycleOn: '2021-04-01' } });
    }
  });

  test('a proposal and what came back for it', async () => {
    await existing({ openingBalance: 30 });
    await settled('2021-04-02');
    await tell(
      submitted('2021-03-30', 1),
      event('2021-03-31', 'connects.returned', { amount: 2, proposal: 'p1' }),
    );
    const remark = `(it reached us on ${await today()}, after your billing cycle of 1 April 2021 had begun)`;
    expect(await sentenceOf('charged', '--proposal', 'p1')).toBe(
      `Proposal p1 cost 6 Connects on 30 March 2021 ${remark}. 2 Connects came back: 2 returned on 31 March 2021 ` +
        `${remark}. The other 4 Connects were not returned: no further return has been reported to us.`,
    );
  });

  test('the Readiness Test', async () => {
    await existing();
    await settled('2021-04-02');
    await tell(event('2021-03-30', 'readiness-test.passed'));
    expect(await sentenceOf('awarded', '--since', '2021-04-01')).toBe(
      '40 Connects were added, because you passed the Readiness Test on 30 March 2021. It happened on 30 March 2021; ' +
        `it reached us on ${await today()}, ${AFTER_APRIL}`,
    );
  });

  test('a change of time zone', async () => {
    await existing();
    await settled('2021-04-02');
    await tell(event('2021-03-30', 'account.zone-changed', { zone: 'Asia/Tokyo' }));
    expect(await sentenceOf('moved-by-zone')).toMatch(
      /since then they begin with the day of Asia\/Tokyo\. It happened on 30 March 2021; it reached us on .*, after your billing cycle of 1 April 2021 had begun/,
    );
  });
});

describe('late within a cycle', () => {
  test("an upgrade's share is that of the day on which it counts", async () => {
    await existing();
    await tell(event('2021-03-11', 'connects.purchased', { amount: 5 }));
    await tell(event('2021-03-05', 'plan.upgraded'));
    const { answer, text } = await ask(story.member);
    expect(answer('upgraded').sentence).toBe(
      'You upgraded to Freelancer Plus on 5 March 2021: 73 Connects were added instead of 80. That is 70 of the plan, ' +
        'and 3 of its 10 free ones, because 10 of the 31 days of the billing cycle that ended had passed by 11 March ' +
        '2021 (10 × 10 ÷ 31, rounded down). It happened on 5 March 2021; it reached us on ' +
        `${await today()}, after a purchase of 11 March 2021 had been counted, so it was decided as of 11 March 2021.`,
    );
    expect(answer('moved-by-upgrade').sentence).toMatch(
      /on the 11th of the month since 11 March 2021, as of which your upgrade to Freelancer Plus counts: .* It happened on 5 March 2021;/,
    );
    expect(flat(text)).toContain('after a purchase of 11 March 2021 had been counted');
  });

  test('by hours: then the hours are told', async () => {
    await existing({ openingBalance: 5 });
    await tell(event('2021-03-11 15:00', 'connects.spent', { amount: 5 }));
    await tell(event('2021-03-11 09:00', 'connects.spent', { amount: 4 }));
    expect(await sentenceOf('insufficient-connects', '--since', '2021-03-01')).toMatch(
      /It happened on 11 March 2021, 09:00; .* after a charge of 11 March 2021, 15:00 had been counted, so it was decided as of 11 March 2021, 15:00\./,
    );
  });

  test('a reply that a later window refused names a window that holds it', async () => {
    await existing({ openingBalance: 200 });
    await tell(submitted('2021-04-02', 9), requested('2021-04-02 09:00', 9));
    await tell(...[3, 4, 5, 6, 7].flatMap((n) => interviewed(`2021-04-0${n}`, n)));
    await tell(replied('2021-04-02 10:00', 9));
    const { answer } = await ask(story.member, '--interview', 'i9');
    expect(answer('weekly-cap').sentence).toBe(
      'Your reply to interview request i9 on 2 April 2021 earned no Connects: it lies within the 7 days up to 7 April ' +
        '2021, 10:00, for which you had been awarded 50 of at most 50 Connects for interviews when it was decided, also ' +
        'for later replies that had reached us before it. It happened on 2 April 2021; it reached us on ' +
        `${await today()}, after a reply to an interview request of 7 April 2021 had been counted, and counts for the ` +
        'weekly limit by when you replied.',
    );
  });

  test('what happened before the account was taken over', async () => {
    await existing({ openingBalance: 5 });
    await tell(event('2021-02-20', 'connects.spent', { amount: 9 }));
    expect(await sentenceOf('insufficient-connects', '--since', '2021-03-01')).toContain(
      'after your Connects had begun to be counted here, on 1 March 2021, so it was decided as of 1 March 2021.',
    );
  });
});

test('what was on time is told without a word of it', async () => {
  await existing({ openingBalance: 5 });
  await tell(event('2021-03-11', 'connects.spent', { amount: 9 }), event('2021-03-12', 'plan.upgraded'));
  const { answers } = await ask(story.member, '--since', '2021-03-01');
  for (const { sentence, evidence } of answers) {
    expect(sentence).not.toMatch(/reached us|when it was decided/);
    expect(evidence).not.toHaveProperty('lateAfter');
  }
  expect(answers.find((one) => one.code === 'upgraded')?.evidence).toMatchObject({
    occurredAt: '2021-03-12T00:00:00.000Z',
    effectiveAt: '2021-03-12T00:00:00.000Z',
    reachedAt: expect.stringMatching(/^20/) as unknown,
  });
});

test('a cycle that was settled later says when, and so do its lines', async () => {
  await existing();
  await settled('2021-04-01');
  const { answer, text } = await ask(story.member, '--cycle', '2021-04-01');
  expect(text).toContain(`  Posted on ${await today()}, `);
  expect(answer('granted').evidence).toMatchObject({ startsAt: '2021-04-01T00:00:00.000Z' });
});

describe('account history', () => {
  test('marks what happened before its line, and what was posted after it', async () => {
    await existing({ openingBalance: 9 });
    await settled('2021-04-01');
    await tell(event('2021-03-30', 'connects.spent', { amount: 2 }));
    const args = ['account', 'history', story.member];
    const { stdout } = await runHere(args, { app: story.app });
    const posted = (await today()).replace(/^(\d+ \w{3})\w* /, '$1 ');
    expect(stdout).toContain(`Connects spent, of 30 Mar, posted ${posted} `);
    expect(stdout).toContain(`Free monthly Connects, posted ${posted} `);
    const lines = (await runHere([...args, '--ndjson'], { app: story.app })).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as HistoryLine);
    expect(lines).toMatchObject([
      {
        kind: 'spend',
        occurredAt: '2021-03-30T00:00:00.000Z',
        effectiveAt: '2021-04-01T00:00:00.000Z',
        reachedAt: expect.stringMatching(/^20/) as unknown,
        lateAfter: { what: 'cycle', cycleOn: '2021-04-01' },
      },
      { kind: 'monthly-free', occurredAt: '2021-04-01T00:00:00.000Z' },
    ]);
    expect(lines[1]).not.toHaveProperty('lateAfter');
  });
});

describe('what comes next is told by what stands now', () => {
  const nextOf = async (code: string): Promise<string | null> =>
    (await ask(story.member, '--since', '2021-03-01', '--as-of', '2021-03-20T00:00:00Z')).answer(code).next;

  test('of an upgrade, until something ends it', async () => {
    await existing();
    await tell(event('2021-03-10', 'plan.upgraded'));
    expect(await nextOf('upgraded')).toBe(
      'From the billing cycle of 10 April 2021 on, all 80 are added each time.',
    );
    await tell(event('2021-03-11', 'plan.downgraded'));
    expect(await nextOf('upgraded')).toBe(
      'You are on Freelancer Plus until 10 April 2021, and on Freelancer Basic from then on.',
    );
    await tell(event('2021-03-12', 'payment.failed', { cycleOn: '2021-03-10' }));
    expect(await nextOf('upgraded')).toBe(
      'You are on Freelancer Basic now. Your next billing cycle begins on 10 April 2021.',
    );
    expect(await nextOf('downgrade-pending')).toMatch(/^You are on Freelancer Basic now/);
    expect(await sentenceOf('downgrade-pending', '--since', '2021-03-01')).toContain(
      'That was to count from the billing cycle of 10 April 2021 on, with Freelancer Plus until then.',
    );
    await tell(event('2021-03-13', 'account.suspended'));
    expect(await nextOf('upgraded')).toBe('Your account is suspended: while it is, no Connects are added.');
    await tell(event('2021-03-14', 'account.closed'));
    expect(await nextOf('upgraded')).toBe('Your account is closed: no billing cycle begins any more.');
  });

  test('of what is owed, until the account is closed', async () => {
    await existing();
    await tell(
      event('2021-03-10', 'plan.upgraded'),
      event('2021-03-11', 'connects.spent', { amount: 70 }),
      event('2021-03-12', 'payment.failed', { cycleOn: '2021-03-10' }),
    );
    expect((await ask(story.member)).answer('owed').next).toMatch(/^They come off the next Connects/);
    expect(await nextOf('payment-failed')).toMatch(/come off the next Connects of a paid plan/);
    await tell(event('2021-03-13', 'account.closed'));
    const closed = 'Your account is closed: no billing cycle begins any more.';
    expect((await ask(story.member)).answer('owed').next).toBe(closed);
    expect(await nextOf('payment-failed')).toBe(closed);
  });

  test('of a payment for the next cycle, until an upgrade withdraws the change', async () => {
    await existing({ plan: 'plus' });
    await tell(event('2021-03-20', 'payment.failed', { cycleOn: '2021-04-01' }));
    const told = 'The payment for the billing cycle of 1 April 2021 failed before it began: your plan';
    expect(await sentenceOf('payment-failed', '--since', '2021-03-01')).toContain(`${told} changes to`);
    await tell(event('2021-03-21', 'plan.upgraded'));
    expect(await sentenceOf('payment-failed', '--since', '2021-03-01')).toContain(`${told} was to change to`);
  });

  test('of a reply, until a later one is decided or the account is closed', async () => {
    await existing({ openingBalance: 20 });
    await tell(event('2021-03-02', 'interview.replied', { interview: 'i1' }));
    expect(await nextOf('no-interview-request')).toContain('decided anew');
    await tell(...interviewed('2021-03-03', 1));
    expect(await nextOf('no-interview-request')).toBeNull();
    await tell(event('2021-03-04', 'interview.replied', { interview: 'i7' }));
    await tell(event('2021-03-05', 'account.closed'));
    const { answer } = await ask(story.member, '--interview', 'i7');
    expect(answer('no-interview-request').next).toBe('Your account is closed: it earns no awards any more.');
  });
});

describe('bought Connects', () => {
  test('count towards the limit: said where some expired or would, to whoever bought', async () => {
    await existing({ openingBalance: 190 });
    await tell(event('2021-03-10', 'connects.purchased', { amount: 40 }));
    expect(await sentenceOf('next-cycle', '--as-of', '2021-03-20T00:00:00Z')).toContain(
      'Bought Connects count towards the 200, too.',
    );
    await settled('2021-04-01');
    expect(await sentenceOf('granted', '--cycle', '2021-04-01')).toContain(
      '30 Connects expired: you had 230, and 200 roll over. Bought Connects count towards these 200, too.',
    );
  });

  test('are not spoken of to whoever bought none, or bought after', async () => {
    await existing({ openingBalance: 230 });
    await settled('2021-04-01');
    await tell(event('2021-04-02', 'connects.purchased', { amount: 40 }));
    expect(await sentenceOf('granted', '--cycle', '2021-04-01')).not.toContain('ought');
  });
});

test('an event asked for by its id, and a line by its number, say it too', async () => {
  await existing({ openingBalance: 9 });
  await settled('2021-04-02');
  const suspended = event('2021-03-30', 'account.suspended');
  await tell(event('2021-03-29', 'connects.spent', { amount: 2 }), suspended);
  const byId = await ask(story.member, '--about', suspended.id);
  expect(byId.answer('applied').sentence).toContain(`; it reached us on ${await today()}, ${AFTER_APRIL}`);
  expect(byId.answer('applied').evidence).toMatchObject({
    occurredAt: '2021-03-30T00:00:00.000Z',
    effectiveAt: '2021-04-01T00:00:00.000Z',
    lateAfter: { what: 'cycle', cycleOn: '2021-04-01' },
  });
  const { stdout } = await runHere(['account', 'history', story.member, '--json'], { app: story.app });
  const { entries } = JSON.parse(stdout) as { entries: HistoryLine[] };
  expect(await sentenceOf('line', '--about', String(entries[0]?.seq))).toContain(
    `It happened on 29 March 2021; it reached us on ${await today()}, ${AFTER_APRIL}`,
  );
});

describe('a refusal names what would have let it through, had it come in time', () => {
  test('the request that a reply was about', async () => {
    await existing({ openingBalance: 20 });
    await tell(submitted('2021-03-02', 1), replied('2021-03-05', 1));
    await tell(requested('2021-03-04', 1));
    const { answer } = await ask(story.member, '--interview', 'i1');
    expect(answer('no-interview-request').sentence).toContain(
      'What had happened before it and reached us after it had been decided did not count for it: an interview request ' +
        `of 4 March 2021 (it reached us on ${await today()}).`,
    );
    expect(answer('no-interview-request').evidence).toMatchObject({
      tooLate: [{ type: 'interview.requested', occurredAt: '2021-03-04T00:00:00.000Z' }],
    });
  });

  test('the proposal, the Connects that were bought, the reinstatement', async () => {
    await existing({ openingBalance: 2 });
    await tell(
      event('2021-03-03', 'connects.returned', { amount: 1, proposal: 'p7' }),
      event('2021-03-05', 'connects.spent', { amount: 4 }),
      event('2021-03-06', 'account.suspended'),
      event('2021-03-08', 'readiness-test.passed'),
    );
    const proposal = event('2021-03-01', 'proposal.submitted', { proposal: 'p7', connects: 1 });
    await tell(
      event('2021-03-04', 'connects.purchased', { amount: 9 }),
      event('2021-03-07', 'account.reinstated'),
      proposal,
    );
    const since = (code: string) => sentenceOf(code, '--since', '2021-03-01');
    expect(await since('unknown-proposal')).toContain('did not count for it: a proposal of 1 March 2021 (');
    expect(await since('insufficient-connects')).toContain(
      'did not count for it: a purchase of 4 March 2021 (',
    );
    expect(await since('account-inactive')).toContain(
      'did not count for it: a reinstatement of 7 March 2021 (',
    );
  });

  test('not what had arrived before it, nor what happened after it, nor what is of something else', async () => {
    await existing({ openingBalance: 2 });
    await tell(event('2021-03-10', 'notices.opted-in'));
    await tell(
      event('2021-03-04', 'connects.purchased', { amount: 1 }),
      event('2021-03-05', 'connects.spent', { amount: 40 }),
      replied('2021-03-05', 1),
    );
    await tell(event('2021-03-06', 'connects.purchased', { amount: 50 }), requested('2021-03-04', 2));
    for (const code of ['insufficient-connects', 'no-interview-request'])
      expect(await sentenceOf(code, '--since', '2021-03-01')).not.toContain('did not count');
  });
});
