/** Where nothing was decided: requests without a reply, proposals without a request; told without anybody knowing an id. */
import type { Answer } from '../../src/reports/explain/answer.ts';
import { importRows } from '../support/accounts.ts';
import { fact, record } from '../support/facts.ts';
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

const silent = (answers: readonly Answer[]): Answer[] =>
  answers.filter((one) => one.subject.startsWith('silence:'));

/** How the account stands as of an instant: what is told of its silence, and all that is told. */
async function standing(asOf: string) {
  const asked = await ask(story.member, '--as-of', asOf);
  return { ...asked, silent: silent(asked.answers) };
}

describe('requests without a reply', () => {
  test('are told when nobody asks for them, beside "nothing was refused"', async () => {
    await existing({ openingBalance: 20 });
    await tell(submitted('2021-03-02', 1), requested('2021-03-03', 1));
    const now = await standing('2021-03-05T12:00:00Z');
    expect(now.silent).toEqual([
      {
        subject: 'silence:interview',
        code: 'not-replied',
        sentence:
          'The client wrote to you about proposal p1 on 3 March 2021 (interview request i1). You have not replied yet, so ' +
          'nothing has been awarded.',
        evidence: expect.objectContaining({
          interview: 'i1',
          count: 1,
          requests: [{ interview: 'i1', proposal: 'p1', requestedAt: '2021-03-03T00:00:00.000Z' }],
          replyNow: expect.objectContaining({ code: 'awarded', award: 10 }) as unknown,
          outlook: [{ from: '2021-03-05T12:00:00.000Z', code: 'awarded', award: 10 }],
        }) as unknown,
        rule: expect.objectContaining({
          text: expect.stringContaining('earns 10 Connects') as unknown,
        }) as unknown,
        at: null,
        next: 'Still possible: a reply now would earn 10 Connects. No date ends this.',
      },
    ]);
    expect(now.answer('no-refusals').sentence).toMatch(
      /^Nothing was refused since .* What nothing came of yet is told above\.$/,
    );
    expect(now.text).toContain('interview request i1');

    const since = await ask(story.member, '--since', '2021-03-03', '--as-of', '2021-03-05T12:00:00Z');
    expect(silent(since.answers)).toEqual(now.silent);
    const later = await ask(story.member, '--since', '2021-03-04', '--as-of', '2021-03-05T12:00:00Z');
    expect(silent(later.answers)).toMatchObject([
      {
        code: 'not-listed',
        sentence: '1 interview request of before 4 March 2021 has no reply of yours either.',
        next: 'Ask without --since for it.',
      },
    ]);
    // Asked for by its id, it is the same answer.
    const named = await ask(story.member, '--interview', 'i1', '--as-of', '2021-03-05T12:00:00Z');
    expect(named.answers).toEqual(now.silent.map((one) => ({ ...one, subject: 'interview:i1' })));
  });

  test('are told however old they are; those that were replied to are not', async () => {
    await existing({ openingBalance: 20 });
    await tell(...interviewed('2021-03-01', 1), submitted('2021-03-02', 2), requested('2021-03-03', 2));
    const { silent: told } = await standing('2023-01-01T00:00:00Z');
    expect(told).toMatchObject([{ evidence: { requests: [{ interview: 'i2' }] } }]);
  });

  test('that would come to the same are told together, and share what room there is', async () => {
    await existing({ openingBalance: 200 });
    const days = [1, 2, 3, 4].flatMap((n) => interviewed(`2021-03-0${n}`, n));
    const asked = [6, 7].flatMap((n) => [
      submitted('2021-03-05 11:00', n),
      requested(`2021-03-05 1${n}:00`, n),
    ]);
    await tell(
      ...days,
      ...asked,
      event('2021-03-05 18:00', 'interview.requested', { interview: 'again', proposal: 'p7' }),
    );
    const { silent: told } = await standing('2021-03-06T12:00:00Z');
    expect(told).toMatchObject([
      {
        code: 'not-replied',
        sentence:
          '3 interview requests have no reply of yours yet, so nothing has been awarded for them: again about proposal p7 ' +
          '(5 March 2021), i7 about proposal p7 (5 March 2021) and i6 about proposal p6 (5 March 2021).',
        evidence: { count: 3, replyNow: { room: 10 } },
        next:
          'Still possible: a reply now would earn 10 Connects. No date ends this. They share the room in the limit, 10 ' +
          'now: a reply that finds none left earns none, and its proposal can then never earn an award. Requests about ' +
          'the same proposal earn one award together.',
      },
    ]);
  });

  test('meet a full week: a reply must wait, and it is said until when', async () => {
    await existing({ openingBalance: 200, zone: 'Europe/Berlin' });
    const days = [1, 2, 3, 4, 5].flatMap((n) => interviewed(`2021-03-0${n}`, n));
    await tell(
      ...days,
      submitted('2021-03-05 11:00', 6),
      requested('2021-03-05 12:00', 6),
      submitted('2021-03-05', 7),
    );
    const { silent: told } = await standing('2021-03-06T12:00:00Z');
    const wait =
      'eply after 8 March 2021, 11:00; a reply before then earns none, and this proposal can then never earn an award, ' +
      'because in the 7 days up to 6 March 2021, 13:00 you had been awarded 50 of at most 50 Connects for interviews. ' +
      'From then on a reply would earn 10 Connects. No date ends this.';
    expect(told).toMatchObject([
      {
        code: 'not-replied',
        evidence: {
          replyNow: { code: 'weekly-cap' },
          outlook: [{ award: 0 }, { from: '2021-03-08T10:00:00.000Z', code: 'awarded', award: 10 }],
        },
        rule: { text: expect.stringMatching(/at most 50 .* can then never earn an award/) as unknown },
        next: `R${wait}`,
      },
      {
        code: 'no-interview-request',
        next: `If a client asks for an interview about it, your reply can still earn an award. R${wait}`,
      },
    ]);
  });

  test('that meet a full week together share what room there will be', async () => {
    await existing({ openingBalance: 200 });
    const days = [1, 2, 3, 4, 5].flatMap((n) => interviewed(`2021-03-0${n}`, n));
    const asked = [6, 7].flatMap((n) => [submitted('2021-03-05 11:00', n), requested('2021-03-05 12:00', n)]);
    await tell(...days, ...asked);
    const { silent: told } = await standing('2021-03-06T12:00:00Z');
    expect(told).toMatchObject([
      {
        evidence: { count: 2 },
        next: expect.stringMatching(
          /^Reply after 8 March 2021, 10:00; a reply before then earns none, and its proposal can then never earn .* They share the room in the limit, 10 then: a reply that finds none left earns none/,
        ) as unknown,
      },
    ]);
    // As told: the first one earns, and the second one closes its proposal.
    await tell(replied('2021-03-08 10:00', 6), replied('2021-03-08 10:00', 7), replied('2021-03-20', 7));
    expect((await ask(story.member, '--interview', 'i6')).answers.map((one) => one.code)).toEqual([
      'awarded',
    ]);
    const second = await ask(story.member, '--interview', 'i7');
    expect(second.answers.map((one) => one.code)).toEqual(['weekly-cap', 'weekly-cap']);
  });

  test('of an instant that is no whole minute: the sentence is never too early', async () => {
    await existing({ openingBalance: 200 });
    const days = [2, 3, 4, 5].flatMap((n) => interviewed(`2021-03-0${n}`, n));
    const first = [
      submitted('2021-03-01', 1),
      requested('2021-03-01', 1),
      replied('2021-03-01T10:00:30.500Z', 1),
    ];
    await tell(...first, ...days, submitted('2021-03-05 11:00', 6), requested('2021-03-05 12:00', 6));
    const { silent: told } = await standing('2021-03-06T12:00:00Z');
    expect(told[0]?.next).toContain('Reply after 8 March 2021, 10:01; a reply before then earns none');
    expect(told[0]?.evidence).toMatchObject({ outlook: [{}, { from: '2021-03-08T10:00:30.500Z' }] });
  });

  test('about a proposal that was rewarded or closed before earn none, ever', async () => {
    await existing({ openingBalance: 200 });
    const again = (n: number) =>
      event('2021-03-07', 'interview.requested', { interview: `again${n}`, proposal: `p${n}` });
    await tell(...[1, 2, 3, 4, 5, 6].flatMap((n) => interviewed(`2021-03-0${n}`, n)), again(5), again(6));
    const { silent: told } = await standing('2021-03-08T12:00:00Z');
    expect(told).toMatchObject([
      {
        evidence: { replyNow: { code: 'weekly-cap', closedBy: 'i6' }, outlook: [] },
        rule: { text: expect.stringContaining('can then never earn') as unknown },
        next:
          'A reply earns none, because interview request i6 about the same proposal, p6, met a full weekly limit before, ' +
          'and that closed the proposal for awards. Nothing changes that.',
      },
      {
        evidence: { replyNow: { code: 'already-awarded', rewardedBy: 'i5' }, outlook: [] },
        rule: { text: 'Each proposal earns one interview award.' },
        next:
          'A reply earns none, because proposal p5 had earned its award before, with interview request i5. Nothing ' +
          'changes that.',
      },
    ]);
  });

  test('about proposals that are not of this account say which: refused, of another account, never reported', async () => {
    await existing({ openingBalance: 5 });
    await importRows(story.app, [{ id: `${story.member}-other`, openingBalance: 20 }]);
    const other = `${story.member}-other`;
    await record(story.app, [
      fact(`${other}-1`, other, '2021-03-02', 'proposal.submitted', { proposal: `${other}-p`, connects: 2 }),
    ]);
    await tell(
      submitted('2021-03-02', 991),
      requested('2021-03-03', 991),
      requested('2021-03-04', 992),
      event('2021-03-05', 'interview.requested', { interview: 'astray', proposal: `${other}-p` }),
    );
    const { silent: told } = await standing('2021-03-06T12:00:00Z');
    const then = 'Once it is recorded on this account: a reply would earn 10 Connects. No date ends this.';
    expect(told).toMatchObject([
      {
        evidence: { interview: 'astray', unknownProposal: 'elsewhere', accounts: [other] },
        next:
          `A reply now would earn none, because proposal ${other}-p was sent from another account. Only the account that ` +
          'sent a proposal earns for it.',
      },
      {
        evidence: {
          interview: 'i992',
          unknownProposal: 'not-recorded',
          replyNow: { code: 'unknown-proposal' },
        },
        rule: { text: expect.stringContaining('about a proposal that you sent') as unknown },
        next: `A reply now would earn none, because proposal p992 was never reported to us. ${then}`,
      },
      {
        evidence: { interview: 'i991', unknownProposal: 'refused', replyNow: { code: 'unknown-proposal' } },
        next:
          'A reply now would earn none, because proposal p991 was refused on 2 March 2021: there were not enough Connects ' +
          `for it. ${then}`,
      },
    ]);
    // Nor is an award promised where the proposal itself is asked for.
    for (const id of ['p991', 'p992', `${other}-p`]) {
      const named = await ask(story.member, '--proposal', id);
      expect(JSON.stringify(named.answers)).not.toContain('can still earn');
    }
  });

  test('without a proposal are invites: they earn none, whatever happens', async () => {
    await existing();
    const invite = (id: string, at: string) => event(at, 'interview.requested', { interview: id });
    await tell(invite('a', '2021-03-02'), invite('b', '2021-03-03'));
    const { silent: told } = await standing('2021-03-05T12:00:00Z');
    expect(told).toMatchObject([
      {
        subject: 'silence:interview',
        code: 'invite-without-proposal',
        sentence:
          'Clients invited you 2 times without a proposal of yours, so there was nothing to award: b (3 March 2021) and a ' +
          '(2 March 2021).',
        rule: { text: expect.stringContaining('An invite without a proposal') as unknown },
        next: 'Replying to them earns none either. An interview request about a proposal that you sent can.',
      },
    ]);
  });
});

