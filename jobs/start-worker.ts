/** The worker process: settles accounts, relays the outbox, sends notices. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Worker } from 'bullmq';
import type { App } from '../src/app.ts';
import { unlessLocked } from '../src/db/connection.ts';
import { ConnectsError, messageOf } from '../src/errors.ts';
import type { DeliverDeps } from '../src/operations/mail/deliver-notices.ts';
import { relayNotices, returnLeases } from '../src/operations/mail/relay-notices.ts';
import {
  type SettleOutcome,
  type SettleRequest,
  settleAccounts,
} from '../src/operations/settling/settle-accounts.ts';
import { stageReminders } from '../src/operations/mail/stage-reminders.ts';
import { settleCohort } from '../src/operations/runs/settle-cohort.ts';
import { RateSamples } from '../src/operations/runs/rate-samples.ts';
import { tendRuns } from '../src/operations/runs/tend-runs.ts';
import { type Attempt, markSent } from '../src/outbox/attempts.ts';
import {
  type CohortPayload,
  type NoticePayload,
  type SettlePayload,
  cohortContract,
  noticeContract,
  settleContract,
} from '../src/queue/contracts.ts';
import { Slots } from '../src/operations/mail/slots.ts';
import { Batcher } from './batcher.ts';
import { BUSY_AGAIN_MS, BusyAccounts } from './busy-accounts.ts';
import { startAlerting } from './start-alerting.ts';
import { startBackfilling } from './start-backfilling.ts';
import { startCounting } from './start-counting.ts';
import { startReversing } from './start-reversing.ts';
import { startTakingUp } from './start-taking-up.ts';
import { deliverPage } from './deliver-notices.ts';
import {
  LOOPS_END_MS,
  type Process,
  closeWorkers,
  finishesWithin,
  lookForRedis,
  repeat,
  startComparing,
} from './process.ts';
import { settleAccount } from './settle-account.ts';
import { untilAvailable } from './patience.ts';
import { startShards } from './worker-connection.ts';

/** How long the first job of an idle worker waits for company. */
const GATHER_MS = 2;
/** So many accounts that wait are worth a transaction beside the one that is under way. */
const BESIDE_FROM = 200;
/** How long the relay rests when it found nothing to send. */
const RELAY_PAUSE_MS = 500;
/** How often notices of the dead are looked for. */
const RETURN_EVERY_MS = 2_000;
/** How often it is looked for accounts to remind. */
const REMINDERS_EVERY_MS = 600_000;
/** Cohorts at work at once: while one is written, others are decided and read. */
const COHORTS_AT_ONCE = 4;
/** Pages of notices at work at once: enough that no connection waits for the database. */
const PAGES_AT_ONCE = 4;
/** How long the first of some marks waits for others: a crash meanwhile sends these letters a second time. */
const MARK_GATHER_MS = 25;
/** Notices marked in one statement at the most. */
const MARK_MAX = 500;
/** How often a worker looks whether the open runs are done. */
const TEND_EVERY_MS = 5_000;
/** How often what was counted, and who is busy, is carried to Redis. */
const CARRY_EVERY_MS = 2_000;
/** How often it is written down how fast runs settle. */
const SAMPLE_EVERY_MS = 2_000;

const LISTENERS_MAX = 100;

/** Starts working at once. Without SMTP_URL it settles only: notices stay in the outbox. */
export function startWorker(app: App): Process & { readonly name: string } {
  const name = randomUUID();
  const stopping = new AbortController();
  // Every loop listens to it while it rests: that many are no leak.
  setMaxListeners(LISTENERS_MAX, stopping.signal);
  const givingUp = new AbortController();
  // Every letter on its way.
  setMaxListeners(0, givingUp.signal);
  app.health.pulse();
  const busy = new BusyAccounts(app);
  const rates = new RateSamples(app.clock);
  const settling = startSettling(app, { busy, rates }, stopping.signal);
  const workers: Worker[] = settling.flat();
  const parts = [startTending, startTakingUp, startReversing, startAlerting, startCounting];
  const loops = parts.map((start) => start(app, stopping.signal));
  loops.push(startBackfilling(app, stopping.signal, name));
  loops.push(startTryingAgain(app, busy, stopping.signal), startCarrying(app, busy, stopping.signal));
  loops.push(startSampling(app, rates, stopping.signal));
  const forget = app.health.addCheck('worker', () => firstFaultOf(settling, app));
  const delivering = startDelivering(app, { stopping: stopping.signal, giveUp: givingUp.signal });
  if (delivering) {
    workers.push(...delivering);
    loops.push(...startRelay(app, stopping.signal), startReminding(app, stopping.signal));
  }
  loops.push(startComparing(app, stopping.signal, workers));
  return {
    name,
    stop: async () => {
      stopping.abort();
      forget();
      await closeWorkers(workers, app, () => givingUp.abort());
      await finishesWithin(app, Promise.allSettled(loops), LOOPS_END_MS);
      await finishesWithin(app, Promise.allSettled([carry(app, busy), rates.write(app.db)]), LOOPS_END_MS);
    },
  };
}

