/** SQL of `tokens`: bearer tokens of the HTTP interface. Only hashes are kept: a token is shown once. */
import type { Transaction } from '../db/connection.ts';
import {
  type Queryable,
  execute,
  insertRows,
  selectOne,
  selectRows,
  toDate,
  toDateOrNull,
  updateOf,
} from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

export const TOKEN_ROLES = ['viewer', 'operator', 'ingest'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

export interface Token {
  readonly id: number;
  readonly name: string;
  readonly role: TokenRole;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
  readonly expiresAt: Instant | null;
  /** A minute late at the most. */
  readonly lastUsedAt: Instant | null;
  /** The types of events that it may bring; null for all that its role may. */
  readonly types: readonly string[] | null;
}

interface StoredToken extends Pick<Token, 'id' | 'name' | 'role'> {
  createdAt: Date;
  revokedAt: Date | null;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  types: string | null;
}

const COLUMNS = `id, name, role, created_at AS createdAt, revoked_at AS revokedAt, types,
  expires_at AS expiresAt, last_used_at AS lastUsedAt`;
const TABLES = 'tokens LEFT JOIN token_limits ON token_limits.token_id = tokens.id';

const parseRow = (row: StoredToken): Token => ({
  ...row,
  createdAt: row.createdAt.getTime(),
  revokedAt: row.revokedAt?.getTime() ?? null,
  expiresAt: row.expiresAt?.getTime() ?? null,
  lastUsedAt: row.lastUsedAt?.getTime() ?? null,
  types: row.types?.split(',') ?? null,
});

export async function insertToken(
  db: Queryable,
  token: { name: string; role: TokenRole; hash: string; at: Instant },
): Promise<number> {
  const written = await execute(db, 'INSERT INTO tokens (name, role, hash, created_at) VALUES (?, ?, ?, ?)', [
    token.name,
    token.role,
    token.hash,
    toDate(token.at),
  ]);
  return written.insertId;
}

/** The token with this hash, unless it was revoked. */
export async function findToken(db: Queryable, hash: string): Promise<Token | undefined> {
  const row = await selectOne<StoredToken>(
    db,
    `SELECT ${COLUMNS} FROM ${TABLES} WHERE hash = ? AND revoked_at IS NULL`,
    [hash],
  );
  return row && parseRow(row);
}

/** One lock for all names: of two who take the same at once, the second waits, and finds it taken. */
export async function lockNames(transaction: Transaction): Promise<void> {
  await selectOne(transaction, 'SELECT only_one FROM installation WHERE only_one = 1 FOR UPDATE');
}

/** The token of this name that is good at an instant: not revoked, and not expired. */
export async function findLivingToken(
  transaction: Transaction,
  name: string,
  at: Instant,
): Promise<Token | undefined> {
  const row = await selectOne<StoredToken>(
    transaction,
    `SELECT ${COLUMNS} FROM ${TABLES} WHERE name = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
      ORDER BY id LIMIT 1`,
    [name, toDate(at)],
  );
  return row && parseRow(row);
}

export async function listTokens(db: Queryable, limit: number): Promise<Token[]> {
  const rows = await selectRows<StoredToken>(db, `SELECT ${COLUMNS} FROM ${TABLES} ORDER BY id LIMIT ?`, [
    limit,
  ]);
  return rows.map(parseRow);
}

export async function insertTokenLimits(
  db: Queryable,
  id: number,
  limits: { readonly types: readonly string[] | null; readonly expiresAt: Instant | null },
): Promise<void> {
  const { types, expiresAt } = limits;
  const row = [id, types?.join(',') ?? null, toDateOrNull(expiresAt)];
  await insertRows(db, 'token_limits', ['token_id', 'types', 'expires_at'], [row]);
}

export async function updateTokenUse(db: Queryable, id: number, at: Instant): Promise<void> {
  await insertRows(
    db,
    'token_limits',
    ['token_id', 'last_used_at'],
    [[id, toDate(at)]],
    updateOf(['last_used_at']),
  );
}

/** False when there is no such token, or it was revoked before. */
export async function revokeToken(db: Queryable, id: number, at: Instant): Promise<boolean> {
  const written = await execute(db, 'UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL', [
    toDate(at),
    id,
  ]);
  return written.affectedRows === 1;
}
