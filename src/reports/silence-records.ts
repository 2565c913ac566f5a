/** What nothing came of yet: requests without a reply, proposals without a request. Every statement is of one account. */
import { type Queryable, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { Interview } from '../domain/events/records.ts';

/** The most that are read of either; more are counted. */
export const SILENT_MAX = 200;

/** The latest of something, newest first, and how many there are in all. */
export interface Latest<Row> {
  readonly rows: readonly Row[];
  readonly count: number;
}

/** Requests since an instant that were never replied to. */
export async function listUnanswered(
  db: Queryable,
  account: string,
  since: Instant,
): Promise<Latest<Interview>> {
  const unanswered = 'FROM interviews WHERE account_id = ? AND replied_at IS NULL AND requested_at >= ?';
  const bindings = [account, toDate(since)];
  const rows = await selectRows<{ id: string; proposal: string | null; requestedAt: Date }>(
    db,
    `SELECT interview AS id, proposal, requested_at AS requestedAt ${unanswered}
      ORDER BY requested_at DESC, interview DESC LIMIT ${SILENT_MAX + 1}`,
    bindings,
  );
  const found = rows.map((row) => ({ ...row, requestedAt: row.requestedAt.getTime(), repliedAt: null }));
  return latest(found, () => selectOne(db, `SELECT COUNT(*) AS count ${unanswered}`, bindings));
}

/** How many requests of before an instant were never replied to. */
export async function countUnansweredBefore(
  db: Queryable,
  account: string,
  before: Instant,
): Promise<number> {
  const row = await selectOne<{ count: number }>(
    db,
    'SELECT COUNT(*) AS count FROM interviews WHERE account_id = ? AND replied_at IS NULL AND requested_at < ?',
    [account, toDate(before)],
  );
  return row?.count ?? 0;
}

/** A proposal, what it cost, what came back, and when it was sent; null where it was carried over with the account. */
export interface SentProposal {
  readonly id: string;
  readonly sentAt: Instant | null;
  readonly spent: number;
  readonly refunded: number;
}

/** The charge of each is found by its subject; which were asked about is one list, kept for the statement. */
const SILENT_PROPOSALS = `FROM proposals LEFT JOIN entries AS charge ON charge.account_id = proposals.account_id
    AND charge.subject = CONCAT(_ascii'proposal:', proposals.proposal) AND charge.kind = 'proposal'
  WHERE proposals.account_id = ? AND rewarded_by IS NULL AND closed_by IS NULL
    AND proposals.proposal NOT IN (SELECT proposal FROM interviews WHERE account_id = ? AND proposal IS NOT NULL)`;

/** Proposals sent since an instant about which no client asked for an interview; carried ones are of the take-over. */
export async function listSilentProposals(
  db: Queryable,
  account: { readonly id: string; readonly trackedFrom: Instant },
  since: Instant,
): Promise<Latest<SentProposal>> {
  const { id, trackedFrom } = account;
  const carried = trackedFrom >= since ? 'OR charge.occurred_at IS NULL' : '';
  const silent = `${SILENT_PROPOSALS} AND (charge.occurred_at >= ? ${carried})`;
  const bindings = [id, id, toDate(since)];
  const rows = await selectRows<Omit<SentProposal, 'sentAt'> & { sentAt: Date | null }>(
    db,
    `SELECT proposals.proposal AS id, charge.occurred_at AS sentAt, spent, refunded ${silent}
      ORDER BY charge.occurred_at DESC, charge.seq DESC, proposals.proposal LIMIT ${SILENT_MAX + 1}`,
    bindings,
  );
  const found = rows.map((row) => ({ ...row, sentAt: row.sentAt?.getTime() ?? null }));
  return latest(found, () => selectOne(db, `SELECT COUNT(*) AS count ${silent}`, bindings));
}

async function latest<Row>(
  found: readonly Row[],
  count: () => Promise<{ count: number } | undefined>,
): Promise<Latest<Row>> {
  if (found.length <= SILENT_MAX) return { rows: found, count: found.length };
  return { rows: found.slice(0, SILENT_MAX), count: (await count())?.count ?? found.length };
}

/** All that wait of one account, where they are too many to be read. */
export async function countWaitingEvents(db: Queryable, account: string): Promise<number> {
  const row = await selectOne<{ count: number }>(
    db,
    "SELECT COUNT(*) AS count FROM events WHERE state = 'waiting' AND account_id = ?",
    [account],
  );
  return row?.count ?? 0;
}
