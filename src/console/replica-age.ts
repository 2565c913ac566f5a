/** How old what the console shows is, where it is read from a replica. */
import type { Clock } from '../clock.ts';
import { type ReportBases, readToldLagMs } from '../reports/lag.ts';

/** How long the primary may take to say how old what was read is; a report waits for no more than what it tells. */
const ASK_MAX_MS = 2_000;

/** `unknown` while the primary cannot be asked. */
export async function readReplicaAge(app: ReportBases & { readonly clock: Clock }): Promise<ReplicaAge> {
  if (app.config.readDatabaseUrl === undefined) return null;
  const timer = new AbortController();
  const late = app.clock.sleep(ASK_MAX_MS, timer.signal).then(() => 'unknown' as const);
  try {
    return await Promise.race([readToldLagMs(app).catch(() => 'unknown' as const), late]);
  } finally {
    timer.abort();
  }
}

/** In milliseconds; null where there is nothing to tell of. */
export type ReplicaAge = number | 'unknown' | null;
