/** The counts beside the console's sidebar: what waits for a person. A small statement on an index for each. */
import { type Queryable, selectOne } from '../db/query.ts';
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
    countOf(
      db,
      "SELECT id FROM backfills WHERE state IN ('awaiting-approval', 'running', 'paused') ORDER BY id LIMIT ?",
    ),
    countOf(db, "SELECT id FROM outbox WHERE state = 'refused' LIMIT ?"),
  ]);
  return { failures, backfills, emails };
}

async function countOf(db: Queryable, ids: string): Promise<number> {
  const row = await selectOne<{ count: number }>(db, `SELECT COUNT(*) AS count FROM (${ids}) AS found`, [
    BADGE_MAX,
  ]);
  return row?.count ?? 0;
}
