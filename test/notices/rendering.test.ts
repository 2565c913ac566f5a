/** What members read: numbers, sentences, escaping and structure of every kind. */
import { NOTICE_KINDS, type NoticeKind } from '../../src/domain/notice-kinds.ts';
import type { Settlement } from '../../src/domain/settle.ts';
import { type NoticeFacts, renderNotice } from '../../src/notices/notice.ts';
import type { Message, NoticeContext } from '../../src/notices/page.ts';
import { sampleOf } from '../../src/notices/samples.ts';
import { cycleDays } from '../../src/notices/words.ts';

const PREFERENCES = 'https://example.test/emails?account=a1';

const sample = (kind: NoticeKind, more: Partial<NoticeContext> = {}): Message => {
  const { facts, context } = sampleOf(kind);
  return renderNotice(facts, { ...context, ...more });
};

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
    const lines = message.text.split('\n').map((line) => line.replace(/^[\s*]+/, ''));
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

  it('needs no image, no script and nothing from elsewhere, and knows the dark', () => {
    expect(message.html).not.toMatch(/<img|<script|url\(|<link/);
    expect(message.html).toContain('prefers-color-scheme:dark');
    expect(message.html).toContain('name="viewport"');
  });

  it('begins with words for the inbox that the page does not show', () => {
    expect(message.html).toMatch(/<div style="display:none[^>]*>[^<]{20,}<\/div>/);
  });

  it('names the zone of its dates, and the rule behind its numbers', () => {
    expect(message.text).toContain('Europe/Berlin');
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
  ...{ cycleOn: on, nextOn, startsAt: Date.parse(on), plan: 'basic', cap: 200, code: 'granted' },
  ...{ opening: 0, carried: 0, expired: 0, free: 10, paid: 0, recovered: 0, closing: 10 },
  ...more,
});

const grant = (cycles: readonly Settlement[], more: Partial<NoticeContext> = {}): Message => {
  const last = cycles.at(-1) as Settlement;
  const context = { zone: 'UTC', cycleOn: last.cycleOn, nextCycleOn: last.nextOn, ...more };
  return renderNotice({ kind: 'grant', cycles }, context);
};

describe('a grant', () => {
  it('of one cycle says what was added, the balance, the days of the cycle and the next date', () => {
    const { subject, text } = grant([cycle('2021-01-11', '2021-02-11', {})]);
    expect(subject).toBe('Your Connects are available: 10 added');
    expect(text).toContain('Free monthly Connects: +10');
    expect(text).toContain('Balance after this: 10 Connects');
    expect(text).toContain('This billing cycle: 11 January to 10 February 2021');
    expect(text).toContain('Next Connects: 11 February 2021');
    expect(text).toContain('Freelancer Basic includes 10 free Connects at the start of every billing cycle.');
    expect(text).toContain('Your billing cycle begins on the 11th of every month.');
  });

  it('says what expired and why', () => {
    const { text } = grant([
      cycle('2021-01-11', '2021-02-11', { opening: 207, carried: 200, expired: 7, closing: 210 }),
    ]);
    expect(text).toContain('Expired, above the rollover limit of 200: −7');
    expect(text).toContain(
      'On 11 January 2021 you had 207 Connects. Up to 200 roll over into a new cycle, so 7 expired',
    );
    expect(text).toContain('Your balance: 200 rolled over and 10 added make 210.');
  });

  it('that is an expiry alone says so in its subject, one Connect in the singular', () => {
    const agency = { plan: 'agency', free: 0, cap: 400, code: 'no-monthly-grant' } as const;
    const five = { ...agency, opening: 405, carried: 400, expired: 5, closing: 400 };
    expect(grant([cycle('2021-01-11', '2021-02-11', five)]).subject).toBe('5 Connects have expired');
    const one = { ...agency, opening: 401, carried: 400, expired: 1, closing: 400 };
    expect(grant([cycle('2021-01-11', '2021-02-11', one)]).subject).toBe('1 Connect has expired');
  });

  it('of which something is taken back adds less, and says why', () => {
    const plus = { plan: 'plus', paid: 70, recovered: 12, closing: 68 } as const;
    const { subject, text } = grant([cycle('2021-01-11', '2021-02-11', plus)]);
    expect(subject).toBe('Your Connects are available: 68 added');
    expect(text).toContain('Owed Connects taken back: −12');
    expect(text).toContain('12 Connects were taken back: a payment failed');
  });

  it('of many cycles lists each, and leaves none out of its sums', () => {
    const cycles = Array.from({ length: 100 }, (_, index) => {
      const month = (at: number) =>
        `${2000 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-11`;
      const carried = index * 10;
      return cycle(month(index), month(index + 1), {
        cap: null,
        opening: carried,
        carried,
        closing: carried + 10,
      });
    });
    const { subject, text, html } = grant(cycles);
    expect(subject).toBe('Your Connects are available: 1,000 added');
    const amounts = [...text.matchAll(/: \+([\d,]+)$/gm)].map(([, amount = '']) =>
      Number(amount.replace(',', '')),
    );
    expect(amounts.at(-1)).toBe(1_000);
    expect(amounts.slice(0, -1).reduce((sum, one) => sum + one, 0)).toBe(1_000);
    expect(html.length).toBeLessThan(100_000);
  });

  it('told after an upgrade shows the dates that hold now', () => {
    const { text } = grant([cycle('2021-01-11', '2021-02-11', {})], {
      cycleOn: '2021-01-20',
      nextCycleOn: '2021-02-20',
    });
    expect(text).toContain('This billing cycle: 20 January to 19 February 2021');
    expect(text).toContain('your billing cycle now counts from 20 January 2021');
    expect(text).not.toContain('11 February');
  });

  it('of an account that is closed by now promises no next date', () => {
    const { text } = grant([cycle('2021-01-11', '2021-02-11', {})], { nextCycleOn: null });
    expect(text).not.toContain('Next Connects');
    expect(text).toContain('there are no further billing cycles');
  });
});

const told = (facts: NoticeFacts, more: Partial<NoticeContext> = {}): Message =>
  renderNotice(facts, { zone: 'UTC', cycleOn: '2021-03-16', nextCycleOn: '2021-04-16', ...more });

describe('an interview award', () => {
  const { facts } = sampleOf('interview-award');
  const award = facts as Extract<NoticeFacts, { kind: 'interview-award' }>;

  it('names the proposal, the award and how much of the window is used', () => {
    const { subject, text } = told(award);
    expect(subject).toBe('Interview: 10 Connects added for your proposal');
    expect(text).toContain('because of your proposal p-20417');
    expect(text).toContain('You have used 30 of 50 in the last 7 days.');
    expect(text).toContain('Back for proposal p-20417: +4');
    expect(text).toContain('Interview award: +6');
  });

  it('that the window cut short says by what', () => {
    const { subject, text } = told({ ...award, held: 46, award: 4, refund: 0 });
    expect(subject).toContain('4 Connects');
    expect(text).toContain('This time it was 4: 46 of 50 had been used already');
    expect(text).toContain('You have used 50 of 50');
  });

  it('that arrived late says up to when its window reached', () => {
    const late = { ...award, windowEndsAt: award.repliedAt + 3 * 86_400_000 };
    expect(told(late).text).toContain('in the 7 days up to 19 March 2021, 10:00');
  });

  it('shows the moment of the reply on the member’s own clock', () => {
    expect(told(award, { zone: 'America/New_York' }).text).toContain('you replied on 16 March 2021, 06:00');
    expect(told(award, { zone: 'Pacific/Auckland' }).text).toContain('you replied on 16 March 2021, 23:00');
  });

  it('cannot be made to say something else by the name of a proposal', () => {
    const { html } = told({ ...award, proposal: '<b onload="x">&' });
    expect(html).toContain('&lt;b onload=&quot;x&quot;&gt;&amp;');
    expect(html).not.toContain('<b onload');
  });
});

describe('changes of plan', () => {
  it('explain the share of the month that an upgrade gives', () => {
    const { text } = sample('upgrade');
    expect(text).toContain('15 of 31 days of the cycle that began on 1 March 2021');
    expect(text).toContain('10 × 15 ÷ 31, rounded down, is 4.');
    expect(text).toContain('Connects of Freelancer Plus: +70');
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

  it.each([
    ['next-cycle', 'You are on Freelancer Basic from 16 March 2021.', 'nothing was taken back'],
    ['earlier-cycle', 'You are on Freelancer Basic now.', 'That cycle is over, so nothing was taken back.'],
  ] as const)('say what a payment that failed for the %s did', (which, plan, why) => {
    const nothing = { paid: 0, reversed: 0, owed: 0, owedInAll: 0, balance: undefined };
    const { subject, text } = told({ kind: 'payment-failed', failedOn: '2021-03-16', which, ...nothing });
    expect(subject).toBe('Your payment failed: no Connects taken back');
    expect(text).toContain(plan);
    expect(text).toContain(why);
    expect(text).toContain('Balance: unchanged');
  });

  it('say what was taken back and what is owed', () => {
    const { text } = sample('payment-failed');
    expect(text).toContain('Connects of Freelancer Plus taken back: −58');
    expect(text).toContain('Owed: 12 Connects');
    expect(text).toContain('The cycle had been given 70; 12 of them were spent already.');
  });
});

it('a reminder says how many, when and what to do', () => {
  const { subject, text } = sample('reminder');
  expect(subject).toBe('23 Connects will expire on 16 April 2021');
  expect(text).toContain('Last moment: 16 April 2021, 00:00');
  expect(text).toContain('What you can do: send proposals with 23 or more of your Connects before then.');
  expect(text).toContain('223 − 200 = 23.');
});

it('the days of a cycle are written as people write them', () => {
  expect(cycleDays('2021-01-01', '2021-02-01')).toBe('1 to 31 January 2021');
  expect(cycleDays('2021-03-16', '2021-04-16')).toBe('16 March to 15 April 2021');
  expect(cycleDays('2020-12-20', '2021-01-20')).toBe('20 December 2020 to 19 January 2021');
});
