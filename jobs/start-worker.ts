/** The worker process: settles accounts, relays the outbox, sends notices. */
import { Worker } from 'bullmq';
import type { App } from '../src/app.ts';
import { required } from '../src/config.ts';
import { databaseNow } from '../src/db/query.ts';
import { findOpenSweep, heartbeat } from '../src/ledger/runs.ts';
import { closeRunIfDone } from '../src/operations/close-run.ts';
import { relayNotices } from '../src/operations/relay-notices.ts';
import { type SettleOutcome, type SettleRequest, settleAccounts } from '../src/operations/settle-accounts.ts';
import { workerConnection } from '../src/queue/connection.ts';
import {
  type NoticePayload,
  type SettlePayload,
  noticeContract,
  settleContract,
} from '../src/queue/contracts.ts';
import { Batcher } from './batcher.ts';
import { deliverOne } from './deliver-notice.ts';
import { type Process, closeWorkers, commonOptions, logErrors, repeat } from './process.ts';
import { settleAccount } from './settle-account.ts';
import { untilAvailable } from './patience.ts';

/** How long the first job of an idle worker waits for company. */
const GATHER_MS = 2;
/** How long the relay rests when it found nothing to send. */
const RELAY_PAUSE_MS = 500;
/** How often a worker looks whether the open run is done. */
const CLOSE_CHECK_MS = 5_000;

/** Starts working at once. Without SMTP_URL it settles only: notices stay in the outbox. */
export function startWorker(app: App): Process {
  const stopping = new AbortController();
  const workers: Pick<Worker, 'close'>[] = [startSettling(app, stopping.signal)];
  const loops = [startClosing(app, stopping.signal)];
  const deliver = startDelivering(app);
  if (deliver) {
    workers.push(deliver);
    loops.push(startRelay(app, stopping.signal));
  }
  return {
    stop: async () => {
      stopping.abort();
      await closeWorkers(workers, app);
      await Promise.all(loops);
    },
  };
}

function startSettling(app: App, signal: AbortSignal): Worker<SettlePayload> {
  const { config } = app;
  const batcher = new Batcher<SettleRequest, SettleOutcome>({
    keyOf: (request) => request.account,
    flush: (requests) => untilAvailable({ ...app, signal }, () => settleAccounts(app.settleDeps, requests)),
    batchMax: config.batchMax,
    gatherMs: GATHER_MS,
  });
  const settle = settleAccount(batcher);
  const worker = new Worker<SettlePayload>(settleContract.queue, (job) => settle(job.data), {
    ...commonOptions(app, workerConnection(required(config, 'redisUrl'))),
    concurrency: config.workerConcurrency,
  });
  logErrors(app, worker, settleContract.queue);
  return worker;
}

function startDelivering(app: App): Worker<NoticePayload> | undefined {
  const { config, deliverDeps } = app;
  if (!deliverDeps) {
    app.log.warn('SMTP_URL is not set: notices stay in the outbox');
    return undefined;
  }
  const deliver = deliverOne(deliverDeps);
  const worker = new Worker<NoticePayload>(noticeContract.queue, (job) => deliver(job.data), {
    ...commonOptions(app, workerConnection(required(config, 'redisUrl'))),
    // A few letters ahead of the connections, so that none of them waits for the database.
    concurrency: config.mailConnectionsMax * 4,
  });
  logErrors(app, worker, noticeContract.queue);
  return worker;
}

/** Whoever settles last closes the run, so that it does not stay open until the next tick. */
function startClosing(app: App, signal: AbortSignal): Promise<void> {
  return repeat(app, signal, async () => {
    const run = await findOpenSweep(app.db);
    if (run && !(await closeRunIfDone(app, run))) await heartbeat(app.db, run.id, await databaseNow(app.db));
    return CLOSE_CHECK_MS;
  });
}

function startRelay(app: App, signal: AbortSignal): Promise<void> {
  return repeat(app, signal, async () => {
    const claimed = await relayNotices(app.relayDeps);
    return claimed > 0 ? 0 : RELAY_PAUSE_MS;
  });
}
