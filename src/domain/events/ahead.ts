/** Facts that have not happened yet. Clocks differ by a little, and by no more than this. */
import { type Instant, formatInstant } from '../calendar.ts';
import type { Fault } from '../terms.ts';

const AHEAD_MAX_MS = 5 * 60_000;

/** The fault of a fact dated too far ahead. What lies less far ahead counts as of the database's now. */
export function faultOfAhead(where: string, at: Instant, now: Instant): Fault | undefined {
  if (at <= now + AHEAD_MAX_MS) return undefined;
  return {
    where,
    what: `expected an instant not more than five minutes after ${formatInstant(now)}, the database's clock`,
  };
}
