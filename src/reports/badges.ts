/** The counts beside the console's sidebar: what waits for a person. A small statement on an index for each. */
import { type Queryable, countUpTo } from '../db/query.ts';
import { countPutAside } from '../ledger/put-aside.ts';

export interface BadgeCounts {
  /** Accounts put aside: all of them. */
  readonly failures: number;
  /** Backfills that run, are paused, or wait for a second person. */
  readonly backfills: number;
  /** Emails that the mail server refused, and nobody has dealt with. */
  readonly emails: number;
}

/** So many backfills or emails, and more, are told as so many and more. */
export const BADGE_MAX = 1_000;

/** @param known what whoever asks has counted already */
export async function readBadges(
  db: Queryable,
  known: Pick<Partial<BadgeCounts>, 'failures'> = {},
): Promise<BadgeCounts> {
  const [failures, backfills, emails] = await Promise.all([
    known.failures ?? countPutAside(db),
    countUpTo(db, "backfills WHERE state IN ('awaiting-approval', 'running', 'paused')", [], BADGE_MAX),
    countUpTo(db, "outbox WHERE state = 'refused'", [], BADGE_MAX),
  ]);
  return { failures, backfills, emails };
}
