/** Settling a cohort: whoever still stands in its stretch of those who are due. Contract of its job: src/queue/contracts.ts. */
import type { Database } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import type { DuePosition } from '../../ledger/accounts.ts';
import { listLeft } from '../../ledger/run-accounts.ts';
import { findRun } from '../../ledger/runs.ts';
import type { SettleRequest } from '../settling/settle-accounts.ts';
import type { CohortPayload } from '../../queue/contracts.ts';

export interface CohortDeps {
  readonly db: Database;
  /** Accounts that are settled together. */
  readonly batchMax: number;
  /** Each failure is kept with its account, and is nobody else's. */
  readonly settle: (requests: readonly SettleRequest[]) => Promise<unknown>;
  /** Who is tried by himself anyway, because somebody keeps him locked. */
  readonly isSlow: (account: string) => boolean;
}

/** Those that fail, or are busy, are left for jobs of their own; of a run that is not running any more nobody is settled. */
export async function settleCohort(
  { db, batchMax, settle, isSlow }: CohortDeps,
  cohort: CohortPayload,
): Promise<void> {
  const run = await findRun(db, cohort.run);
  if (run?.state !== 'running') return;
  let after: DuePosition | undefined = cohort.after ?? undefined;
  do {
    const now = await databaseNow(db);
    const page: DuePosition[] = await listLeft(db, run, { now, after, upTo: cohort.upTo, limit: batchMax });
    const requests = page.filter(({ id }) => !isSlow(id)).map(({ id }) => ({ account: id, run: run.id }));
    if (requests.length > 0) await settle(requests);
    const last = page.at(-1);
    after = page.length < batchMax || last?.id === cohort.upTo.id ? undefined : last;
  } while (after);
}
