/** Corrections, and what became of each, as data. */
import { type Instant, formatInstant } from '../domain/calendar.ts';
import type { AdjustOutcome, Adjustment } from '../operations/events/adjust.ts';

type Told<One> = One extends { readonly effectiveAt: Instant }
  ? Omit<One, 'effectiveAt'> & { readonly effectiveAt: string }
  : One;

export const adjustedJson = <One extends Adjustment & AdjustOutcome>(one: One): Told<One> =>
  ('effectiveAt' in one ? { ...one, effectiveAt: formatInstant(one.effectiveAt) } : one) as Told<One>;
