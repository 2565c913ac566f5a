/** The product's worker, which kills itself at an exact statement where it is told to. Loads first, then waits for orders. */
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/connection.ts';
import { createLog } from '../../src/log.ts';
import type { SenderOrders } from './kill-points.ts';

const die = (): void => void process.kill(process.pid, 'SIGKILL');

function dieAt(db: Database, { statement, moment, nth }: NonNullable<SenderOrders['kill']>): void {
  let seen = 0;
  let watched: string | undefined;
  const isIt = (sql: string): boolean => sql.replaceAll(/\s+/g, ' ').startsWith(statement);
  db.on('query', ({ sql, __knexQueryUid: id }: { sql: string; __knexQueryUid: string }) => {
    if (!isIt(sql)) return;
    seen += 1;
    if (seen !== nth) return;
    watched = id;
    if (moment === 'before') die();
    // Written to the socket in this same turn; nobody waits for the reply any more.
    if (moment === 'sent') setImmediate(die);
  });
  db.on('query-response', (_reply: unknown, { __knexQueryUid: id }: { __knexQueryUid: string }) => {
    if (moment === 'answered' && watched !== undefined && id === watched) die();
  });
}

process.once('message', ({ env, kill }: SenderOrders) => {
  const app = composeApp(parseConfig(env), systemClock, createLog('silent'));
  if (kill) dieAt(app.db, kill);
  startWorker(app);
});
process.on('disconnect', () => process.exit());
process.send?.('loaded');
