/** What a letter about monthly Connects tells: the cycles of one catch-up, and what they came to. */
import type { LocalDate } from '../domain/calendar.ts';
import type { Settlement } from '../domain/settle.ts';

export interface GrantFacts {
  readonly kind: 'grant';
  /** Oldest first, at least one. */
  readonly cycles: readonly Settlement[];
  /** When the latest of those was settled that were settled later than on their own day; undefined where none was. */
  readonly addedOn?: LocalDate | undefined;
  /** The cycle that runs now, where it is another one than the last of those. */
  readonly current?: { readonly on: LocalDate; readonly nextOn: LocalDate } | undefined;
  /** What has happened to the calendar since the catch-up. */
  readonly since?: Since | undefined;
}

export type Since =
  | { readonly what: 'later-cycle' }
  /** An upgrade ended the cycle early; since then they are counted from another date. */
  | { readonly what: 'plan-change'; readonly countsFromOn: LocalDate };

/** What the cycles of one email came to. */
export interface GrantSums {
  readonly opening: number;
  readonly closing: number;
  readonly expired: number;
  readonly free: number;
  readonly paid: number;
  readonly recovered: number;
  /** What else happened between the cycles, in all. */
  readonly between: number;
}

export function sumsOf(cycles: readonly Settlement[]): GrantSums {
  const sum = (of: (one: Settlement) => number): number => cycles.reduce((total, one) => total + of(one), 0);
  const [opening, closing] = [cycles[0]?.opening ?? 0, cycles.at(-1)?.closing ?? 0];
  return {
    opening,
    closing,
    expired: sum((one) => one.expired),
    free: sum((one) => one.free),
    paid: sum((one) => one.paid),
    recovered: sum((one) => one.recovered),
    between: closing - opening - sum((one) => one.closing - one.opening),
  };
}
