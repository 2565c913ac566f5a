/** SQL of `outbox` for operators: looking at notices, and changing what becomes of them. */
import type { Transaction } from '../db/connection.ts';
import { type Binding, type Queryable, execute, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { NOTICE_KINDS, type NoticeKind, isOptional } from '../domain/notice-kinds.ts';
import type { Notice, NoticeState } from './outbox.ts';

export interface NoticeRow extends Notice {
  readonly state: NoticeState;
  readonly stagedAt: Instant;
  readonly nextAttemptAt: Instant;
  /** The server's words, or why it is not sent. */
  readonly lastError: string | null;
  readonly sentAt: Instant | null;
}

/** All that are given must hold. */
export interface NoticeFilter {
  readonly ids?: readonly number[] | undefined;
  readonly states?: readonly NoticeState[] | undefined;
  /** With `states`: also those whose holder's lease had run out by then, as it died or lost its letter. */
  readonly orLeaseEndedBy?: Instant | undefined;
  readonly kind?: NoticeKind | undefined;
  readonly accountId?: string | undefined;
  readonly runId?: number | undefined;
  /** Leaves out what the program itself suppressed for one of these reasons. */
  readonly butWithheldFor?: readonly string[] | undefined;
}

const COLUMNS = `id, account_id AS accountId, kind, ref, state, first_cycle_on AS firstCycleOn,
  last_cycle_on AS lastCycleOn, run_id AS runId, staged_at AS stagedAt, next_attempt_at AS nextAttemptAt, attempts,
  last_error AS lastError, sent_at AS sentAt`;

type Stored = Omit<NoticeRow, 'stagedAt' | 'nextAttemptAt' | 'sentAt'> & {
  stagedAt: Date;
  nextAttemptAt: Date;
  sentAt: Date | null;
};

const parseRow = (row: Stored): NoticeRow => ({
  ...row,
  stagedAt: row.stagedAt.getTime(),
  nextAttemptAt: row.nextAttemptAt.getTime(),
  sentAt: row.sentAt?.getTime() ?? null,
});

export async function findNotice(db: Queryable, id: number): Promise<NoticeRow | undefined> {
  const row = await selectOne<Stored>(db, `SELECT ${COLUMNS} FROM outbox WHERE id = ?`, [id]);
  return row && parseRow(row);
}

/** The same of several, in no order; those that are gone are left out. */
export async function findNotices(db: Queryable, ids: readonly number[]): Promise<NoticeRow[]> {
  if (ids.length === 0) return [];
  const rows = await selectRows<Stored>(db, `SELECT ${COLUMNS} FROM outbox WHERE id IN (?)`, [ids]);
  return rows.map(parseRow);
}

/** The latest first, at most `limit`, of those before the id `before`. */
export async function listNotices(
  db: Queryable,
  filter: NoticeFilter,
  page: { readonly limit: number; readonly before?: number | undefined },
): Promise<NoticeRow[]> {
  const { where, bindings } = conditionOf(filter, page.before);
  const rows = await selectRows<Stored>(
    db,
    `SELECT ${COLUMNS} FROM outbox ${where} ORDER BY id DESC LIMIT ?`,
    [...bindings, page.limit],
  );
  return rows.map(parseRow);
}

export async function countNotices(db: Queryable, filter: NoticeFilter): Promise<number> {
  const { where, bindings } = conditionOf(filter);
  const row = await selectOne<{ count: number }>(
    db,
    `SELECT COUNT(*) AS count FROM outbox ${where}`,
    bindings,
  );
  return row?.count ?? 0;
}

export async function countByState(db: Queryable, filter: NoticeFilter): Promise<Map<NoticeState, number>> {
  const { where, bindings } = conditionOf(filter);
  const rows = await selectRows<{ state: NoticeState; count: number }>(
    db,
    `SELECT state, COUNT(*) AS count FROM outbox ${where} GROUP BY state ORDER BY state`,
    bindings,
  );
  return new Map(rows.map((row) => [row.state, row.count]));
}

/** Those of kinds that a member can opt out of, whose member did. */
export async function countOptedOut(db: Queryable, filter: NoticeFilter): Promise<number> {
  const { where, bindings } = conditionOf(filter);
  const row = await selectOne<{ count: number }>(
    db,
    `SELECT COUNT(*) AS count FROM (SELECT account_id, kind FROM outbox ${where}) told
       JOIN accounts ON accounts.id = told.account_id
      WHERE accounts.notices_opted_out = 1 AND told.kind IN (?)`,
    [...bindings, NOTICE_KINDS.filter(isOptional)],
  );
  return row?.count ?? 0;
}

/** Ids of those that a relay or a sender has: they may leave, or come back. */
export async function findUnderWay(db: Queryable): Promise<number[]> {
  const rows = await selectRows<{ id: number }>(
    db,
    `SELECT id FROM outbox WHERE state IN ('claimed', 'sending') ORDER BY id LIMIT ${UNDER_WAY_MAX}`,
  );
  return rows.map((row) => row.id);
}

/** More than all workers together have: none holds more than 5,000. */
const UNDER_WAY_MAX = 100_000;

/** Locks a page of them, the oldest first, after the id `after`. */
export async function lockNotices(
  transaction: Transaction,
  filter: NoticeFilter,
  page: { readonly after: number; readonly limit: number },
): Promise<number[]> {
  const { where, bindings } = conditionOf(filter);
  const rows = await selectRows<{ id: number }>(
    transaction,
    `SELECT id FROM outbox ${where} ${where ? 'AND' : 'WHERE'} id > ? ORDER BY id LIMIT ? FOR UPDATE`,
    [...bindings, page.after, page.limit],
  );
  return rows.map((row) => row.id);
}

/** Notices of one kind that these accounts were not sent, for one of these reasons; ids of accounts are at most 1,000. */
export async function listWithheld(
  db: Queryable,
  kind: NoticeKind,
  accountIds: readonly string[],
  reasons: readonly string[],
): Promise<{ readonly id: number; readonly accountId: string; readonly ref: string }[]> {
  return selectRows(
    db,
    `SELECT id, account_id AS accountId, ref FROM outbox
      WHERE account_id IN (?) AND kind = ? AND state = 'suppressed' AND last_error IN (?) ORDER BY id`,
    [accountIds, kind, reasons],
  );
}

/** To be sent as soon as can be, with its attempts before it again. */
export async function sendAgain(
  transaction: Transaction,
  ids: readonly number[],
  now: Instant,
): Promise<void> {
  if (ids.length === 0) return;
  await execute(transaction, `${SEND_AGAIN} WHERE id IN (?)`, [toDate(now), ids]);
}

// That it was tried outlives its attempts: read before they are taken back, from left to right.
const SEND_AGAIN = `UPDATE outbox SET tried_before = IF(attempts > 0, 1, tried_before), attempts = 0, state = 'pending',
  next_attempt_at = ?, lease_until = NULL,
  last_error = NULL, suppressed_from = NULL, words_before = NULL`;
const WAS_REFUSED = "state = 'suppressed' AND suppressed_from = 'refused'";

/** The same, but for what was refused before it was suppressed: that is refused again, with the words of the server. */
export async function takeBack(
  transaction: Transaction,
  ids: readonly number[],
  now: Instant,
): Promise<void> {
  if (ids.length === 0) return;
  await execute(
    transaction,
    `${SEND_AGAIN} WHERE id IN (?) AND (state <> 'suppressed' OR suppressed_from IS NULL OR suppressed_from <> 'refused')`,
    [toDate(now), ids],
  );
  await execute(
    transaction,
    `UPDATE outbox SET state = 'refused', last_error = words_before, suppressed_from = NULL, words_before = NULL
      WHERE id IN (?) AND ${WAS_REFUSED}`,
    [ids],
  );
}

/** Those that `takeBack` makes refused again. */
export async function countRefusedBefore(db: Queryable, filter: NoticeFilter): Promise<number> {
  const { where, bindings } = conditionOf(filter);
  const row = await selectOne<{ count: number }>(
    db,
    `SELECT COUNT(*) AS count FROM outbox ${where} ${where ? 'AND' : 'WHERE'} ${WAS_REFUSED}`,
    bindings,
  );
  return row?.count ?? 0;
}

/** Never to be sent, unless a person says so again. What it was before is kept. */
export async function suppress(transaction: Transaction, ids: readonly number[], why: string): Promise<void> {
  await execute(
    transaction,
    `UPDATE outbox SET words_before = last_error, suppressed_from = IF(state = 'refused', 'refused', 'pending'),
            lease_until = NULL, last_error = ?, state = 'suppressed'
      WHERE id IN (?)`,
    [why.slice(0, 500), ids],
  );
}

function conditionOf(filter: NoticeFilter, before?: number): { where: string; bindings: Binding[] } {
  const { ids, kind, accountId, runId, butWithheldFor } = filter;
  const parts: [string, ...Binding[]][] = [
    ...(ids ? [['id IN (?)', ids] as [string, Binding]] : []),
    ...ofStates(filter),
    ...(kind === undefined ? [] : [['kind = ?', kind] as [string, Binding]]),
    ...(accountId === undefined ? [] : [['account_id = ?', accountId] as [string, Binding]]),
    ...(runId === undefined ? [] : [['run_id = ?', runId] as [string, Binding]]),
    ...(butWithheldFor ? [[BY_HAND, butWithheldFor] as [string, Binding]] : []),
    ...(before === undefined ? [] : [['id < ?', before] as [string, Binding]]),
  ];
  const where = parts.length > 0 ? `WHERE ${parts.map(([sql]) => sql).join(' AND ')}` : '';
  return { where, bindings: parts.flatMap(([, ...bindings]) => bindings) };
}

const BY_HAND = "(state <> 'suppressed' OR suppressed_from IS NOT NULL OR last_error NOT IN (?))";

function ofStates({ states, orLeaseEndedBy }: NoticeFilter): [string, ...Binding[]][] {
  if (!states) return [];
  // An empty list is not SQL.
  const named = states.length > 0 ? states : ['none'];
  if (orLeaseEndedBy === undefined) return [['state IN (?)', named]];
  const ended = "state IN ('claimed', 'sending') AND lease_until <= ?";
  return [[`(state IN (?) OR (${ended}))`, named, toDate(orLeaseEndedBy)]];
}
