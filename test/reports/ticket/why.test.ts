/** What members complain about, by kind, in the words of this file: each is answered from what they write. */
import { Readable } from 'node:stream';
import type { TicketAnswer } from '../../../src/reports/ticket/ticket.ts';
import { importRows } from '../../support/accounts.ts';
import { fact, record, settleAsOf } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';

let installation: Installation;
const AS_OF = ['--as-of', '2021-04-20T12:00:00Z'];

beforeAll(async () => {
  installation = await install();
  const { app } = installation;
  await importRows(app, [
    { id: 'ann-1', openingBalance: 60, zone: 'Europe/Berlin' },
    { id: 'ann-2', kind: 'agency', plan: 'agency', openingBalance: 90 },
    { id: 'plus-1', plan: 'basic', anchorOn: '2021-01-05', openingBalance: 190 },
    { id: 'stranger-9', openingBalance: 33 },
  ]);
  let no = 0;
  const on = (account: string) => (at: string, type: string, fields: object) =>
    fact(`ev-${(no += 1)}`, account, at, type, { ...fields });
  const [ann, agency, plus] = [on('ann-1'), on('ann-2'), on('plus-1')];
  await record(app, [
    agency('2021-01-02', 'account.contact-changed', { email: 'Ann-1@example.test' }),
    ann('2021-03-28 09:00', 'proposal.submitted', { proposal: 'prop-1', connects: 6 }),
    ann('2021-04-10 09:00', 'interview.requested', { interview: 'int-1', proposal: 'prop-1' }),
    ann('2021-04-11 09:00', 'interview.replied', { interview: 'int-1' }),
    ann('2021-04-14 09:00', 'interview.requested', { interview: 'int-2' }),
    ann('2021-04-15 09:00', 'interview.replied', { interview: 'int-2' }),
    ann('2021-04-16 09:00', 'proposal.submitted', { proposal: 'prop-2', connects: 4 }),
    ann('2021-04-17 09:00', 'connects.returned', { amount: 4, proposal: 'prop-2' }),
    agency('2021-04-12 09:00', 'proposal.submitted', { proposal: 'prop-a', connects: 5 }),
    plus('2021-04-10 09:00', 'plan.upgraded', {}),
  ]);
  await settleAsOf(app, ['ann-1', 'ann-2', 'plus-1', 'stranger-9'], '2021-04-20');
});

afterAll(() => installation.remove());

const run = (...args: readonly string[]) => runHere(['why', ...args, ...AS_OF], { app: installation.app });

async function why(text: string, ...flags: readonly string[]): Promise<TicketAnswer> {
  const { stdout, stderr, code } = await run(text, '--json', ...flags);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as TicketAnswer;
}

const LONG = 'x'.repeat(20_001);
const ANN = ['--account', 'ann-1'];
const PLUS = ['--account', 'plus-1'];
const AWARDED = /10 Connects were added|earned you 10 Connects|earned 10/;
const RETURNS = 'there is no time limit after which it would';

