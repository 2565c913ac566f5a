/** Corrections, and what became of each, as data. */
import { formatInstant } from '../domain/calendar.ts';
import type { AdjustOutcome, Adjustment } from '../operations/events/adjust.ts';

export const adjustedJson = (one: Adjustment & AdjustOutcome) => ({
  ...one,
  ...('effectiveAt' in one && { effectiveAt: formatInstant(one.effectiveAt) }),
});
