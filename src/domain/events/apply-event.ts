/**
 * One event on one account. Pure: the account, the event and the records it needs go in; entries, decisions and
 * all that changed come out. History is never rewritten: what arrives late takes effect now.
 */
import { brokenRule } from '../../errors.ts';
import { type Account, BALANCE_MAX, type Decision, type Entry } from '../account.ts';
import { type Instant, boundary, firstInstantOf, localDateOf } from '../calendar.ts';
import { type Effect, type Ground, applied, decided, refused } from './effect.ts';
import type { EventOf, MemberEvent } from './events.ts';
import { replyToInterview, requestInterview } from './interviews.ts';
import { downgradePlan, failPayment, postPlus, upgradePlan } from './plan-changes.ts';
import { carryProposal, returnConnects, submitProposal } from './proposals.ts';
import { type RecordChanges, type Records, needsRecords, noRecords } from './records.ts';
import { passReadinessTest, welcome } from './rewards.ts';
import { type SettledBoundary, catchUp, decisionOf } from '../settle.ts';
import { type Span, spanOf, spansBegun, statesOf } from '../spans.ts';
import { adjust, purchase, spend } from './spending.ts';
import { type Terms, monthEndOf } from '../terms.ts';

/** What an event came to. A `conflict` (a second opening) changed and settled nothing. */
export interface AppliedEvent extends RecordChanges {
  readonly outcome: 'applied' | 'refused' | 'conflict';
  /** The account after it all. */
  readonly account: Account;
  /** The boundaries settled first (or, by a change of zone, within the event), oldest first. */
  readonly settled: readonly SettledBoundary[];
  /** The event's own, posted after those of the boundaries. */
  readonly entries: readonly Entry[];
  readonly decisions: readonly Decision[];
  readonly occurredAt: Instant;
  readonly effectiveAt: Instant;
  /** It took effect later than it happened, because history is never rewritten. */
  readonly late: boolean;
  /** Changes of anchor, zone and plan, those that a settled boundary made included. */
  readonly spans: readonly Span[];
  /** The account's new email address; null where the event tells none. */
  readonly email: string | null;
  /** Its new language, a BCP 47 tag; null where the event tells none. */
  readonly locale: string | null;
}

/**
 * Brings the account current, then applies the event to it. Only events for which `needsOf` says so need records.
 * An id that was applied before must be found out by the caller: see `contentOf`.
 * @throws broken-rule when the account's own row cannot be settled, or needed records were not given
 */
export function applyEvent(
  before: Account,
  event: MemberEvent,
  terms: Terms,
  records?: Records,
): AppliedEvent {
  if (event.type === 'account.opened') return conflicting(before, event);
  if (!records && needsRecords(event, terms))
    throw brokenRule('records-missing', `${event.type} ${event.id} cannot be decided without records`);
  const effectiveAt = Math.max(event.at, before.watermark);
  const ground = { terms, eventId: event.id, occurredAt: event.at, effectiveAt };
  const caughtUp = catchUp(before, terms, effectiveAt);
  const current = { ...caughtUp.account, watermark: effectiveAt };
  const effect = withinLimit(current, effectOf(current, event, ground, records ?? noRecords), ground);
  const settled = effect.settled.length === 0 ? caughtUp.settled : [...caughtUp.settled, ...effect.settled];
  const last = { account: effect.account, at: effectiveAt };
  const states = settled.length === 0 ? [last] : [...statesOf(settled), last];
  return appliedOf(effect, ground, settled, spansBegun(before, states));
}

/** The first event of an account: it opens on the local date of the event, which becomes its anchor. */
export function openAccount(event: EventOf<'account.opened'>, terms: Terms): AppliedEvent {
  const { id: eventId, at } = event;
  const ground = { terms, eventId, occurredAt: at, effectiveAt: at };
  const opened = newAccount(event, terms);
  const welcomed = welcome(opened, ground);
  const onPlus = event.plan === 'plus' ? postPlus(welcomed.account, ground) : undefined;
  const effect = applied(onPlus?.account ?? welcomed.account, {
    entries: [...welcomed.entries, ...(onPlus?.entries ?? [])],
    decisions: [welcomed.decision, ...(onPlus ? [onPlus.decision] : [])],
    email: event.email,
    locale: event.locale ?? null,
  });
  return appliedOf(effect, ground, effect.settled, [spanOf(effect.account, at)]);
}

/** Opening is not a boundary: the welcome award is the first month, and boundary 1 is the first one settled. */
function newAccount(event: EventOf<'account.opened'>, terms: Terms): Account {
  const { account: id, kind, plan, zone, at } = event;
  const anchorOn = localDateOf(at, zone);
  const next = boundary({ anchorOn, zone, monthEnd: monthEndOf(terms) }, 1);
  return {
    id,
    kind,
    plan,
    pendingPlan: null,
    status: 'active',
    anchorOn,
    zone,
    trackedFrom: at,
    openingBalance: 0,
    balance: 0,
    owed: 0,
    lastSeq: 0,
    watermark: at,
    cycleOn: anchorOn,
    cyclePaid: 0,
    nextCycleOn: next.on,
    nextCycleAt: next.at,
    noticesOptedOut: false,
    readinessAwarded: false,
  };
}

