/** What an audit looks at: everything that is recorded of one account. */
import type { Account, EntryKind } from './account.ts';
import type { Instant, LocalDate } from './calendar.ts';
import type { Settlement } from './settle.ts';
import type { Span } from './spans.ts';
import type { Terms } from './terms.ts';

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
