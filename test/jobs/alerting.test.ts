/** Who tells alerts: workers, schedulers, and cron's sweeps; none of them is held up by it. */
import { LOOK_EVERY_MS } from '../../jobs/start-alerting.ts';
import { startScheduler } from '../../jobs/start-scheduler.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { type App, composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { databaseNow, execute } from '../../src/db/query.ts';
import { insertAuditResult } from '../../src/ledger/audit-results.ts';
import { silentLog } from '../../src/log.ts';
import { tellAlerts } from '../../src/operations/alerts/tell-alerts.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type HookServer, answering, openHook } from '../support/hook-server.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { reset } from '../support/reset.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

let hook: HookServer;
let installation: Installation;

beforeAll(async () => {
  hook = await openHook();
  installation = await install({ env: { CONNECTS_ALERT_URL: hook.url, SMTP_URL: '' } });
});
beforeEach(async () => {
  hook.answer = answering(200);
  await reset(installation);
  hook.taken.length = 0;
  hook.asked.length = 0;
});
afterAll(async () => {
  await installation.remove();
  await hook.stop();
});

/** The last audit found something. */
const drift = async (): Promise<void> =>
  insertAuditResult(installation.db, {
    at: await databaseNow(installation.db),
    actor: 'test',
    findings: 1,
  });
const told = (): string[] => hook.taken.map(({ step, alert }) => `${String(step)} ${String(alert)}`);

/** A process of this installation that does not rest for long between two looks. */
async function hasty(work: (app: App) => Promise<void>, env: Record<string, string> = {}): Promise<void> {
  const sleep: App['clock']['sleep'] = (ms, signal) =>
    systemClock.sleep(ms === LOOK_EVERY_MS ? 50 : ms, signal);
  const app = composeApp(parseConfig({ ...installation.env, ...env }), { ...systemClock, sleep }, silentLog);
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

it.each([
  ['worker', startWorker],
  ['scheduler', startScheduler],
] as const)('a %s tells what begins and what is over, without anybody asking', async (_name, start) => {
  await hasty(async (app) => {
    await drift();
    const running = start(app);
    try {
      await until('it is told', () => told().length === 1);
      await execute(installation.db, 'DELETE FROM audit_log');
      await until('it is told that it is over', () => told().length === 2);
    } finally {
      await running.stop();
    }
  });
  expect(told()).toEqual(['begins audit-drift', 'over audit-drift']);
});

it('two workers and a scheduler tell it once', async () => {
  await drift();
  await hasty((one) =>
    hasty(async (other) => {
      const running = [startWorker(one), startWorker(other), startScheduler(one)];
      await until('it is told', () => told().length > 0);
      await Promise.all([1, 2, 3].flatMap(() => [tellAlerts(one.alertDeps), tellAlerts(other.alertDeps)]));
      await Promise.all(running.map((process) => process.stop()));
    }),
  );
  expect(told()).toEqual(['begins audit-drift']);
});

it('a worker settles everybody and ends in time while the webhook hangs', async () => {
  hook.answer = undefined;
  await drift();
  await importRows(installation.app, numbered('a', 20));
  await hasty(async (app) => {
    const worker = startWorker(app);
    await until('it is on its way', () => hook.asked.length > 0);
    const swept = await runHere(['sweep', '--wait', '--as-of', '2021-05-01T00:00:00Z'], { app: quiet(app) });
    expect(swept.code).toBe(0);
    await worker.stop();
  });
  expect(await countOf(installation.db, 'SELECT COUNT(*) FROM cycles')).toBe(80);
  // Given back: whoever comes next need not wait for a lease.
  expect(await countOf(installation.db, "SELECT COUNT(*) FROM alert_messages WHERE state = 'sending'")).toBe(
    0,
  );
  hook.answer = answering(200);
  await execute(installation.db, 'UPDATE alert_messages SET next_attempt_at = staged_at');
  await tellAlerts(installation.app.alertDeps);
  expect(told()).toContain('begins audit-drift');
});

/** A process that has nobody to tell. */
const quiet = (app: App): App => Object.create(app, { alertChannels: { value: [] } }) as App;

describe("cron's sweep", () => {
  const sweep = (app: App = installation.app) =>
    runHere(['sweep', '--wait', '--work'], { app, processes: { startWorker } });

  it('tells once its work is done: what it settled itself is no alert', async () => {
    await drift();
    // Due for years.
    await importRows(installation.app, numbered('a', 3));
    expect((await sweep()).code).toBe(0);
    expect(told()).toEqual(['begins audit-drift']);
    expect((await sweep()).code).toBe(0);
    expect(told()).toEqual(['begins audit-drift']);
  });

  it('tells also where it could not do its work, and ends with its own code', async () => {
    await importRows(installation.app, numbered('a', 3));
    await hasty(async (app) => expect((await sweep(app)).code).toBe(75), {
      REDIS_URL: 'redis://127.0.0.1:1',
    });
    expect(told()).toEqual(['begins due-too-long']);
    expect(hook.taken[0]).toMatchObject({ count: 3, first: 'connects doctor' });
  });

  it('ends with its own code where nobody can be told, and the next one tells it', async () => {
    await drift();
    hook.answer = undefined;
    const startedAt = performance.now();
    const { code, stderr } = await sweep();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // That is long enough for one POST, and no longer than a pass may take longer.
    expect(performance.now() - startedAt).toBeGreaterThan(4_900);
    hook.answer = answering(200);
    await execute(installation.db, 'UPDATE alert_messages SET next_attempt_at = staged_at');
    expect((await sweep()).code).toBe(0);
    expect(told()).toEqual(['begins audit-drift']);
  });
});
