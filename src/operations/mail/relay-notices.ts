/** The relay: leases sendable outbox rows and turns them into jobs, a page each. Redis may lose the jobs; the lease runs out. */
import type { Database } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import { findHold } from '../../outbox/hold.ts';
import { giveBackClaimed } from '../../outbox/attempts.ts';
import { findOutage } from '../../outbox/refusals.ts';
import { claimNotices, countLeased, returnExpiredLeases } from '../../outbox/outbox.ts';
import type { JobQueue } from '../../queue/producer.ts';
import type { MailOutage } from './mail-outage.ts';

export interface RelayDeps {
  readonly db: Database;
  readonly queue: Pick<JobQueue, 'enqueueNotices'>;
  readonly outage: Pick<MailOutage, 'isOn' | 'adopt' | 'allowance'>;
  readonly settings: { readonly mailRatePerSecond: number };
}

/** How long a claimed notice may take to be sent before it is offered again. */
const LEASE_MS = 120_000;
/** Rows claimed at a time. */
const CLAIM_MAX = 900;
/** Never more than these seconds' worth of the rate is out: else leases would run out before their turn. */
const LEASED_SECONDS = 30;
/** However fast the rate is: what is out is counted before every claim, and waits in Redis. */
const LEASED_MAX = 5_000;
/** Notices of one job: they share some twenty statements, which read and take them; a claim is several jobs. */
const PAGE_MAX = 300;
/** Seconds' worth of the rate that one job is, so that a slow one holds its rows no longer than it must. */
const PAGE_SECONDS = 2;

/** Claims some notices and enqueues them. Returns how many; 0 when nothing can be sent now. */
export async function relayNotices(deps: RelayDeps): Promise<number> {
  const { db, settings } = deps;
  const known = deps.outage.isOn ? undefined : await findOutage(db);
  if (known) deps.outage.adopt(known);
  const allowed = await deps.outage.allowance(CLAIM_MAX);
  if (allowed === 0 || (await findHold(db))) return 0;
  const now = await databaseNow(db);
  const leased = await countLeased(db);
  const room = Math.min(settings.mailRatePerSecond * LEASED_SECONDS, LEASED_MAX) - leased;
  const limit = Math.min(allowed, room);
  if (limit <= 0) return 0;
  const until = now + LEASE_MS;
  const ids = await claimNotices(db, { now, until, limit });
  const pageSize = Math.min(PAGE_MAX, settings.mailRatePerSecond * PAGE_SECONDS);
  try {
    await deps.queue.enqueueNotices(pagesOf(ids, pageSize).map((notices) => ({ notices, until })));
  } catch (error) {
    // Nobody need wait for the lease; a page that was enqueued after all finds nothing to take.
    await giveBackClaimed(db, { ids, until }, now);
    throw error;
  }
  return ids.length;
}

/** Offers again what somebody held who died. Returns how many. */
export async function returnLeases({ db }: Pick<RelayDeps, 'db'>): Promise<number> {
  return returnExpiredLeases(db, await databaseNow(db));
}

function pagesOf(ids: readonly number[], size: number): number[][] {
  const pages: number[][] = [];
  for (let from = 0; from < ids.length; from += size) pages.push(ids.slice(from, from + size));
  return pages;
}
