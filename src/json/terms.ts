/** Versions of the terms as data. */
import { formatInstant } from '../domain/calendar.ts';
import type { TermsVersion } from '../ledger/terms-versions.ts';

export const termsJson = (one: TermsVersion) => ({ ...one, appliedAt: formatInstant(one.appliedAt) });
