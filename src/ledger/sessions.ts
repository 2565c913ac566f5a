/** SQL of `sessions`: those that have ended. */
import { type Queryable, execute, selectOne, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

export async function countSessionsBefore(db: Queryable, before: Instant): Promise<number> {
  const row = await selectOne<{ sessions: number }>(
    db,
    'SELECT COUNT(*) AS sessions FROM sessions WHERE expires_at < ?',
    [toDate(before)],
  );
  return row?.sessions ?? 0;
}

/** Deletes up to `limit` of those that ended first. Returns how many. */
export async function deleteSessions(db: Queryable, before: Instant, limit: number): Promise<number> {
  const written = await execute(db, 'DELETE FROM sessions WHERE expires_at < ? ORDER BY expires_at LIMIT ?', [
    toDate(before),
    limit,
  ]);
  return written.affectedRows;
}
