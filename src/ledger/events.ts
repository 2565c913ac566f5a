/** SQL of `events`: facts from other systems, once each, in the order in which they arrived. */
import { createHash } from 'node:crypto';
import {
  type Queryable,
  execute,
  insertRows,
  selectOne,
  selectRows,
  toDate,
  toDateOrNull,
} from '../db/query.ts';
import type { Transaction } from '../db/connection.ts';
import type { Instant } from '../domain/calendar.ts';
import { type MemberEvent, contentOf, parseEvent } from '../domain/events.ts';

export type EventState = 'applied' | 'refused' | 'waiting';

export interface EventRow {
  readonly event: MemberEvent;
  readonly state: EventState;
  /** Null while it waits. */
  readonly effectiveAt: Instant | null;
  readonly late: boolean;
  readonly receivedAt: Instant;
}

export interface KnownEvent {
  readonly accountId: string;
  readonly contentHash: string;
  readonly state: EventState;
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
] as const;

/** What makes two events with one id the same fact. */
export const contentHashOf = (event: MemberEvent): string =>
  createHash('sha256').update(contentOf(event)).digest('hex');

/** @throws the database's duplicate-key error when an id is taken, by a writer on another account */
export async function insertEvents(transaction: Transaction, rows: readonly EventRow[]): Promise<void> {
  await insertRows(
    transaction,
    'events',
    COLUMNS,
    rows.map(({ event, ...row }) => [
      event.id,
      event.account,
      event.type,
      toDate(event.at),
      contentHashOf(event),
      JSON.stringify(event),
      row.state,
      toDateOrNull(row.effectiveAt),
      row.late ? 1 : 0,
      toDate(row.receivedAt),
    ]),
  );
}

/** Of these ids, those that arrived before. */
export async function findEvents(db: Queryable, ids: readonly string[]): Promise<Map<string, KnownEvent>> {
  if (ids.length === 0) return new Map();
  const rows = await selectRows<KnownEvent & { id: string }>(
    db,
    `SELECT id, account_id AS accountId, content_hash AS contentHash, state FROM events
      WHERE id IN (?) ORDER BY id LIMIT 999`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** One event as it arrived; undefined when the id is unknown. */
export async function findEvent(db: Queryable, id: string): Promise<MemberEvent | undefined> {
  const row = await selectOne<{ content: string }>(db, 'SELECT content FROM events WHERE id = ?', [id]);
  return row && parseStored(row.content);
}

/** Of these accounts, the events that wait, by account, in order of arrival. Mostly nobody's: then one look suffices. */
export async function listWaiting(
  db: Queryable,
  accountIds: readonly string[],
): Promise<Map<string, MemberEvent[]>> {
  const waiting = new Map<string, MemberEvent[]>();
  if (accountIds.length === 0 || !(await anyWaiting(db))) return waiting;
  const rows = await selectRows<{ account: string; content: string }>(
    db,
    `SELECT account_id AS account, content FROM events
      WHERE state = 'waiting' AND account_id IN (?) ORDER BY account_id, arrival LIMIT ?`,
    [accountIds, WAITING_MAX],
  );
  for (const row of rows) {
    const before = waiting.get(row.account) ?? [];
    waiting.set(row.account, [...before, parseStored(row.content)]);
  }
  return waiting;
}

/** Waiting events that one transaction takes up; the rest follow with whatever comes next. */
const WAITING_MAX = 5_000;

export async function anyWaiting(db: Queryable): Promise<boolean> {
  return (await selectOne(db, "SELECT 1 AS found FROM events WHERE state = 'waiting' LIMIT 1")) !== undefined;
}

/** What became of an event that waited. */
export async function resolveWaiting(transaction: Transaction, row: EventRow): Promise<void> {
  await execute(
    transaction,
    "UPDATE events SET state = ?, effective_at = ?, late = ? WHERE id = ? AND state = 'waiting'",
    [row.state, toDateOrNull(row.effectiveAt), row.late ? 1 : 0, row.event.id],
  );
}

function parseStored(content: string): MemberEvent {
  const stored = JSON.parse(content) as Record<string, unknown> & { at: number };
  const parsed = parseEvent({ ...stored, at: new Date(stored.at).toISOString() });
  if (!parsed.ok) throw new Error(`a stored event no longer parses: ${content}`);
  return parsed.event;
}