interface Watching {
  readonly busy: BusyAccounts;
  readonly rates: RateSamples;
}

/**
 * Two lanes: a job is of one account, or of several hundred. What comes from any shard is settled together.
 * @returns of each lane, a worker for each shard
 */
function startSettling(app: App, { busy, rates }: Watching, signal: AbortSignal): Worker[][] {
  const { config } = app;
  const settleTogether = async (requests: readonly SettleRequest[]): Promise<Map<string, SettleOutcome>> => {
    const { outcomes, tookMs } = await untilAvailable(patient(app, signal), () => settleBatch(app, requests));
    for (const request of requests) busy.note(request, outcomes.get(request.account));
    rates.note(requests, outcomes, tookMs);
    return outcomes;
  };
  const lane = (): Batcher<SettleRequest, SettleOutcome> =>
    new Batcher({
      keyOf: (request) => request.account,
      flush: settleTogether,
      batchMax: config.batchMax,
      gatherMs: GATHER_MS,
      besideFrom: BESIDE_FROM,
    });
  // Whose rows somebody may keep locked go by themselves: finding them takes time, and nobody else is to wait for it.
  const isSlow = (account: string): boolean => busy.has(account);
  const settle = settleAccount({ ordinary: lane(), slow: lane(), isSlow });
  const { db } = app;
  const deps = { db, batchMax: config.batchMax, settle: settleTogether, isSlow };
  // A small pool keeps a connection for everybody else.
  const cohortsAtOnce = Math.max(1, Math.min(COHORTS_AT_ONCE, config.databasePoolMax - 1));
  // Of several shards each may have one at hand.
  const slots = new Slots(cohortsAtOnce);
  return [
    startShards<SettlePayload>(app, settleContract.queue, (job) => settle(job.data), {
      concurrency: config.workerConcurrency,
    }),
    startShards<CohortPayload>(
      app,
      cohortContract.queue,
      (job) => slots.run(() => settleCohort(deps, job.data)),
      { concurrency: cohortsAtOnce },
    ),
  ];
}

type Ends = Required<Pick<DeliverDeps, 'stopping' | 'giveUp'>>;

function startDelivering(app: App, ends: Ends): Worker[] | undefined {
  const { deliverDeps } = app;
  if (!deliverDeps) {
    app.log.warn('SMTP_URL is not set: notices stay in the outbox');
    return undefined;
  }
  const deliver = deliverPage(
    { ...deliverDeps, ...ends, markSent: markTogether(app, deliverDeps, ends.stopping) },
    app.tally,
  );
  return startShards<NoticePayload>(app, noticeContract.queue, (job) => deliver(job.data), {
    concurrency: PAGES_AT_ONCE,
  });
}

/** Group commit for marks: while one statement is on its way, the next one gathers. A database that is away is awaited. */
function markTogether(app: App, { db }: DeliverDeps, signal: AbortSignal): DeliverDeps['markSent'] {
  const keyOf = ({ id, attempts }: Attempt): string => `${id} ${attempts}`;
  const batcher = new Batcher<Attempt, boolean>({
    keyOf,
    flush: async (sent) => {
      const locked = await untilAvailable(patient(app, signal), () => markSent(db, sent));
      // Else each statement would carry the two or three that ended during the one before.
      await app.clock.sleep(MARK_GATHER_MS, signal);
      return new Map(sent.map((one) => [keyOf(one), !locked.includes(one)]));
    },
    batchMax: MARK_MAX,
    gatherMs: MARK_GATHER_MS,
  });
  return (attempt) => batcher.submit(attempt);
}

