/** SQL of `contacts`: the only place of personal data, and how a member is written to. */
import type { Transaction } from '../db/connection.ts';
import { type Queryable, insertRows, selectRows } from '../db/query.ts';
import type { AccountStatus } from '../domain/account.ts';
import type { Instant } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';

export interface Contact {
  readonly accountId: string;
  /** null where none is told. */
  readonly email: string | null;
  /** Of the member's texts, a BCP 47 tag; null where none is told. */
  readonly locale: string | null;
  /** Of the imported row, address included; null for accounts that opened here. */
  readonly importHash: string | null;
}

export const insertContacts = (transaction: Transaction, contacts: readonly Contact[]): Promise<unknown> =>
  writeContacts(transaction, contacts);

/**
 * What is told takes the old one's place, what is not told stays; so does the import's hash, so that importing the row
 * again is known.
 */
export const upsertContacts = (transaction: Transaction, contacts: readonly Contact[]): Promise<unknown> =>
  writeContacts(
    transaction,
    contacts,
    'ON DUPLICATE KEY UPDATE email = COALESCE(VALUES(email), email), locale = COALESCE(VALUES(locale), locale)',
  );

const writeContacts = (
  transaction: Transaction,
  contacts: readonly Contact[],
  otherwise?: string,
): Promise<unknown> =>
  insertRows(
    transaction,
    'contacts',
    ['account_id', 'email', 'locale', 'import_hash'],
    contacts.map((one) => [one.accountId, one.email, one.locale, one.importHash]),
    otherwise,
  );

/** Addresses by account; none for an account whose personal data was erased. Ids are at most 999. */
export async function findEmails(db: Queryable, accountIds: readonly string[]): Promise<Map<string, string>> {
  if (accountIds.length === 0) return new Map();
  const rows = await selectRows<{ id: string; email: string }>(
    db,
    'SELECT account_id AS id, email FROM contacts WHERE account_id IN (?) AND email IS NOT NULL ORDER BY account_id',
    [accountIds],
  );
  return new Map(rows.map((row) => [row.id, row.email]));
}

/** Languages by account, as BCP 47 tags; none for an account that has told none. Ids are at most 999. */
export async function findLocales(
  db: Queryable,
  accountIds: readonly string[],
): Promise<Map<string, string>> {
  if (accountIds.length === 0) return new Map();
  const rows = await selectRows<{ id: string; locale: string }>(
    db,
    'SELECT account_id AS id, locale FROM contacts WHERE account_id IN (?) AND locale IS NOT NULL ORDER BY account_id',
    [accountIds],
  );
  return new Map(rows.map((row) => [row.id, row.locale]));
}

/** What was imported of these accounts, by id; an account that was opened or erased here has an empty hash. */
export async function findImportHashes(
  db: Queryable,
  accountIds: readonly string[],
): Promise<Map<string, string>> {
  if (accountIds.length === 0) return new Map();
  const rows = await selectRows<{ id: string; hash: string | null }>(
    db,
    'SELECT account_id AS id, import_hash AS hash FROM contacts WHERE account_id IN (?) ORDER BY account_id LIMIT 999',
    [accountIds],
  );
  return new Map(rows.map((row) => [row.id, row.hash ?? '']));
}

/** Whoever has an address, as far as telling one from another needs. */
export interface Addressee {
  readonly account: string;
  readonly plan: PlanName;
  readonly status: AccountStatus;
  readonly trackedFrom: Instant;
  readonly zone: string;
}

/**
 * Accounts by their present address, whole and whatever its case, by id; at most `limit`. An address that was replaced
 * or erased is kept nowhere.
 */
export async function listByEmail(db: Queryable, email: string, limit: number): Promise<Addressee[]> {
  const rows = await selectRows<Omit<Addressee, 'trackedFrom'> & { email: string; trackedFrom: Date }>(
    db,
    `SELECT accounts.id AS account, email, plan, status, tracked_from AS trackedFrom, zone
       FROM contacts JOIN accounts ON accounts.id = contacts.account_id
      WHERE email = ? ORDER BY accounts.id LIMIT ?`,
    [email, limit],
  );
  // The collation takes more than case for the same, such as an accent; an address does not.
  return rows
    .filter((row) => row.email.toLowerCase() === email.toLowerCase())
    .map(({ account, plan, status, trackedFrom, zone }) => ({
      account,
      plan,
      status,
      trackedFrom: trackedFrom.getTime(),
      zone,
    }));
}
