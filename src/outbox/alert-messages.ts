/** SQL of `alert_messages`: what is to be told by each channel, in its order, and what became of it. */
import type { Transaction } from '../db/connection.ts';
import { type Queryable, execute, insertRows, selectOne, selectRows, toDate } from '../db/query.ts';
import type { AlertMessage } from '../domain/alerts.ts';
import type { Instant } from '../domain/calendar.ts';

export interface TakenMessage {
  readonly id: number;
  /** The one that has begun included: it tells this attempt from every other one. */
  readonly attempts: number;
  readonly message: AlertMessage;
}

export async function insertMessage(
  transaction: Transaction,
  channel: string,
  message: AlertMessage,
): Promise<void> {
  const at = toDate(message.at);
  await insertRows(
    transaction,
    'alert_messages',
    ['channel', 'state', 'content', 'staged_at', 'next_attempt_at'],
    [[channel, 'pending', JSON.stringify(message), at, at]],
  );
}

/**
 * The first message of a channel that was not told yet, for whoever is to send it now; undefined where there is none,
 * where somebody else is sending it, or where it waits for its next attempt: then all later ones wait behind it.
 */
export async function takeMessage(
  transaction: Transaction,
  channel: string,
  { now, until }: { readonly now: Instant; readonly until: Instant },
): Promise<TakenMessage | undefined> {
  const row = await selectOne<{
    id: number;
    state: string;
    content: string;
    nextAttemptAt: Date;
    leaseUntil: Date | null;
    attempts: number;
  }>(
    transaction,
    `SELECT id, state, content, next_attempt_at AS nextAttemptAt, lease_until AS leaseUntil, attempts
       FROM alert_messages WHERE channel = ? AND state IN ('pending', 'sending') ORDER BY id LIMIT 1 FOR UPDATE`,
    [channel],
  );
  if (!row) return undefined;
  const restsUntil = (row.state === 'sending' ? row.leaseUntil : row.nextAttemptAt)?.getTime() ?? 0;
  if (restsUntil > now) return undefined;
  await execute(
    transaction,
    "UPDATE alert_messages SET state = 'sending', lease_until = ?, attempts = attempts + 1 WHERE id = ?",
    [toDate(until), row.id],
  );
  return { id: row.id, attempts: row.attempts + 1, message: JSON.parse(row.content) as AlertMessage };
}

type Attempt = Pick<TakenMessage, 'id' | 'attempts'>;

const OURS = "id = ? AND attempts = ? AND state = 'sending'";

export async function markTold(db: Queryable, { id, attempts }: Attempt, now: Instant): Promise<void> {
  await execute(
    db,
    `UPDATE alert_messages SET state = 'sent', sent_at = ?, lease_until = NULL, last_error = NULL WHERE ${OURS}`,
    [toDate(now), id, attempts],
  );
}

/** To be tried again then. */
export async function postponeMessage(
  db: Queryable,
  { id, attempts }: Attempt,
  { retryAt, words }: { readonly retryAt: Instant; readonly words: string },
): Promise<void> {
  await execute(
    db,
    `UPDATE alert_messages SET state = 'pending', next_attempt_at = ?, last_error = ?, lease_until = NULL WHERE ${OURS}`,
    [toDate(retryAt), words.slice(0, WORDS_MAX), id, attempts],
  );
}

const WORDS_MAX = 500;

/** What was to be told so long ago helps nobody any more. Returns how many. */
export async function giveUpMessages(db: Queryable, before: Instant): Promise<number> {
  const written = await execute(
    db,
    `UPDATE alert_messages SET state = 'given-up', lease_until = NULL
      WHERE state IN ('pending', 'sending') AND staged_at < ?`,
    [toDate(before)],
  );
  return written.affectedRows;
}

export interface UntoldMessages {
  readonly channel: string;
  readonly messages: number;
  readonly oldestAt: Instant;
  /** Of the latest attempt; null before the first. */
  readonly words: string | null;
}

/** What waits, by channel. */
export async function listUntold(db: Queryable): Promise<UntoldMessages[]> {
  const rows = await selectRows<Omit<UntoldMessages, 'oldestAt'> & { oldestAt: Date }>(
    db,
    `SELECT channel, COUNT(*) AS messages, MIN(staged_at) AS oldestAt, MAX(last_error) AS words
       FROM alert_messages WHERE state IN ('pending', 'sending') GROUP BY channel ORDER BY channel LIMIT 100`,
  );
  return rows.map((row) => ({ ...row, oldestAt: row.oldestAt.getTime() }));
}

export interface ListedMessage {
  readonly id: number;
  readonly channel: string;
  readonly state: 'pending' | 'sending' | 'sent' | 'given-up';
  readonly message: AlertMessage;
  readonly stagedAt: Instant;
  readonly sentAt: Instant | null;
  readonly attempts: number;
  readonly words: string | null;
}

/** The latest first. */
export async function listMessages(db: Queryable, limit: number): Promise<ListedMessage[]> {
  const rows = await selectRows<
    Omit<ListedMessage, 'message' | 'stagedAt' | 'sentAt'> & {
      content: string;
      stagedAt: Date;
      sentAt: Date | null;
    }
  >(
    db,
    `SELECT id, channel, state, content, staged_at AS stagedAt, sent_at AS sentAt, attempts, last_error AS words
       FROM alert_messages ORDER BY id DESC LIMIT ?`,
    [limit],
  );
  return rows.map(({ content, ...row }) => ({
    ...row,
    message: JSON.parse(content) as AlertMessage,
    stagedAt: row.stagedAt.getTime(),
    sentAt: row.sentAt?.getTime() ?? null,
  }));
}

export async function countMessagesBefore(db: Queryable, before: Instant): Promise<number> {
  const row = await selectOne<{ messages: number }>(
    db,
    `SELECT COUNT(*) AS messages FROM alert_messages WHERE ${ENDED_BEFORE}`,
    [toDate(before)],
  );
  return row?.messages ?? 0;
}

/** Deletes up to `limit` of those that ended so long ago. Returns how many. */
export async function deleteMessages(db: Queryable, before: Instant, limit: number): Promise<number> {
  const written = await execute(db, `DELETE FROM alert_messages WHERE ${ENDED_BEFORE} ORDER BY id LIMIT ?`, [
    toDate(before),
    limit,
  ]);
  return written.affectedRows;
}

const ENDED_BEFORE = "state IN ('sent', 'given-up') AND staged_at < ?";
