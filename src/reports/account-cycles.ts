/** The latest billing cycles of an account, one by one: what each gave, and which of them is missing. */
import { pastBoundaries } from '../domain/corrections/past-boundaries.ts';
import type { LocalDate } from '../domain/calendar.ts';
import { monthEndOf } from '../domain/terms.ts';
import { type RecordedCycle, listCyclesFrom, listSpans } from './account-records.ts';
import { type Inquiry, isDue } from './explain/answer.ts';
import { daysBefore } from './account-history.ts';

export interface CycleStand {
  readonly on: LocalDate;
  /** `held-up`: its account is put aside; `due`: it has begun, and is still to be settled. */
  readonly state: 'settled' | 'missing' | 'held-up' | 'due' | 'ahead';
  readonly granted: number;
  readonly expired: number;
  /** Of one that is settled: `granted`, `account-inactive`, … */
  readonly code: string | null;
}

/** A few more days than the longest month. */
const CYCLE_DAYS = 32;

/** The latest `count` that have begun, oldest first, then the next one where there is one. */
export async function readCycles(inquiry: Inquiry, count: number): Promise<readonly CycleStand[]> {
  const { db, account, asOf, words } = inquiry;
  const first = daysBefore(words.dateOf(asOf), count * CYCLE_DAYS);
  const settled = new Map((await listCyclesFrom(db, account.id, first)).map((one) => [one.cycleOn, one]));
  const begun = new Set([...settled.keys(), ...(await begunSince(inquiry, first))]);
  const stands = [...begun].toSorted().map((on) => standOf(inquiry, on, settled.get(on)));
  const { nextCycleOn } = account;
  const ahead =
    nextCycleOn === null || isDue(inquiry) || begun.has(nextCycleOn) ? [] : [aheadOf(nextCycleOn)];
  return [...stands.slice(-count), ...ahead];
}

const aheadOf = (on: LocalDate): CycleStand => ({ on, state: 'ahead', granted: 0, expired: 0, code: null });

/** As the calendar has them; of a closed account up to what happened last. */
async function begunSince({ db, account, asOf, terms }: Inquiry, first: LocalDate): Promise<LocalDate[]> {
  const spans = await listSpans(db, account.id);
  if (spans.length === 0) return [];
  const until = account.status === 'closed' ? account.watermark : asOf;
  return pastBoundaries(spans, monthEndOf(terms.latest.terms), until, account.trackedFrom)
    .filter(({ on, at }) => at >= account.trackedFrom && on >= first)
    .map(({ on }) => on);
}

function standOf({ account, failure }: Inquiry, on: LocalDate, cycle: RecordedCycle | undefined): CycleStand {
  if (cycle) {
    const { free, paid, expired, code } = cycle;
    return { on, state: 'settled', granted: free + paid, expired, code };
  }
  const isToCome = account.nextCycleOn !== null && on >= account.nextCycleOn;
  const state = isToCome ? (failure?.state === 'put-aside' ? 'held-up' : 'due') : 'missing';
  return { on, state, granted: 0, expired: 0, code: null };
}
