/** SQL of `member_links`: how often the links to a member's page were taken back. */
import type { Transaction } from '../db/connection.ts';
import { type Queryable, execute, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

export interface Revocations {
  readonly times: number;
  /** Null where they never were. */
  readonly lastAt: Instant | null;
}

export async function findRevocations(db: Queryable, account: string): Promise<Revocations> {
  const row = await selectOne<{ times: number; lastAt: Date }>(
    db,
    'SELECT revocations AS times, revoked_at AS lastAt FROM member_links WHERE account_id = ?',
    [account],
  );
  return row ? { times: row.times, lastAt: row.lastAt.getTime() } : { times: 0, lastAt: null };
}

/** How often, by account, of those whose links were taken back at all. At most a few hundred accounts. */
export async function findRevocationsOf(
  db: Queryable,
  accounts: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (accounts.length === 0) return new Map();
  const rows = await selectRows<{ account: string; times: number }>(
    db,
    'SELECT account_id AS account, revocations AS times FROM member_links WHERE account_id IN (?)',
    [accounts],
  );
  return new Map(rows.map(({ account, times }) => [account, times]));
}

export async function addRevocation(transaction: Transaction, account: string, at: Instant): Promise<void> {
  await execute(
    transaction,
    `INSERT INTO member_links (account_id, revocations, revoked_at) VALUES (?, 1, ?)
     ON DUPLICATE KEY UPDATE revocations = revocations + 1, revoked_at = VALUES(revoked_at)`,
    [account, toDate(at)],
  );
}
