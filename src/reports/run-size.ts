/** Whether a run that is open is small enough to be counted while somebody waits, and again two seconds later. */
import { type Binding, type Queryable, selectOne } from '../db/query.ts';
import { countLeft } from '../ledger/run-accounts.ts';
import { type Run, isListed } from '../ledger/runs.ts';
import type { DueLook } from './due-look.ts';

/** Of each of these no more rows are read than are needed to know. */
const WRITTEN: Readonly<Record<Run['kind'], readonly string[]>> = {
  sweep: ['SELECT 1 FROM cycles WHERE run_id = ?'],
  rerun: ['SELECT 1 FROM cycles WHERE run_id = ?'],
  backfill: [
    'SELECT 1 FROM amendments WHERE run_id = ?',
    'SELECT 1 FROM cycles WHERE run_id = ?',
    `SELECT 1 FROM backfills JOIN backfill_items ON backfill_items.backfill_id = backfills.id
      WHERE backfills.run_id = ?`,
  ],
  reversal: ['SELECT 1 FROM amendments WHERE run_id = ?', 'SELECT 1 FROM cycles WHERE run_id = ?'],
};

/** @param max accounts, cycles, and whatever else it wrote */
export async function isSmall(db: Queryable, run: Run, max: number): Promise<boolean> {
  if (run.dueAtStart > max) return false;
  for (const sql of WRITTEN[run.kind]) if (await isMore(db, sql, run.id, max)) return false;
  return true;
}

export const hasManyEmails = (db: Queryable, { id }: Pick<Run, 'id'>, max: number): Promise<boolean> =>
  isMore(db, 'SELECT 1 FROM outbox WHERE run_id = ?', id, max);

/**
 * How many a sweep or a rerun has still to settle; undefined where that is more, or its list is longer, than is counted
 * while somebody waits.
 * @param look of now
 */
export async function countLeftUpTo(
  db: Queryable,
  run: Run,
  max: number,
  look: () => Promise<DueLook>,
): Promise<number | undefined> {
  if (isListed(run)) {
    const isLong = await isMore(db, 'SELECT 1 FROM run_accounts WHERE run_id = ?', run.id, max);
    return isLong ? undefined : countLeft(db, run);
  }
  const left = await (await look()).countUpTo(run.asOf, max + 1);
  return left > max ? undefined : left;
}

async function isMore(db: Queryable, sql: string, binding: Binding, max: number): Promise<boolean> {
  const row = await selectOne<{ found: number }>(
    db,
    `SELECT COUNT(*) AS found FROM (${sql} LIMIT ?) AS found`,
    [binding, max + 1],
  );
  return (row?.found ?? 0) > max;
}
