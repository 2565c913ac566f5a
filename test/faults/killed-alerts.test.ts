/** Processes that die while they tell an alert: another one tells it, and none is lost. */
import { execute } from '../../src/db/query.ts';
import { insertAuditResult } from '../../src/ledger/audit-results.ts';
import { tellAlerts } from '../../src/operations/alerts/tell-alerts.ts';
import { databaseNow } from '../../src/db/query.ts';
import { type HookServer, openHook } from '../support/hook-server.ts';
import { type Installation, install } from '../support/installation.ts';
import { reset } from '../support/reset.ts';
import { type AlertingOrders, killVictim, loadVictim } from './victims.ts';

let hook: HookServer;
let installation: Installation;

beforeAll(async () => {
  hook = await openHook();
  installation = await install({ env: { CONNECTS_ALERT_URL: hook.url, SMTP_URL: '' } });
});
afterAll(async () => {
  await installation.remove();
  await hook.stop();
});

it.each<[AlertingOrders['dieBefore'], number]>([
  ['post', 1],
  ['mark', 2],
])('one that dies before its %s leaves it to the next: told %d times in all', async (dieBefore, times) => {
  const { db, env, app } = installation;
  await reset(installation);
  hook.taken.length = 0;
  await insertAuditResult(db, { at: await databaseNow(db), actor: 'test', findings: 2 });
  expect(await killVictim(loadVictim('alerting-victim.ts'), { env, dieBefore })).toBe('SIGKILL');
  // The dead one's lease is not over.
  await tellAlerts(app.alertDeps);
  expect(hook.taken).toHaveLength(times - 1);
  await execute(db, 'UPDATE alert_messages SET lease_until = UTC_TIMESTAMP(3)');
  await tellAlerts(app.alertDeps);
  await tellAlerts(app.alertDeps);
  expect(hook.taken.map(({ alert, step, count }) => ({ alert, step, count }))).toEqual(
    Array.from({ length: times }, () => ({ alert: 'audit-drift', step: 'begins', count: 2 })),
  );
});
