/**
 * An account's recorded past, played again by the rules that decided it: whether they still come to the same ledger,
 * and what would have been, had one fact reached the program at another instant.
 */
import type { Account, Entry, TakeOver } from '../account.ts';
import { type Instant, type LocalDate, firstInstantOf } from '../calendar.ts';
import type { MemberEvent } from '../events/events.ts';
import type { Terms } from '../terms.ts';
import { Player, type Replay } from './simulate.ts';

interface Decided {
  readonly terms: Terms;
  /** When it was written; null where that was not recorded. */
  readonly postedAt: Instant | null;
}

/** A fact that was applied or refused; `at` as it was counted. */
export interface EventStep extends Decided {
  readonly kind: 'event';
  readonly event: MemberEvent;
  /** As recorded. */
  readonly effectiveAt: Instant;
  readonly receivedAt: Instant;
}

/** A boundary that was settled. */
export interface BoundaryStep extends Decided {
  readonly kind: 'boundary';
  readonly on: LocalDate;
  /** When it took effect, as recorded. */
  readonly startsAt: Instant;
  /** How far the pass came that settled it: what else had begun by then would have been settled, too. */
  readonly reachedAt: Instant;
}

/** What an operator's backfill or reversal wrote. It stands as recorded: it was decided from the whole ledger. */
export interface ActStep {
  readonly kind: 'act';
  readonly at: Instant;
  readonly postedAt: Instant;
  readonly entries: readonly Entry[];
  /** What became of cycles: what is owed less (or more, where negative) than before, and the paid part that stands. */
  readonly cycles: readonly { readonly on: LocalDate; readonly owed: number; readonly paid: number }[];
}

export type Step = EventStep | BoundaryStep | ActStep;

export interface History {
  /** null where the first step opens the account. */
  readonly taken: TakeOver | null;
  /** In the order in which they were decided. */
  readonly steps: readonly Step[];
  /** The latest terms. */
  readonly terms: Terms;
}

export interface Replayed extends Replay {
  /** @throws nothing: every history has an account by its first step */
  readonly account: Account | null;
}

/** As it was recorded, step by step. @throws broken-rule where a step cannot be decided */
export function replayHistory(history: History): Replayed {
  const player = new HistoryPlayer(history);
  for (const step of history.steps) player.step(step, timeOf(step));
  return player;
}

/** What keeps a past from being played as if boundaries had been settled by other terms. */
export type NotRighted = 'corrected-since' | 'granted-later';

/**
 * What the past would have come to, had these boundaries been settled by other terms, and everything else happened as it
 * did. `corrected-since`: an operator decided from what stood then, and no rule knows what else he would have done;
 * `granted-later`: one of them is no boundary that was settled, but a later grant.
 * @throws broken-rule where a step cannot be decided
 */
export function replayRighted(
  history: History,
  boundaries: ReadonlySet<LocalDate>,
  terms: Terms,
): Replayed | NotRighted {
  const isWrong = (step: Step): boolean => step.kind === 'boundary' && boundaries.has(step.on);
  const wrong = history.steps.filter(isWrong);
  if (wrong.length < boundaries.size) return 'granted-later';
  const first = history.steps.findIndex(isWrong);
  if (history.steps.slice(first).some((step) => step.kind === 'act')) return 'corrected-since';
  const steps = history.steps.map((step) => (isWrong(step) ? { ...step, terms } : step));
  return replayHistory({ ...history, steps });
}

/** What the ledger would be, and what it is: both as of one instant. */
export interface WhatIf {
  readonly recorded: Replayed;
  readonly had: Replayed;
}

/**
 * What the past comes to with one fact at another instant and every other one as it came: after that one comes what
 * reached us later, and of what was brought in with it, or of a history that was brought in as a whole, what counted
 * later. Both are brought current to `asOf`, by the latest terms where nothing says otherwise. Undefined where a backfill
 * or a reversal came after it: what an operator would have done then, no rule knows.
 * @throws broken-rule where a step cannot be decided
 */
export function replayMoved(
  history: History,
  moved: EventStep,
  at: Instant,
  asOf: Instant,
): WhatIf | undefined {
  const reached = reachOf(history);
  const others = history.steps.filter((step) => step !== moved);
  const stood = history.steps.indexOf(moved);
  const place = placeOf(history, moved, at, reached);
  const unchanged = Math.min(place, stood);
  if (others.slice(unchanged).some((step) => step.kind === 'act')) return undefined;
  const player = new HistoryPlayer(history);
  for (const step of others.slice(0, place))
    player.step(step, Math.min(isBroughtWith(moved, step) ? timeOf(step) : reached(step), at));
  const event = { ...moved.event, at };
  player.step({ ...moved, event, effectiveAt: at }, at);
  let latest = Math.max(...others.slice(0, place).map(reached), at);
  for (const step of others.slice(place)) {
    latest = Math.max(latest, reached(step));
    player.step(step, latest);
  }
  player.settleTo(asOf, history.terms);
  const recorded = new HistoryPlayer(history);
  for (const step of history.steps) recorded.step(step, timeOf(step));
  recorded.settleTo(asOf, history.terms);
  return { recorded, had: player };
}

