/** Dates as people write them: `the 11th of April`, `two days ago`, `last week`, `over a month`. */
import { type ParsedResult, en } from 'chrono-node';
import { DateTime } from 'luxon';
import { type Instant, type LocalDate, isLocalDate, localDateOf } from '../../domain/calendar.ts';
import { dayWords } from '../member-words.ts';

/** A day, or a time that has a beginning, as a text names it. */
export interface DateRead {
  /** As written. */
  readonly text: string;
  readonly at: number;
  readonly from: LocalDate;
  /** Inclusive; null for a time that still goes on, such as `for two weeks`. */
  readonly to: LocalDate | null;
  /** What was taken for granted, in one sentence; null where the text leaves no doubt. */
  readonly assumed: string | null;
}

/** Where and when the writer is. */
export interface Now {
  readonly at: Instant;
  readonly zone: string;
}

/** Dates of one text that are read; the first. */
export const DATES_MAX = 8;

/** In the order of the text. */
export function readDates(text: string, now: Now): DateRead[] {
  const found = en.parse(text, referenceOf(now)).flatMap((one) => ofParser(one, text, now));
  for (const read of [durations, ordinals, daysOfMonth])
    found.push(...read(text, now).filter((one) => !found.some((other) => overlap(one, other))));
  return found
    .filter((one) => isLocalDate(one.from) && (one.to === null || isLocalDate(one.to)))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, DATES_MAX);
}

const overlap = (a: DateRead, b: DateRead): boolean =>
  a.at < b.at + b.text.length && b.at < a.at + a.text.length;

const referenceOf = ({ at, zone }: Now) => ({
  instant: new Date(at),
  timezone: DateTime.fromMillis(at, { zone }).offset,
});

// ---------------------------------------------------------------------------------- what the library found

/** A time that lies ahead, or a rule's length, is no date of the past: `after 14 days`, `within a month`. */
const AHEAD = /^(after|within|in|next|before|by)\b/i;
/** Says when somebody writes, and nothing of what happened. */
const NOW_ITSELF = /^(right |just |by )?now$/i;
/** A time that goes on: its beginning is what counts. */
const GOES_ON = /^(last|past|previous|this)\s+(\d+\s+)?(week|month|year|day|few)/i;
const LASTING = /^(for|over)\s+/i;

function ofParser(found: ParsedResult, text: string, now: Now): DateRead[] {
  const { start, end } = found;
  const written = found.text.replace(/^on\s+/i, '');
  const index = found.index + found.text.length - written.length;
  const relative = found.tags().has('result/relativeDate');
  const read = (from: LocalDate, to: LocalDate | null, assumed: string | null): DateRead[] => [
    { text: written, at: index, from, to, assumed },
  ];
  if (LASTING.test(written)) return lasting(written.replace(LASTING, ''), index, written, now);
  if (AHEAD.test(written) || NOW_ITSELF.test(written)) return [];
  if (GOES_ON.test(written)) return read(dateOf(start), null, goesOn(written, dateOf(start)));
  if (start.isCertain('day')) {
    const day = bySlash(written, dateOf(start), now);
    const assumed = relative ? null : (day.assumed ?? ofYear(found, written, day.on));
    return read(day.on, end ? dateOf(end) : day.on, assumed);
  }
  if (start.isCertain('weekday') && /day$/i.test(written))
    return read(dateOf(start), dateOf(start), taken(written, dayWords(dateOf(start))));
  if (relative) return read(dateOf(start), null, goesOn(written, dateOf(start)));
  if (start.isCertain('month') && isMonth(text, index)) {
    const first = `${dateOf(start).slice(0, 8)}01`;
    const last = DateTime.fromISO(first, { zone: 'utc' }).endOf('month').toISODate() ?? first;
    return read(first, last, ofYear(found, written, first));
  }
  return [];
}

const dateOf = (parsed: ParsedResult['start']): LocalDate => {
  const [year, month, day] = (['year', 'month', 'day'] as const).map((part) => parsed.get(part) ?? 0);
  return [String(year).padStart(4, '0'), ...[month, day].map((one) => String(one).padStart(2, '0'))].join(
    '-',
  );
};

