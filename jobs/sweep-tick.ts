/** Job: one tick of the clock. It carries no information; the sweep asks the database who is due. */
import type { SweepDeps, SweepOutcome } from '../src/operations/runs/sweep.ts';
import { sweep } from '../src/operations/runs/sweep.ts';

export const sweepTick =
  (deps: SweepDeps, signal: AbortSignal) =>
  (slotAt: number): Promise<SweepOutcome> =>
    sweep(deps, { source: 'scheduler', actor: 'scheduler', slotAt, signal });
