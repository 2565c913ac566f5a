/** Looking again and again until something holds: through outages, up to a deadline, until somebody interrupts. */
import type { Clock } from '../../clock.ts';
import { asUnavailable } from '../../db/errors.ts';
import { ConnectsError, messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';

export interface LookLimits {
  /** How long to go on, in milliseconds; for ever when absent. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** How often is looked, in milliseconds. */
  readonly everyMs?: number;
}

const LOOK_MS = 250;
/** How long servers may stay away before waiting for them is given up. */
const OUTAGE_MAX_MS = 600_000;

/**
 * Calls `look` until it returns something. Servers that go away meanwhile are waited for: whatever was not done is
 * still to be done.
 * @throws what `look` throws; unavailable when the servers are away from the beginning, or for ten minutes;
 *   configuration at once, because waiting mends nothing
 */
export async function lookUntil<Found>(
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  { timeoutMs = Infinity, signal, everyMs = LOOK_MS }: LookLimits,
  look: () => Promise<Found | undefined>,
): Promise<Found | 'timed-out' | 'interrupted'> {
  const deadline = clock.elapsedMs() + timeoutMs;
  let answeredAt: number | undefined;
  let away = false;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
      answeredAt = clock.elapsedMs();
      away = false;
    } catch (thrown) {
      const error = asUnavailable(thrown);
      const patient = answeredAt !== undefined && clock.elapsedMs() - answeredAt < OUTAGE_MAX_MS;
      if (!patient || !mayPass(error)) throw error;
      if (!away) log.warn({ code: 'server-away' }, messageOf(error));
      away = true;
    }
    if (signal?.aborted) return 'interrupted';
    if (clock.elapsedMs() >= deadline) return 'timed-out';
    await clock.sleep(everyMs, signal);
  }
}

/** Whether a server could not be used, and may be used again: no fault of an account, nor of ours. */
const mayPass = (error: unknown): boolean => error instanceof ConnectsError && error.retry === 'later';
