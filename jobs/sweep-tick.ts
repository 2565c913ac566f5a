/** Job: one tick of the clock. It carries no information; the sweep asks the database who is due. */
import type { SweepDeps, SweepOutcome } from '../src/operations/runs/sweep.ts';
import { sweep } from '../src/operations/runs/sweep.ts';

export const sweepTick =
  (deps: SweepDeps, signal: AbortSignal) =>
  (slotAt: number): Promise<SweepOutcome> =>
    sweep(deps, { source: 'scheduler', actor: 'scheduler', slotAt, signal });

/** What a tick could not do that met an outage. Its slot has its tick already: this one is not recorded. */
export const sweepAgain = (deps: SweepDeps, signal: AbortSignal): Promise<SweepOutcome> =>
  sweep(deps, { source: 'scheduler', actor: 'scheduler', signal, again: true });
