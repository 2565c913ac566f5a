/**
 * Outages of servers, as one process meets them. Many loops and batches run into the same one, again and again: the
 * log has two lines of it, one when it begins and one when it is over.
 */
import type { Clock } from './clock.ts';
import { asUnavailable } from './db/errors.ts';
import { ConnectsError } from './errors.ts';
import type { Log } from './log.ts';
import { databaseFault } from './servers/classify.ts';

export interface OutageLogDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Also where a person must mend a server, or holds the ledger: a process that runs waits for that, as for anything else
 * of servers.
 */
export const isOutage = (error: unknown): error is ConnectsError =>
  error instanceof ConnectsError && (error.retry === 'later' || WAITED_FOR.has(error.kind));

/** A process has many connections to Redis, each of which finds out for itself that it is back. */
const BACK_ONE_BY_ONE: ReadonlySet<string> = new Set(['redis-unavailable']);
/** How long that may take: one that fails meanwhile tells of the same outage; if it goes on, the next one that tries is told of. */
const COMING_BACK_MS = 10_000;

const WAITED_FOR: ReadonlySet<ConnectsError['kind']> = new Set(['configuration', 'held']);

/** The database is there, and refuses what it was asked: another question may be answered. */
function isRefusal({ cause }: ConnectsError): boolean {
  const found = databaseFault(cause)?.class;
  return found === 'server-refuses' || found === 'configuration';
}

export class OutageLog {
  readonly #deps: OutageLogDeps;
  readonly #since = new Map<string, number>();
  readonly #overAt = new Map<string, number>();
  /** By code, whoever tries again and has not got through yet. */
  readonly #held = new Map<string, Set<Set<string>>>();

  constructor(deps: OutageLogDeps) {
    this.#deps = deps;
  }

  /**
   * Does `work`, which is tried again and again. What it meets is told of, unless it is known already; what it met
   * before, kept in `met`, is over once it goes well, and nobody else still meets it.
   * @throws what `work` throws; `unavailable` in place of what a driver threw because its server cannot be used
   */
  watch<Result>(met: Set<string>, work: () => Promise<Result>): Promise<Result> {
    return this.#watch(met, work, () => true);
  }

  /**
   * As `watch`, for those who try when they are asked to, perhaps not again for hours: that a server is back, whoever
   * looks finds out before them. What it refuses them, it may grant to whoever looks: that ends when they get through.
   */
  watchNowAndThen<Result>(met: Set<string>, work: () => Promise<Result>): Promise<Result> {
    return this.#watch(met, work, isRefusal);
  }

  async #watch<Result>(
    met: Set<string>,
    work: () => Promise<Result>,
    holds: (error: ConnectsError) => boolean,
  ): Promise<Result> {
    const startedAt = this.#deps.clock.elapsedMs();
    try {
      const result = await work();
      const codes = [...met];
      this.leave(met);
      codes.forEach((code) => this.isOver(code));
      return result;
    } catch (thrown) {
      const error = asUnavailable(thrown);
      if (isOutage(error)) {
        if (holds(error)) {
          met.add(error.code);
          this.#holders(error.code).add(met);
        }
        this.tell(error, startedAt);
      }
      throw error;
    }
  }

  /** Whoever watched with `met` tries no more: whether what it met is over is for others to find. */
  leave(met: Set<string>): void {
    for (const code of met) this.#holders(code).delete(met);
    met.clear();
  }

  /**
   * Does `work`, which asks little of the servers, for those who met an outage and may not try again themselves. That
   * the little goes well ends none that somebody else still meets: a missing right, or table, stops the rest.
   * @throws as `watch`
   */
  async lookFor<Result>(codes: readonly string[], work: () => Promise<Result>): Promise<Result> {
    const startedAt = this.#deps.clock.elapsedMs();
    try {
      const result = await work();
      codes.forEach((code) => this.isOver(code));
      return result;
    } catch (thrown) {
      const error = asUnavailable(thrown);
      if (isOutage(error)) this.tell(error, startedAt);
      throw error;
    }
  }

  #holders(code: string): Set<Set<string>> {
    const known = this.#held.get(code) ?? new Set();
    this.#held.set(code, known);
    return known;
  }

  /** @param startedAt of what failed, by `elapsedMs`: what began before the last outage was over tells of that one */
  tell({ code, message, mend }: ConnectsError, startedAt: number): void {
    const comingBackMs = BACK_ONE_BY_ONE.has(code) ? COMING_BACK_MS : 0;
    const overAt = this.#overAt.get(code) ?? -Infinity;
    if (this.#since.has(code) || startedAt <= overAt + comingBackMs) return;
    const { clock, log } = this.#deps;
    this.#since.set(code, clock.elapsedMs());
    log.warn({ code, ...(mend !== undefined && { mend }) }, message);
  }

  /** Of these, those that are told of and not over. */
  open(codes: readonly string[]): string[] {
    return codes.filter((code) => this.#since.has(code));
  }

  isOver(code: string): void {
    const since = this.#since.get(code);
    if (since === undefined || this.#holders(code).size > 0) return;
    const { clock, log } = this.#deps;
    this.#since.delete(code);
    this.#overAt.set(code, clock.elapsedMs());
    const words = code === 'held' ? 'the ledger is released' : 'the outage is over';
    log.info({ outage: code, outageMs: clock.elapsedMs() - since }, words);
  }
}
