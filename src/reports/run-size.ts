/** Whether a run that is open is small enough to be counted while somebody waits, and again two seconds later. */
import { type Binding, type Queryable, selectOne, toDate } from '../db/query.ts';
import { countPutAside } from '../ledger/put-aside.ts';
import { type Run, isListed } from '../ledger/runs.ts';

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

/** @param max accounts, cycles, and whatever else it wrote or has still to do */
export async function isSmall(db: Queryable, run: Run, max: number): Promise<boolean> {
  if (run.dueAtStart > max) return false;
  for (const sql of WRITTEN[run.kind]) if (await isMore(db, sql, [run.id], max)) return false;
  return run.kind !== 'sweep' || !(await isMuchLeft(db, run, max));
}

/** Whether a sweep or a rerun has more to settle still, or a longer list, than is counted while somebody waits. */
export async function isMuchLeft(db: Queryable, run: Run, max: number): Promise<boolean> {
  if (isListed(run)) return isMore(db, 'SELECT 1 FROM run_accounts WHERE run_id = ?', [run.id], max);
  // Who is put aside is due as well, and is passed over.
  const leftOut = await countPutAside(db);
  return isMore(db, 'SELECT 1 FROM accounts WHERE next_cycle_at <= ?', [toDate(run.asOf)], max + leftOut);
}

async function isMore(
  db: Queryable,
  sql: string,
  bindings: readonly Binding[],
  max: number,
): Promise<boolean> {
  const row = await selectOne<{ found: number }>(
    db,
    `SELECT COUNT(*) AS found FROM (${sql} LIMIT ?) AS found`,
    [...bindings, max + 1],
  );
  return (row?.found ?? 0) > max;
}
