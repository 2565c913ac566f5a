/** What members read: numbers, sentences, escaping and structure of every kind. */
import { NOTICE_KINDS, type NoticeKind } from '../../src/domain/notice-kinds.ts';
import type { Settlement } from '../../src/domain/settle.ts';
import type { Since } from '../../src/notices/grant-notice.ts';
import { type NoticeFacts, renderNotice } from '../../src/notices/notice.ts';
import type { Message, NoticeContext } from '../../src/notices/page.ts';
import { sampleOf } from '../../src/notices/samples.ts';
import { cycleDays, day, shortDay } from '../../src/notices/words.ts';

const PREFERENCES = 'https://example.test/emails?account=a1';

const sample = (kind: NoticeKind, more: Partial<NoticeContext> = {}): Message => {
  const { facts, context } = sampleOf(kind);
  return renderNotice(facts, { ...context, ...more });
};

/** The words of the plain text, whatever the lines. */
const said = ({ text }: Message): string => text.replaceAll(/\s+/g, ' ');

/** WCAG 2: how much lighter one colour is than another. */
function contrast(one = '', other = ''): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The visible words of an HTML message, in order. */
const wordsOf = (html: string): string =>
  html
    .replace(/^[\s\S]*<h1/, '<h1')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ');

describe.each(NOTICE_KINDS)('the %s email', (kind) => {
  const message = sample(kind, { preferencesUrl: PREFERENCES });

  it('says the amount in its subject, on one line of a length that inboxes show', () => {
    expect(message.subject).toMatch(/\d+ Connects|\d+ added/);
    expect(message.subject).not.toMatch(/[\r\n]/);
    expect(message.subject.length).toBeLessThanOrEqual(60);
  });

  it('says in HTML every line that it says in text', () => {
    const words = wordsOf(message.html);
    const lines = message.text.split('\n').map((line) => line.replace(/^[\s*]+|:$/g, ''));
    for (const line of lines.filter((one) => /\w/.test(one) && !one.includes('http')))
      for (const part of line.split(/: (?=[+−\d])/)) expect(words).toContain(part.replaceAll(/\s+/g, ' '));
  });

  it('has one first heading, second ones, and a language', () => {
    expect(message.html.match(/<h1[ >]/g)).toHaveLength(1);
    expect(message.html.match(/<h2[ >]/g)?.length).toBeGreaterThanOrEqual(2);
    expect(message.html).toContain('<html lang="en">');
    expect(message.html).toContain('<title>');
  });

  it('tells layout from numbers: tables for layout have a role, those with numbers have named rows', () => {
    const tables = message.html.split('<table').slice(1);
    expect(tables.filter((one) => one.startsWith(' role="presentation"'))).toHaveLength(2);
    const ofNumbers = tables.filter((one) => !one.startsWith(' role="presentation"'));
    expect(ofNumbers.length).toBeGreaterThanOrEqual(1);
    for (const table of ofNumbers) {
      expect(table).toMatch(/^[^>]*aria-label="/);
      expect(table.match(/<th scope="row"/g)?.length).toBeGreaterThanOrEqual(1);
    }
  });

  it('tells a reader aloud where the message begins, where its main part is and where its footer', () => {
    expect(message.html).toMatch(/<div role="article"[^>]* aria-label="[^"]+" lang="en">/);
    for (const landmark of ['main', 'contentinfo'])
      expect(message.html.match(new RegExp(`role="${landmark}"`, 'g'))).toHaveLength(1);
  });

  it('keeps its plain text within 76 columns, links aside', () => {
    const long = message.text.split('\n').filter((line) => line.length > 76 && !line.startsWith('http'));
    expect(long).toEqual([]);
  });

  it('is readable on both grounds: the contrast of its words is 7:1 or better', () => {
    const [head = '', card = '', foot = ''] = message.html.split(/<body|role="contentinfo"/);
    const coloursOf = (part: string, pattern: RegExp) => [...part.matchAll(pattern)].map(([, one]) => one);
    for (const one of coloursOf(card, /;color:(#[0-9a-f]{6})/g))
      expect(contrast(one, '#ffffff')).toBeGreaterThanOrEqual(7);
    for (const one of coloursOf(foot, /color:(#[0-9a-f]{6})/g))
      expect(contrast(one, '#eef2ef')).toBeGreaterThanOrEqual(7);
    const dark = coloursOf(head, /[{]color:(#[0-9a-f]{6})!/g);
    expect(dark).toHaveLength(5);
    for (const one of dark)
      for (const ground of ['#0e1310', '#171e1a']) expect(contrast(one, ground)).toBeGreaterThanOrEqual(7);
  });

  it('needs no image, no script and nothing from elsewhere, and knows the dark', () => {
    expect(message.html).not.toMatch(/<img|<script|url\(|<link/);
    expect(message.html).toContain('prefers-color-scheme:dark');
    expect(message.html).toContain('name="viewport"');
  });

  it('begins with words for the inbox that the page does not show', () => {
    expect(message.html).toMatch(/<div style="display:none[^>]*>[^<&]{20,}(&#847;&zwnj;&nbsp;){60}<\/div>/);
  });

  it('names the account, the zone of its dates, and the rule behind its numbers', () => {
    expect(said(message)).toContain(
      'about the account sample. Dates are those of its time zone, Europe/Berlin.',
    );
    expect(message.text).toContain('Why these numbers');
  });

  it('links to the choice of emails only where there is one', () => {
    const optional = ['grant', 'backfill', 'reminder'].includes(kind);
    expect(message.text.includes(PREFERENCES)).toBe(optional);
    expect(message.html.includes(PREFERENCES)).toBe(optional);
    expect(sample(kind).html).not.toContain('<a ');
  });
});

const cycle = (on: string, nextOn: string, more: Partial<Settlement>): Settlement => ({
  cycleOn: on,
  nextOn,
  startsAt: Date.parse(on),
  plan: 'basic',
  cap: 200,
  code: 'granted',
  opening: 0,
  carried: 0,
  expired: 0,
  free: 10,
  paid: 0,
  recovered: 0,
  closing: 10,
  ...more,
});

const grant = (
  cycles: readonly Settlement[],
  { since, ...more }: Partial<NoticeContext> & { since?: Since } = {},
): Message => {
  const last = cycles.at(-1) as Settlement;
  const context = { account: 'a1', zone: 'UTC', nextCycleOn: last.nextOn, ...more };
  return renderNotice({ kind: 'grant', cycles, since }, context);
};

describe('a grant', () => {
  it('of one cycle says what was added, the balance, the days of the cycle and the next date', () => {
    const message = grant([cycle('2021-01-11', '2021-02-11', {})]);
    const { subject, text } = message;
    expect(subject).toBe('Your Connects are available: 10 added');
    expect(text).toContain('Free monthly Connects: +10');
    expect(text).toContain('Balance after this: 10 Connects');
    expect(text).toContain('This billing cycle: 11 January to 10 February 2021');
    expect(text).toContain('Next Connects: 11 February 2021');
    expect(said(message)).toContain(
      'Freelancer Basic includes 10 free Connects at the start of every billing cycle.',
    );
    expect(text).toContain('Your billing cycle begins on the 11th of every month.');
  });

  it('says what expired and why, in its subject and its preview too', () => {
    const capped = { opening: 1_234, carried: 200, expired: 1_034, closing: 210 };
    const message = grant([cycle('2021-01-11', '2021-02-11', capped)]);
    expect(message.subject).toBe('Your Connects are available: 10 added, 1,034 expired');
    expect(message.html).toContain(
      '>Your balance is 210 Connects. 1,034 Connects above the rollover limit expired.',
    );
    expect(message.text).toContain('Expired, above the rollover limit of 200: −1,034');
    expect(said(message)).toContain(
      'On 11 January 2021 you had 1,234 Connects. Up to 200 roll over into a new cycle, so 1,034 expired; that ' +
        'happens before the new ones are added.',
    );
    expect(message.text).toContain('Your balance: 200 rolled over and 10 added make 210.');
  });

  it('that is an expiry alone says so in its subject, one Connect in the singular, and speaks of no new ones', () => {
    const agency = { plan: 'agency', free: 0, cap: 400, code: 'no-monthly-grant' } as const;
    const five = { ...agency, opening: 405, carried: 400, expired: 5, closing: 400 };
    const message = grant([cycle('2021-01-11', '2021-02-11', five)]);
    expect(message.subject).toBe('5 Connects have expired');
    expect(said(message)).toContain('Up to 400 roll over into a new cycle, so 5 expired. ');
    expect(said(message)).not.toContain('new ones');
    const one = { ...agency, opening: 401, carried: 400, expired: 1, closing: 400 };
    expect(grant([cycle('2021-01-11', '2021-02-11', one)]).subject).toBe('1 Connect has expired');
  });

  it('of which something is taken back adds less, and says why', () => {
    const plus = { plan: 'plus', paid: 70, recovered: 12, closing: 68 } as const;
    const message = grant([cycle('2021-01-11', '2021-02-11', plus)]);
    expect(message.subject).toBe('Your Connects are available: 68 added');
    expect(message.text).toContain('Owed Connects taken back: −12');
    expect(said(message)).toContain('12 Connects were taken back: a payment failed');
  });

  const monthOf = (at: number) =>
    `${2000 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-11`;
  const months = (length: number, more: Partial<Settlement>): Settlement[] =>
    Array.from({ length }, (_, at) => cycle(monthOf(at), monthOf(at + 1), more));
  const FULL = { plan: 'plus', opening: 280, carried: 200, expired: 80, paid: 70, closing: 280 } as const;

  it.each([3, 12])('of %d cycles says of each what was added and what expired, line by line', (length) => {
    const cycles = months(length, FULL);
    const { text, html } = grant(cycles);
    for (const { cycleOn } of cycles)
      expect(wordsOf(html)).toContain(
        `Cycle of ${day(cycleOn)} Expired, above the rollover limit of 200 −80 Free monthly Connects +10`,
      );
    expect(text).toContain('Change in all: +0');
  });

  it.each([13, 50, 90])('of %d cycles says of each what was added and what expired, a row each', (length) => {
    const cycles = months(length, FULL);
    const { text, html } = grant(cycles);
    const words = wordsOf(html);
    for (const { cycleOn } of cycles) {
      expect(text).toContain(`  ${shortDay(cycleOn)}: 80 expired, 80 added, balance 280 Connects\n`);
      expect(words).toContain(`${shortDay(cycleOn)} −80 +80 280`);
    }
    expect(text).toContain('Change in all: +0');
    expect(text).toContain(`At the start of ${length - 3} earlier cycles Connects expired likewise`);
    expect(html.length).toBeLessThan(90_000);
  });

  it('of more cycles than a letter holds sums up the oldest, and leaves none out', () => {
    const { subject, text, html } = grant(months(200, FULL));
    expect(subject).toBe('Your Connects are available: 16,000 added, 16,000 expired');
    expect(text).toContain('  110 cycles before: 8,800 expired, 8,800 added, balance 280 Connects');
    expect(text).toContain('Expired, above the rollover limit of 200: −16,000');
    expect(text).toContain('Free monthly Connects: +2,000');
    expect(text).toContain('Monthly Connects of Freelancer Plus: +14,000');
    expect(html.length).toBeLessThan(90_000);
  });

  it('of many cycles in which nothing expired has no word of expiry', () => {
    const { text, html } = grant(months(20, { cap: null }));
    expect(text).toContain('  11 Jan 2000: 10 added, balance 10 Connects');
    expect(text + html).not.toMatch(/expired/i);
  });

  it('told after an upgrade says from when cycles are counted now, and no date that will not come', () => {
    const message = grant([cycle('2021-01-11', '2021-02-11', {})], {
      since: { what: 'plan-change', countsFromOn: '2021-01-20' },
      nextCycleOn: '2021-02-20',
    });
    expect(message.text).toContain('Billing cycles count from: 20 January 2021');
    expect(message.text).toContain('Next billing cycle: 20 February 2021');
    expect(said(message)).toContain(
      'Your plan has changed since: your billing cycle now counts from 20 January 2021.',
    );
    expect(message.text).not.toContain('11 February');
  });

  it('told after a later cycle has begun shows its own dates, and speaks of no change of plan', () => {
    const message = grant([cycle('2021-01-11', '2021-02-11', {})], { since: { what: 'later-cycle' } });
    expect(message.text).toContain('Billing cycle of this email: 11 January to 10 February 2021');
    expect(message.text).toContain('The cycle after it: 11 February 2021');
    expect(said(message)).toContain('A later billing cycle has begun since.');
    expect(message.text).not.toContain('plan has changed');
  });

  it('of an account that is closed by now promises no next date', () => {
    const { text } = grant([cycle('2021-01-11', '2021-02-11', {})], { nextCycleOn: null });
    expect(text).not.toContain('Next Connects');
    expect(text).toContain('there are no further billing cycles');
  });
});

const told = (facts: NoticeFacts, more: Partial<NoticeContext> = {}): Message =>
  renderNotice(facts, { account: 'a1', zone: 'UTC', nextCycleOn: '2021-04-16', ...more });

describe('an interview award', () => {
  const { facts } = sampleOf('interview-award');
  const award = facts as Extract<NoticeFacts, { kind: 'interview-award' }>;

  it('names the proposal, the award and how much of the window is used', () => {
    const message = told(award);
    expect(message.subject).toBe('Interview: 10 Connects added for your proposal');
    expect(said(message)).toContain('because of your proposal p-20417');
    expect(said(message)).toContain('You have used 30 of 50 in the last 7 days.');
    expect(message.text).toContain('Back for proposal p-20417: +4');
    expect(message.text).toContain('Interview award: +6');
    expect(said(message)).toContain(
      'two transactions: 4 back for what proposal p-20417 had cost, and 6 on top.',
    );
  });

  it('that only gives back a part of what the proposal had cost is one transaction', () => {
    const message = told({ ...award, refund: 10 });
    expect(said(message)).toContain('as one transaction: 10 back for what proposal p-20417 had cost.');
    expect(said(message)).not.toContain('two transactions');
  });

  it('that the window cut short says by what', () => {
    const message = told({ ...award, held: 46, award: 4, refund: 0 });
    expect(message.subject).toContain('4 Connects');
    expect(said(message)).toContain('This time it was 4: 46 of 50 had been used already');
    expect(said(message)).toContain('You have used 50 of 50');
  });

  it('that arrived late says up to when its window reached', () => {
    const late = { ...award, windowEndsAt: award.repliedAt + 3 * 86_400_000 };
    expect(said(told(late))).toContain('in the 7 days up to 19 March 2021, 10:00');
  });

  it('shows the moment of the reply on the member’s own clock', () => {
    const on = (zone: string) => said(told(award, { zone }));
    expect(on('America/New_York')).toContain('you replied on 16 March 2021, 06:00');
    expect(on('Pacific/Auckland')).toContain('you replied on 16 March 2021, 23:00');
  });

  it('cannot be made to say something else by the name of a proposal', () => {
    const { html } = told({ ...award, proposal: '<b onload="x">&' });
    expect(html).toContain('&lt;b onload=&quot;x&quot;&gt;&amp;');
    expect(html).not.toContain('<b onload');
  });
});

describe('changes of plan', () => {
  it('explain the share of the month that an upgrade gives', () => {
    const message = sample('upgrade');
    expect(said(message)).toContain('15 of 31 days of the cycle that began on 1 March 2021');
    expect(said(message)).toContain('10 × 15 ÷ 31, rounded down, is 4.');
    expect(message.text).toContain('Connects of Freelancer Plus: +70');
  });

  it('say nothing of a share where an account opens on Plus', () => {
    const { facts } = sampleOf('upgrade');
    const { text } = told({
      ...(facts as Extract<NoticeFacts, { kind: 'upgrade' }>),
      ended: undefined,
      free: 0,
    });
    expect(text).toContain('Your Freelancer Plus membership has begun: 70 Connects added');
    expect(text).not.toContain('rounded down');
  });

  const { facts: paymentFacts } = sampleOf('payment-failed');
  const payment = paymentFacts as Extract<NoticeFacts, { kind: 'payment-failed' }>;

  it.each([
    ['next-cycle', 'Your plan is Freelancer Basic from 16 March 2021.', 'nothing was taken back'],
    [
      'earlier-cycle',
      'Your plan is Freelancer Basic from 20 March 2021.',
      'That cycle was over, so nothing was',
    ],
  ] as const)('say what a payment that failed for the %s did', (which, plan, why) => {
    const nothing = { paid: 0, reversed: 0, owed: 0, owedInAll: 0, balance: 1_064 };
    const message = told({ ...payment, which, ...nothing });
    expect(message.subject).toBe('Your payment failed: no Connects taken back');
    expect(said(message)).toContain(plan);
    expect(said(message)).toContain(why);
    expect(message.text).toContain('Balance after this: 1,064 Connects');
  });

  it('say what was taken back and what is owed, in the subject too', () => {
    const message = sample('payment-failed');
    expect(message.subject).toBe('Your payment failed: 58 Connects taken back, 12 owed');
    expect(message.text).toContain('Connects of Freelancer Plus taken back: −58');
    expect(message.text).toContain('Owed: 12 Connects');
    expect(said(message)).toContain(
      'The cycle had been given 70 Connects, and 12 of them were spent already.',
    );
    const all = told({ ...payment, reversed: 0, owed: 70, owedInAll: 82 });
    expect(all.subject).toBe('Your payment failed: 70 Connects owed');
    expect(said(all)).toContain('and all of them were spent already');
    expect(said(all)).toContain('Together with the 12 that you owed before, that is 82.');
  });

  it.each([
    ['upgrade', 'mend your payment method and upgrade again'],
    ['upgraded-again', 'You have upgraded again since'],
    ['reinstatement', 'Your account is suspended: you can upgrade again once that has ended.'],
    ['none', 'Your account is closed'],
  ] as const)('advise only what would work: %s', (remedy, advice) => {
    const message = said(told({ ...payment, remedy }));
    expect(message).toContain(advice);
    expect(message.includes('mend your payment method')).toBe(remedy === 'upgrade');
  });
});

describe('corrections', () => {
  it('tell in a digest what of a past cycle went to what was owed, and why', () => {
    const message = told({
      kind: 'backfill',
      cycles: [{ cycleOn: '2021-02-16', free: 10, paid: 70, recovered: 70, balance: 10 }],
      balance: 10,
    });
    expect(message.subject).toBe('10 Connects added for a past billing cycle');
    expect(message.text).toContain('Monthly Connects of Freelancer Plus: +70');
    expect(message.text).toContain('Owed Connects taken back: −70');
    expect(message.text).toContain('In all: +10');
    expect(said(message)).toContain('70 Connects were taken back at once: you owed them');
  });

  it('of many past cycles keep a row for each, and the length that mail programs show', () => {
    const cycles = Array.from({ length: 60 }, (_, at) => ({
      cycleOn: `20${10 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-16`,
      free: 10,
      paid: 70,
      recovered: 0,
      balance: 80 * (at + 1),
    }));
    const { text, html } = told({ kind: 'backfill', cycles, balance: 4_800 });
    expect(text).toContain('Free monthly Connects: +600');
    expect(text).toContain('  16 Jan 2010: 80 added, balance 80 Connects');
    expect(text).toContain('  16 Dec 2014: 80 added, balance 4,800 Connects');
    expect(html.length).toBeLessThan(90_000);
  });

  it('say what is owed again', () => {
    const { facts } = sampleOf('reversal');
    const reversal = facts as Extract<NoticeFacts, { kind: 'reversal' }>;
    expect(said(told({ ...reversal, owed: 12 }))).toContain(
      '12 Connects that the mistaken cycle had put towards',
    );
    expect(said(told(reversal))).not.toContain('owed again');
  });
});

it('a reminder says how many, when and what to do', () => {
  const message = sample('reminder');
  const { subject, text } = message;
  expect(subject).toBe('23 Connects will expire on 16 April 2021');
  expect(text).toContain('Use them before: 16 April 2021, 00:00');
  expect(said(message)).toContain(
    'What you can do: send proposals with 23 or more of your Connects before then.',
  );
  expect(said(message)).toContain('223 − 200 = 23.');
});

it('the days of a cycle are written as people write them', () => {
  expect(cycleDays('2021-01-01', '2021-02-01')).toBe('1 to 31 January 2021');
  expect(cycleDays('2021-03-16', '2021-04-16')).toBe('16 March to 15 April 2021');
  expect(cycleDays('2020-12-20', '2021-01-20')).toBe('20 December 2020 to 19 January 2021');
});