describe('every kind of complaint', () => {
  test.each<[string, string[], (string | RegExp)[]]>([
    [
      'I was invited, interviewed and took the offer days ago, and no Connects came.',
      ANN,
      [/int-2.*no proposal/s],
    ],
    [
      'I did not get 10 for the interview on "Logo for a bakery". What about that job?',
      ANN,
      ['prop-2', 'int-1'],
    ],
    ['A client answered on the 11th of April, when do my 10 come?', ANN, [AWARDED, 'int-1']],
    ['This is the second interview in a row without a reward.', ANN, ['int-1', 'int-2']],
    [
      'After three or four interviews the rewards stopped, I did not even get 70 last week.',
      ANN,
      [/at most 50/],
    ],
    ['The offer came straight after my proposal.', ANN, ['A straight offer']],
    [
      'My monthly ten has been missing for a long time, please send a full report.',
      PLUS,
      ['Freelancer Plus', 'billing cycle'],
    ],
    ['Can I see everything on one screen?', ANN, ['You are on Freelancer Basic']],
    [
      'I got the bonus twice, I can give it back.',
      ANN,
      ['Since 21 March 2021', 'These are all the rewards there are'],
    ],
    ['I replied to an invitation: any Connects?', ANN, [/int-2.*earned no Connects/s]],
    ['I expected a bonus for my profile.', ANN, ['Nothing else earns Connects.']],
    [
      'They expire within a month, which ones, and can I give them away?',
      ANN,
      [
        'only what is above the rollover limit',
        'No rule gives Connects from one account to another',
        'would expire',
      ],
    ],
    ['Three declined proposals, 18 Connects, none back.', ANN, ['prop-1', RETURNS]],
    ['Jobs of 28 March and 16 April were closed without a hire.', ANN, ['prop-1', 'prop-2', RETURNS]],
    ['I have withdrawn my proposal prop-1.', ANN, ['Proposal prop-1 cost 6 Connects', RETURNS]],
    [
      'I joined Plus and got less than 80.',
      PLUS,
      [/instead of 80/, /You upgraded to Freelancer Plus on 10 April 2021/],
    ],
    ['70 of the plan are paid parts, where is the free one of Plus?', PLUS, [/its 10 free ones/]],
    ['Over a month and no refill.', ANN, ['billing cycle of 1 April 2021']],
    [
      'If I downgrade, does my date move, do I lose any?',
      PLUS,
      ['If you changed to Freelancer Basic', 'the dates stay'],
    ],
    ['I was put on Basic though there was money on my card.', PLUS, ['Freelancer Plus', 'When the payment']],
    ['I opened an agency and my 70 vanished.', ANN, ['Your address has 2 accounts here', 'ann-2']],
    [
      'The proposal prop-a was charged to the wrong one of my two accounts.',
      ANN,
      ['was sent from another account, ann-2'],
    ],
    ['Do bought Connects roll over when I stop paying?', PLUS, ['bought, earned and free ones alike']],
    ['I applied a month ago and the job is idle.', ANN, ['prop-1', RETURNS]],
    ['The job was closed.', ANN, ['prop-1', RETURNS]],
    [
      'I heard of a rule: they come back after 14 days.',
      ANN,
      [RETURNS, 'brings them back after a number of days'],
    ],
    [
      'The number of interviews on the job fell: what counts as one?',
      ANN,
      ['Only an interview request about a proposal'],
    ],
  ])('%s', async (text, flags, expected) => {
    const { reply } = await why(text, ...flags);
    for (const one of expected)
      expect(reply).toMatch(one instanceof RegExp ? one : new RegExp(literally(one)));
    expect(reply.startsWith('Hello,\n\n')).toBe(true);
  });
});

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