/**
 * How many of the other steps come before a fact that is moved to `at`. Facts that came together are in the order in which
 * they counted, and those of one instant in that in which they stand: none of them came before another by its own arrival.
 * Nothing is before the opening of the account.
 */
function placeOf(history: History, moved: EventStep, at: Instant, reached: (step: Step) => Instant): number {
  const stood = history.steps.indexOf(moved);
  const others = history.steps.filter((step) => step !== moved);
  const isAfter = (step: Step, index: number): boolean => {
    const came = step.kind !== 'event' || isBroughtWith(moved, step) ? timeOf(step) : reached(step);
    return came > at || (came === at && index >= stood && step.kind !== 'boundary');
  };
  const found = others.findIndex(isAfter);
  const opening = history.taken === null ? 1 : 0;
  return found === -1 ? others.length : Math.max(found, opening);
}

const isBroughtWith = (moved: EventStep, step: Step): boolean =>
  step.kind === 'event' && step.receivedAt === moved.receivedAt;

/** When it counted: never earlier than the step before it. */
const timeOf = (step: Step): Instant => {
  if (step.kind === 'event') return step.effectiveAt;
  return step.kind === 'boundary' ? step.startsAt : step.at;
};

/**
 * How far boundaries had been settled when a step was decided. A fact that arrived at an account with nothing due was
 * preceded by every pass up to then; of one that was brought in later, only what it settled itself is known.
 */
function reachOf(history: History): (step: Step) => Instant {
  const reached = new Map<Step, Instant>();
  const player = new HistoryPlayer(history);
  for (const step of history.steps) {
    player.step(step, timeOf(step));
    if (step.kind === 'boundary') reached.set(step, step.reachedAt);
    if (step.kind !== 'event') continue;
    const next = player.account?.nextCycleAt ?? -Infinity;
    reached.set(
      step,
      next > step.receivedAt ? Math.max(step.receivedAt, step.effectiveAt) : step.effectiveAt,
    );
  }
  return (step) => reached.get(step) ?? timeOf(step);
}

class HistoryPlayer extends Player {
  /** By which terms each boundary was settled. */
  readonly #recorded: ReadonlyMap<LocalDate, Terms>;

  constructor({ taken, terms, steps }: History) {
    super({ account: taken, terms });
    const settled = steps.filter((step) => step.kind === 'boundary');
    this.#recorded = new Map(settled.map(({ on, terms: by }) => [on, by]));
  }

  /** @param reached boundaries up to here were settled before it */
  step(step: Step, reached: Instant): void {
    if (step.kind === 'act') return this.#act(step);
    this.settleTo(reached, step.terms);
    if (step.kind === 'boundary') return;
    this.terms = step.terms;
    this.play(step.event);
  }

  /** Each boundary by the terms that settled it, or else by these. */
  settleTo(at: Instant, terms: Terms): void {
    for (;;) {
      const { nextCycleOn = null, zone = 'UTC' } = this.account ?? {};
      if (nextCycleOn === null) return;
      const begins = firstInstantOf(nextCycleOn, zone);
      if (begins > at) return;
      this.terms = this.#recorded.get(nextCycleOn) ?? terms;
      this.sweep(begins);
    }
  }

  #act({ entries, cycles, at }: ActStep): void {
    if (!this.account) return;
    const { balance, lastSeq } = entries.at(-1) ? lastOf(entries) : this.account;
    let { owed, cyclePaid } = this.account;
    for (const one of cycles) {
      owed -= one.owed;
      if (one.on === this.account.cycleOn && one.on !== this.account.anchorOn) cyclePaid = one.paid;
    }
    const watermark = entries.length > 0 ? Math.max(this.account.watermark, at) : this.account.watermark;
    this.account = { ...this.account, balance, lastSeq, owed, cyclePaid, watermark };
    this.entries.push(...entries);
  }
}

function lastOf(entries: readonly Entry[]): { balance: number; lastSeq: number } {
  const { balance, seq } = entries.at(-1) as Entry;
  return { balance, lastSeq: seq };
}

const ENTRY_FIELDS = [
  'seq',
  'kind',
  'amount',
  'balance',
  'effectiveAt',
  'occurredAt',
  'cycleOn',
  'subject',
  'proposal',
] as const satisfies readonly (keyof Entry)[];

/** The first line at which two ledgers differ, by its number; undefined where they are equal. */
export function firstDifference(a: readonly Entry[], b: readonly Entry[]): number | undefined {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [one, other] = [a[index], b[index]];
    if (!one || !other || ENTRY_FIELDS.some((field) => one[field] !== other[field])) return index + 1;
  }
  return undefined;
}

const STATE_FIELDS = [
  'plan',
  'pendingPlan',
  'status',
  'anchorOn',
  'zone',
  'balance',
  'owed',
  'lastSeq',
  'watermark',
  'cycleOn',
  'cyclePaid',
  'nextCycleOn',
  'noticesOptedOut',
  'readinessAwarded',
] as const satisfies readonly (keyof Account)[];

/** What of an account's row its past does not come to; empty where it comes to all of it. */
export const stateDifferences = (a: Account, b: Account): readonly (keyof Account)[] =>
  STATE_FIELDS.filter((field) => a[field] !== b[field]);
