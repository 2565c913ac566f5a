/** The relay: leases sendable outbox rows and turns each into a job. Redis may lose the jobs; the lease runs out. */
import type { Database } from '../db/connection.ts';
import { databaseNow } from '../db/query.ts';
import { claimNotices, countLeased, returnExpiredLeases } from '../outbox/outbox.ts';
import type { JobQueue } from '../queue/producer.ts';

export interface RelayDeps {
  readonly db: Database;
  readonly queue: JobQueue;
  readonly settings: { readonly mailRatePerSecond: number };
}

/** How long a claimed notice may take to be sent before it is offered again. */
export const LEASE_MS = 120_000;
/** Rows claimed at a time. */
const CLAIM_MAX = 500;

/** Claims one page and enqueues it. Returns how many; 0 when nothing can be sent now. */
export async function relayNotices(deps: RelayDeps): Promise<number> {
  const now = await databaseNow(deps.db);
  await returnExpiredLeases(deps.db, now);
  // Never more than a minute's worth of the sending rate is out: else leases would run out before their turn.
  const room = deps.settings.mailRatePerSecond * 60 - (await countLeased(deps.db));
  const limit = Math.min(CLAIM_MAX, room);
  if (limit <= 0) return 0;
  const ids = await claimNotices(deps.db, { now, until: now + LEASE_MS, limit });
  await deps.queue.enqueueNotices(ids.map((notice) => ({ notice })));
  return ids.length;
}
