/** SQL of `run_stops`: why a run ended before its work did. */
import { isDuplicateKey } from '../db/errors.ts';
import { type Queryable, insertRows, selectOne, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

export interface RunStop {
  readonly runId: number;
  readonly at: Instant;
  /** Who asked for it; `connects` where the run stopped itself. */
  readonly actor: string;
  /** `stopped` by a person, or the error code that too many of its accounts failed with. */
  readonly code: string;
  readonly reason: string;
}

/** The first reason stands: false when the run has one already. */
export async function insertRunStop(db: Queryable, stop: RunStop): Promise<boolean> {
  try {
    await insertRows(
      db,
      'run_stops',
      ['run_id', 'at', 'actor', 'code', 'reason'],
      [[stop.runId, toDate(stop.at), stop.actor, stop.code, stop.reason]],
    );
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

export async function findRunStop(db: Queryable, runId: number): Promise<RunStop | undefined> {
  const row = await selectOne<{ at: Date; actor: string; code: string; reason: string }>(
    db,
    'SELECT at, actor, code, reason FROM run_stops WHERE run_id = ?',
    [runId],
  );
  return row && { runId, at: row.at.getTime(), actor: row.actor, code: row.code, reason: row.reason };
}
