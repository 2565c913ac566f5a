/**
 * A process that is killed at an exact point of its work: before a statement reaches the database, when it is on its
 * way, or when all is done. Run by `victims.ts`, never by itself; it loads first and then waits for its orders.
 */
import type { Knex } from 'knex';
import { systemClock } from '../../src/clock.ts';
import { connectDatabase } from '../../src/db/connection.ts';
import { silenceLimit } from '../../src/db/session.ts';
import { silentLog } from '../../src/log.ts';
import { RunDirectory } from '../../src/operations/settling/run-directory.ts';
import { settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import type { KillPoint, Orders } from './victims.ts';

const die = (): void => void process.kill(process.pid, 'SIGKILL');

/** Counts the statements of a database, and dies at the one that was asked for. */
function watchStatements(db: Knex, kill: KillPoint | undefined): string[] {
  const statements: string[] = [];
  db.on('query', ({ sql }: { sql: string }) => {
    statements.push(sql);
    if (kill?.statement !== statements.length) return;
    if (kill.moment === 'before') die();
    // The statement is written to the socket in this same turn, and nobody waits for the reply any more.
    if (kill.moment === 'sent') queueMicrotask(die);
  });
  return statements;
}

/** Stopped from outside in the middle of everything, as a suspended container or a machine without memory is. */
function freezeBefore(db: Knex, beginning: string): void {
  let frozen = false;
  db.on('query', ({ sql }: { sql: string }) => {
    if (frozen || !sql.startsWith(beginning)) return;
    frozen = true;
    process.kill(process.pid, 'SIGSTOP');
  });
}

async function settle(orders: Orders): Promise<readonly string[]> {
  const { idleS, freezeBefore: beginning } = orders;
  const db = connectDatabase(orders.databaseUrl, idleS === undefined ? 2 : 1);
  if (idleS !== undefined) await db.raw(`SET @idle = ${idleS} ${silenceLimit(idleS)}`);
  if (beginning !== undefined) freezeBefore(db, beginning);
  const statements = watchStatements(db, orders.kill);
  const runs = new RunDirectory(db, systemClock);
  const deps = { db, clock: systemClock, log: silentLog, runs, settings: orders.settings };
  await settleAccounts(
    deps,
    orders.accounts.map((account) => ({ account, run: orders.run })),
  );
  if (orders.kill?.moment === 'end') die();
  await db.destroy();
  return statements;
}

process.once('message', (orders: Orders) => {
  settle(orders).then(
    (statements) => process.send?.({ statements }, () => process.exit(0)),
    (error: unknown) => process.send?.({ error: String(error) }, () => process.exit(1)),
  );
});
process.send?.('loaded');
