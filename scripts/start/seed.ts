/** A generated sample fleet, the same for the same seed and day, so that a first look shows every kind of account. */
import { DateTime } from 'luxon';

const HEADER = 'account_id,kind,plan,email,zone,anchor_on,tracked_from,opening_balance,status';

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

/** Around the rollover limits (200, agencies 400), where the rules get interesting, and anywhere below. */
const BALANCES = [0, 4, 10, 26, 38, 57, 80, 112, 150, 184, 195, 199, 200, 201, 207, 230, 264, 280] as const;
const AGENCY_BALANCES = [0, 40, 180, 320, 396, 400, 405, 460] as const;

const FIRST_NAMES = [
  'ada',
  'amir',
  'bea',
  'chen',
  'dina',
  'emeka',
  'freya',
  'goran',
  'hana',
  'ivo',
  'jun',
  'kaya',
];
const LAST_NAMES = [
  'adler',
  'bauer',
  'costa',
  'diaz',
  'eze',
  'fuji',
  'gomez',
  'haas',
  'iyer',
  'jansen',
  'kim',
  'lopez',
];

/**
 * The newest due date lies 1 to 3 days back: past in every zone, and by far not old enough for its notice to count as
 * too old.
 */
const NEWEST_DUE_DAYS_AGO = [1, 2, 3] as const;
const CYCLES_DUE_MAX = 3;
/** Members since up to this many months before the first cycle that is due. */
const EARLIER_MONTHS_MAX = 24;

export interface FleetRequest {
  readonly count: number;
  /** The UTC date, `YYYY-MM-DD`. */
  readonly today: string;
  readonly seed: number;
}

/**
 * accounts.csv of `count` accounts, each with one to three boundaries due: the last 1 to 3 days before `today`, the
 * others a month apart before it; tracked from a few days before the first of them.
 */
export function generateFleetCsv({ count, today, seed }: FleetRequest): string {
  const random = seededRandom(seed);
  const day = DateTime.fromISO(today, { zone: 'UTC' });
  const rows = Array.from({ length: count }, (_, index) => accountRow(index + 1, day, random));
  return [HEADER, ...rows, ''].join('\n');
}

function accountRow(number: number, today: DateTime, random: () => number): string {
  const kind = random() < 0.1 ? 'agency' : 'freelancer';
  const plan = kind === 'agency' ? 'agency' : random() < 0.35 ? 'plus' : 'basic';
  const name = `${pick(FIRST_NAMES, random)}.${pick(LAST_NAMES, random)}${number}`;
  const zone = pick(ZONES, random);
  const { anchorOn, trackedFrom } = chooseCalendar(today, random);
  const balance = pick(kind === 'agency' ? AGENCY_BALANCES : BALANCES, random);
  const status = random() < 0.03 ? 'suspended' : 'active';
  const id = `${kind}-${String(number).padStart(4, '0')}`;
  return [id, kind, plan, `${name}@example.test`, zone, anchorOn, trackedFrom, balance, status].join(',');
}

function chooseCalendar(today: DateTime, random: () => number): { anchorOn: string; trackedFrom: string } {
  const newestDue = today.minus({ days: pick(NEWEST_DUE_DAYS_AGO, random) });
  const due = 1 + Math.floor(random() * CYCLES_DUE_MAX);
  const earlier = Math.floor(random() * EARLIER_MONTHS_MAX);
  const { anchor, months } = chooseAnchor(newestDue, due + earlier);
  const firstDue = anchor.plus({ months: months - due + 1 });
  // Boundaries are at least 28 days apart, so 3 to 10 days before one is after the one before, in any zone.
  const trackedFrom = firstDue.minus({
    days: 3 + Math.floor(random() * 7),
    hours: Math.floor(random() * 24),
  });
  return { anchorOn: anchor.toISODate() as string, trackedFrom: `${trackedFrom.toISO()?.slice(0, 19)}Z` };
}

/**
 * The anchor is the newest due date moved back by whole months, to a month that has such a day: from the 31st only to
 * another 31st, because an anchor on the 30th would have its boundary on the 30th.
 */
function chooseAnchor(newestDue: DateTime, monthsMin: number): { anchor: DateTime; months: number } {
  for (let months = monthsMin; ; months += 1) {
    const anchor = newestDue.minus({ months });
    if (anchor.day === newestDue.day) return { anchor, months };
  }
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** mulberry32: small, fast, and the same everywhere; numbers from 0 up to 1. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
