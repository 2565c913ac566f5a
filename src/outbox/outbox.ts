/**
 * SQL of `outbox`: messages to members, staged in the transaction that causes them.
 *
 *   pending → claimed (a relay holds it) → sending (SMTP has begun) → sent | refused
 *                                                                    ↘ pending again, after a wait
 * A lease that runs out returns a row to pending; `too-old`, `held` and `suppressed` are never sent.
 */
import type { Database, Transaction } from '../db/connection.ts';
import { inTransaction } from '../db/connection.ts';
import { type Queryable, execute, insertRows, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';

export type NoticeKind = 'grant';
export type NoticeState =
  'pending' | 'claimed' | 'sending' | 'sent' | 'refused' | 'held' | 'too-old' | 'suppressed';

export interface NoticeDraft {
  readonly accountId: string;
  readonly kind: NoticeKind;
  /** Unique per account and kind: the same cause stages the same notice, never a second one. */
  readonly ref: string;
  readonly state: 'pending' | 'too-old';
  readonly firstCycleOn: LocalDate;
  readonly lastCycleOn: LocalDate;
  readonly runId: number | null;
  readonly stagedAt: Instant;
}

export async function stageNotices(transaction: Transaction, drafts: readonly NoticeDraft[]): Promise<void> {
  await insertRows(
    transaction,
    'outbox',
    [
      'account_id',
      'kind',
      'ref',
      'state',
      'first_cycle_on',
      'last_cycle_on',
      'run_id',
      'staged_at',
      'next_attempt_at',
    ],
    drafts.map((one) => [
      one.accountId,
      one.kind,
      one.ref,
      one.state,
      one.firstCycleOn,
      one.lastCycleOn,
      one.runId,
      toDate(one.stagedAt),
      toDate(one.stagedAt),
    ]),
  );
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

/** Gives rows back whose holder died. Returns how many. */
export async function returnExpiredLeases(db: Queryable, now: Instant): Promise<number> {
  const written = await execute(
    db,
    `UPDATE outbox SET state = 'pending', lease_until = NULL, next_attempt_at = ?
      WHERE state IN ('claimed', 'sending') AND lease_until <= ?`,
    [toDate(now), toDate(now)],
  );
  return written.affectedRows;
}

export interface Notice {
  readonly id: number;
  readonly accountId: string;
  readonly kind: NoticeKind;
  readonly firstCycleOn: LocalDate | null;
  readonly lastCycleOn: LocalDate | null;
  readonly attempts: number;
}

/**
 * Takes a claimed row for sending, before SMTP begins: only one taker succeeds, so a job that is delivered twice
 * sends once. Undefined when somebody else has it, or it was sent already.
 */
export async function takeNotice(
  db: Queryable,
  take: { readonly id: number; readonly until: Instant },
): Promise<Notice | undefined> {
  const written = await execute(
    db,
    `UPDATE outbox SET state = 'sending', lease_until = ?, attempts = attempts + 1
      WHERE id = ? AND state = 'claimed'`,
    [toDate(take.until), take.id],
  );
  return written.affectedRows === 1 ? findNotice(db, take.id) : undefined;
}

export async function findNotice(db: Queryable, id: number): Promise<Notice | undefined> {
  return selectOne<Notice>(
    db,
    `SELECT id, account_id AS accountId, kind, first_cycle_on AS firstCycleOn, last_cycle_on AS lastCycleOn, attempts
       FROM outbox WHERE id = ?`,
    [id],
  );
}

export async function markSent(db: Queryable, id: number, now: Instant): Promise<void> {
  await execute(
    db,
    `UPDATE outbox SET state = 'sent', sent_at = ?, lease_until = NULL, last_error = NULL
      WHERE id = ? AND state = 'sending'`,
    [toDate(now), id],
  );
}

export async function markRefused(db: Queryable, id: number, error: string): Promise<void> {
  await execute(
    db,
    "UPDATE outbox SET state = 'refused', lease_until = NULL, last_error = ? WHERE id = ? AND state = 'sending'",
    [error.slice(0, 500), id],
  );
}

/** Back to pending, to be tried again at `retryAt`. An attempt that never reached the server does not count. */
export async function postponeNotice(
  db: Queryable,
  postpone: { id: number; retryAt: Instant; error: string; counted: boolean },
): Promise<void> {
  await execute(
    db,
    `UPDATE outbox SET state = 'pending', lease_until = NULL, next_attempt_at = ?, last_error = ?,
                       attempts = attempts - ?
      WHERE id = ? AND state = 'sending'`,
    [toDate(postpone.retryAt), postpone.error.slice(0, 500), postpone.counted ? 0 : 1, postpone.id],
  );
}

/** Whether anything could be sent now, or is being sent. */
export async function anySendable(db: Queryable, now: Instant): Promise<boolean> {
  const row = await selectOne(
    db,
    `SELECT 1 AS found FROM outbox
      WHERE state IN ('claimed', 'sending') OR (state = 'pending' AND next_attempt_at <= ?) LIMIT 1`,
    [toDate(now)],
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
