/** A Redis that was started again reads what it holds, and answers everything else with LOADING: it is waited for. */
import type { Redis } from 'ioredis';
import { startWorker } from '../../jobs/start-worker.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { expectGrantedOnce } from '../support/liveness.ts';
import { type PrivateServer, privateRedis } from '../support/private-servers.ts';
import { askOnce } from '../support/redis.ts';
import { sweepAndSend, until } from '../support/sweeping.ts';

const MEMBERS = 20;
/** Each takes a fortieth of a second to read, until it is told to hurry. */
const KEYS = 4_000;
const SLOWLY = ['--key-load-delay', '25000', '--loading-process-events-interval-bytes', '1024'];

let redis: PrivateServer;
let installation: Installation;
beforeAll(async () => {
  redis = await privateRedis(SLOWLY);
  installation = await install({ env: { REDIS_URL: redis.url } });
  await importRows(installation.app, numbered('a', MEMBERS));
});
afterAll(async () => {
  await installation.remove();
  await redis.remove();
});

const ask = <Answer>(question: (client: Redis) => Promise<Answer>): Promise<Answer> =>
  askOnce({ path: redis.url.replace('unix://', '') }, question);

const isLoading = (): Promise<boolean> =>
  ask((client) => client.get('held-1')).then(
    () => false,
    (error: Error) => error.message.startsWith('LOADING'),
  );

it('is told with 75 while it loads, and settles everybody once it has', async () => {
  const held = Object.fromEntries(Array.from({ length: KEYS }, (_, key) => [`held-${key}`, 'x'.repeat(99)]));
  await ask(async (client) => [await client.mset(held), await client.save()]);
  await redis.crash();
  const restarted = redis.restart();
  // Where this test fails it is ended before it has begun.
  restarted.catch(() => undefined);
  await until('it loads', isLoading);

  const { app } = installation;
  const sweep = ['sweep', '--wait', '--work', '--timeout', '1s'];
  const [doctor, swept] = await Promise.all([
    runHere(['doctor'], { app }),
    runHere(sweep, { app, processes: { startWorker } }),
  ]);
  expect(doctor).toMatchObject({ code: 75, stdout: expect.stringContaining('still loading') as string });
  expect(swept).toMatchObject({ code: 75, stderr: expect.not.stringMatching(/\n\s+at /) as string });

  // Setting is allowed while it loads.
  await ask((client) => client.config('SET', 'key-load-delay', '0'));
  await restarted;
  expect(await sweepAndSend(app)).toMatchObject({ outcome: 'done', remaining: 0 });
  await expectGrantedOnce(installation, MEMBERS);
});
