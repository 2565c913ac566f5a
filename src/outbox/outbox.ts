/**
 * SQL of `outbox`: messages to members, staged in the transaction that causes them.
 *
 *   pending → claimed (a relay holds it) → sending (SMTP has begun) → sent | refused
 *                                                                    ↘ pending again, after a wait
 * A lease that runs out returns a row to pending; `too-old` and `suppressed` are never sent, unless a person says so.
 */
import type { Database, Transaction } from '../db/connection.ts';
import { inTransaction } from '../db/connection.ts';
import { classOfDatabaseError, databaseUnavailable, isDatabaseError } from '../db/errors.ts';
import {
  type Binding,
  type Queryable,
  type Statement,
  type Written,
  execute,
  insertOf,
  insertRows,
  selectOne,
  selectRows,
  toDate,
  updateOf,
} from '../db/query.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { NoticeKind } from '../domain/notice-kinds.ts';

export const NOTICE_STATES = [
  'pending',
  'claimed',
  'sending',
  'sent',
  'refused',
  'too-old',
  'suppressed',
] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

export interface NoticeDraft {
  readonly accountId: string;
  readonly kind: NoticeKind;
  /** Unique per account and kind: the same cause stages the same notice, never a second one. */
  readonly ref: string;
  readonly state: 'pending' | 'too-old';
  /** The cycles that it tells of; null for kinds that tell of none. */
  readonly firstCycleOn: LocalDate | null;
  readonly lastCycleOn: LocalDate | null;
  readonly runId: number | null;
  readonly stagedAt: Instant;
}

const DRAFT_COLUMNS = [
  'account_id',
  'kind',
  'ref',
  'state',
  'first_cycle_on',
  'last_cycle_on',
  'run_id',
  'staged_at',
  'next_attempt_at',
];

const toCells = (one: NoticeDraft) => [
  one.accountId,
  one.kind,
  one.ref,
  one.state,
  one.firstCycleOn,
  one.lastCycleOn,
  one.runId,
  toDate(one.stagedAt),
  toDate(one.stagedAt),
];

/** Run, they throw the database's duplicate-key error (1062) when one of them was staged before. */
export const noticeInserts = (drafts: readonly NoticeDraft[]): Statement[] =>
  insertOf('outbox', DRAFT_COLUMNS, drafts.map(toCells));

/** For what is looked for again and again, by several at once: one that is staged already stays as it is. */
export async function stageIfNew(db: Queryable, drafts: readonly NoticeDraft[]): Promise<void> {
  await insertRows(db, 'outbox', DRAFT_COLUMNS, drafts.map(toCells), updateOf(['account_id']));
}

/**
 * Claims up to `limit` sendable notices for a lease, the oldest first, and returns their ids. SKIP LOCKED lets
 * several relays claim side by side. Rows whose lease ran out are claimed again: their holder died.
 */
export async function claimNotices(
  db: Database,
  claim: { now: Instant; until: Instant; limit: number },
): Promise<number[]> {
  return inTransaction(db, async (transaction) => {
    const rows = await selectRows<{ id: number }>(
      transaction,
      `SELECT id FROM outbox WHERE state = 'pending' AND next_attempt_at <= ?
        ORDER BY next_attempt_at, id LIMIT ? FOR UPDATE SKIP LOCKED`,
      [toDate(claim.now), claim.limit],
    );
    const ids = rows.map((row) => row.id);
    if (ids.length > 0)
      await execute(transaction, "UPDATE outbox SET state = 'claimed', lease_until = ? WHERE id IN (?)", [
        toDate(claim.until),
        ids,
      ]);
    return ids;
  });
}

/**
 * Gives rows back whose holder died. Returns how many. They are looked for without a lock, and only then written by
 * their key: an UPDATE that searched would wait for every row that is being sent.
 */
