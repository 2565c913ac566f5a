/**
 * Sweeping until nothing due is left but what is put aside. It asks SQL, never the queue: so a lost job, a flushed
 * Redis or a worker that died only costs another look.
 */
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/connection.ts';
import type { Instant } from '../../domain/calendar.ts';
import { anyDue, countDue } from '../../ledger/accounts.ts';
import { held } from '../../ledger/ledger-hold.ts';
import { countLeft } from '../../ledger/run-accounts.ts';
import { type Run, findRun, isListed, listOpenRuns } from '../../ledger/runs.ts';
import { closeRunIfDone } from './close-run.ts';
import { lookUntil } from './look-until.ts';
import { isStopped } from './run-until-closed.ts';
import { resolveAsOf } from './as-of.ts';
import { type SweepDeps, type SweepRequest, sweep } from './sweep.ts';

export interface WaitingRequest extends SweepRequest {
  /** How long to go on, in milliseconds; for ever when absent. */
  readonly timeoutMs?: number;
  /** Runs that were open before the caller's own worker began: it may close them before the first look. */
  readonly open?: readonly Run[];
  readonly onProgress?: (state: { done: number; total: number }) => void;
}

export interface WaitedSweep {
  /** `stopped`: one of its runs was, by a person or by itself because too many accounts failed. */
  readonly outcome: 'done' | 'stopped' | 'timed-out' | 'interrupted';
  readonly asOf: Instant;
  /** Runs that were opened or joined, in order: an older sweep that was still running, and open ones over a list, among them. */
  readonly runs: readonly Run[];
  /** Accounts still due at the as-of. */
  readonly remaining: number;
}

/** How often it is submitted anew: what was lost, and what has waited for its retry. */
const SUBMIT_EVERY_MS = 1_000;

/**
 * Goes on until nothing is left, the timeout passes or the signal aborts. Servers that go away meanwhile are waited
 * for: whatever was not done is still due.
 * @throws invalid-input `as-of-in-future`; held `held`, also in the middle: its runs stay open; unavailable when the servers are away from the beginning, or for ten minutes
 */
export async function sweepUntilDone(
  deps: SweepDeps & { readonly clock: Clock },
  request: WaitingRequest,
): Promise<WaitedSweep> {
  const asOf = await resolveAsOf(deps, request.asOf);
  const waiting = new Waiting(deps, { ...request, asOf }, await countDue(deps.db, asOf));
  return waiting.end(await lookUntil(deps, request, () => waiting.look()));
}

/** Sweeps and reruns under way that a sweep goes on with, or joins. */
export const listUnderWay = async (db: Database): Promise<Run[]> =>
  (await listOpenRuns(db)).filter(
    (run) => run.state === 'running' && (run.kind === 'sweep' || isListed(run)),
  );

/** Accounts that are left, and what open reruns have left: nobody else may be there to finish and close them. */
export async function countRemaining(
  db: Database,
  { asOf, runs }: Pick<WaitedSweep, 'asOf' | 'runs'>,
): Promise<number> {
  let left = await countDue(db, asOf);
  for (const { id, kind } of runs) {
    const run = kind === 'rerun' ? await findRun(db, id) : undefined;
    if (run?.state === 'running') left += await countLeft(db, run);
  }
  return left;
}

/** What is known so far, and the next look at it. */
class Waiting {
  readonly #deps: SweepDeps & { readonly clock: Clock };
  readonly #request: WaitingRequest & { readonly asOf: Instant };
  readonly #total: number;
  readonly #runs = new Map<number, Run>();
  #remaining: number;
  #submitAt = 0;
  #countAt = 0;

  constructor(
    deps: SweepDeps & { readonly clock: Clock },
    request: WaitingRequest & { readonly asOf: Instant },
    total: number,
  ) {
    this.#deps = deps;
    this.#request = request;
    for (const run of request.open ?? []) this.#runs.set(run.id, run);
    this.#total = total;
    this.#remaining = total;
  }

  /** Done when nothing is left at our as-of; whoever is first closes the runs that this ends. */
  async look(): Promise<'done' | 'stopped' | undefined> {
    const { clock } = this.#deps;
    const { onProgress } = this.#request;
    if (await this.#isStopped()) {
      this.#remaining = await countDue(this.#deps.db, this.#request.asOf);
      return (await this.#closeStopped()) ? 'stopped' : undefined;
    }
    if (clock.elapsedMs() >= this.#submitAt) {
      const again = this.#submitAt > 0;
      // Never a run in place of one that was stopped a moment ago.
      const mayOpen = async (): Promise<boolean> => !(await this.#isStopped());
      const swept = await sweep(this.#deps, { ...this.#request, again, mayOpen });
      if (swept.outcome === 'held') throw held(swept.hold);
      if (swept.outcome !== 'nothing-due') this.#runs.set(swept.run.id, swept.run);
      for (const run of await listOpenRuns(this.#deps.db)) if (isListed(run)) this.#runs.set(run.id, run);
      this.#submitAt = clock.elapsedMs() + SUBMIT_EVERY_MS;
    }
    this.#remaining = await this.#countLeft();
    onProgress?.({ done: Math.max(0, this.#total - this.#remaining), total: this.#total });
    if (this.#remaining > 0) return undefined;
    for (const run of this.#runs.values()) await closeRunIfDone(this.#deps, run);
    return 'done';
  }

  /** Counting a million takes a fifth of a second: no more than a twentieth of the time is spent on it. */
  async #countLeft(): Promise<number> {
    const { clock, db } = this.#deps;
    const { asOf } = this.#request;
    const startedAt = clock.elapsedMs();
    if (startedAt < this.#countAt && (await anyDue(db, asOf))) return this.#remaining;
    const left = await countRemaining(db, { asOf, runs: [...this.#runs.values()] });
    const endedAt = clock.elapsedMs();
    this.#countAt = endedAt + 20 * (endedAt - startedAt);
    return left;
  }

  /** What was in flight when it was stopped still commits, and belongs to its counts. */
  async #closeStopped(): Promise<boolean> {
    const { db } = this.#deps;
    for (const { id } of this.#runs.values()) {
      const run = await findRun(db, id);
      if (run?.state === 'stopping' && !(await closeRunIfDone(this.#deps, run))) return false;
    }
    return true;
  }

  /** A run over a list that is stopped stops no sweep: it is over some accounts only. */
  async #isStopped(): Promise<boolean> {
    for (const known of this.#runs.values()) {
      const run = isListed(known) ? undefined : await findRun(this.#deps.db, known.id);
      if (run && isStopped(run)) return true;
    }
    return false;
  }

  end(outcome: WaitedSweep['outcome']): WaitedSweep {
    const runs = [...this.#runs.values()];
    return { outcome, asOf: this.#request.asOf, runs, remaining: this.#remaining };
  }
}
