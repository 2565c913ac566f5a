/** The worker's part that keeps what charts and tiles read: it rests while there is nothing to fold. */
import type { App } from '../src/app.ts';
import { foldRollups } from '../src/operations/upkeep/fold-rollups.ts';
import { repeat } from './process.ts';

/** How often it is looked: what waits is read beside what is folded, so that folding late makes nothing wrong. */
const FOLD_EVERY_MS = 2_000;

export function startCounting(app: App, signal: AbortSignal): Promise<void> {
  return repeat(app, signal, async () => {
    await foldRollups(app.db, signal);
    return FOLD_EVERY_MS;
  });
}