/** One transaction's worth of jobs. A sign of life is what was done for somebody: a batch that did nothing is none. */
async function settleBatch(
  app: App,
  requests: readonly SettleRequest[],
): Promise<{ readonly outcomes: Map<string, SettleOutcome>; readonly tookMs: number }> {
  const startedAt = app.clock.elapsedMs();
  const outcomes = await settleAccounts(app.settleDeps, requests).catch((error: unknown) => {
    // A server that is away is told of by those who wait for it; anything else is a fault of ours, and nobody else's.
    if (!(error instanceof ConnectsError))
      app.log.error({ accounts: requests.length, outcome: 'thrown', code: 'unexpected' }, messageOf(error));
    throw error;
  });
  if ([...outcomes.values()].some((one) => one.outcome !== 'busy')) app.health.pulse();
  app.tally.observe('settle-batch-size', requests.length);
  const tookMs = app.clock.elapsedMs() - startedAt;
  app.tally.observe('settle-duration', tookMs / 1_000);
  return { outcomes, tookMs };
}

const patient = ({ clock, outages }: App, signal: AbortSignal) => ({ clock, outages, signal });

/** A lane works as long as one of its shards does: of a shard that is lost, no worker is the fault. */
async function firstFaultOf(lanes: readonly (readonly Worker[])[], app: App): Promise<string | undefined> {
  const faults = await Promise.all(
    lanes.map((shards) => Promise.all(shards.map((worker) => faultOf(worker, app)))),
  );
  return faults.find((shards) => shards.every((one) => one !== undefined))?.[0];
}

/** A worker takes jobs over a connection of its own that blocks: the ordinary one may be well while that one is not. */
async function faultOf(worker: Worker, app: App): Promise<string | undefined> {
  if (!worker.isRunning()) return 'it is not running';
  const { connection, blockingConnection } = worker.backend;
  if (!(await isReady(connection, app))) return 'Redis: it is not connected';
  return (await isReady(blockingConnection, app)) ? undefined : 'Redis: its blocking client is not connected';
}

/** A connection that was never made has no client to ask yet. */
async function isReady(
  connection: { client: Promise<{ status: string }> } | undefined,
  app: App,
): Promise<boolean> {
  if (!connection) return false;
  let ready = false;
  const asking = connection.client.then((client) => void (ready = client.status === 'ready'));
  await finishesWithin(
    app,
    asking.catch(() => undefined),
    1_000,
  );
  return ready;
}

/** Whoever settles last closes the run, so that it does not stay open until the next tick. */
function startTending(app: App, signal: AbortSignal): Promise<void> {
  return repeat(app, signal, async () => {
    await tendRuns(app.sweepDeps, signal);
    return TEND_EVERY_MS;
  });
}

/** Their jobs have ended, so the same ids may be added anew. */
function startTryingAgain(app: App, busy: BusyAccounts, signal: AbortSignal): Promise<void> {
  return repeat(app, signal, async () => {
    const again = busy.take();
    if (again.length > 0) await app.queue.enqueueSettling(again);
    return BUSY_AGAIN_MS;
  });
}

function startCarrying(app: App, busy: BusyAccounts, signal: AbortSignal): Promise<void> {
  return repeat(app, signal, async () => {
    // Of several servers one may be away for long, while others take what is carried.
    const [looked] = await Promise.allSettled([lookForRedis(app)]);
    await carry(app, busy);
    if (looked.status === 'rejected') throw looked.reason;
    return CARRY_EVERY_MS;
  });
}

function startSampling(app: App, rates: RateSamples, signal: AbortSignal): Promise<void> {
  return repeat(app, signal, async () => {
    await unlessLocked(() => rates.write(app.db));
    return SAMPLE_EVERY_MS;
  });
}

async function carry({ inspector, tally }: App, busy: BusyAccounts): Promise<void> {
  await tally.carry(inspector);
  await busy.share((accounts) => inspector.keepBusy(accounts));
}

function startRelay(app: App, signal: AbortSignal): Promise<void>[] {
  const relaying = repeat(app, signal, async () => {
    const claimed = await relayNotices(app.relayDeps);
    return claimed > 0 ? 0 : RELAY_PAUSE_MS;
  });
  const returning = repeat(app, signal, async () => {
    await returnLeases(app.relayDeps);
    return RETURN_EVERY_MS;
  });
  return [relaying, returning];
}

function startReminding(app: App, signal: AbortSignal): Promise<void> {
  return repeat(app, signal, async () => {
    await stageReminders(app.reminderDeps, signal);
    return REMINDERS_EVERY_MS;
  });
}
