/** An account's page in sentences: "Memberships & Connects" and the lines of Connects History, for every place that shows them. */
import { parseInstant } from '../domain/calendar.ts';
import type { HistoryLine } from './account-history.ts';
import type { AccountView } from './account-view.ts';
import { type ZoneWords, counted, dayWords, planTitle } from './member-words.ts';

/** `Freelancer Plus, active; Freelancer Basic from 16 April 2021`. */
export const membershipOf = ({ plan, status, pendingPlan, nextCycleOn }: AccountView): string =>
  `${planTitle(plan)}, ${status}` +
  (pendingPlan !== null && nextCycleOn !== null
    ? `; ${planTitle(pendingPlan)} from ${dayWords(nextCycleOn)}`
    : '');

/** `16 April 2021`, and whether what it brings is still to come. */
export function nextDateOf({ nextCycleOn, due, putAside }: AccountView): string {
  if (nextCycleOn === null) return 'none, the account is closed';
  if (!due) return dayWords(nextCycleOn);
  return `${dayWords(nextCycleOn)}, due: what it brings ${putAside ? 'is held up' : 'is still to be added'}`;
}

/** `25 expire (rollover limit 200), 80 are added (10 free, 70 of the plan): 280 in all`. */
export function thenOf({
  free,
  paid,
  expired,
  recovered,
  closing,
  cap,
}: NonNullable<AccountView['next']>): string {
  const limit = cap === null ? '' : ` (rollover limit ${cap})`;
  const parts = paid > 0 ? ` (${free} free, ${paid} of the plan)` : '';
  const back = recovered > 0 ? `, ${recovered} taken back` : '';
  return `${expired} expire${limit}, ${free + paid} are added${parts}${back}: ${closing} in all`;
}

/** `20 of 50 in the last 7 days`. */
export const interviewsOf = ({ used, max, days }: NonNullable<AccountView['interviewWindow']>): string =>
  `${used} of ${max} in the last ${counted(days, 'day')}`;

/**
 * `, of 13 Nov, posted 15 Nov`: days other than the one on which it counts, with their year where that differs. Lines of
 * one group were posted together: the first of them says so.
 */
export function lateMarks({ on, occurredAt, postedAt, group }: HistoryLine, words: ZoneWords): string {
  const [happened = on, posted = on] = [occurredAt, postedAt].map((one) =>
    words.dateOf(parseInstant(one) ?? 0),
  );
  const { shortDay: whole, shortDayOfYear, history } = words.texts;
  const say = (day: string): string =>
    day.slice(0, 4) === on.slice(0, 4) ? shortDayOfYear(day) : whole(day);
  const saysPosted = posted > on && (group === null || group.part === 1);
  return (
    (happened < on ? history.markOf({ day: say(happened) }) : '') +
    (saysPosted ? history.markPosted({ day: say(posted) }) : '')
  );
}

/** `6 Apr 2021`. */
export const shortDay = (on: string): string => dayWords(on).replace(/^(\d+) (\p{L}{3})\p{L}* /u, '$1 $2 ');
