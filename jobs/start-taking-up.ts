/** The worker's part that applies what waited while the ledger was held, as soon as it is released. */
import type { App } from '../src/app.ts';
import { findReleasedAt } from '../src/ledger/ledger-hold.ts';
import { takeUpHeld } from '../src/operations/events/take-up-held.ts';
import { repeat } from './process.ts';

/** How often it is looked whether there was a release. */
const LOOK_EVERY_MS = 2_000;

export function startTakingUp(app: App, signal: AbortSignal): Promise<void> {
  let done: number | undefined;
  return repeat(app, signal, async () => {
    const releasedAt = await findReleasedAt(app.db);
    if (releasedAt === undefined || releasedAt === done) return LOOK_EVERY_MS;
    const { events, left } = await takeUpHeld(app.recordDeps, signal);
    if (events > 0) app.log.info({ events }, 'events that waited for the release are applied');
    if (left === 0 && !signal.aborted) done = releasedAt;
    return LOOK_EVERY_MS;
  });
}
