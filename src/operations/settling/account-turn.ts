/**
 * One account's turn in a transaction: it is brought current, then its events are applied, and what came of it is
 * turned into rows. What throws on the way leaves the turn as it was before, and nothing of it is written until
 * `finish`.
 */
import type { Account, Decision, Entry } from '../../domain/account.ts';
import { type AppliedEvent, applyEvent, openAccount } from '../../domain/events/apply-event.ts';
import { type Instant, type LocalDate, formatInstant, isKnownZone } from '../../domain/calendar.ts';
import type { EventOf, MemberEvent } from '../../domain/events/events.ts';
import type { GrowingRecords } from '../../domain/events/records.ts';
import { noticeKindOf } from '../../domain/notice-kinds.ts';
import { type SettledBoundary, catchUp } from '../../domain/settle.ts';
import { type Span, spanOf, spansBegun, statesOf } from '../../domain/spans.ts';
import type { Terms } from '../../domain/terms.ts';
import { brokenRule } from '../../errors.ts';
import type { AccountRow } from '../../ledger/accounts.ts';
import type { CycleNotice } from '../../ledger/cycles.ts';
import type { Notify } from '../../ledger/runs.ts';
import type { NoticeDraft } from '../../outbox/outbox.ts';
import type { LedgerWrites } from './ledger-writes.ts';

/** By which terms, which run and when an account is settled, and whether its member is told. */
export interface TurnGround {
  readonly terms: Terms;
  readonly termsVersion: number;
  readonly runId: number | null;
  /** Whether members hear of the boundaries that are settled. */
  readonly notify: Notify;
  /** Whether they hear of what its events decide. */
  readonly notifyEvents: Notify;
  /** The database's clock under the lock. */
  readonly lockedAt: Instant;
  readonly noticeMaxAgeMs: number;
}

/** What one boundary or event, or several boundaries at once, came to. */
interface Step {
  readonly settled: readonly SettledBoundary[];
  readonly spans: readonly Span[];
  readonly entries: readonly Entry[];
  readonly decisions: readonly Decision[];
  readonly applied?: AppliedEvent;
}

/** Of a turn in which no cycle began. */
const NOTHING_TOLD = { notices: [], catchUpFrom: null };

export class AccountTurn {
  readonly #ground: TurnGround;
  /** What is stored; undefined for an account that opens now. */
  readonly #before: AccountRow | undefined;
  readonly #steps: Step[] = [];
  #account: Account;
  #current = true;

  private constructor(ground: TurnGround, before: AccountRow | undefined, account: Account) {
    this.#ground = ground;
    this.#before = before;
    this.#account = account;
  }

  static of(row: AccountRow, ground: TurnGround): AccountTurn {
    return new AccountTurn(ground, row, row.account);
  }

  /** The turn of an account that this event opens, and what opening it came to. */
  static opening(
    event: EventOf<'account.opened'>,
    ground: TurnGround,
  ): { turn: AccountTurn; applied: AppliedEvent } {
    const applied = openAccount(event, ground.terms);
    const turn = new AccountTurn(ground, undefined, applied.account);
    turn.#keep(applied);
    return { turn, applied };
  }

