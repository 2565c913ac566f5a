/** What happened on one account within a time: ids, to be asked about one by one. */
import { type Queryable, selectRows, toDate } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { listDecisionsSince, listEntriesBefore } from '../account-records.ts';
import { idOf, kindOf, occurredAt } from '../explain/answer.ts';

/** From an instant, inclusive, until one, exclusive. */
export interface Time {
  readonly from: Instant;
  readonly until: Instant;
}

/** Ids of one kind that are read for one time; one more tells that there are others. */
export const FOUND_MAX = 10;

/** Interview requests that came or were replied to then, and replies to which there is no request; the latest. */
export async function listInterviewsIn(db: Queryable, account: string, time: Time): Promise<string[]> {
  const [from, until] = [toDate(time.from), toDate(time.until)];
  const rows = await selectRows<{ id: string }>(
    db,
    `SELECT interview AS id FROM interviews
      WHERE account_id = ? AND ((requested_at >= ? AND requested_at < ?) OR (replied_at >= ? AND replied_at < ?))
      ORDER BY requested_at DESC, interview LIMIT ${FOUND_MAX + 1}`,
    [account, from, until, from, until],
  );
  const decided = (await listDecisionsSince(db, account, time.from)).filter(
    (one) =>
      kindOf(one.subject) === 'interview' && occurredAt(one) >= time.from && occurredAt(one) < time.until,
  );
  const ids = [...rows.map((one) => one.id), ...decided.reverse().map((one) => idOf(one.subject))];
  return [...new Set(ids)].slice(0, FOUND_MAX + 1);
}

/** Proposals that were charged then; the latest. */
export async function listProposalsIn(db: Queryable, account: string, time: Time): Promise<string[]> {
  const filter = { kinds: ['proposal'] as const, ...time };
  const entries = await listEntriesBefore(db, account, filter, { before: undefined, limit: FOUND_MAX + 1 });
  return entries.flatMap((one) => one.proposal ?? []);
}
