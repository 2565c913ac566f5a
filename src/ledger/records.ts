/** SQL of `proposals`, `interviews` and `awards`: what events leave behind besides the balance. */
import type { Transaction } from '../db/connection.ts';
import { type Queryable, insertRows, selectRows, toDate, toDateOrNull, updateOf } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { Award, Interview, Proposal } from '../domain/events/records.ts';

/** A record of one account. */
export type Owned<Value> = Value & { readonly accountId: string };

/** A record's key: ids are unique within their account only. */
export interface OwnedId {
  readonly accountId: string;
  readonly id: string;
}

/** Pairs asked for in one statement: OR-ed equalities, because MariaDB finds no index for a list of pairs. */
const PAIRS_MAX = 400;

const PROPOSAL_COLUMNS = ['account_id', 'proposal', 'spent', 'refunded', 'rewarded_by', 'closed_by'] as const;

export async function upsertProposals(
  transaction: Transaction,
  rows: readonly Owned<Proposal>[],
): Promise<void> {
  await insertRows(
    transaction,
    'proposals',
    PROPOSAL_COLUMNS,
    rows.map((one) => [one.accountId, one.id, one.spent, one.refunded, one.rewardedBy, one.closedBy]),
    updateOf(PROPOSAL_COLUMNS.slice(2)),
  );
}

export async function findProposals(db: Queryable, ids: readonly OwnedId[]): Promise<Owned<Proposal>[]> {
  return inPages(ids, (page) =>
    selectRows<Owned<Proposal>>(
      db,
      `SELECT account_id AS accountId, proposal AS id, spent, refunded, rewarded_by AS rewardedBy, closed_by AS closedBy
         FROM proposals WHERE ${pairs('proposal', page)} ORDER BY account_id, proposal LIMIT ${PAIRS_MAX}`,
      bindingsOf(page),
    ),
  );
}

const INTERVIEW_COLUMNS = ['account_id', 'interview', 'proposal', 'requested_at', 'replied_at'] as const;

export async function upsertInterviews(
  transaction: Transaction,
  rows: readonly Owned<Interview>[],
): Promise<void> {
  await insertRows(
    transaction,
    'interviews',
    INTERVIEW_COLUMNS,
    rows.map((one) => [
      one.accountId,
      one.id,
      one.proposal,
      toDate(one.requestedAt),
      toDateOrNull(one.repliedAt),
    ]),
    updateOf(INTERVIEW_COLUMNS.slice(2)),
  );
}

interface StoredInterview {
  accountId: string;
  id: string;
  proposal: string | null;
  requestedAt: Date;
  repliedAt: Date | null;
}

export async function findInterviews(db: Queryable, ids: readonly OwnedId[]): Promise<Owned<Interview>[]> {
  const rows = await inPages(ids, (page) =>
    selectRows<StoredInterview>(
      db,
      `SELECT account_id AS accountId, interview AS id, proposal, requested_at AS requestedAt, replied_at AS repliedAt
         FROM interviews WHERE ${pairs('interview', page)} ORDER BY account_id, interview LIMIT ${PAIRS_MAX}`,
      bindingsOf(page),
    ),
  );
  return rows.map((row) => ({
    ...row,
    requestedAt: row.requestedAt.getTime(),
    repliedAt: row.repliedAt?.getTime() ?? null,
  }));
}

export async function insertAwards(transaction: Transaction, rows: readonly Owned<Award>[]): Promise<void> {
  await insertRows(
    transaction,
    'awards',
    ['account_id', 'interview', 'proposal', 'occurred_at', 'amount'],
    rows.map((one) => [one.accountId, one.interview, one.proposal, toDate(one.occurredAt), one.amount]),
  );
}

/** Awards of one account that occurred between two instants, both exclusive. */
export interface AwardRange {
  readonly accountId: string;
  readonly after: Instant;
  readonly before: Instant;
}

export async function findAwards(db: Queryable, ranges: readonly AwardRange[]): Promise<Owned<Award>[]> {
  const rows = await inPages(ranges, (page) =>
    selectRows<Omit<Owned<Award>, 'occurredAt'> & { occurredAt: Date }>(
      db,
      `SELECT account_id AS accountId, interview, proposal, occurred_at AS occurredAt, amount FROM awards
        WHERE ${page.map(() => '(account_id = ? AND occurred_at > ? AND occurred_at < ?)').join(' OR ')}
        ORDER BY account_id, occurred_at, interview`,
      page.flatMap((one) => [one.accountId, toDate(one.after), toDate(one.before)]),
    ),
  );
  return rows.map((row) => ({ ...row, occurredAt: row.occurredAt.getTime() }));
}

const pairs = (column: string, page: readonly OwnedId[]): string =>
  page.map(() => `(account_id = ? AND ${column} = ?)`).join(' OR ');

const bindingsOf = (page: readonly OwnedId[]): string[] => page.flatMap((one) => [one.accountId, one.id]);

async function inPages<Key, Row>(
  keys: readonly Key[],
  read: (page: readonly Key[]) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let from = 0; from < keys.length; from += PAIRS_MAX)
    rows.push(...(await read(keys.slice(from, from + PAIRS_MAX))));
  return rows;
}
