/**
 * What every session is set to, whatever the server's defaults are, in the one place: and looked at afterwards, because
 * a proxy in between may swallow it.
 */
import type { RawConnection } from 'knex/lib/dialects/mysql2/index.js';
import { IDLE_TRANSACTION_S, LOCK_WAIT_S, TABLE_WAIT_S } from './limits.ts';

const SQL_MODE = 'STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

/** Read by one server and a comment to the other: each has its own name for it. */
const STATEMENT_TIME = '/*M! , max_statement_time = 0 */ /*!80000 , max_execution_time = 0 */';

/**
 * Added to a SET: how long a transaction may say nothing. MySQL knows no such limit but the one of every connection that
 * is not at work; the pool takes those that were ended so for what they are.
 * @param seconds 1 at the least
 */
export const silenceLimit = (seconds: number): string =>
  `/*M!100300 , SESSION idle_transaction_timeout = ${seconds} */ /*!80000 , SESSION wait_timeout = ${seconds} */`;

const STATEMENTS = [
  // Without it nothing that is not in a transaction would ever be kept.
  `SET SESSION autocommit = 1, time_zone = '+00:00', sql_mode = '${SQL_MODE}', ` +
    `innodb_lock_wait_timeout = ${LOCK_WAIT_S}, lock_wait_timeout = ${TABLE_WAIT_S}, ` +
    'foreign_key_checks = 1, unique_checks = 1, sql_safe_updates = 0, sql_select_limit = 18446744073709551615, ' +
    `group_concat_max_len = 1048576 ${STATEMENT_TIME} ${silenceLimit(IDLE_TRANSACTION_S)}`,
  // REPEATABLE READ lost an update.
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE',
];

const CHECK =
  'SELECT @@SESSION.autocommit AS autocommit, @@SESSION.time_zone AS zone, @@SESSION.sql_mode AS mode';

/** @throws what the server says; `SESSION_NOT_SET` where it took the settings and does not go by them */
export async function prepareSession(connection: RawConnection): Promise<void> {
  for (const sql of STATEMENTS) await ask(connection, sql);
  const [found] = (await ask(connection, CHECK)) as [Found];
  if (found.autocommit !== 1 || found.zone !== '+00:00' || !found.mode.includes('STRICT_ALL_TABLES'))
    throw Object.assign(new Error('the session does not keep what it is set to'), {
      code: 'SESSION_NOT_SET',
    });
}

interface Found {
  readonly autocommit: number;
  readonly zone: string;
  readonly mode: string;
}

const ask = (connection: RawConnection, sql: string): Promise<unknown> =>
  new Promise((resolve, reject) =>
    connection.query(sql, (error, rows) => (error ? reject(error) : resolve(rows))),
  );
