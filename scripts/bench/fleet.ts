/**
 * The bench's fleet, loaded by SQL in a moment: accounts `a0000001`… with one cycle due each, 1 to 3 days ago, so that
 * their notices are still sendable; half of them basic, 40 % plus, 10 % agencies; most in UTC, a quarter in other zones.
 *
 * Before them come the warm-up's accounts `w0000001`…, due three weeks ago: a worker lives for weeks, so what is
 * measured begins after its code is compiled and its connections are open.
 */
import { type Database, connectDatabase } from '../../src/db/connection.ts';
import { execute, insertRows, toDate } from '../../src/db/query.ts';
import { type Instant, boundary, boundaryOn, plusMonths } from '../../src/domain/calendar.ts';
import { builtInTerms, monthEndOf } from '../../src/domain/terms.ts';

const DAY_MS = 86_400_000;
export const WARM_UP_ACCOUNTS = 20_000;
const WARM_UP_DAYS_AGO = [20, 21, 22] as const;
const DUE_DAYS_AGO = [1, 2, 3] as const;
/** Later than every boundary of the warm-up, in any zone, and earlier than every measured one. */
const WARM_UP_ENDED_DAYS_AGO = 10;

const ZONES = ['UTC', 'Europe/Kyiv', 'Asia/Manila', 'America/New_York', 'Asia/Kolkata'] as const;
/** Of 16 accounts, so many are in UTC; the others take turns. */
const UTC_OF_16 = 12;
const MONTHS_MAX = 12;

export interface SweepInstants {
  readonly warmUp: Instant;
  readonly measured: Instant;
}

export function sweepInstants(now: Instant): SweepInstants {
  return { warmUp: now - WARM_UP_ENDED_DAYS_AGO * DAY_MS, measured: now - 60_000 };
}

/** Calendars that accounts share, in turn. */
const CALENDAR_TABLE = `CREATE TABLE bench_calendars (
  fleet CHAR(1) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, number INT NOT NULL,
  zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, anchor_on DATE NOT NULL,
  previous_on DATE NOT NULL, cycle_on DATE NOT NULL, starts_at DATETIME(3) NOT NULL,
  next_on DATE NOT NULL, next_at DATETIME(3) NOT NULL,
  PRIMARY KEY (fleet, number)
) ENGINE=InnoDB`;

const CALENDAR_COLUMNS = [
  'fleet',
  'number',
  'zone',
  'anchor_on',
  'previous_on',
  'cycle_on',
  'starts_at',
  'next_on',
  'next_at',
];

/** What set-based SQL needs in place of a calendar's code. */
const BOUNDARIES_TABLE = `CREATE TABLE bench_boundaries (
  PRIMARY KEY (zone, anchor_on, cycle_on)
) ENGINE=InnoDB AS SELECT DISTINCT zone, anchor_on, cycle_on, next_on, next_at, starts_at FROM bench_calendars`;

const PLANS_TABLE = `CREATE TABLE bench_plans (
  plan VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, free INT NOT NULL, paid INT NOT NULL,
  cap INT NOT NULL, PRIMARY KEY (plan)
) ENGINE=InnoDB`;

/** Fills an empty, migrated database. */
export async function loadFleet(url: string, accounts: number, now: Instant): Promise<void> {
  const db = connectDatabase(url, 1);
  try {
    await execute(db, CALENDAR_TABLE);
    await execute(db, PLANS_TABLE);
    await insertPlans(db);
    await insertFleet(db, 'w', WARM_UP_ACCOUNTS, calendarsOf(WARM_UP_DAYS_AGO, now));
    await insertFleet(db, 'a', accounts, calendarsOf(DUE_DAYS_AGO, now));
    await execute(db, BOUNDARIES_TABLE);
    await db.raw('ANALYZE TABLE accounts, bench_boundaries, bench_plans');
  } finally {
    await db.destroy();
  }
}

async function insertPlans(db: Database): Promise<void> {
  const plans = Object.entries(builtInTerms.at(-1)?.plans ?? {});
  const rows = plans.map(([plan, { free, paid, rolloverCap }]) => [plan, free, paid, rolloverCap]);
  await insertRows(db, 'bench_plans', ['plan', 'free', 'paid', 'cap'], rows);
}

type Calendar = readonly string[];

/** Every fourth calendar is one of another zone. */
function calendarsOf(daysAgo: readonly number[], now: Instant): Calendar[] {
  const calendars: Calendar[] = [];
  for (let index = 0; index < 16 * daysAgo.length * MONTHS_MAX; index += 1) {
    const zone = index % 16 < UTC_OF_16 ? 'UTC' : (ZONES[1 + (index % (ZONES.length - 1))] as string);
    const dueOn = dateDaysAgo(daysAgo[index % daysAgo.length] as number, now);
    const calendar = calendarDueOn(dueOn, zone, 1 + (Math.floor(index / 16) % MONTHS_MAX));
    if (calendar) calendars.push(calendar);
  }
  return calendars;
}

const dateDaysAgo = (days: number, now: Instant): string =>
  new Date(now - days * DAY_MS).toISOString().slice(0, 10);

/** Undefined where that month has no such day, so that counting from it would not lead back to `dueOn`. */
function calendarDueOn(dueOn: string, zone: string, months: number): Calendar | undefined {
  const anchorOn = plusMonths(dueOn, -months);
  const calendar = { anchorOn, zone, monthEnd: monthEndOf(builtInTerms) };
  if (boundaryOn(calendar, months) !== dueOn) return undefined;
  const due = boundary(calendar, months);
  const next = boundary(calendar, months + 1);
  const previousOn = boundaryOn(calendar, months - 1);
  return [zone, anchorOn, previousOn, due.on, toDate(due.at), next.on, toDate(next.at)];
}

/** Neighbours have different calendars, so that each batch of due accounts is scattered over the primary key. */
async function insertFleet(
  db: Database,
  fleet: 'w' | 'a',
  count: number,
  calendars: readonly Calendar[],
): Promise<void> {
  const rows = calendars.map((calendar, number) => [fleet, number, ...calendar]);
  await insertRows(db, 'bench_calendars', CALENDAR_COLUMNS, rows);
  await execute(
    db,
    `INSERT INTO accounts (id, kind, plan, status, anchor_on, zone, tracked_from, opening_balance, balance, watermark,
                           cycle_on, next_cycle_on, next_cycle_at)
     WITH RECURSIVE thousand (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM thousand WHERE n < 999),
          numbers (n) AS (SELECT high.n * 1000 + low.n + 1 FROM thousand AS high JOIN thousand AS low
                           WHERE high.n * 1000 + low.n < ?)
     SELECT CONCAT(?, LPAD(n, 7, '0')), IF(n % 10 = 0, 'agency', 'freelancer'),
            CASE WHEN n % 10 = 0 THEN 'agency' WHEN n % 10 < 5 THEN 'plus' ELSE 'basic' END,
            'active', anchor_on, zone, tracked_from, balance, balance, tracked_from, previous_on, cycle_on, starts_at
       FROM (SELECT n, bench_calendars.*, DATE_SUB(starts_at, INTERVAL 5 DAY) AS tracked_from,
                    (n * 37) % IF(n % 10 = 0, 461, 281) AS balance
               FROM numbers JOIN bench_calendars ON fleet = ? AND number = n % ?) AS numbered
      ORDER BY n`,
    [count, fleet, fleet, calendars.length],
  );
}
