/** /livez, /readyz and /metrics: of the console, and of a worker or scheduler that has a port of its own. */
import { type Context, type Env, Hono } from 'hono';
import type { App } from '../app.ts';
import { DATABASE_OUTAGES, asUnavailable, driverWords } from '../db/errors.ts';
import { databaseNow } from '../db/query.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { messageOf } from '../errors.ts';
import { isOutage } from '../outage-log.ts';
import { type AnswerError, answerError } from './errors.ts';
import { anyone } from './sign-in/rights.ts';
import { Meter } from '../operations/upkeep/measure.ts';
import { ProgressWatch, lookEveryMs } from '../operations/runs/watch-progress.ts';

const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';
/** A probe that waits longer is answered as not ready. */
const CHECK_DEADLINE_MS = 4_000;

export interface HealthPages {
  readonly pages: Hono;
  readonly stop: () => void;
}

export function healthPages(app: App): HealthPages {
  const { db, clock, clocks, outages, health, tally, config } = app;
  const pages = new Hono();
  const deps = { db, clock, clocks, health, outages, settings: config };
  const watch = new ProgressWatch({ ...deps, inspector: app.inspector });
  const meter = new Meter({
    db,
    // The replica's connections are opened by whoever reads from it first.
    get readDb() {
      return app.readDb;
    },
    clock,
    outages,
    tally,
    inspector: app.inspector,
    settings: config,
  });
  const looking = setInterval(() => void watch.look(), lookEveryMs(config.stallMaxMs));
  looking.unref();
  void watch.look();
  pages.get('/livez', anyone, (context) => {
    const { live, waiting, stalledMs } = watch.progress;
    return context.json({ live, waiting, stalledSeconds: Math.round(stalledMs / 1_000) }, live ? 200 : 503);
  });
  pages.get('/readyz', anyone, async (context) => {
    const faults = await readinessFaults(app);
    return context.json({ ready: faults.length === 0, faults }, faults.length === 0 ? 200 : 503);
  });
  pages.get('/metrics', anyone, async (context) =>
    context.body(await meter.read(), 200, { 'Content-Type': PROMETHEUS_TEXT }),
  );
  return { pages, stop: () => clearInterval(looking) };
}

/**
 * Why a page could not be shown. A server that is away is told of once, and its return by whoever looks for progress;
 * anything else is a fault of ours, and is not said to be a server's.
 */
export function answerThrown<E extends Env>(
  { clock, log, outages }: App,
  context: Context<E>,
  thrown: unknown,
  answer: AnswerError<E> = answerError,
): Response | Promise<Response> {
  // Nobody is left to hear an answer, and nothing is wrong with us.
  if (context.req.raw.signal.aborted) return answer(context, 400, 'the request was broken off');
  const error = asUnavailable(thrown);
  if (!isOutage(error)) {
    log.warn({ code: 'console-error' }, driverWords(error));
    return answer(context, 500, 'This could not be done: the log says why. Sending it again may not help.');
  }
  outages.tell(error, clock.elapsedMs());
  context.header('Retry-After', '5');
  const what = DATABASE_OUTAGES.includes(error.code)
    ? 'The database cannot be reached right now.'
    : error.message;
  return answer(context, 503, `${what} Try again in a moment.`);
}

/** What stands in the way of work; empty when ready. */
async function readinessFaults(app: App): Promise<string[]> {
  const checks: Record<string, () => Promise<unknown>> = {
    database: async () => {
      const pending = await pendingMigrations(app.db);
      if (pending.length > 0)
        throw new Error(`${pending.length} migrations are pending: run "connects migrate"`);
    },
    redis: () => app.queue.countSettling(),
    // As of the last comparison of all three: that of Redis may take longer than a probe waits.
    clocks: () => databaseNow(app.db),
  };
  const faults = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await withinMs(check(), CHECK_DEADLINE_MS);
        return [];
      } catch (error) {
        return [`${name}: ${messageOf(error)}`];
      }
    }),
  );
  return [...faults.flat(), ...(await app.health.faults())];
}

async function withinMs(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1_000} s`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
