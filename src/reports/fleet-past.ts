/** How the figures of the tiles went, the overview's and those of emails: counted as they are there, written down every ten minutes. */
import type { Queryable } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { type FleetSample, SAMPLE_EVERY_MS, listFleetSamples } from '../ledger/fleet-samples.ts';
import { listAside } from '../ledger/put-aside.ts';
import { DUE_MAX, DueLook } from './due-look.ts';
import { findLastClean, readWaiting } from './overview.ts';

/** How far back the pictures go. */
export const PAST_MS = 6 * 3_600_000;

const DAY_MS = 86_400_000;
/** In UTC. */
export const startOfDay = (now: Instant): Instant => now - (now % DAY_MS);

/** What the outbox tells of itself. */
export type MailSample = Pick<FleetSample, 'sentToday' | 'refused' | 'tooOld' | 'suppressed'>;

/** What the tiles say now, as it is written down. */
export async function takeFleetSample(db: Queryable, now: Instant, mail: MailSample): Promise<FleetSample> {
  const aside = await listAside(db);
  const look = await DueLook.take(db, now, aside);
  const clean = await findLastClean(db);
  return {
    at: now - (now % SAMPLE_EVERY_MS),
    due: await look.countUpTo(now, DUE_MAX),
    putAside: aside.length,
    waiting: (await readWaiting(db)).waiting,
    cleanS: clean && Math.max(0, Math.round((now - clean.at) / 1_000)),
    ...mail,
  };
}

/** Of the last hours, the oldest first: at most 36, and fewer where nobody followed. */
export const readFleetPast = (db: Queryable, now: Instant): Promise<FleetSample[]> =>
  listFleetSamples(db, now - PAST_MS);
