/** What each kind of notice tells, from what was read: as things were when it was staged, as far as that is recorded. */
import type { Account } from '../../domain/account.ts';
import {
  type Instant,
  type LocalDate,
  boundaryFrom,
  isKnownZone,
  localDateOf,
  parseInstant,
} from '../../domain/calendar.ts';
import { noticeKindOf } from '../../domain/notice-kinds.ts';
import { forecast } from '../../domain/simulation/forecast.ts';
import { monthEndOf, termsInForce } from '../../domain/terms.ts';
import { groupBy } from '../../group-by.ts';
import type { SpanRow } from '../../ledger/spans.ts';
import type { ToldCycle, ToldDecision, ToldEntry } from '../../ledger/told.ts';
import type { Since } from '../../notices/grant-facts.ts';
import type { NoticeFacts } from '../../notices/notice.ts';
import type { Late } from '../../notices/page.ts';
import type { PaymentFacts, Remedy } from '../../notices/plan-notices.ts';
import type { Notice } from '../../outbox/outbox.ts';
import type { Ground } from './notice-ground.ts';
import { NOTHING_EXPIRES } from './unsent-words.ts';

/** What a notice tells: it tells of its own time, however late it is sent. */
export interface ToldNotice {
  readonly facts: NoticeFacts;
  readonly late?: Late | undefined;
}

/** What a notice tells, or why there is nothing to tell. */
export function factsOf(notice: Notice, account: Account, ground: Ground): ToldNotice | string {
  switch (notice.kind) {
    case 'grant':
      return grantFacts(notice, account, ground);
    case 'backfill':
      return backfillFacts(notice, ground);
    case 'reversal':
      return reversalFacts(notice, ground);
    case 'reminder':
      return reminderFacts(notice, account, ground);
    case 'welcome':
    case 'readiness-test':
    case 'interview-award':
    case 'upgrade':
    case 'payment-failed':
      return eventFacts(notice, account, ground);
  }
}

const NOTHING_ADDED = 'nothing was added';
const NOT_IN_LEDGER = 'what it tells of is not in the ledger';

/** What held at an instant; undefined before all that is recorded. */
const spanAt = (accountId: string, at: Instant, { spans }: Ground): SpanRow | undefined =>
  spans.get(accountId)?.findLast((one) => one.fromAt <= at);

/** The first boundary after an instant, by the calendar that held then. */
function nextCycleAfter(at: Instant, { id, nextCycleOn }: Account, ground: Ground): LocalDate | null {
  const span = spanAt(id, at, ground);
  if (!span) return nextCycleOn;
  const { anchorOn, zone } = span;
  return boundaryFrom({ anchorOn, zone, monthEnd: monthEndOf(ground.terms) }, at + 1).on;
}

function grantFacts(
  { accountId, firstCycleOn, lastCycleOn }: Notice,
  account: Account,
  ground: Ground,
): ToldNotice | string {
  if (firstCycleOn === null || lastCycleOn === null) return NOT_IN_LEDGER;
  const cycles = (ground.cycles.get(accountId) ?? []).filter(
    ({ cycleOn }) => cycleOn >= firstCycleOn && cycleOn <= lastCycleOn,
  );
  if (cycles.length === 0) return NOT_IN_LEDGER;
  const since = sinceOf(lastCycleOn, account);
  const { cycleOn: on, nextCycleOn: nextOn } = account;
  // The catch-up may have ended with cycles that brought nothing to tell of: they are part of it all the same.
  const current = since || nextOn === null ? undefined : { on, nextOn };
  return { facts: { kind: 'grant', cycles, current, since, addedOn: addedLater(cycles, account) } };
}

/** The latest day on which one of them was settled later than on its own. */
function addedLater(cycles: readonly ToldCycle[], { zone }: Account): LocalDate | undefined {
  // Which day that was in a zone that this machine does not know, nobody can say; the letter goes without it.
  if (!isKnownZone(zone)) return undefined;
  const late = cycles.filter(({ cycleOn, postedAt }) => localDateOf(postedAt, zone) > cycleOn);
  return late
    .map(({ postedAt }) => localDateOf(postedAt, zone))
    .toSorted()
    .at(-1);
}

