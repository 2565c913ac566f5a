/** SQL of `inactive_openings`: accounts that were not active when they were taken over. */
import type { Transaction } from '../db/connection.ts';
import { type Queryable, insertRows, selectRows } from '../db/query.ts';
import type { Account, AccountStatus } from '../domain/account.ts';

export async function insertInactiveOpenings(
  transaction: Transaction,
  accounts: readonly Account[],
): Promise<void> {
  const inactive = accounts.filter((one) => one.status !== 'active');
  await insertRows(
    transaction,
    'inactive_openings',
    ['account_id', 'status'],
    inactive.map((one) => [one.id, one.status]),
  );
}

/** By account, of those that were not active. */
export async function findInactiveOpenings(
  db: Queryable,
  accountIds: readonly string[],
): Promise<Map<string, AccountStatus>> {
  if (accountIds.length === 0) return new Map();
  const rows = await selectRows<{ id: string; status: AccountStatus }>(
    db,
    'SELECT account_id AS id, status FROM inactive_openings WHERE account_id IN (?) ORDER BY account_id',
    [accountIds],
  );
  return new Map(rows.map((row) => [row.id, row.status]));
}
