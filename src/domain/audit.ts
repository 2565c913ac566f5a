/**
 * The invariants, checked on one account: what is recorded of it against the calendar and the ledger's own arithmetic.
 * Pure. interface: "Audit". Everything about dates is recomputed by the calendar code that settling uses.
 */
import { messageOf } from '../errors.ts';
import { type Account, type EntryKind, cycleSubject } from './account.ts';
import { grantSubject } from './backfill.ts';
import {
  type Boundary,
  type Instant,
  type LocalDate,
  type MonthEnd,
  boundaryAfter,
  firstInstantOf,
  formatInstant,
} from './calendar.ts';
import { type PastBoundary, boundaryAfterAll, pastBoundaries } from './past-boundaries.ts';
import type { Settlement } from './settle.ts';
import type { Span } from './spans.ts';
import { type Terms, monthEndOf, termsInForce } from './terms.ts';

export const FINDING_CODES = [
  'balance-differs',
  'ledger-broken',
  'settlement-missing',
  'settlement-unexpected',
  'settlement-differs',
  'next-date-wrong',
  'granted-twice',
  'granted-early',
  'above-cap',
  'window-exceeded',
  'award-differs',
  'notice-missing',
  'due-too-long',
  'failure-forgotten',
  'waiting-forgotten',
  'unreadable',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** One thing that is not as it must be. */
export interface Finding {
  readonly code: FindingCode;
  readonly account: string;
  readonly cycleOn: LocalDate | null;
  readonly message: string;
  /** What is to be taken (negative) or given, where a correction mends it; 0 elsewhere. */
  readonly amount: number;
  /** Names the correction: `audit.<account>.<seq>`. Posted under it, the finding is mended. */
  readonly key: string | null;
  /** Until when nothing was to be had, in milliseconds; 0 where time plays no part. */
  readonly ageMs: number;
}

export interface AuditedEntry {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly amount: number;
  readonly balance: number;
  readonly effectiveAt: Instant;
  readonly occurredAt: Instant;
  readonly postedAt: Instant;
  readonly cycleOn: LocalDate | null;
  readonly subject: string;
  readonly proposal: string | null;
}

export interface AuditedSettlement extends Settlement {
  readonly notice: string;
  readonly postedAt: Instant;
}

export interface AuditedAmendment {
  readonly cycleOn: LocalDate;
  readonly no: number;
  readonly kind: 'granted' | 'reversed';
  readonly free: number;
  readonly paid: number;
  readonly recovered: number;
  readonly notice: string;
}

export interface AuditedAward {
  readonly interview: string;
  readonly proposal: string;
  readonly amount: number;
}

/** Everything that is recorded of one account, each list in its own order. */
export interface AuditedAccount {
  readonly account: Account;
  /** A catch-up goes on in the next transaction: its notice is still to be staged. */
  readonly catchUpFrom: LocalDate | null;
  readonly spans: readonly Span[];
  readonly settlements: readonly AuditedSettlement[];
  readonly amendments: readonly AuditedAmendment[];
  readonly entries: readonly AuditedEntry[];
  readonly awards: readonly AuditedAward[];
  /** Staged, whatever became of them: the cycles that they tell of. */
  readonly notices: readonly { readonly first: LocalDate; readonly last: LocalDate }[];
  /** When it was closed; null for one that is open. */
  readonly closedAt: Instant | null;
  readonly putAsideAt: Instant | null;
  /** When the oldest event arrived that still waits. */
  readonly waitingSince: Instant | null;
}

export interface AuditRules {
  readonly terms: Terms;
  /** Taken as now. */
  readonly asOf: Instant;
  /** What is due, put aside or waiting for longer has been forgotten. */
  readonly alarmAgeMs: number;
}

/** Every finding about one account; none is what one hopes for. It never throws. */
export function auditAccount(recorded: AuditedAccount, rules: AuditRules): Finding[] {
  try {
    return new Auditor(recorded, rules).findings();
  } catch (error) {
    // An unknown zone, a date that does not exist: settling fails at the same place.
    const { id: account } = recorded.account;
    const message = `its records cannot be read: ${messageOf(error)}`;
    return [{ code: 'unreadable', account, cycleOn: null, message, amount: 0, key: null, ageMs: 0 }];
  }
}

/** The instant of the latest boundary that was settled; that before the take-over, where none was. */
const lastSettledAt = ({ account, settlements }: AuditedAccount): Instant =>
  settlements.reduce((latest, one) => Math.max(latest, one.startsAt), account.trackedFrom - 1);

/**
 * What the next boundary of an account is, as its calendar and its settlements have it; undefined for a closed account,
 * and where nothing is recorded of its calendar.
 */
export function nextBoundaryOf(recorded: AuditedAccount, monthEnd: MonthEnd): Boundary | undefined {
  const { spans, account } = recorded;
  if (spans.length === 0 || account.status === 'closed') return undefined;
  return boundaryAfterAll(spans, monthEnd, lastSettledAt(recorded));
}

const DAY = 86_400_000;
/** Where a date begins first: 14 hours ahead of UTC. */
const EARLIEST_ZONE = 14 * 3_600_000;
/** No date begins further from its UTC midnight than this. */
const ZONE_MARGIN = 2 * DAY;

class Auditor {
  readonly #recorded: AuditedAccount;
  readonly #account: Account;
  readonly #rules: AuditRules;
  readonly #monthEnd: MonthEnd;
  readonly #zones: readonly string[];
  readonly #found: Finding[] = [];
  readonly #settled: ReadonlyMap<LocalDate, AuditedSettlement>;
  /** Dates of boundaries whose settlement is missing: their entries are not counted twice over. */
  readonly #missing = new Set<LocalDate>();

  constructor(recorded: AuditedAccount, rules: AuditRules) {
    this.#recorded = recorded;
    this.#account = recorded.account;
    this.#rules = rules;
    this.#monthEnd = monthEndOf(rules.terms);
    this.#zones = [...new Set([recorded.account.zone, ...recorded.spans.map((one) => one.zone)])];
    this.#settled = new Map(recorded.settlements.map((one) => [one.cycleOn, one]));
  }

  findings(): Finding[] {
    this.#checkLedger();
    this.#checkCalendar();
    this.#checkSettlements();
    this.#checkCycleEntries();
    this.#checkAwards();
    this.#checkWindows();
    this.#checkNotices();
    this.#checkForgotten();
    return this.#found;
  }

  #add(
    code: FindingCode,
    message: string,
    about: Partial<Pick<Finding, 'cycleOn' | 'amount' | 'key' | 'ageMs'>> = {},
  ): void {
    const { cycleOn = null, amount = 0, key = null, ageMs = 0 } = about;
    this.#found.push({ code, account: this.#account.id, cycleOn, message, amount, key, ageMs });
  }

  /** A finding that a correction under its key mends; none where that stands in the ledger. */
  #addCorrectable(
    code: FindingCode,
    message: string,
    seq: number,
    amount: number,
    cycleOn: LocalDate | null = null,
  ): void {
    const key = `audit.${this.#account.id}.${seq}`;
    const mended = this.#recorded.entries.some((one) => one.subject === `adjustment:${key}`);
    if (!mended) this.#add(code, message, { cycleOn, amount, key });
  }

  // ---------------------------------------------------------------------------------------- the ledger

  #checkLedger(): void {
    const { entries } = this.#recorded;
    const { openingBalance, balance, lastSeq } = this.#account;
    let running = openingBalance;
    let broken: string | undefined;
    for (const [index, one] of entries.entries()) {
      running += one.amount;
      if (one.seq !== index + 1) broken ??= `entry ${index + 1} is missing: the next one is ${one.seq}`;
      else if (one.balance !== running)
        broken ??= `entry ${one.seq} says ${one.balance} after it, and the sum is ${running}`;
      else if (one.balance < 0) broken ??= `entry ${one.seq} leaves ${one.balance}`;
    }
    if (broken === undefined && lastSeq !== entries.length)
      broken = `the account counts ${lastSeq} entries, and there are ${entries.length}`;
    if (broken !== undefined) this.#add('ledger-broken', broken);
    if (running !== balance)
      this.#add('balance-differs', `the balance is ${balance}, and its entries come to ${running}`);
    else if (balance < 0) this.#add('balance-differs', `the balance is ${balance}`);
  }

  // -------------------------------------------------------------------------------------- the calendar

  #checkCalendar(): void {
    const { spans, closedAt } = this.#recorded;
    const { trackedFrom, nextCycleOn } = this.#account;
    if (spans.length === 0) return this.#add('next-date-wrong', 'nothing is recorded of its calendar');
    const until = closedAt ?? Math.max(this.#rules.asOf, this.#nextAt() + ZONE_MARGIN);
    // Those before the take-over count only where a backfill settled them.
    const since = Math.min(trackedFrom, this.#recorded.settlements[0]?.startsAt ?? trackedFrom);
    const walked = pastBoundaries(spans, this.#monthEnd, until, since);
    const dates = new Set(walked.map((one) => one.on));
    const tracked = walked.filter((one) => one.at >= trackedFrom && one.at <= this.#rules.asOf);
    for (const one of tracked) this.#checkBoundary(one);
    for (const one of this.#recorded.settlements)
      if (!dates.has(one.cycleOn) && !this.#isExplained(one))
        this.#add('settlement-unexpected', `no cycle of it begins on ${one.cycleOn}, and one was settled`, {
          cycleOn: one.cycleOn,
        });
    if (nextCycleOn === null) return undefined;
    if (this.#settled.has(nextCycleOn))
      this.#add('next-date-wrong', `its next cycle is that of ${nextCycleOn}, which is settled`, {
        cycleOn: nextCycleOn,
      });
    else if (!dates.has(nextCycleOn))
      this.#add('next-date-wrong', `its next cycle is that of ${nextCycleOn}, and none begins on that date`, {
        cycleOn: nextCycleOn,
      });
    else this.#checkNextIsFirst(walked, nextCycleOn);
    return undefined;
  }

  /** A next date that was moved ahead would leave out a cycle that nobody misses until its date has passed. */
  #checkNextIsFirst(walked: readonly PastBoundary[], nextCycleOn: LocalDate): void {
    const after = lastSettledAt(this.#recorded);
    const first = walked.find((one) => one.at > after && !this.#missing.has(one.on));
    if (first && first.on !== nextCycleOn)
      this.#add(
        'next-date-wrong',
        `its next cycle is that of ${nextCycleOn}, and that of ${first.on} comes before`,
        {
          cycleOn: nextCycleOn,
        },
      );
  }

  #nextAt(): Instant {
    const { nextCycleOn, zone } = this.#account;
    return nextCycleOn === null ? -Infinity : firstInstantOf(nextCycleOn, zone);
  }

  /** Settled, or still due: what is due for too long is forgotten. */
  #checkBoundary({ on, at }: PastBoundary): void {
    if (this.#settled.has(on)) return;
    const { nextCycleOn } = this.#account;
    if (nextCycleOn === null || on < nextCycleOn) {
      this.#missing.add(on);
      this.#add('settlement-missing', `the cycle of ${on} has no settlement`, { cycleOn: on });
      return;
    }
    const ageMs = this.#rules.asOf - at;
    const aside = this.#recorded.putAsideAt !== null;
    if (on === nextCycleOn && ageMs > this.#rules.alarmAgeMs && !aside)
      this.#add('due-too-long', `the cycle of ${on} is due since ${formatInstant(at)}`, {
        cycleOn: on,
        ageMs,
      });
  }

  /**
   * Changes that count from one instant leave one span, the last one's. A boundary that was settled between them
   * belongs to a calendar that is not recorded any more; its date still counts from an anchor that the account had.
   */
  #isExplained({ cycleOn, startsAt }: AuditedSettlement): boolean {
    const { spans } = this.#recorded;
    if (!this.#isHidden(startsAt)) return false;
    const dayBefore = new Date(Date.parse(cycleOn) - DAY).toISOString().slice(0, 10);
    return spans.some(
      ({ anchorOn, zone }) =>
        boundaryAfter({ anchorOn, zone, monthEnd: this.#monthEnd }, dayBefore).on === cycleOn,
    );
  }

  // ------------------------------------------------------------------------------------ its settlements

  #checkSettlements(): void {
    for (const one of this.#recorded.settlements) {
      const { cycleOn, opening, carried, expired, free, paid, recovered, closing, cap, startsAt, postedAt } =
        one;
      if (opening - expired !== carried || carried + free + paid - recovered !== closing)
        this.#add('settlement-differs', `the settlement of ${cycleOn} does not add up`, { cycleOn });
      if (cap !== null && closing > cap + free + paid)
        this.#add(
          'above-cap',
          `${closing} after the cycle of ${cycleOn}, and ${cap + free + paid} is the most`,
          {
            cycleOn,
            amount: cap + free + paid - closing,
          },
        );
      if (startsAt < this.#earliestOf(cycleOn) || postedAt < startsAt)
        this.#add('granted-early', `the cycle of ${cycleOn} was settled before its instant`, { cycleOn });
    }
  }

  /** Whether a change counts from this very instant: what was before it at that instant may not be recorded. */
  #isHidden(at: Instant): boolean {
    return this.#recorded.spans.some(({ fromAt }) => fromAt === at || fromAt === at + 1);
  }

  /**
   * The first instant of a date in any zone that the account has had. Where a change counts from the boundary's very
   * instant, the zone before it is recorded no more: then that of whoever sees the date first.
   */
  #earliestOf(on: LocalDate): Instant {
    const startsAt = this.#settled.get(on)?.startsAt;
    if (startsAt !== undefined && this.#isHidden(startsAt)) return firstInstantOf(on, 'UTC') - EARLIEST_ZONE;
    return Math.min(...this.#zones.map((zone) => firstInstantOf(on, zone)));
  }

  // ------------------------------------------------------------------------------- what cycles posted

  #checkCycleEntries(): void {
    const expected = this.#expectedGrants();
    const early = new Set<LocalDate>(
      this.#found.filter((one) => one.code === 'granted-early').map((one) => one.cycleOn as LocalDate),
    );
    const seen = new Set<string>();
    for (const one of this.#recorded.entries) {
      if (!isOfCycle(one)) continue;
      const on = one.cycleOn ?? one.subject.slice('cycle:'.length, 'cycle:2021-01-01'.length);
      const key = `${one.subject} ${one.kind}`;
      const wanted = expected.get(key);
      if (wanted === one.amount && !seen.has(key)) seen.add(key);
      else if (!(this.#missing.has(on) && one.subject === cycleSubject(on)))
        this.#addUnexpected(one, on, wanted);
      const earliest = this.#earliestOf(on);
      if ((one.effectiveAt < earliest || one.postedAt < earliest) && !early.has(on)) {
        early.add(on);
        this.#add('granted-early', `entry ${one.seq} of the cycle of ${on} is earlier than the cycle`, {
          cycleOn: on,
        });
      }
    }
    for (const [key, amount] of expected)
      if (amount !== 0 && !seen.has(key)) {
        const on = key.slice('cycle:'.length, 'cycle:2021-01-01'.length);
        this.#add('settlement-differs', `${key} of ${amount} was settled, and is not in the ledger`, {
          cycleOn: on,
        });
      }
  }

  #addUnexpected(one: AuditedEntry, on: LocalDate, wanted: number | undefined): void {
    const said = `entry ${one.seq}, ${one.kind} of ${one.amount} under ${one.subject}`;
    if (one.kind === 'monthly-free' || one.kind === 'monthly-plan')
      this.#addCorrectable(
        'granted-twice',
        `${said}: the cycle of ${on} has its grant already`,
        one.seq,
        -one.amount,
        on,
      );
    else
      this.#add('settlement-differs', `${said}, and ${wanted === undefined ? 'none' : wanted} was settled`, {
        cycleOn: on,
      });
  }

  /** By subject and kind: what settlements and their amendments say was posted. */
  #expectedGrants(): Map<string, number> {
    const expected = new Map<string, number>();
    const add = (subject: string, kind: EntryKind, amount: number): void => {
      if (amount !== 0) expected.set(`${subject} ${kind}`, amount);
    };
    for (const one of this.#recorded.settlements) {
      const subject = cycleSubject(one.cycleOn);
      add(subject, 'rollover-expiry', -one.expired);
      add(subject, 'monthly-free', one.free);
      add(subject, 'monthly-plan', one.paid);
      add(subject, 'recovery', -one.recovered);
    }
    const reversals = new Map<LocalDate, number>();
    for (const one of this.#recorded.amendments) {
      const before = reversals.get(one.cycleOn) ?? 0;
      if (one.kind === 'reversed') reversals.set(one.cycleOn, before + 1);
      else {
        const subject = grantSubject(one.cycleOn, before);
        add(subject, 'monthly-free', one.free);
        add(subject, 'monthly-plan', one.paid);
        add(subject, 'recovery', -one.recovered);
      }
    }
    return expected;
  }

  // ------------------------------------------------------------------------------------------- awards

  #checkAwards(): void {
    const once = new Map<string, AuditedEntry>();
    for (const one of this.#recorded.entries) {
      const of = onceOf(one);
      if (of === undefined) continue;
      const first = once.get(of);
      if (!first) once.set(of, one);
      else if (first.subject !== one.subject || first.kind === one.kind)
        this.#addCorrectable(
          'granted-twice',
          `entry ${one.seq}, ${one.kind} of ${one.amount}: ${of} was awarded with entry ${first.seq}`,
          one.seq,
          -one.amount,
        );
    }
    const posted = new Map<string, number>();
    for (const { subject, kind, amount } of this.#recorded.entries)
      if (isInterview(kind)) posted.set(subject, (posted.get(subject) ?? 0) + amount);
    const awarded = new Map<string, number>();
    const proposals = new Set<string>();
    for (const { interview, proposal, amount } of this.#recorded.awards) {
      const subject = `interview:${interview}`;
      awarded.set(subject, (awarded.get(subject) ?? 0) + amount);
      if (proposals.has(proposal))
        this.#add('granted-twice', `proposal ${proposal} is recorded as awarded twice`);
      proposals.add(proposal);
    }
    const known = new Set(this.#found.filter((one) => one.code === 'granted-twice').map((one) => one.key));
    for (const [subject, amount] of posted) {
      const entry = this.#recorded.entries.find((one) => one.subject === subject);
      const isKnown = entry !== undefined && known.has(`audit.${this.#account.id}.${entry.seq}`);
      if ((awarded.get(subject) ?? 0) !== amount && !isKnown && !this.#isCorrected(entry))
        this.#add(
          'award-differs',
          `${subject} posted ${amount}, and ${awarded.get(subject) ?? 0} is recorded`,
        );
    }
    for (const [subject, amount] of awarded)
      if (!posted.has(subject) && amount !== 0)
        this.#add('award-differs', `${subject} is recorded with ${amount}, and posted nothing`);
  }

  #isCorrected(entry: AuditedEntry | undefined): boolean {
    const subject = `adjustment:audit.${this.#account.id}.${entry?.seq}`;
    return entry !== undefined && this.#recorded.entries.some((one) => one.subject === subject);
  }

  /**
   * No window over its maximum, whatever the terms were that decided each award: of those within it, the shortest
   * window's length and the largest maximum count.
   */
  #checkWindows(): void {
    const replies = new Map<string, { at: Instant; amount: number; seq: number }>();
    for (const one of this.#recorded.entries) {
      if (!isInterview(one.kind)) continue;
      const known = replies.get(one.subject);
      replies.set(one.subject, {
        at: one.occurredAt,
        amount: (known?.amount ?? 0) + one.amount,
        seq: one.seq,
      });
    }
    const awards = [...replies.values()].toSorted((a, b) => a.at - b.at);
    const terms = awards.map((one) => termsInForce(this.#rules.terms, one.at)?.interview);
    const days = Math.min(...terms.map((one) => one?.windowDays ?? Infinity));
    if (!Number.isFinite(days)) return;
    for (let last = 0, first = 0, held = 0; last < awards.length; last += 1) {
      const end = awards[last] as (typeof awards)[number];
      held += end.amount;
      for (; (awards[first] as (typeof awards)[number]).at <= end.at - days * DAY; first += 1)
        held -= (awards[first] as (typeof awards)[number]).amount;
      const most = Math.max(...terms.slice(first, last + 1).map((one) => one?.windowMax ?? 0));
      if (held > most)
        this.#addCorrectable(
          'window-exceeded',
          `${held} in the ${days} days up to ${formatInstant(end.at)}, and ${most} is the most`,
          end.seq,
          most - held,
        );
    }
  }

  // ------------------------------------------------------------------------------------------ notices

  #checkNotices(): void {
    const granted = [
      ...this.#recorded.settlements.filter((one) => one.free + one.paid > 0),
      ...this.#recorded.amendments.filter((one) => one.kind === 'granted'),
    ];
    for (const { cycleOn, notice } of granted) {
      if (notice === 'not-asked' || notice === 'opted-out') continue;
      const told = this.#recorded.notices.some(({ first, last }) => first <= cycleOn && cycleOn <= last);
      const { catchUpFrom } = this.#recorded;
      const isToCome = catchUpFrom !== null && catchUpFrom <= cycleOn;
      if (notice !== 'staged' || (!told && !isToCome))
        this.#add('notice-missing', `the grant of ${cycleOn} has neither a notice nor a reason for none`, {
          cycleOn,
        });
    }
  }

  // ---------------------------------------------------------------------------------------- forgotten

  #checkForgotten(): void {
    const { putAsideAt, waitingSince } = this.#recorded;
    const { asOf, alarmAgeMs } = this.#rules;
    if (putAsideAt !== null && asOf - putAsideAt > alarmAgeMs)
      this.#add('failure-forgotten', `it is put aside since ${formatInstant(putAsideAt)}`, {
        ageMs: asOf - putAsideAt,
      });
    if (waitingSince !== null && asOf - waitingSince > alarmAgeMs)
      this.#add('waiting-forgotten', `an event waits since ${formatInstant(waitingSince)}`, {
        ageMs: asOf - waitingSince,
      });
  }
}

const OF_CYCLE: readonly EntryKind[] = ['rollover-expiry', 'monthly-free', 'monthly-plan'];

const isOfCycle = ({ kind, subject }: AuditedEntry): boolean =>
  OF_CYCLE.includes(kind) || (kind === 'recovery' && subject.startsWith('cycle:'));

const isInterview = (kind: EntryKind): boolean => kind === 'interview-award' || kind === 'interview-refund';

/** What an entry may be posted for only once, whatever its subject; undefined for what has no such limit. */
function onceOf({ kind, proposal }: AuditedEntry): string | undefined {
  if (kind === 'welcome' || kind === 'readiness-test') return kind;
  return isInterview(kind) && proposal !== null ? `proposal ${proposal}` : undefined;
}
