/** Whether answers in Spanish say what they say in English: all of it, with the same numbers, in no English word. */
import { IntlMessageFormat } from 'intl-messageformat';
import type { Answer } from '../../src/reports/explain/answer.ts';
import { CATALOGUE, type Locale } from '../../src/texts/catalogue.ts';
import { withEnglish } from './english-words.ts';

type Parts = ReturnType<IntlMessageFormat['getAst']>;

/** What a message says by itself, without what it is given. */
function literalsOf(parts: Parts): string[] {
  return parts.flatMap((part) => {
    const { type, value, options } = part as { type: number; value?: string; options?: object };
    const chosen = Object.values(options ?? {}).flatMap((one) => literalsOf((one as { value: Parts }).value));
    return type === 0 ? [value ?? ''] : chosen;
  });
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}{2,}/gu) ?? [];

/** Every word that its messages say by themselves. */
export const vocabularyOf = (locale: Locale): Set<string> =>
  new Set(
    Object.values(CATALOGUE[locale])
      .flatMap((area) => Object.values<string>(area))
      .flatMap((icu) =>
        literalsOf(new IntlMessageFormat(icu, locale, undefined, { ignoreTag: true }).getAst()),
      )
      .flatMap(wordsOf),
  );

const MONTHS = [...Array(12).keys()].map((month) =>
  new Date(Date.UTC(2021, month)).toLocaleString('en', { month: 'long', timeZone: 'UTC' }).toLowerCase(),
);

/** Words that English has, and Spanish has not. */
const ENGLISH_ONLY = (() => {
  const spanish = vocabularyOf('es');
  return new Set([...vocabularyOf('en'), ...MONTHS].filter((one) => !spanish.has(one)));
})();

/** What stands in an answer as somebody else wrote it. */
const GIVEN =
  /^(?:reason|id|event|interview|proposal|accounts?|zone|before|after|fromZone|code|error|name|actor|rewardedBy|closedBy|on)$/;

function givenIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return GIVEN.test(key) && value !== '' ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one) => givenIn(one, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => givenIn(one, name));
}

/** As words of their own. */
const without = (text: string, given: readonly string[]): string =>
  given
    .map((one) => one.trim().replace(/\.$/, ''))
    .filter((one) => one !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce(
      (rest, one) => rest.replaceAll(new RegExp(`(?<![\\p{L}\\d])${escaped(one)}(?![\\p{L}\\d])`, 'gu'), ' '),
      text,
    );

const escaped = (text: string): string => text.replaceAll(/[/\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

/** In one line, whatever their order. */
export const numbersOf = (text: string): string =>
  (text.match(/\d+(?:[.,:]\d+)*/g) ?? []).toSorted().join(' ');

/**
 * The English words in a text that is to be Spanish.
 * @param given what somebody else wrote: ids, reasons
 */
export function englishIn(text: string, given: readonly string[]): string[] {
  const rest = without(text, given);
  return [...wordsOf(rest).filter((one) => ENGLISH_ONLY.has(one)), ...withEnglish([rest])];
}

const textsOf = ({ sentence, next, rule }: Answer): string[] => [sentence, next ?? '', rule?.text ?? ''];

/** One line for each text that is not wholly Spanish, or tells of other numbers; none where all is well. */
export function faultsBetween(
  english: readonly Answer[],
  spanish: readonly Answer[],
  given: readonly string[] = [],
): string[] {
  const codes = (answers: readonly Answer[]): string => answers.map((one) => one.code).join(' ');
  if (codes(english) !== codes(spanish)) return [`${codes(english)} ≠ ${codes(spanish)}`];
  return spanish.flatMap((one, index) => {
    const same = english[index] as Answer;
    const names = [...given, ...givenIn(one.evidence), one.subject.slice(one.subject.indexOf(':') + 1)];
    const told = textsOf(same);
    return [
      ...(one.locale === undefined ? [] : [`${one.code}: in ${one.locale}`]),
      ...textsOf(one).flatMap((text, at) => {
        const words = englishIn(text, names);
        const of = told[at] ?? '';
        return [
          ...(words.length > 0 ? [`${one.code}: "${text}" has ${words.join(', ')}`] : []),
          ...(numbersOf(text) === numbersOf(of) ? [] : [`${one.code}: the numbers of "${text}" and "${of}"`]),
        ];
      }),
    ];
  });
}
