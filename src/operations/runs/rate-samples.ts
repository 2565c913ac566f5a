/**
 * How fast runs settle: a worker gathers how many accounts it settled in each second, and how long its batches took, and
 * writes that down now and then. Nothing waits for it. The picture of a run's rate is drawn from it, and how far a large
 * run is while it is open.
 */
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/connection.ts';
import { type Queryable, shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { addBatchTimes, roundedMs } from '../../ledger/run-batch-times.ts';
import { type RunSample, addRunSamples, stretchAt } from '../../ledger/run-samples.ts';
import { type Run, findRunsBegun } from '../../ledger/runs.ts';
import type { SettleOutcome, SettleRequest } from '../settling/settle-accounts.ts';

/** Accounts that somebody who writes down how far he is has just done: of a backfill, or a reversal. */
export async function sampleDone(
  db: Queryable,
  { id, startedAt }: Pick<Run, 'id' | 'startedAt'>,
  accounts: number,
): Promise<void> {
  if (accounts === 0) return;
  await addRunSamples(db, id, inStretches([[(await shownNow(db)) - startedAt, accounts]]));
}

interface Gathered {
  readonly run: number;
  /** By the clock that nobody sets. */
  readonly atMs: number;
  settled: number;
}

export class RateSamples {
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  #gathered = new Map<string, Gathered>();
  /** By run: how many batches took about so many milliseconds. */
  #batches = new Map<number, Map<number, number>>();

  constructor(clock: Pick<Clock, 'elapsedMs'>) {
    this.#clock = clock;
  }

  /** What a batch came to, and how long it took. It counts with each run for which it settled somebody. */
  note(
    requests: readonly SettleRequest[],
    outcomes: ReadonlyMap<string, SettleOutcome>,
    tookMs: number,
  ): void {
    const atMs = this.#clock.elapsedMs();
    const runs = new Set<number>();
    for (const { account, run } of requests) {
      if (outcomes.get(account)?.outcome !== 'settled') continue;
      runs.add(run);
      const key = `${run} ${Math.floor(atMs / 1_000)}`;
      const known = this.#gathered.get(key);
      if (known) known.settled += 1;
      else this.#gathered.set(key, { run, atMs, settled: 1 });
    }
    for (const run of runs) this.#noteBatch(run, roundedMs(tookMs));
  }

  #noteBatch(run: number, ms: number): void {
    const times = this.#batches.get(run) ?? new Map<number, number>();
    times.set(ms, (times.get(ms) ?? 0) + 1);
    this.#batches.set(run, times);
  }

  /** Asks nothing where nothing was settled. What could not be written is lost: it is a picture's. */
  async write(db: Database): Promise<void> {
    if (this.#gathered.size === 0) return;
    const gathered = [...this.#gathered.values()];
    const batches = this.#batches;
    this.#gathered = new Map();
    this.#batches = new Map();
    const nowMs = this.#clock.elapsedMs();
    const now = await shownNow(db);
    const begun = await findRunsBegun(
      db,
      gathered.map((one) => one.run),
    );
    for (const [run, startedAt] of begun) {
      const own = gathered.filter((one) => one.run === run);
      const at = (one: Gathered): Instant => now - (nowMs - one.atMs);
      await addRunSamples(db, run, inStretches(own.map((one) => [at(one) - startedAt, one.settled])));
      const times = [...(batches.get(run) ?? [])].map(([tookMs, count]) => ({ tookMs, batches: count }));
      await addBatchTimes(
        db,
        run,
        times.toSorted((a, b) => a.tookMs - b.tookMs),
      );
    }
  }
}

/** @param settled milliseconds since the run began, and accounts */
function inStretches(settled: readonly (readonly [sinceMs: number, accounts: number])[]): RunSample[] {
  const stretches = new Map<number, RunSample>();
  for (const [sinceMs, accounts] of settled) {
    const stretch = stretchAt(sinceMs / 1_000);
    const known = stretches.get(stretch.fromS)?.settled ?? 0;
    stretches.set(stretch.fromS, { ...stretch, settled: known + accounts });
  }
  return [...stretches.values()].toSorted((a, b) => a.fromS - b.fromS);
}
