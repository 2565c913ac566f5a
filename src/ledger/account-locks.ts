/** SQL that locks accounts: the one lock of everything that changes them. */
import type { Transaction } from '../db/connection.ts';
import { listed, selectRows } from '../db/query.ts';
import { type ConnectsError, brokenRule, unavailable } from '../errors.ts';
import { lockFailures } from './failures.ts';
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  type StoredAccount,
  faultOfRow,
  findAccountIds,
  parseAccount,
} from './accounts.ts';

export interface LockedAccounts {
  readonly rows: readonly AccountRow[];
  /** Locked as well, but unreadable: what is to be said of each. */
  readonly unreadable: ReadonlyMap<string, ConnectsError>;
  /** They are there, and somebody else has them locked, or what is recorded of their failures. */
  readonly busy: ReadonlySet<string>;
  /** Those among the rows that have failures which were not overcome yet; these are locked, too. */
  readonly failing: ReadonlySet<string>;
}

/**
 * Locks accounts in primary-key order, by primary key only: a lock that also filtered on `next_cycle_at` would take
 * the secondary index first and deadlock against the update. Nobody waits for a lock: one that somebody keeps would
 * keep the whole batch, and its connection. Unknown ids are simply absent.
 * @param ids 999 at the most
 */
export async function lockAccounts(
  transaction: Transaction,
  ids: readonly string[],
): Promise<LockedAccounts> {
  const stored = await selectRows<StoredAccount>(
    transaction,
    `SELECT ${ACCOUNT_COLUMNS.join(', ')} FROM accounts WHERE id IN (?) ORDER BY id FOR UPDATE SKIP LOCKED`,
    [listed(ids)],
  );
  const found = new Set(stored.map((row) => row.id));
  const missing = ids.filter((id) => !found.has(id));
  // Whoever was opened in between counts as busy, too: the next look finds him.
  const busy = new Set((await findAccountIds(transaction, missing)).keys());
  const failing = await lockFailures(transaction, [...found]);
  const rows: AccountRow[] = [];
  const unreadable = new Map<string, ConnectsError>();
  for (const row of stored.map(parseAccount)) {
    const { id } = row.account;
    const fault = faultOfRow(row);
    if (failing.busy.has(id)) busy.add(id);
    else if (fault === undefined) rows.push(row);
    else unreadable.set(id, unreadableAccount(id, fault));
  }
  return { rows, unreadable, busy, failing: failing.locked };
}

const unreadableAccount = (id: string, fault: string): ConnectsError =>
  brokenRule('unreadable-account', `the row of ${id} cannot be read: ${fault}`);

export const ACCOUNT_LOCKED = 'account-locked';

/** What is said of an account that somebody else keeps locked. */
export const accountLocked = (id: string): ConnectsError =>
  unavailable(
    ACCOUNT_LOCKED,
    `somebody else has ${id} locked: see "connects doctor"; the others are not held up`,
  );

/**
 * One account; undefined where there is none.
 * @throws unavailable `account-locked` where somebody else has it; broken-rule `unreadable-account`
 */
export async function lockAccount(transaction: Transaction, id: string): Promise<AccountRow | undefined> {
  const { rows, unreadable, busy } = await lockAccounts(transaction, [id]);
  if (busy.size > 0) throw accountLocked(id);
  const fault = unreadable.get(id);
  if (fault) throw fault;
  return rows[0];
}
