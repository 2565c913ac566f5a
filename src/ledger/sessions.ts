/** SQL of `sessions`: who is signed in to the console. Only the hash of what the browser holds is kept. */
import { type Queryable, execute, insertRows, selectOne, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { UserRole } from './users.ts';

export interface Session {
  readonly userId: number;
  readonly name: string;
  readonly role: UserRole;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** The database's clock as it was read. */
  readonly now: Instant;
}

interface StoredSession extends Pick<Session, 'userId' | 'name' | 'role'> {
  createdAt: Date;
  expiresAt: Date;
  now: Date;
}

export async function insertSession(
  db: Queryable,
  session: {
    readonly hash: string;
    readonly userId: number;
    readonly at: Instant;
    readonly expiresAt: Instant;
  },
): Promise<void> {
  const { hash, userId, at, expiresAt } = session;
  const row = [hash, userId, toDate(at), toDate(expiresAt)];
  await insertRows(db, 'sessions', ['hash', 'user_id', 'created_at', 'expires_at'], [row]);
}

/** With its user, unless that one is disabled; whether it has ended is for the caller to see. */
export async function findSession(db: Queryable, hash: string): Promise<Session | undefined> {
  const row = await selectOne<StoredSession>(
    db,
    `SELECT sessions.user_id AS userId, users.name, users.role, sessions.created_at AS createdAt,
        sessions.expires_at AS expiresAt, UTC_TIMESTAMP(3) AS now
       FROM sessions JOIN users ON users.id = sessions.user_id
      WHERE sessions.hash = ? AND users.disabled_at IS NULL`,
    [hash],
  );
  return (
    row && {
      ...row,
      createdAt: row.createdAt.getTime(),
      expiresAt: row.expiresAt.getTime(),
      now: row.now.getTime(),
    }
  );
}

export async function updateExpiry(db: Queryable, hash: string, expiresAt: Instant): Promise<void> {
  await execute(db, 'UPDATE sessions SET expires_at = ? WHERE hash = ?', [toDate(expiresAt), hash]);
}

export async function deleteSession(db: Queryable, hash: string): Promise<void> {
  await execute(db, 'DELETE FROM sessions WHERE hash = ?', [hash]);
}

/** Returns how many there were. */
export async function deleteSessionsOf(db: Queryable, userId: number): Promise<number> {
  return (await execute(db, 'DELETE FROM sessions WHERE user_id = ?', [userId])).affectedRows;
}

export async function countSessionsBefore(db: Queryable, before: Instant): Promise<number> {
  const row = await selectOne<{ sessions: number }>(
    db,
    'SELECT COUNT(*) AS sessions FROM sessions WHERE expires_at < ?',
    [toDate(before)],
  );
  return row?.sessions ?? 0;
}

/** Deletes up to `limit` of those that ended first. Returns how many. */
export async function deleteSessions(db: Queryable, before: Instant, limit: number): Promise<number> {
  const written = await execute(db, 'DELETE FROM sessions WHERE expires_at < ? ORDER BY expires_at LIMIT ?', [
    toDate(before),
    limit,
  ]);
  return written.affectedRows;
}
