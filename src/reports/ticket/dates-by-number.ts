/** Dates in numbers: `4/11`, `11.04.`, `05/02/21`. Which of two is the day, the text seldom says. */
import { DateTime } from 'luxon';
import { type LocalDate, isLocalDate } from '../../domain/calendar.ts';
import { dayWords } from '../member-words.ts';
import { type DateRead, type Now, taken, todayOf } from './date-read.ts';

export const SLASHED = /^(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2}|\d{4}))?$/;
/** `24/7`, `1/2 of them`. */
const NO_DATE = /^24\/7$/;
const SHARE = /^\s+of (my|the|them|it|all|our|your)\b/i;

/** Of `11/04` nobody can tell which is the month: the day that is nearer is told first. */
export function slashed(written: string, at: number, text: string, now: Now): DateRead[] {
  const [, a = '', b = '', year] = SLASHED.exec(written) ?? [];
  if (year === undefined && (NO_DATE.test(written) || SHARE.test(text.slice(at + written.length)))) return [];
  return byNumbers(written, at, { day: b, month: a, year }, now);
}

interface Numbers {
  readonly day: string;
  readonly month: string;
  readonly year: string | undefined;
}

/** Both readings, where the text leaves it open and both exist. */
function byNumbers(written: string, at: number, { day, month, year }: Numbers, now: Now): DateRead[] {
  const inYears = (on: string): LocalDate[] =>
    (year === undefined ? yearsAround(now) : [year.length === 2 ? `20${year}` : year])
      .map((one) => `${one}-${on}`)
      .filter(isLocalDate);
  const of = (first: string, second: string) => `${first.padStart(2, '0')}-${second.padStart(2, '0')}`;
  const readings = [...new Set([of(month, day), of(day, month)])]
    .map(inYears)
    .filter((one) => one.length > 0)
    .map((one) => nearest(one, now, year !== undefined));
  if (readings.length === 0) return [];
  const on = nearest(readings, now, true);
  const or = readings.find((one) => one !== on);
  const other = or === undefined ? '' : `, not ${dayWords(or)}`;
  const assumed =
    or === undefined && year !== undefined ? null : `${taken(written, dayWords(on)).slice(0, -1)}${other}.`;
  return [{ text: written, at, from: on, to: on, assumed, ...(or !== undefined && { or }) }];
}

const yearsAround = (now: Now): string[] => {
  const year = Number(todayOf(now).slice(0, 4));
  return [year - 1, year, year + 1].map(String);
};

/** A complaint is of what was lately, seldom of what lies ahead, and hardly ever of what lies far ahead. */
const FAR_AHEAD = 3;

/** @param asTheyAre whether the years are those of the text */
export function nearest(days: readonly LocalDate[], now: Now, asTheyAre = false): LocalDate {
  const today = DateTime.fromISO(todayOf(now), { zone: 'utc' });
  const all = asTheyAre
    ? days
    : days.flatMap((one) => yearsAround(now).map((year) => `${year}${one.slice(4)}`)).filter(isLocalDate);
  const distance = (on: LocalDate): number => {
    const ahead = DateTime.fromISO(on, { zone: 'utc' }).diff(today, 'days').days;
    return ahead > 0 ? ahead * FAR_AHEAD : -ahead;
  };
  return all.toSorted((a, b) => distance(a) - distance(b))[0] ?? (days[0] as LocalDate);
}

/** The day first, as where dots are written: `11.4.`, `04.03`, `4.11.21`. What may be an amount is none. */
const DOTTED =
  /(?<![\w$€£.,])(\d{1,2})\.(\d{1,2})(?:\.(\d{4}|\d{2})(?!\w)|\.(?!\w)|(?<=\.[01]\d)(?=[\s,;:!?)]|$)(?!\s*(?:usd|eur|dollars?|euros?|connects)))/gi;

export const dotted = (text: string, now: Now): DateRead[] =>
  [...text.matchAll(DOTTED)].flatMap(({ 0: written, 1: day = '', 2: month = '', 3: year, index }) =>
    byNumbers(written, index, { day, month, year }, now)
      .filter((one) => Number(month) <= 12 || one.or === undefined)
      .map((one) => dayFirst(one, { day, month }, now)),
  );

/** Dots leave less doubt than slashes, unless that day lies ahead. */
function dayFirst(one: DateRead, { day, month }: Pick<Numbers, 'day' | 'month'>, now: Now): DateRead {
  const isDayFirst = one.from.endsWith(`-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
  if (one.or === undefined || isDayFirst || one.or > todayOf(now)) return one;
  return { ...one, from: one.or, to: one.or, or: one.from, assumed: taken(one.text, dayWords(one.or)) };
}
