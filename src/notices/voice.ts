/** How an email speaks: the texts of the member's language, with dates as whoever reads it today says them. */
import { type Instant, type LocalDate, localDateOf } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';
import { type Texts, textsFor } from '../texts/catalogue.ts';
import type { NoticeContext } from './page.ts';

export interface Voice {
  readonly texts: Texts;
  readonly say: Texts['letters'];
  /** `16 April`, and `16 April 2019` where the year is not plain. */
  readonly day: (on: LocalDate) => string;
  /** `16 April, 10:00`, by a clock on a wall of the member's zone. */
  readonly moment: (at: Instant) => string;
  /** Within a sentence. */
  readonly plan: (plan: PlanName) => string;
}

const DAY_MS = 86_400_000;
/** Nobody takes a day that is nearer for that of another year. */
const NEAR_DAYS = 150;

export function voiceOf({ locale, today, zone }: Pick<NoticeContext, 'locale' | 'today' | 'zone'>): Voice {
  const texts = textsFor(locale);
  const day = (on: LocalDate): string =>
    Math.abs(Date.parse(on) - Date.parse(today)) <= NEAR_DAYS * DAY_MS ? texts.dayOfYear(on) : texts.day(on);
  return {
    texts,
    say: texts.letters,
    day,
    moment: (at) => texts.words.moment({ day: day(localDateOf(at, zone)), clock: texts.clock(at, zone) }),
    plan: (plan) => texts.words.planPhrase({ plan }),
  };
}
