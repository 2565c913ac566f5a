/** SQL of `mail_hold`: the switch that holds all mail. */
import { type Queryable, execute, insertRows, selectOne, toDate } from '../db/query.ts';
import { isDuplicateKey } from '../db/errors.ts';
import { type Instant, formatInstant } from '../domain/calendar.ts';

export interface MailHold {
  readonly heldAt: Instant;
  readonly actor: string;
  readonly reason: string | null;
}

/** Since when and by whom all mail is held; undefined while it flows. */
export async function findHold(db: Queryable): Promise<MailHold | undefined> {
  const row = await selectOne<{ heldAt: Date; actor: string; reason: string | null }>(
    db,
    'SELECT held_at AS heldAt, actor, reason FROM mail_hold WHERE id = 1',
  );
  return row && { ...row, heldAt: row.heldAt.getTime() };
}

/** `all mail is held since 2021-05-01T10:00:00.000Z by ann: wrong template` */
export const mailHeldWords = ({ heldAt, actor, reason }: MailHold): string =>
  `all mail is held since ${formatInstant(heldAt)} by ${actor}${reason === null ? '' : `: ${reason}`}`;

/** False when it is held already. */
export async function insertHold(db: Queryable, hold: MailHold): Promise<boolean> {
  try {
    await insertRows(
      db,
      'mail_hold',
      ['id', 'held_at', 'actor', 'reason'],
      [[1, toDate(hold.heldAt), hold.actor, hold.reason]],
    );
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** False when it was not held. */
export async function deleteHold(db: Queryable): Promise<boolean> {
  const written = await execute(db, 'DELETE FROM mail_hold WHERE id = 1');
  return written.affectedRows === 1;
}
