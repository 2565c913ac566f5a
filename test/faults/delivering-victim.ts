/** A worker that dies after the mail server took a letter, and before the outbox knows. */
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import type { DeliveringOrders } from './victims.ts';

process.once('message', ({ env }: DeliveringOrders) => {
  const app = composeApp(parseConfig(env), systemClock, silentLog);
  app.db.on('query', ({ sql }: { sql: string }) => {
    if (sql.startsWith("UPDATE outbox SET state = 'sent'")) process.kill(process.pid, 'SIGKILL');
  });
  startWorker(app);
});
process.send?.('loaded');
