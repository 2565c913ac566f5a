/** Everything that operators watch, gathered and turned into text; at most every few seconds, whoever asks. */
import type { Clock } from '../../clock.ts';
import { skewOf } from '../../clocks.ts';
import type { Database } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { findLastAudit } from '../../ledger/audit-results.ts';
import type { MetricSource } from '../../metrics.ts';
import { type OutageLog, isOutage } from '../../outage-log.ts';
import { findHold } from '../../outbox/hold.ts';
import { findOldestUnsent } from '../../outbox/outbox.ts';
import { findOutage } from '../../outbox/refusals.ts';
import { nextSlot } from '../../queue/cron.ts';
import { REDIS_OUTAGES } from '../../queue/connection.ts';
import type { Inspector } from '../../queue/inspector.ts';
import { readLagMs } from '../../reports/lag.ts';
import { readMeasures } from '../../reports/measures.ts';
import type { Tally } from '../../tally.ts';
import { VERSION } from '../../version.ts';
import { listBusy } from './list-busy.ts';

export interface MeasureDeps {
  /** The primary: a replica that lags would tell of a lateness that is its own. */
  readonly db: Database;
  /** Of it only how far it is behind; the same where there is no replica. */
  readonly readDb: Database;
  readonly clock: Clock;
  readonly outages: OutageLog;
  readonly inspector: Inspector;
  readonly tally: Tally;
  readonly settings: { readonly sweepCron: string; readonly readDatabaseUrl?: string | undefined };
}

/** A replica that is away, or hangs, keeps nobody's scrape waiting. */
const REPLICA_MAX_MS = 2_000;

/** How old an answer may be: several scrapers, and impatient ones, cost no more than one. */
const KEPT_MS = 5_000;

export class Meter {
  readonly #deps: MeasureDeps;
  #kept: { readonly text: Promise<string>; readonly at: number } | undefined;

  constructor(deps: MeasureDeps) {
    this.#deps = deps;
  }

  /** @throws unavailable when the database cannot be asked; without Redis, only its metrics are absent */
  read(): Promise<string> {
    const now = this.#deps.clock.elapsedMs();
    if (this.#kept && now - this.#kept.at < KEPT_MS) return this.#kept.text;
    const text = measure(this.#deps);
    this.#kept = { text, at: now };
    // A failure is nobody's answer but his who asked.
    text.catch(() => (this.#kept = undefined));
    return text;
  }
}

export async function measure(deps: MeasureDeps): Promise<string> {
  const { db, settings } = deps;
  const oldestUnsentAt = await findOldestUnsent(db);
  const mailNotTakenSince = (await findOutage(db))?.since;
  const mailHeldSince = (await findHold(db))?.heldAt;
  const next = (after: Instant): Instant => nextSlot(settings.sweepCron, after);
  const measures = await readMeasures(db, { next, oldestUnsentAt, mailNotTakenSince, mailHeldSince });
  const { redisSkewMs, ...redis } = await readRedis(deps, { db, now: measures.now });
  const skewMs = new Map([['database', await skewOf(() => shownNow(db), deps.clock)]]);
  if (redisSkewMs !== null) skewMs.set('redis', redisSkewMs);
  // Whoever asks for metrics goes on asking; no other command needs what makes their text.
  const { renderMetrics } = await import('../../metrics.ts');
  return renderMetrics({
    measures,
    ...redis,
    skewMs,
    replicaBehindMs: await readBehindMs(db, deps),
    auditDrift: (await findLastAudit(db))?.findings ?? null,
    version: VERSION,
  });
}

async function readBehindMs(db: Database, { readDb, clock, settings }: MeasureDeps): Promise<number> {
  if (settings.readDatabaseUrl === undefined) return 0;
  const timer = new AbortController();
  const late = clock.sleep(REPLICA_MAX_MS, timer.signal).then(() => NaN);
  try {
    return await Promise.race([readLagMs(db, readDb).catch(() => NaN), late]);
  } finally {
    timer.abort();
  }
}

async function readRedis(
  { clock, inspector, tally, outages }: MeasureDeps,
  { db, now }: { readonly db: Database; readonly now: Instant },
): Promise<Pick<MetricSource, 'queues' | 'tallies' | 'busy'> & { readonly redisSkewMs: number | null }> {
  try {
    // The outage of one scrape is known to be over when another one goes well: both met the same Redis.
    const known = outages.open(REDIS_OUTAGES);
    // That it is over, only a write tells; one of several servers that is still away keeps the others' figures from nobody.
    const lost = known.length > 0 ? await inspector.requireSomeServing() : [];
    return await outages.lookFor(lost.length > 0 ? [] : known, async () => {
      const queues = await inspector.readQueues(now);
      const isWhole = queues.every((one) => one.lost === 0);
      const orAbsent = <Read>(read: Promise<Read>): Promise<Read | null> =>
        isWhole ? read : read.catch(nullOfOutage);
      await orAbsent(tally.carry(inspector));
      const redisSkewMs = await orAbsent(skewOf(() => inspector.readTime(), clock));
      const tallies = await orAbsent(inspector.readTallies());
      const busy = await orAbsent(listBusy({ db, inspector }, now));
      return { queues, tallies, busy: busy?.length ?? null, redisSkewMs };
    });
  } catch (error) {
    if (!isOutage(error)) throw error;
    return { queues: null, tallies: null, busy: null, redisSkewMs: null };
  }
}

/** Of a cluster the rest may lie on a master that is gone. */
function nullOfOutage(error: unknown): null {
  if (isOutage(error)) return null;
  throw error;
}
