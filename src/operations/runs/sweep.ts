/**
 * A sweep: one pass over everyone who is due. It asks the database, never the clock's tick, so ten missed ticks
 * change nothing, and ticking twice changes nothing.
 *
 * At most one sweep run is open. A sweep that finds one joins it: it submits what SQL says is still due.
 */
import { type Database, unlessLocked } from '../../db/connection.ts';
import { ROW_LOCKED, driverWords, isRowLocked } from '../../db/errors.ts';
import { databaseNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { type DuePosition, anyDue, countDue } from '../../ledger/accounts.ts';
import { type LedgerHold, findLedgerHold } from '../../ledger/ledger-hold.ts';
import { countLeft, listLeft } from '../../ledger/run-accounts.ts';
import {
  type Notify,
  type Run,
  type Tick,
  failTick,
  findOpenSweep,
  findRun,
  insertRun,
  insertTick,
  isListed,
  leaseSubmitting,
  listOpenRuns,
  releaseSubmitting,
} from '../../ledger/runs.ts';
import { getLatestTerms } from '../../ledger/terms-versions.ts';
import type { Log } from '../../log.ts';
import type { JobQueue } from '../../queue/producer.ts';
import { resolveAsOf } from './as-of.ts';
import { closeRunIfDone } from './close-run.ts';
import { inCohorts, oneByOne } from './lanes.ts';

export interface SweepDeps {
  readonly db: Database;
  readonly log: Log;
  readonly queue: JobQueue;
  readonly settings: { readonly settleGraceMs: number; readonly cohortOver: number };
}

export type SubmitDeps = Pick<SweepDeps, 'db' | 'queue'> & {
  readonly settings: Pick<SweepDeps['settings'], 'cohortOver'>;
};

export interface SweepRequest {
  /** Taken as now; the database's clock less the grace when absent. */
  readonly asOf?: Instant;
  readonly source: 'scheduler' | 'command';
  /** The scheduler's slot, for ticks. */
  readonly slotAt?: Instant;
  readonly actor: string;
  readonly reason?: string;
  readonly notify?: Notify;
  readonly signal?: AbortSignal;
  /** One more look of a sweep that has recorded its tick already. */
  readonly again?: boolean;
  /** Asked where no run is open: false, and none is opened. */
  readonly mayOpen?: () => Promise<boolean>;
}

export type SweepOutcome =
  | { readonly outcome: 'nothing-due'; readonly asOf: Instant }
  /** The ledger is: nothing was opened or submitted. */
  | { readonly outcome: 'held'; readonly asOf: Instant; readonly hold: LedgerHold }
  | {
      readonly outcome: 'opened' | 'joined';
      readonly asOf: Instant;
      readonly run: Run;
      readonly submitted: number;
    };

/** A submitter that is silent for this long is taken for dead, and the next sweep goes on in its place. */
const LEASE_MS = 30_000;

/**
 * @throws invalid-input `as-of-in-future`; unavailable when the database or Redis cannot be reached: whatever was
 *   not submitted is still due, and the next sweep finds it.
 */
export async function sweep(deps: SweepDeps, request: SweepRequest): Promise<SweepOutcome> {
  const tick = new RecordedTick(deps, request, await databaseNow(deps.db));
  try {
    return await sweepOnce(deps, request, tick);
  } catch (error) {
    // Where the database is what failed, there is nowhere to write it: a slot without a tick says so too.
    await tick.fails().catch(() => undefined);
    throw error;
  }
}

/** Submitting takes a while, and whoever does it may die meanwhile: what the tick found is written before. */
async function sweepOnce(deps: SweepDeps, request: SweepRequest, tick: RecordedTick): Promise<SweepOutcome> {
  const asOf = await resolveAsOf(deps, request.asOf);
  const hold = await findLedgerHold(deps.db);
  if (hold) {
    await tick.finds('held', null);
    return { outcome: 'held', asOf, hold };
  }
  const found = await openOrJoin(deps, asOf, request);
  await tick.finds(found?.outcome ?? 'nothing-due', found?.run.id ?? null);
  await resumeListed(deps, request.signal);
  if (!found) return { outcome: 'nothing-due', asOf };
  return { ...found, asOf, submitted: await submitLeft(deps, found.run, request.signal) };
}

async function openOrJoin(
  deps: SweepDeps,
  asOf: Instant,
  request: SweepRequest,
): Promise<{ outcome: 'opened' | 'joined'; run: Run } | undefined> {
  const open = await findOpenSweep(deps.db);
  if (open && !(await closeRunIfDone(deps, open))) return { outcome: 'joined', run: open };
  if (request.mayOpen && !(await request.mayOpen())) return undefined;
  if (!(await anyDue(deps.db, asOf))) return undefined;
  const id = await openRun(deps, asOf, request);
  const run = id === 'taken' ? await findOpenSweep(deps.db) : await findRun(deps.db, id);
  // Opened by somebody else and closed again since: whatever is due now is for the next sweep.
  return run && { outcome: id === 'taken' ? 'joined' : 'opened', run };
}

async function openRun(deps: SweepDeps, asOf: Instant, request: SweepRequest): Promise<number | 'taken'> {
  const terms = await getLatestTerms(deps.db);
  const id = await insertRun(deps.db, {
    kind: 'sweep',
    asOf,
    termsVersion: terms.version,
    notify: request.notify ?? 'digest',
    actor: request.actor,
    reason: request.reason ?? null,
    dueAtStart: await countDue(deps.db, asOf),
    at: await databaseNow(deps.db),
    openKey: 'sweep',
  });
  if (id !== 'taken') deps.log.info({ run: id, asOf: formatInstant(asOf) }, 'run opened');
  return id;
}

/** A run over a list whose process died is gone on with, or closed, by whoever sweeps next. */
async function resumeListed(deps: SweepDeps, signal: AbortSignal | undefined): Promise<void> {
  for (const run of await listOpenRuns(deps.db)) {
    if (!isListed(run) || (await unlessLocked(() => closeRunIfDone(deps, run)))) continue;
    await submitLeft(deps, run, signal);
  }
}

/**
 * Enqueues a job for every account that a run has still to settle and may try now, or for every few hundred of them where
 * they are many; 0 when somebody else is at it, or the run is not running any more.
 */
export async function submitLeft(
  deps: SubmitDeps,
  run: Run,
  signal: AbortSignal | undefined,
): Promise<number> {
  let held = await lease(deps, run.id, undefined);
  if (held === undefined) return 0;
  let submitted = 0;
  try {
    const { cohortOver } = deps.settings;
    const left = await countUnheld(deps, run);
    if (left === 0) return 0;
    const lane = cohortOver > 0 && left > cohortOver ? inCohorts : oneByOne;
    let after: DuePosition | undefined;
    do {
      const now = await databaseNow(deps.db);
      const page = await listLeft(deps.db, run, { now, after, limit: lane.page });
      await lane.enqueue(deps.queue, { run: run.id, after, page });
      submitted += page.length;
      after = page.length < lane.page ? undefined : page.at(-1);
      held = await lease(deps, run.id, held);
    } while (after && held !== undefined && !signal?.aborted);
  } finally {
    // Where somebody keeps the row locked, the lease runs out by itself.
    if (held !== undefined) await unlessLocked(() => releaseSubmitting(deps.db, run.id, held as Instant));
  }
  return submitted;
}

/**
 * Accounts that are left and that the queue may not hold; 0 where it holds them: nothing was lost and nobody waits for a
 * retry, so adding the same jobs again would only cost time.
 */
async function countUnheld({ db, queue, settings }: SubmitDeps, run: Run): Promise<number> {
  const { waiting, active, cohorts } = await queue.countSettling();
  // Whom a cohort leaves over is tried by himself, after the last of them.
  if (cohorts > 0 && !isListed(run)) return 0;
  const left = await countLeft(db, run);
  // The jobs of a few accounts on a list cannot be told from those of a sweep.
  if (isListed(run)) return cohorts > 0 && left > settings.cohortOver ? 0 : left;
  return waiting + active > 0 && waiting + active >= left ? 0 : left;
}

async function lease(
  deps: Pick<SweepDeps, 'db'>,
  runId: number,
  held: Instant | undefined,
): Promise<Instant | undefined> {
  const now = await databaseNow(deps.db);
  const until = Math.max(now + LEASE_MS, (held ?? 0) + 1);
  try {
    return (await leaseSubmitting(deps.db, { runId, now, until, held })) ? until : undefined;
  } catch (error) {
    // Whoever keeps the run's row locked keeps nobody from being settled: a job that is added twice is one job.
    if (isRowLocked(error)) return until;
    throw error;
  }
}

/** The one row of a sweep's tick. */
class RecordedTick {
  readonly #db: Database;
  readonly #log: Log;
  readonly #request: SweepRequest;
  readonly #firedAt: Instant;
  #id: number | undefined;

  constructor({ db, log }: Pick<SweepDeps, 'db' | 'log'>, request: SweepRequest, firedAt: Instant) {
    this.#db = db;
    this.#log = log;
    this.#request = request;
    this.#firedAt = firedAt;
  }

  async finds(outcome: Tick['outcome'], runId: number | null): Promise<void> {
    const { again, source, slotAt = null } = this.#request;
    if (again) return;
    try {
      this.#id = await insertTick(this.#db, { at: this.#firedAt, slotAt, source, outcome, runId });
    } catch (error) {
      // A tick is a record only: whoever keeps the table locked keeps nobody from being settled.
      if (!isRowLocked(error)) throw error;
      this.#log.warn({ code: ROW_LOCKED }, `the tick could not be recorded: ${driverWords(error)}`);
    }
  }

  /** Whatever was found before: a second row would make the slot look doubled. */
  async fails(): Promise<void> {
    if (this.#id === undefined) return this.finds('failed', null);
    await failTick(this.#db, this.#id);
  }
}