describe('whose message it is', () => {
  test('is read from an account id, or from an id that only one account has', async () => {
    expect((await why('Account ann-1: no monthly Connects')).accounts).toEqual(['ann-1']);
    expect((await why('Where are my 10 for int-1?')).accounts).toEqual(['ann-1']);
  });

  test('is read from an address, whatever its case; all accounts of it are told, each by its name', async () => {
    const { accounts, reply } = await why('From: ANN-1@example.test\nno monthly Connects this month');
    expect(accounts).toEqual(['ann-1', 'ann-2']);
    expect(reply).toContain('Account ann-2: You are on the Agency plan');
  });

  test('may be said by flags, and then the text decides nothing', async () => {
    const text = 'From: stranger-9@example.test. No monthly Connects.';
    expect((await why(text, '--account', 'plus-1')).accounts).toEqual(['plus-1']);
    expect((await why(text, '--email', 'plus-1@example.test')).accounts).toEqual(['plus-1']);
  });

  test('another member who is named is not told of', async () => {
    const { accounts, reply, takenForGranted } = await why(
      'Account plus-1 lost Connects, and stranger-9 did not.',
    );
    expect(accounts).toEqual(['plus-1']);
    expect(reply).not.toMatch(/stranger-9|\b33\b/);
    expect(takenForGranted.join()).toContain('Account stranger-9 is named too');
  });

  test('of accounts of two members, the one that is called so; where that says nothing, neither is told of', async () => {
    const friend = await why('my friend stranger-9 got his monthly ten, I did not. account plus-1');
    expect(friend.accounts).toEqual(['plus-1']);
    expect(friend.reply).not.toMatch(/stranger-9|\b33\b/);
    const both = await why('stranger-9 has monthly Connects and plus-1 has none');
    expect(both.accounts).toEqual([]);
    expect(both.reply).not.toMatch(/stranger-9|plus-1/);
    expect(both.takenForGranted).toEqual([
      'Accounts stranger-9 and plus-1 are named, of different addresses: say by --account whose message it is.',
      'The text does not say whose it is: only rules are told.',
    ]);
    const addressed = await why('plus-1@example.test: monthly? My colleague is stranger-9@example.test');
    expect(addressed.accounts).toEqual(['plus-1']);
    expect(addressed.takenForGranted.join()).toContain('stranger-9@example.test is named too');
    const { code, stderr } = await run('stranger-9 or plus-1?');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('say by --account whose') });
    expect((await why('ann-1 and ann-2: monthly Connects?')).accounts).toEqual(['ann-1', 'ann-2']);
  });

  test('that names nobody but asks about rules is answered by rules alone', async () => {
    const { accounts, reply, takenForGranted } = await why('When do Connects expire?');
    expect({ accounts, reply }).toEqual({ accounts: [], reply: expect.stringContaining('rollover limit') });
    expect(takenForGranted).toContain('The text names no account: only rules are told.');
  });

  test.each([
    ['good morning to you all', [], 2, 'names no account'],
    ['', [], 2, 'the text is empty'],
    ['LONG', [], 2, 'expected at most 20000'],
    ['no Connects', ['--account', 'nobody'], 6, 'there is no account nobody'],
    ['no Connects', ['--email', 'nobody@example.test'], 6, 'no account has the address'],
    ['no Connects', ['--email', 'a@example.test', '--account', 'a'], 2, 'cannot be used with'],
  ])('cannot be told of %p with %j: that ends with %p', async (text, flags, expected, said) => {
    const { code, stdout, stderr } = await run(text === 'LONG' ? LONG : text, ...flags);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toContain(said);
  });
});

describe('what is asked', () => {
  test('goes through the same answers as account explain', async () => {
    const { questions } = await why('Where are my 10 for int-1?', ...ANN);
    const asked = questions.find((one) => one.question.about === 'int-1');
    const { stdout } = await runHere(
      ['account', 'explain', 'ann-1', '--about', 'int-1', '--json', ...AS_OF],
      { app: installation.app },
    );
    expect(asked?.answers).toEqual((JSON.parse(stdout) as { answers: unknown }).answers);
  });

  test('of a date is what was around it, and the billing cycle; that there was nothing is said', async () => {
    const { reply, questions } = await why('10 for 11 April', ...ANN);
    expect(reply).toContain('int-1');
    expect(questions.map((one) => one.question)).toContainEqual({ cycle: '2021-04-11' });
    const none = await why('I replied on 20 January 2021', ...ANN);
    expect(none.reply).toContain(
      'No interview request to you and no reply of yours is recorded on 20 January 2021, or the day before or after.',
    );
  });

  test('of an id alone is what it is, and nothing else', async () => {
    const { questions } = await why('int-1', ...ANN);
    expect(questions.map((one) => one.question)).toEqual([{ about: 'int-1' }]);
    const nothing = await why('Hello there', ...ANN);
    expect(nothing.questions.map((one) => one.question)).toEqual([{}]);
    expect(nothing.reply).toContain('You are on Freelancer Basic and have 94 Connects.');
  });

  test('each thing is told once', async () => {
    const { reply } = await why('int-1, int-1 and prop-1, interview on 11 April and 10 April', ...ANN);
    const paragraphs = reply.split('\n\n');
    expect(paragraphs).toEqual([...new Set(paragraphs)]);
  });
});

