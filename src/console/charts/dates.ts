/** Where a time axis has its marks, and what they are called, as the calendar of one zone has it. */
import { DateTime } from 'luxon';

export interface DateTick {
  readonly at: number;
  readonly label: string;
}

/** How far apart marks may be: few enough for the widest label, and whole weeks, months or years. */
const STEPS = [
  { unit: 'days', count: 1 },
  { unit: 'days', count: 2 },
  { unit: 'days', count: 7 },
  { unit: 'days', count: 14 },
  { unit: 'months', count: 1 },
  { unit: 'months', count: 2 },
  { unit: 'months', count: 3 },
  { unit: 'months', count: 6 },
  { unit: 'months', count: 12 },
  { unit: 'months', count: 24 },
  { unit: 'months', count: 60 },
] as const;
const DAYS_OF = { days: 1, months: 30.5 } as const;
const DAY_MS = 86_400_000;

/** At most so many marks from the one instant to the other, at the beginnings of days or months. */
export function dateTicks(from: number, to: number, zone: string, ticksMax: number): DateTick[] {
  const days = (to - from) / DAY_MS;
  const step =
    STEPS.find(({ unit, count }) => days / (DAYS_OF[unit] * count) <= ticksMax) ?? STEPS[STEPS.length - 1];
  if (!step) return [];
  const isMonths = step.unit === 'months';
  const first = firstTick(DateTime.fromMillis(from, { zone, locale: 'en' }), isMonths ? step.count : 0);
  const ticks: DateTick[] = [];
  for (let n = 0; n < ticksMax + 2; n += 1) {
    const at = first.plus({ [step.unit]: step.count * n });
    if (at.toMillis() > to) break;
    if (at.toMillis() >= from) ticks.push({ at: at.toMillis(), label: labelOf(at, isMonths) });
  }
  return ticks;
}

/** @param months 0 for days */
function firstTick(from: DateTime, months: number): DateTime {
  if (months === 0) return from.startOf('day') < from ? from.startOf('day').plus({ days: 1 }) : from;
  const start = from.startOf('month');
  return start.minus({ months: (start.month - 1) % months });
}

/** `16 Nov`; `Nov`; `2026`, where a year begins and months are marked. */
function labelOf(at: DateTime, isMonths: boolean): string {
  if (!isMonths) return at.toFormat('d LLL');
  return at.month === 1 ? at.toFormat('yyyy') : at.toFormat('LLL');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Nov`: of a local date, or a month, such as `2026-11`. */
export const monthLabel = (on: string): string => MONTHS[Number(on.slice(5, 7)) - 1] ?? '';

/** `16 Nov`: of a local date. A page of charts has thousands: no calendar is asked for what the date says itself. */
export const shortDay = (on: string): string => `${Number(on.slice(8, 10))} ${monthLabel(on)}`;

/** `16 Nov 2026`. */
export const dayLabel = (on: string): string => `${shortDay(on)} ${on.slice(0, 4)}`;
