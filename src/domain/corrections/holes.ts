/** Cycles that an account should have and has not: what a backfill would find absent, as far as it is to be told of unasked. */
import type { Account } from '../account.ts';
import { type Instant, type LocalDate, firstInstantOf } from '../calendar.ts';
import type { Span } from '../spans.ts';
import { type PlanName, type Terms, monthEndOf, termsInForce } from '../terms.ts';
import { pastBoundaries } from './past-boundaries.ts';

export interface HolesGround {
  readonly terms: Terms;
  /** The first date that is looked at. */
  readonly since: LocalDate;
  readonly now: Instant;
  /** Since when the first account of all is kept. */
  readonly keptSince: Instant;
}

export interface MissingCycle {
  readonly on: LocalDate;
  readonly plan: PlanName;
  /** What it would have granted, by the terms of then. */
  readonly connects: number;
}

/** A cycle and its date may lie so far apart, whatever the zone. */
const MARGIN_MS = 2 * 86_400_000;
/**
 * Boundaries before an account's take-over were granted by whoever kept it then, but for the last one: if the others
 * were kept here already, it was taken over too late, or late on purpose. It is told, and a person knows which.
 */
const LATE_MS = 31 * 86_400_000;

/**
 * @param spans of the account, oldest first
 * @param settled dates of its settlements from `since` on
 * @param closedAt which ended its calendar; undefined for an account that is not closed
 */
export function missingCycles(
  account: Account,
  spans: readonly Span[],
  settled: ReadonlySet<LocalDate>,
  closedAt: Instant | undefined,
  { terms, since, now, keptSince }: HolesGround,
): MissingCycle[] {
  if (spans.length === 0) return [];
  const until = Math.min(now, closedAt ?? now);
  const from = firstInstantOf(since, 'UTC') - MARGIN_MS;
  const { nextCycleOn, trackedFrom } = account;
  const keptFrom = Math.max(keptSince, trackedFrom - LATE_MS);
  return pastBoundaries(spans, monthEndOf(terms), until, from).flatMap(({ on, at, plan }) => {
    // What is due is for settling.
    const isPast = on >= since && (nextCycleOn === null || on < nextCycleOn);
    const row = termsInForce(terms, at);
    if (!isPast || settled.has(on) || !row || at < Math.min(trackedFrom, keptFrom)) return [];
    const connects = row.plans[plan].free + row.plans[plan].paid;
    return connects === 0 && at < trackedFrom ? [] : [{ on, plan, connects }];
  });
}
