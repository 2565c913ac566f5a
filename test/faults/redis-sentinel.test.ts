/** A master that sentinels replace in the middle of a sweep: it goes on with the new one, and nobody is granted twice. */
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { countGranted, expectGrantedOnce } from '../support/liveness.ts';
import { type PrivateSentinels, privateSentinels } from '../support/private-cluster.ts';
import { until, waitingSweep } from '../support/sweeping.ts';

const FLEET = 400;
const BATCHES = { CONNECTS_BATCH_MAX: '5', CONNECTS_WORKER_CONCURRENCY: '20' };

let sentinels: PrivateSentinels;
let installation: Installation;
beforeAll(async () => {
  sentinels = await privateSentinels();
  installation = await install({ env: { ...BATCHES, REDIS_URL: sentinels.url } });
  await importRows(installation.app, numbered('a', FLEET));
});
afterAll(async () => {
  await installation.remove();
  await sentinels.remove();
});

it('is named by the doctor', async () => {
  const { stdout } = await runHere(['doctor'], { app: installation.app });
  expect(stdout).toContain(`the sentinels name 127.0.0.1:${sentinels.master.port} the master; 1 replica`);
});

it.each([
  ['a name that no sentinel knows', (url: string) => url.replace('mymaster', 'other'), 'No sentinel knows'],
  [
    'servers for sentinels',
    () => `redis+sentinel://127.0.0.1:${sentinels.master.port}/mymaster`,
    'no sentinel',
  ],
  [
    'a server for a cluster',
    () => `redis+cluster://127.0.0.1:${sentinels.master.port}`,
    'no node of a cluster',
  ],
])('to mend: %s', async (_what, address, mend) => {
  const env = { ...installation.env, REDIS_URL: address(sentinels.url) };
  const app = composeApp(parseConfig(env), systemClock, silentLog);
  const { code, stderr } = await runHere(['sweep'], { app });
  await app.close();
  expect([code, stderr]).toEqual([78, expect.stringContaining(mend) as string]);
});

it('is killed, and the sweep ends with everybody settled once', async () => {
  const worker = startWorker(installation.app);
  try {
    const sweeping = waitingSweep(installation.app);
    sweeping.catch(() => undefined);
    await until('the sweep is under way', async () => (await countGranted(installation.db)) > 20);
    expect(await countGranted(installation.db)).toBeLessThan(FLEET);
    await sentinels.master.kill();
    expect(await sweeping).toMatchObject({ outcome: 'done', remaining: 0 });
    await expectGrantedOnce(installation, FLEET);
    expect(await sentinels.replica.client.info('replication')).toContain('role:master');
  } finally {
    await worker.stop();
  }
});
