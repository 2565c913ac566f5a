/** SQL of `rounds`: how far work has got that goes over all accounts again and again. */
import type { Transaction } from '../db/connection.ts';
import { type Queryable, execute, insertRows, selectOne, toDate, toDateOrNull } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { DuePosition } from './accounts.ts';

export type RoundName = 'reminders' | 'rollups' | 'due-ahead' | 'holes';

/** The last account that was looked at; undefined where a round is to begin. */
export async function findReached(db: Queryable, name: RoundName): Promise<DuePosition | undefined> {
  const row = await selectOne<{ at: Date | null; id: string | null }>(
    db,
    'SELECT reached_at AS at, reached_id AS id FROM rounds WHERE name = ?',
    [name],
  );
  return row && row.at !== null && row.id !== null
    ? { nextCycleAt: row.at.getTime(), id: row.id }
    : undefined;
}

/** @param reached undefined when the round is over */
export async function writeReached(
  db: Queryable,
  name: RoundName,
  reached: DuePosition | undefined,
  now: Instant,
): Promise<void> {
  await execute(
    db,
    `INSERT INTO rounds (name, reached_at, reached_id, moved_at) VALUES (?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE reached_at = VALUES(reached_at), reached_id = VALUES(reached_id), moved_at = VALUES(moved_at)`,
    [name, toDateOrNull(reached?.nextCycleAt ?? null), reached?.id ?? null, toDate(now)],
  );
}

/** How far a round over accounts in the order of their ids has got, and when that was. */
export interface Round {
  /** Undefined at the beginning, and where a round is nothing but an instant. */
  readonly reachedId?: string;
  /** When the round before it ended; undefined before the first. */
  readonly endedAt?: Instant;
  readonly movedAt: Instant;
}

interface StoredRound {
  id: string | null;
  ended: Date | null;
  at: Date;
}

const ROUND = 'SELECT reached_id AS id, reached_at AS ended, moved_at AS at FROM rounds WHERE name = ?';

const parseRound = (row: StoredRound | undefined): Round | undefined =>
  row && {
    movedAt: row.at.getTime(),
    ...(row.id !== null && { reachedId: row.id }),
    ...(row.ended !== null && { endedAt: row.ended.getTime() }),
  };

export const findRound = async (db: Queryable, name: RoundName): Promise<Round | undefined> =>
  parseRound(await selectOne<StoredRound>(db, ROUND, [name]));

/** As `findRound`, and nobody else moves it until the transaction ends. What is not there yet cannot be locked. */
export const lockRound = async (transaction: Transaction, name: RoundName): Promise<Round | undefined> =>
  parseRound(await selectOne<StoredRound>(transaction, `${ROUND} FOR UPDATE`, [name]));

export async function writeRound(db: Queryable, name: RoundName, round: Round): Promise<void> {
  await execute(
    db,
    `INSERT INTO rounds (name, reached_at, reached_id, moved_at) VALUES (?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE reached_at = VALUES(reached_at), reached_id = VALUES(reached_id), moved_at = VALUES(moved_at)`,
    [name, toDateOrNull(round.endedAt ?? null), round.reachedId ?? null, toDate(round.movedAt)],
  );
}

/** @throws the database's duplicate-key error (1062) where there is one already */
export async function insertRound(db: Queryable, name: RoundName, round: Round): Promise<void> {
  await insertRows(
    db,
    'rounds',
    ['name', 'reached_id', 'moved_at'],
    [[name, round.reachedId ?? null, toDate(round.movedAt)]],
  );
}
