/** An account's state, and what the program writes about it. Everything here is immutable. */
import {
  type Instant,
  type LocalDate,
  type MonthEnd,
  boundary,
  boundaryFrom,
  boundaryOn,
} from './calendar.ts';
import type { PlanName } from './terms.ts';

export const ACCOUNT_KINDS = ['freelancer', 'agency'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

export const ACCOUNT_STATUSES = ['active', 'suspended', 'closed'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

/** What is known of an account when this system takes it over. */
export interface TakeOver {
  readonly id: string;
  readonly kind: AccountKind;
  readonly plan: PlanName;
  readonly status: AccountStatus;
  /** The date from which all boundaries are counted; an upgrade moves it. */
  readonly anchorOn: LocalDate;
  readonly zone: string;
  /** Since when this system keeps the account; boundaries before it are nobody's. */
  readonly trackedFrom: Instant;
  readonly openingBalance: number;
  readonly readinessAwarded: boolean;
}

/** All that deciding needs to know of an account. Amounts are whole Connects. */
export interface Account extends TakeOver {
  /** Takes the plan's place at the next boundary. */
  readonly pendingPlan: PlanName | null;
  readonly balance: number;
  /** Connects that a reversal could not take back; recovered from the next paid parts. */
  readonly owed: number;
  readonly lastSeq: number;
  /** The latest boundary settled or event applied; nothing takes effect before it. */
  readonly watermark: Instant;
  /** Where the current cycle began. */
  readonly cycleOn: LocalDate;
  /** The whole paid part posted for the current cycle: what a failed payment takes back. */
  readonly cyclePaid: number;
  /** The date of the next boundary: the fact. Null when the account is closed, which is for good. */
  readonly nextCycleOn: LocalDate | null;
  /** The first instant of that date in `zone`: a cache, computed again before it is trusted. */
  readonly nextCycleAt: Instant | null;
  readonly noticesOptedOut: boolean;
}

/**
 * The most that an account may hold, for whatever an event adds; what a boundary finds above it expires, whatever the
 * cap says. No single number of the program comes near what a database integer has room for beyond it.
 */
export const BALANCE_MAX = 2_000_000_000;

export const ENTRY_KINDS = [
  'rollover-expiry',
  'monthly-free',
  'monthly-plan',
  'recovery',
  'welcome',
  'readiness-test',
  'interview-refund',
  'interview-award',
  'upgrade-plan',
  'upgrade-free',
  'reversal',
  'spend',
  'proposal',
  'purchase',
  'return',
  'adjustment',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** One immutable, signed fact of the ledger. `balance` is the account's after it. */
export interface Entry {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly amount: number;
  readonly balance: number;
  readonly effectiveAt: Instant;
  /** When it happened outside; differs from `effectiveAt` only where the fact arrived late. */
  readonly occurredAt: Instant;
  /** Only on what a boundary posts. */
  readonly cycleOn: LocalDate | null;
  /** What it was posted for. (account, subject, kind) is unique: the idempotency key. */
  readonly subject: string;
  readonly proposal: string | null;
}

/** An entry as it stands in the ledger. */
export interface PostedEntry extends Entry {
  readonly postedAt: Instant;
}

export const DECISION_CODES = [
  'granted',
  'no-monthly-grant',
  'before-program',
  'reward-ended',
  'account-inactive',
  'awarded',
  'already-awarded',
  'already-recorded',
  'weekly-cap',
  'weekly-cap-partial',
  'invite-without-proposal',
  'unknown-proposal',
  'no-interview-request',
  'not-eligible',
  'insufficient-connects',
  'nothing-to-return',
  'upgraded',
  'already-on-plan',
  'not-on-plan',
  'downgrade-pending',
  'downgrade-cancelled',
  'payment-failed',
  'unknown-cycle',
  'balance-limit',
  'refused-by-operator',
] as const;
export type DecisionCode = (typeof DECISION_CODES)[number];

/** What was decided of a boundary or an event, and the evidence. */
export interface Decision {
  readonly at: Instant;
  /** What it is about: `cycle:<cycleOn>` of a boundary; of an event `welcome`, `interview:<id>`, … (see `decided`). */
  readonly subject: string;
  readonly code: DecisionCode;
  /** From which it can be explained later: see `decided` in events/effect.ts. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export const cycleSubject = (cycleOn: LocalDate): string => `cycle:${cycleOn}`;

/**
 * An account as of its take-over: the first boundary to settle is the first (n ≥ 1) at or after `trackedFrom`; the
 * current cycle began at the boundary before it, or at the anchor where there is none.
 * @throws broken-rule `unknown-zone`
 */
export function takeOver(known: TakeOver, monthEnd: MonthEnd): Account {
  const calendar = { anchorOn: known.anchorOn, zone: known.zone, monthEnd };
  const next = boundaryFrom(calendar, known.trackedFrom);
  const closed = known.status === 'closed';
  return {
    ...known,
    pendingPlan: null,
    balance: known.openingBalance,
    owed: 0,
    lastSeq: 0,
    watermark: known.trackedFrom,
    cycleOn: next.n > 1 ? boundaryOn(calendar, next.n - 1) : known.anchorOn,
    cyclePaid: 0,
    nextCycleOn: closed ? null : next.on,
    nextCycleAt: closed ? null : boundary(calendar, next.n).at,
    noticesOptedOut: false,
  };
}
