/**
 * One account's part of a batch of events: which of them change nothing, which are decided, and which have to wait.
 * What waits already comes first, so that the order of arrival is kept.
 */
import type { DecisionCode } from '../../domain/account.ts';
import type { AppliedEvent } from '../../domain/events/apply-event.ts';
import type { Instant } from '../../domain/calendar.ts';
import type { EventOf, MemberEvent } from '../../domain/events/events.ts';
import { describeError } from '../../errors.ts';
import type { AccountRow } from '../../ledger/accounts.ts';
import type { AuditRow } from '../../ledger/audit-log.ts';
import { type EventRow, type KnownEvent, contentHashOf } from '../../ledger/events.ts';
import type { AccountTurn, TurnGround } from '../settling/account-turn.ts';
import type { LedgerWrites } from '../settling/ledger-writes.ts';
import { type WaitingEvents, applyTo, eventRowOf, resume } from '../settling/waiting-events.ts';

export type EventOutcome =
  | {
      readonly outcome: 'applied' | 'refused';
      /** What was decided of it, in order; empty for events that decide nothing. */
      readonly codes: readonly DecisionCode[];
      readonly effectiveAt: Instant;
      readonly late: boolean;
    }
  /** It arrived before, with the same content: nothing changed. */
  | { readonly outcome: 'duplicate' }
  /** The id arrived before with other content, or the account is open already: not applied. */
  | { readonly outcome: 'conflict'; readonly message: string }
  | { readonly outcome: 'unknown-account' }
  /** Kept, because its account cannot be brought current now. */
  | ({ readonly outcome: 'waiting' } & Why)
  /** Not recorded, because somebody else keeps its account locked: it is to be brought again. */
  | ({ readonly outcome: 'busy' } & Why);

/** Why an event has to wait. */
export interface Why {
  readonly code: string;
  readonly message: string;
}

/** Who brings events. A correction is audited by itself, an import once in each transaction that it writes. */
export interface Operator {
  readonly actor: string;
  readonly reason: string | null;
  /** The file of an import. */
  readonly source?: string | undefined;
  /** The token that they came with, over HTTP. */
  readonly tokenId?: number;
}

/** An event and its place among those that were given. */
export interface Arrived {
  readonly index: number;
  readonly event: MemberEvent;
}

/** Events of one account, in order of arrival. */
export interface AccountEvents {
  readonly account: string;
  readonly events: readonly Arrived[];
}

/** What one transaction made of its accounts. `left` events have their turn in the next, `busy` ones a little later. */
export interface Done {
  readonly outcomes: Map<number, EventOutcome>;
  readonly left: AccountEvents[];
  readonly busy: AccountEvents[];
}

interface Ground {
  readonly by: Operator | undefined;
  /** Ids that arrived before, in earlier batches or earlier in this one. */
  readonly known: Map<string, KnownEvent>;
  readonly writes: LedgerWrites;
  readonly done: Done;
}

export interface RecordGround extends Ground {
  readonly row: AccountRow | undefined;
  readonly waiting: WaitingEvents;
  readonly turnGround: TurnGround;
}

/** Decides an account's events, one after another, until one of them cannot be decided: that and the later ones wait. */
export function recordAccount(given: RecordGround, { account, events }: AccountEvents): void {
  const { waiting, writes, done } = given;
  const gate = new Gate(given.known, given.row !== undefined || isWaitedFor(waiting, account));
  let state: State | undefined;
  const rows: EventRow[] = [];
  for (const [place, arrived] of events.entries()) {
    const turnedAway = gate.turnAway(arrived.event);
    if (turnedAway) {
      done.outcomes.set(arrived.index, turnedAway);
      continue;
    }
    // What changes nothing does not begin a turn either: only an event that is to be decided takes up those that wait.
    state ??= begin(given, account, events.slice(place));
    if (!state.why && waiting.cutAt === account) {
      done.left.push({ account, events: events.slice(place) });
      break;
    }
    rows.push(decide(given, state, arrived));
    gate.letIn(arrived.event);
  }
  state?.turn?.finish(writes);
  writes.resolved.push(...(state?.resolved ?? []));
  writes.events.push(...rows);
}

/** An account that is not there yet is as good as open when its opening waits. */
const isWaitedFor = ({ events, unreadable }: WaitingEvents, account: string): boolean =>
  events.has(account) || unreadable.has(account);

/** Where an account's turn has got to. */
interface State {
  turn: AccountTurn | undefined;
  readonly resolved: readonly EventRow[];
  /** Set once something cannot be decided. */
  why: Why | undefined;
}

function begin(
  { row, waiting, turnGround, writes }: RecordGround,
  account: string,
  arrived: readonly Arrived[],
): State {
  const resumed = resume(
    row,
    account,
    waiting,
    turnGround,
    arrived.map((one) => one.event),
  );
  if (!('stopped' in resumed)) return { ...resumed, why: undefined };
  const why = describeError(resumed.stopped);
  const stopped = waiting.events.get(account)?.[resumed.resolved.length];
  if (stopped) writes.waits.push({ eventId: stopped.id, ...why, at: turnGround.lockedAt });
  return { ...resumed, why };
}

