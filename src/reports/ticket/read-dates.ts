/** Dates as people write them: `the 11th of April`, `two days ago`, `last week`, `over a month`. */
import { type ParsedResult, en } from 'chrono-node';
import { DateTime } from 'luxon';
import { type LocalDate, isLocalDate, localDateOf } from '../../domain/calendar.ts';
import { dayWords } from '../member-words.ts';
import { type DateRead, type Now, shifted, taken, todayOf } from './date-read.ts';
import { SLASHED, dotted, nearest, slashed } from './dates-by-number.ts';

/** Dates of one text that are read; the first. */
export const DATES_MAX = 8;

/** In the order of the text. */
export function readDates(written: string, now: Now): DateRead[] {
  const text = plainly(written);
  const found = [...daysBefore(text, now), ...dotted(text, now)];
  const add = (more: readonly DateRead[]): void => {
    found.push(...more.filter((one) => !found.some((other) => overlap(one, other))));
  };
  add(en.parse(text, referenceOf(now)).flatMap((one) => ofParser(one, text, now)));
  for (const read of [listedDays, durations, ordinals, daysOfMonth]) add(read(text, now));
  return found
    .filter((one) => isLocalDate(one.from) && (one.to === null || isLocalDate(one.to)))
    .map((one) => ({ ...one, text: written.slice(one.at, one.at + one.text.length) }))
    .map((one) => (SINCE.test(text.slice(0, one.at)) ? { ...one, to: null } : one))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, DATES_MAX);
}

const MONTH = '(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*';
const NTH = '\\d{1,2}(?:st|nd|rd|th)?';

/** Spellings that the library does not know, as those that it does, each as long: `11. April`, `between 1 and 5 May`. */
const plainly = (text: string): string =>
  text
    .replace(new RegExp(`\\b(\\d{1,2})\\.(?= ?${MONTH}\\b)`, 'gi'), '$1 ')
    .replace(new RegExp(`\\b(between ${NTH}) and (?=${NTH} (?:of )?${MONTH})`, 'gi'), '$1 to  ');

/** What is told from such a day on goes on until now. */
const SINCE = /\b(since|starting( from| on)?)( the)?\s$/i;

const overlap = (a: DateRead, b: DateRead): boolean =>
  a.at < b.at + b.text.length && b.at < a.at + a.text.length;

const referenceOf = ({ at, zone }: Now) => ({
  instant: new Date(at),
  timezone: DateTime.fromMillis(at, { zone }).offset,
});

// ---------------------------------------------------------------------------------- what the library found

/** A time that lies ahead, or a rule's length, is no date of the past: `after 14 days`, `within a month`. */
const AHEAD = /^(after|within|in|next|before|by)\b|\b(before|later)$/i;
/** Says when somebody writes, and nothing of what happened. */
const NOW_ITSELF = /^(right |just |by )?now$/i;
/** A time that goes on: its beginning is what counts. */
const GOES_ON = /^(last|past|previous|this)\s+(\d+\s+)?(week|month|year|day|few)/i;
const LASTING = /^(for|over)\s+/i;

function ofParser(found: ParsedResult, text: string, now: Now): DateRead[] {
  const { start, end } = found;
  const written = found.text.replace(/^(on\s+|\d+ of (?=\d))/i, '').replace(/[,)\s]+$/, '');
  const index = found.index + found.text.indexOf(written);
  const relative = found.tags().has('result/relativeDate');
  const read = (from: LocalDate, to: LocalDate | null, assumed: string | null): DateRead[] => [
    { text: written, at: index, from, to, assumed },
  ];
  if (LASTING.test(written)) return lasting(written.replace(LASTING, ''), index, written, now);
  if (AHEAD.test(written) || NOW_ITSELF.test(written)) return [];
  if (GOES_ON.test(written)) return goingOn(written, index, dateOf(start), now);
  if (SLASHED.test(written) && !end) return slashed(written, index, text, now);
  if (start.isCertain('day')) {
    if (/\bweeks? ago$/i.test(written)) return around(written, index, dateOf(start), 3);
    const on = relative || start.isCertain('year') ? dateOf(start) : nearest([dateOf(start)], now);
    return read(on, end ? dateOf(end) : on, relative ? null : ofYear(found, written, on));
  }
  if (start.isCertain('weekday') && WEEKDAY.test(written)) {
    const on = passed(dateOf(start), text.slice(0, index) + written, now);
    return read(on, on, taken(written, dayWords(on)));
  }
  if (relative && /\bmonths? ago$/i.test(written))
    return read(shifted(dateOf(start), -7), null, goesOn(written, shifted(dateOf(start), -7)));
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

