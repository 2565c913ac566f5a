/** What the long-running processes have in common: worker options, loops that outlive outages, closing in time. */
import type { ConnectionOptions, Worker, WorkerOptions } from 'bullmq';
import type { App } from '../src/app.ts';
import { required } from '../src/config.ts';
import { CLOCKS_DISAGREE, COMPARE_EVERY_MS } from '../src/clocks.ts';
import { DATABASE_OUTAGES, driverWords } from '../src/db/errors.ts';
import { ConnectsError, messageOf } from '../src/errors.ts';
import { REDIS_OF_ANOTHER, requireOwnPrefix } from '../src/operations/upkeep/installation.ts';
import { isOutage } from '../src/outage-log.ts';
import { REDIS_OUTAGES, asRedisUnavailable, explainRedis } from '../src/queue/connection.ts';

/** Something that runs until it is stopped. */
export interface Process {
  stop(): Promise<void>;
}

/** How long a worker may take to finish what it holds; `close` may never resolve while Redis is down. */
const CLOSE_DEADLINE_MS = 15_000;
/** How long letters on their way may take: what is given back then is given back before the deadline. */
const PATIENCE_MS = 12_000;
const FORCED_CLOSE_MS = 1_000;
/** How long loops may take that have been told to stop: one of them may wait for a server that hangs. */
export const LOOPS_END_MS = 1_000;
const PAUSE_AFTER_ERROR_MS = 1_000;

/**
 * Finished and failed jobs are removed at once: a kept one would make the next `add` of its id a silent no-op, and
 * history lives in the database. A job whose worker dies may be handed out again without limit, because the ledger's
 * keys, not the queue, decide "once".
 */
export function commonOptions(app: App, connection: ConnectionOptions): WorkerOptions {
  return {
    connection,
    prefix: app.config.queuePrefix,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
    maxStalledCount: 1_000_000,
    // The jobs of a worker that was killed are handed out again after these two, twenty seconds at the most.
    lockDuration: 15_000,
    stalledInterval: 5_000,
  };
}

/**
 * Calls `turn` again and again; it returns how long to rest. Errors are logged, and end nothing; those of a server that
 * is away once, for all loops of the process.
 */
export async function repeat(app: App, signal: AbortSignal, turn: () => Promise<number>): Promise<void> {
  const met = new Set<string>();
  while (!signal.aborted) {
    let pauseMs: number;
    try {
      pauseMs = await app.outages.watch(met, turn);
    } catch (error) {
      const code = error instanceof ConnectsError ? error.code : 'unexpected';
      if (!isOutage(error)) app.log.warn({ code }, driverWords(error));
      pauseMs = PAUSE_AFTER_ERROR_MS;
    }
    await app.clock.sleep(pauseMs, signal);
  }
  app.outages.leave(met);
}

/**
 * Compares clocks, and looks whose the queues are. While clocks are apart, which may be the fault of this machine alone, its workers take no jobs, so that
 * others have them; whatever stands still goes on by itself once this has found that they agree again.
 */
export function startComparing(app: App, signal: AbortSignal, workers: readonly Taker[]): Promise<void> {
  const compared = [CLOCKS_DISAGREE, REDIS_OF_ANOTHER, ...DATABASE_OUTAGES];
  let paused = false;
  return repeat(app, signal, async () => {
    try {
      await app.outages.lookFor(compared, async () => {
        await app.clocks.compare(app);
        await requireOwnPrefix(app);
        await app.inspector.requireSameShards({ works: true });
      });
    } catch (error) {
      const mustNotWork = error instanceof ConnectsError && NOT_TO_WORK.includes(error.code);
      if (mustNotWork && !paused) await Promise.all(workers.map((worker) => worker.pause(true)));
      paused ||= mustNotWork;
      throw error;
    }
    if (paused) for (const worker of workers) await worker.resume();
    paused = false;
    return COMPARE_EVERY_MS;
  });
}

/** What is no reason to wait for a server, but to leave the jobs to others. */
const NOT_TO_WORK: readonly string[] = [CLOCKS_DISAGREE, REDIS_OF_ANOTHER];

type Taker = Pick<Worker, 'pause' | 'resume'>;

/**
 * Lets workers finish what they hold, up to the deadline; then lets go of it: the database knows what is left.
 * @param giveUp called shortly before, to end what waits for a server that hangs
 */
export async function closeWorkers(
  workers: readonly Pick<Worker, 'close'>[],
  app: App,
  giveUp?: () => void,
): Promise<void> {
  const closed = Promise.all(workers.map((worker) => worker.close()));
  if (await finishesWithin(app, closed, PATIENCE_MS)) return;
  giveUp?.();
  if (await finishesWithin(app, closed, CLOSE_DEADLINE_MS - PATIENCE_MS)) return;
  const forced = Promise.allSettled(workers.map((worker) => worker.close(true)));
  await finishesWithin(app, forced, FORCED_CLOSE_MS);
}

/** Whether `work` ends before the deadline; the deadline's timer never keeps a process alive after it did. */
export async function finishesWithin(app: App, work: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const ended = work.then(() => true);
  const late = app.clock.sleep(ms, timer.signal).then(() => false);
  try {
    return await Promise.race([ended, late]);
  } finally {
    timer.abort();
  }
}

/** Where Redis was away, or refused us: only a write tells that it is over. @throws while it lasts */
export async function lookForRedis({ outages, inspector }: App): Promise<void> {
  const known = outages.open(REDIS_OUTAGES);
  if (known.length > 0) await outages.lookFor(known, () => inspector.requireServing());
}

/** Connections come back one by one: so long after the first one has, another that fails still tells of the same outage. */
const COMING_BACK_MS = 30_000;

/** Why Redis takes nobody is asked by one of a process' workers, and told to all who ask meanwhile. */
function explainOnce(app: App, thrown: unknown): Promise<ConnectsError> {
  const known = explaining.get(app);
  if (known) return known;
  const asked = explainRedis(thrown, required(app.config, 'redisUrl'))
    .catch(() => thrown)
    .then((why) => asRedisUnavailable('taking jobs', why) as ConnectsError)
    .finally(() => explaining.delete(app));
  explaining.set(app, asked);
  return asked;
}

const explaining = new WeakMap<App, Promise<ConnectsError>>();

/** One line per outage, at the level it deserves; a worker whose connections come back says that it is over. */
export function logErrors(app: App, worker: Worker, name: string): void {
  let silentUntil = 0;
  let failingSince = -Infinity;
  let openAt = -Infinity;
  worker.backend.connection.on('ready', () => void lookForRedis(app).catch(() => undefined));
  const tell = (error: ConnectsError, now: number): void => {
    app.outages.tell(error, failingSince);
    if (app.outages.open([error.code]).length > 0) openAt = now;
  };
  worker.on('error', (thrown) => {
    const error = asRedisUnavailable('taking jobs', thrown);
    const now = app.clock.elapsedMs();
    if (isOutage(error)) {
      if (now - openAt > COMING_BACK_MS) failingSince = now;
      // Known already, or about to be: nobody asks for more.
      const isKnown = app.outages.open(REDIS_OUTAGES).length > 0;
      if (isKnown && error.kind === 'unavailable') openAt = now;
      else if (isKnown) tell(error, now);
      else if (worker.closing === undefined)
        void explainOnce(app, thrown).then((explained) => tell(explained, now));
      return;
    }
    if (now < silentUntil) return;
    silentUntil = now + 10_000;
    app.log.warn({ queue: name, code: 'queue-error' }, messageOf(error));
  });
}
