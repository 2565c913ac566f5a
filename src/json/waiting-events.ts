/** Events that wait, and what refusing one came to, as data. */
import { formatInstant } from '../domain/calendar.ts';
import type { WaitingEvent } from '../ledger/event-waits.ts';
import type { RefusedWaiting } from '../operations/events/refuse-waiting.ts';

export const waitingJson = (one: WaitingEvent) => ({
  ...one,
  at: formatInstant(one.at),
  since: formatInstant(one.since),
});

export const refusedJson = (refused: RefusedWaiting, dryRun: boolean) => ({ ...refused, dryRun });
