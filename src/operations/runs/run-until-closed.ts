/** Staying with one run until it is closed: it is submitted anew again and again, and SQL is asked what is left. */
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/connection.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { countLeft } from '../../ledger/run-accounts.ts';
import { type Run, findRun } from '../../ledger/runs.ts';
import { closeRunIfDone } from './close-run.ts';
import { type LookLimits, lookUntil } from './look-until.ts';
import { type SweepDeps, submitLeft } from './sweep.ts';

export interface WatchedRun {
  /** `stopped`: by a person, or by itself because too many failed. */
  readonly outcome: 'done' | 'stopped' | 'timed-out' | 'interrupted';
  readonly run: Run;
  /** Accounts that it has still to settle. */
  readonly remaining: number;
}

/** How often it is submitted anew: what was lost, and what has waited for its retry. */
const SUBMIT_EVERY_MS = 1_000;

/** @throws held `held`, also in the middle: the run stays open */
export async function runUntilClosed(
  deps: SweepDeps & { readonly clock: Clock },
  opened: Run,
  limits: LookLimits & { readonly onProgress?: (state: { done: number; total: number }) => void },
): Promise<WatchedRun> {
  const { db, clock } = deps;
  let run = opened;
  let remaining = run.dueAtStart;
  let submitAt = 0;
  const outcome = await lookUntil(deps, limits, async () => {
    run = (await findRun(db, run.id)) ?? run;
    if (run.state === 'running' && clock.elapsedMs() >= submitAt) {
      await requireReleased(db);
      await submitLeft(deps, run, limits.signal);
      submitAt = clock.elapsedMs() + SUBMIT_EVERY_MS;
    }
    remaining = await countLeft(db, run);
    const total = run.dueAtStart;
    limits.onProgress?.({ done: Math.max(0, total - remaining), total });
    // What is in flight when a run is stopped still commits, and belongs to its counts.
    if (remaining === 0 || run.state === 'stopping') await closeRunIfDone(deps, run);
    run = (await findRun(db, run.id)) ?? run;
    if (run.state === 'stopping') return undefined;
    if (isStopped(run)) return 'stopped';
    return run.endedAt === null ? undefined : 'done';
  });
  return { outcome, run, remaining };
}

/** The same, looked at again: after the last batch in flight has ended. */
export async function watchedAgain(db: Database, watched: WatchedRun): Promise<WatchedRun> {
  const run = (await findRun(db, watched.run.id)) ?? watched.run;
  return { ...watched, run, remaining: await countLeft(db, run) };
}

/** Whether a run ends, or has ended, before its work did. */
export const isStopped = (run: Pick<Run, 'state'>): boolean =>
  run.state === 'stopping' || run.state === 'stopped' || run.state === 'failed';
