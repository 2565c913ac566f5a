/**
 * A daily window of local time, in which a backfill may be worked on: `22:00-05:00` reaches across midnight. A window
 * belongs to the date on which it opens; on a day whose clocks skip it whole, it does not open.
 */
import { type Instant, instantOnWall, localDateOf, plusDays } from '../calendar.ts';

export interface DailyWindow {
  /** Local times `HH:MM`: open from the first, included, to the second, not included. Never the same. */
  readonly opens: string;
  readonly closes: string;
  /** IANA name. */
  readonly zone: string;
}

const TIME = '([01]\\d|2[0-3]):[0-5]\\d';
const WINDOW = new RegExp(`^(${TIME})-(${TIME})$`);

/** `22:00-05:00`; undefined for anything else, also for two times that are the same. */
export function parseWindow(text: string): Omit<DailyWindow, 'zone'> | undefined {
  if (!WINDOW.test(text)) return undefined;
  const [opens, closes] = text.split('-') as [string, string];
  return opens === closes ? undefined : { opens, closes };
}

export const formatWindow = ({ opens, closes, zone }: DailyWindow): string => `${opens}-${closes} ${zone}`;

/** More days than any zone ever skipped in a row; a window of a skipped hour opens on the next day. */
const DAYS_AHEAD = 4;

/** When it is open next, or since when it is: an opening at or before `at` means that it is open. */
export function nextOpening(window: DailyWindow, at: Instant): Instant {
  const today = localDateOf(at, window.zone);
  // Yesterday's may still be open.
  for (let days = -1; days <= DAYS_AHEAD; days += 1) {
    const { opensAt, closesAt } = openingOf(window, plusDays(today, days));
    if (at < closesAt && opensAt < closesAt) return opensAt;
  }
  throw new RangeError(`${formatWindow(window)} does not open within ${DAYS_AHEAD} days`);
}

export const isOpenAt = (window: DailyWindow, at: Instant): boolean => nextOpening(window, at) <= at;

function openingOf(
  { opens, closes, zone }: DailyWindow,
  on: string,
): { opensAt: Instant; closesAt: Instant } {
  const closesOn = closes > opens ? on : plusDays(on, 1);
  return {
    opensAt: instantOnWall(on, minutesOf(opens), zone),
    closesAt: instantOnWall(closesOn, minutesOf(closes), zone),
  };
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
