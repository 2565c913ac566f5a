/** What happened before something that had been counted already, and reached us after it: found in what is recorded. */
import type { PostedEntry } from '../../domain/account.ts';
import type { Instant } from '../../domain/calendar.ts';
import { type Arrival, findArrivals } from '../../ledger/events.ts';
import { listCyclesBegunAt, listPunctualEventsAt } from '../late-records.ts';
import { type Inquiry, idOf, kindOf } from './answer.ts';
import type { After, Fact, Reaching } from './reaching.ts';

/** What an entry says of it: subjects of one event carry its id. */
export const factOfEntry = ({ subject, occurredAt, effectiveAt, postedAt }: PostedEntry): Fact => ({
  event: OF_ONE_EVENT.has(kindOf(subject)) ? idOf(subject) : undefined,
  occurredAt,
  effectiveAt,
  postedAt,
});

const OF_ONE_EVENT = new Set(['plan', 'payment', 'spend', 'purchase', 'return', 'adjustment']);

/** Events asked for in one statement. */
const EVENTS_MAX = 500;

/** One for each fact, in their order. */
export async function reachingOf(inquiry: Inquiry, facts: readonly Fact[]): Promise<Reaching[]> {
  const { db, account } = inquiry;
  const late = [...new Set(facts.filter(isLate).map((one) => one.effectiveAt))];
  const cycles = await listCyclesBegunAt(db, account.id, late);
  const events = await listPunctualEventsAt(db, account.id, late);
  const arrivals = await arrivalsOf(
    inquiry,
    facts.flatMap(({ event }) => event ?? []),
  );
  return facts.map((fact) => {
    const { event = '', occurredAt, effectiveAt, postedAt } = fact;
    const { receivedAt: reachedAt = postedAt, token = null, arrival } = arrivals.get(event) ?? {};
    const after = isLate(fact) ? afterOf(effectiveAt) : undefined;
    return { occurredAt, reachedAt, effectiveAt, postedAt, arrival, token, after };
  });

  /** A boundary comes before an event of the same instant, and so moved what counts there. */
  function afterOf(at: Instant): After {
    const cycle = cycles.find((one) => one.startsAt === at);
    if (cycle) return { what: 'cycle', cycleOn: cycle.cycleOn };
    if (at === account.trackedFrom) return { what: 'take-over', at };
    const mover = events.find((one) => one.effectiveAt === at);
    return mover ? { what: 'event', event: mover.id, type: mover.type, at } : { what: 'unknown' };
  }
}

const isLate = ({ occurredAt, effectiveAt }: Fact): boolean => occurredAt < effectiveAt;

async function arrivalsOf({ db }: Inquiry, events: readonly string[]): Promise<ReadonlyMap<string, Arrival>> {
  const found = new Map<string, Arrival>();
  for (let from = 0; from < events.length; from += EVENTS_MAX)
    for (const [event, arrival] of await findArrivals(db, events.slice(from, from + EVENTS_MAX)))
      found.set(event, arrival);
  return found;
}
