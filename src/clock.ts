/** Time is passed in: nothing below an entry point asks what time it is. */
import type { Instant } from './domain/calendar.ts';

export interface Clock {
  /**
   * What this machine's clock shows. Somebody may set it at any time, so no wait, age or deadline goes by it: it is for
   * comparing with what another clock shows (src/clocks.ts), and the linter keeps it there.
   */
  wallNow(): Instant;
  /** Milliseconds since some moment before this process began, by a clock that nobody sets: for how long, since when. */
  elapsedMs(): number;
  /** Resolves after `ms` milliseconds, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  wallNow: () => Date.now(),
  elapsedMs: () => Math.round(performance.now()),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener('abort', wake, { once: true });
    }),
};
