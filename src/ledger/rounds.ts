/** SQL of `rounds`: how far work has got that goes over all accounts again and again. */
import { type Queryable, execute, selectOne, toDate, toDateOrNull } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { DuePosition } from './accounts.ts';

export type RoundName = 'reminders';

/** The last account that was looked at; undefined where a round is to begin. */
export async function findReached(db: Queryable, name: RoundName): Promise<DuePosition | undefined> {
  const row = await selectOne<{ at: Date | null; id: string | null }>(
    db,
    'SELECT reached_at AS at, reached_id AS id FROM rounds WHERE name = ?',
    [name],
  );
  return row && row.at !== null && row.id !== null
    ? { nextCycleAt: row.at.getTime(), id: row.id }
    : undefined;
}

/** @param reached undefined when the round is over */
export async function writeReached(
  db: Queryable,
  name: RoundName,
  reached: DuePosition | undefined,
  now: Instant,
): Promise<void> {
  await execute(
    db,
    `INSERT INTO rounds (name, reached_at, reached_id, moved_at) VALUES (?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE reached_at = VALUES(reached_at), reached_id = VALUES(reached_id), moved_at = VALUES(moved_at)`,
    [name, toDateOrNull(reached?.nextCycleAt ?? null), reached?.id ?? null, toDate(now)],
  );
}
