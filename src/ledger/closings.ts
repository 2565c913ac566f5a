/** When accounts were closed, which ends their calendar: by an event, or before they were taken over. */
import { type Queryable, selectRows } from '../db/query.ts';
import type { Account } from '../domain/account.ts';
import type { Instant } from '../domain/calendar.ts';
import { findInactiveOpenings } from './openings.ts';

/** By account, of those that are closed. One that came closed was so before, whatever was said since. */
export async function findClosings(
  db: Queryable,
  accounts: readonly Account[],
): Promise<Map<string, Instant>> {
  const closed = accounts.filter((one) => one.status === 'closed');
  if (closed.length === 0) return new Map();
  const ids = closed.map((one) => one.id);
  const openings = await findInactiveOpenings(db, ids);
  const rows = await selectRows<{ account: string; at: Date }>(
    db,
    `SELECT account_id AS account, MIN(effective_at) AS at FROM events
      WHERE account_id IN (?) AND type = 'account.closed' AND state = 'applied' GROUP BY account_id`,
    [ids],
  );
  const told = new Map(rows.map((row) => [row.account, row.at.getTime()]));
  return new Map(
    closed.map(({ id, trackedFrom }) => {
      const at = openings.get(id) === 'closed' ? undefined : told.get(id);
      return [id, at ?? trackedFrom - 1];
    }),
  );
}
