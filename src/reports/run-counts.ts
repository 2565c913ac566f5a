/** A run's counts, derived from what it wrote: right after any crash, and never kept anywhere. */
import { type Queryable, selectOne, selectRows } from '../db/query.ts';
import { countDue } from '../ledger/accounts.ts';
import type { Run } from '../ledger/runs.ts';

export interface RunCounts {
  /** Accounts with a settlement by this run. */
  readonly settled: number;
  /** Accounts that it put aside, also where a later run settled them after all. */
  readonly failed: number;
  /** Accounts still due at its as-of; 0 once it is closed. */
  readonly remaining: number;
  /** Due at its start, but settled by somebody else first. */
  readonly skipped: number;
  readonly cycles: number;
  /** Connects granted and expired. */
  readonly granted: number;
  readonly expired: number;
  /** Cycles by code. */
  readonly byCode: Readonly<Record<string, number>>;
  /** Put-aside accounts by error code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Notices by state. */
  readonly notices: Readonly<Record<string, number>>;
}

export async function countRun(db: Queryable, run: Run): Promise<RunCounts> {
  const open = run.state === 'running' || run.state === 'stopping';
  const remaining = open ? await countDue(db, run.asOf) : 0;
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

async function countBy(db: Queryable, sql: string, runId: number): Promise<Record<string, number>> {
  const rows = await selectRows<{ name: string; count: number }>(db, `${sql} ORDER BY name LIMIT 1000`, [
    runId,
  ]);
  return Object.fromEntries(rows.map((row) => [row.name, row.count]));
}
