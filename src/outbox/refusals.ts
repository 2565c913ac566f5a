/**
 * SQL of `mail_refusals` and `mail_outage`. A refusal that may be no judgement of its letter is kept beside the notice
 * until the server takes a letter: then it was one after all. When so many members were refused alike, the server refuses
 * everybody: the notices go back to pending, and the outage stands in its one row until a letter is taken.
 */
import type { Transaction } from '../db/connection.ts';
import { isDuplicateKey } from '../db/errors.ts';
import { type Queryable, execute, insertRows, selectOne, selectRows, toDate, updateOf } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { type Attempt, markUnsentWithin } from './attempts.ts';

export interface Refusal {
  readonly attempt: Attempt;
  readonly accountId: string;
  /** What it has in common with refusals of other members. */
  readonly alike: string;
  readonly words: string;
}

/** Ends the notice as refused. Returns how many members were refused alike since the server last took a letter. */
export async function insertRefusal(
  transaction: Transaction,
  { attempt, accountId, alike, words }: Refusal,
  now: Instant,
): Promise<number> {
  if (await markUnsentWithin(transaction, attempt, { state: 'refused', words }))
    await insertRows(
      transaction,
      'mail_refusals',
      ['notice_id', 'account_id', 'alike', 'refused_at'],
      [[attempt.id, accountId, alike, toDate(now)]],
      updateOf(['alike', 'refused_at']),
    );
  const row = await selectOne<{ members: number }>(
    transaction,
    'SELECT COUNT(DISTINCT account_id) AS members FROM mail_refusals WHERE alike = ?',
    [alike],
  );
  return row?.members ?? 0;
}

/** The letters that were refused so are to be sent again, and have had no attempt. Returns how many. */
export async function takeBackRefused(
  transaction: Transaction,
  alike: string,
  now: Instant,
): Promise<number> {
  const rows = await selectRows<{ id: number }>(
    transaction,
    'SELECT notice_id AS id FROM mail_refusals WHERE alike = ? ORDER BY notice_id FOR UPDATE',
    [alike],
  );
  if (rows.length === 0) return 0;
  const ids = rows.map((row) => row.id);
  const written = await execute(
    transaction,
    `UPDATE outbox SET state = 'pending', next_attempt_at = ?, attempts = attempts - 1
      WHERE id IN (?) AND state = 'refused' AND attempts > 0`,
    [toDate(now), ids],
  );
  await execute(transaction, 'DELETE FROM mail_refusals WHERE notice_id IN (?)', [ids]);
  return written.affectedRows;
}

/** Whatever else was refused was meant for its own member. */
export async function deleteRefusals(transaction: Transaction): Promise<void> {
  await execute(transaction, 'DELETE FROM mail_refusals');
}

/** Whether there is anything to be settled when the server takes a letter. */
export async function anyRefusal(db: Queryable): Promise<boolean> {
  const row = await selectOne(
    db,
    'SELECT 1 AS found FROM (SELECT id FROM mail_outage UNION ALL SELECT notice_id FROM mail_refusals) kept LIMIT 1',
  );
  return row !== undefined;
}

/** The mail server takes nothing from us, whoever the letter is for. */
export interface KnownOutage {
  readonly since: Instant;
  /** What its refusals have in common; null where it puts letters off, or turns our sender away. */
  readonly alike: string | null;
  /** The server's. */
  readonly words: string;
}

export async function findOutage(db: Queryable): Promise<KnownOutage | undefined> {
  const row = await selectOne<Omit<KnownOutage, 'since'> & { since: Date }>(
    db,
    'SELECT since, alike, words FROM mail_outage WHERE id = 1',
  );
  return row && { ...row, since: row.since.getTime() };
}

/** The first to see it tells since when. */
export async function insertOutage(db: Queryable, outage: KnownOutage): Promise<void> {
  try {
    await insertRows(
      db,
      'mail_outage',
      ['id', 'since', 'alike', 'words'],
      [[1, toDate(outage.since), outage.alike, outage.words.slice(0, WORDS_MAX)]],
    );
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

const WORDS_MAX = 500;

export async function deleteOutage(transaction: Transaction): Promise<void> {
  await execute(transaction, 'DELETE FROM mail_outage WHERE id = 1');
}
