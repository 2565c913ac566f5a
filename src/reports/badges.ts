/** The counts beside the console's sidebar: what waits for a person. Three small statements on an index each. */
import { type Queryable, selectOne } from '../db/query.ts';
import { countPutAside } from '../ledger/put-aside.ts';

export interface BadgeCounts {
  /** Accounts put aside. */
  readonly failures: number;
  /** Backfills that run, are paused, or wait for a second person. */
  readonly backfills: number;
  /** Emails that the mail server refused, and nobody has dealt with. */
  readonly emails: number;
}

/** Beyond that many the number says nothing more. */
const COUNTED_MAX = 5_000;

export async function readBadges(db: Queryable): Promise<BadgeCounts> {
  const [failures, backfills, emails] = await Promise.all([
    countPutAside(db),
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
    COUNTED_MAX,
  ]);
  return row?.count ?? 0;
}
