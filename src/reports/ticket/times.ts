/** The times of which a text speaks: a day that is remembered, a stretch, or since when. */
import { type Instant, type LocalDate, firstInstantOf } from '../../domain/calendar.ts';
import type { Texts } from '../../texts/catalogue.ts';
import type { DateRead } from './date-read.ts';
import type { Time } from './ticket-records.ts';

export interface NamedTime extends Time {
  /** Within a sentence: `since 3 May 2021`. */
  readonly words: (texts: Texts) => string;
  /** What the text may mean as well. */
  readonly or?: NamedTime;
}

const DAY_MS = 86_400_000;
/** A day that a member remembers may be the one before or after. */
const AROUND_MS = DAY_MS;

/** One for each date of the text. */
export function timesOf(dates: readonly DateRead[], now: Instant, zone: string): NamedTime[] {
  return dates.map(({ from, to, or }) => {
    if (to === null) return openTime(from, now, zone);
    if (to === from) return { ...dayTime(from, zone), ...(or && { or: dayTime(or, zone) }) };
    const until = firstInstantOf(to, zone) + DAY_MS;
    return {
      from: firstInstantOf(from, zone),
      until,
      words: ({ reply: say, day }) => say.between({ from: day(from), to: day(to) }),
    };
  });
}

const dayTime = (on: LocalDate, zone: string): NamedTime => ({
  from: firstInstantOf(on, zone) - AROUND_MS,
  until: firstInstantOf(on, zone) + DAY_MS + AROUND_MS,
  words: ({ reply: say, day }) => say.around({ day: day(on) }),
});

export const openTime = (from: LocalDate, now: Instant, zone: string): NamedTime => ({
  from: firstInstantOf(from, zone),
  until: now + 1,
  words: ({ reply: say, day }) => say.since({ day: day(from) }),
});
