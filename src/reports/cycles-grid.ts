/** Cycles by month and day: settled, missing, failed, and not due yet. From the rollups, and what rounds have counted. */
import { type Queryable, shownNow } from '../db/query.ts';
import { type Instant, type LocalDate, formatInstant, plusDays } from '../domain/calendar.ts';
import { type FleetCount, listFleetCounts } from '../ledger/fleet-counts.ts';
import { type AsideAccount, listAside } from '../ledger/put-aside.ts';
import { findRound } from '../ledger/rounds.ts';
import { listRollups } from '../ledger/rollups.ts';

export interface DayOfGrid {
  readonly on: LocalDate;
  /** Settlements, whatever they came to. */
  readonly settled: number;
  /** Boundaries that gave nothing because they have no settlement, as a backfill finds them. */
  readonly missing: number;
  /** Accounts put aside that wait at this cycle. */
  readonly failed: number;
  readonly isAhead: boolean;
}

/** Days next to each other on which cycles are missing. */
export interface Hole {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly cycles: number;
}

export interface CyclesGrid {
  /** Whole months, the oldest first. */
  readonly days: readonly DayOfGrid[];
  readonly holes: readonly Hole[];
  /** False while what was posted before there were rollups is not counted yet. */
  readonly isCounted: boolean;
  /** When the last round over all accounts ended that looked for holes; null before the first. */
  readonly lookedAt: Instant | null;
}

export interface GridAsked {
  /** That end with the present one. */
  readonly months?: number;
  /** Everybody who is put aside, where that was read already. */
  readonly aside?: readonly AsideAccount[];
}

export async function readCyclesGrid(
  db: Queryable,
  { months = 12, aside }: GridAsked = {},
): Promise<CyclesGrid> {
  const now = await shownNow(db);
  const today = formatInstant(now).slice(0, 10);
  const all = daysOfMonths(today, months);
  const range = { from: all[0] as LocalDate, to: all.at(-1) as LocalDate };
  const settled = new Map<LocalDate, number>();
  for (const { onDay, name, quantity } of await listRollups(db, 'cycles', range))
    if (name !== 'granted-later' && name !== 'reversed')
      settled.set(onDay, (settled.get(onDay) ?? 0) + quantity);
  const missing = sumByDay(await listFleetCounts(db, 'holes', range));
  const failed = countFailed(aside ?? (await listAside(db)));
  const days = all.map((on) => ({
    on,
    settled: settled.get(on) ?? 0,
    missing: missing.get(on) ?? 0,
    failed: failed.get(on) ?? 0,
    // A date has begun somewhere before it has in UTC.
    isAhead: on > today && !settled.has(on),
  }));
  return {
    days,
    holes: holesIn(days),
    isCounted: (await findRound(db, 'rollups')) !== undefined,
    lookedAt: (await findRound(db, 'holes'))?.endedAt ?? null,
  };
}

function daysOfMonths(today: LocalDate, months: number): LocalDate[] {
  const month = Number(today.slice(0, 4)) * 12 + Number(today.slice(5, 7)) - 1;
  const firstOf = (n: number): LocalDate =>
    `${String(Math.floor(n / 12)).padStart(4, '0')}-${String((n % 12) + 1).padStart(2, '0')}-01`;
  const days: LocalDate[] = [];
  for (let on = firstOf(month - months + 1); on < firstOf(month + 1); on = plusDays(on, 1)) days.push(on);
  return days;
}

function sumByDay(rows: readonly FleetCount[]): Map<LocalDate, number> {
  const days = new Map<LocalDate, number>();
  for (const { onDay, accounts } of rows) days.set(onDay, (days.get(onDay) ?? 0) + accounts);
  return days;
}

/** Whoever is put aside stands at the boundary that could not be settled. */
function countFailed(aside: readonly AsideAccount[]): Map<LocalDate, number> {
  const days = new Map<LocalDate, number>();
  for (const { nextCycleOn } of aside)
    if (nextCycleOn !== null) days.set(nextCycleOn, (days.get(nextCycleOn) ?? 0) + 1);
  return days;
}

/** From the first of these days on which cycles are missing to the last: what one backfill of them all would take. */
export function spanOfMissing(days: readonly DayOfGrid[]): Hole | undefined {
  const missing = days.filter((one) => one.missing > 0);
  const [first, last] = [missing[0], missing.at(-1)];
  if (!first || !last) return undefined;
  return { from: first.on, to: last.on, cycles: missing.reduce((sum, one) => sum + one.missing, 0) };
}

function holesIn(days: readonly DayOfGrid[]): Hole[] {
  const holes: Hole[] = [];
  for (const { on, missing } of days) {
    if (missing === 0) continue;
    const last = holes.at(-1);
    if (last && plusDays(last.to, 1) === on)
      holes[holes.length - 1] = { ...last, to: on, cycles: last.cycles + missing };
    else holes.push({ from: on, to: on, cycles: missing });
  }
  return holes;
}
