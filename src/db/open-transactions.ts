/** Transactions that are open on the server, and whose they are: what keeps a row locked. */
import type { Database } from './connection.ts';
import { IDLE_TRANSACTION_S } from './limits.ts';
import { execute, selectOne, selectRows } from './query.ts';

export interface OpenTransaction {
  /** As KILL takes it. */
  readonly connection: number;
  readonly user: string;
  readonly host: string;
  readonly ageSeconds: number;
  /** For how long its connection has said nothing; null while a statement runs. */
  readonly silentSeconds: number | null;
  readonly rowsLocked: number;
}

/** The right to see other sessions is missing. */
const DENIED = 1227;

/**
 * Those that have locked rows, the oldest first, a hundred at the most; undefined where this user may not see them, which
 * takes the right PROCESS.
 */
export async function listOpenTransactions(
  db: Database,
  olderThanSeconds: number,
): Promise<readonly OpenTransaction[] | undefined> {
  try {
    // The server tells their beginning in the time zone of its machine.
    const rows = await selectRows<
      Omit<OpenTransaction, 'silentSeconds'> & { command: string; since: number }
    >(
      db,
      `SELECT trx.trx_mysql_thread_id AS connection, process.user, process.host, process.command,
              process.time AS since, trx.trx_rows_locked AS rowsLocked,
              TIMESTAMPDIFF(SECOND, trx.trx_started, CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM')) AS ageSeconds
         FROM information_schema.innodb_trx AS trx
         JOIN information_schema.processlist AS process ON process.id = trx.trx_mysql_thread_id
        WHERE trx.trx_rows_locked > 0 AND process.id <> CONNECTION_ID()
       HAVING ageSeconds >= ? ORDER BY ageSeconds DESC LIMIT 100`,
      [olderThanSeconds],
    );
    return rows.map(({ command, since, ...row }) => ({
      ...row,
      silentSeconds: command === 'Sleep' ? since : null,
    }));
  } catch (error) {
    if ((error as { readonly errno?: number }).errno === DENIED) return undefined;
    throw error;
  }
}

/** Whether the server ends what has been silent for too long by itself, as every session of ours asks for. */
export async function endsIdleTransactions(db: Database): Promise<boolean> {
  const row = await selectOne(db, "SHOW VARIABLES LIKE 'idle_transaction_timeout'");
  return row !== undefined;
}

/**
 * Does it in its place: ends the connections of our own user that have rows locked, and have been silent for so long that
 * their process is frozen, or cut off. Without the right to see them it ends none.
 * @returns those that were ended
 */
export async function endSilentTransactions(
  db: Database,
  silentSeconds = IDLE_TRANSACTION_S,
): Promise<readonly OpenTransaction[]> {
  const us = await selectOne<{ user: string }>(db, "SELECT SUBSTRING_INDEX(USER(), '@', 1) AS user");
  const open = (await listOpenTransactions(db, silentSeconds)) ?? [];
  const silent = open.filter((one) => one.user === us?.user && (one.silentSeconds ?? 0) >= silentSeconds);
  for (const { connection } of silent) await execute(db, `KILL ${connection}`).catch(() => undefined);
  return silent;
}