describe('proposals without a request', () => {
  test('are told from a date on, those that were carried over with the account too', async () => {
    await existing({ openingBalance: 20 });
    await tell(
      submitted('2021-03-02', 1),
      event('2021-03-02', 'proposal.carried', { proposal: 'old', connects: 4 }),
      submitted('2021-03-03', 2),
      ...interviewed('2021-03-04', 3),
    );
    const { silent: told } = await standing('2021-03-05T12:00:00Z');
    expect(told).toMatchObject([
      {
        subject: 'silence:proposal',
        code: 'no-interview-request',
        sentence:
          'No interview request of a client is recorded for 3 proposals: p2 (3 March 2021), p1 (2 March 2021) and old, so ' +
          'there was nothing to award. A straight offer, a hire without an interview request, is not recorded and earns ' +
          'none.',
        evidence: {
          count: 3,
          proposals: [
            { proposal: 'p2', sentAt: '2021-03-03T00:00:00.000Z' },
            { proposal: 'p1' },
            { proposal: 'old', sentAt: null },
          ],
        },
        rule: { text: expect.stringContaining('straight offer') as unknown },
      },
    ]);
    const since = await ask(story.member, '--since', '2021-03-03', '--as-of', '2021-03-05T12:00:00Z');
    expect(silent(since.answers)).toMatchObject([{ evidence: { proposals: [{ proposal: 'p2' }] } }]);
    expect((await standing('2022-03-05T12:00:00Z')).silent).toEqual([]);
  });

  test('that were refused are not told twice', async () => {
    await existing({ openingBalance: 5 });
    await tell(submitted('2021-03-02', 1));
    const { silent: told, answer } = await standing('2021-03-05T12:00:00Z');
    expect(told).toEqual([]);
    expect(answer('insufficient-connects').subject).toBe('refusals:proposal');
  });
});

