/** Closing a run: anyone may, worker, sweep or waiter, once nothing is left at its as-of but what is put aside. */
import type { Database } from '../db/connection.ts';
import { databaseNow } from '../db/query.ts';
import { anyDue } from '../ledger/accounts.ts';
import { anyPutAside } from '../ledger/failures.ts';
import { type Run, type RunState, closeRun } from '../ledger/runs.ts';
import type { Log } from '../log.ts';

/** The state it was closed with, or undefined while something is left. */
export async function closeRunIfDone(
  deps: { readonly db: Database; readonly log: Log },
  run: Pick<Run, 'id' | 'asOf'>,
): Promise<RunState | undefined> {
  if (await anyDue(deps.db, run.asOf)) return undefined;
  const state = (await anyPutAside(deps.db, run.id)) ? 'completed-with-failures' : 'completed';
  const now = await databaseNow(deps.db);
  // False when somebody else closed it first: then it is theirs to log.
  if (await closeRun(deps.db, run.id, state, now)) deps.log.info({ run: run.id, state }, 'run closed');
  return state;
}
