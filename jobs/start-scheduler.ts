/** The scheduler process: keeps the tick in Redis, and sweeps when it fires. Two of them tick harmlessly twice. */
import { Queue, Worker } from 'bullmq';
import type { App } from '../src/app.ts';
import { required } from '../src/config.ts';
import { asUnavailable, driverWords } from '../src/db/errors.ts';
import { isOutage } from '../src/outage-log.ts';
import { asRedisUnavailable, workerConnection } from '../src/queue/connection.ts';
import { tickContract } from '../src/queue/contracts.ts';
import { databaseNow } from '../src/db/query.ts';
import { slotOf } from '../src/queue/cron.ts';
import {
  LOOPS_END_MS,
  type Process,
  closeWorkers,
  commonOptions,
  finishesWithin,
  logErrors,
  lookForRedis,
  repeat,
  startComparing,
} from './process.ts';
import { startAlerting } from './start-alerting.ts';
import { ensureTicks } from './schedule.ts';
import { sweepAgain, sweepTick } from './sweep-tick.ts';

/** How soon a tick that met an outage is made up for when that is over: the next one may be a while away. */
const MAKE_UP_MS = 5_000;
/** How soon a schedule that Redis forgot comes back. */
const SCHEDULE_CHECK_MS = 15_000;

export function startScheduler(app: App): Process {
  const stopping = new AbortController();
  const connection = workerConnection(required(app.config, 'redisUrl'));
  const ticks = new Queue(tickContract.queue, { connection, prefix: app.config.queuePrefix });
  const tick = sweepTick(app.sweepDeps, stopping.signal);
  const met = new Set<string>();
  const worker = new Worker(
    tickContract.queue,
    async (job) => {
      const { outcome } = await app.outages.watchNowAndThen(met, () => tick(slotOf(job)));
      app.log.debug({ outcome }, 'tick');
    },
    { ...commonOptions(app, connection), concurrency: 1 },
  );
  logErrors(app, worker, tickContract.queue);
  let missed = false;
  worker.on('completed', () => (missed = false));
  worker.on('failed', (_job, thrown) => {
    // Told once, and over when the comparing below has found it so, or a tick gets through.
    const error = asUnavailable(thrown);
    missed = isOutage(error);
    if (isOutage(error)) return app.outages.tell(error, app.clock.elapsedMs());
    app.log.error({ code: 'tick-failed' }, driverWords(error));
  });
  ticks.on('error', () => undefined);
  const keeping = repeat(app, stopping.signal, async () => {
    await lookForRedis(app);
    const now = await databaseNow(app.db);
    const found = await ensureTicks(ticks, app.config.sweepCron, now).catch((error: unknown) => {
      throw asRedisUnavailable('keeping the schedule', error);
    });
    if (found !== 'unchanged') app.log.info({ pattern: app.config.sweepCron, found }, 'ticks scheduled');
    return SCHEDULE_CHECK_MS;
  });
  const makingUp = repeat(app, stopping.signal, async () => {
    if (!missed) return MAKE_UP_MS;
    missed = false;
    try {
      await sweepAgain(app.sweepDeps, stopping.signal);
    } catch (error) {
      missed = true;
      throw error;
    }
    return MAKE_UP_MS;
  });
  const comparing = startComparing(app, stopping.signal, [worker]);
  // Workers may be what is down.
  const alerting = startAlerting(app, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await closeWorkers([worker], app);
      await finishesWithin(
        app,
        Promise.allSettled([ticks.close(), keeping, makingUp, comparing, alerting]),
        LOOPS_END_MS,
      );
    },
  };
}