describe('an account that is not active', () => {
  const both = () => [submitted('2021-03-02', 1), requested('2021-03-03', 1), submitted('2021-03-03', 2)];
  const invite = () => event('2021-03-03', 'interview.requested', { interview: 'invite' });

  test('suspended: no reply earns until it is active again', async () => {
    await existing({ openingBalance: 20 });
    await tell(...both(), invite(), event('2021-03-04', 'account.suspended'));
    const { silent: told } = await standing('2021-03-05T12:00:00Z');
    const next =
      'A reply earns none while your account is suspended. Once it is active again: a reply would earn 10 Connects. No ' +
      'date ends this.';
    expect(told.map((one) => [one.code, one.next])).toEqual([
      ['invite-without-proposal', expect.stringContaining('it is suspended now.')],
      ['not-replied', next],
      ['no-interview-request', next],
    ]);
    expect(told[1]?.rule?.text).toBe('Interview awards are given only while the account is active.');
  });

  test('closed: none ever does, and nothing is promised', async () => {
    await existing({ openingBalance: 20 });
    await tell(...both(), invite(), event('2021-03-04', 'account.closed'));
    const { silent: told, answers } = await standing('2021-03-05T12:00:00Z');
    const closed = 'A reply earns none: your account is closed, and earns no awards any more.';
    expect(told.map((one) => one.next)).toEqual([
      'Replying to it earns none either. Your account is closed: it earns no awards any more.',
      closed,
      closed,
    ]);
    expect(JSON.stringify(answers)).not.toMatch(/[Ss]till possible|can earn|can still earn/);
    const named = await ask(story.member, '--interview', 'never');
    expect(named.answers[0]?.next).toBe('Your account is closed: it earns no awards any more.');
  });
});

