/**
 * Settling: resolving one boundary of one account, once. Pure: account and terms in, entries, record and next
 * state out. The steps, in this order:
 *
 *   1. a pending plan takes effect, and the next boundary is known
 *   2. before the program, or while the account is suspended, nothing else happens: that is recorded too
 *   3. what exceeds the rollover cap of the plan expires: bought, earned and free Connects alike
 *   4. the free part is granted, then the paid part; what the account owes is taken back from the paid part
 *
 * A closed account has no boundaries. Everything that happens to an account brings it current first (`catchUp`).
 */
import { brokenRule } from '../errors.ts';
import {
  type Account,
  BALANCE_MAX,
  type Decision,
  type DecisionCode,
  type Entry,
  cycleSubject,
} from './account.ts';
import { type Instant, type LocalDate, boundaryAfter, firstInstantOf } from './calendar.ts';
import { Posting } from './posting.ts';
import { type PlanName, type PlanTerms, type Terms, monthEndOf, termsInForce } from './terms.ts';

/** The record of one settled boundary. carried + expired = opening; carried + free + paid − recovered = closing. */
export interface Settlement {
  readonly cycleOn: LocalDate;
  /** When it took effect, its decision too: the boundary's instant, but for a change of zone (see `settleBoundary`). */
  readonly startsAt: Instant;
  readonly nextOn: LocalDate;
  readonly opening: number;
  readonly carried: number;
  readonly expired: number;
  readonly free: number;
  readonly paid: number;
  readonly recovered: number;
  readonly closing: number;
  readonly plan: PlanName;
  /** The rollover cap applied; null carries everything, also where nothing was settled. */
  readonly cap: number | null;
  readonly code: SettlementCode;
}

export type SettlementCode = Extract<
  DecisionCode,
  'granted' | 'no-monthly-grant' | 'before-program' | 'account-inactive'
>;

export interface SettledBoundary {
  readonly account: Account;
  readonly settlement: Settlement;
  readonly entries: readonly Entry[];
}

/**
 * Resolves the account's next boundary.
 * @param at when it takes effect: the boundary's instant, or later where a change of zone has moved it into the past.
 * @throws broken-rule when the account has no next boundary, or the arithmetic does not close.
 */
export function settleBoundary(before: Account, terms: Terms, at: Instant): SettledBoundary {
  const cycleOn = before.nextCycleOn;
  if (cycleOn === null)
    throw brokenRule('no-next-cycle', `account ${before.id} is closed: it has no boundary`);
  const account = beginCycle(before, cycleOn, terms, at);
  const row = termsInForce(terms, at);
  if (!row) return untouched(account, cycleOn, at, 'before-program');
  if (account.status !== 'active') return untouched(account, cycleOn, at, 'account-inactive');
  return grant(account, row.plans[account.plan], cycleOn, at);
}

/** Step 1: the settled cycle is the current one. */
function beginCycle(before: Account, cycleOn: LocalDate, terms: Terms, at: Instant): Account {
  const next = boundaryAfter(
    { anchorOn: before.anchorOn, zone: before.zone, monthEnd: monthEndOf(terms) },
    cycleOn,
  );
  return {
    ...before,
    plan: before.pendingPlan ?? before.plan,
    pendingPlan: null,
    watermark: at,
    cycleOn,
    cyclePaid: 0,
    nextCycleOn: next.on,
    nextCycleAt: next.at,
  };
}

/** Step 2: nothing expires and nothing is granted, but the boundary is resolved and says why. */
function untouched(
  account: Account,
  cycleOn: LocalDate,
  at: Instant,
  code: 'before-program' | 'account-inactive',
): SettledBoundary {
  const { balance, plan } = account;
  const carriedWhole = { opening: balance, carried: balance, expired: 0, closing: balance, cap: null };
  const nothingGranted = { free: 0, paid: 0, recovered: 0 };
  const cycle = { cycleOn, startsAt: at, nextOn: nextOnOf(account), plan, code };
  const settlement: Settlement = { ...cycle, ...carriedWhole, ...nothingGranted };
  return { account, settlement, entries: [] };
}

