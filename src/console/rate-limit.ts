/** So many of something within a while, by whom it is of: whoever does more of it is told to wait. */
import type { Clock } from '../clock.ts';

interface Limits {
  readonly max: number;
  readonly windowMs: number;
}

/** Those that are remembered at the most: the first are forgotten first. */
const REMEMBERED_MAX = 10_000;

export class RateLimit {
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  readonly #limits: Limits;
  readonly #taken = new Map<string, { readonly since: number; readonly count: number }>();

  constructor(clock: Pick<Clock, 'elapsedMs'>, limits: Limits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Whether there is one more for them in this window; it is counted. */
  take(whose: string): boolean {
    const now = this.#clock.elapsedMs();
    const known = this.#taken.get(whose);
    const goesOn = known !== undefined && now - known.since < this.#limits.windowMs;
    const { since, count } = goesOn ? known : { since: now, count: 0 };
    if (count >= this.#limits.max) return false;
    const [oldest] = this.#taken.keys();
    if (this.#taken.size >= REMEMBERED_MAX && known === undefined && oldest !== undefined)
      this.#taken.delete(oldest);
    this.#taken.set(whose, { since, count: count + 1 });
    return true;
  }
}
