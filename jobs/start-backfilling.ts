/** The worker's part that works on backfills: it asks the database for one, as the sweeps ask who is due. */
import type { App } from '../src/app.ts';
import { workOnBackfill } from '../src/operations/backfills/work-backfills.ts';
import { repeat } from './process.ts';

/** How often it is looked whether there is one. */
const LOOK_EVERY_MS = 1_000;

/** @param worker names this process: no two may share it */
export function startBackfilling(app: App, signal: AbortSignal, worker: string): Promise<void> {
  return repeat(app, signal, async () => {
    const worked = await workOnBackfill(app.settleDeps, { worker, signal });
    return worked ? 0 : LOOK_EVERY_MS;
  });
}
