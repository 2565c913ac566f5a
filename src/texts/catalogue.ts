/**
 * Every text that a member reads, in every language that there is: an area is a file in `en`, and one of the same name in
 * each of the others. Messages are ICU's; dates and numbers are written by `Intl`. A member's language is a BCP 47 tag
 * (`es-MX`); where there is no such language the texts are English.
 */
import type { Instant, LocalDate } from '../domain/calendar.ts';
import { type DateWords, datesIn } from './dates.ts';
import { cycles } from './en/cycles.ts';
import { decisions } from './en/decisions.ts';
import { frame } from './en/frame.ts';
import { had } from './en/had.ts';
import { happened } from './en/happened.ts';
import { history } from './en/history.ts';
import { ids } from './en/ids.ts';
import { interviews } from './en/interviews.ts';
import { letters } from './en/letters.ts';
import { member } from './en/member.ts';
import { outlook } from './en/outlook.ts';
import { plans } from './en/plans.ts';
import { program } from './en/program.ts';
import { proposals } from './en/proposals.ts';
import { reply } from './en/reply.ts';
import { rules } from './en/rules.ts';
import { silence } from './en/silence.ts';
import { standing } from './en/standing.ts';
import { sums } from './en/sums.ts';
import { words } from './en/words.ts';
import { cycles as cyclesEs } from './es/cycles.ts';
import { decisions as decisionsEs } from './es/decisions.ts';
import { frame as frameEs } from './es/frame.ts';
import { had as hadEs } from './es/had.ts';
import { happened as happenedEs } from './es/happened.ts';
import { history as historyEs } from './es/history.ts';
import { ids as idsEs } from './es/ids.ts';
import { interviews as interviewsEs } from './es/interviews.ts';
import { letters as lettersEs } from './es/letters.ts';
import { member as memberEs } from './es/member.ts';
import { outlook as outlookEs } from './es/outlook.ts';
import { plans as plansEs } from './es/plans.ts';
import { program as programEs } from './es/program.ts';
import { proposals as proposalsEs } from './es/proposals.ts';
import { reply as replyEs } from './es/reply.ts';
import { rules as rulesEs } from './es/rules.ts';
import { silence as silenceEs } from './es/silence.ts';
import { standing as standingEs } from './es/standing.ts';
import { sums as sumsEs } from './es/sums.ts';
import { words as wordsEs } from './es/words.ts';
import { type Spoken, type Translation, numbersIn, spokenIn } from './message.ts';

/** Areas as they are written. */
const en = {
  words,
  letters,
  member,
  history,
  rules,
  standing,
  cycles,
  interviews,
  plans,
  decisions,
  frame,
  silence,
  outlook,
  had,
  sums,
  ids,
  happened,
  proposals,
  program,
  reply,
};
type Areas = typeof en;

/** A language as far as it goes: what it lacks is said in English. */
export type Words = { readonly [Area in keyof Areas]?: Partial<Translation<Areas[Area]>> };

const es: Words = {
  words: wordsEs,
  letters: lettersEs,
  member: memberEs,
  history: historyEs,
  rules: rulesEs,
  standing: standingEs,
  cycles: cyclesEs,
  interviews: interviewsEs,
  plans: plansEs,
  decisions: decisionsEs,
  frame: frameEs,
  silence: silenceEs,
  outlook: outlookEs,
  had: hadEs,
  sums: sumsEs,
  ids: idsEs,
  happened: happenedEs,
  proposals: proposalsEs,
  program: programEs,
  reply: replyEs,
};

/** The languages; the first is what all others fall back to. */
export const CATALOGUE: Readonly<Record<'en' | 'es', Words>> = { en, es };

export type Locale = keyof typeof CATALOGUE;
export const LOCALES = Object.keys(CATALOGUE) as readonly Locale[];
const FALLBACK: Locale = 'en';

/** Numbers and dates of English are the same for everybody; Spanish goes by its region, because 1.234 is not 1,234. */
const WRITTEN: Readonly<Record<Locale, { readonly tag: string; readonly byRegion: boolean }>> = {
  en: { tag: 'en-GB', byRegion: false },
  es: { tag: 'es', byRegion: true },
};

type SpokenAreas = { readonly [Area in keyof Areas]: Spoken<Areas[Area]> };

