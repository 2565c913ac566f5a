/** Waiting for a server to come back: errors of servers are nobody's attempt. */
import type { Clock } from '../src/clock.ts';
import { ConnectsError } from '../src/errors.ts';
import type { Log } from '../src/log.ts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

/**
 * Calls `work` until it no longer throws `unavailable`, waiting longer each time.
 * @throws whatever else it throws, and the last `unavailable` when the signal aborts.
 */
export async function untilAvailable<Result>(
  deps: { readonly clock: Clock; readonly log: Log; readonly signal: AbortSignal },
  work: () => Promise<Result>,
): Promise<Result> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      const waits = error instanceof ConnectsError && error.retry === 'later' && !deps.signal.aborted;
      if (!waits) throw error;
      deps.log.warn({ code: error.code, waitMs }, error.message);
      await deps.clock.sleep(waitMs, deps.signal);
    }
  }
}