export async function returnExpiredLeases(db: Database, now: Instant): Promise<number> {
  const rows = await selectRows<{ id: number }>(
    db,
    `SELECT id FROM outbox WHERE state IN ('claimed', 'sending') AND lease_until <= ? ORDER BY id LIMIT ${RETURN_MAX}`,
    [toDate(now)],
  );
  const ids = rows.map((row) => row.id);
  return writeFree(db, ids, (transaction, free) =>
    execute(
      transaction,
      `UPDATE outbox SET state = 'pending', lease_until = NULL, next_attempt_at = ?
        WHERE id IN (?) AND state IN ('claimed', 'sending') AND lease_until <= ?`,
      [toDate(now), free, toDate(now)],
    ),
  );
}

/** Writes those rows that nobody else has locked: one that somebody keeps must not hold up the others. */
async function writeFree(
  db: Database,
  ids: readonly number[],
  change: (transaction: Transaction, free: readonly number[]) => Promise<Written>,
): Promise<number> {
  if (ids.length === 0) return 0;
  return inTransaction(db, async (transaction) => {
    const free = await lockFree(transaction, ids);
    return free.length === 0 ? 0 : (await change(transaction, free)).affectedRows;
  });
}

export async function lockFree(transaction: Transaction, ids: readonly number[]): Promise<number[]> {
  const rows = await selectRows<{ id: number }>(
    transaction,
    'SELECT id FROM outbox WHERE id IN (?) ORDER BY id FOR UPDATE SKIP LOCKED',
    [ids],
  );
  return rows.map((row) => row.id);
}

const RETURN_MAX = 999;

/**
 * One statement by itself, repeated where it lost a race for locks. Returns how many rows it changed. A transaction
 * around it would cost three more round trips.
 * @throws unavailable when the database cannot be used
 */
export async function write(db: Database, sql: string, bindings: readonly Binding[]): Promise<number> {
  for (let again = 0; ; again += 1) {
    try {
      return (await execute(db, sql, bindings)).affectedRows;
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      const kind = classOfDatabaseError(error);
      if (kind === 'row') throw error;
      if (kind !== 'replay' || again >= REPEATS_MAX) throw databaseUnavailable(error);
    }
  }
}

const REPEATS_MAX = 8;

export interface Notice extends Omit<NoticeDraft, 'state' | 'stagedAt'> {
  readonly id: number;
  /** The one that has begun included. */
  readonly attempts: number;
}

export const NOTICE_COLUMNS = `id, account_id AS accountId, kind, ref, first_cycle_on AS firstCycleOn,
  last_cycle_on AS lastCycleOn, run_id AS runId, attempts`;

/** Whether anything could be sent now, or is being sent; nothing is, while all mail is held. */
export async function anySendable(db: Queryable, now: Instant): Promise<boolean> {
  const row = await selectOne(
    db,
    `SELECT 1 AS found FROM outbox
      WHERE (state IN ('claimed', 'sending') OR (state = 'pending' AND next_attempt_at <= ?))
        AND NOT EXISTS (SELECT 1 FROM mail_hold) LIMIT 1`,
    [toDate(now)],
  );
  return row !== undefined;
}

/** Whether a notice could have been sent at an instant, and was not taken by anybody since. */
export async function anyOverdue(db: Queryable, at: Instant): Promise<boolean> {
  const row = await selectOne(
    db,
    "SELECT 1 AS found FROM outbox WHERE state = 'pending' AND next_attempt_at <= ? LIMIT 1",
    [toDate(at)],
  );
  return row !== undefined;
}

/** Notices that a relay or a sender holds. */
export async function countLeased(db: Queryable): Promise<number> {
  const row = await selectOne<{ leased: number }>(
    db,
    "SELECT COUNT(*) AS leased FROM outbox WHERE state IN ('claimed', 'sending')",
  );
  return row?.leased ?? 0;
}

/** When the oldest notice was staged that is still to be sent; undefined when none is. */
export async function findOldestUnsent(db: Queryable): Promise<Instant | undefined> {
  const row = await selectOne<{ oldest: Date | null }>(
    db,
    "SELECT MIN(staged_at) AS oldest FROM outbox WHERE state IN ('pending', 'claimed', 'sending')",
  );
  return row?.oldest?.getTime();
}