function effectOf(
  account: Account,
  event: Exclude<MemberEvent, EventOf<'account.opened'>>,
  ground: Ground,
  records: Records,
): Effect {
  switch (event.type) {
    case 'readiness-test.passed':
      return passReadinessTest(account, ground);
    case 'plan.upgraded':
      return upgradePlan(account, ground);
    case 'plan.downgraded':
      return downgradePlan(account, ground);
    case 'payment.failed':
      return failPayment(account, event, ground);
    case 'account.suspended':
      return applied(isClosed(account) ? account : { ...account, status: 'suspended' });
    case 'account.reinstated':
      return applied(isClosed(account) ? account : { ...account, status: 'active' });
    case 'account.closed':
      return applied({ ...account, status: 'closed', nextCycleOn: null, nextCycleAt: null });
    case 'account.zone-changed':
      return changeZone(account, event, ground);
    case 'account.contact-changed':
      return applied(account, { email: event.email });
    case 'account.locale-changed':
      return applied(account, { locale: event.locale });
    case 'notices.opted-out':
      return applied({ ...account, noticesOptedOut: true });
    case 'notices.opted-in':
      return applied({ ...account, noticesOptedOut: false });
    case 'connects.spent':
      return spend(account, event, ground);
    case 'connects.purchased':
      return purchase(account, event, ground);
    case 'proposal.submitted':
      return submitProposal(account, event, ground, records);
    case 'proposal.carried':
      return carryProposal(account, event, records);
    case 'connects.returned':
      return returnConnects(account, event, ground, records);
    case 'interview.requested':
      return requestInterview(account, event, ground, records);
    case 'interview.replied':
      return replyToInterview(account, event, ground, records);
    case 'balance.adjusted':
      return adjust(account, event, ground);
  }
}

/** Nothing is added beyond what an account may hold; what it takes, and what was replied, counts all the same. */
function withinLimit(before: Account, effect: Effect, ground: Ground): Effect {
  const [entry] = effect.entries;
  if (!entry || effect.account.balance <= Math.max(BALANCE_MAX, before.balance)) return effect;
  const asked = effect.entries.reduce((sum, one) => sum + one.amount, 0);
  const detail = { asked, balance: before.balance, most: BALANCE_MAX };
  const { interviews } = effect;
  return refused(before, decided(ground, entry.subject, 'balance-limit', detail), { interviews });
}

/** Closed is final. */
const isClosed = (account: Account): boolean => account.status === 'closed';

/** The next boundary keeps its date. Where that date has begun in the new zone already, it is settled here and now. */
function changeZone(before: Account, { zone }: EventOf<'account.zone-changed'>, ground: Ground): Effect {
  const { nextCycleOn } = before;
  const nextCycleAt = nextCycleOn === null ? null : firstInstantOf(nextCycleOn, zone);
  const { account, settled } = catchUp({ ...before, zone, nextCycleAt }, ground.terms, ground.effectiveAt);
  return applied(account, { settled });
}

/** Field by field, as effects are made. */
const appliedOf = (
  effect: Effect,
  { occurredAt, effectiveAt }: Pick<Ground, 'occurredAt' | 'effectiveAt'>,
  settled: readonly SettledBoundary[],
  spans: readonly Span[],
): AppliedEvent => ({
  outcome: effect.outcome,
  account: effect.account,
  settled,
  entries: effect.entries,
  decisions: effect.decisions,
  proposals: effect.proposals,
  interviews: effect.interviews,
  awards: effect.awards,
  occurredAt,
  effectiveAt,
  late: effectiveAt > occurredAt,
  spans,
  email: effect.email,
  locale: effect.locale,
});

/** An account opens once. Nothing happens to it, not even time. */
function conflicting(account: Account, event: EventOf<'account.opened'>): AppliedEvent {
  const ground = { occurredAt: event.at, effectiveAt: event.at };
  return { ...applied(account), ...ground, outcome: 'conflict', late: false, spans: [] };
}

/** Everything an event posted, boundaries first, as it stands in the ledger. */
export const entriesOf = (event: AppliedEvent): Entry[] => [
  ...event.settled.flatMap((one) => one.entries),
  ...event.entries,
];

/** Every decision an event led to, in the order of the ledger. */
export const decisionsOf = (event: AppliedEvent): Decision[] => [
  ...event.settled.map((one) => decisionOf(one.settlement)),
  ...event.decisions,
];
