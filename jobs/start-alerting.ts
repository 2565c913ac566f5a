/** The part of workers and schedulers that tells whoever runs the program: each for itself, so that one of them is enough. */
import type { App } from '../src/app.ts';
import { tellAlerts } from '../src/operations/alerts/tell-alerts.ts';
import { repeat } from './process.ts';

/** How often it is looked. The first time so long after the start: what has piled up while nobody was there is mostly settled by then. */
export const LOOK_EVERY_MS = 30_000;

export function startAlerting(app: App, signal: AbortSignal): Promise<void> {
  if (app.alertChannels.length === 0) return Promise.resolve();
  let isFirst = true;
  return repeat(app, signal, async () => {
    if (!isFirst) await tellAlerts(app.alertDeps, signal);
    isFirst = false;
    return LOOK_EVERY_MS;
  });
}
