/** SQL of `event_waits`, and of the events that wait: which they are, for whom, since when, and why. */
import type { Transaction } from '../db/connection.ts';
import { isOneOf } from '../db/id-list.ts';
import { type Queryable, insertRows, selectOne, selectRows, toDate, updateOf } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { EventType, MemberEvent } from '../domain/events/events.ts';
import { type Bringer, type EventState, parseStored } from './events.ts';

/** Why an event could not be decided at an instant. */
export interface EventWait {
  readonly eventId: string;
  readonly code: string;
  readonly message: string;
  readonly at: Instant;
}

const COLUMNS = ['event_id', 'code', 'message', 'at'] as const;
const MESSAGE_MAX = 1_000;

/** The latest reason of each stands. */
export async function upsertEventWaits(transaction: Transaction, waits: readonly EventWait[]): Promise<void> {
  const latest = [...new Map(waits.map((one) => [one.eventId, one])).values()];
  await insertRows(
    transaction,
    'event_waits',
    COLUMNS,
    latest.map((one) => [one.eventId, one.code, one.message.slice(0, MESSAGE_MAX), toDate(one.at)]),
    updateOf(COLUMNS.slice(1)),
  );
}

export interface WaitingEvent {
  readonly account: string;
  readonly id: string;
  readonly type: EventType;
  /** When it happened outside. */
  readonly at: Instant;
  /** Since when it waits. */
  readonly since: Instant;
  /** The earlier event of its account that it waits behind; null for the first, which is the one to look at. */
  readonly behind: string | null;
  /** Why it could not be decided; null where an earlier version kept it. */
  readonly code: string | null;
  readonly message: string | null;
  /** That brought it over HTTP; null for files and operators. */
  readonly token: Bringer | null;
}

interface Stored extends Omit<WaitingEvent, 'at' | 'since' | 'token'> {
  at: Date;
  since: Date;
  tokenId: number | null;
  tokenName: string | null;
}

export interface WaitingFilter {
  /** Only of these; of everybody when absent. */
  readonly accounts?: readonly string[];
  /** Only of accounts that are not open, because their opening waits. */
  readonly unopened?: boolean;
  /** What comes after this event of this account. */
  readonly after?: Pick<WaitingEvent, 'account' | 'id'> | undefined;
}

/** The one that all others of its account wait behind. */
const FIRST = `(SELECT first.id FROM events AS first WHERE first.state = 'waiting'
  AND first.account_id = events.account_id ORDER BY first.arrival LIMIT 1)`;

/** By account, then in order of arrival. */
export async function listWaitingEvents(
  db: Queryable,
  { accounts, unopened = false, after }: WaitingFilter,
  limit: number,
): Promise<WaitingEvent[]> {
  const named = accounts && isOneOf('events.account_id', accounts);
  const rows = await selectRows<Stored>(
    db,
    `SELECT events.account_id AS account, events.id, events.type, events.at, events.received_at AS since, code, message,
            token_id AS tokenId, tokens.name AS tokenName, NULLIF(${FIRST}, events.id) AS behind
       FROM events LEFT JOIN event_waits ON event_waits.event_id = events.id
       LEFT JOIN tokens ON tokens.id = events.token_id
      WHERE events.state = 'waiting' ${named ? `AND ${named.sql}` : ''}
        ${after ? 'AND events.account_id >= ? AND (events.account_id > ? OR events.arrival > (SELECT arrival FROM events WHERE id = ?))' : ''}
        ${unopened ? 'AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.id = events.account_id)' : ''}
      ORDER BY events.account_id, events.arrival LIMIT ?`,
    [...(named ? [named.binding] : []), ...(after ? [after.account, after.account, after.id] : []), limit],
  );
  return rows.map(({ tokenId, tokenName, ...row }) => {
    const token = tokenId === null ? null : { id: tokenId, name: tokenName ?? '' };
    return { ...row, at: row.at.getTime(), since: row.since.getTime(), token };
  });
}

/** What waits of one account, whole; 5,000 of them at the most. */
export async function listWaitingContent(db: Queryable, account: string): Promise<MemberEvent[]> {
  const rows = await selectRows<StoredWhole>(
    db,
    `SELECT ${WHOLE} FROM events WHERE state = 'waiting' AND account_id = ? ORDER BY arrival LIMIT 5000`,
    [account],
  );
  return rows.map(wholeOf);
}

const WHOLE = 'id, account_id AS account, type, at, content';

interface StoredWhole {
  id: string;
  account: string;
  type: EventType;
  at: Date;
  content: string;
}

/** Of one whose content cannot be read, what stands beside it: enough to name it, and to refuse it. */
const wholeOf = ({ content, id, account, type, at }: StoredWhole): MemberEvent =>
  parseStored(content, account) ?? ({ id, account, type, at: at.getTime() } as MemberEvent);

/** Whose an event is, and whether it waits; undefined when its id is unknown. */
export function findOwner(
  db: Queryable,
  id: string,
): Promise<{ readonly account: string; readonly state: EventState } | undefined> {
  return selectOne(db, 'SELECT account_id AS account, state FROM events WHERE id = ?', [id]);
}

/** The same of an event that waits, locked against whoever decides it meanwhile; with its content. */
export async function lockWaitingEvent(
  transaction: Transaction,
  id: string,
): Promise<MemberEvent | undefined> {
  const row = await selectOne<StoredWhole>(
    transaction,
    `SELECT ${WHOLE} FROM events WHERE id = ? AND state = 'waiting' FOR UPDATE`,
    [id],
  );
  return row && wholeOf(row);
}

/** An account, and the first of its events that wait. */
export interface FirstWaiting {
  readonly account: string;
  readonly event: string;
  /** Why that one waits; null where an earlier version kept it. */
  readonly code: string | null;
}

/** Accounts for which anything waits, in the order of their ids. */
export async function listFirstWaiting(
  db: Queryable,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<FirstWaiting[]> {
  return selectRows(
    db,
    `SELECT events.account_id AS account, events.id AS event, code
       FROM (SELECT MIN(arrival) AS arrival FROM events
              WHERE state = 'waiting' AND account_id > ? GROUP BY account_id ORDER BY account_id LIMIT ?) AS firsts
       JOIN events ON events.arrival = firsts.arrival
       LEFT JOIN event_waits ON event_waits.event_id = events.id
      ORDER BY events.account_id`,
    [after, limit],
  );
}
