/**
 * An explanation in another language than English: answers that have texts in it, and all others as a whole in English.
 * Nothing is half the one and half the other, and each answer that is not in the language asked for says so.
 */
import { type Locale, localeOf } from '../../texts/catalogue.ts';
import { ZoneWords } from '../member-words.ts';
import { type Answer, type Inquiry, idOf, kindOf } from './answer.ts';
import { TELLINGS } from './decided.ts';
import { COMMON_TELLINGS } from './other-tellings.ts';

/** Answers other than decisions that have texts in every language, by kind of subject. */
export const TOLD_EVERYWHERE: Readonly<Record<string, readonly string[]>> = {
  account: [
    'current',
    'owed',
    'put-aside',
    'retrying',
    'next-cycle',
    'overdue',
    'pending-plan',
    'downgrade-preview',
    'date-set',
    'moved-by-upgrade',
    'moved-by-zone',
    'no-refusals',
  ],
  cycle: [
    'granted',
    'no-monthly-grant',
    'before-program',
    'account-inactive',
    'settled-together',
    'not-begun',
    'overdue',
    'not-a-cycle',
    'before-take-over',
    'closed',
  ],
  adjustment: ['corrected'],
};

/** Decisions that have none yet. */
export const ENGLISH_ONLY: readonly string[] = ['refused-by-operator'];

/** Whether this answer has texts in every language. */
export function isToldEverywhere({ subject, code, at }: Pick<Answer, 'subject' | 'code' | 'at'>): boolean {
  const kind = kindOf(subject);
  if (TOLD_EVERYWHERE[kind]?.includes(code)) return true;
  // Refusals are told in groups, each by its latest one.
  const decided = kind === 'refusals' ? idOf(subject) : kind;
  if (decided === 'cycle' && kind === 'refusals') return TOLD_EVERYWHERE.cycle?.includes(code) ?? false;
  // What is not decided yet has no instant: an invite that was never replied to is told with what a reply would come to.
  if (at === null || ENGLISH_ONLY.includes(code)) return false;
  return TELLINGS[decided]?.[code as never] !== undefined || COMMON_TELLINGS[code as never] !== undefined;
}

/**
 * @param tell answers from an inquiry; asked twice where a language other than English is asked for
 * @returns answers whose `locale` says which language they are in, where it is not the one asked for
 */
export async function inLanguage(
  inquiry: Inquiry,
  locale: Locale,
  tell: (inquiry: Inquiry) => Promise<readonly Answer[]>,
): Promise<readonly Answer[]> {
  const told = await tell(inquiry);
  if (locale === localeOf(null)) return told;
  const words = new ZoneWords(inquiry.words.zone);
  const english = await tell({ ...inquiry, words, terms: inquiry.terms.toldIn(words.texts) });
  // What was recorded between the two may be told by one of them alone.
  const isSame = (one: Answer, index: number): boolean =>
    one.subject === told[index]?.subject && one.code === told[index]?.code;
  const canChoose = english.length === told.length && english.every(isSame);
  return english.map((one, index) =>
    canChoose && isToldEverywhere(one) ? (told[index] as Answer) : { ...one, locale: localeOf(null) },
  );
}
