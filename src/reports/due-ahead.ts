/** Accounts due per day for a month ahead, and the Connects that they will bring. */
import { type Queryable, shownNow } from '../db/query.ts';
import { type Instant, type LocalDate, firstInstantOf, formatInstant, plusDays } from '../domain/calendar.ts';
import { type PlanName, type Terms, termsInForce } from '../domain/terms.ts';
import { type FleetCount, countDueByDay, listFleetCounts } from '../ledger/fleet-counts.ts';
import { findRound } from '../ledger/rounds.ts';
import { getLatestTerms } from '../ledger/terms-versions.ts';

export interface DueAheadDay {
  /** A UTC day. */
  readonly on: LocalDate;
  /** Accounts whose next boundary falls on it, by the plan that they will have then. */
  readonly due: Readonly<Partial<Record<PlanName, number>>>;
  readonly accounts: number;
  /** What these boundaries grant by the terms as they are known now; nothing to who is suspended. */
  readonly connects: number;
}

export interface DueAhead {
  readonly countedAt: Instant;
  /** The nearest first, from today on; a day on which nobody is due is among them. */
  readonly days: readonly DueAheadDay[];
}

/** The shortest month has so many days: beyond it an account could be due a second time. */
export const AHEAD_MAX_DAYS = 31;

const today = (now: Instant): LocalDate => formatInstant(now).slice(0, 10);

/** As it stands: one look at all accounts that are due within these days. */
export async function countDueAhead(db: Queryable, days: number): Promise<DueAhead> {
  const now = await shownNow(db);
  const rows = await countAhead(db, now, days);
  return { countedAt: now, days: daysOf(rows, today(now), days) };
}

/** What will be due from an instant on, by day and plan. */
export async function countAhead(db: Queryable, now: Instant, days: number): Promise<FleetCount[]> {
  const { terms } = await getLatestTerms(db);
  const until = firstInstantOf(plusDays(today(now), days), 'UTC');
  const counts = new Map<string, { onDay: LocalDate; plan: PlanName; accounts: number; connects: number }>();
  for (const { onDay, plan, status, accounts } of await countDueByDay(db, { from: now, until })) {
    const key = `${onDay} ${plan}`;
    const known = counts.get(key) ?? { onDay, plan, accounts: 0, connects: 0 };
    known.accounts += accounts;
    if (status === 'active') known.connects += accounts * grantOn(terms, onDay, plan);
    counts.set(key, known);
  }
  return [...counts.values()];
}

function grantOn(terms: Terms, on: LocalDate, plan: PlanName): number {
  const row = termsInForce(terms, firstInstantOf(on, 'UTC'));
  return row ? row.plans[plan].free + row.plans[plan].paid : 0;
}

/** As it was counted last by whoever follows; undefined where nobody has counted yet. */
export async function readDueAhead(db: Queryable, days: number): Promise<DueAhead | undefined> {
  const round = await findRound(db, 'due-ahead');
  if (!round) return undefined;
  const first = today(await shownNow(db));
  const rows = await listFleetCounts(db, 'due', { from: first, to: plusDays(first, days - 1) });
  return { countedAt: round.movedAt, days: daysOf(rows, first, days) };
}

const daysOf = (rows: readonly FleetCount[], first: LocalDate, days: number): DueAheadDay[] =>
  Array.from({ length: days }, (_, index) => {
    const on = plusDays(first, index);
    const own = rows.filter((row) => row.onDay === on);
    return {
      on,
      due: Object.fromEntries(own.map((row) => [row.plan, row.accounts])),
      accounts: own.reduce((sum, row) => sum + row.accounts, 0),
      connects: own.reduce((sum, row) => sum + row.connects, 0),
    };
  });

/** As many times an ordinary day's accounts make a big one. */
const BIG = 1.25;

/** The day ahead on which the most accounts are due; undefined where that is little more than on the others. */
export function bigDayOf({ days }: DueAhead): DueAheadDay | undefined {
  const most = days.reduce<DueAheadDay | undefined>(
    (found, day) => (day.accounts > (found?.accounts ?? 0) ? day : found),
    undefined,
  );
  const mean = days.reduce((sum, day) => sum + day.accounts, 0) / days.length;
  return most && most.accounts >= BIG * mean ? most : undefined;
}
