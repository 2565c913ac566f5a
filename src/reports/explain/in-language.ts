/**
 * An explanation in a language that may lack words: answers that it has words for, and all others as a whole in English.
 * Nothing is half the one and half the other, and each answer that is not in the language asked for says so.
 */
import { isLacking, localeOf } from '../../texts/catalogue.ts';
import { ZoneWords } from '../member-words.ts';
import type { Answer, Inquiry } from './answer.ts';

type Tell = (inquiry: Inquiry) => Promise<readonly Answer[]>;

/**
 * @param tell answers from an inquiry; asked twice where the language lacks words that the answers need
 * @returns answers whose `locale` says which language they are in, where it is not the one asked for
 */
export async function inLanguage(inquiry: Inquiry, tell: Tell): Promise<readonly Answer[]> {
  const { zone, texts } = inquiry.words;
  if (texts.marking === undefined) return tell(inquiry);
  const told = await tell(toldIn(inquiry, new ZoneWords(zone, texts.marking)));
  if (!told.some(lacks)) return told;
  const english = await tell(toldIn(inquiry, new ZoneWords(zone)));
  // What was recorded between the two may be told by one of them alone.
  const isSame = (one: Answer, index: number): boolean =>
    one.subject === told[index]?.subject && one.code === told[index]?.code;
  const canChoose = english.length === told.length && english.every(isSame);
  return english.map((one, index) => {
    const own = told[index];
    return canChoose && own && !lacks(own) ? own : { ...one, locale: localeOf(null) };
  });
}

const toldIn = (inquiry: Inquiry, words: ZoneWords): Inquiry => ({
  ...inquiry,
  words,
  terms: inquiry.terms.toldIn(words.texts),
});

const lacks = ({ sentence, next, rule }: Answer): boolean =>
  [sentence, next ?? '', rule?.text ?? ''].some(isLacking);
