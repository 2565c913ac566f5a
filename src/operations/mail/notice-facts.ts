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
import type { Settlement } from '../../domain/settle.ts';
import { monthEndOf, termsInForce } from '../../domain/terms.ts';
import { groupBy } from '../../group-by.ts';
import type { SpanRow } from '../../ledger/spans.ts';
import type { ToldCycle, ToldDecision, ToldEntry } from '../../ledger/told.ts';
import type { Since } from '../../notices/grant-notice.ts';
import type { NoticeFacts } from '../../notices/notice.ts';
import type { Late } from '../../notices/page.ts';
import type { PaymentFacts, Remedy } from '../../notices/plan-notices.ts';
import type { Notice } from '../../outbox/outbox.ts';
import type { Ground } from './notice-ground.ts';
import { NOTHING_EXPIRES } from './unsent-words.ts';

/** What a notice tells, and the cycle that followed then: it tells of its own time, however late it is sent. */
export interface ToldNotice {
  readonly facts: NoticeFacts;
  readonly nextCycleOn: LocalDate | null;
  readonly late?: Late | undefined;
}

/** What a notice tells, or why there is nothing to tell. */
export function factsOf(notice: Notice, account: Account, ground: Ground): ToldNotice | string {
  switch (notice.kind) {
    case 'grant':
      return grantFacts(notice, account, ground);
    case 'backfill':
      return backfillFacts(notice, account, ground);
    case 'reversal':
      return reversalFacts(notice, account, ground);
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
  const cycles = (ground.cycles.get(accountId) ?? []).filter(
    ({ cycleOn }) =>
      firstCycleOn !== null && lastCycleOn !== null && cycleOn >= firstCycleOn && cycleOn <= lastCycleOn,
  );
  const last = cycles.at(-1);
  if (!last) return NOT_IN_LEDGER;
  const since = sinceOf(last, account);
  const nextCycleOn = since?.what === 'plan-change' ? account.nextCycleOn : last.nextOn;
  return { facts: { kind: 'grant', cycles, since, addedOn: addedLater(last, account) }, nextCycleOn };
}

/** The day on which it was settled, where that is a later one than its own. */
function addedLater({ cycleOn, postedAt }: ToldCycle, { zone }: Account): LocalDate | undefined {
  // Which day that was in a zone that this machine does not know, nobody can say; the letter goes without it.
  if (!isKnownZone(zone)) return undefined;
  const on = localDateOf(postedAt, zone);
  return on > cycleOn ? on : undefined;
}

/** A settled cycle lies after the anchor that it is counted from: one that does not was overtaken by an upgrade. */
function sinceOf({ cycleOn }: Settlement, account: Account): Since | undefined {
  if (account.anchorOn >= cycleOn) return { what: 'plan-change', countsFromOn: account.anchorOn };
  return account.cycleOn > cycleOn ? { what: 'later-cycle' } : undefined;
}

function backfillFacts(notice: Notice, account: Account, ground: Ground): ToldNotice | string {
  const { firstCycleOn, lastCycleOn } = notice;
  const entries = (ground.entriesOfRuns.get(`${notice.accountId} ${notice.runId}`) ?? []).filter(
    ({ cycleOn }) =>
      cycleOn !== null &&
      (firstCycleOn === null || cycleOn >= firstCycleOn) &&
      (lastCycleOn === null || cycleOn <= lastCycleOn),
  );
  const last = entries.at(-1);
  if (!last) return NOT_IN_LEDGER;
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
  return {
    facts: { kind: 'backfill', cycles, balance: last.balance },
    nextCycleOn: nextCycleAfter(last.effectiveAt, account, ground),
  };
}

const sumOf = (entries: readonly ToldEntry[], kind: ToldEntry['kind']): number =>
  entries.filter((one) => one.kind === kind).reduce((sum, one) => sum + one.amount, 0);

function reversalFacts(notice: Notice, account: Account, ground: Ground): ToldNotice | string {
  const key = `${notice.accountId} ${notice.runId}`;
  const cycles = ground.reversals.get(key) ?? [];
  // The same run may have settled a boundary before: what it posted for that is told elsewhere.
  const entry = ground.entriesOfRuns.get(key)?.findLast((one) => one.kind === 'reversal');
  if (!entry || cycles.length === 0) return NOT_IN_LEDGER;
  const lines = cycles.map(({ cycleOn, taken }) => ({ cycleOn, amount: -taken }));
  const notTaken = cycles.reduce((sum, one) => sum + one.short, 0);
  const owed = cycles.reduce((sum, one) => sum + one.owed, 0);
  return {
    facts: { kind: 'reversal', lines, notTaken, owed, balance: entry.balance },
    nextCycleOn: nextCycleAfter(entry.effectiveAt, account, ground),
  };
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
    startsAt: nextCycleAt,
    balance: next.opening,
    cap: next.cap,
    expiring: next.expired,
  };
  return { facts, nextCycleOn };
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
      return dated(known, ground, {
        kind: 'readiness-test',
        award: known.detail.number('award'),
        balance,
      });
    case 'interview-award':
      return { facts: interviewFacts(known, ground), nextCycleOn: account.nextCycleOn };
    case 'upgrade':
      return upgradeFacts(known);
    default:
      return dated(known, ground, paymentFacts(known));
  }
}

interface Known {
  readonly detail: Detail;
  readonly account: Account;
  readonly decision: ToldDecision;
  readonly balance: number;
}

const dated = ({ decision, account }: Known, ground: Ground, facts: NoticeFacts): ToldNotice => ({
  facts,
  nextCycleOn: nextCycleAfter(decision.at, account, ground),
});

function welcomeFacts(known: Known, ground: Ground): ToldNotice {
  const { detail, account, decision, balance } = known;
  const plan = spanAt(account.id, decision.at, ground)?.plan ?? account.plan;
  const nextCycleOn = nextCycleAfter(decision.at, account, ground);
  const next = nextCycleOn === null ? decision.at : Date.parse(nextCycleOn);
  const gives = termsInForce(ground.terms, next)?.plans[plan];
  const monthly = { plan, free: gives?.free ?? 0, paid: gives?.paid ?? 0 };
  return { facts: { kind: 'welcome', award: detail.number('award'), balance, monthly }, nextCycleOn };
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
    balance,
    stands:
      account.plan === 'plus' && account.pendingPlan === null && account.anchorOn === detail.date('anchorOn'),
  };
  return { facts, nextCycleOn: detail.date('nextCycleOn') ?? account.nextCycleOn };
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