/** One language, ready to speak: an area is called as `texts.letters.subject({ added: 80 })`. */
export interface Texts extends DateWords, SpokenAreas {
  readonly locale: Locale;
  /** For the `lang` of a document. */
  readonly lang: string;
  /** `1,234`. */
  readonly number: (amount: number) => string;
  /** `+1,234`, `−4`. */
  readonly signed: (amount: number) => string;
  /** `1 Connect`, `2 Connects`. */
  readonly connects: (count: number) => string;
  /** `a`, `a and b`, `a, b and c`. */
  readonly listed: (parts: readonly string[]) => string;
  /** `16 March 2021, 10:00`. */
  readonly moment: (at: Instant, zone: string) => string;
  /** The same to the second, where there are any. */
  readonly exact: (at: Instant, zone: string) => string;
  /** `the 1st`, `the 22nd`: of a month. */
  readonly dayOfMonth: (on: LocalDate) => string;
  /** The same with a mark at what the language lacks (`isLacking`), where it lacks anything. */
  readonly marking?: Texts;
}

/** The language for a tag: `es-MX` → `es`; without a tag, or of a language that is not there, `en`. */
export function localeOf(tag: string | null | undefined): Locale {
  const language = tag?.split('-')[0]?.toLowerCase();
  return LOCALES.find((one) => one === language) ?? FALLBACK;
}

/** By the tag that numbers and dates are written in: a few dozen at most. */
const kept = new Map<string, Texts>();
/** By the tag that somebody has, or a browser asks for: whatever that is. */
const keptByTag = new Map<string, Texts>();
const TAGS_MAX = 1_000;
const TAG_LENGTH_MAX = 35;

/** @param tag BCP 47; null for whoever has told none */
export function textsFor(tag: string | null | undefined): Texts {
  const asked = tag ?? FALLBACK;
  const known = keptByTag.get(asked);
  if (known) return known;
  const locale = localeOf(asked);
  const written = writtenOf(asked, locale);
  const texts = kept.get(written) ?? textsIn(locale, written);
  kept.set(written, texts);
  if (keptByTag.size >= TAGS_MAX) keptByTag.clear();
  if (asked.length <= TAG_LENGTH_MAX) keptByTag.set(asked, texts);
  return texts;
}

/** `Intl` knows which regions there are: of another one, and of what is no tag at all, it is the language's own. */
function writtenOf(tag: string, locale: Locale): string {
  const { tag: plain, byRegion } = WRITTEN[locale];
  if (!byRegion) return plain;
  try {
    const { region } = new Intl.Locale(tag);
    const regional = region === undefined ? plain : `${locale}-${region}`;
    return new Intl.NumberFormat(regional).resolvedOptions().locale;
  } catch {
    return plain;
  }
}

const textsIn = (locale: Locale, tag: string): Texts => textsOf(CATALOGUE[locale], locale, tag);

/** Before a message that is told in English for want of another: nothing that is written has it. */
const LACKING = '\u{E000}';

/** Whether a text has anything in it that its language lacks; of texts that mark it. */
export const isLacking = (text: string): boolean => text.includes(LACKING);

/**
 * A language from its words.
 * @param tag in which its numbers and dates are written
 */
export function textsOf(words: Words, locale: Locale, tag: string): Texts {
  const plain = speaking(words, locale, tag, '');
  const isWhole = (Object.keys(en) as (keyof Areas)[]).every((area) =>
    Object.keys(en[area]).every((key) => Object.hasOwn(words[area] ?? {}, key)),
  );
  return isWhole ? plain : { ...plain, marking: speaking(words, locale, tag, LACKING) };
}

function speaking(words: Words, locale: Locale, tag: string, mark: string): Texts {
  const areas = Object.entries<object>(en).map(([name, english]) => {
    const own: Translation<object> = words[name as keyof Areas] ?? {};
    return [name, { ...lackingIn(english, own, mark), ...spokenIn(own, tag) }];
  });
  const spoken = Object.fromEntries(areas) as SpokenAreas;
  const dates = datesIn(tag);
  const number = numbersIn(tag);
  const list = new Intl.ListFormat(tag, { type: 'conjunction' });
  return {
    locale,
    lang: locale === FALLBACK ? locale : tag,
    ...spoken,
    ...dates,
    number,
    signed: (amount) => (amount < 0 ? `−${number(-amount)}` : `+${number(amount)}`),
    connects: (count) => spoken.words.connects({ count }),
    listed: (parts) => list.format(parts),
    moment: (at, zone) => spoken.words.moment({ day: dates.dayAt(at, zone), clock: dates.clock(at, zone) }),
    exact: (at, zone) =>
      spoken.words.moment({ day: dates.dayAt(at, zone), clock: dates.exactClock(at, zone) }),
    dayOfMonth: (on) => spoken.words.dayOfMonth({ day: Number(on.slice(8, 10)) }),
  };
}

/** What an area lacks, as English says it. */
function lackingIn(english: object, own: object, mark: string): object {
  const lacking = Object.entries<string>(english as Record<string, string>).filter(
    ([key]) => !Object.hasOwn(own, key),
  );
  return spokenIn(
    Object.fromEntries(lacking.map(([key, icu]) => [key, `${mark}${icu}`])),
    WRITTEN[FALLBACK].tag,
  );
}
