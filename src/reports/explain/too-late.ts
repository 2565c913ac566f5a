/** What had happened before something was decided, and reached us only after: it would have counted, and did not. */
import type { DecisionCode } from '../../domain/account.ts';
import type { EventType } from '../../domain/events/events.ts';
import { parseStored } from '../../ledger/events.ts';
import type { RecordedCycle, RecordedDecision } from '../account-records.ts';
import { type ReceivedEvent, listLateEvents } from '../late-records.ts';
import { type Inquiry, idOf, iso, occurredAt, textIn } from './answer.ts';
import type { Reaching } from './reaching.ts';

/** Read once for all answers to a question. */
export function lateEventsOf(inquiry: Inquiry): Promise<readonly ReceivedEvent[]> {
  const known = read.get(inquiry);
  if (known) return known;
  const events = listLateEvents(inquiry.db, inquiry.account.id);
  read.set(inquiry, events);
  return events;
}
const read = new WeakMap<Inquiry, Promise<readonly ReceivedEvent[]>>();

// ------------------------------------------------------------------------------------------- for a cycle

/** Plan and status decide what a cycle gives. */
const OF_PLAN_AND_STATUS: ReadonlySet<EventType> = new Set([
  'plan.upgraded',
  'plan.downgraded',
  'payment.failed',
  'account.suspended',
  'account.reinstated',
  'account.closed',
]);
/** What is spent before a boundary does not expire with it. */
const TAKING: ReadonlySet<EventType> = new Set(['connects.spent', 'proposal.submitted', 'balance.adjusted']);

/** At its own instant a boundary comes first. */
export function isTooLateForCycle({ type, at, effectiveAt }: ReceivedEvent, cycle: RecordedCycle): boolean {
  if (at >= cycle.startsAt || effectiveAt < cycle.startsAt) return false;
  return OF_PLAN_AND_STATUS.has(type) || (cycle.expired > 0 && TAKING.has(type));
}

// ------------------------------------------------------------------------------------------ for a refusal

type Mattering = (event: ReceivedEvent, decision: RecordedDecision, account: string) => boolean;

const ofTypes =
  (...types: readonly EventType[]): Mattering =>
  ({ type }) =>
    types.includes(type);

const adding = ofTypes(
  'connects.purchased',
  'connects.returned',
  'readiness-test.passed',
  'interview.replied',
  'plan.upgraded',
  'balance.adjusted',
);

/** By how it was refused: what might have let it through. */
const MATTERING: Readonly<Partial<Record<DecisionCode, Mattering>>> = {
  'insufficient-connects': adding,
  'account-inactive': ofTypes('account.reinstated'),
  'not-on-plan': ofTypes('plan.upgraded'),
  'already-on-plan': ofTypes('plan.downgraded', 'payment.failed'),
  'no-interview-request': ({ content }, { subject }, account) => {
    const event = parseStored(content, account);
    return event?.type === 'interview.requested' && event.interview === idOf(subject);
  },
  'unknown-proposal': ({ content }, decision, account) => {
    const event = parseStored(content, account);
    return (
      (event?.type === 'proposal.submitted' || event?.type === 'proposal.carried') &&
      event.proposal === textIn(decision, 'proposal')
    );
  },
};

/** Of these decisions, by their number: what came too late for each that was refused for want of it. */
export async function tooLateForDecisions(
  inquiry: Inquiry,
  decisions: readonly RecordedDecision[],
  reachings: readonly Reaching[],
): Promise<ReadonlyMap<number, readonly ReceivedEvent[]>> {
  const found = new Map<number, readonly ReceivedEvent[]>();
  for (const [index, decision] of decisions.entries()) {
    const matters = MATTERING[decision.code];
    const arrival = reachings[index]?.arrival;
    if (!matters || arrival === undefined) continue;
    const late = await lateEventsOf(inquiry);
    found.set(
      decision.no,
      late.filter(
        (one) =>
          one.arrival > arrival &&
          one.at <= occurredAt(decision) &&
          one.effectiveAt >= decision.at &&
          matters(one, decision, inquiry.account.id),
      ),
    );
  }
  return found;
}

// -------------------------------------------------------------------------------------------------- words

/** Facts that a sentence names. */
const NAMED_MAX = 4;

/**
 * A sentence of its own, with the space before it; empty where nothing was too late.
 * @param of what it came too late for: a decision, or a cycle that had begun
 */
export function tooLateSentence(
  tooLate: readonly ReceivedEvent[],
  { words }: Inquiry,
  of: 'decision' | 'cycle' = 'decision',
): string {
  if (tooLate.length === 0) return '';
  const { standing: say, listed } = words.texts;
  const named = tooLate.slice(0, NAMED_MAX).map(({ type, at, receivedAt }) =>
    say.tooLateOne({
      event: say[type](),
      day: words.day(at),
      reached: words.day(receivedAt),
    }),
  );
  const more = tooLate.length - named.length;
  const all = listed([...named, ...(more > 0 ? [say.otherFacts({ count: more })] : [])]);
  return ` ${of === 'cycle' ? say.tooLateBegun({ all }) : say.tooLateDecided({ all })}`;
}

export const tooLateEvidence = ({ id, type, at, effectiveAt, receivedAt }: ReceivedEvent) => ({
  event: id,
  type,
  occurredAt: iso(at),
  reachedAt: iso(receivedAt),
  effectiveAt: iso(effectiveAt),
});
