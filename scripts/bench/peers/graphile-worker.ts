/** A worker of graphile-worker, in a process of its own: argument 2 says in which way it works. */
import { Logger, run } from 'graphile-worker';
import { Batcher } from '../../../jobs/batcher.ts';
import { type PeerPayload, settleOnPostgres } from './settle-on-postgres.ts';
import { connectPool } from './postgres-tables.ts';
import { BATCH, CONCURRENCY, SETTLE, type Way, wayOf } from './ways.ts';

/** How long jobs that are done wait to be written as done together. */
const COMPLETE_TOGETHER_MS = 5;
/** As the product's own batcher waits. */
const GATHER_MS = 2;

const way = wayOf(process.argv[2]);
const jobsAtOnce: Readonly<Record<Way, number | undefined>> = {
  default: undefined,
  tuned: CONCURRENCY,
  'group-commit': BATCH,
};
// As its own pool is by default, where it is not tuned.
const pool = connectPool(process.env.BENCH_POSTGRES_URL as string, way === 'tuned' ? CONCURRENCY + 10 : 10);
const deps = { pool, prepared: way !== 'default' };
const batcher = new Batcher<PeerPayload, true>({
  keyOf: (payload) => payload.account,
  batchMax: BATCH,
  gatherMs: GATHER_MS,
  flush: async (payloads) => {
    await settleOnPostgres(deps, payloads);
    return new Map(payloads.map((one) => [one.account, true]));
  },
});

const concurrency = jobsAtOnce[way];
const runner = await run({
  pgPool: pool,
  noHandleSignals: true,
  // What it advises is no fault of a run.
  logger: new Logger(() => (level, message) => {
    if (level === 'error') process.stderr.write(`${message}\n`);
  }),
  ...(concurrency !== undefined && { concurrency }),
  ...(way !== 'default' && {
    preset: { worker: { localQueue: { size: BATCH }, completeJobBatchDelay: COMPLETE_TOGETHER_MS } },
  }),
  taskList: {
    [SETTLE]: async (payload) => {
      const one = payload as PeerPayload;
      if (way === 'group-commit') await batcher.submit(one);
      else await settleOnPostgres(deps, [one]);
    },
  },
});
runner.promise.catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
process.once('SIGTERM', () => process.exit());
