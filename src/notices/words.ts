/** How a notice says numbers, dates and plans: as a member reads them. Cheap: a sweep renders hundreds of thousands. */
import { type Instant, type LocalDate, localDateOf } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';

const PLAN_TITLES: Record<PlanName, string> = {
  basic: 'Freelancer Basic',
  plus: 'Freelancer Plus',
  agency: 'the Agency plan',
};

export const planTitle = (plan: PlanName): string => PLAN_TITLES[plan];

/** `1234` → `1,234`. */
export const count = (amount: number): string =>
  amount < 1_000 && amount > -1_000 ? String(amount) : amount.toLocaleString('en-US');

/** `1 Connect`, `2 Connects`. */
export const connects = (amount: number): string =>
  `${count(amount)} ${amount === 1 ? 'Connect' : 'Connects'}`;

/** `1 Connect was`, `2 Connects were`. */
export const connectsWere = (amount: number): string =>
  `${connects(amount)} ${amount === 1 ? 'was' : 'were'}`;

/** `1 Connect has`, `2 Connects have`. */
export const connectsHave = (amount: number): string =>
  `${connects(amount)} ${amount === 1 ? 'has' : 'have'}`;

/** `+10`, `−4`. */
export const signed = (amount: number): string => (amount < 0 ? `−${count(-amount)}` : `+${count(amount)}`);

/** `1 day`, `2 days`. */
export const counted = (amount: number, one: string): string =>
  `${count(amount)} ${amount === 1 ? one : `${one}s`}`;

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `16 March 2021`. */
export const day = (on: LocalDate): string =>
  `${Number(on.slice(8, 10))} ${MONTHS[Number(on.slice(5, 7)) - 1]} ${on.slice(0, 4)}`;

/** `16 Mar 2021`: where room is short. */
export const shortDay = (on: LocalDate): string =>
  `${Number(on.slice(8, 10))} ${MONTHS[Number(on.slice(5, 7)) - 1]?.slice(0, 3)} ${on.slice(0, 4)}`;

/** `16 March 2021, 10:00`, by a clock on the wall of `zone`. */
export function moment(at: Instant, zone: string): string {
  const on = localDateOf(at, zone);
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  return `${day(on)}, ${clock.format(at)}`;
}

/** `1 to 31 January 2021`, `16 March to 15 April 2021`: of a cycle that ends where the next begins. */
export function cycleDays(on: LocalDate, nextOn: LocalDate): string {
  const last = new Date(Date.parse(nextOn) - 86_400_000).toISOString().slice(0, 10);
  if (last <= on) return day(on);
  const [from, to] = [day(on), day(last)];
  if (on.slice(0, 7) === last.slice(0, 7)) return `${Number(on.slice(8, 10))} to ${to}`;
  return on.slice(0, 4) === last.slice(0, 4) ? `${from.slice(0, -5)} to ${to}` : `${from} to ${to}`;
}

/** `the 1st`, `the 22nd`: of a month. */
export function dayOfMonth(on: LocalDate): string {
  const number = Number(on.slice(8, 10));
  const teen = number >= 11 && number <= 13;
  return `the ${number}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th')}`;
}
