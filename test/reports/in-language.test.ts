/** A language that lacks words: an answer is told in it as a whole, or in English as a whole, and then it says so. */
import { builtInTerms } from '../../src/domain/terms.ts';
import type { Answer, Inquiry } from '../../src/reports/explain/answer.ts';
import { inLanguage } from '../../src/reports/explain/in-language.ts';
import { TermsBook } from '../../src/reports/explain/rules.ts';
import { ZoneWords } from '../../src/reports/member-words.ts';
import { CATALOGUE, isLacking, textsFor, textsOf } from '../../src/texts/catalogue.ts';
import { englishIn, faultsBetween } from '../support/in-spanish.ts';

const at = Date.parse('2021-03-01T10:00:00Z');
const book = new TermsBook([{ version: 1, appliedAt: at, terms: builtInTerms } as never]);
const { went: _went, ...cycles } = CATALOGUE.es.cycles ?? {};
const { oneAward: _oneAward, ...rules } = CATALOGUE.es.rules ?? {};
/** Without one sentence, one rule and one whole area. */
const lacking = textsOf({ ...CATALOGUE.es, cycles, rules, sums: undefined } as never, 'es', 'es-MX');

const inquiryIn = (texts: typeof lacking): Inquiry =>
  ({ words: new ZoneWords('UTC', texts), terms: book.toldIn(texts) }) as unknown as Inquiry;

const blank = { subject: 'account', evidence: {}, rule: null, at: null, next: null };
let asked = 0;
async function tell({ words, terms }: Inquiry): Promise<Answer[]> {
  asked += 1;
  const { standing, cycles: say, sums } = words.texts;
  const use = { version: 1, at };
  return [
    { ...blank, code: 'whole', sentence: standing.closed(), rule: terms.rule('spending', use) },
    { ...blank, code: 'sentence', sentence: `${standing.closed()} ${say.went({ opening: 5, closing: 1 })}` },
    { ...blank, code: 'rule', sentence: standing.closed(), rule: terms.rule('one-award', use) },
    { ...blank, code: 'area', sentence: standing.closed(), next: sums.outside() },
  ];
}

const textsIn = ({ sentence, next, rule }: Answer): string =>
  [sentence, next, rule?.text].filter((one) => typeof one === 'string').join(' | ');

test('only what it has all words for is told in it', async () => {
  const answers = await inLanguage(inquiryIn(lacking), tell);
  const english = await tell(inquiryIn(textsFor('en')));
  expect(answers.map(({ code, locale }) => `${code} ${locale ?? ''}`)).toEqual([
    'whole ',
    'sentence en',
    'rule en',
    'area en',
  ]);
  expect(answers.slice(1).map(textsIn)).toEqual(english.slice(1).map(textsIn));
  expect(textsIn(answers[0] as Answer)).toMatch(/^Tu cuenta está cerrada: .* | Una cuenta activa puede /);
  expect(answers.map(textsIn).filter(isLacking)).toEqual([]);
});

test('a language that lacks nothing is asked once, and marks nothing', async () => {
  asked = 0;
  const answers = await inLanguage(inquiryIn(textsFor('es')), tell);
  expect(asked).toBe(1);
  expect(answers.filter((one) => one.locale !== undefined)).toEqual([]);
  expect(textsFor('es').marking).toBeUndefined();
});

test('elsewhere what is lacking is English by itself: counted as English counts, and without a mark', () => {
  expect(lacking.cycles.went({ opening: 5, closing: 1_234 })).toBe('Your balance went from 5 to 1,234.');
  expect(lacking.sums.added({ day: '3 de mayo', count: 1, parts: '' })).toBe(
    'Since 3 de mayo 1 Connect was added.',
  );
  expect(lacking.standing.closed()).toBe(textsFor('es').standing.closed());
});

test('a word of English is found, and a number that differs', () => {
  expect(englishIn('Se añadieron 10 Connects con una corrección.', [])).toEqual([]);
  expect(englishIn('Se añadieron 10 Connects por una charge.', [])).toEqual(['charge']);
  expect(englishIn('Se añadieron 10 Connects por charge.', ['charge'])).toEqual([]);
  const [one, other] = ['Tienes 5.', 'You have 6.'].map((sentence) => ({ ...blank, code: 'c', sentence }));
  expect(faultsBetween([other as Answer], [one as Answer])).toHaveLength(1);
  expect(faultsBetween([], [one as Answer])).toHaveLength(1);
});
