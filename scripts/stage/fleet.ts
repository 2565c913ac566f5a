/** A made-up fleet and what its members do, the same for the same seed and day. Dates are those before `now`. */
import { DateTime } from 'luxon';
import { type Instant, firstInstantOf, formatInstant } from '../../src/domain/calendar.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import type { AccountRowGiven } from './account-rows.ts';
import { type Fields, factAt } from './facts.ts';
import { anchorOf } from './movers.ts';
import { MEMBER } from './told-of.ts';

export const DAY = 86_400_000;
export const HOUR = 3_600_000;
export const MINUTE = 60_000;
/** How far back the history goes. */
export const STORY_DAYS = 190;

const ZONES = [
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Kyiv',
  'Africa/Nairobi',
  'Asia/Kolkata',
  'Asia/Manila',
  'Asia/Tokyo',
  'Australia/Sydney',
  'America/New_York',
  'America/Los_Angeles',
  'America/Sao_Paulo',
] as const;
/** One for each time of day at which somewhere a day begins. */
const MIDNIGHTS = Array.from(
  { length: 24 },
  (_, hour) => `Etc/GMT${hour < 12 ? '+' : '-'}${hour < 12 ? hour : hour - 11}`,
);
/** And some of those where it begins between the hours. */
const BETWEEN_HOURS = [
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Kabul',
  'Asia/Tehran',
  'Asia/Yangon',
  'Australia/Adelaide',
  'Australia/Darwin',
  'Australia/Eucla',
  'America/St_Johns',
  'Pacific/Chatham',
  'Pacific/Marquesas',
] as const;

export interface FleetPlan {
  readonly members: number;
  /** The last so many of them have begun a cycle within the last hour. */
  readonly beginNow: number;
  /** Before those, so many begin one within the next hour. */
  readonly beginSoon: number;
  /** Every so many-th sends proposals, is asked to interviews, buys. */
  readonly busyEvery: number;
  /** Of the first week that was missed, and of the second. */
  readonly late: readonly [number, number];
  /** More of them, with stories of their own. */
  readonly more?: {
    readonly rows: readonly AccountRowGiven[];
    readonly events: readonly MemberEvent[];
  };
}

export interface Fleet {
  /** There from the beginning. */
  readonly members: readonly AccountRowGiven[];
  /** Taken over too late, so that a week of cycles gave nothing; when. */
  readonly late: readonly { readonly at: Instant; readonly rows: readonly AccountRowGiven[] }[];
  /** Weeks that gave nothing: the one that is being backfilled, and the one that nobody has seen yet. */
  readonly holes: { readonly underWay: Week; readonly open: Week };
  readonly events: readonly MemberEvent[];
}

export interface Week {
  readonly from: string;
  readonly to: string;
}

/** After `from`, up to and with `to`. */
interface Window {
  readonly from: Instant;
  readonly to: Instant;
  readonly zones: readonly string[];
}

export type Roll = (below: number) => number;