test('a letter says once what is next', async () => {
  const { reply } = await why('How do I stand, and when do the next monthly Connects come?', ...ANN);
  expect(reply.split(/Your next billing cycle begins on/)).toHaveLength(2);
});

describe('as people write', () => {
  test.each<[string, string[], (string | RegExp)[], (string | RegExp)[]]>([
    // Misspelt, by another's calendar, without a year.
    ['a client invted me, had the interveiw on 11.04. and nothing', ANN, ['int-1', 'earned 10'], []],
    ['I answered a client on 11/4, where are my ten?', ANN, ['int-1'], ['billing cycle of']],
    ['the client texted me Sunday. connects?', ANN, ['int-2'], []],
    // Another reading of the numbers is looked at where the nearer one finds nothing.
    ['interview on 4/3', ANN, ['No interview request', '3 April 2021'], []],
    ['I sent a proposal on 3/28/21', ANN, ['Proposal prop-1 cost 6'], []],
    // Durations in a job's title are no dates.
    ['No award for the interview on "Assistant for the next 2 weeks"', ANN, ['int-1', 'int-2'], []],
    // What nobody asked about is not told to be missing.
    ['Why 10 more on 1 April 2021?', ANN, ['billing cycle of 1 April 2021'], ['No interview request']],
    ['You credited me double, on 11 April and the 12th; I can return one', ANN, ['int-1'], ['No proposal']],
    ['I got Rising Talent and should have gotten 30', ANN, ['Nothing else earns Connects.'], []],
    [
      'I passed the Readiness Test, no 40 yet',
      ANN,
      ['That you passed the Readiness Test'],
      ['welcome Connects'],
    ],
    ['Can I move some Connects to my brother?', ANN, ['No rule gives Connects'], []],
    ['I joined my agency and it has none', ['--account', 'ann-2'], ['the Agency plan adds none'], []],
    ['If I stop my Plus, do bought ones carry forward?', PLUS, ['If you changed to Freelancer Basic'], []],
    ['I was blocked by you', ANN, ['Monthly Connects are added only to an account that is active'], []],
    [
      'Nothing came since 18 April 2021, I was promised a bonus',
      ANN,
      ['no Connects were added, and none'],
      [],
    ],
  ])('%s', async (text, flags, expected, strange) => {
    const { reply } = await why(text, ...flags);
    for (const one of expected)
      expect(reply).toMatch(one instanceof RegExp ? one : new RegExp(literally(one)));
    for (const one of strange)
      expect(reply).not.toMatch(one instanceof RegExp ? one : new RegExp(literally(one)));
  });

  test('a mail with its head and the answer that it quotes is read for what the member says', async () => {
    const mail = [
      'From: Ann <ann-1@example.test>',
      'To: support@example.test',
      'Date: Tue, 20 Apr 2021 10:12:00 +0200',
      'Subject: Re: no connects',
      '',
      'My interview of 11 April!',
      '',
      'On Mon, 19 Apr 2021 at 9:12 support wrote:',
      '> Please wait until 2 March for account stranger-9.',
    ].join('\n');
    const { accounts, read, takenForGranted, notUnderstood } = await why(mail);
    expect(accounts).toEqual(['ann-1', 'ann-2']);
    expect(read.dates.map((one) => one.from)).toEqual(['2021-04-11']);
    expect(read.emails).toEqual(['ann-1@example.test']);
    expect({ takenForGranted, notUnderstood }).toEqual({
      takenForGranted: ['The year of "11 April" was taken to be 2021.'],
      notUnderstood: [],
    });
    expect((await why('> I replied on 11 April', ...ANN)).reply).toContain('int-1');
  });

  test('what is on the other account of the same address is said, by ids alone', async () => {
    const { reply } = await why('I sent a proposal with ann-1 on 12 April, but it was not charged');
    expect(reply).toContain(
      'This account has no proposals on 12 April 2021, or the day before or after. Your other account, ann-2, has: prop-a.',
    );
  });

  test('of several dates, only what was nowhere is told to be missing', async () => {
    const { reply } = await why(
      '1) proposal of 28 March declined 2) I replied on 11 April 3) an interview on 20 January 2021',
      ...ANN,
    );
    expect(reply).toContain('Proposal prop-1 cost 6');
    expect(reply).toContain('int-1');
    expect(reply).toContain(
      'No interview request to you and no reply of yours is recorded on 20 January 2021',
    );
    expect(reply).not.toMatch(/No (interview request to you|proposal of yours)[^.]*(28 March|11 April)/);
  });

  test('of a day on which nothing began, what happened since is told', async () => {
    const { reply } = await why('on 17 April 2021', ...ANN);
    expect(reply).toContain('Since 16 April 2021 4 Connects were added: 4 returned.');
  });

  test('the weekly limit is told of one time only', async () => {
    const { reply } = await why('No monthly Connects, and what of the weekly limit?', ...ANN);
    expect(reply.match(/The fullest 7 days/g)).toHaveLength(1);
  });
});

