/** A run's counts, derived from what it wrote: right after any crash, and never kept anywhere. */
import { type Queryable, selectOne, selectRows } from '../db/query.ts';
import { countLater } from '../ledger/amendments.ts';
import { countLeft } from '../ledger/run-accounts.ts';
import type { Run } from '../ledger/runs.ts';

export interface RunCounts {
  /** Accounts with a settlement by this run. */
  readonly settled: number;
  /** Accounts that it put aside, also where a later run settled them after all. */
  readonly failed: number;
  /** Accounts still due at its as-of; 0 once it is complete. What a stopped run left, others may have settled since. */
  readonly remaining: number;
  /** Due at its start, but settled by somebody else first. */
  readonly skipped: number;
  readonly cycles: number;
  /** Connects granted and expired. */
  readonly granted: number;
  readonly expired: number;
  /** Of a reversal: Connects that it took back, and that had been spent and could not be taken. */
  readonly taken?: number;
  readonly notTaken?: number;
  /** Cycles by code. */
  readonly byCode: Readonly<Record<string, number>>;
  /** Put-aside accounts by error code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Notices by state. */
  readonly notices: Readonly<Record<string, number>>;
}

export async function countRun(db: Queryable, run: Run): Promise<RunCounts> {
  if (run.kind === 'backfill' || run.kind === 'reversal') return countCorrection(db, run);
  return countSettling(db, run);
}

/** Of a sweep or a rerun. */
async function countSettling(db: Queryable, run: Run): Promise<RunCounts> {
  const complete = run.state === 'completed' || run.state === 'completed-with-failures';
  const remaining = complete ? 0 : await countLeft(db, run);
  const totals = await selectOne<{
    settled: number;
    cycles: number;
    granted: string | null;
    expired: string | null;
  }>(
    db,
    `SELECT COUNT(DISTINCT account_id) AS settled, COUNT(*) AS cycles, SUM(free + paid) AS granted,
            SUM(expired) AS expired FROM cycles WHERE run_id = ?`,
    [run.id],
  );
  const failures = await countBy(
    db,
    'SELECT code AS name, COUNT(*) AS count FROM failures WHERE run_id = ? AND put_aside_at IS NOT NULL GROUP BY code',
    run.id,
  );
  const settled = totals?.settled ?? 0;
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  return {
    settled,
    failed,
    remaining,
    skipped: Math.max(0, run.dueAtStart - settled - failed - remaining),
    cycles: totals?.cycles ?? 0,
    granted: Number(totals?.granted ?? 0),
    expired: Number(totals?.expired ?? 0),
    byCode: await countBy(
      db,
      'SELECT code AS name, COUNT(*) AS count FROM cycles WHERE run_id = ? GROUP BY code',
      run.id,
    ),
    failures,
    notices: await countBy(
      db,
      'SELECT state AS name, COUNT(*) AS count FROM outbox WHERE run_id = ? GROUP BY state',
      run.id,
    ),
  };
}

/** Of a backfill or a reversal: what they did to cycles of the past, and what a reversal settled on the way. */
async function countCorrection(db: Queryable, run: Run): Promise<RunCounts> {
  // Nothing is due for them: whom they have still to deal with is known by their own lists.
  const counts = await countSettling(db, { ...run, state: 'completed' });
  const later = await countLater(db, run.id);
  const failures = { ...counts.failures, ...(await countFailedItems(db, run.id)) };
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  // What a backfill that was cancelled has left is left, and nobody's: it was not settled by somebody else.
  const isComplete = run.state === 'completed' || run.state === 'completed-with-failures';
  const left = Math.max(0, run.dueAtStart - later.accounts - failed);
  return {
    ...counts,
    ...{
      settled: later.accounts,
      failed,
      failures,
      remaining: isComplete ? 0 : left,
      skipped: isComplete ? left : 0,
    },
    cycles: counts.cycles + later.granted + later.reversed,
    granted: counts.granted + later.added,
    ...(run.kind === 'reversal' && { taken: later.taken, notTaken: later.short }),
    byCode: {
      ...counts.byCode,
      ...(later.granted > 0 && { granted: (counts.byCode.granted ?? 0) + later.granted }),
      ...(later.reversed > 0 && { reversed: later.reversed }),
    },
  };
}

const countFailedItems = (db: Queryable, runId: number): Promise<Record<string, number>> =>
  countBy(
    db,
    `SELECT why AS name, COUNT(DISTINCT account_id) AS count FROM backfill_items
       JOIN backfills ON backfills.id = backfill_items.backfill_id
      WHERE backfills.run_id = ? AND backfill_items.state = 'failed' GROUP BY why`,
    runId,
  );

async function countBy(db: Queryable, sql: string, runId: number): Promise<Record<string, number>> {
  const rows = await selectRows<{ name: string; count: number }>(db, `${sql} ORDER BY name LIMIT 1000`, [
    runId,
  ]);
  return Object.fromEntries(rows.map((row) => [row.name, row.count]));
}