function decide(given: RecordGround, state: State, arrived: Arrived): EventRow {
  const { turnGround, waiting, writes, done, by } = given;
  const { index, event } = arrived;
  if (!state.why)
    try {
      const { turn, applied } = applyTo(state.turn, event, waiting.records, turnGround);
      state.turn = turn;
      done.outcomes.set(index, outcomeOf(applied));
      if (by && isCorrection(event))
        writes.audits.push(auditOfApplied(event, applied, by, turnGround.lockedAt));
      return eventRowOf(event, applied, turnGround.lockedAt, by?.tokenId);
    } catch (error) {
      state.why = describeError(error);
    }
  return keep(given, arrived, state.why, turnGround.lockedAt);
}

export interface KeepGround extends Ground {
  /** Whether the account is open, or its opening waits. */
  readonly isOpen: boolean;
  readonly why: Why;
  readonly receivedAt: Instant;
}

/** Keeps an account's events without trying to decide any. */
export function keepAll(given: KeepGround, { events }: AccountEvents): void {
  const gate = new Gate(given.known, given.isOpen);
  for (const arrived of events) {
    const turnedAway = gate.turnAway(arrived.event);
    if (turnedAway) given.done.outcomes.set(arrived.index, turnedAway);
    else {
      given.writes.events.push(keep(given, arrived, given.why, given.receivedAt));
      gate.letIn(arrived.event);
    }
  }
}

function keep(
  { by, writes, done }: Ground,
  { index, event }: Arrived,
  why: Why,
  receivedAt: Instant,
): EventRow {
  done.outcomes.set(index, { outcome: 'waiting', ...why });
  writes.waits.push({ eventId: event.id, ...why, at: receivedAt });
  if (by && isCorrection(event))
    writes.audits.push(auditOf(event, by, receivedAt, null, { event: event.id, outcome: 'waiting' }));
  const tokenId = by?.tokenId ?? null;
  return { event, state: 'waiting', effectiveAt: null, late: false, receivedAt, tokenId };
}

/** Which events change nothing, whatever the state of their account. */
class Gate {
  readonly #known: Map<string, KnownEvent>;
  #isOpen: boolean;

  constructor(known: Map<string, KnownEvent>, isOpen: boolean) {
    this.#known = known;
    this.#isOpen = isOpen;
  }

  /** The outcome of an event that changes nothing; undefined for one that is to be decided. */
  turnAway(event: MemberEvent): EventOutcome | undefined {
    const before = this.#known.get(event.id);
    if (before)
      return before.contentHash === contentHashOf(event)
        ? { outcome: 'duplicate' }
        : { outcome: 'conflict', message: `the id ${event.id} arrived before with other content` };
    if (event.type !== 'account.opened') return this.#isOpen ? undefined : { outcome: 'unknown-account' };
    if (!this.#isOpen) return undefined;
    return { outcome: 'conflict', message: `account ${event.account} is open already` };
  }

  letIn(event: MemberEvent): void {
    this.#isOpen = true;
    this.#known.set(event.id, new JustArrived(event));
  }
}

/** Hashed where its id comes again, which hardly any does. */
class JustArrived implements KnownEvent {
  readonly #event: MemberEvent;

  constructor(event: MemberEvent) {
    this.#event = event;
  }

  get accountId(): string {
    return this.#event.account;
  }

  get contentHash(): string {
    return contentHashOf(this.#event);
  }
}

const outcomeOf = ({ outcome, decisions, effectiveAt, late }: AppliedEvent): EventOutcome =>
  outcome === 'conflict'
    ? { outcome, message: 'the account is open already' }
    : { outcome, codes: decisions.map((one) => one.code), effectiveAt, late };

/** By an operator, whatever door it came through: it says why itself. */
const isCorrection = (event: MemberEvent): event is EventOf<'balance.adjusted'> =>
  event.type === 'balance.adjusted';

function auditOfApplied(
  event: EventOf<'balance.adjusted'>,
  { account, entries, outcome }: AppliedEvent,
  by: Operator,
  at: Instant,
): AuditRow {
  const { balance } = account;
  const posted = entries.reduce((sum, entry) => sum + entry.amount, 0);
  return auditOf(event, by, at, { balance: balance - posted }, { balance, event: event.id, outcome });
}

const auditOf = (
  event: EventOf<'balance.adjusted'>,
  { actor }: Operator,
  at: Instant,
  before: object | null,
  after: object,
): AuditRow => ({
  at,
  actor,
  action: event.type,
  target: `account:${event.account}`,
  reason: event.reason,
  before,
  after,
  runId: null,
});

const CHANGING = ['applied', 'refused', 'waiting'] as const;
const isChanging = (outcome: EventOutcome['outcome']): outcome is (typeof CHANGING)[number] =>
  CHANGING.includes(outcome as never);

/** What an import brought in this transaction; nothing where it changed nothing, or is none. */
export function auditsOfImport(
  by: Operator | undefined,
  outcomes: ReadonlyMap<number, EventOutcome>,
  at: Instant,
): AuditRow[] {
  const { actor, reason = null, source } = by ?? {};
  if (actor === undefined || source === undefined) return [];
  const counts = { applied: 0, refused: 0, waiting: 0 };
  for (const { outcome } of outcomes.values()) if (isChanging(outcome)) counts[outcome] += 1;
  if (counts.applied + counts.refused + counts.waiting === 0) return [];
  return [
    {
      at,
      actor,
      reason,
      action: 'events.import',
      target: 'events',
      before: null,
      runId: null,
      after: {
        source,
        ...counts,
      },
    },
  ];
}
