/** The worker's part that keeps what charts and tiles read: it rests while there is nothing to fold. */
import type { App } from '../src/app.ts';
import { FleetCounter } from '../src/operations/upkeep/count-fleet.ts';
import { foldRollups } from '../src/operations/upkeep/fold-rollups.ts';
import { repeat } from './process.ts';

/** How often it is looked: what waits is read beside what is folded, so that folding late makes nothing wrong. */
const FOLD_EVERY_MS = 2_000;
/** How long it rests in the middle of a round over all accounts: work that nobody waits for. */
const ROUND_PAUSE_MS = 500;

export function startCounting(app: App, signal: AbortSignal): Promise<void> {
  const counter = new FleetCounter(app);
  return repeat(app, signal, async () => {
    await foldRollups(app.db, signal);
    return (await counter.turn()) ? ROUND_PAUSE_MS : FOLD_EVERY_MS;
  });
}
