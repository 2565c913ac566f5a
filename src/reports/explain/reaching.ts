/** How a fact reached us, in words: one that was late is told with when it happened, when it reached us, and what was first. */
import { type Instant, type LocalDate, formatInstant } from '../../domain/calendar.ts';
import { EVENT_TYPES, type EventType } from '../../domain/events/events.ts';
import type { Bringer } from '../../ledger/events.ts';
import type { Texts } from '../../texts/catalogue.ts';
import type { ZoneWords } from '../member-words.ts';

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

/** What follows from it: the end of a sentence. */
export type Counts = (texts: Texts, day: string) => string;

/** A sentence of its own, with the space before it; empty for a fact that was on time. */
export function lateSentence(
  reaching: Reaching,
  words: ZoneWords,
  counts: Counts | null = decidedAsOf,
): string {
  if (reaching.after === undefined || counts === null) return '';
  const { texts } = words;
  const say = sayingOf(reaching, words);
  const told = texts.standing.lateFact({
    day: say(reaching.occurredAt),
    reached: arrival(reaching, say, texts),
    counts: counts(texts, say(reaching.effectiveAt)),
  });
  return ` ${told}`;
}

/** In brackets, within a sentence that names when it happened. */
export function lateRemark(reaching: Reaching, words: ZoneWords): string {
  if (reaching.after === undefined) return '';
  return ` (${arrival(reaching, sayingOf(reaching, words), words.texts)})`;
}

const decidedAsOf: Counts = ({ standing }, day) => standing.decidedAsOf({ day });

type Say = (at: Instant) => string;

/** Days say enough, but where both are of one. */
const sayingOf = ({ occurredAt, reachedAt, effectiveAt }: Reaching, words: ZoneWords): Say =>
  words.dateOf(occurredAt) === words.dateOf(effectiveAt)
    ? words.momentsOf([occurredAt, reachedAt, effectiveAt])
    : (at) => words.day(at);

/** What arrived in time, and could not be counted then, waited. */
function arrival({ reachedAt, effectiveAt, postedAt, after }: Reaching, say: Say, texts: Texts): string {
  const told = { day: say(reachedAt), after: afterWords(after ?? { what: 'unknown' }, say, texts) };
  return reachedAt < effectiveAt
    ? texts.standing.reachedEarly({ ...told, posted: say(postedAt) })
    : texts.standing.reached(told);
}

function afterWords(after: After, say: Say, { standing, day }: Texts): string {
  switch (after.what) {
    case 'cycle':
      return standing.afterCycle({ day: day(after.cycleOn) });
    case 'event':
      return standing.afterEvent({ event: standing[after.type](), day: say(after.at) });
    case 'take-over':
      return standing.afterTakeOver({ day: say(after.at) });
    case 'unknown':
      return standing.afterUnknown();
  }
}

/** What happened, within a sentence: `an upgrade`. A type that came after these words is said as it is called. */
export const eventWords = (type: string, { texts: { standing } }: ZoneWords): string => {
  const known = EVENT_TYPES.find((one) => one === type);
  return known === undefined ? type : standing[known]();
};
