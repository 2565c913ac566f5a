/**
 * What every worker does for the open runs: it says that somebody is there, closes those that are done, and submits what
 * is left where the queue holds nothing of it: jobs that were lost, and accounts whose wait is over.
 */
import { unlessLocked } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import { type Run, heartbeat, listOpenRuns } from '../../ledger/runs.ts';
import { closeRunIfDone } from './close-run.ts';
import { type SubmitDeps, type SweepDeps, submitLeft } from './sweep.ts';

export type TendDeps = Pick<SweepDeps, 'log'> & SubmitDeps;

/** Backfills and reversals are tended by whoever works on them. */
export async function tendRuns(deps: TendDeps, signal?: AbortSignal): Promise<void> {
  for (const run of await listOpenRuns(deps.db)) {
    if (signal?.aborted) return;
    if (run.kind === 'sweep' || run.kind === 'rerun') await tendRun(deps, run, signal);
  }
}

/** A run whose own row somebody keeps locked holds up neither its accounts nor any other run. */
async function tendRun(deps: TendDeps, run: Run, signal: AbortSignal | undefined): Promise<void> {
  if (await unlessLocked(() => closeRunIfDone(deps, run))) return;
  const now = await shownNow(deps.db);
  await unlessLocked(() => heartbeat(deps.db, run.id, now));
  if (run.state !== 'running' || (await deps.queue.countSettling()).waiting > 0) return;
  await submitLeft(deps, run, signal);
}
