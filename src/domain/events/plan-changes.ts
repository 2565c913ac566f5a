/** Upgrades (at once), downgrades (with the next boundary) and failed payments (of this cycle, an earlier one or the next). */
import { brokenRule } from '../../errors.ts';
import type { Account, Decision, DecisionCode, Entry } from '../account.ts';
import { type LocalDate, boundary, daysBetween, localDateOf } from '../calendar.ts';
import { type Effect, type Ground, applied, decided, postingFor, programStart, refused } from './effect.ts';
import type { EventOf } from './events.ts';
import { monthEndOf, termsInForce } from '../terms.ts';

type Detail = Readonly<Record<string, unknown>>;

/** Basic → Plus, at once: a new cycle begins on the day of the upgrade, from which all later ones are counted. */
export function upgradePlan(account: Account, ground: Ground): Effect {
  const subject = `plan:${ground.eventId}`;
  const { kind, status, plan, pendingPlan } = account;
  const refuse = (code: DecisionCode, detail: Detail) =>
    refused(account, decided(ground, subject, code, detail));
  if (kind === 'agency') return refuse('not-eligible', { kind });
  if (status !== 'active') return refuse('account-inactive', { status });
  if (plan !== 'plus') return startPlus(account, ground);
  if (pendingPlan === null) return refuse('already-on-plan', { plan });
  const withdrawn = decided(ground, subject, 'downgrade-cancelled', { plan, withdrawn: pendingPlan });
  return applied({ ...account, pendingPlan: null }, { decisions: [withdrawn] });
}

function startPlus(before: Account, ground: Ground): Effect {
  const account = beginPlus(before, localDateOf(ground.effectiveAt, before.zone), ground);
  const { cycleOn: fromCycleOn, anchorOn: fromAnchorOn } = before;
  const cycleDays = daysBetween(fromCycleOn, nextOnOf(before));
  // Never below 0: a change of zone, or a clock set back over midnight, can put today before the cycle's own date.
  const elapsedDays = Math.max(0, daysBetween(fromCycleOn, account.cycleOn));
  const posted = postPlus(account, ground, { elapsedDays, cycleDays, fromCycleOn, fromAnchorOn });
  return applied(posted.account, { entries: posted.entries, decisions: [posted.decision] });
}

/** On Plus, in a cycle that begins on `on`; the next boundary is boundary 1 of that anchor. */
function beginPlus(before: Account, on: LocalDate, { terms }: Ground): Account {
  const next = boundary({ anchorOn: on, zone: before.zone, monthEnd: monthEndOf(terms) }, 1);
  return {
    ...before,
    plan: 'plus',
    pendingPlan: null,
    anchorOn: on,
    cycleOn: on,
    cyclePaid: 0,
    nextCycleOn: next.on,
    nextCycleAt: next.at,
  };
}

/** How much of the cycle that an upgrade ends has passed: whole local days, of how many. */
interface EndedCycle {
  readonly elapsedDays: number;
  readonly cycleDays: number;
  readonly fromCycleOn: LocalDate;
  readonly fromAnchorOn: LocalDate;
}

/**
 * The start of Plus: the paid part whole, what is owed taken back from it, and of Plus's free part the share of the
 * days that have passed; the new cycle's own free part comes with its next boundary. An account that opens on Plus
 * ends no cycle, so no day of one has passed.
 */
export function postPlus(
  account: Account,
  ground: Ground,
  ended?: EndedCycle,
): { account: Account; entries: readonly Entry[]; decision: Decision } {
  const subject = `plan:${ground.eventId}`;
  const row = termsInForce(ground.terms, ground.effectiveAt);
  const calendar = { ...ended, anchorOn: account.anchorOn, nextCycleOn: account.nextCycleOn };
  if (!row) {
    const detail = { paid: 0, free: 0, ...calendar, ...programStart(ground.terms) };
    return { account, entries: [], decision: decided(ground, subject, 'before-program', detail) };
  }
  const { paid, free: plansFree } = row.plans.plus;
  const free = ended ? Math.floor((plansFree * ended.elapsedDays) / ended.cycleDays) : 0;
  const posting = postingFor(account, ground, subject);
  const recovered = posting.postPaidPart('upgrade-plan', paid);
  posting.post('upgrade-free', free);
  const detail = { paid, free, recovered, plansFree, ...calendar, termsFrom: row.effectiveFrom };
  return {
    account: posting.account,
    entries: posting.entries,
    decision: decided(ground, subject, 'upgraded', detail),
  };
}

