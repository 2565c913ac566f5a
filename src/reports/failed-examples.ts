/** Of each error of a run one account that failed with it, and what was said. */
import { type Queryable, selectRows } from '../db/query.ts';
import { listFailedOfRun } from '../ledger/backfill-items.ts';
import type { Run } from '../ledger/runs.ts';

export interface FailedExample {
  readonly account: string;
  readonly code: string;
  readonly message: string;
}

/** As many as are read in a glance. */
const EXAMPLES_MAX = 3;

export async function listFailedExamples(
  db: Queryable,
  run: Pick<Run, 'id' | 'kind'>,
): Promise<FailedExample[]> {
  if (run.kind === 'backfill') return [...(await listFailedOfRun(db, run.id, EXAMPLES_MAX)).failed];
  return selectRows<FailedExample>(
    db,
    `SELECT failures.account_id AS account, failures.code, failures.message
       FROM failures
       JOIN (SELECT code, MIN(account_id) AS account_id, COUNT(*) AS accounts FROM failures
              WHERE run_id = ? AND put_aside_at IS NOT NULL GROUP BY code) AS first
         ON first.account_id = failures.account_id
      WHERE failures.run_id = ?
      ORDER BY first.accounts DESC, failures.code LIMIT ?`,
    [run.id, run.id, EXAMPLES_MAX],
  );
}
