/** SQL of `tokens`: bearer tokens of the HTTP interface. Only hashes are kept: a token is shown once. */
import { type Queryable, execute, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

export const TOKEN_ROLES = ['viewer', 'operator', 'ingest'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

export interface Token {
  readonly id: number;
  readonly name: string;
  readonly role: TokenRole;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
}

interface StoredToken extends Omit<Token, 'createdAt' | 'revokedAt'> {
  createdAt: Date;
  revokedAt: Date | null;
}

const COLUMNS = 'id, name, role, created_at AS createdAt, revoked_at AS revokedAt';

const parseRow = (row: StoredToken): Token => ({
  ...row,
  createdAt: row.createdAt.getTime(),
  revokedAt: row.revokedAt?.getTime() ?? null,
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
    `SELECT ${COLUMNS} FROM tokens WHERE hash = ? AND revoked_at IS NULL`,
    [hash],
  );
  return row && parseRow(row);
}

export async function listTokens(db: Queryable, limit: number): Promise<Token[]> {
  const rows = await selectRows<StoredToken>(db, `SELECT ${COLUMNS} FROM tokens ORDER BY id LIMIT ?`, [
    limit,
  ]);
  return rows.map(parseRow);
}

/** False when there is no such token, or it was revoked before. */
export async function revokeToken(db: Queryable, id: number, at: Instant): Promise<boolean> {
  const written = await execute(db, 'UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL', [
    toDate(at),
    id,
  ]);
  return written.affectedRows === 1;
}
