/** Days and clocks of one account, as its page writes them. */
import { DateTime } from 'luxon';
import type { Instant } from '../../domain/calendar.ts';
import { counted } from '../../words.ts';

const inZone = (at: Instant, zone: string): DateTime => DateTime.fromMillis(at, { zone, locale: 'en' });

/** `27 Nov`, with the year where that is another one than now. */
export function dayOf(at: Instant, zone: string, now: Instant): string {
  const day = inZone(at, zone);
  return day.toFormat(day.year === inZone(now, zone).year ? 'd LLL' : 'd LLL yyyy');
}

/** `16 December 2026, 00:00`. */
export const momentOf = (at: Instant, zone: string): string =>
  inZone(at, zone).toFormat('d LLLL yyyy, HH:mm');

/** `08:05`. */
export const clockOf = (at: Instant, zone: string): string => inZone(at, zone).toFormat('HH:mm');

/** `today`, `tomorrow`, `in 17 days`, `2 days ago`: of a local date, counted by the calendar of the zone. */
export function daysUntil(on: string, zone: string, now: Instant): string {
  const today = inZone(now, zone).startOf('day').setZone('utc', { keepLocalTime: true });
  const days = Math.round(DateTime.fromISO(on, { zone: 'utc' }).diff(today, 'days').days);
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  return days > 0 ? `in ${counted(days, 'day')}` : `${counted(-days, 'day')} ago`;
}
