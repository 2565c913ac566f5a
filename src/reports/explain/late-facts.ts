/** Which facts are told with what would have been: the one that is asked for, and those that came late. */
import { selectOne, selectRows, toDate } from '../../db/query.ts';
import {
  type Instant,
  type LocalDate,
  firstInstantOf,
  formatInstant,
  isLocalDate,
  parseInstant,
} from '../../domain/calendar.ts';
import { ConnectsError, invalidInput } from '../../errors.ts';
import { IDS_MAX } from '../../ledger/accounts.ts';
import type { EventState } from '../../ledger/events.ts';
import type { Answer, Inquiry } from './answer.ts';
import { type Fact, hadAnswer, pastOf } from './had.ts';

/** What if this event had come at another instant? */
export interface HadAsked {
  readonly event: string;
  /** An instant, or a local date of the account, which begins with its first one; the event's own where undefined. */
  readonly at?: Instant | LocalDate | undefined;
}

/**
 * @throws not-found `unknown-event`; invalid-input `event-of-another-account`, `event-waits`, `at-out-of-range`
 */
export async function explainHad(inquiry: Inquiry, { event, at: asked }: HadAsked): Promise<Answer[]> {
  const { db, account, asOf, words } = inquiry;
  const found = await selectOne<Fact & { account: string; state: EventState }>(
    db,
    'SELECT id, type, account_id AS account, state FROM events WHERE id = ?',
    [event],
  );
  if (!found) throw new ConnectsError('not-found', 'unknown-event', `there is no event ${event}`);
  if (found.account !== account.id)
    throw invalidInput(
      'event-of-another-account',
      `event ${event} is of ${found.account}, not of ${account.id}`,
    );
  if (found.state === 'waiting')
    throw invalidInput(
      'event-waits',
      `event ${event} waits, and has not counted yet: see "connects events waiting list"`,
    );
  if (found.type === 'account.opened')
    throw invalidInput('at-out-of-range', 'the opening of an account cannot be thought of at another time');
  const at = typeof asked === 'string' ? firstInstantOf(asked, words.zone) : asked;
  if (at !== undefined && at > asOf)
    throw invalidInput(
      'at-out-of-range',
      `--at ${formatInstant(at)} lies in the future: it is ${formatInstant(asOf)}`,
    );
  if (at !== undefined && at < account.trackedFrom)
    throw invalidInput(
      'at-out-of-range',
      `--at ${formatInstant(at)} lies before ${formatInstant(account.trackedFrom)}, since when ${account.id} is kept here`,
    );
  return [hadAnswer(inquiry, await pastOf(inquiry), found, at)];
}

/** `--at`: undefined where it is neither a date that exists nor an instant. */
export const parseAt = (text: string): Instant | LocalDate | undefined =>
  isLocalDate(text) ? text : parseInstant(text);

/** Late facts that are told with what would have been; the latest. Others can be asked for. */
const LATE_MAX = 3;

/** Of the facts that these answers tell, those that came late: each with what would have been in time. */
export async function lateOnes(inquiry: Inquiry, answers: readonly Answer[]): Promise<Answer[]> {
  const told = new Set(answers.flatMap((one) => eventIn(one.evidence) ?? []));
  return hadInTime(inquiry, [...told]);
}

/** Those that counted since an instant, whether or not anything was decided of them. */
export async function lateSince(inquiry: Inquiry, since: Instant): Promise<Answer[]> {
  const { db, account } = inquiry;
  const late = await selectRows<{ id: string }>(
    db,
    `SELECT id FROM (SELECT id, arrival, late, effective_at FROM events WHERE account_id = ?
                      ORDER BY arrival DESC LIMIT ${LOOKED_AT_MAX}) AS latest
      WHERE late = 1 AND effective_at >= ? ORDER BY arrival`,
    [account.id, toDate(since)],
  );
  return hadInTime(
    inquiry,
    late.map((one) => one.id),
  );
}

/** The latest events that are looked through for late ones. */
const LOOKED_AT_MAX = 200;

async function hadInTime(inquiry: Inquiry, ids: readonly string[]): Promise<Answer[]> {
  if (ids.length === 0) return [];
  const facts = await selectRows<Fact>(
    inquiry.db,
    `SELECT id, type FROM events WHERE id IN (?) AND late = 1 AND state <> 'waiting' AND type <> 'account.opened'
      ORDER BY arrival DESC LIMIT ${LATE_MAX}`,
    [ids.slice(-IDS_MAX)],
  );
  if (facts.length === 0) return [];
  const past = await pastOf(inquiry);
  return facts.reverse().map((fact) => hadAnswer(inquiry, past, fact));
}

/** The event of a decision. */
const eventIn = ({ event }: Answer['evidence']): string | undefined =>
  typeof event === 'string' ? event : undefined;
