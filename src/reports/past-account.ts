/** An account's past, played again and compared with what stands: only what comes to the same ledger is told from. */
import type { Queryable } from '../db/query.ts';
import type { Account, PostedEntry } from '../domain/account.ts';
import type { Instant } from '../domain/calendar.ts';
import {
  type History,
  type Replayed,
  type Step,
  firstDifference,
  replayHistory,
  stateDifferences,
} from '../domain/simulation/history.ts';
import { ConnectsError } from '../errors.ts';
import { findAccount } from '../ledger/accounts.ts';
import { type Texts, textsFor } from '../texts/catalogue.ts';
import { PLAYED_MAX, readPast } from './account-facts.ts';
import type { TermsBook } from './explain/rules.ts';

export interface Played {
  readonly outcome: 'played';
  readonly history: History;
  readonly replayed: Replayed & { readonly account: Account };
  /** The ledger that it comes to. */
  readonly entries: readonly PostedEntry[];
  /** Events that had been decided, by their ids. */
  readonly counted: readonly string[];
  /** A fact that waited may have counted by the instant asked for, or later: nothing recorded says when. */
  readonly unsure: Step | undefined;
}

/** What stands cannot be come to by the rules alone. */
export interface NotPlayed extends Why {
  readonly outcome: 'not-played';
}

/** The end of a sentence that begins "because". */
export interface Why {
  /** For operators: English, with the error's own message where there was one. */
  readonly why: string;
  /** For the member. */
  readonly whyIn: (texts: Pick<Texts, 'had'>) => string;
}

export const whyOf = (whyIn: Why['whyIn'], why = whyIn(textsFor(null))): Why => ({ why, whyIn });

export const whyBroken = ({ code, message }: ConnectsError): Why =>
  whyOf(({ had: say }) => say.againstRules({ code }), message);

export type PlayedPast = Played | NotPlayed;

/**
 * @param until what was written later is left out; undefined takes all, and compares the account's row too
 */
export async function playPast(
  db: Queryable,
  id: string,
  terms: TermsBook,
  until?: Instant,
): Promise<PlayedPast> {
  const first = await playOnce(db, id, terms, until);
  // Read by several statements: what is written between them looks like a difference once.
  return first.outcome === 'played' ? first : playOnce(db, id, terms, until);
}

async function playOnce(
  db: Queryable,
  id: string,
  terms: TermsBook,
  until: Instant | undefined,
): Promise<PlayedPast> {
  const row = await findAccount(db, id);
  if (!row) return notPlayed(({ had: say }) => say.notThere());
  const past = await readPast(db, row.account, terms);
  if ('tooLong' in past)
    return notPlayed(({ had: say }) => say[TOO_MANY[past.tooLong]]({ most: PLAYED_MAX }));
  if ('unreadable' in past) return notPlayed(({ had: say }) => say.unreadable({ event: past.unreadable }));
  const { history, unsure } = writtenBy(past.history, until);
  const entries = until === undefined ? past.entries : past.entries.filter((one) => one.postedAt <= until);
  try {
    const replayed = replayHistory(history);
    const { account } = replayed;
    if (!account) return notPlayed(({ had: say }) => say.notOpen());
    const line = firstDifference(replayed.entries, entries);
    if (line !== undefined) return notPlayed(({ had: say }) => say.otherLedger({ line: String(line) }));
    const differing = until === undefined ? stateDifferences(account, row.account) : [];
    if (differing.length > 0) return notPlayed(({ had: say }) => say.otherRow(), differing);
    const uncounted = [...past.uncounted].filter(([, at]) => until === undefined || at <= until);
    const steps = history.steps.filter((step) => step.kind === 'event').map((step) => step.event.id);
    const counted = [...steps, ...uncounted.map(([event]) => event)];
    return { outcome: 'played', history, replayed: { ...replayed, account }, entries, counted, unsure };
  } catch (error) {
    if (error instanceof ConnectsError && error.kind === 'broken-rule')
      return { outcome: 'not-played', ...whyBroken(error) };
    throw error;
  }
}

const TOO_MANY = {
  events: 'tooManyEvents',
  'billing cycles': 'tooManyCycles',
  entries: 'tooManyEntries',
} as const;

/** @param fields that differ, for operators */
const notPlayed = (whyIn: Why['whyIn'], fields: readonly string[] = []): NotPlayed => {
  const { why } = whyOf(whyIn);
  return { outcome: 'not-played', whyIn, why: fields.length > 0 ? `${why}: ${fields.join(', ')}` : why };
};

/** The steps that had been written by an instant. */
function writtenBy(
  history: History,
  until: Instant | undefined,
): { history: History; unsure: Step | undefined } {
  if (until === undefined) return { history, unsure: undefined };
  const later = history.steps.findIndex((step) => step.postedAt !== null && step.postedAt > until);
  const steps = later === -1 ? history.steps : history.steps.slice(0, later);
  const lastKnown = steps.findLastIndex((step) => step.postedAt !== null);
  const doubtful = steps.slice(lastKnown + 1);
  // Those that arrived later than that are certainly not among them.
  const arrived = doubtful.filter((step) => step.kind !== 'event' || step.receivedAt <= until);
  const kept = [...steps.slice(0, lastKnown + 1), ...arrived];
  return { history: { ...history, steps: kept }, unsure: arrived[0] };
}
