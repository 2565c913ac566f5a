/**
 * Members whose cycle begins whenever one looks. A day begins somewhere at the full hour, in few places at the half or the
 * quarter: at most times no boundary lies within the next ten minutes. But who moves to where the day of his next cycle has
 * begun already, begins it as he moves.
 */
import { DateTime } from 'luxon';
import { type Instant, firstInstantOf } from '../../src/domain/calendar.ts';
import type { AccountRowGiven } from './account-rows.ts';

/** From where the day begins latest to where it begins first: at every instant some of them have another date than others. */
const PLACES = [
  'Pacific/Pago_Pago',
  'Pacific/Honolulu',
  'America/Los_Angeles',
  'America/Mexico_City',
  'America/New_York',
  'America/Sao_Paulo',
  'Europe/Lisbon',
  'Europe/Berlin',
  'Africa/Nairobi',
  'Asia/Dubai',
  'Asia/Kolkata',
  'Asia/Bangkok',
  'Asia/Manila',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Pacific/Auckland',
  'Pacific/Kiritimati',
] as const;
/** How long a mover stays at the least before the day begins where he is. */
const STAYS_MS = 30 * 60_000;

type Mover = Required<Pick<AccountRowGiven, 'id' | 'plan' | 'openingBalance'>>;

export const MOVERS: readonly Mover[] = [
  { id: 'ida-moves-east', plan: 'plus', openingBalance: 96 },
  { id: 'jun-moves-east', plan: 'basic', openingBalance: 18 },
  { id: 'kai-moves-east', plan: 'plus', openingBalance: 190 },
  { id: 'lea-moves-east', plan: 'basic', openingBalance: 64 },
];

const dateIn = (zone: string, at: Instant): string => DateTime.fromMillis(at, { zone }).toISODate() as string;

/** The latest date anywhere. */
const latestDate = (at: Instant): string =>
  PLACES.map((zone) => dateIn(zone, at))
    .toSorted()
    .at(-1) as string;

/** Where one can move to, to be in the latest date: the n-th place of these. */
export function moveEast(n: number, at: Instant): string {
  const there = PLACES.filter((zone) => dateIn(zone, at) === latestDate(at));
  return there[n % there.length] as string;
}

/** Where the next cycle of each begins on the latest date, which has not come there yet. */
export function placesOfMovers(now: Instant): readonly (Mover & { zone: string; anchorOn: string })[] {
  const on = latestDate(now);
  const places = PLACES.filter((zone) => firstInstantOf(on, zone) > now + STAYS_MS);
  return MOVERS.map((one, n) => ({
    ...one,
    // The last ones are where most people are.
    zone: places.at(-1 - (n % places.length)) as string,
    anchorOn: anchorOf(on, 9 + n),
  }));
}

/** At least so many months before, in a month that has that day. */
export function anchorOf(on: string, monthsMin: number): string {
  const day = DateTime.fromISO(on, { zone: 'UTC' });
  for (let months = monthsMin; ; months += 1) {
    const anchor = day.minus({ months });
    if (anchor.day === day.day) return anchor.toISODate() as string;
  }
}
