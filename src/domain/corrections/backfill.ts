/**
 * Backfilling: which past boundaries of an account gave nothing, and what they give after all.
 *
 * What is posted counts from now, because the past of a ledger is never rewritten; plan and terms are those of the
 * boundary. How it is recorded keeps two promises, that every tracked boundary has one settlement and that none is
 * granted twice:
 *
 * - a boundary without a settlement (`absent`) gets one now: the record of a cycle is its settlement, and its primary
 *   key makes a second one impossible. It carries everything over (`cap: null`), because nothing expires for the past;
 * - an existing settlement keeps its row. An amendment and a second, later decision stand beside it;
 * - entries carry the cycle's own subject, `cycle:<on>`, or `cycle:<on>#2` once it was reversed (then `#3`, …): the
 *   ledger's unique key (account, subject, kind) refuses a second grant, whatever else goes wrong;
 * - a settlement that was lost while its entries stand is recorded again from them, and grants nothing;
 * - so is one that granted nothing, because the account was not active or no terms were in force.
 *
 * What a reversal could not take, because it had been spent, is taken from the second grant of the same cycle: else
 * being reversed and granted again would mint Connects. So are Connects owed since a failed payment, from a paid part.
 */
import { type Account, BALANCE_MAX, type Decision, type Entry, cycleSubject } from '../account.ts';
import { type Instant, type LocalDate, formatInstant } from '../calendar.ts';
import type { PastBoundary } from './past-boundaries.ts';
import { Posting } from '../posting.ts';
import type { Settlement, SettlementCode } from '../settle.ts';
import { type PlanName, type Terms, termsInForce } from '../terms.ts';

/** Why a boundary has given nothing. Only `absent` is taken without being asked for by name. */
export const BACKFILL_REASONS = ['absent', 'account-inactive', 'before-program', 'reversed'] as const;
export type BackfillReason = (typeof BACKFILL_REASONS)[number];

/** Why one of them is left as it is. */
export type SkipReason = 'inactive-now' | 'no-terms' | 'no-monthly-grant' | 'balance-limit';

/** What is recorded of one boundary, its later changes included. */
export interface PastCycle {
  readonly on: LocalDate;
  readonly at: Instant;
  readonly plan: PlanName;
  readonly code: SettlementCode;
  /** Grants taken back so far. */
  readonly reversals: number;
  /** Whether what it granted last, at its boundary or by a backfill, was not taken back. */
  readonly granted: boolean;
  /** What the latest reversal could not take. */
  readonly notTaken: number;
  /** Its payment failed: its paid part was taken back, and must not be given again. */
  readonly paymentFailed: boolean;
}

/** What a cycle posted, read back from the ledger. */
export interface PostedCycle {
  readonly opening: number;
  readonly closing: number;
  readonly expired: number;
  readonly free: number;
  readonly paid: number;
  readonly recovered: number;
}

/**
 * A boundary that was settled without granting, and whose settlement is lost: nothing stands in the ledger for it, and
 * nothing may be granted for it now without being asked for by name.
 */
export interface LostCycle {
  readonly code: 'account-inactive' | 'before-program';
  /** After everything that counted up to then. */
  readonly balance: number;
}

/** An account's past, as far as it lies in the asked range. */
export interface Past {
  /** As the calendar has them. */
  readonly boundaries: readonly PastBoundary[];
  readonly cycles: ReadonlyMap<LocalDate, PastCycle>;
  /** Of boundaries without a settlement: what stands in the ledger under their first subject. */
  readonly posted: ReadonlyMap<LocalDate, PostedCycle>;
  /** Of boundaries with neither: those that gave nothing. */
  readonly lost: ReadonlyMap<LocalDate, LostCycle>;
}