/** A settled cycle lies after the anchor that it is counted from: one that does not was overtaken by an upgrade. */
function sinceOf(lastCycleOn: LocalDate, { anchorOn, cycleOn }: Account): Since | undefined {
  if (anchorOn >= lastCycleOn) return { what: 'plan-change', countsFromOn: anchorOn };
  return cycleOn > lastCycleOn ? { what: 'later-cycle' } : undefined;
}

function backfillFacts(notice: Notice, ground: Ground): ToldNotice | string {
  const { firstCycleOn, lastCycleOn } = notice;
  const entries = (ground.entriesOfRuns.get(`${notice.accountId} ${notice.runId}`) ?? []).filter(
    ({ cycleOn }) =>
      cycleOn !== null &&
      (firstCycleOn === null || cycleOn >= firstCycleOn) &&
      (lastCycleOn === null || cycleOn <= lastCycleOn),
  );
  const [first, last] = [entries[0], entries.at(-1)];
  if (!first || !last) return NOT_IN_LEDGER;
  const byCycle = groupBy(entries, (one) => one.cycleOn ?? '');
  const cycles = [...byCycle]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([cycleOn, posted]) => ({
      cycleOn,
      free: sumOf(posted, 'monthly-free'),
      paid: sumOf(posted, 'monthly-plan'),
      recovered: 0 - sumOf(posted, 'recovery'),
      balance: posted.at(-1)?.balance ?? last.balance,
    }));
  const opening = first.balance - first.amount;
  return { facts: { kind: 'backfill', cycles, opening, balance: last.balance } };
}

const sumOf = (entries: readonly ToldEntry[], kind: ToldEntry['kind']): number =>
  entries.filter((one) => one.kind === kind).reduce((sum, one) => sum + one.amount, 0);

function reversalFacts(notice: Notice, ground: Ground): ToldNotice | string {
  const key = `${notice.accountId} ${notice.runId}`;
  const cycles = ground.reversals.get(key) ?? [];
  // The same run may have settled a boundary before: what it posted for that is told elsewhere.
  const entry = ground.entriesOfRuns.get(key)?.findLast((one) => one.kind === 'reversal');
  if (!entry || cycles.length === 0) return NOT_IN_LEDGER;
  const lines = cycles.map(({ cycleOn, taken }) => ({ cycleOn, amount: -taken }));
  const notTaken = cycles.reduce((sum, one) => sum + one.short, 0);
  const owed = cycles.reduce((sum, one) => sum + one.owed, 0);
  return { facts: { kind: 'reversal', lines, notTaken, owed, balance: entry.balance } };
}

/** Told as it stands now: what was spent since it was staged no longer expires. */
function reminderFacts({ firstCycleOn }: Notice, account: Account, ground: Ground): ToldNotice | string {
  const { nextCycleOn, nextCycleAt, status } = account;
  if (nextCycleOn === null || nextCycleOn !== firstCycleOn || status !== 'active')
    return 'the cycle that it warned of has moved or ended';
  if (nextCycleAt === null || nextCycleAt <= ground.now) return 'the cycle that it warned of has begun';
  const [next] = forecast(account, ground.terms, 1);
  if (!next || next.expired === 0 || next.cap === null) return NOTHING_EXPIRES;
  const facts: NoticeFacts = {
    kind: 'reminder',
    cycleOn: nextCycleOn,
    balance: next.opening,
    cap: next.cap,
    expiring: next.expired,
  };
  return { facts };
}

function eventFacts(notice: Notice, account: Account, ground: Ground): ToldNotice | string {
  const told = decidedFacts(notice, account, ground);
  return typeof told === 'string'
    ? told
    : { ...told, late: ground.late.get(`${notice.accountId} ${notice.ref}`) };
}

function decidedFacts(notice: Notice, account: Account, ground: Ground): ToldNotice | string {
  const key = `${notice.accountId} ${notice.ref}`;
  const decision = ground.decisions.get(key);
  if (!decision) return NOT_IN_LEDGER;
  if (!noticeKindOf(decision)) return NOTHING_ADDED;
  const { accountId, at } = decision;
  const posted = ground.entries.get(key)?.at(-1)?.balance;
  const balance = posted ?? ground.balances.get(`${accountId} ${at}`) ?? account.openingBalance;
  const known = { detail: new Detail(decision.detail), account, decision, balance };
  switch (notice.kind) {
    case 'welcome':
      return welcomeFacts(known, ground);
    case 'readiness-test':
      return { facts: { kind: 'readiness-test', award: known.detail.number('award'), balance } };
    case 'interview-award':
      return { facts: interviewFacts(known, ground) };
    case 'upgrade':
      return upgradeFacts(known);
    default:
      return { facts: paymentFacts(known) };
  }
}

