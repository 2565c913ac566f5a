/** The worker's part that goes on with reversals whose process died. */
import type { App } from '../src/app.ts';
import { resumeReversals } from '../src/operations/reversals/reverse-run.ts';
import { repeat } from './process.ts';

/** How often it is looked whether there is one. */
const LOOK_EVERY_MS = 5_000;

export function startReversing(app: App, signal: AbortSignal): Promise<void> {
  return repeat(app, signal, async () => {
    await resumeReversals(app.settleDeps, signal);
    return LOOK_EVERY_MS;
  });
}
