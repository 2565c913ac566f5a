/** Whatever works beside this program in the bench writes the same rows. */
import { type LocalPostgres, startPostgres } from '../../../scripts/servers/local-postgres.ts';
import { startWatchdog } from '../../../scripts/servers/watchdog.ts';
import { type Build, buildWorkers } from '../../../scripts/bench/build.ts';
import { WORK } from '../../../scripts/bench/contenders.ts';
import { loadFleet, sweepInstants } from '../../../scripts/bench/fleet.ts';
import { checksumRows } from '../../../scripts/bench/ground.ts';
import type { ContenderName } from '../../../scripts/bench/options.ts';
import { checksumPostgres, preparePostgres } from '../../../scripts/bench/peers/postgres-tables.ts';
import { startWorkerProcess } from '../../../scripts/bench/worker-process.ts';
import { databaseNow, execute } from '../../../src/db/query.ts';
import type { Instant } from '../../../src/domain/calendar.ts';
import { sweep } from '../../../src/operations/runs/sweep.ts';
import { settleAccounts } from '../../../src/operations/settling/settle-accounts.ts';
import type { SettlePayload } from '../../../src/queue/contracts.ts';
import type { JobQueue } from '../../../src/queue/producer.ts';
import { type Installation, install } from '../../support/installation.ts';

const ACCOUNTS = 50;
const watchdog = startWatchdog();
let build: Build;
let postgres: LocalPostgres;
let now: Instant;
/** Of what this program's own operation writes. */
let expected: string;
const installations: Installation[] = [];

beforeAll(async () => {
  build = await buildWorkers();
  postgres = await startPostgres(watchdog);
  const { app, db } = await withFleet();
  const payloads: SettlePayload[] = [];
  const queue: JobQueue = {
    enqueueSettling: async (some) => void payloads.push(...some),
    enqueueCohorts: (some) => app.queue.enqueueCohorts(some),
    enqueueNotices: (some) => app.queue.enqueueNotices(some),
    countSettling: () => app.queue.countSettling(),
  };
  await sweep(
    { ...app.sweepDeps, queue },
    { asOf: sweepInstants(now).measured, source: 'command', actor: 'test' },
  );
  await settleAccounts(app.settleDeps, payloads);
  expected = await checksumRows(db);
});
afterAll(async () => {
  for (const installation of installations) await installation.remove();
  await postgres?.stop();
  build?.remove();
  await watchdog.dismiss();
});

/** All of them by the same clock, so that they have the same dates. */
async function withFleet(): Promise<Installation> {
  const installation = await install({ env: { CONNECTS_COHORT_OVER: '0' } });
  installations.push(installation);
  now ??= await databaseNow(installation.db);
  await loadFleet(installation.env['DATABASE_URL'] as string, ACCOUNTS, now);
  await execute(installation.db, "DELETE FROM accounts WHERE id LIKE 'w%'");
  return installation;
}

test('the sum tells of fifty accounts and their rows', () => {
  expect(expected).toMatch(/^cycles 50:\d+, entries \d\d:\d+, outbox \d\d:\d+, accounts 50:\d+$/);
});

/** One way of each queue takes two seconds for a job: it is the same worker. */
const PEERS: readonly ContenderName[] = [
  'd',
  'graphile',
  'graphile-tuned',
  'graphile-group',
  'pgboss-tuned',
  'pgboss-group',
];

test.each(PEERS)('%s writes what this program writes', async (name) => {
  const work = WORK[name];
  const { app, db, env } = await withFleet();
  const ground = work.onPostgres
    ? await preparePostgres(postgres, { name: name.replace('-', '_'), fleet: db, warmUp: 0 })
    : undefined;
  const settler = await work.open({ app, postgres: ground, sweepAt: sweepInstants(now) });
  const worker =
    work.command &&
    startWorkerProcess(work.command, {
      folder: build.folder,
      env: { ...process.env, ...env, ...(ground && { BENCH_POSTGRES_URL: ground.url }) },
      watchdog,
    });
  const part = { accounts: ACCOUNTS, asOf: sweepInstants(now).measured, isCut: () => false };
  await Promise.race([settler.settle(part, worker), ...(worker ? [worker.lost] : [])]);
  expect(await (ground ? checksumPostgres(ground) : checksumRows(db))).toBe(expected);
  await worker?.stop();
  await settler.close?.();
  await ground?.remove();
});

test('flows settle as the worker does that they are fed to', async () => {
  const { app, db, env } = await withFleet();
  const settler = await WORK.flows.open({ app, postgres: undefined, sweepAt: sweepInstants(now) });
  const worker = startWorkerProcess(WORK.flows.command as readonly [string], {
    folder: build.folder,
    env: { ...process.env, ...env },
    watchdog,
  });
  const part = { accounts: ACCOUNTS, asOf: sweepInstants(now).measured, isCut: () => false };
  await Promise.race([settler.settle(part, worker), worker.lost]);
  expect(await checksumRows(db)).toBe(expected);
  await worker.stop();
  await settler.close?.();
});
