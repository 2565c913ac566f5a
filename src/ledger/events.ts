/** SQL of `events`: facts from other systems, once each, in the order in which they arrived. */
import { hash } from 'node:crypto';
import {
  type Queryable,
  type Statement,
  insertOf,
  insertRows,
  listed,
  selectOne,
  selectRows,
  toDate,
  toDateOrNull,
  updateOf,
} from '../db/query.ts';
import type { Transaction } from '../db/connection.ts';
import type { Instant } from '../domain/calendar.ts';
import { type ConnectsError, brokenRule } from '../errors.ts';
import { type MemberEvent, contentOf } from '../domain/events/events.ts';
import { STATUS_EVENTS, type StatusChange } from '../domain/corrections/past-status.ts';

export type EventState = 'applied' | 'refused' | 'waiting';

export interface EventRow {
  readonly event: MemberEvent;
  readonly state: EventState;
  /** Null while it waits, and where its account never opened. */
  readonly effectiveAt: Instant | null;
  readonly late: boolean;
  readonly receivedAt: Instant;
  /** The token that brought it over HTTP; none of files and operators. Written when it arrives, and never again. */
  readonly tokenId?: number | null;
}

export interface KnownEvent {
  readonly accountId: string;
  readonly contentHash: string;
}

const COLUMNS = [
  'id',
  'account_id',
  'type',
  'at',
  'content_hash',
  'content',
  'state',
  'effective_at',
  'late',
  'received_at',
  'token_id',
] as const;

/** What makes two events with one id the same fact. */
export const contentHashOf = (event: MemberEvent): string => hash('sha256', contentOf(event), 'hex');

/** Run, they throw the database's duplicate-key error when an id is taken, by another writer a moment ago. */
export const eventInserts = (rows: readonly EventRow[]): Statement[] =>
  insertOf('events', COLUMNS, rows.map(toCells));

/** What became of events that waited: all of these rows exist, so this INSERT is an update of each. */
export async function resolveWaiting(transaction: Transaction, rows: readonly EventRow[]): Promise<void> {
  await insertRows(transaction, 'events', COLUMNS, rows.map(toCells), updateOf(RESOLVED));
}

const RESOLVED = ['content', 'state', 'effective_at', 'late'] as const;

const toCells = ({ event, state, effectiveAt, late, receivedAt, tokenId }: EventRow) => [
  event.id,
  event.account,
  event.type,
  toDate(event.at),
  contentHashOf(event),
  JSON.stringify(state === 'waiting' ? event : withoutPerson(event)),
  state,
  toDateOrNull(effectiveAt),
  late ? 1 : 0,
  toDate(receivedAt),
  tokenId ?? null,
];

/** Personal data lives in `contacts` only; an event that waits still has to bring it there. */
const withoutPerson = (event: MemberEvent): object =>
  'email' in event ? { ...event, email: undefined } : event;