/** Whole numbers from 0 up to `below`: mulberry32, the same everywhere. */
export function rolls(seed: number): Roll {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const pick = <T>(roll: Roll, items: readonly T[]): T => items[roll(items.length)] as T;

export function makeFleet(now: Instant, seed: number, plan: FleetPlan): Fleet {
  const roll = rolls(seed);
  const begins = now - STORY_DAYS * DAY;
  const begun = plan.members - plan.beginNow;
  const windowOf = (index: number): Window | undefined =>
    index >= begun
      ? { from: now - BEGAN.beforeMs, to: now - BEGAN.afterMs, zones: MIDNIGHTS }
      : index >= begun - plan.beginSoon
        ? { from: now, to: now + HOUR, zones: [...MIDNIGHTS, ...BETWEEN_HOURS] }
        : undefined;
  const members = Array.from({ length: plan.members }, (_, index) =>
    member(index + 1, { begins, now, window: windowOf(index) }, roll),
  );
  const underWay = weekOf(now, 3, 19, 23);
  const open = weekOf(now, 2, 9, 15);
  const [moved, joined] = plan.late;
  const late = [latecomers('moved', moved, underWay, roll), latecomers('joined', joined, open, roll)];
  const { rows, events } = plan.more ?? { rows: [], events: [] };
  return {
    members: [...members, ...rows],
    late,
    holes: { underWay, open },
    events: [...eventsOf(members, { begins, now, busyEvery: plan.busyEvery }, roll), ...events].toSorted(
      (a, b) => a.at - b.at,
    ),
  };
}

/** Days of the month that lies so many months back. */
function weekOf(now: Instant, monthsAgo: number, first: number, last: number): Week {
  const month = DateTime.fromMillis(now, { zone: 'UTC' }).minus({ months: monthsAgo });
  const day = (on: number): string => month.set({ day: on }).toISODate() as string;
  return { from: day(first), to: day(last) };
}

function member(
  number: number,
  { begins, now, window }: { begins: Instant; now: Instant; window: Window | undefined },
  roll: Roll,
): AccountRowGiven {
  const isAgency = number % 11 === 0;
  const kind = isAgency ? 'agency' : 'freelancer';
  const id = `${kind}-${String(number).padStart(4, '0')}`;
  const plan = isAgency ? 'agency' : number % 5 < 2 ? 'plus' : 'basic';
  const common = {
    id,
    kind,
    plan,
    trackedFrom: formatInstant(begins),
    email: `${id}@members.example.test`,
  } as const;
  if (id === MEMBER)
    return {
      ...common,
      plan: 'plus',
      zone: 'America/New_York',
      openingBalance: 184,
      anchorOn: anchorFor(now + 9 * DAY, 14),
    };
  if (window) return { ...common, ...beginsWithin(window, roll), openingBalance: 20 + roll(190) };
  const anchorOn = anchorFor(begins - roll(30) * DAY, roll(20));
  const status = number % 53 === 0 ? 'suspended' : 'active';
  return { ...common, zone: pick(roll, ZONES), anchorOn, openingBalance: pick(roll, BALANCES), status };
}

const BALANCES = [0, 4, 10, 26, 57, 80, 112, 150, 184, 199, 200, 207, 264] as const;

/** Somewhere the day begins every hour. The sweeps of the morning end before. */
export const BEGAN = { afterMs: 8 * 60_000, beforeMs: 68 * 60_000 };

/** A day that every month has, so many months before. */
export function anchorFor(at: Instant, monthsBefore: number): string {
  const day = DateTime.fromMillis(at, { zone: 'UTC' });
  return day
    .minus({ months: monthsBefore })
    .set({ day: Math.min(day.day, 28) })
    .toISODate() as string;
}

/** A zone in which a day begins in that window around now, and an anchor on such a day in a month that has it. */
function beginsWithin({ from, to, zones }: Window, roll: Roll): { zone: string; anchorOn: string } {
  const beginning = zones.flatMap((zone) => {
    const on = DateTime.fromMillis(to, { zone }).toISODate() as string;
    const at = firstInstantOf(on, zone);
    return at > from && at <= to ? [{ zone, on }] : [];
  });
  const { zone, on } = pick(roll, beginning);
  return { zone, anchorOn: anchorOf(on, 8 + roll(12)) };
}

/** Members since the month before; known to us from the day after that week on. */
function latecomers(name: string, count: number, week: Week, roll: Roll): Fleet['late'][number] {
  const days = DateTime.fromISO(week.to).diff(DateTime.fromISO(week.from), 'days').days + 1;
  const at = firstInstantOf(week.to, 'UTC') + 2 * DAY;
  const rows = Array.from({ length: count }, (_, index) => {
    const on = DateTime.fromISO(week.from, { zone: 'UTC' }).plus({ days: index % days });
    const id = `${name}-${String(index + 1).padStart(3, '0')}`;
    return {
      id,
      plan: index % 3 === 0 ? 'plus' : 'basic',
      zone: pick(roll, ZONES),
      email: `${id}@members.example.test`,
      anchorOn: on.minus({ months: 1 }).toISODate() as string,
      trackedFrom: formatInstant(at),
      openingBalance: 10 + roll(60),
      status: index === 5 ? 'suspended' : 'active',
    } as const;
  });
  return { at, rows };
}

/** Proposals, interviews, purchases; more of the one whose page is looked at. */
function eventsOf(
  members: readonly AccountRowGiven[],
  { begins, now, busyEvery }: { begins: Instant; now: Instant; busyEvery: number },
  roll: Roll,
): MemberEvent[] {
  const busy = members.filter(
    ({ id, status }, index) => status !== 'suspended' && (index % busyEvery === 0 || id === MEMBER),
  );
  const events = busy.flatMap(({ id }) => historyOf(id, begins, now, roll));
  return [...events, ...weekOfInterviews(now)];
}

function historyOf(account: string, begins: Instant, now: Instant, roll: Roll): MemberEvent[] {
  const events: MemberEvent[] = [];
  const tell = (at: Instant, type: string, fields: Fields): void => {
    if (at < now - HOUR) events.push(factAt(`${account}-e${events.length + 1}`, account, at, type, fields));
  };
  const pace = account === MEMBER ? 4 : 9;
  for (
    let at = begins + roll(pace) * DAY + HOUR, n = 1;
    at < now - 8 * DAY;
    at += (1 + roll(pace)) * DAY + roll(9) * HOUR, n += 1
  ) {
    const proposal = `${account.slice(-4)}-p${n}`;
    tell(at, 'proposal.submitted', { proposal, connects: 2 + 2 * roll(3) });
    if (n % 3 === 0) {
      const interview = `${account.slice(-4)}-i${n}`;
      tell(at + 5 * HOUR, 'interview.requested', { interview, proposal });
      if (n % 2 === 1) tell(at + 11 * HOUR, 'interview.replied', { interview });
    }
    if (n % 7 === 5) tell(at + 2 * HOUR, 'connects.purchased', { amount: 20 });
    if (n % 9 === 8) tell(at + 30 * HOUR, 'connects.returned', { amount: 2, proposal });
  }
  return events;
}

/** Six replies within six days: the sixth is one too many. */
function weekOfInterviews(now: Instant): MemberEvent[] {
  return [1, 2, 3, 4, 5, 6].flatMap((n) => {
    const at = now - (6.4 - n) * DAY;
    const about = { interview: `iv-330${n}`, proposal: `pr-330${n}` };
    const told = (id: string, after: number, type: string, fields: Fields): MemberEvent =>
      factAt(`week-${id}${n}`, MEMBER, Math.round(at + after * HOUR), type, fields);
    return [
      told('p', 0, 'proposal.submitted', { proposal: about.proposal, connects: 6 }),
      told('i', 2, 'interview.requested', about),
      told('r', 5, 'interview.replied', { interview: about.interview }),
    ];
  });
}
