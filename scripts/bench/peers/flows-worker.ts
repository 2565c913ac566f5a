/** Flows: the worker of one transaction per account takes the children, and this one their parents, once all are done. */
import { Worker } from 'bullmq';
import { parseConfig, required } from '../../../src/config.ts';
import { workerConnection } from '../../../src/queue/connection.ts';
import '../per-account-worker.ts';
import { PARENTS } from './flows.ts';

const config = parseConfig(process.env);
const worker = new Worker(PARENTS, () => Promise.resolve(), {
  connection: workerConnection(required(config, 'redisUrl')),
  prefix: config.queuePrefix,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
});
worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
