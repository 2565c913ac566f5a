/** SQL of `member_links`, how often the links to a member's page were taken back, and of `member_links_made`, each of them. */
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

export interface MadeLink {
  readonly id: number;
  readonly account: string;
  readonly madeAt: Instant;
  readonly madeBy: string;
  readonly reason: string;
  readonly expiresAt: Instant;
  /** When it was opened last, to some minutes; null where it never was. */
  readonly openedAt: Instant | null;
}

export interface NewLink extends Pick<MadeLink, 'account' | 'madeAt' | 'madeBy' | 'reason' | 'expiresAt'> {
  /** Of the account, as they stand. */
  readonly revocations: number;
}

/** Rows of one account that one statement deletes. */
const DELETED_MAX = 100;
/** The latest that a list shows: people make links one by one. */
const LIVE_MAX = 100;

/** Those of the account that expired long since go. @returns its number */
export async function addMadeLink(
  transaction: Transaction,
  link: NewLink,
  expiredBefore: Instant,
): Promise<number> {
  await execute(
    transaction,
    'DELETE FROM member_links_made WHERE account_id = ? AND expires_at < ? ORDER BY expires_at LIMIT ?',
    [link.account, toDate(expiredBefore), DELETED_MAX],
  );
  const written = await execute(
    transaction,
    `INSERT INTO member_links_made (account_id, revocations, made_at, made_by, reason, expires_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [link.account, link.revocations, toDate(link.madeAt), link.madeBy, link.reason, toDate(link.expiresAt)],
  );
  return written.insertId;
}

/** Those that lead somewhere, the latest first, at most `LIVE_MAX`. */
export async function listLiveLinks(db: Queryable, account: string, now: Instant): Promise<MadeLink[]> {
  const rows = await selectRows<MadeRow>(
    db,
    `SELECT made.id, made.account_id AS account, made.made_at AS madeAt, made.made_by AS madeBy, made.reason,
            made.expires_at AS expiresAt, made.opened_at AS openedAt
       FROM member_links_made AS made LEFT JOIN member_links AS ended ON ended.account_id = made.account_id
      WHERE made.account_id = ? AND made.expires_at > ? AND made.ended_at IS NULL
        AND made.revocations = COALESCE(ended.revocations, 0)
      ORDER BY made.id DESC LIMIT ?`,
    [account, toDate(now), LIVE_MAX],
  );
  return rows.map((row) => ({
    ...row,
    madeAt: row.madeAt.getTime(),
    expiresAt: row.expiresAt.getTime(),
    openedAt: row.openedAt?.getTime() ?? null,
  }));
}

type MadeRow = Omit<MadeLink, 'madeAt' | 'expiresAt' | 'openedAt'> & {
  readonly madeAt: Date;
  readonly expiresAt: Date;
  readonly openedAt: Date | null;
};

/** @returns false where it is not there, is another account's, or has been ended before */
export async function endMadeLink(
  transaction: Transaction,
  of: Pick<MadeLink, 'id' | 'account'>,
  at: Instant,
): Promise<boolean> {
  const written = await execute(
    transaction,
    'UPDATE member_links_made SET ended_at = ? WHERE id = ? AND account_id = ? AND ended_at IS NULL',
    [toDate(at), of.id, of.account],
  );
  return written.affectedRows === 1;
}

/** Undefined where it was ended, or is not there. */
export async function findMadeLink(
  db: Queryable,
  id: number,
): Promise<Pick<MadeLink, 'openedAt'> | undefined> {
  const row = await selectOne<{ openedAt: Date | null }>(
    db,
    'SELECT opened_at AS openedAt FROM member_links_made WHERE id = ? AND ended_at IS NULL',
    [id],
  );
  return row && { openedAt: row.openedAt?.getTime() ?? null };
}

export async function noteOpened(db: Queryable, id: number, at: Instant): Promise<void> {
  await execute(db, 'UPDATE member_links_made SET opened_at = ? WHERE id = ?', [toDate(at), id]);
}