/** Plus → Basic from the next boundary, whatever the status; the anchor stays. */
export function downgradePlan(account: Account, ground: Ground): Effect {
  const subject = `plan:${ground.eventId}`;
  const { plan, nextCycleOn } = account;
  if (plan !== 'plus') return refused(account, decided(ground, subject, 'not-on-plan', { plan }));
  const detail = { fromPlan: plan, toPlan: 'basic', takesEffectOn: nextCycleOn };
  return applied(
    { ...account, pendingPlan: 'basic' },
    { decisions: [decided(ground, subject, 'downgrade-pending', detail)] },
  );
}

/** The payment for the cycle of `cycleOn` failed: Basic, from then on or at once, whatever the status. */
export function failPayment(
  account: Account,
  { cycleOn: failedOn }: EventOf<'payment.failed'>,
  ground: Ground,
): Effect {
  const subject = `payment:${ground.eventId}`;
  const { plan, cycleOn, nextCycleOn } = account;
  if (plan !== 'plus') return refused(account, decided(ground, subject, 'not-on-plan', { failedOn, plan }));
  if (failedOn === nextCycleOn) return basicFromNextCycle(account, failedOn, ground);
  if (failedOn === cycleOn) return reverseCycle(account, ground);
  if (failedOn < cycleOn) return basicNow(account, failedOn, ground);
  return refused(account, decided(ground, subject, 'unknown-cycle', { failedOn, cycleOn, nextCycleOn }));
}

const paymentFailed = (ground: Ground, detail: Detail): Decision =>
  decided(ground, `payment:${ground.eventId}`, 'payment-failed', detail);

function basicFromNextCycle(account: Account, failedOn: LocalDate, ground: Ground): Effect {
  const detail = { failedOn, which: 'next-cycle', paid: 0, reversed: 0, owed: 0 };
  return applied({ ...account, pendingPlan: 'basic' }, { decisions: [paymentFailed(ground, detail)] });
}

function basicNow(account: Account, failedOn: LocalDate, ground: Ground): Effect {
  const detail = { failedOn, which: 'earlier-cycle', paid: 0, reversed: 0, owed: 0 };
  return applied(
    { ...account, plan: 'basic', pendingPlan: null },
    { decisions: [paymentFailed(ground, detail)] },
  );
}

/**
 * Takes back the whole paid part posted for the current cycle, whatever was recovered from it, never below zero. What
 * the member has spent already is owed: else upgrading, spending and failing to pay would mint Connects.
 */
function reverseCycle(account: Account, ground: Ground): Effect {
  const { cycleOn, cyclePaid: paid } = account;
  const reversed = Math.min(paid, account.balance);
  const owed = paid - reversed;
  const onBasic = { ...account, plan: 'basic', pendingPlan: null, cyclePaid: 0 } as const;
  const posting = postingFor(onBasic, ground, `payment:${ground.eventId}`, { cycleOn });
  posting.post('reversal', -reversed);
  const owedInAll = account.owed + owed;
  const detail = { failedOn: cycleOn, which: 'current-cycle', paid, reversed, owed, owedInAll };
  return applied(
    { ...posting.account, owed: owedInAll },
    { entries: posting.entries, decisions: [paymentFailed(ground, detail)] },
  );
}

function nextOnOf(account: Account): LocalDate {
  if (account.nextCycleOn === null)
    throw brokenRule('no-next-cycle', `account ${account.id} is open but has no next cycle`);
  return account.nextCycleOn;
}
