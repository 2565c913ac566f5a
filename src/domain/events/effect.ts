/** What one event does to an account that is current, and the ground on which it is decided. */
import type { Account, Decision, DecisionCode, Entry } from '../account.ts';
import { type Instant, type LocalDate, formatInstant } from '../calendar.ts';
import { Posting } from '../posting.ts';
import type { Award, Interview, Proposal } from './records.ts';
import type { SettledBoundary } from '../settle.ts';
import type { Terms } from '../terms.ts';

/** What every rule is told besides the account and the event's own fields. */
export interface Ground {
  readonly terms: Terms;
  readonly eventId: string;
  /** When it happened outside. */
  readonly occurredAt: Instant;
  /** When it counts: later than `occurredAt` where the event is late. */
  readonly effectiveAt: Instant;
}

/** `refused` leaves its decision and its evidence, and nothing else that a member could see. */
export type EffectOutcome = 'applied' | 'refused';

export interface Effect {
  readonly outcome: EffectOutcome;
  readonly account: Account;
  readonly entries: readonly Entry[];
  readonly decisions: readonly Decision[];
  /** Boundaries that the event itself moved into the past (a change of zone). */
  readonly settled: readonly SettledBoundary[];
  /** Changed or new. */
  readonly proposals: readonly Proposal[];
  readonly interviews: readonly Interview[];
  /** New. */
  readonly awards: readonly Award[];
  /** The address that the event tells, null where it tells none. */
  readonly email: string | null;
  /** The member's language, a BCP 47 tag, that the event tells; null where it tells none. */
  readonly locale: string | null;
}

type EffectParts = Partial<Omit<Effect, 'outcome' | 'account'>>;

const none: readonly never[] = [];

export const applied = (account: Account, parts: EffectParts = {}): Effect =>
  effectOf('applied', account, parts.decisions ?? none, parts);

export const refused = (account: Account, decision: Decision, parts: EffectParts = {}): Effect =>
  effectOf('refused', account, [decision], parts);

/** Field by field: every event makes one, and spreads cost more than the rule itself. */
const effectOf = (
  outcome: EffectOutcome,
  account: Account,
  decisions: readonly Decision[],
  parts: EffectParts,
): Effect => ({
  outcome,
  account,
  entries: parts.entries ?? none,
  decisions,
  settled: parts.settled ?? none,
  proposals: parts.proposals ?? none,
  interviews: parts.interviews ?? none,
  awards: parts.awards ?? none,
  email: parts.email ?? null,
  locale: parts.locale ?? null,
});

/**
 * The decision of an event, with the evidence from which it can be explained later, from the decision alone.
 *
 * Every detail has `event`, and `occurredAt` where the event was late. Besides, by subject (amounts in Connects,
 * instants in ISO 8601, `termsFrom` = effectiveFrom of the terms row that decided):
 *
 * - `welcome`, `readiness-test`: `award, termsFrom`; refused: `kind` or `status`; before the program: `programFrom`.
 * - `interview:…`: `termsFrom` (before the program: `programFrom`); `proposal` once there is one; then `status`,
 *   `rewardedBy` (the interview that was rewarded) or `closedBy` (the one that met a full window) where that refused
 *   it. Where the window decided: `award, refund` (the part of the award that is one), `room, held, windowMax,
 *   windowDays, windowEndsAt` and `counted`: the latest 50 awards in that window as `{ interview, proposal, occurredAt,
 *   amount }`; where there are more, their number is `countedInAll`, and the oldest occurred at `oldestAt`.
 * - `plan:…` upgraded: `paid, free, recovered, plansFree, elapsedDays, cycleDays, fromCycleOn, fromAnchorOn, anchorOn,
 *   nextCycleOn, termsFrom` (an opening on Plus ends no cycle: no days, no from); downgrade-pending: `fromPlan, toPlan,
 *   takesEffectOn`; downgrade-cancelled: `plan, withdrawn`; refused: `plan`, `kind` or `status`.
 * - `payment:…`: `failedOn`, and `which` (`next-cycle`, `current-cycle`, `earlier-cycle`), `paid, reversed, owed`, and
 *   `owedInAll` where something was reversed; unknown-cycle: `cycleOn, nextCycleOn`; not-on-plan: `plan`.
 * - `spend:…`, `proposal:…`, `adjustment:…`: `asked`, and `balance`, `status` or `spent` (recorded already).
 * - `return:…`: `proposal, asked`, and `spent, refunded, returned` where the proposal is known.
 * - whatever `balance-limit` refused, a `purchase:…` too: `asked, balance, most`.
 * - `event:…` `refused-by-operator`: `type`, `reason`.
 */
export function decided(
  ground: Ground,
  subject: string,
  code: DecisionCode,
  detail: Readonly<Record<string, unknown>> = {},
): Decision {
  const { eventId, effectiveAt, occurredAt } = ground;
  const late = effectiveAt > occurredAt && { occurredAt: formatInstant(occurredAt) };
  return { at: effectiveAt, subject, code, detail: { event: eventId, ...late, ...detail } };
}

/** Where an event's entries go. */
export function postingFor(
  account: Account,
  { effectiveAt, occurredAt }: Ground,
  subject: string,
  about: { readonly cycleOn?: LocalDate; readonly proposal?: string } = {},
): Posting {
  return new Posting(account, { effectiveAt, occurredAt, subject, ...about });
}

/** The evidence of `before-program`: when the program begins. */
export const programStart = (terms: Terms): { programFrom: LocalDate | undefined } => ({
  programFrom: terms[0]?.effectiveFrom,
});
