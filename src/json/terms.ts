/** Versions of the terms as data. */
import { formatInstant } from '../domain/calendar.ts';
import type { ApplyTermsOutcome } from '../operations/upkeep/apply-terms.ts';
import type { TermsVersion } from '../ledger/terms-versions.ts';

export const termsJson = (one: TermsVersion) => ({ ...one, appliedAt: formatInstant(one.appliedAt) });

export const appliedJson = (
  applied: Exclude<ApplyTermsOutcome, { outcome: 'refused' }>,
  dryRun: boolean,
) => ({
  ...applied,
  dryRun,
});
