/**
 * How fast runs settle, for the picture of their rate: a worker gathers how many accounts it settled in each second, and
 * writes that down now and then. Nothing waits for it. The picture is drawn from it, and how
 * far a large run is while it is open.
 */
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/connection.ts';
import { type Queryable, shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
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

  constructor(clock: Pick<Clock, 'elapsedMs'>) {
    this.#clock = clock;
  }

  /** What a batch came to. */
  note(requests: readonly SettleRequest[], outcomes: ReadonlyMap<string, SettleOutcome>): void {
    const atMs = this.#clock.elapsedMs();
    for (const { account, run } of requests) {
      if (outcomes.get(account)?.outcome !== 'settled') continue;
      const key = `${run} ${Math.floor(atMs / 1_000)}`;
      const known = this.#gathered.get(key);
      if (known) known.settled += 1;
      else this.#gathered.set(key, { run, atMs, settled: 1 });
    }
  }

  /** Asks nothing where nothing was settled. What could not be written is lost: it is a picture's. */
  async write(db: Database): Promise<void> {
    if (this.#gathered.size === 0) return;
    const gathered = [...this.#gathered.values()];
    this.#gathered = new Map();
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
