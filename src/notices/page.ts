/**
 * What an email consists of, before it is HTML or text: both are made from this one source, so that they cannot say
 * different things. Everything in here is plain text; src/notices/layout.ts escapes it.
 */
import type { Instant, LocalDate } from '../domain/calendar.ts';

export interface Message {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Page {
  readonly subject: string;
  /** What an inbox shows after the subject. */
  readonly preheader: string;
  readonly hero: Hero;
  /** Below the hero: the first says where the member stands, or why Connects were taken. */
  readonly sentences: readonly string[];
  /** How the balance came about; undefined where one number says it all. */
  readonly equation?: Equation | undefined;
  /** Several cycles, a row each. */
  readonly rows?: readonly CycleLine[] | undefined;
  /** The rules behind the numbers, one sentence each: small print. */
  readonly rules: readonly string[];
}

/** The one thing that is seen first. */
export interface Hero {
  /** As it is written, with its sign; undefined where no Connects moved. */
  readonly number?: string | undefined;
  readonly words: string;
  readonly tone: Tone;
}

/** What came, what went, and what neither did. */
export type Tone = 'more' | 'less' | 'plain';

/** `225 − 25 expired + 10 free + 70 Plus = 280`. */
export interface Equation {
  readonly opening: number;
  /** None of them 0. */
  readonly terms: readonly Term[];
  /** The opening and all terms. */
  readonly closing: number;
}

export interface Term {
  readonly amount: number;
  readonly label: string;
  /** By its sign where absent. */
  readonly tone?: Tone;
}

/** One row of many cycles. What expired is a column only where something did. */
export interface CycleLine {
  readonly label: string;
  /** Not negative. */
  readonly expired: number;
  readonly added: number;
  /** After both. */
  readonly balance: number;
}

/** What every notice says of the account that it is for, as the account is when the letter is made. */
export interface NoticeContext {
  readonly account: string;
  /** IANA zone: all dates are its dates. */
  readonly zone: string;
  /** BCP 47; null: none is known. */
  readonly locale: string | null;
  /** By a calendar on a wall of the zone. */
  readonly today: LocalDate;
  readonly balance: number;
  readonly isAgency: boolean;
  readonly isClosed: boolean;
  /** The boundary to come; null where none is, or it is due and not yet settled. */
  readonly next: NextCycle | null;
  /** Where the member chooses which emails to get. */
  readonly preferencesUrl?: string | undefined;
  /** The member's own page, and the day on which the link to it ends. */
  readonly ownPage?: { readonly url: string; readonly until: LocalDate } | undefined;
  /** An email address or a web address for questions. */
  readonly contact?: string | undefined;
  /** Of what reached us after something later had been counted. */
  readonly late?: Late | undefined;
}

export interface NextCycle {
  readonly on: LocalDate;
  /** What it brings, as the account is now. */
  readonly amount: number;
}

export interface Late {
  readonly occurredAt: Instant;
  readonly reachedAt: Instant;
  /** As of when it counts. */
  readonly effectiveAt: Instant;
  /** The cycle that had begun; null where it was something else that had been counted. */
  readonly afterCycleOn: LocalDate | null;
}

/** Undefined where it would only say once more what the hero and the balance say: terms of 0 are none. */
export function equationOf(opening: number, terms: readonly Term[]): Equation | undefined {
  const shown = terms.filter((one) => one.amount !== 0);
  const closing = shown.reduce((sum, one) => sum + one.amount, opening);
  return shown.length > 1 ? { opening, terms: shown, closing } : undefined;
}

export const stated = (sentences: readonly (string | undefined)[]): string[] =>
  sentences.filter((one) => one !== undefined && one !== '') as string[];
