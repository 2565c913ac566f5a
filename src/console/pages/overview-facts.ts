/** What the overview shows, from wherever it is read. */
import type { App } from '../../app.ts';
import { type MailHold, findHold } from '../../outbox/hold.ts';
import { nextSlot } from '../../queue/cron.ts';
import type { FleetSample } from '../../ledger/fleet-samples.ts';
import { readFleetPast } from '../../reports/fleet-past.ts';
import { type Overview, readOverview } from '../../reports/overview.ts';

export interface OverviewFacts extends Overview {
  /** How the tiles' figures went, the oldest first. */
  readonly past: readonly FleetSample[];
  readonly nextTickAt: number | null;
  /** All mail is held: since when, by whom and why. */
  readonly mailHold: MailHold | null;
  readonly inboxUrl: string | null;
  readonly dueAlarmMs: number;
}

export async function readFacts(app: App): Promise<OverviewFacts> {
  const { config, queue, readDb } = app;
  // The database's part of the page must show also while Redis is away.
  const nextTickAt = await queue.findNextTick().catch(() => null);
  const mailHold = await findHold(readDb);
  const next = (after: number): number => nextSlot(config.sweepCron, after);
  const overview = await readOverview(readDb, { next });
  return {
    ...overview,
    past: await readFleetPast(readDb, overview.now),
    nextTickAt,
    mailHold: mailHold ?? null,
    inboxUrl: config.inboxUrl ?? null,
    dueAlarmMs: config.dueAlarmMs,
  };
}
