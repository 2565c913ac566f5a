/** Every number of every letter adds up: read from the letter as its member gets it, not from what it was made of. */
import { renderNotice } from '../../src/notices/notice.ts';
import type { Message } from '../../src/notices/page.ts';
import type { Sample } from '../../src/notices/samples.ts';
import { LOCALES, type Locale, textsFor } from '../../src/texts/catalogue.ts';
import { LETTER_VARIANTS, balanceAfter } from '../support/letter-variants.ts';

const numberOf = (written: string): number => Number(written.replaceAll(/[.,]/g, '').replace('−', '-'));
const numbersIn = (text: string): number[] => (text.match(/\d[\d.,]*\d|\d/g) ?? []).map(numberOf);
const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, one) => sum + one, 0);

interface Term {
  readonly amount: number;
  readonly label: string;
}

interface Sum {
  readonly opening: number;
  readonly terms: readonly Term[];
  readonly closing: number;
}

/** `225 − 25 expired + 10 free = 210`. */
function sumIn(text: string): Sum | undefined {
  const found = /(?:^|\n) {2}(\d[^*]*? = [\d.,]*\d)\n/.exec(text)?.[1]?.replaceAll(/\s+/g, ' ');
  if (found === undefined) return undefined;
  const [left = '', right = ''] = found.split(' = ');
  const terms = [...left.matchAll(/([−+]) ([\d.,]+) ([^−+]+)/g)].map(
    ([, sign, written = '', label = '']) => ({
      amount: (sign === '−' ? -1 : 1) * numberOf(written),
      label: label.trim(),
    }),
  );
  return { opening: numberOf(left.split(' ', 1)[0] ?? ''), terms, closing: numberOf(right) };
}

/** Of the rows of a table in HTML: what stands in its columns, but for the first. */
const rowsIn = (html: string): number[][] =>
  [...html.matchAll(/<tr><th scope="row".*?<\/tr>/g)].map(([row]) =>
    [...row.matchAll(/<td[^>]*>([^<]*)</g)].map(([, written = '']) => numberOf(written)),
  );

/** What the number that leads must be, by the sum: one of these. */
function leading({ terms, closing }: Sum, headline: string, locale: Locale): number[] {
  const { letters } = textsFor(locale);
  const isExpiry = ({ amount, label }: Term) => label === letters.termExpired({ count: -amount });
  const own = terms.filter((one) => one.label !== letters.termBetween());
  const gains = own.filter((one) => !isExpiry(one)).map((one) => one.amount);
  const all = sumOf(own.map((one) => one.amount));
  if (headline.startsWith('+')) return [sumOf(gains)];
  // All of it went to what was owed; or nothing came at all, and something expired or was taken back.
  return sumOf(gains) === 0 ? [sumOf(gains.map((one) => Math.max(one, 0))), -all] : [closing, -all];
}

/** What is wrong with the numbers of a letter. */
function faultsIn({ subject, text, html }: Message, { facts, context }: Sample, locale: Locale): string[] {
  const faults: string[] = [];
  const check = (is: boolean, what: string) => void (is || faults.push(what));
  const headline = text.split('\n')[2] ?? '';
  const [written] = /^[+−]?\d[\d.,]*/.exec(headline) ?? [];
  const sum = sumIn(text);
  const after = balanceAfter(facts);
  const told = numbersIn(text);
  if (sum) {
    const ends = sum.opening + sumOf(sum.terms.map((one) => one.amount));
    check(ends === sum.closing, `its sum comes to ${ends}, not ${sum.closing}`);
    check(
      facts.kind === 'reminder' || sum.closing === after,
      `its sum ends with ${sum.closing}, not ${after}`,
    );
  }
  if (written !== undefined) {
    const hero = numberOf(written);
    const right = sum ? leading(sum, headline, locale) : [hero];
    check(right.includes(hero), `it leads with ${hero}, not ${right.join(' or ')}`);
    check(numbersIn(subject).includes(hero), `its subject has another number than ${hero}`);
  }
  check(told.includes(after) && told.includes(context.balance), `${after} or ${context.balance} is not said`);
  for (const one of numbersIn(subject)) check(told.includes(one), `${one} of the subject is not said below`);
  const rows = rowsIn(html);
  if (rows.length > 0) {
    const own = sum?.terms.filter((one) => one.label !== textsFor(locale).letters.termBetween());
    const expected = own ? sumOf(own.map((one) => one.amount)) : numberOf(written ?? '0');
    const moved = sumOf(rows.map((one) => sumOf(one.slice(0, -1))));
    check(moved === expected, `its rows come to ${moved}, not ${expected}`);
    check(rows.at(-1)?.at(-1) === after, `its last row does not end with ${after}`);
  }
  return faults;
}

const inLanguage = ({ facts, context }: Sample, locale: Locale): Message =>
  renderNotice(facts, { ...context, locale });

it.each(LOCALES)(
  '%s: the number that leads, the sum, the rows and the subject of every letter agree',
  (locale) => {
    const faults = LETTER_VARIANTS.flatMap(([name, sample]) =>
      faultsIn(inLanguage(sample, locale), sample, locale).map((one) => `${name}: ${one}`),
    );
    expect(faults).toEqual([]);
  },
);

it('a number that is another is found, wherever it stands', () => {
  const [, sample] = LETTER_VARIANTS.find(
    ([name]) => name === 'catch-up, not late',
  ) as (typeof LETTER_VARIANTS)[0];
  const right = inLanguage(sample, 'en');
  const changed = (part: keyof Message, from: string, to: string) => {
    expect(right[part]).toContain(from);
    return faultsIn({ ...right, [part]: right[part].replace(from, to) }, sample, 'en');
  };
  expect(changed('text', '152 − 7', '151 − 7')).toEqual(['its sum comes to 279, not 280']);
  expect(changed('text', '\n280 Connects', '\n279 Connects')[0]).toBe('it leads with 279, not 280 or -135');
  expect(changed('subject', '280', '281')).toContain('281 of the subject is not said below');
  expect(changed('html', '−25', '−24')).toEqual(['its rows come to 136, not 135']);
});

it('every kind that can say more than one number has a sum', () => {
  const having = LETTER_VARIANTS.filter(([, sample]) => sumIn(inLanguage(sample, 'en').text));
  expect([...new Set(having.map(([, { facts }]) => facts.kind))].toSorted()).toEqual(
    ['grant', 'interview-award', 'upgrade', 'backfill', 'reversal', 'reminder'].toSorted(),
  );
});
