/** The next cycles of an account, if nothing is spent: computed by the domain, by the latest terms. */
import type { Queryable } from '../db/query.ts';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { forecast } from '../domain/simulation/forecast.ts';
import { inquire } from './explain/explain.ts';
import { type PastTold, pastTold } from './explain/then.ts';
import { forecastEvidence } from './explain/next-cycle.ts';

export interface AccountForecast {
  readonly account: string;
  readonly zone: string;
  readonly asOf: string;
  /** null where all that is recorded is told. */
  readonly past: PastTold | null;
  readonly termsVersion: number;
  /** Oldest first; those that are due already come first. Empty for a closed account. */
  readonly cycles: readonly ReturnType<typeof forecastEvidence>[];
}

/** @throws not-found `unknown-account` */
export async function readForecast(
  db: Queryable,
  id: string,
  cycles: number,
  asOf?: Instant,
): Promise<AccountForecast> {
  const inquiry = await inquire(db, id, asOf);
  const { account, terms, asOf: now } = inquiry;
  return {
    account: id,
    zone: account.zone,
    asOf: formatInstant(now),
    past: pastTold(inquiry),
    termsVersion: terms.latest.version,
    cycles: forecast(account, terms.latest.terms, cycles).map(forecastEvidence),
  };
}
