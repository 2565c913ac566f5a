/** Backfills as data: what they were asked for, how far they are, what they would do. */
import { type Queryable, shownNow } from '../db/query.ts';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { isOpenAt, nextOpening } from '../domain/corrections/window.ts';
import type { Backfill } from '../ledger/backfills.ts';
import type { BackfillPlan } from '../operations/backfills/backfill-plan.ts';
import type { BackfillDone } from '../reports/backfill-progress.ts';

/** When its window opens, where it waits for that; null where it does not. */
export function goesOnFrom({ state, window }: Backfill, now: Instant): Instant | null {
  if (state !== 'running' || window === null || isOpenAt(window, now)) return null;
  return nextOpening(window, now);
}

export function backfillJson(backfill: Backfill, goesOnAt: Instant | null) {
  const { id, asked, workingUntil: _workingUntil, approvedAt, createdAt, endedAt, ...rest } = backfill;
  return {
    backfill: id,
    from: asked.from,
    to: asked.to,
    plan: asked.plan ?? null,
    include: asked.include,
    accountsAsked: asked.accounts?.length ?? null,
    ...rest,
    goesOnAt: textOf(goesOnAt),
    approvedAt: textOf(approvedAt),
    createdAt: formatInstant(createdAt),
    endedAt: textOf(endedAt),
  };
}

const textOf = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));

/** How far a backfill is. */
export interface BackfillProgress extends BackfillDone {
  readonly goesOnAt: Instant | null;
}

/** @param read `readDone`, or what is bounded where somebody waits: `readKnownDone` */
export const readProgress = async (
  db: Queryable,
  backfill: Backfill,
  read: (db: Queryable, backfill: Backfill) => Promise<BackfillDone>,
): Promise<BackfillProgress> => ({
  ...(await read(db, backfill)),
  goesOnAt: goesOnFrom(backfill, await shownNow(db)),
});

export const progressJson = (
  backfill: Backfill,
  { goesOnAt, accounts, items, failed, exact }: BackfillProgress,
) => ({ ...backfillJson(backfill, goesOnAt), exact, done: accounts, items, failed });

/** A list of many accounts is their number: they are the operator's own file. */
export const planJson = ({ asked, ...plan }: BackfillPlan) => ({
  from: asked.from,
  to: asked.to,
  plan: asked.plan ?? null,
  include: asked.include,
  accountsAsked: asked.accounts?.length ?? null,
  ...plan,
});
