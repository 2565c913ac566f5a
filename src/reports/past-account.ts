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

/** What stands cannot be come to by the rules alone; `why` goes on a sentence that begins "because". */
export interface NotPlayed {
  readonly outcome: 'not-played';
  readonly why: string;
}

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
  if (!row) return notPlayed('the account is not there');
  const past = await readPast(db, row.account, terms);
  if ('tooLong' in past)
    return notPlayed(
      `it has more than ${PLAYED_MAX.toLocaleString('en-US')} ${past.tooLong}, the most played again`,
    );
  if ('unreadable' in past) return notPlayed(`what is stored of event ${past.unreadable} cannot be read`);
  const { history, unsure } = writtenBy(past.history, until);
  const entries = until === undefined ? past.entries : past.entries.filter((one) => one.postedAt <= until);
  try {
    const replayed = replayHistory(history);
    const { account } = replayed;
    if (!account) return notPlayed('it was not open then');
    const line = firstDifference(replayed.entries, entries);
    if (line !== undefined)
      return notPlayed(`its ledger is not what the rules come to, from line ${line} on`);
    const differing = until === undefined ? stateDifferences(account, row.account) : [];
    if (differing.length > 0)
      return notPlayed(`its row is not what the rules come to: ${differing.join(', ')}`);
    const uncounted = [...past.uncounted].filter(([, at]) => until === undefined || at <= until);
    const steps = history.steps.filter((step) => step.kind === 'event').map((step) => step.event.id);
    const counted = [...steps, ...uncounted.map(([event]) => event)];
    return { outcome: 'played', history, replayed: { ...replayed, account }, entries, counted, unsure };
  } catch (error) {
    if (error instanceof ConnectsError && error.kind === 'broken-rule') return notPlayed(error.message);
    throw error;
  }
}

const notPlayed = (why: string): NotPlayed => ({ outcome: 'not-played', why });

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