describe('what is said to whoever sends the reply', () => {
  test('whose account it does not name, as it is of another address', async () => {
    const { takenForGranted, reply } = await why('prop-1 was sent from the wrong account', ...PLUS);
    expect(reply).toContain('Proposal prop-1 was sent from another account, not from this one');
    expect(reply).not.toContain('ann-1');
    expect(takenForGranted).toContain(
      'Account ann-1 is meant by "another account": it has another address, so the reply does not name it.',
    );
    const own = await why('prop-a was sent from the wrong account', ...ANN);
    expect(own.takenForGranted.join()).not.toContain('another address');
  });

  test('the year that was taken for granted, and where nothing was dated', async () => {
    expect((await why('I replied on 11 April', ...ANN)).takenForGranted).toEqual([
      'The year of "11 April" was taken to be 2021.',
    ]);
    expect((await why('I replied to a client', ...ANN)).takenForGranted).toEqual([
      'No date is named: the last 30 days were looked at.',
    ]);
  });

  test('ids that are none here, addresses that nobody has, and sentences without any meaning here', async () => {
    const { notUnderstood } = await why(
      'Hello there. Proposal zz-99 is missing. The weather was rather nice. My monthly Connects? from who@example.test',
      ...ANN,
    );
    expect(notUnderstood).toEqual([
      'who@example.test is no account, address, proposal, interview request or event here.',
      'zz-99 is no account, address, proposal, interview request or event here.',
      '"The weather was rather nice"',
    ]);
  });

  test('as text: the reply first, then what it is told from, within 100 columns', async () => {
    const { code, stdout } = await run('10 for 11 April', ...ANN);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Reply to send\n-{13}\n\nHello,\n/);
    for (const title of ['Told from', 'Read from the text', 'Taken for granted'])
      expect(stdout).toContain(`\n${title}\n---`);
    expect(stdout).toContain('"11 April" as 2021-04-11');
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  test('what steers a terminal is shown by its number', async () => {
    const { stdout } = await run('The \u001B[31mweather\u0007 was rather nice. My monthly Connects?', ...ANN);
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000B-\u001F]/);
    expect(stdout).toContain('\\u001b[31mweather\\u0007');
  });
});

test('the text may come from standard input', async () => {
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin') as PropertyDescriptor;
  Object.defineProperty(process, 'stdin', {
    ...stdin,
    get: () => Readable.from([Buffer.from('10 for 11 April')]),
  });
  try {
    expect((await why('-', ...ANN)).read.dates).toEqual([
      { text: '11 April', from: '2021-04-11', to: '2021-04-11' },
    ]);
  } finally {
    Object.defineProperty(process, 'stdin', stdin);
  }
});