export interface Asked {
  /** Local dates, both included. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly include: readonly BackfillReason[];
}

/** One boundary that gave nothing. */
export interface Candidate {
  readonly on: LocalDate;
  readonly at: Instant;
  readonly plan: PlanName;
  readonly reason: BackfillReason;
  readonly nextOn: LocalDate | null;
  readonly cycle: PastCycle | null;
  readonly posted: PostedCycle | null;
  readonly lost: LostCycle | null;
}

/**
 * The boundaries of a range, before the account's next one, that gave nothing; oldest first, whether their reason was
 * asked for or not. What is due is for settling, not for this.
 */
export function findCandidates(
  account: Account,
  past: Past,
  { from, to }: Omit<Asked, 'include'>,
): Candidate[] {
  const beforeNext = (on: LocalDate): boolean => account.nextCycleOn === null || on < account.nextCycleOn;
  const inRange = (on: LocalDate): boolean => on >= from && on <= to && beforeNext(on);
  const absent = past.boundaries
    .filter(({ on }) => inRange(on) && !past.cycles.has(on))
    .map((one) => ({
      ...one,
      reason: 'absent' as const,
      cycle: null,
      posted: past.posted.get(one.on) ?? null,
      lost: past.lost.get(one.on) ?? null,
    }));
  const settled = [...past.cycles.values()].filter(({ on }) => inRange(on)).flatMap(gaveNothing);
  return [...absent, ...settled].toSorted((a, b) => (a.on < b.on ? -1 : 1));
}

function gaveNothing(cycle: PastCycle): Candidate[] {
  const reason = reasonOf(cycle);
  if (reason === undefined) return [];
  const { on, at, plan } = cycle;
  return [{ on, at, plan, reason, nextOn: null, cycle, posted: null, lost: null }];
}

function reasonOf({ code, granted, reversals }: PastCycle): BackfillReason | undefined {
  if (granted) return undefined;
  if (reversals > 0) return 'reversed';
  return code === 'account-inactive' || code === 'before-program' ? code : undefined;
}

export const isAsked = (candidate: Candidate, { include }: Pick<Asked, 'include'>): boolean =>
  candidate.reason === 'absent' || include.includes(candidate.reason);

/** What became of one candidate. Amounts are whole Connects. */
export type Backfilled = {
  readonly on: LocalDate;
  readonly reason: BackfillReason;
  readonly free: number;
  readonly paid: number;
  readonly recovered: number;
} & (
  | {
      readonly outcome: 'granted';
      /** Of a boundary that had no settlement. */
      readonly settlement: Settlement | null;
      /** Of one that had: what now stands beside it. */
      readonly amendment: Amendment | null;
      readonly decision: Decision | null;
    }
  | { readonly outcome: 'recorded'; readonly settlement: Settlement }
  | { readonly outcome: 'skipped'; readonly why: SkipReason }
);

/** A later grant of a boundary that was settled before. */
export interface Amendment {
  readonly on: LocalDate;
  readonly at: Instant;
  readonly plan: PlanName;
  readonly opening: number;
  readonly free: number;
  readonly paid: number;
  readonly recovered: number;
  /** The part of `recovered` that was owed since a failed payment. */
  readonly owed: number;
  readonly closing: number;
}

export interface BackfilledAccount {
  readonly account: Account;
  readonly cycles: readonly Backfilled[];
  readonly entries: readonly Entry[];
}

/** By whom, and when it counts. */
export interface BackfillGround {
  readonly terms: Terms;
  readonly backfill: number;
  readonly now: Instant;
}

/**
 * Gives each candidate what it should have given.
 * @param account brought current
 * @param candidates asked for, oldest first
 */
export function backfillAccount(
  account: Account,
  candidates: readonly Candidate[],
  ground: BackfillGround,
): BackfilledAccount {
  const at = Math.max(ground.now, account.watermark);
  let state = account;
  const entries: Entry[] = [];
  const cycles: Backfilled[] = [];
  for (const candidate of candidates) {
    const done = backfillOne(state, candidate, ground, at);
    state = done.account;
    entries.push(...done.entries);
    cycles.push(done.cycle);
  }
  if (entries.length > 0) state = { ...state, watermark: at };
  return { account: state, entries, cycles };
}

interface One {
  readonly account: Account;
  readonly entries: readonly Entry[];
  readonly cycle: Backfilled;
}

function backfillOne(account: Account, candidate: Candidate, ground: BackfillGround, at: Instant): One {
  const { on, reason, posted, lost } = candidate;
  const left = (why: SkipReason): One => ({
    account,
    entries: [],
    cycle: { on, reason, free: 0, paid: 0, recovered: 0, outcome: 'skipped', why },
  });
  const recorded = (settlement: Settlement): One => {
    const { free, paid, recovered } = settlement;
    return {
      account,
      entries: [],
      cycle: { on, reason, free, paid, recovered, outcome: 'recorded', settlement },
    };
  };
  if (posted) return recorded(settlementOf(candidate, posted, posted.paid > 0 ? 'plus' : candidate.plan));
  if (lost) return recorded(untouchedOf(candidate, lost));
  if (account.status !== 'active') return left('inactive-now');
  const row = termsInForce(ground.terms, candidate.at);
  if (!row) return left('no-terms');
  const { free } = row.plans[candidate.plan];
  const paid = candidate.cycle?.paymentFailed ? 0 : row.plans[candidate.plan].paid;
  const isTracked = candidate.at >= account.trackedFrom;
  if (free + paid === 0 && !(reason === 'absent' && isTracked)) return left('no-monthly-grant');
  if (account.balance + free + paid > BALANCE_MAX) return left('balance-limit');
  return grantOne(account, candidate, { free, paid, termsFrom: row.effectiveFrom }, ground, at);
}

interface Amounts {
  readonly free: number;
  readonly paid: number;
  readonly termsFrom: LocalDate;
}

function grantOne(
  before: Account,
  candidate: Candidate,
  { free, paid, termsFrom }: Amounts,
  { backfill }: BackfillGround,
  at: Instant,
): One {
  const { on, reason, cycle } = candidate;
  const subject = subjectOf(candidate);
  const posting = new Posting(before, { effectiveAt: at, subject, cycleOn: on });
  posting.post('monthly-free', free);
  posting.post('monthly-plan', paid);
  const owed = Math.min(before.owed, paid);
  const recovered = owed + Math.min(cycle?.notTaken ?? 0, free + paid - owed);
  posting.post('recovery', -recovered);
  const account = afterGrant(posting.account, { on, paid, owed });
  const amounts = { opening: before.balance, free, paid, recovered, closing: account.balance };
  const common = { on, reason, free, paid, recovered, outcome: 'granted' } as const;
  if (!cycle) {
    const settlement = settlementOf(candidate, { ...amounts, expired: 0 }, candidate.plan);
    return {
      account,
      entries: posting.entries,
      cycle: { ...common, settlement, amendment: null, decision: null },
    };
  }
  const amendment = { on, at: candidate.at, plan: candidate.plan, ...amounts, owed };
  const carried = { carried: before.balance, expired: 0, free, paid, recovered };
  const named = {
    backfill,
    reason,
    plan: candidate.plan,
    termsFrom,
    boundaryAt: formatInstant(candidate.at),
  };
  const decision: Decision = { at, subject, code: 'granted', detail: { ...carried, ...named } };
  return { account, entries: posting.entries, cycle: { ...common, settlement: null, amendment, decision } };
}

/** Where the current cycle is granted after all, a failed payment for it takes this paid part back. */
function afterGrant(
  account: Account,
  { on, paid, owed }: { readonly on: LocalDate; readonly paid: number; readonly owed: number },
): Account {
  // A cycle that began with an upgrade or the opening, on its anchor, is no boundary and has a paid part of its own.
  const isCurrent = on === account.cycleOn && on !== account.anchorOn;
  return { ...account, owed: account.owed - owed, ...(isCurrent && { cyclePaid: paid }) };
}

function subjectOf({ on, cycle }: Candidate): string {
  return grantSubject(on, cycle?.reversals ?? 0);
}

/** What the next grant of a cycle is posted under, after so many reversals of it. */
export const grantSubject = (on: LocalDate, reversals: number): string =>
  reversals === 0 ? cycleSubject(on) : `${cycleSubject(on)}#${reversals + 1}`;

/** A settlement that carries everything over: no rollover is computed for the past. */
function settlementOf({ on, at, nextOn }: Candidate, amounts: PostedCycle, plan: PlanName): Settlement {
  const { opening, expired, free, paid, recovered, closing } = amounts;
  return {
    cycleOn: on,
    startsAt: at,
    nextOn: nextOn as LocalDate,
    opening,
    carried: opening - expired,
    expired,
    free,
    paid,
    recovered,
    closing,
    plan,
    cap: null,
    code: free + paid > 0 ? 'granted' : 'no-monthly-grant',
  };
}

/** What settling writes where an account is not active, or no terms are in force: everything is carried over. */
function untouchedOf(candidate: Candidate, { code, balance }: LostCycle): Settlement {
  const nothing = { opening: balance, closing: balance, expired: 0, free: 0, paid: 0, recovered: 0 };
  return { ...settlementOf(candidate, nothing, candidate.plan), code };
}
