/** A worker that dies with jobs in its hands: before its transaction commits, or before its jobs are acknowledged. */
import { Job } from 'bullmq';
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/connection.ts';
import { silentLog } from '../../src/log.ts';
import type { WorkingOrders } from './victims.ts';

const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable');
};

/** Before the first commit of a transaction that settles: others of a worker commit, too. */
function dieBeforeCommit(db: Database): void {
  const settling = new Set<string>();
  db.on('query', ({ sql, __knexTxId: id = '' }: { sql: string; __knexTxId?: string }) => {
    if (sql.startsWith('INSERT INTO cycles')) settling.add(id);
    if (sql === 'COMMIT;' && settling.has(id)) die();
  });
}

/** When all outcomes are known, the processors have returned, and the queue is about to be told of the last. */
function dieBeforeAcknowledging(jobs: number): void {
  let known = 0;
  Job.prototype.moveToCompleted = () => {
    known += 1;
    return known === jobs ? die() : new Promise(() => undefined);
  };
}

process.once('message', ({ env, dieBefore, jobs }: WorkingOrders) => {
  const app = composeApp(parseConfig(env), systemClock, silentLog);
  if (dieBefore === 'commit') dieBeforeCommit(app.db);
  else dieBeforeAcknowledging(jobs);
  startWorker(app);
});
process.send?.('loaded');