/** What expires of a balance, and the cap that says so: null carries everything that an account may hold. */
export function rolloverOf(
  opening: number,
  rolloverCap: number | null,
): { expired: number; cap: number | null } {
  const cap = rolloverCap ?? (opening > BALANCE_MAX ? BALANCE_MAX : null);
  return { expired: cap === null ? 0 : Math.max(0, opening - cap), cap };
}

/** Steps 3 and 4. */
function grant(account: Account, plan: PlanTerms, cycleOn: LocalDate, at: Instant): SettledBoundary {
  const opening = account.balance;
  const { expired, cap } = rolloverOf(opening, plan.rolloverCap);
  const carried = opening - expired;
  const posting = new Posting(account, { effectiveAt: at, subject: cycleSubject(cycleOn), cycleOn });
  posting.post('rollover-expiry', -expired);
  posting.post('monthly-free', plan.free);
  const recovered = posting.postPaidPart('monthly-plan', plan.paid);
  const settled = posting.account;
  const closing = settled.balance;
  if (carried + plan.free + plan.paid - recovered !== closing)
    throw brokenRule('arithmetic', `cycle ${cycleOn} of ${account.id} does not add up to ${closing}`);
  const code = plan.free + plan.paid > 0 ? 'granted' : 'no-monthly-grant';
  const settlement: Settlement = {
    cycleOn,
    startsAt: at,
    nextOn: nextOnOf(account),
    opening,
    carried,
    expired,
    free: plan.free,
    paid: plan.paid,
    recovered,
    closing,
    plan: account.plan,
    cap,
    code,
  };
  return { account: settled, settlement, entries: posting.entries };
}

function nextOnOf(account: Account): LocalDate {
  if (account.nextCycleOn === null)
    throw brokenRule('no-next-cycle', `account ${account.id} has no next cycle`);
  return account.nextCycleOn;
}

/** The decision that a settlement is: its code, and the numbers behind it. */
export const decisionOf = (settlement: Settlement): Decision => ({
  at: settlement.startsAt,
  subject: cycleSubject(settlement.cycleOn),
  code: settlement.code,
  detail: decisionDetail(settlement),
});

/** What a settled boundary's decision shows; nothing where nothing was computed. */
export function decisionDetail({
  carried,
  expired,
  free,
  paid,
  recovered,
  code,
}: Pick<Settlement, 'carried' | 'expired' | 'free' | 'paid' | 'recovered' | 'code'>): Decision['detail'] {
  const resolved = code === 'granted' || code === 'no-monthly-grant';
  return resolved ? { carried, expired, free, paid, ...(recovered > 0 && { recovered }) } : {};
}

export interface CatchUp {
  readonly account: Account;
  /** Oldest first; empty when the account was current already. */
  readonly settled: readonly SettledBoundary[];
  /** False when `boundariesMax` was reached with boundaries left: go on in another transaction. */
  readonly current: boolean;
}

/**
 * Brings an account current: settles every boundary up to and including `asOf`, oldest first, `boundariesMax` of
 * them at the most. The instant of the next boundary is computed from its date, never trusted from the cache.
 */
export function catchUp(before: Account, terms: Terms, asOf: Instant, boundariesMax = Infinity): CatchUp {
  const settled: SettledBoundary[] = [];
  let account = withNextCycleAt(before);
  while (account.nextCycleAt !== null && account.nextCycleAt <= asOf) {
    if (settled.length >= boundariesMax) return { account, settled, current: false };
    const one = settleBoundary(account, terms, Math.max(account.nextCycleAt, account.watermark));
    settled.push(one);
    account = one.account;
  }
  return { account, settled, current: true };
}

/** Zone data and an operator's hand can make the cached instant stale; the date is the fact. */
function withNextCycleAt(account: Account): Account {
  if (account.nextCycleOn === null) return account;
  const nextCycleAt = firstInstantOf(account.nextCycleOn, account.zone);
  return nextCycleAt === account.nextCycleAt ? account : { ...account, nextCycleAt };
}
