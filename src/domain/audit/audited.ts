/** What an audit looks at: everything that is recorded of one account. */
import type { Account, PostedEntry } from '../account.ts';
import type { Instant, LocalDate } from '../calendar.ts';
import type { Settlement } from '../settle.ts';
import type { Span } from '../spans.ts';
import type { Terms } from '../terms.ts';

export interface AuditedSettlement extends Settlement {
  readonly termsVersion: number;
  /** Its number among all decisions of the account. */
  readonly decisionNo: number;
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
  /** The interview that its proposal names as rewarded; null where it names none, or is not recorded. */
  readonly rewardedBy: string | null;
}

/** Everything that is recorded of one account, each list in its own order. */
export interface AuditedAccount {
  readonly account: Account;
  /** What of its row nobody can read; absent for a good one. */
  readonly fault?: string | undefined;
  /** How many decisions the account counts, of cycles and events alike. */
  readonly lastDecision: number;
  /** The numbers of those that are no cycle's. */
  readonly decisionNos: readonly number[];
  /** A catch-up goes on in the next transaction: its notice is still to be staged. */
  readonly catchUpFrom: LocalDate | null;
  readonly spans: readonly Span[];
  readonly settlements: readonly AuditedSettlement[];
  readonly amendments: readonly AuditedAmendment[];
  readonly entries: readonly PostedEntry[];
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
  /** All that were ever in force, by their number. */
  readonly versions: ReadonlyMap<number, Terms>;
  /** Taken as now. */
  readonly asOf: Instant;
  /** When the account was read: nothing of it can have counted later. */
  readonly readAt: Instant;
  /** What is due, put aside or waiting for longer has been forgotten. */
  readonly alarmAgeMs: number;
}