interface Known {
  readonly detail: Detail;
  readonly account: Account;
  readonly decision: ToldDecision;
  readonly balance: number;
}

function welcomeFacts(known: Known, ground: Ground): ToldNotice {
  const { detail, account, decision, balance } = known;
  const plan = spanAt(account.id, decision.at, ground)?.plan ?? account.plan;
  const nextCycleOn = nextCycleAfter(decision.at, account, ground);
  const next = nextCycleOn === null ? decision.at : Date.parse(nextCycleOn);
  const gives = termsInForce(ground.terms, next)?.plans[plan];
  const monthly = { plan, free: gives?.free ?? 0, paid: gives?.paid ?? 0 };
  return { facts: { kind: 'welcome', award: detail.number('award'), balance, monthly } };
}

function interviewFacts({ detail, decision, balance }: Known, { terms }: Ground): NoticeFacts {
  const repliedAt = detail.instant('occurredAt') ?? decision.at;
  const award = detail.number('award');
  return {
    kind: 'interview-award',
    proposal: detail.text('proposal'),
    repliedAt,
    refund: detail.number('refund'),
    award,
    whole: termsInForce(terms, repliedAt)?.interview?.award ?? award,
    held: detail.number('held'),
    windowMax: detail.number('windowMax'),
    windowDays: detail.number('windowDays'),
    windowEndsAt: detail.instant('windowEndsAt') ?? repliedAt,
    balance,
  };
}

function upgradeFacts({ detail, account, balance }: Known): ToldNotice {
  const fromCycleOn = detail.date('fromCycleOn');
  const elapsedDays = detail.number('elapsedDays');
  const facts: NoticeFacts = {
    kind: 'upgrade',
    paid: detail.number('paid'),
    free: detail.number('free'),
    recovered: detail.number('recovered'),
    plansFree: detail.number('plansFree'),
    ended: fromCycleOn ? { fromCycleOn, elapsedDays, cycleDays: detail.number('cycleDays') } : undefined,
    startsOn: detail.date('anchorOn') ?? account.cycleOn,
    nextCycleOn: detail.date('nextCycleOn') ?? account.nextCycleOn,
    balance,
    stands:
      account.plan === 'plus' && account.pendingPlan === null && account.anchorOn === detail.date('anchorOn'),
  };
  return { facts };
}

function paymentFacts({ detail, account, decision, balance }: Known): PaymentFacts {
  return {
    kind: 'payment-failed',
    failedOn: detail.date('failedOn') ?? account.cycleOn,
    which: detail.text('which') as PaymentFacts['which'],
    paid: detail.number('paid'),
    reversed: detail.number('reversed'),
    owed: detail.number('owed'),
    owedInAll: detail.number('owedInAll'),
    balance,
    decidedOn: localDateOf(decision.at, account.zone),
    remedy: remedyOf(account, decision.at),
  };
}

/** Told by what the account is now: advice that was good when the payment failed can be wrong by the time it is sent. */
function remedyOf({ status, anchorOn, zone, plan, pendingPlan }: Account, failedAt: Instant): Remedy {
  if (status === 'closed') return 'none';
  if (status === 'suspended') return 'reinstatement';
  const onPlus = plan === 'plus' && pendingPlan === null;
  return onPlus || anchorOn > localDateOf(failedAt, zone) ? 'upgraded-again' : 'upgrade';
}

/** Reads the evidence of a decision; src/domain/events/effect.ts says what stands in it. */
class Detail {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  number(name: string): number {
    const value = this.#values[name];
    return typeof value === 'number' ? value : 0;
  }

  text(name: string): string {
    const value = this.#values[name];
    return typeof value === 'string' ? value : '';
  }

  date(name: string): LocalDate | undefined {
    return this.text(name) || undefined;
  }

  instant(name: string): Instant | undefined {
    return parseInstant(this.text(name));
  }
}
