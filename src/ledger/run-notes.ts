/** SQL of `run_notes`: what people wrote down about a run. */
import { type Queryable, insertRows, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

export interface RunNote {
  readonly at: Instant;
  readonly actor: string;
  readonly note: string;
}

export async function insertRunNote(
  db: Queryable,
  runId: number,
  { at, actor, note }: RunNote,
): Promise<void> {
  await insertRows(db, 'run_notes', ['run_id', 'at', 'actor', 'note'], [[runId, toDate(at), actor, note]]);
}

/** By run, in the order in which they were written; runs without notes are left out. */
export async function listRunNotes(
  db: Queryable,
  runIds: readonly number[],
): Promise<ReadonlyMap<number, readonly RunNote[]>> {
  if (runIds.length === 0) return new Map();
  const rows = await selectRows<{ run_id: number; at: Date; actor: string; note: string }>(
    db,
    'SELECT run_id, at, actor, note FROM run_notes WHERE run_id IN (?) ORDER BY run_id, id LIMIT 10000',
    [runIds],
  );
  const notes = new Map<number, RunNote[]>();
  for (const { run_id: run, at, actor, note } of rows)
    notes.set(run, [...(notes.get(run) ?? []), { at: at.getTime(), actor, note }]);
  return notes;
}