test('long lists are counted before they are cut, and say so', async () => {
  await existing({ openingBalance: 5_000 });
  const many = Array.from({ length: 230 }, (_, n) => n);
  const at = (n: number) => `2021-03-${String(2 + (n % 20)).padStart(2, '0')}`;
  await tell(...many.map((n) => submitted(at(n), n, 1)), ...many.map((n) => requested(at(n), n)));
  await tell(...many.map((n) => submitted(at(n), 1_000 + n, 1)));
  const { silent: told, text } = await standing('2021-03-25T00:00:00Z');
  expect(told.map((one) => [one.subject, one.code, one.evidence.count])).toEqual([
    ['silence:interview', 'not-replied', 200],
    ['silence:interview', 'not-listed', 230],
    ['silence:proposal', 'no-interview-request', 200],
    ['silence:proposal', 'not-listed', 230],
  ]);
  expect(told[0]?.sentence).toMatch(
    /^200 interview requests .* and 190 earlier ones \(--json names them\)\.$/,
  );
  expect(told[1]?.sentence).toBe(
    'There are 230 interview requests without a reply; the latest 200 are told above.',
  );
  expect(text).toContain(
    'There are 230 proposals without an interview request; the latest 200 are told above.',
  );
});

test('requests about one proposal are counted, too', async () => {
  await existing({ openingBalance: 20 });
  const clients = Array.from({ length: 22 }, (_, n) =>
    event('2021-03-03', 'interview.requested', { interview: `c${n}`, proposal: 'p1' }),
  );
  await tell(submitted('2021-03-02', 1), ...clients);
  const { answers } = await ask(story.member, '--proposal', 'p1', '--as-of', '2021-03-05T00:00:00Z');
  expect(answers.filter((one) => one.code === 'not-replied')).toHaveLength(20);
  expect(answers.at(-1)).toMatchObject({
    code: 'not-listed',
    sentence: 'There are 22 interview requests about proposal p1; the first 20 are told above.',
  });
});

