/**
 * SQL of `runs.counted`: what a run was counted to when it was closed. A copy, so that lists need not count again; where
 * it is missing, the run is counted from what it wrote.
 */
import { type Queryable, execute, selectRows } from '../db/query.ts';

/** @param counts as JSON can hold them */
export async function keepRunCounts(db: Queryable, runId: number, counts: object): Promise<void> {
  await execute(db, 'UPDATE runs SET counted = ? WHERE id = ?', [JSON.stringify(counts), runId]);
}

/** By run; those that are open, or were not kept, are left out. */
export async function listKeptCounts(
  db: Queryable,
  runIds: readonly number[],
): Promise<ReadonlyMap<number, unknown>> {
  if (runIds.length === 0) return new Map();
  const rows = await selectRows<{ id: number; counted: string }>(
    db,
    'SELECT id, counted FROM runs WHERE id IN (?) AND ended_at IS NOT NULL AND counted IS NOT NULL',
    [runIds],
  );
  return new Map(rows.map((row) => [row.id, JSON.parse(row.counted) as unknown]));
}
