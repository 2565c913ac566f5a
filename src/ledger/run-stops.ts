/** SQL of `run_stops`: why a run ended before its work did. */
import { isDuplicateKey } from '../db/errors.ts';
import { type Queryable, insertRows, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { RunKind } from './runs.ts';

/** The code of a stop that a person asked for. */
export const STOPPED = 'stopped';

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

export interface StoppedRun {
  readonly id: number;
  readonly kind: RunKind;
  readonly at: Instant;
  readonly actor: string;
  readonly reason: string;
}

/** Runs that ended so since then, the latest first, at most 100; without those after whose kind one has ended well: what a rerun left, sweeps do. */
export async function listStoppedRuns(
  db: Queryable,
  state: 'failed' | 'stopped',
  since: Instant,
): Promise<StoppedRun[]> {
  const rows = await selectRows<Omit<StoppedRun, 'at'> & { at: Date }>(
    db,
    `SELECT runs.id, runs.kind, run_stops.at, run_stops.actor, run_stops.reason
       FROM run_stops JOIN runs ON runs.id = run_stops.run_id
      WHERE runs.state = ? AND run_stops.at >= ?
        AND NOT EXISTS (SELECT 1 FROM runs AS later WHERE later.id > runs.id
          AND later.state IN ('completed', 'completed-with-failures')
          AND (later.kind = runs.kind OR (later.kind = 'sweep' AND runs.kind = 'rerun')))
      ORDER BY run_stops.run_id DESC LIMIT 100`,
    [state, toDate(since)],
  );
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}
