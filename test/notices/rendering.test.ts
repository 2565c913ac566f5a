/** What members read: sentences, escaping and structure of every kind, in every language. */
import type { NoticeKind } from '../../src/domain/notice-kinds.ts';
import { type NoticeFacts, renderNotice } from '../../src/notices/notice.ts';
import type { Message, NoticeContext } from '../../src/notices/page.ts';
import { sampleOf } from '../../src/notices/samples.ts';
import { LOCALES } from '../../src/texts/catalogue.ts';
import { LETTER_VARIANTS, contextWith, cycleOf, cyclesFrom, factsOf } from '../support/letter-variants.ts';

const PREFERENCES = 'https://example.test/emails?account=a1';
const OWN_PAGE = { url: 'https://example.test/m/abc', until: '2021-04-16' };
const PLACES = { preferencesUrl: PREFERENCES, ownPage: OWN_PAGE, contact: 'help@example.test' };

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
    .replace(/^[\s\S]*<div role="article"/, '<div')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ');

const VARIANTS = LOCALES.flatMap((locale) =>
  LETTER_VARIANTS.map(([name, { facts, context }]): [string, NoticeFacts, Message, string] => [
    `${name} (${locale})`,
    facts,
    renderNotice(facts, { ...context, ...PLACES, locale }),
    locale,
  ]),
);

describe('every letter, in every language', () => {
  /** Of those of which it is not so. */
  const otherwise = (isSo: (message: Message, facts: NoticeFacts, locale: string) => unknown): string[] =>
    VARIANTS.filter(([, facts, message, locale]) => !isSo(message, facts, locale)).map(([name]) => name);

  it('has a subject that inboxes show, and lines that no mail program breaks', () => {
    expect(otherwise(({ subject }) => /^.{10,64}$/.test(subject))).toEqual([]);
    const fits = (line: string) => line.length <= 76 || line.startsWith('http');
    expect(otherwise(({ text }) => text.split('\n').every(fits))).toEqual([]);
    expect(otherwise(({ html }) => html.length < 90_000)).toEqual([]);
  });

  it('says in HTML every line that it says in text', () => {
    // Rows of cycles are a table there, and the sums tell whether it says the same.
    const isLine = (line: string) =>
      /\w/.test(line) && !line.includes('http') && !/(balance|saldo) [\d.,]+$/.test(line);
    const missing = VARIANTS.flatMap(([name, , { text, html }]) => {
      const words = wordsOf(html);
      const lines = text.split('\n').map((one) => one.replaceAll(/^[\s*]+|:$/g, ''));
      return lines
        .filter((line) => isLine(line) && !words.includes(line.replaceAll(/\s+/g, ' ')))
        .map((line) => `${name}: ${line}`);
    });
    expect(missing).toEqual([]);
  });

  it('has a language, one first heading, landmarks for reading aloud, and no word of code', () => {
    const once = (html: string, part: string) => html.split(part).length === 2;
    expect(otherwise(({ html }, _, locale) => html.includes(`<html lang="${locale}">`))).toEqual([]);
    expect(
      otherwise(({ html }, _, locale) =>
        new RegExp(`<div role="article"[^>]* aria-label="[^"]+" lang="${locale}">`).test(html),
      ),
    ).toEqual([]);
    for (const part of ['<h1 ', 'role="main"', 'role="contentinfo"'])
      expect(otherwise(({ html }) => once(html, part))).toEqual([]);
    expect(otherwise(({ text }) => !/[{}]|undefined|NaN/.test(text))).toEqual([]);
  });

  it('begins with words for the inbox that the page does not show', () => {
    const preheader = /<div style="display:none[^>]*>[^<&]{15,}(&#847;&zwnj;&nbsp;){60}<\/div>/;
    expect(otherwise(({ html }) => preheader.test(html))).toEqual([]);
  });

  it('links to the member’s page and to whom to ask; to the choice of emails where there is one', () => {
    const links = (part: string) => part.includes(OWN_PAGE.url) && part.includes('help@example.test');
    expect(otherwise(({ html, text }) => links(html) && links(text))).toEqual([]);
    const isOptional = (kind: NoticeKind) => ['grant', 'backfill', 'reminder'].includes(kind);
    for (const part of ['html', 'text'] as const)
      expect(
        otherwise((message, { kind }) => message[part].includes(PREFERENCES) === isOptional(kind)),
      ).toEqual([]);
  });
});

