/** SQL of `users`: people who sign in to the console. Of a password and of a link only hashes are kept. */
import type { Transaction } from '../db/connection.ts';
import { type Queryable, execute, selectOne, selectRows, toDate, toDateOrNull } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

/** A viewer sees everything, an operator changes things, too. */
export const USER_ROLES = ['viewer', 'operator'] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** What a one-time link is for: to set a password, or only to sign in. */
export const LINK_KINDS = ['password', 'sign-in'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

export interface User {
  readonly id: number;
  readonly name: string;
  readonly role: UserRole;
  readonly createdAt: Instant;
  readonly disabledAt: Instant | null;
  readonly signedInAt: Instant | null;
  readonly hasPassword: boolean;
  /** Until when the link is good that was made last; null when there is none, or it was used. */
  readonly linkExpiresAt: Instant | null;
}

/** What only whoever checks a password or a link is to see. */
export interface UserSecrets extends User {
  /** Empty for nobody's: no password was set yet. */
  readonly passwordHash: string;
  readonly linkKind: LinkKind | null;
}

interface StoredUser extends Pick<UserSecrets, 'id' | 'name' | 'role' | 'passwordHash' | 'linkKind'> {
  createdAt: Date;
  disabledAt: Date | null;
  signedInAt: Date | null;
  linkExpiresAt: Date | null;
}

const COLUMNS = `id, name, role, password_hash AS passwordHash, created_at AS createdAt, disabled_at AS disabledAt,
  signed_in_at AS signedInAt, link_kind AS linkKind, link_expires_at AS linkExpiresAt`;

const parseRow = (row: StoredUser): UserSecrets => ({
  ...row,
  createdAt: row.createdAt.getTime(),
  disabledAt: row.disabledAt?.getTime() ?? null,
  signedInAt: row.signedInAt?.getTime() ?? null,
  linkExpiresAt: row.linkExpiresAt?.getTime() ?? null,
  hasPassword: row.passwordHash !== '',
});

export async function insertUser(
  db: Queryable,
  user: { readonly name: string; readonly role: UserRole; readonly at: Instant },
): Promise<number> {
  const written = await execute(
    db,
    "INSERT INTO users (name, role, password_hash, created_at) VALUES (?, ?, '', ?)",
    [user.name, user.role, toDate(user.at)],
  );
  return written.insertId;
}

export const findUser = async (db: Queryable, name: string): Promise<UserSecrets | undefined> =>
  parsedOrNone(await selectOne<StoredUser>(db, `SELECT ${COLUMNS} FROM users WHERE name = ?`, [name]));

export const lockUser = async (transaction: Transaction, name: string): Promise<UserSecrets | undefined> =>
  parsedOrNone(
    await selectOne<StoredUser>(transaction, `SELECT ${COLUMNS} FROM users WHERE name = ? FOR UPDATE`, [
      name,
    ]),
  );

/** The user whose link this is, good or not. */
export const findUserByLink = async (db: Queryable, linkHash: string): Promise<UserSecrets | undefined> =>
  parsedOrNone(
    await selectOne<StoredUser>(db, `SELECT ${COLUMNS} FROM users WHERE link_hash = ?`, [linkHash]),
  );

export const lockUserByLink = async (
  transaction: Transaction,
  linkHash: string,
): Promise<UserSecrets | undefined> =>
  parsedOrNone(
    await selectOne<StoredUser>(transaction, `SELECT ${COLUMNS} FROM users WHERE link_hash = ? FOR UPDATE`, [
      linkHash,
    ]),
  );

const parsedOrNone = (row: StoredUser | undefined): UserSecrets | undefined => row && parseRow(row);

export async function listUsers(db: Queryable, limit: number): Promise<User[]> {
  const rows = await selectRows<StoredUser>(db, `SELECT ${COLUMNS} FROM users ORDER BY id LIMIT ?`, [limit]);
  return rows.map((row) => {
    const { passwordHash: _hash, linkKind: _kind, ...user } = parseRow(row);
    return user;
  });
}

export interface Link {
  readonly hash: string;
  readonly kind: LinkKind;
  readonly expiresAt: Instant;
}

/** In the place of the one before; null for none. */
export async function updateLink(db: Queryable, id: number, link: Link | null): Promise<void> {
  await execute(db, 'UPDATE users SET link_hash = ?, link_kind = ?, link_expires_at = ? WHERE id = ?', [
    link?.hash ?? null,
    link?.kind ?? null,
    toDateOrNull(link?.expiresAt ?? null),
    id,
  ]);
}

/** @param hash empty for no password: then nobody can sign in by one */
export async function updatePassword(db: Queryable, id: number, hash: string): Promise<void> {
  await execute(db, 'UPDATE users SET password_hash = ? WHERE id = ?', [hash, id]);
}

export async function updateDisabled(db: Queryable, id: number, at: Instant | null): Promise<void> {
  await execute(db, 'UPDATE users SET disabled_at = ? WHERE id = ?', [toDateOrNull(at), id]);
}

export async function updateSignedIn(db: Queryable, id: number, at: Instant): Promise<void> {
  await execute(db, 'UPDATE users SET signed_in_at = ? WHERE id = ?', [toDate(at), id]);
}
