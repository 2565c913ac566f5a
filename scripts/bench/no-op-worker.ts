/**
 * The contender that only moves jobs: the product's worker options and concurrency, and nothing to do. As BullMQ comes, or,
 * with `grouped` as argument, through the product's own calls.
 */
import { Worker, createRedisBackend } from 'bullmq';
import { commonOptions } from '../../jobs/process.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig, required } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { workerConnection } from '../../src/queue/connection.ts';
import { type SettlePayload, settleContract } from '../../src/queue/contracts.ts';
import { groupedCalls } from '../../src/queue/grouped-calls.ts';

/** How often the parent process is told how many jobs are done. */
const REPORT_MS = 20;

const config = parseConfig(process.env);
const app = composeApp(config, systemClock, createLog(config.logLevel));
let done = 0;
let reported = 0;

const worker = new Worker<SettlePayload>(
  settleContract.queue,
  () => Promise.resolve(),
  {
    ...commonOptions(app, workerConnection(required(config, 'redisUrl'))),
    concurrency: config.workerConcurrency,
  },
  process.argv.includes('grouped') ? groupedCalls : createRedisBackend,
);
worker.on('completed', () => (done += 1));
worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
setInterval(() => {
  if (done !== reported) process.send?.((reported = done));
}, REPORT_MS);
process.once('SIGTERM', () => process.exit());
