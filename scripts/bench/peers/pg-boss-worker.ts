/** A worker of pg-boss, in a process of its own: argument 2 says in which way it works. */
import { setTimeout as sleep } from 'node:timers/promises';
import PgBoss from 'pg-boss';
import { connectPool } from './postgres-tables.ts';
import { type PeerPayload, settleOnPostgres } from './settle-on-postgres.ts';
import { BATCH, CONCURRENCY, SETTLE, wayOf } from './ways.ts';

/** How long a loop that found nothing rests. */
const IDLE_MS = 10;
/** While one settles, another fetches: more only wait for each other. */
const LOOPS = 2;

const way = wayOf(process.argv[2]);
const connectionString = process.env.BENCH_POSTGRES_URL as string;
const deps = { pool: connectPool(connectionString, CONCURRENCY), prepared: way !== 'default' };
const boss = new PgBoss(connectionString);
boss.on('error', (error) => process.stderr.write(`${error.message}\n`));
await boss.start();

/** Transactions of one account each, as many at once as there are connections. */
const settleEach = async (payloads: readonly PeerPayload[]): Promise<void> => {
  await Promise.all(payloads.map((payload) => settleOnPostgres(deps, [payload])));
};

/** `work` rests between looks, half a second at the least; who wants more asks by himself. */
async function fetchAndSettle(): Promise<never> {
  for (;;) {
    const jobs = (await boss.fetch<PeerPayload>(SETTLE, { batchSize: BATCH })) ?? [];
    const payloads = jobs.map((job) => job.data);
    if (payloads.length === 0) await sleep(IDLE_MS);
    else {
      await (way === 'tuned' ? settleEach(payloads) : settleOnPostgres(deps, payloads));
      await boss.complete(
        SETTLE,
        jobs.map((job) => job.id),
      );
    }
  }
}

const fail = (error: unknown): void => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
};
if (way === 'default')
  await boss.work<PeerPayload>(SETTLE, (jobs) =>
    settleOnPostgres(
      deps,
      jobs.map((job) => job.data),
    ),
  );
else for (let loop = 0; loop < LOOPS; loop += 1) fetchAndSettle().catch(fail);
process.once('SIGTERM', () => process.exit());