const goesOn = (written: string, from: LocalDate): string =>
  `"${written}" was taken to be the time since ${dayWords(from)}.`;

const ofYear = ({ start }: ParsedResult, written: string, on: LocalDate): string | null =>
  start.isCertain('year') ? null : `The year of "${written}" was taken to be ${on.slice(0, 4)}.`;

/** `sat` and `sun` are words, too. */
const WEEKDAY = /day\b|^(Mon|Tues?|Weds?|Thu(rs?)?|Fri)$/;

/** Nobody remembers weeks to the day. */
function around(written: string, at: number, on: LocalDate, days: number): DateRead[] {
  const [from, to] = [shifted(on, -days), shifted(on, days)];
  const assumed = `${taken(written, dayWords(from)).slice(0, -1)} to ${dayWords(to)}.`;
  return [{ text: written, at, from, to, assumed }];
}

/** A weekday is the latest that has passed, unless it is said to be the next. */
function passed(on: LocalDate, said: string, now: Now): LocalDate {
  return on > todayOf(now) && !/\b(next|this|coming|until|by|till)\s\w+$/i.test(said) ? shifted(on, -7) : on;
}

/** Of `last week` on the Sunday after, nearly two weeks are meant. */
function goingOn(written: string, at: number, found: LocalDate, now: Now): DateRead[] {
  const unit = /^(?:last|past|previous)\s+(week|month|year)\b/i.exec(written)?.[1]?.toLowerCase();
  const day = DateTime.fromISO(todayOf(now), { zone: 'utc' });
  const begin =
    unit &&
    day
      .minus({ [unit]: 1 })
      .startOf(unit as 'week' | 'month' | 'year')
      .toISODate();
  const from = begin && begin < found ? begin : shifted(found, /weekend$/i.test(written) ? -1 : 0);
  return [{ text: written, at, from, to: null, assumed: goesOn(written, from) }];
}

// ------------------------------------------------------------------------------------- what it does not look for

const COUNTS = 'a|an|one|two|three|four|five|six|seven|eight|nine|ten|\\d{1,3}';
const DURATION = new RegExp(
  `\\b(?:for|over|more than|already|past|since|waiting|waited)\\s+(?:the last\\s+)?((?:${COUNTS})\\s+(?:day|week|month|year)s?)\\b(?! ago)`,
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

const DAYS_BEFORE = /\b(?:the )?day before yesterday\b|\b(?:a |one )?fortnight ago\b/gi;

const daysBefore = (text: string, now: Now): DateRead[] =>
  [...text.matchAll(DAYS_BEFORE)].flatMap(({ 0: written, index }) => {
    if (/ago$/i.test(written)) return around(written, index, shifted(todayOf(now), -14), 3);
    const on = shifted(todayOf(now), -2);
    return [{ text: written, at: index, from: on, to: on, assumed: null }];
  });

const LISTED = new RegExp(
  `\\b((?:${NTH}(?:,\\s*and\\s+|,\\s*|\\s*&\\s*|\\s+and\\s+))+)${NTH}(?:\\s+of)?\\s+(${MONTH})`,
  'gi',
);

/** `on 3, 5 and 9 June`: those before the last. */
const listedDays = (text: string, now: Now): DateRead[] =>
  [...text.matchAll(LISTED)].flatMap(({ 1: list = '', 2: month = '', index }) =>
    [...list.matchAll(/\d{1,2}/g)].flatMap((day) =>
      en.parse(`${day[0]} ${month}`, referenceOf(now)).flatMap((one) => {
        const on = nearest([dateOf(one.start)], now);
        const written = `${day[0]} ${month}`;
        return { text: day[0], at: index + day.index, from: on, to: on, assumed: ofYear(one, written, on) };
      }),
    ),
  );

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
