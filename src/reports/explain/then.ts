/** Taking an instant as now: what is to come as it is, what has passed as it stood then. */
import { type Queryable, shownNow } from '../../db/query.ts';
import type { Account } from '../../domain/account.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { ConnectsError } from '../../errors.ts';
import { type Played, playPast } from '../past-account.ts';
import { NOT_RECORDED, pastView } from '../past-view.ts';
import type { TermsBook } from './rules.ts';

/** What all answers to one question are told from, as of one instant. */
export interface Ground {
  /** Of a past instant: the tables as they stood. */
  readonly db: Queryable;
  readonly account: Account;
  readonly asOf: Instant;
  readonly terms: TermsBook;
  /** Where what stood at a past instant is told. */
  readonly past: Played | undefined;
}

/**
 * An instant before anything was recorded here is taken as now, with all that was recorded since: so is a history told
 * that was brought in later, as a whole.
 * @throws not-found `not-here-then`; refused `past-not-computable`
 */
export async function groundAt(
  db: Queryable,
  account: Account,
  terms: TermsBook,
  asked: Instant | undefined,
): Promise<Ground> {
  const now = await shownNow(db);
  const asOf = asked ?? now;
  if (asOf >= now || asOf < terms.beganAt) return { db, account, asOf, terms, past: undefined };
  if (asOf < account.trackedFrom)
    throw new ConnectsError(
      'not-found',
      'not-here-then',
      `${account.id} was not here at ${formatInstant(asOf)}: it is kept here since ${formatInstant(account.trackedFrom)}`,
    );
  const past = await playPast(db, account.id, terms, asOf);
  if (past.outcome === 'not-played')
    throw new ConnectsError(
      'refused',
      'past-not-computable',
      `how ${account.id} stood at ${formatInstant(asOf)} cannot be told: ${past.why} ("account history --seen-on" ` +
        'needs the ledger alone)',
    );
  const { account: stood } = past.replayed;
  return { db: pastView(db, account.id, past, asOf), account: stood, asOf, terms: terms.knownAt(asOf), past };
}

/** That an instant of the past is told, how, and what of it nobody recorded. */
export interface PastTold {
  /** What was written later is left out: ISO 8601 UTC. Null before anything was recorded here: all is told. */
  readonly writtenUntil: string | null;
  readonly notRecorded: readonly string[];
}

/** null where what is told is now, or to come. */
export function pastTold({ past, asOf, terms }: Pick<Ground, 'past' | 'asOf' | 'terms'>): PastTold | null {
  if (!past) return asOf < terms.beganAt ? { writtenUntil: null, notRecorded: ['anything'] } : null;
  const { unsure } = past;
  const waited = unsure?.kind === 'event' ? [`when event ${unsure.event.id}, which waited, counted`] : [];
  return { writtenUntil: formatInstant(asOf), notRecorded: [...waited, ...NOT_RECORDED] };
}