describe('a letter', () => {
  it('without addresses to lead to has no link', () => {
    expect(sample('grant').html).not.toContain('<a ');
    expect(sample('grant').text).not.toContain('http');
  });

  it('is readable on both grounds: the contrast of its words is 7:1 or better', () => {
    const { html } = sample('grant', PLACES);
    const [head = '', card = '', foot = ''] = html.split(/<body|role="contentinfo"/);
    const coloursOf = (part: string, pattern: RegExp) => [...part.matchAll(pattern)].map(([, one]) => one);
    const [button = ''] = /<td class="button".*?<\/td>/.exec(card) ?? [];
    const [, ground, words] = /background:(#\w{6}).*;color:(#\w{6})/.exec(button) ?? [];
    expect(contrast(ground, words)).toBeGreaterThanOrEqual(7);
    for (const one of coloursOf(card.replace(button, ''), /;color:(#[0-9a-f]{6})/g))
      expect(contrast(one, '#ffffff')).toBeGreaterThanOrEqual(7);
    for (const one of coloursOf(foot, /color:(#[0-9a-f]{6})/g))
      expect(contrast(one, '#f6f7f5')).toBeGreaterThanOrEqual(7);
    const [, sheet = ''] = head.split('prefers-color-scheme:dark');
    const dark = [...sheet.matchAll(/^\.(\w+)[{](?:color|background):(#[0-9a-f]{6})!/gm)].map(
      ([, name, colour]) => [name, colour] as const,
    );
    const darkOf = new Map(dark);
    const inks = ['ink', 'soft', 'less', 'more', 'link'];
    for (const ink of inks)
      for (const name of ['ground', 'card'])
        expect(contrast(darkOf.get(ink), darkOf.get(name))).toBeGreaterThanOrEqual(7);
    expect(contrast(darkOf.get('onbutton'), darkOf.get('button'))).toBeGreaterThanOrEqual(7);
  });

  it('needs no image and nothing from elsewhere; each program finds its own rules in a sheet of their own', () => {
    const { html } = sample('grant');
    expect(html).not.toMatch(/<img|<script|url\(|<link/);
    expect(html).toContain('name="viewport"');
    const sheets = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, one = '']) => one);
    for (const mark of ['max-width:480px', 'prefers-color-scheme:dark', '[data-ogsc] ', 'Arial'])
      expect(sheets.filter((one) => one.includes(mark))).toHaveLength(1);
    expect(sheets.filter((one) => /@media[\s\S]*@media|@media[\s\S]*data-ogsc/.test(one))).toEqual([]);
    expect(html).toMatch(/<!--\[if mso\]><table[^>]* width="600"[^>]*><tr><td><!\[endif\]-->/);
    expect(html).toContain('<!--[if mso]></td></tr></table><![endif]-->');
  });

  it('tells layout from numbers: tables for layout have a role, that of cycles has named rows', () => {
    const tables = sample('backfill', PLACES).html.split('<table').slice(1);
    const ofNumbers = tables.filter((one) => !one.startsWith(' role="presentation"'));
    expect(ofNumbers).toHaveLength(1);
    expect(ofNumbers[0]).toMatch(/^[^>]*aria-label="/);
    expect(ofNumbers[0]?.match(/<th scope="row"/g)).toHaveLength(2);
  });

  it('shows days without their year, where no other year can be meant', () => {
    expect(said(sample('grant'))).toContain('the next 80 come on 16 April.');
    expect(said(sample('grant', { today: '2022-03-16' }))).toContain('come on 16 April 2021.');
  });

  it('cannot be made to say something else by the name of a proposal', () => {
    const { html } = told({ ...factsOf('interview-award'), proposal: '<b onload="x">&' });
    expect(html).toContain('&lt;b onload=&quot;x&quot;&gt;&amp;');
    expect(html).not.toContain('<b onload');
  });
});

const told = (facts: NoticeFacts, more: Partial<NoticeContext> = {}): Message => {
  const balance = facts.kind === 'grant' ? (facts.cycles.at(-1)?.closing ?? 0) : facts.balance;
  return renderNotice(facts, contextWith({ balance, ...more }));
};

describe('a grant', () => {
  const grant = (opening: number, plan: 'basic' | 'plus' | 'agency' = 'basic', more: object = {}) =>
    told({ kind: 'grant', cycles: [cycleOf('2021-03-16', '2021-04-16', { opening, plan, ...more })] });

  it('leads with one number, says one sentence and one sum', () => {
    const { subject, text } = grant(225, 'plus');
    expect(subject).toBe('80 Connects added, you have 280');
    expect(text).toContain('\n+80 Connects added\n');
    expect(text).toContain('\nYou now have 280; the next 80 come on 16 April.\n');
    expect(text).toContain('\n  225 − 25 expired + 10 free + 70 Plus = 280\n');
  });

  it('in small print says the rules, and why something expired', () => {
    const words = said(grant(225, 'plus'));
    expect(words).toContain('Freelancer Plus brings 10 free Connects and 70 of the membership');
    expect(words).toContain(
      'On 16 March you had 225 Connects. Up to 200 roll over into a new cycle, so 25 expired, before the new ones',
    );
    expect(words).toContain('This billing cycle: 16 March – 15 April 2021.');
    expect(words).toContain('Yours begin on the 16th of every month.');
  });

  it('of which more expired than was added says so in its subject, an expiry alone in its number', () => {
    expect(grant(1_234).subject).toBe('10 added, 1,034 expired: you have 210 Connects');
    const agency = grant(405, 'agency');
    expect(agency.subject).toBe('5 Connects have expired, you have 400');
    expect(agency.text).toContain('\n5 Connects expired\n');
    expect(grant(401, 'agency').subject).toBe('1 Connect has expired, you have 400');
  });

  it('to an agency has no word of interviews, and of no 0', () => {
    const context = { isAgency: true, next: { on: '2021-04-16', amount: 0 } };
    const cycles = [cycleOf('2021-03-16', '2021-04-16', { opening: 405, plan: 'agency' })];
    const words = said(told({ kind: 'grant', cycles }, context));
    expect(words).toContain('You now have 400; your next billing cycle begins on 16 April.');
    expect(words).not.toMatch(/interview|earned|free| 0 /i);
  });

  it('says of a balance that has changed since what it was, and what it is', () => {
    const cycles = [cycleOf('2021-03-16', '2021-04-16', { opening: 9 })];
    const message = told({ kind: 'grant', cycles }, { balance: 4 });
    expect(message.subject).toBe('10 Connects added, you have 4');
    expect(said(message)).toContain('That made 19; since then your balance has changed to 4.');
  });

  it('of several cycles leads with what they come to, and says that we were late', () => {
    const cycles = cyclesFrom(3, { plan: 'plus', opening: 280 });
    const message = told({ kind: 'grant', cycles, addedOn: '2021-03-16' });
    expect(message.subject).toBe('3 late billing cycles: you have 280 Connects');
    expect(message.text).toContain('\n280 Connects after 3 billing cycles\n');
    expect(said(message)).toContain('We were late: we settled 3 billing cycles');
    expect(said(message)).toContain('you have what you would have had on time.');
    expect(message.text).toContain('  280 − 240 expired + 30 free + 210 Plus = 280\n');
    expect(message.text).toContain('  16 Feb 2000: 80 expired, 80 added, balance 280\n');
  });

  it('of more cycles than a letter holds sums up the oldest, and leaves none out', () => {
    const { text } = told({ kind: 'grant', cycles: cyclesFrom(200, { plan: 'plus', opening: 280 }) });
    expect(text).toContain('  110 cycles before: 8,800 expired, 8,800 added, balance 280\n');
    expect(text).toContain('  280 − 16,000 expired + 2,000 free + 14,000 Plus = 280\n');
  });

  it('names no date that is past: after an upgrade, a later cycle or the end of the account', () => {
    const cycles = [cycleOf('2021-03-16', '2021-04-16')];
    const next = { on: '2021-05-20', amount: 80 };
    const changed = said(
      told({ kind: 'grant', cycles, since: { what: 'plan-change', countsFromOn: '2021-03-20' } }, { next }),
    );
    expect(changed).toContain('your billing cycle now counts from 20 March.');
    const overtaken = said(told({ kind: 'grant', cycles, since: { what: 'later-cycle' } }, { next }));
    expect(overtaken).toContain('about an earlier billing cycle: 16 March – 15 April 2021.');
    const closed = said(told({ kind: 'grant', cycles }, { next: null, isClosed: true }));
    expect(closed).toContain('there are no further billing cycles');
    for (const words of [changed, overtaken, closed]) expect(words).not.toContain('16 April');
  });
});

describe('other letters', () => {
  it('a small one says its number once', () => {
    const welcome = said(sample('welcome'));
    expect(welcome.match(/\b40\b/g)).toHaveLength(1);
    expect(welcome.match(/\b10\b/g)).toHaveLength(1);
    expect(said(sample('readiness-test')).match(/\b40\b/g)).toHaveLength(1);
  });

  it('an interview tells what was earned, how much of the window is used, and the moment on the member’s clock', () => {
    const award = factsOf('interview-award');
    const words = said(told(award));
    expect(words).toContain('because of your proposal p-20417, and you replied on 16 March, 10:00.');
    expect(words).toContain('76 + 4 back + 6 award = 86');
    expect(words).toContain('you have earned 30 of at most 50 in the last 7 days.');
    expect(words).toContain('as two transactions');
    expect(said(told({ ...award, refund: 10 }))).toContain('as one transaction');
    expect(said(told(award, { zone: 'America/New_York' }))).toContain('16 March, 06:00');
    expect(said(told({ ...award, held: 46, award: 4, refund: 0 }))).toContain(
      'This time it was 4: 46 of 50 had been earned already',
    );
    const late = { ...award, windowEndsAt: award.repliedAt + 3 * 86_400_000 };
    expect(said(told(late))).toContain('in the 7 days up to 19 March, 10:00');
  });

  it('an upgrade explains the share of the month that it gives, where there was one', () => {
    const words = said(sample('upgrade'));
    expect(words).toContain('15 of 31 days of the cycle that began on 1 March');
    expect(words).toContain('10 × 15 ÷ 31, rounded down, is 4.');
    expect(words).toContain('8 + 70 Plus + 4 free = 82');
    const opened = said(told({ ...factsOf('upgrade'), ended: undefined, free: 0 }));
    expect(opened).not.toContain('rounded down');
  });

  const payment = factsOf('payment-failed');
  const nothing = { paid: 0, reversed: 0, owed: 0, owedInAll: 0, balance: 1_064 };

  it('a failed payment tells what was taken, what is owed and from when the plan is another', () => {
    const message = sample('payment-failed');
    expect(message.subject).toBe('Your payment failed: 58 Connects taken back, 12 owed');
    expect(said(message)).toContain('You owe 12 Connects.');
    expect(said(message)).toContain('been given 70 Connects, and 12 of them were spent already.');
    const all = told({ ...payment, reversed: 0, owed: 70, owedInAll: 82 });
    expect(all.subject).toBe('Your payment failed: 70 Connects owed');
    expect(said(all)).toContain('You had owed 12 before: 12 + 70 = 82.');
    const before = said(told({ ...payment, which: 'next-cycle', ...nothing }));
    expect(before).toContain('Your plan is Freelancer Basic from 16 March.');
    const over = said(told({ ...payment, which: 'earlier-cycle', decidedOn: '2021-03-20', ...nothing }));
    expect(over).toContain('from 20 March. You now have 1,064');
  });

  it.each([
    ['upgrade', 'mend your payment method and upgrade again'],
    ['upgraded-again', 'You have upgraded again since'],
    ['reinstatement', 'Your account is suspended: you can upgrade again once that has ended.'],
    ['none', 'Your account is closed'],
  ] as const)('a failed payment advises only what would work: %s', (remedy, advice) => {
    const words = said(told({ ...payment, remedy }));
    expect(words).toContain(advice);
    expect(words.includes('mend your payment method')).toBe(remedy === 'upgrade');
  });

  it('corrections tell of each cycle, and of what is owed', () => {
    const { text } = sample('backfill');
    expect(text).toContain('  52 + 20 free + 70 Plus = 142\n');
    expect(text).toContain('  16 Jan 2021: 10 added, balance 62\n');
    const [, both] = LETTER_VARIANTS.find(([name]) => name === 'reversal of two') ?? [];
    const reversal = both && renderNotice(both.facts, both.context);
    expect(reversal?.text).toContain('  72 − 80 for 16 February + 25 for 16 March = 17\n');
    expect(reversal?.text).toContain('12 Connects that the mistaken cycle had put towards');
    expect(said(sample('reversal'))).not.toContain('owed again');
  });

  it('a reminder says how many, before when and what to do', () => {
    const message = sample('reminder');
    expect(message.subject).toBe('Use 23 Connects before 16 April, or they expire');
    expect(message.text).toContain('\n23 Connects to use before 16 April\n');
    expect(message.text).toContain('  223 − 200 that roll over = 23\n');
    expect(said(message)).toContain('send proposals for jobs that you like');
    expect(said(message)).not.toMatch(/\d\d:\d\d/);
  });

  it('a member who reads Spanish gets Spanish, and numbers of their region', () => {
    const message = sample('grant', { locale: 'es-MX' });
    expect(message.subject).toBe('80 Connects añadidos, tienes 280');
    expect(said(message)).toContain('Ahora tienes 280; los próximos 80 llegan el 16 de abril.');
    expect(said(message)).toContain('225 − 25 vencidos + 10 gratuitos + 70 de Plus = 280');
    const many = { ...factsOf('reminder'), balance: 12_200, expiring: 12_000 };
    expect(said(told(many, { locale: 'es-MX' }))).toContain('12,200 − 200');
    expect(said(told(many, { locale: 'es' }))).toContain('12.200 − 200');
  });
});
