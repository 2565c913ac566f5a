/** Days and instants as a language writes them. All by `Intl`; what is a local date stays one, in whatever zone it is read. */
import { type Instant, type LocalDate, localDateOf } from '../domain/calendar.ts';

export interface DateWords {
  /** `16 March 2021`. @param on a date that exists */
  readonly day: (on: LocalDate) => string;
  /** `16 Mar 2021`: where room is short. */
  readonly shortDay: (on: LocalDate) => string;
  /** `16 April`: where the year is beyond doubt. */
  readonly dayOfYear: (on: LocalDate) => string;
  /** `16 Apr`. */
  readonly shortDayOfYear: (on: LocalDate) => string;
  /** `16 March – 15 April 2021`: all days of a cycle that ends where the next begins. */
  readonly days: (on: LocalDate, nextOn: LocalDate) => string;
  /** `16 March 2021`, by a calendar on the wall of `zone`. */
  readonly dayAt: (at: Instant, zone: string) => string;
  /** `10:00`, by a clock on the wall of `zone`. */
  readonly clock: (at: Instant, zone: string) => string;
  /** `10:00:05`, where minutes do not tell two instants apart; without seconds where there are none. */
  readonly exactClock: (at: Instant, zone: string) => string;
}

const DAY_MS = 86_400_000;

/** @param tag as `en-GB`, `es-MX` */
export function datesIn(tag: string): DateWords {
  const by = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' });
  const long = by({ day: 'numeric', month: 'long', year: 'numeric' });
  const short = by({ day: 'numeric', month: 'short', year: 'numeric' });
  const longOfYear = by({ day: 'numeric', month: 'long' });
  const shortOfYear = by({ day: 'numeric', month: 'short' });
  const day = kept((on) => long.format(utcOf(on)));
  return {
    day,
    shortDay: kept((on) => threeLetters(short.format(utcOf(on)))),
    dayOfYear: kept((on) => longOfYear.format(utcOf(on))),
    shortDayOfYear: kept((on) => threeLetters(shortOfYear.format(utcOf(on)))),
    days: kept((on, nextOn) => {
      const last = utcOf(nextOn) - DAY_MS;
      // Thin spaces are nothing for a mail that is plain text.
      return last <= utcOf(on) ? day(on) : long.formatRange(utcOf(on), last).replace(/\s/g, ' ');
    }),
    dayAt: (at, zone) => day(localDateOf(at, zone)),
    clock: (at, zone) => clockOf(at, zone, tag),
    exactClock: (at, zone) => clockOf(at, zone, tag, true),
  };
}

/** A sweep's letters name the same few days, and writing them anew took four tenths of the time that a letter takes. */
const KEPT_MAX = 1_000;

function kept<Days extends LocalDate[]>(write: (...days: Days) => string): (...days: Days) => string {
  const written = new Map<string, string>();
  return (...days) => {
    const key = days.join(' ');
    const known = written.get(key);
    if (known !== undefined) return known;
    if (written.size >= KEPT_MAX) written.clear();
    const words = write(...days);
    written.set(key, words);
    return words;
  };
}

function utcOf(on: LocalDate): number {
  const at = Date.parse(`${on}T00:00:00Z`);
  // Dates to come may lie beyond those that are taken from outside.
  if (Number.isNaN(at)) throw new RangeError(`${on} is no date`);
  return at;
}

/** Of English, where `Intl` has four for one month alone: such dates stand below each other. */
const threeLetters = (day: string): string => day.replace(' Sept', ' Sep');

/** Twenty-four hours in every language: a deadline must not be read for the other half of the day. */
function clockOf(at: Instant, timeZone: string, tag: string, exact = false): string {
  const options: Intl.DateTimeFormatOptions = {
    timeZone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
  };
  if (exact && at % 60_000 >= 1_000) options.second = '2-digit';
  return clockBy(tag, options).format(at);
}

/** Making one takes a hundred times as long as asking it. */
function clockBy(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${tag} ${options.timeZone} ${options.second ?? ''}`;
  const known = clocks.get(key);
  if (known) return known;
  if (clocks.size >= KEPT_MAX) clocks.clear();
  const made = new Intl.DateTimeFormat(tag, options);
  clocks.set(key, made);
  return made;
}

const clocks = new Map<string, Intl.DateTimeFormat>();