/** Of these ids, those that arrived before. */
export async function findEvents(db: Queryable, ids: readonly string[]): Promise<Map<string, KnownEvent>> {
  if (ids.length === 0) return new Map();
  const rows = await selectRows<KnownEvent & { id: string }>(
    db,
    `SELECT id, account_id AS accountId, content_hash AS contentHash FROM events
      WHERE id IN (?) ORDER BY id LIMIT 999`,
    [listed(ids)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** What is kept of these events, without personal data; what cannot be read is left out. Ids are at most 999. */
export async function findContents(
  db: Queryable,
  ids: readonly string[],
): Promise<Map<string, Readonly<Record<string, unknown>>>> {
  if (ids.length === 0) return new Map();
  const rows = await selectRows<{ id: string; account: string; content: string }>(
    db,
    'SELECT id, account_id AS account, content FROM events WHERE id IN (?) ORDER BY id LIMIT 999',
    [ids],
  );
  return new Map(
    rows.flatMap((row) => {
      const stored = parseStored(row.content, row.account);
      return stored ? [[row.id, { ...stored }]] : [];
    }),
  );
}

/** The token that brought an event. */
export interface Bringer {
  readonly id: number;
  readonly name: string;
}

/** How an event reached the program. */
export interface Arrival {
  /** In which order. */
  readonly arrival: number;
  readonly receivedAt: Instant;
  /** Where it came over HTTP. */
  readonly token: Bringer | null;
}

/** Of these events, by id, at most a few hundred. */
export async function findArrivals(db: Queryable, ids: readonly string[]): Promise<Map<string, Arrival>> {
  if (ids.length === 0) return new Map();
  const rows = await selectRows<{
    event: string;
    arrival: number;
    receivedAt: Date;
    id: number | null;
    name: string | null;
  }>(
    db,
    `SELECT events.id AS event, arrival, events.received_at AS receivedAt, tokens.id, tokens.name
       FROM events LEFT JOIN tokens ON tokens.id = events.token_id
      WHERE events.id IN (?) ORDER BY events.id LIMIT 999`,
    [ids],
  );
  return new Map(
    rows.map(({ event, arrival, receivedAt, id, name }) => [
      event,
      { arrival, receivedAt: receivedAt.getTime(), token: id === null ? null : { id, name: name ?? '' } },
    ]),
  );
}

/** When an event happened that arrived before, and what became of it; undefined when its id is unknown. */
export async function findEvent(
  db: Queryable,
  id: string,
): Promise<{ readonly at: Instant; readonly state: EventState } | undefined> {
  const row = await selectOne<{ at: Date; state: EventState }>(
    db,
    'SELECT at, state FROM events WHERE id = ?',
    [id],
  );
  return row && { ...row, at: row.at.getTime() };
}

/** Events that wait, by account, in order of arrival. */
export interface WaitingList {
  readonly events: ReadonlyMap<string, readonly MemberEvent[]>;
  /** Accounts with an event that is stored in no form that can be read: none of theirs is here. */
  readonly unreadable: ReadonlyMap<string, ConnectsError>;
  /** There are more than were read: the last account's list may go on, and later accounts have none here. */
  readonly cutAt: string | undefined;
}

/** Waiting events that one transaction takes up. */
const WAITING_MAX = 5_000;

/** Of these accounts. Mostly nothing waits anywhere: then one look suffices. */
export async function listWaiting(db: Queryable, accountIds: readonly string[]): Promise<WaitingList> {
  const events = new Map<string, MemberEvent[]>();
  const unreadable = new Map<string, ConnectsError>();
  if (accountIds.length === 0 || !(await anyWaiting(db))) return { events, unreadable, cutAt: undefined };
  const rows = await selectRows<{ account: string; id: string; content: string }>(
    db,
    `SELECT account_id AS account, id, content FROM events
      WHERE state = 'waiting' AND account_id IN (?) ORDER BY account_id, arrival LIMIT ?`,
    [accountIds, WAITING_MAX],
  );
  for (const { account, id, content } of rows) {
    const known = events.get(account);
    const event = parseStored(content, account);
    if (!event) unreadable.set(account, unreadableEvent(id));
    else if (known) known.push(event);
    else events.set(account, [event]);
  }
  for (const account of unreadable.keys()) events.delete(account);
  return { events, unreadable, cutAt: rows.length < WAITING_MAX ? undefined : rows.at(-1)?.account };
}

/** It was checked when it arrived. What no longer makes sense fails when it is decided, alone. */
export function parseStored(content: string, account: string): MemberEvent | undefined {
  try {
    const event = JSON.parse(content) as Partial<MemberEvent> | null;
    return event?.account === account ? (event as MemberEvent) : undefined;
  } catch {
    return undefined;
  }
}

const unreadableEvent = (id: string): ConnectsError =>
  brokenRule('unreadable-event', `the event ${id} waits, and what is stored of it cannot be read`);

async function anyWaiting(db: Queryable): Promise<boolean> {
  return (await selectOne(db, "SELECT 1 AS found FROM events WHERE state = 'waiting' LIMIT 1")) !== undefined;
}

/** Of these accounts, those for which something waits. */
export async function findWaitingAccounts(
  db: Queryable,
  accountIds: readonly string[],
): Promise<Map<string, true>> {
  if (accountIds.length === 0) return new Map();
  const rows = await selectRows<{ account: string }>(
    db,
    `SELECT DISTINCT account_id AS account FROM events
      WHERE state = 'waiting' AND account_id IN (?) ORDER BY account_id LIMIT 999`,
    [accountIds],
  );
  return new Map(rows.map((row) => [row.account, true]));
}

/** What made accounts active or not, by account, in the order in which it counted. */
export async function listStatusChanges(
  db: Queryable,
  accountIds: readonly string[],
): Promise<(StatusChange & { readonly account: string })[]> {
  if (accountIds.length === 0) return [];
  const rows = await selectRows<Omit<StatusChange, 'effectiveAt'> & { account: string; effectiveAt: Date }>(
    db,
    `SELECT account_id AS account, type, effective_at AS effectiveAt FROM events
      WHERE account_id IN (?) AND type IN (?) AND state = 'applied' ORDER BY account_id, effective_at, arrival`,
    [accountIds, STATUS_EVENTS],
  );
  return rows.map((row) => ({ ...row, effectiveAt: row.effectiveAt.getTime() }));
}
