/** How a fact reached us, in words: one that was late is told with when it happened, when it reached us, and what was first. */
import { type Instant, type LocalDate, formatInstant } from '../../domain/calendar.ts';
import type { EventType } from '../../domain/events/events.ts';
import type { Bringer } from '../../ledger/events.ts';
import { type ZoneWords, dayWords } from '../member-words.ts';

/** A fact that may have been late: `event` is its id, where that is known. */
export interface Fact {
  readonly event?: string | undefined;
  readonly occurredAt: Instant;
  readonly effectiveAt: Instant;
  readonly postedAt: Instant;
}

/** How a fact reached us, and what had been counted before it where it was late. */
export interface Reaching {
  readonly occurredAt: Instant;
  /** When it arrived; when it was posted, where no event of that id is kept. */
  readonly reachedAt: Instant;
  readonly effectiveAt: Instant;
  readonly postedAt: Instant;
  /** In which order it arrived; undefined where no event of that id is kept. */
  readonly arrival: number | undefined;
  /** That brought it over HTTP, if one did. */
  readonly token: Bringer | null;
  /** Undefined for a fact that was on time. */
  readonly after: After | undefined;
}

/** What had been counted already: since then nothing earlier can count. */
export type After =
  | { readonly what: 'cycle'; readonly cycleOn: LocalDate }
  | { readonly what: 'event'; readonly event: string; readonly type: EventType; readonly at: Instant }
  | { readonly what: 'take-over'; readonly at: Instant }
  /** Of an earlier state of the records. */
  | { readonly what: 'unknown' };

/** What evidence says of it: instants in ISO 8601 UTC. */
export const reachingEvidence = (reaching: Reaching) => ({
  occurredAt: formatInstant(reaching.occurredAt),
  reachedAt: formatInstant(reaching.reachedAt),
  effectiveAt: formatInstant(reaching.effectiveAt),
  postedAt: formatInstant(reaching.postedAt),
  ...(reaching.after && { lateAfter: afterEvidence(reaching.after) }),
});

export const afterEvidence = (after: After) =>
  'at' in after ? { ...after, at: formatInstant(after.at) } : after;

// -------------------------------------------------------------------------------------------------- words

/** A sentence of its own, with the space before it; empty for a fact that was on time. */
export function lateSentence(
  reaching: Reaching,
  words: ZoneWords,
  counts: ((day: string) => string) | null = decidedAsOf,
): string {
  if (reaching.after === undefined || counts === null) return '';
  const say = sayingOf(reaching, words);
  return ` It happened on ${say(reaching.occurredAt)}; ${arrival(reaching, say)}, ${counts(say(reaching.effectiveAt))}.`;
}

/** In brackets, within a sentence that names when it happened. */
export function lateRemark(reaching: Reaching, words: ZoneWords): string {
  if (reaching.after === undefined) return '';
  return ` (${arrival(reaching, sayingOf(reaching, words))})`;
}

const decidedAsOf = (day: string): string => `so it was decided as of ${day}`;

type Say = (at: Instant) => string;

/** Days say enough, but where both are of one. */
const sayingOf = ({ occurredAt, effectiveAt }: Reaching, words: ZoneWords): Say =>
  words.dateOf(occurredAt) === words.dateOf(effectiveAt) ? (at) => words.moment(at) : (at) => words.day(at);

/** What arrived in time, and could not be counted then, waited. */
function arrival({ reachedAt, effectiveAt, postedAt, after }: Reaching, say: Say): string {
  const reached = `it reached us on ${say(reachedAt)}`;
  const counted = reachedAt < effectiveAt ? ` and could be counted on ${say(postedAt)} only` : '';
  return `${reached}${counted}, after ${afterWords(after ?? { what: 'unknown' }, say)}`;
}

function afterWords(after: After, say: Say): string {
  switch (after.what) {
    case 'cycle':
      return `your billing cycle of ${dayWords(after.cycleOn)} had begun`;
    case 'event':
      return `${EVENT_WORDS[after.type]} of ${say(after.at)} had been counted`;
    case 'take-over':
      return `your Connects had begun to be counted here, on ${say(after.at)}`;
    case 'unknown':
      return 'something later had been counted';
  }
}

/** What happened, as a member calls it. */
export const EVENT_WORDS: Readonly<Record<EventType, string>> = {
  'account.opened': 'the opening of your account',
  'readiness-test.passed': 'a Readiness Test',
  'plan.upgraded': 'an upgrade',
  'plan.downgraded': 'a change to Freelancer Basic',
  'payment.failed': 'a failed payment',
  'account.suspended': 'a suspension',
  'account.reinstated': 'a reinstatement',
  'account.closed': 'the closing of your account',
  'account.zone-changed': 'a change of time zone',
  'account.contact-changed': 'a change of address',
  'account.locale-changed': 'a change of language',
  'notices.opted-out': 'a choice of emails',
  'notices.opted-in': 'a choice of emails',
  'connects.spent': 'a charge',
  'connects.purchased': 'a purchase',
  'proposal.submitted': 'a proposal',
  'proposal.carried': 'a proposal',
  'connects.returned': 'a return',
  'interview.requested': 'an interview request',
  'interview.replied': 'a reply to an interview request',
  'balance.adjusted': 'a correction',
};
