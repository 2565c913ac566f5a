/** A process that looks for alerts, and dies when it is about to tell one, or when it has told it and nobody knows yet. */
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { tellAlerts } from '../../src/operations/alerts/tell-alerts.ts';
import type { AlertingOrders } from './victims.ts';

const die = (): void => void process.kill(process.pid, 'SIGKILL');

process.once('message', ({ env, dieBefore }: AlertingOrders) => {
  const app = composeApp(parseConfig(env), systemClock, silentLog);
  if (dieBefore === 'post')
    globalThis.fetch = () => {
      die();
      return new Promise(() => undefined);
    };
  app.db.on('query', ({ sql }: { sql: string }) => {
    if (dieBefore === 'mark' && sql.startsWith("UPDATE alert_messages SET state = 'sent'")) die();
  });
  void tellAlerts(app.alertDeps);
});
process.send?.('loaded');
