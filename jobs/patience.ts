/** Waiting for a server to come back: errors of servers are nobody's attempt. */
import type { Clock } from '../src/clock.ts';
import { CLOCKS_DISAGREE } from '../src/clocks.ts';
import { type OutageLog, isOutage } from '../src/outage-log.ts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

/**
 * Calls `work` until it no longer throws `unavailable`, waiting longer each time.
 * @throws whatever else it throws, `clocks-disagree`, and the last `unavailable` when the signal aborts.
 */
export async function untilAvailable<Result>(
  deps: { readonly clock: Clock; readonly outages: OutageLog; readonly signal: AbortSignal },
  work: () => Promise<Result>,
): Promise<Result> {
  const met = new Set<string>();
  try {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        return await deps.outages.watch(met, work);
      } catch (error) {
        // Clocks that are apart may be the fault of this machine alone: what it lets go of, others take.
        if (!isOutage(error) || error.code === CLOCKS_DISAGREE || deps.signal.aborted) throw error;
        await deps.clock.sleep(waitMs, deps.signal);
      }
    }
  } finally {
    deps.outages.leave(met);
  }
}
