/** The contender of one job and one transaction per account: the product's own domain and SQL, without its batcher. */
import { Worker } from 'bullmq';
import { commonOptions } from '../../jobs/process.ts';
import { throwIfFailed } from '../../jobs/outcome.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig, required } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { type SettleOutcome, settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import { workerConnection } from '../../src/queue/connection.ts';
import { type SettlePayload, settleContract } from '../../src/queue/contracts.ts';

/** As many jobs at once as connections: more only wait for one. */
const CONCURRENCY = 50;

const config = parseConfig({ ...process.env, CONNECTS_DATABASE_POOL: String(CONCURRENCY) });
const app = composeApp(config, systemClock, createLog(config.logLevel));
const deps = app.settleDeps;

async function settleAlone(payload: SettlePayload): Promise<void> {
  const outcomes = await settleAccounts(deps, [payload]);
  throwIfFailed(outcomes.get(payload.account) as SettleOutcome);
}

const worker = new Worker<SettlePayload>(settleContract.queue, (job) => settleAlone(job.data), {
  ...commonOptions(app, workerConnection(required(config, 'redisUrl'))),
  concurrency: CONCURRENCY,
});
worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
worker.on('failed', (_job, error) => process.stderr.write(`${error.message}\n`));
process.once('SIGTERM', () => process.exit());
