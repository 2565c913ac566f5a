/** The scheduler process: keeps the tick in Redis, and sweeps when it fires. Two of them tick harmlessly twice. */
import { Queue, Worker } from 'bullmq';
import type { App } from '../src/app.ts';
import { asUnavailable, driverWords } from '../src/db/errors.ts';
import { isOutage } from '../src/outage-log.ts';
import { asRedisUnavailable } from '../src/queue/connection.ts';
import { tickContract } from '../src/queue/contracts.ts';
import { databaseNow } from '../src/db/query.ts';
import { HELD, held } from '../src/ledger/ledger-hold.ts';
import type { SweepOutcome } from '../src/operations/runs/sweep.ts';
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
import { connectionTo } from './worker-connection.ts';

/** How soon a tick that met an outage, or a hold, is made up for when that is over: the next one may be a while away. */
const MAKE_UP_MS = 5_000;
/** How soon a schedule that Redis forgot comes back. */
const SCHEDULE_CHECK_MS = 15_000;

export function startScheduler(app: App): Process {
  const stopping = new AbortController();
  const connection = connectionTo(tickContract.queue, app);
  const ticks = new Queue(tickContract.queue, { connection, prefix: app.config.queuePrefix });
  const tick = sweepTick(app.sweepDeps, stopping.signal);
  const met = new Set<string>();
  let missed = false;
  const worker = new Worker(
    tickContract.queue,
    async (job) => {
      const swept = await app.outages.watchNowAndThen(met, () => tick(slotOf(job)));
      app.log.debug({ outcome: swept.outcome }, 'tick');
      missed = isHeld(app, swept);
    },
    { ...commonOptions(app, connection), concurrency: 1 },
  );
  logErrors(app, worker, tickContract.queue);
  worker.on('failed', (_job, thrown) => {
    const error = asUnavailable(thrown);
    missed = isOutage(error);
    // Told where it was met; over when the comparing below has found it so, or a tick gets through.
    if (missed) return;
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
      missed = isHeld(app, await sweepAgain(app.sweepDeps, stopping.signal));
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

/** Whether there is something to make up for once the hold ends; told once when it begins, and once when it is over. */
function isHeld({ clock, outages }: App, swept: SweepOutcome): boolean {
  if (swept.outcome === 'held') outages.tell(held(swept.hold), clock.elapsedMs());
  else outages.isOver(HELD);
  return swept.outcome === 'held';
}
