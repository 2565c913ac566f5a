/** SQL of `outbox` for senders: taking notices, and what becomes of each attempt. */
import { type Database, type Transaction, inTransaction } from '../db/connection.ts';
import { asUnavailable, classOfDatabaseError, isDatabaseError } from '../db/errors.ts';
import { type Binding, type Queryable, execute, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { groupBy } from '../group-by.ts';
import { mergeWaiting } from './one-letter.ts';
import { NOTICE_COLUMNS, type Notice, lockFree, write } from './outbox.ts';

/**
 * Takes claimed rows for sending, before SMTP begins: of several takers only one gets a row, so a job that is
 * delivered twice sends once. What somebody else has, or was sent already, is left out; so is what somebody keeps
 * locked, until its lease runs out. Ids are at most 999. Those that tell one member of cycles become one (one-letter.ts).
 */
export async function takeNotices(
  db: Database,
  take: { readonly ids: readonly number[]; readonly until: Instant },
): Promise<Taken[]> {
  return inTransaction(db, async (transaction) => {
    const claimed = await selectRows<Notice>(
      transaction,
      `SELECT ${NOTICE_COLUMNS} FROM outbox WHERE id IN (?) AND state = 'claimed' ORDER BY id FOR UPDATE SKIP LOCKED`,
      [take.ids],
    );
    if (claimed.length === 0) return [];
    const rows = await mergeWaiting(transaction, claimed);
    await execute(
      transaction,
      "UPDATE outbox SET state = 'sending', lease_until = ?, attempts = attempts + 1 WHERE id IN (?)",
      [toDate(take.until), rows.map((row) => row.id)],
    );
    return rows.map((row) => ({ ...row, attempts: row.attempts + 1, until: take.until }));
  });
}

/** A notice that is being sent, and until when it is its sender's. */
export interface Taken extends Notice {
  readonly until: Instant;
}

/**
 * An attempt, told from every other one of the same notice by its number and its lease: whoever was frozen for longer
 * than that must not undo, or give back, what somebody else has in hand.
 */
export type Attempt = Pick<Taken, 'id' | 'attempts' | 'until'>;

const OURS = "state = 'sending' AND attempts = ? AND lease_until = ?";
const oursOf = ({ attempts, until }: Attempt): Binding[] => [attempts, toDate(until)];

/** Of several that were taken together. */
const groupsOf = (taken: readonly Attempt[]): Attempt[][] => [
  ...groupBy(taken, ({ attempts, until }) => `${attempts} ${until}`).values(),
];

/**
 * The letters are out. One whose lease has run out meanwhile is not sent again, unless somebody has taken it already:
 * then what becomes of it is his to say.
 * @returns those whose rows somebody else keeps locked: they are not marked, and all others are
 * @throws unavailable when the database cannot be used: the letters are out, so the caller had better try again
 */
export async function markSent(db: Database, sent: readonly Attempt[]): Promise<readonly Attempt[]> {
  const locked: Attempt[] = [];
  for (const [attempts, group] of groupBy(sent, (one) => one.attempts)) {
    const mark = (where: Queryable, ids: readonly number[]): Promise<unknown> =>
      execute(
        where,
        `UPDATE outbox SET state = 'sent', sent_at = UTC_TIMESTAMP(3), lease_until = NULL, last_error = NULL
          WHERE id IN (?) AND attempts = ? AND state IN ('pending', 'claimed', 'sending')`,
        [ids, attempts],
      );
    const ids = group.map((one) => one.id);
    // Mostly one statement does it: who has which of them locked is asked only where it does not.
    const marked = (await tryMarking(() => mark(db, ids))) ? ids : await markFree(db, ids, mark);
    locked.push(...group.filter((one) => !marked.includes(one.id)));
  }
  return locked;
}

/** False where a lock was in the way. */
async function tryMarking(mark: () => Promise<unknown>): Promise<boolean> {
  try {
    await mark();
    return true;
  } catch (error) {
    if (isDatabaseError(error) && classOfDatabaseError(error) === 'replay') return false;
    throw asUnavailable(error);
  }
}

const markFree = (
  db: Database,
  ids: readonly number[],
  mark: (transaction: Transaction, free: readonly number[]) => Promise<unknown>,
): Promise<readonly number[]> =>
  inTransaction(db, async (transaction) => {
    const free = await lockFree(transaction, ids);
    if (free.length > 0) await mark(transaction, free);
    return free;
  });

/** Ends a notice that will not be sent: the server refused it, or there is nothing to tell any more. */
export async function markUnsent(db: Database, attempt: Attempt, why: WhyUnsent): Promise<void> {
  await write(db, MARK_UNSENT, unsentOf(attempt, why));
}

/** The same within a transaction. False where the attempt is nobody's any more. */
export async function markUnsentWithin(
  transaction: Transaction,
  attempt: Attempt,
  why: WhyUnsent,
): Promise<boolean> {
  return (await execute(transaction, MARK_UNSENT, unsentOf(attempt, why))).affectedRows === 1;
}

interface WhyUnsent {
  readonly state: 'refused' | 'suppressed';
  readonly words: string;
}

const MARK_UNSENT = `UPDATE outbox SET state = ?, lease_until = NULL, last_error = ? WHERE id = ? AND ${OURS}`;
const unsentOf = (attempt: Attempt, { state, words }: WhyUnsent): Binding[] => [
  state,
  words.slice(0, LAST_ERROR_MAX),
  attempt.id,
  ...oursOf(attempt),
];

const LAST_ERROR_MAX = 500;

/** Back to pending, to be tried again at `retryAt`. */
export async function postponeNotice(
  db: Database,
  attempt: Attempt,
  postpone: { readonly retryAt: Instant; readonly words: string },
): Promise<void> {
  await write(
    db,
    `UPDATE outbox SET state = 'pending', lease_until = NULL, next_attempt_at = ?, last_error = ?
      WHERE id = ? AND ${OURS}`,
    [toDate(postpone.retryAt), postpone.words.slice(0, LAST_ERROR_MAX), attempt.id, ...oursOf(attempt)],
  );
}

/** Gives back what was taken but never reached a server: the attempt does not count. */
export async function giveBackTaken(
  db: Database,
  taken: readonly Attempt[],
  back: { readonly retryAt: Instant; readonly words: string | null },
): Promise<void> {
  for (const group of groupsOf(taken))
    await write(
      db,
      `UPDATE outbox SET state = 'pending', lease_until = NULL, next_attempt_at = ?, last_error = IFNULL(?, last_error),
                         attempts = attempts - 1
        WHERE id IN (?) AND ${OURS}`,
      [
        toDate(back.retryAt),
        back.words === null ? null : back.words.slice(0, LAST_ERROR_MAX),
        group.map((one) => one.id),
        ...oursOf(group[0] as Attempt),
      ],
    );
}

/** Gives back what was claimed until then and not taken: what somebody has claimed anew is his. */
export async function giveBackClaimed(
  db: Database,
  claimed: { readonly ids: readonly number[]; readonly until: Instant },
  retryAt: Instant,
): Promise<void> {
  if (claimed.ids.length === 0) return;
  await write(
    db,
    `UPDATE outbox SET state = 'pending', lease_until = NULL, next_attempt_at = ?
      WHERE id IN (?) AND state = 'claimed' AND lease_until = ?`,
    [toDate(retryAt), claimed.ids, toDate(claimed.until)],
  );
}
