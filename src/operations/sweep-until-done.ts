/**
 * Sweeping until nothing due is left but what is put aside. It asks SQL, never the queue: so a lost job, a flushed
 * Redis or a worker that died only costs another look.
 */
import type { Clock } from '../clock.ts';
import type { Instant } from '../domain/calendar.ts';
import { countDue } from '../ledger/accounts.ts';
import type { Run } from '../ledger/runs.ts';
import { closeRunIfDone } from './close-run.ts';
import { type SweepDeps, type SweepRequest, resolveAsOf, sweep } from './sweep.ts';

export interface WaitingRequest extends SweepRequest {
  /** How long to go on, in milliseconds; for ever when absent. */
  readonly timeoutMs?: number;
  readonly onProgress?: (state: { done: number; total: number }) => void;
}

export interface WaitedSweep {
  readonly outcome: 'done' | 'timed-out' | 'interrupted';
  readonly asOf: Instant;
  /** Runs that were opened or joined, in order. More than one where an older sweep was still running. */
  readonly runs: readonly Run[];
  /** Accounts still due at the as-of. */
  readonly remaining: number;
}

/** How often SQL is asked what is left. */
const LOOK_MS = 250;
/** How often it is submitted anew: what was lost, and what has waited for its retry. */
const SUBMIT_EVERY_MS = 1_000;

export async function sweepUntilDone(
  deps: SweepDeps & { readonly clock: Clock },
  request: WaitingRequest,
): Promise<WaitedSweep> {
  const { clock } = deps;
  const asOf = await resolveAsOf(deps, request.asOf);
  const deadline = clock.now() + (request.timeoutMs ?? Infinity);
  const runs = new Map<number, Run>();
  const total = await countDue(deps.db, asOf);
  let remaining = total;
  let submitAt = 0;
  for (;;) {
    if (clock.now() >= submitAt) {
      const swept = await sweep(deps, { ...request, asOf });
      if (swept.outcome === 'nothing-due')
        return { outcome: 'done', asOf, runs: [...runs.values()], remaining: 0 };
      runs.set(swept.run.id, swept.run);
      submitAt = clock.now() + SUBMIT_EVERY_MS;
    }
    remaining = await countDue(deps.db, asOf);
    request.onProgress?.({ done: Math.max(0, total - remaining), total });
    const stopped = await mayStop(deps, runs, remaining);
    if (stopped) return { outcome: 'done', asOf, runs: [...runs.values()], remaining };
    if (request.signal?.aborted) return { outcome: 'interrupted', asOf, runs: [...runs.values()], remaining };
    if (clock.now() >= deadline) return { outcome: 'timed-out', asOf, runs: [...runs.values()], remaining };
    await clock.sleep(LOOK_MS, request.signal);
  }
}

/** Nothing is left at our as-of; whoever is first closes the runs that this ends. */
async function mayStop(deps: SweepDeps, runs: ReadonlyMap<number, Run>, remaining: number): Promise<boolean> {
  if (remaining > 0) return false;
  for (const run of runs.values()) await closeRunIfDone(deps, run);
  return true;
}
