/**
 * SQL of `ledger_hold`: the switch that holds the ledger.
 *
 * Whoever posts looks at its one row under a lock that he shares with all others who post, and keeps to the end of his
 * transaction; in the statement that asks for the time, so that looking costs nothing. Whoever holds or releases has the
 * row to himself: so he waits for all that is in flight, and nobody posts who has not seen what he wrote.
 */
import type { Transaction } from '../db/connection.ts';
import { isRowLocked } from '../db/errors.ts';
import { isRehearsal } from '../db/rehearsal.ts';
import { type Queryable, borneOut, databaseNow, execute, selectOne, toDate } from '../db/query.ts';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { ConnectsError, unavailable } from '../errors.ts';

export interface LedgerHold {
  readonly heldAt: Instant;
  readonly actor: string;
  readonly reason: string;
}

/** What a transaction that may post has seen of it. */
export interface LedgerLook {
  /** The database's clock. */
  readonly now: Instant;
  /** Undefined where the ledger is free, and stays so until the transaction ends. */
  readonly hold: LedgerHold | undefined;
}

/** The code of what a hold stops, and of events that wait for its end. */
export const HELD = 'held';

interface Stored {
  now: Date;
  heldAt: Date | null;
  actor: string;
  reason: string;
  releasedAt: Date | null;
}

const ROW =
  'SELECT UTC_TIMESTAMP(3) AS now, held_at AS heldAt, actor, reason, released_at AS releasedAt FROM ledger_hold WHERE id = 1';

const holdIn = (row: Stored | undefined): LedgerHold | undefined =>
  row?.heldAt ? { heldAt: row.heldAt.getTime(), actor: row.actor, reason: row.reason } : undefined;

/** Since when, by whom and why the ledger is held; undefined while it is free. A look only: it promises nothing. */
export const findLedgerHold = async (db: Queryable): Promise<LedgerHold | undefined> =>
  holdIn(await selectOne<Stored>(db, ROW));

/** When it was released last; undefined where it never was. */
export const findReleasedAt = async (db: Queryable): Promise<Instant | undefined> =>
  (await selectOne<Stored>(db, ROW))?.releasedAt?.getTime();

/**
 * The time, and whether the ledger is free: to be asked under the locks of the accounts, before the first write. What is
 * rolled back anyway, nobody waits for.
 * @throws unavailable `clocks-disagree`, `hold-locked`
 */
export async function lookAtLedger(transaction: Transaction): Promise<LedgerLook> {
  if (isRehearsal()) return { now: await databaseNow(transaction), hold: undefined };
  let hold: LedgerHold | undefined;
  const now = await borneOut(transaction, async () => {
    const row = await sharedRow(transaction);
    hold = holdIn(row);
    return row.now.getTime();
  });
  return { now, hold };
}

/** As `lookAtLedger`, for what cannot go on while it is held. @throws held `held` */
export async function requireFreeLedger(transaction: Transaction): Promise<LedgerLook> {
  const look = await lookAtLedger(transaction);
  if (look.hold) throw held(look.hold);
  return look;
}

/** A look beforehand, for whoever asks for work. @throws held `held` */
export async function requireReleased(db: Queryable): Promise<void> {
  const hold = isRehearsal() ? undefined : await findLedgerHold(db);
  if (hold) throw held(hold);
}

/** Who holds it, since when and why, and what ends it. */
export const held = (hold: LedgerHold): ConnectsError =>
  new ConnectsError(
    'held',
    'held',
    `${heldWords(hold)}; nothing is settled, granted, backfilled or reversed until ` +
      '"connects release --reason TEXT"',
  );

/** `the ledger is held since 2021-05-01T10:00:00.000Z by ann: wrong terms` */
export const heldWords = ({ heldAt, actor, reason }: LedgerHold): string =>
  `the ledger is held since ${formatInstant(heldAt)} by ${actor}: ${reason}`;

async function sharedRow(transaction: Transaction): Promise<Stored> {
  try {
    const ask = (): Promise<Stored | undefined> => selectOne(transaction, `${ROW} LOCK IN SHARE MODE`);
    const found = await ask();
    if (found) return found;
    await insertFree(transaction);
    return (await ask()) as Stored;
  } catch (error) {
    if (!isRowLocked(error)) throw error;
    throw unavailable(
      'hold-locked',
      'somebody else keeps the row of the hold locked: see "connects doctor"',
      {
        cause: error,
      },
    );
  }
}

/** The row is made with the schema. */
export async function ensureHoldRow(db: Queryable): Promise<void> {
  if (!(await selectOne(db, ROW))) await insertFree(db);
}

/** Where it was deleted, the first who looks makes it again, and others wait for him to end his transaction, that once. */
const insertFree = (db: Queryable): Promise<unknown> =>
  execute(db, 'INSERT INTO ledger_hold (id) VALUES (1) ON DUPLICATE KEY UPDATE id = VALUES(id)');

/** The hold, for whoever changes it: nobody posts until his transaction ends. */
export async function lockLedgerHold(transaction: Transaction): Promise<LedgerHold | undefined> {
  const ask = (): Promise<Stored | undefined> => selectOne(transaction, `${ROW} FOR UPDATE`);
  const found = await ask();
  if (found) return holdIn(found);
  await insertFree(transaction);
  return holdIn(await ask());
}

export async function writeLedgerHold(
  transaction: Transaction,
  { heldAt, actor, reason }: LedgerHold,
): Promise<void> {
  await execute(transaction, 'UPDATE ledger_hold SET held_at = ?, actor = ?, reason = ? WHERE id = 1', [
    toDate(heldAt),
    actor,
    reason,
  ]);
}

export async function clearLedgerHold(transaction: Transaction, releasedAt: Instant): Promise<void> {
  await execute(
    transaction,
    'UPDATE ledger_hold SET held_at = NULL, actor = NULL, reason = NULL, released_at = ? WHERE id = 1',
    [toDate(releasedAt)],
  );
}
