/** A worker that dies with jobs in its hands: before its transaction commits, or before its jobs are acknowledged. */
import { Job } from 'bullmq';
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import type { WorkingOrders } from './victims.ts';

const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable');
};

process.once('message', ({ env, dieBefore }: WorkingOrders) => {
  const app = composeApp(parseConfig(env), systemClock, silentLog);
  if (dieBefore === 'commit')
    app.db.on('query', ({ sql }: { sql: string }) => void (sql === 'COMMIT;' && die()));
  // The outcome is known, the processor has returned, and the queue is about to be told.
  else Job.prototype.moveToCompleted = die;
  startWorker(app);
});
process.send?.('loaded');
