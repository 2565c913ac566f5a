/** Transactions that are open on the server, and whose they are: what keeps a row locked. */
import type { Database } from './connection.ts';
import { selectRows } from './query.ts';

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