/** "may" and "march" are words, too. */
const isMonth = (text: string, index: number): boolean =>
  /\p{Lu}/u.test(text.charAt(index)) ||
  /\b(in|since|of|from|last|during|early|late|mid)\s$/i.test(text.slice(0, index));

const taken = (written: string, as: string): string => `"${written}" was taken to be ${as}.`;
const goesOn = (written: string, from: LocalDate): string =>
  `"${written}" was taken to be the time since ${dayWords(from)}.`;

const ofYear = ({ start }: ParsedResult, written: string, on: LocalDate): string | null =>
  start.isCertain('year') ? null : `The year of "${written}" was taken to be ${on.slice(0, 4)}.`;

const SLASHED = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{2,4})$/;

/** Of `11/04/2021` nobody can tell which is the month, unless the other reading lies ahead. */
function bySlash(
  written: string,
  monthFirst: LocalDate,
  now: Now,
): { readonly on: LocalDate; readonly assumed: string | null } {
  const [, a = '', b = ''] = SLASHED.exec(written) ?? [];
  if (a === b || a === '' || Number(a) > 12 || Number(b) > 12) return { on: monthFirst, assumed: null };
  const dayFirst = `${monthFirst.slice(0, 5)}${monthFirst.slice(8)}-${monthFirst.slice(5, 7)}`;
  const today = localDateOf(now.at, now.zone);
  const on = monthFirst > today && dayFirst <= today ? dayFirst : monthFirst;
  return {
    on,
    assumed: `${taken(written, dayWords(on)).slice(0, -1)}, not ${dayWords(on === monthFirst ? dayFirst : monthFirst)}.`,
  };
}

// ------------------------------------------------------------------------------------- what it does not look for

const COUNTS = 'a|an|one|two|three|four|five|six|seven|eight|nine|ten|\\d{1,3}';
const DURATION = new RegExp(
  `\\b(?:for|over|more than|already|past)\\s+(?:the last\\s+)?((?:${COUNTS})\\s+(?:day|week|month|year)s?)\\b(?! ago)`,
  'gi',
);

const durations = (text: string, now: Now): DateRead[] =>
  [...text.matchAll(DURATION)].flatMap((match) => lasting(match[1] ?? '', match.index, match[0], now));

/** @param length such as `two weeks`, up to now */
function lasting(length: string, at: number, written: string, now: Now): DateRead[] {
  const [before] = en.parse(`${length} ago`, referenceOf(now));
  if (!before) return [];
  const from = dateOf(before.start);
  return [{ text: written, at, from, to: null, assumed: goesOn(written, from) }];
}

const ORDINALS = [
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
];
const NTH_DAY = new RegExp(
  `\\b(${ORDINALS.join('|')}|\\d{1,2}(?:st|nd|rd|th)) (day|week|month) (?:without|now|already|and)\\b`,
  'gi',
);

/** `a fourth day without Connects`. */
const ordinals = (text: string, now: Now): DateRead[] =>
  [...text.matchAll(NTH_DAY)].flatMap(({ 0: written, 1: nth = '', 2: unit = '', index }) => {
    const count = ORDINALS.indexOf(nth.toLowerCase()) + 1 || Number.parseInt(nth, 10);
    return lasting(`${count} ${unit}s`, index, written, now);
  });

const DAY_OF_MONTH = /\b(?:on )?the (\d{1,2})(?:st|nd|rd|th)\b(?! (?:of|day|week|month|interview|time))/gi;

/** `on the 11th`: the latest that is not ahead. */
const daysOfMonth = (text: string, { at, zone }: Now): DateRead[] =>
  [...text.matchAll(DAY_OF_MONTH)].flatMap(({ 0: written, 1: day = '', index }) => {
    const today = localDateOf(at, zone);
    const months = [0, 1, 2].map((back) => DateTime.fromISO(today, { zone: 'utc' }).minus({ months: back }));
    const on = months
      .map((one) => `${one.toFormat('yyyy-MM')}-${day.padStart(2, '0')}`)
      .find((one) => isLocalDate(one) && one <= today);
    return on === undefined
      ? []
      : [{ text: written, at: index, from: on, to: on, assumed: taken(written, dayWords(on)) }];
  });
