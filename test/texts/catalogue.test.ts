/** Languages say the same: every message in each of them, about the same values, and in words. */
import { IntlMessageFormat } from 'intl-messageformat';
import { numbersOf, vocabularyOf } from '../support/in-spanish.ts';
import { CATALOGUE, LOCALES, type Locale, localeOf, textsFor } from '../../src/texts/catalogue.ts';

type Parts = ReturnType<IntlMessageFormat['getAst']>;

/** `1`: an argument, `2`: a number, `5`: a choice, `6`: a count; as the parser numbers them. */
function valuesOf(parts: Parts, found = new Map<string, Set<number>>()): Map<string, Set<number>> {
  for (const part of parts) {
    const { type, value, options } = part as { type: number; value?: string; options?: object };
    if (type !== 0 && type !== 7 && value !== undefined)
      found.set(value, (found.get(value) ?? new Set()).add(type));
    for (const option of Object.values(options ?? {})) valuesOf((option as { value: Parts }).value, found);
  }
  return found;
}

const isCount = (kinds: Set<number>): boolean => kinds.has(2) || kinds.has(6);

const messagesOf = (locale: Locale): [string, string][] =>
  Object.entries(CATALOGUE[locale]).flatMap(([area, words]) =>
    Object.entries<string>(words).map(([key, icu]): [string, string] => [`${area}.${key}`, icu]),
  );

const parse = (icu: string, locale: string) =>
  new IntlMessageFormat(icu, locale, undefined, { ignoreTag: true });

describe.each(LOCALES.filter((one) => one !== 'en'))('%s', (locale) => {
  const [english, others] = [new Map(messagesOf('en')), new Map(messagesOf(locale))];

  it('has every message, and no other', () => {
    expect([...others.keys()].toSorted()).toEqual([...english.keys()].toSorted());
  });

  it('tells of the same values, and counts the same ones', () => {
    const differing = [...english].flatMap(([key, icu]) => {
      const [asked, given] = [icu, others.get(key) ?? ''].map((one) => valuesOf(parse(one, 'en').getAst()));
      const names = (values = new Map<string, Set<number>>()) =>
        [...values]
          .map(([name, kinds]) => `${name}${isCount(kinds) ? ' #' : ''}`)
          .toSorted()
          .join(', ');
      return names(asked) === names(given) ? [] : [`${key}: ${names(asked)} ≠ ${names(given)}`];
    });
    expect(differing).toEqual([]);
  });
});

it.each(LOCALES)('%s: every message is said, of none, one and many, and says what it is given', (locale) => {
  for (const [key, icu] of messagesOf(locale)) {
    const message = parse(icu, locale);
    const values = valuesOf(message.getAst());
    for (const amount of [0, 1, 2, 1_234_567]) {
      const told = Object.fromEntries(
        [...values].map(([name, kinds]) => [name, isCount(kinds) ? amount : `‹${name}›`]),
      );
      const said = String(message.format(told));
      expect(`${key}:${said}`).not.toMatch(/[{}#]|undefined| {2}|\s$/);
      expect(said).not.toBe('');
    }
  }
});

/** What answers are made of. A letter may say a number in words: `the last day`. */
const OF_ANSWERS = /^(?!letters|member)/;

it('answers in Spanish say the numbers that they say in English, of one and of many', () => {
  const spanish = new Map(messagesOf('es'));
  const differing = messagesOf('en').flatMap(([key, icu]) => {
    const [one, other] = [parse(icu, 'en'), parse(spanish.get(key) ?? '', 'es-MX')];
    const values = [...valuesOf(one.getAst())];
    return [1, 2, 1_000].flatMap((first) => {
      const told = Object.fromEntries(
        values.map(([name, kinds], index) => [name, isCount(kinds) ? first * (index + 1) : `‹${name}›`]),
      );
      const [english, also] = [one, other].map((message) => numbersOf(String(message.format(told))));
      return english === also || !OF_ANSWERS.test(key) ? [] : [`${key}: ${english} ≠ ${also}`];
    });
  });
  expect(differing).toEqual([]);
});

it('no word of Spanish is one of English, but names, commands, and what is written alike', () => {
  const english = vocabularyOf('en');
  const shared = [...vocabularyOf('es')].filter((one) => english.has(one)).toSorted();
  expect(shared.join(' ')).toBe(
    'agency basic connect connects error freelancer freelancers has http id interview json no plan plus proposal ' +
      'readiness since test token utc',
  );
});

it('a tag leads to its language, and to English where there is none', () => {
  const asked = [
    'es',
    'es-MX',
    'ES-ar',
    'es-Latn-US',
    'est',
    'en-US',
    'pt-BR',
    '',
    null,
    undefined,
    '--',
    'e',
  ];
  expect(asked.map(localeOf).join(' ')).toBe('es es es es en en en en en en en en');
  expect(textsFor('es-MX').lang).toBe('es-MX');
  expect(textsFor('es-QQ').lang).toBe('es');
  expect(textsFor('es-MX-u-nu-arab').number(12_345)).toBe('12,345');
  expect(textsFor('pt-BR')).toBe(textsFor(null));
});

it('numbers, days and lists are written as the language has them, and by region where that differs', () => {
  const said = (tag: string) => {
    const texts = textsFor(tag);
    const at = Date.parse('2021-03-16T23:05:06.070Z');
    return [
      texts.connects(1),
      texts.connects(12_345),
      texts.signed(-4),
      texts.signed(1_234_567),
      texts.day('2021-03-16'),
      texts.shortDay('2021-04-06'),
      texts.dayOfYear('2021-04-16'),
      texts.shortDayOfYear('2021-04-16'),
      texts.days('2021-03-16', '2021-04-16'),
      texts.days('2021-03-16', '2021-03-17'),
      texts.shortDay('2021-09-06'),
      texts.moment(at, 'Europe/Madrid'),
      texts.exact(at, 'Europe/Madrid'),
      texts.exactClock(Date.parse('2021-03-16T00:00:00Z'), 'UTC'),
      ...['2021-03-01', '2021-03-12', '2021-03-22', '2021-03-23'].map(texts.dayOfMonth),
      texts.listed(['a', 'b', 'c']),
    ];
  };
  expect(said('en')).toEqual([
    '1 Connect',
    '12,345 Connects',
    '−4',
    '+1,234,567',
    '16 March 2021',
    '6 Apr 2021',
    '16 April',
    '16 Apr',
    '16 March – 15 April 2021',
    '16 March 2021',
    '6 Sep 2021',
    '17 March 2021, 00:05',
    '17 March 2021, 00:05:06',
    '00:00',
    'the 1st',
    'the 12th',
    'the 22nd',
    'the 23rd',
    'a, b and c',
  ]);
  expect(said('es')).toEqual([
    '1 Connect',
    '12.345 Connects',
    '−4',
    '+1.234.567',
    '16 de marzo de 2021',
    '6 abr 2021',
    '16 de abril',
    '16 abr',
    '16 de marzo – 15 de abril de 2021',
    '16 de marzo de 2021',
    '6 sept 2021',
    '17 de marzo de 2021, 00:05',
    '17 de marzo de 2021, 00:05:06',
    '00:00',
    'el día 1',
    'el día 12',
    'el día 22',
    'el día 23',
    'a, b y c',
  ]);
  expect(textsFor('es-MX').connects(12_345)).toBe('12,345 Connects');
});