describe('what waits to be counted', () => {
  test('is silence too: a reply that waits is not "no reply", and it is said what must happen', async () => {
    await existing({ openingBalance: 20 });
    await tell(
      submitted('2021-03-02', 1),
      requested('2021-03-03', 1),
      requested('2021-03-03', 2),
      submitted('2021-03-03', 3),
    );
    await story.db.raw("UPDATE accounts SET zone = 'Atlantis/Capital' WHERE id = ?", [story.member]);
    await tell(replied('2021-04-04', 1), submitted('2021-04-04', 2), requested('2021-04-05', 3));
    for (const flags of [[], ['--since', '2021-03-01']]) {
      const { answers, answer } = await ask(story.member, ...flags, '--as-of', '2021-04-11T00:00:00Z');
      expect(answer('waiting-events')).toMatchObject({
        sentence: expect.stringContaining(
          '3 events of yours are kept and not counted yet, the oldest of 4 April 2021: the account must be brought up to ' +
            'date first. Among them: 1 interview request, 1 reply and 1 proposal.',
        ) as unknown,
        evidence: { count: 3 },
        next: expect.stringMatching(/\(unknown-zone\) must be mended.*Until then they wait/) as unknown,
      });
      const byRequest = new Map(
        silent(answers).map((one) => [one.evidence.interview ?? one.evidence.proposal, one]),
      );
      expect(byRequest.get('i1')).toMatchObject({
        sentence: expect.stringContaining(
          'Your reply of 4 April 2021 is kept and not counted yet',
        ) as unknown,
        evidence: { waitingReplyAt: '2021-04-04T00:00:00.000Z' },
        next: 'It is decided, as of when you replied, once the account is up to date.',
      });
      expect(byRequest.get('i2')?.next).toBe(
        'What a reply would come to can be told once the account is up to date.',
      );
      expect(byRequest.get('p3')?.next).toContain(
        'An interview request about it is kept and not counted yet: it counts once',
      );
    }
  });
});

describe('what proposals cost to which nobody wrote', () => {
  test('is told together, with what came back and what can', async () => {
    await existing({ openingBalance: 40 });
    await tell(
      submitted('2021-03-02', 1),
      submitted('2021-03-03', 2),
      submitted('2021-03-04', 3, 4),
      event('2021-03-05', 'connects.returned', { proposal: 'p1', amount: 6 }),
      event('2021-03-06', 'connects.returned', { proposal: 'p3', amount: 1 }),
    );
    const { answer } = await standing('2021-03-10T00:00:00Z');
    expect(answer('returns')).toMatchObject({
      subject: 'account',
      sentence:
        'You spent 16 Connects on these 3 proposals. 7 came back: 6 for p1 on 5 March 2021 and 1 for p3 on 6 March 2021. ' +
        'The 9 left (p3 and p2) come back only when the marketplace returns them.',
      evidence: { spent: 16, refunded: 7, notReturned: 9 },
      rule: { text: expect.stringContaining('no time limit') as unknown },
    });
  });

  test('of a proposal that came with the account, too; and nothing is said where nothing was spent', async () => {
    await existing();
    await tell(event('2021-03-02', 'proposal.carried', { proposal: 'p1', connects: 1 }));
    const { answer } = await ask(story.member, '--since', '2021-03-01', '--as-of', '2021-03-10T00:00:00Z');
    expect(answer('returns').sentence).toBe(
      'You spent 1 Connect on proposal p1. None came back: no return has been reported to us. The one left comes back ' +
        'only when the marketplace returns it.',
    );
  });

  test('is not told where there is no such proposal', async () => {
    await existing({ openingBalance: 40 });
    await tell(...interviewed('2021-03-02', 1));
    const { answers } = await standing('2021-03-10T00:00:00Z');
    expect(answers.filter((one) => one.code === 'returns')).toEqual([]);
  });
});
