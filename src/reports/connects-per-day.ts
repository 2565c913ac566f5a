/** Connects by UTC day of effect, for some days behind: from the rollups, whatever the ledger holds. */
import { type Queryable, shownNow } from '../db/query.ts';
import type { EntryKind } from '../domain/account.ts';
import { type LocalDate, formatInstant, plusDays } from '../domain/calendar.ts';
import { findRound } from '../ledger/rounds.ts';
import { type RollupRow, listRollups } from '../ledger/rollups.ts';

/** What the kinds of entries are to somebody who looks at the whole. */
export type Flow = 'granted' | 'expired' | 'awarded' | 'spent' | 'bought' | 'other';

export interface DayOfFlows extends Readonly<Record<Flow, number>> {
  readonly on: LocalDate;
  /** Accounts that a boundary granted something. */
  readonly accounts: number;
}

export interface FlowsPerDay {
  /** False while what was posted before there were rollups is not counted yet. */
  readonly isCounted: boolean;
  /** The oldest first; without today, which is not over. */
  readonly days: readonly DayOfFlows[];
}

const FLOWS: Readonly<Partial<Record<EntryKind, Flow>>> = {
  'monthly-free': 'granted',
  'monthly-plan': 'granted',
  welcome: 'granted',
  'upgrade-plan': 'granted',
  'upgrade-free': 'granted',
  'rollover-expiry': 'expired',
  'readiness-test': 'awarded',
  'interview-refund': 'awarded',
  'interview-award': 'awarded',
  spend: 'spent',
  proposal: 'spent',
  purchase: 'bought',
};

/** Amounts of Connects; expired and spent ones above zero, `other` (recoveries, reversals, corrections, returns) with its sign. */
export async function readFlowsPerDay(db: Queryable, days: number): Promise<FlowsPerDay> {
  const today = formatInstant(await shownNow(db)).slice(0, 10);
  const from = plusDays(today, -days);
  const rows = await listRollups(db, 'entries', { from, to: plusDays(today, -1) });
  return {
    isCounted: (await findRound(db, 'rollups')) !== undefined,
    days: Array.from({ length: days }, (_, index) => dayOf(plusDays(from, index), rows)),
  };
}

function dayOf(on: LocalDate, rows: readonly RollupRow[]): DayOfFlows {
  const own = rows.filter((row) => row.onDay === on);
  const flows: Record<Flow, number> = { granted: 0, expired: 0, awarded: 0, spent: 0, bought: 0, other: 0 };
  for (const { name, amount } of own) {
    const flow = FLOWS[name as EntryKind] ?? 'other';
    flows[flow] += flow === 'expired' || flow === 'spent' ? -amount : amount;
  }
  return { on, ...flows, accounts: grantedAccounts(own) };
}

/** A boundary posts a free part, a paid part, or both; within a plan alike. */
function grantedAccounts(rows: readonly RollupRow[]): number {
  const byPlan = new Map<string, number>();
  for (const { plan, name, quantity } of rows)
    if (name === 'monthly-free' || name === 'monthly-plan')
      byPlan.set(plan, Math.max(byPlan.get(plan) ?? 0, quantity));
  return [...byPlan.values()].reduce((sum, one) => sum + one, 0);
}
