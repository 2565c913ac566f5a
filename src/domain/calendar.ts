/**
 * The billing calendar: when each cycle of an account begins.
 *
 * Boundary n is the first instant of the local date `anchorOn + n months`, always counted from the anchor, so
 * that 31 Jan → 28 Feb → 31 Mar never drifts. Its identity is the date; the instant is derived from it.
 */
import { IANAZone } from 'luxon';
import { brokenRule } from '../errors.ts';

/** A point in time: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;
/** A calendar date without a zone: `YYYY-MM-DD`. Compares correctly as a string. */
export type LocalDate = string;
/** What a 29th, 30th or 31st becomes in a shorter month. */
export type MonthEnd = 'clamp' | 'first-of-next';

/** What an account's boundaries are computed from. `zone` is an IANA name. */
export interface Calendar {
  readonly anchorOn: LocalDate;
  readonly zone: string;
  readonly monthEnd: MonthEnd;
}

export interface Boundary {
  /** Months counted from the anchor; 0 is the anchor itself, which is never settled. */
  readonly n: number;
  readonly on: LocalDate;
  readonly at: Instant;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The local date of boundary `n` (n ≥ 0; boundary 0 is where the count starts). */
export function boundaryOn(calendar: Calendar, n: number): LocalDate {
  const anchor = countedFrom(calendar);
  return plusMonths(anchor, n);
}

export function boundary(calendar: Calendar, n: number): Boundary {
  const on = boundaryOn(calendar, n);
  return { n, on, at: firstInstantOf(on, calendar.zone) };
}

/** The first boundary (n ≥ 1) whose date is later than `on`. */
export function boundaryAfter(calendar: Calendar, on: LocalDate): Boundary {
  let n = Math.max(1, monthsBetween(countedFrom(calendar), on));
  while (boundaryOn(calendar, n) <= on) n += 1;
  return boundary(calendar, n);
}

/** The first boundary (n ≥ 1) that begins at or after an instant: the first one tracked after a take-over. */
export function boundaryFrom(calendar: Calendar, at: Instant): Boundary {
  // The local date of an instant and its boundary can disagree by a skipped day, hence one month of margin.
  let n = Math.max(1, monthsBetween(countedFrom(calendar), localDateOf(at, calendar.zone)) - 1);
  while (firstInstantOf(boundaryOn(calendar, n), calendar.zone) < at) n += 1;
  return boundary(calendar, n);
}

/** Under `first-of-next` a 29th, 30th or 31st counts as the 1st of the following month. */
function countedFrom({ anchorOn, monthEnd }: Calendar): LocalDate {
  const { year, month, day } = partsOf(anchorOn);
  if (monthEnd === 'clamp' || day <= 28) return anchorOn;
  return month === 12 ? dateOf(year + 1, 1, 1) : dateOf(year, month + 1, 1);
}

// ---------------------------------------------------------------------------------------------- instants

/**
 * The first instant of a local date in a zone. Where midnight is skipped: the first instant that exists; where it
 * happens twice: the earlier; where the zone skips the whole date: the first instant after it.
 *
 * luxon's `startOf('day')` gives the second midnight where there are two, hence this walk over the offsets.
 * @throws broken-rule `unknown-zone`
 */
export function firstInstantOf(on: LocalDate, zone: string): Instant {
  if (zone === 'UTC') return utcMidnight(on);
  const key = `${zone}|${on}`;
  const known = firstInstants.get(key);
  if (known !== undefined) return known;
  const at = computeFirstInstant(utcMidnight(on), getZone(zone));
  if (firstInstants.size >= FIRST_INSTANTS_MAX) firstInstants.clear();
  firstInstants.set(key, at);
  return at;
}

/**
 * The first instant at which a clock on the wall of `zone` shows this time of this date, or a later one: where the time
 * is skipped, the first instant after the gap; where it comes twice, the earlier.
 * @param minutes since midnight, 0 to 1439
 * @throws broken-rule `unknown-zone`
 */
export const instantOnWall = (on: LocalDate, minutes: number, zone: string): Instant =>
  computeFirstInstant(utcMidnight(on) + minutes * 60_000, getZone(zone));

/** Zoned arithmetic costs 79 µs, a look-up less than one; a fleet shares a few thousand (zone, date) pairs. */
const firstInstants = new Map<string, Instant>();
const FIRST_INSTANTS_MAX = 50_000;

/** No zone has ever been further than this from UTC. */
const OFFSET_MAX = 16 * HOUR;
/** Fine enough that no two clock changes fall between two looks. */
const OFFSET_STEP = 4 * HOUR;

/** The smallest instant t with t + offset(t) ≥ midnight: looked for in each stretch of equal offset, in order. */
function computeFirstInstant(midnight: number, zone: IANAZone): Instant {
  const offsetAt = (at: Instant): number => offsetOf(zone, at);
  const usual = offsetAt(midnight - OFFSET_MAX);
  // No clock change anywhere near, as on most dates: three looks instead of a walk.
  if (offsetAt(midnight - usual) === usual && offsetAt(midnight + OFFSET_MAX) === usual)
    return midnight - usual;
  let start = midnight - OFFSET_MAX;
  while (start <= midnight + OFFSET_MAX) {
    const end = endOfStretch(start, start + OFFSET_STEP, offsetAt);
    const reached = Math.max(start, midnight - offsetAt(start));
    if (reached < end) return reached;
    start = end;
  }
  throw brokenRule('unknown-zone', `zone ${zone.name} is further than 16 hours from UTC`);
}

/** Where the offset of `from` ends: the instant of the clock change in (from, to], or `to` when there is none. */
function endOfStretch(from: Instant, to: Instant, offsetAt: (at: Instant) => number): Instant {
  const offset = offsetAt(from);
  if (offsetAt(to) === offset) return to;
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** Milliseconds ahead of UTC. Whole: luxon counts in minutes, of which old local mean times have fractions. */
const offsetOf = (zone: IANAZone, at: Instant): number => Math.round(zone.offset(at) * 60_000);

/** The date that a clock on the wall of `zone` shows at an instant. */
export function localDateOf(at: Instant, zone: string): LocalDate {
  const offset = zone === 'UTC' ? 0 : offsetOf(getZone(zone), at);
  return new Date(at + offset).toISOString().slice(0, 10);
}

/** True for IANA names only: neither `local` nor `UTC+3` nor `+05:30` names a place. */
export function isKnownZone(zone: string): boolean {
  if (zones.has(zone)) return true;
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(zone) || !IANAZone.isValidZone(zone)) return false;
  if (zones.size >= ZONES_MAX) zones.clear();
  zones.set(zone, IANAZone.create(zone));
  return true;
}

/** Asking luxon about a name costs 90 µs. There are some 600 names, and as many spellings as somebody cares to send. */
const zones = new Map<string, IANAZone>();
const ZONES_MAX = 2_000;

function getZone(zone: string): IANAZone {
  const known = isKnownZone(zone) ? zones.get(zone) : undefined;
  if (!known) throw brokenRule('unknown-zone', `"${zone}" is not a known IANA time zone`);
  return known;
}

// ------------------------------------------------------------------------------------------------- dates

/** True for a date that exists, written `YYYY-MM-DD`, in the years 1900 to 2999. */
export function isLocalDate(text: string): boolean {
  if (!/^(19|2\d)\d\d-\d\d-\d\d$/.test(text)) return false;
  const { year, month, day } = partsOf(text);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

const INSTANT_MIN = Date.parse('1900-01-01T00:00:00Z');
const INSTANT_END = Date.parse('3000-01-01T00:00:00Z');

/**
 * An ISO 8601 instant with an explicit offset or `Z`, in the years that the tables and the calendar have room for;
 * undefined for anything else, such as a date, a time or an offset that does not exist: none of them becomes another.
 */
export function parseInstant(text: string): Instant | undefined {
  if (!INSTANT.test(text) || !isLocalDate(text.slice(0, DATE_LENGTH))) return undefined;
  const offsetLength = text.endsWith('Z') ? 1 : OFFSET_LENGTH;
  // Read as if it were in UTC, so that the offset is subtracted in one place.
  const inUtc = offsetLength === 1 ? text : `${text.slice(0, -offsetLength)}Z`;
  const at = Date.parse(inUtc) - offsetMs(text.slice(-offsetLength));
  return at >= INSTANT_MIN && at < INSTANT_END ? at : undefined;
}
const INSTANT =
  /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)$/;
const DATE_LENGTH = '2021-03-16'.length;
const OFFSET_LENGTH = '+01:00'.length;

function offsetMs(offset: string): number {
  if (offset === 'Z') return 0;
  const ms = Number(offset.slice(1, 3)) * HOUR + Number(offset.slice(4)) * 60_000;
  return offset.startsWith('-') ? -ms : ms;
}

export function formatInstant(at: Instant): string {
  const second = Math.floor(at / 1_000);
  if (second !== lastSecond.number)
    lastSecond = { number: second, text: new Date(second * 1_000).toISOString().slice(0, -4) };
  return `${lastSecond.text}${String(Math.trunc(at) - second * 1_000).padStart(3, '0')}Z`;
}

/** The second that was formatted last, up to its point: facts come in order, many of one second. */
let lastSecond = { number: Number.NaN, text: '' };

/** Whole days from one date to another; negative when `to` is earlier. */
export const daysBetween = (from: LocalDate, to: LocalDate): number =>
  Math.round((utcMidnight(to) - utcMidnight(from)) / DAY);

export const plusDays = (on: LocalDate, days: number): LocalDate =>
  new Date(utcMidnight(on) + days * DAY).toISOString().slice(0, 10);

/** `on + months`, the day clamped to the month's last. */
export function plusMonths(on: LocalDate, months: number): LocalDate {
  const { year, month, day } = partsOf(on);
  const count = year * 12 + (month - 1) + months;
  const toYear = Math.floor(count / 12);
  const toMonth = count - toYear * 12 + 1;
  return dateOf(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth)));
}

function monthsBetween(from: LocalDate, to: LocalDate): number {
  const a = partsOf(from);
  const b = partsOf(to);
  return (b.year - a.year) * 12 + (b.month - a.month);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function partsOf(on: LocalDate): { year: number; month: number; day: number } {
  return { year: numberIn(on, 0, 4), month: numberIn(on, 5, 7), day: numberIn(on, 8, 10) };
}

/** By digits, without a text of its own: each account's boundary asks a dozen times. NaN for what is no number. */
function numberIn(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    number = 10 * number + digit;
  }
  return number;
}

const ZERO = 0x30;

const dateOf = (year: number, month: number, day: number): LocalDate =>
  `${year}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`;

const utcMidnight = (on: LocalDate): Instant => Date.parse(on);
