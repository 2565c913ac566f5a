/** "Why did I not get it?", of interviews, proposals and the test: real events, asked of the real command line. */

import {
  ask,
  DECEMBER,
  event,
  existing,
  interviewed,
  JULY,
  memberStory,
  opened,
  replied,
  requested,
  submitted,
  tell,
} from '../support/member-story.ts';

const story = memberStory();

describe('interviews', () => {
  test('I was invited and hired without a proposal', async () => {
    await existing();
    await tell(
      event('2021-03-02', 'interview.requested', { interview: 'i1' }),
      event('2021-03-03 10:00', 'interview.replied', { interview: 'i1' }),
    );
    const { answers, text } = await ask(story.member, '--interview', 'i1');
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
    const { answers } = await ask(story.member, '--interview', 'i1');
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
      const { answers } = await ask(story.member, '--interview', 'i9');
      expect(answers).toMatchObject([
        {
          code: 'no-interview-request',
          sentence: expect.stringMatching(/no interview request i9 .*nothing to award/) as unknown,
        },
      ]);
    });

    test('because nothing at all is known of it: an answer, not an error', async () => {
      await existing();
      const { answers } = await ask(story.member, '--interview', 'never');
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
      const { answers } = await ask(story.member, '--interview', 'i1');
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
      const { answers } = await ask(story.member, '--interview', 'i1');
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
      const { answers } = await ask(story.member, '--interview', 'again');
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
      const { answers } = await ask(story.member, '--interview', 'i1');
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
    const { answers } = await ask(story.member, '--interview', 'i1', '--as-of', '2021-03-05T12:00:00Z');
    expect(answers).toMatchObject([
      {
        code: 'not-replied',
        sentence:
          'The client wrote to you about proposal p1 on 3 March 2021 (interview request i1). You have not replied ' +
          'yet, so nothing has been awarded.',
        evidence: { repliedAt: null, replyNow: { code: 'awarded', award: 10, held: 0 } },
        at: null,
        next: 'Still possible: a reply now would earn 10 Connects. No date ends this.',
      },
    ]);
  });

  test('the client wrote, and a reply now would meet a full week', async () => {
    await existing({ openingBalance: 200 });
    const days = [1, 2, 3, 4, 5].flatMap((n) => interviewed(`2021-03-0${n}`, n));
    await tell(...days, submitted('2021-03-05 11:00', 6), requested('2021-03-05 12:00', 6));
    const { answers } = await ask(story.member, '--interview', 'i6', '--as-of', '2021-03-06T12:00:00Z');
    expect(answers[0]?.next).toBe(
      'Reply after 8 March 2021, 10:00; a reply before then earns none, and this proposal can then never earn an award, ' +
        'because in the 7 days up to 6 March 2021, 12:00 you had been awarded 50 of at most 50 Connects for interviews. ' +
        'From then on a reply would earn 10 Connects. No date ends this.',
    );
  });

  test('I took a straight offer', async () => {
    await existing({ openingBalance: 20 });
    await tell(submitted('2021-03-02', 1));
    const { answers } = await ask(story.member, '--proposal', 'p1');
    expect(answers).toMatchObject([
      { code: 'charged', evidence: { spent: 6, refunded: 0 } },
      {
        subject: 'proposal:p1',
        code: 'no-interview-request',
        sentence:
          'No interview request of a client is recorded for proposal p1 (2 March 2021), so there was nothing to award. ' +
          'A straight offer, a hire without an interview request, is not recorded and earns none.',
        next:
          'If a client asks for an interview about it, your reply can still earn an award. A reply now would earn 10 ' +
          'Connects. No date ends this.',
      },
    ]);
  });

  test('the rewards stopped after several in a week: the window is shown', async () => {
    await existing({ openingBalance: 200, zone: 'Europe/Berlin' });
    await tell(...[1, 2, 3, 4, 5, 6].flatMap((n) => interviewed(`2021-04-0${n}`, n)));
    const { answers, text } = await ask(story.member, '--interview', 'i6');
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
        next: expect.stringContaining('there was room from 8 April 2021, 12:00, when the oldest') as unknown,
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
    const { answer } = await ask(story.member, '--since', '2021-04-01', '--as-of', '2021-04-08T18:00:00Z');
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
    const { answer } = await ask(story.member, '--since', '2021-04-12', '--as-of', '2021-04-14T00:00:00Z');
    expect(answer('interview-window')).toMatchObject({
      sentence: expect.stringMatching(
        /1 interview request earned you 10 Connects\..*30 Connects of what was added since then came for replies that reached us late; the limit counts them by when you replied\./,
      ) as unknown,
      evidence: { awarded: 10, held: 10, late: { length: 3 } },
    });
    const late = await ask(story.member, '--interview', 'i2');
    expect(late.answer('awarded')).toMatchObject({
      sentence: expect.stringMatching(
        /on 2 April 2021 earned 10 Connects\. .* after a purchase of 12 April 2021 had been counted, so the Connects were added as of 12 April 2021/,
      ) as unknown,
      evidence: { occurredAt: '2021-04-02T10:00:00.000Z' },
      at: '2021-04-12T00:00:00.000Z',
    });
  });

  test('one award stands on two lines', async () => {
    await existing({ openingBalance: 24 });
    await tell(submitted('2021-08-02', 1, 4), requested('2021-08-03', 1), replied('2021-08-04', 1));
    const { answers } = await ask(story.member, '--interview', 'i1');
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
    const whole = await ask(story.member, '--proposal', 'p1');
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
      rule: { text: expect.stringContaining('no more comes back than was spent') as unknown, ...DECEMBER },
    });
    const part = await ask(story.member, '--proposal', 'p2');
    expect(part.answer('charged')).toMatchObject({
      sentence:
        'Proposal p2 cost 12 Connects on 5 August 2021. 5 Connects came back: 5 returned on 6 August 2021. The other 7 ' +
        'Connects were not returned: no further return has been reported to us.',
      evidence: { spent: 12, refunded: 5, notReturned: 7 },
      next:
        'Up to 7 Connects can still come back, when a return for it is reported to us, or as the refund in an interview ' +
        "award. The marketplace reports a return when the client's job was cancelled or removed; a proposal that is " +
        'declined, withdrawn or left without an answer brings none back, and there is no time limit after which it would.',
    });
  });

  test('a proposal that is not known on this account', async () => {
    await existing();
    const { answers } = await ask(story.member, '--proposal', 'never');
    expect(answers.map((one) => one.code)).toEqual(['nothing-recorded', 'no-interview-request']);
  });

  test('I passed the test twice', async () => {
    await tell(
      opened('2021-02-03'),
      event('2021-02-05', 'readiness-test.passed'),
      event('2021-02-20', 'readiness-test.passed'),
    );
    const { answer } = await ask(story.member, '--as-of', '2021-02-21T00:00:00Z');
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
    const { answer } = await ask(story.member, '--as-of', '2021-03-20T00:00:00Z');
    expect(answer('insufficient-connects')).toMatchObject({
      sentence:
        '6 Connects were not spent on 4 March 2021: you had 3 Connects, and 6 were asked. The same was refused 2 more ' +
        'times since 20 December 2020.',
      evidence: { count: 3 },
    });
    const later = await ask(story.member, '--as-of', '2021-07-20T00:00:00Z');
    expect(later.answer('no-refusals').sentence).toBe('Nothing was refused since 21 April 2021.');
  });
});
