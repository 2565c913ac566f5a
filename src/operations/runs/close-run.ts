/**
 * Closing a run: anyone may, worker, sweep or waiter, once nothing is left at its as-of but what is put aside; or, of
 * a run that was asked to stop, or stopped itself, once the batches in flight have ended.
 */
import { type Database, inTransaction, unlessLocked } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { messageOf } from '../../errors.ts';
import { findBackfillOfRun } from '../../ledger/backfills.ts';
import { anyPutAside, clearFailures } from '../../ledger/failures.ts';
import { listNotDue } from '../../ledger/put-aside.ts';
import { anyLeft } from '../../ledger/run-accounts.ts';
import { keepRunCounts } from '../../ledger/run-kept.ts';
import { STOPPED, findRunStop } from '../../ledger/run-stops.ts';
import { type Run, type RunState, closeRun, findRun } from '../../ledger/runs.ts';
import type { Log } from '../../log.ts';
import { type BackfillCounts, countBackfill } from '../../reports/backfill-progress.ts';
import { countRun } from '../../reports/run-counts.ts';

export interface CloseDeps {
  readonly db: Database;
  readonly log: Log;
}

/** Workers believe for a second that a run is open, and a batch takes less than that: then all of them know. */
export const STOPPING_MS = 2_000;
/** Accounts whose failures are cleared at a time. */
const PAGE = 500;

/** The state it is closed with, or undefined while something is left. Backfills and reversals close themselves. */
export async function closeRunIfDone(
  deps: CloseDeps,
  { id }: Pick<Run, 'id'>,
): Promise<RunState | undefined> {
  const run = await findRun(deps.db, id);
  if (!run || (run.kind !== 'sweep' && run.kind !== 'rerun')) return undefined;
  if (run.endedAt !== null) return run.state;
  const now = await shownNow(deps.db);
  if (run.state === 'stopping') return closeStopping(deps, run, now);
  if (await anyLeft(deps.db, run)) return undefined;
  if (run.kind === 'rerun') await clearMended(deps.db, run, now);
  const state = (await anyPutAside(deps.db, run.id)) ? 'completed-with-failures' : 'completed';
  // False when somebody else closed it first: then it is theirs to log.
  if (await closeRun(deps.db, run.id, state, now)) await logClosed(deps, run, state, now);
  return state;
}

async function closeStopping(deps: CloseDeps, run: Run, now: Instant): Promise<RunState | undefined> {
  const stop = await findRunStop(deps.db, run.id);
  if (stop && now - stop.at < STOPPING_MS) return undefined;
  const state = stop && stop.code !== STOPPED ? 'failed' : 'stopped';
  if (await closeRun(deps.db, run.id, state, now)) await logClosed(deps, run, state, now);
  return state;
}

/** Accounts on the list that are not due: something else mended them, so nothing is to be rerun. */
async function clearMended(db: Database, run: Run, now: Instant): Promise<void> {
  for (;;) {
    const ids = await listNotDue(db, run, PAGE);
    if (ids.length === 0) return;
    await inTransaction(db, (transaction) => clearFailures(transaction, ids, now));
  }
}

/** What a run came to, kept for lists of runs, and told in one line with how long it took. */
export async function logClosed(deps: CloseDeps, run: Run, state: RunState, now: Instant): Promise<void> {
  const told = { run: run.id, kind: run.kind, outcome: state, durationMs: now - run.startedAt };
  try {
    const counts = await countRun(deps.db, { ...run, state });
    const { settled, failed, remaining, cycles } = counts;
    const kept = { ...counts, ...(await countOwn(deps.db, run)) };
    await unlessLocked(() => keepRunCounts(deps.db, run.id, kept));
    deps.log.info({ ...told, settled, failed, remaining, cycles }, 'run closed');
  } catch (error) {
    // It is closed all the same: only its counts could not be read.
    deps.log.info(told, `run closed; its counts could not be read: ${messageOf(error)}`);
  }
}

/** Of a backfill, what became of its cycles. */
async function countOwn(db: Database, run: Run): Promise<{ readonly backfill?: BackfillCounts }> {
  const id = run.kind === 'backfill' ? await findBackfillOfRun(db, run.id) : undefined;
  return id === undefined ? {} : { backfill: await countBackfill(db, id) };
}