  /**
   * A zone that this machine does not know keeps the account from being brought current, and so keeps its own repair
   * waiting: therefore the first change of zone among these counts for all that was not settled yet.
   */
  mendZone(events: readonly MemberEvent[]): void {
    if (isKnownZone(this.#account.zone)) return;
    const mending = events.find((event) => event.type === 'account.zone-changed');
    if (!mending) return;
    this.#account = { ...this.#account, zone: mending.zone };
    // A millisecond after the last change, because no two spans begin at one instant.
    const span = spanOf(this.#account, this.#account.watermark + 1);
    this.#steps.push({ settled: [], spans: [span], entries: [], decisions: [] });
  }

  /** Boundaries settled so far. */
  get cycles(): number {
    let sum = 0;
    for (const step of this.#steps) sum += step.settled.length;
    return sum;
  }

  /** Settles up to `asOf`, `room` boundaries at the most. False when boundaries are left. */
  settle(asOf: Instant, room: number): boolean {
    const { account, settled, current } = catchUp(this.#account, this.#ground.terms, asOf, room);
    const spans = spansBegun(this.#account, statesOf(settled));
    if (settled.length > 0) this.#steps.push({ settled, spans, entries: [], decisions: [] });
    this.#account = account;
    this.#current = current;
    return current;
  }

  /** Applies one event; `records` grow by what it changed. */
  apply(event: MemberEvent, records: GrowingRecords): AppliedEvent {
    const applied = applyEvent(this.#account, event, this.#ground.terms, records);
    if (applied.outcome === 'conflict') return applied;
    this.#requireBegun(applied.settled);
    records.add(applied);
    this.#account = applied.account;
    this.#keep(applied);
    return applied;
  }

  /** Whatever a watermark says, no boundary is settled before its instant by the database's clock. */
  #requireBegun(settled: readonly SettledBoundary[]): void {
    const early = settled.find(({ settlement }) => settlement.startsAt > this.#ground.lockedAt);
    if (!early) return;
    const { cycleOn, startsAt } = early.settlement;
    throw brokenRule(
      'boundary-ahead',
      `the boundary of ${cycleOn} begins at ${formatInstant(startsAt)}, which is yet to come`,
    );
  }

  #keep(applied: AppliedEvent): void {
    const { settled, spans, entries, decisions } = applied;
    this.#steps.push({ settled, spans, entries, decisions, applied });
  }

  /** Adds the rows of the whole turn. A turn in which nothing changed adds none. */
  finish(writes: LedgerWrites): void {
    if (this.cycles > 0 || !this.#isDue()) writes.overcome.push(this.#account.id);
    const changed = this.#steps.length > 0 || this.#account !== this.#before?.account;
    if (!changed) return;
    const lastDecision = this.#addFacts(writes);
    const { notices, catchUpFrom } = this.#notices();
    writes.notices.push(...notices, ...this.#eventNotices());
    const after = { account: this.#account, lastDecision, catchUpFrom };
    if (this.#before) writes.accounts.push({ before: this.#before, after });
    else writes.opened.push(after);
  }

  /** An event that settled nothing has not overcome what its account failed at. */
  #isDue(): boolean {
    const { nextCycleAt } = this.#account;
    return nextCycleAt !== null && nextCycleAt <= this.#ground.lockedAt;
  }

  /** Cycles and decisions share one numbering, in the order in which they were decided. */
  #addFacts(writes: LedgerWrites): number {
    const { lockedAt, runId, termsVersion } = this.#ground;
    const accountId = this.#account.id;
    const postedAt = lockedAt;
    let decisionNo = this.#before?.lastDecision ?? 0;
    // Plain literals: these rows wait for the database by the thousand, and a spread one takes twice the memory.
    for (const step of this.#steps) {
      for (const one of step.settled) {
        decisionNo += 1;
        const { settlement, entries } = one;
        const notice = this.#noticeOf(one);
        writes.cycles.push({ accountId, settlement, termsVersion, runId, decisionNo, notice, postedAt });
        const { plan } = settlement;
        for (const entry of entries) writes.entries.push({ accountId, entry, plan, postedAt, runId });
      }
      const plan = step.applied?.account.plan ?? this.#account.plan;
      // A run that happens to apply an event is not its cause, and must not take it back when it is reversed.
      for (const entry of step.entries)
        writes.entries.push({ accountId, entry, plan, postedAt, runId: null });
      for (const decision of step.decisions) {
        decisionNo += 1;
        writes.decisions.push({ accountId, decision, decisionNo, postedAt, runId: null });
      }
      for (const span of step.spans) writes.spans.push({ ...span, accountId });
      if (step.applied) this.#addRecords(writes, step.applied);
    }
    return decisionNo;
  }

  #addRecords(writes: LedgerWrites, applied: AppliedEvent): void {
    const accountId = this.#account.id;
    for (const one of applied.proposals) writes.proposals.push({ ...one, accountId });
    for (const one of applied.interviews) writes.interviews.push({ ...one, accountId });
    for (const one of applied.awards) writes.awards.push({ ...one, accountId });
    const { email, locale } = applied;
    if (email !== null || locale !== null)
      writes.contacts.push({ accountId, email, locale, importHash: null });
  }

  /** Whether an email tells of a boundary, or why none does: to opt out counts from then on, and now. */
  #noticeOf({ account, entries }: SettledBoundary): CycleNotice {
    if (entries.length === 0) return 'unchanged';
    if (this.#ground.notify === 'none') return 'not-asked';
    return account.noticesOptedOut || this.#account.noticesOptedOut ? 'opted-out' : 'staged';
  }

  /**
   * One notice per catch-up, staged by its last transaction: until then, where it began is kept on the account. Or one
   * per cycle, where the run says so.
   */
  #notices(): { notices: readonly NoticeDraft[]; catchUpFrom: LocalDate | null } {
    if (this.cycles === 0 && !this.#before?.catchUpFrom) return NOTHING_TOLD;
    const settled = this.#steps.flatMap((step) => step.settled);
    const told = settled.filter((one) => this.#noticeOf(one) === 'staged').map((one) => one.settlement);
    const begun = this.#before?.catchUpFrom ?? null;
    if (this.#ground.notify === 'each' && begun === null)
      return {
        notices: told.map((one) => this.#grantNotice(one.cycleOn, one.cycleOn, one.startsAt)),
        catchUpFrom: null,
      };
    const first = begun ?? told[0]?.cycleOn;
    if (first === undefined) return { notices: [], catchUpFrom: null };
    if (!this.#current) return { notices: [], catchUpFrom: first };
    const last = settled.at(-1)?.settlement;
    return {
      notices: [this.#grantNotice(first, last?.cycleOn ?? this.#account.cycleOn, last?.startsAt)],
      catchUpFrom: null,
    };
  }

  #grantNotice(firstCycleOn: LocalDate, lastCycleOn: LocalDate, newestAt: Instant | undefined): NoticeDraft {
    const { lockedAt, runId } = this.#ground;
    return {
      accountId: this.#account.id,
      kind: 'grant',
      ref: `cycles:${firstCycleOn}..${lastCycleOn}`,
      state: this.#stateOf(newestAt ?? lockedAt),
      firstCycleOn,
      lastCycleOn,
      runId,
      stagedAt: lockedAt,
    };
  }

  /** What events decided that a member hears about, each once: its subject is its cause. */
  #eventNotices(): NoticeDraft[] {
    if (this.#ground.notifyEvents === 'none') return [];
    return this.#steps.flatMap(({ decisions, applied }) =>
      decisions.flatMap((decision) => {
        const kind = noticeKindOf(decision);
        if (!kind) return [];
        return {
          accountId: this.#account.id,
          kind,
          ref: decision.subject,
          state: this.#stateOf(applied?.occurredAt ?? decision.at),
          firstCycleOn: null,
          lastCycleOn: null,
          runId: null,
          stagedAt: this.#ground.lockedAt,
        };
      }),
    );
  }

  /** What is told long after it happened is recorded as too old instead of sent. */
  #stateOf(happenedAt: Instant): NoticeDraft['state'] {
    const { lockedAt, noticeMaxAgeMs } = this.#ground;
    return lockedAt - happenedAt > noticeMaxAgeMs ? 'too-old' : 'pending';
  }
}
