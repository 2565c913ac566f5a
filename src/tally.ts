/** Counting what no table holds: batches, their durations, letters. Added up here, and carried to Redis now and then. */
import type { Inspector } from './queue/inspector.ts';

/** Upper bounds of the buckets; the last one is open. */
export const BUCKETS = {
  'settle-batch-size': [1, 5, 10, 50, 100, 200, 300, 400, 500],
  'settle-duration': [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
} as const;
export type HistogramName = keyof typeof BUCKETS;

export class Tally {
  #counts = new Map<string, number>();
  #carried: Promise<void> = Promise.resolve();

  /** @param name `cycles:granted`, `emails:sent`: what, and its one label */
  add(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  observe(histogram: HistogramName, value: number): void {
    const bound = BUCKETS[histogram].find((one) => value <= one) ?? '+Inf';
    this.add(`${histogram}:${bound}`);
    this.add(`${histogram}:sum`, value);
  }

  /** What was counted since the last call that went well; counts that cannot be carried now are kept. */
  carry(inspector: Pick<Inspector, 'addTallies'>): Promise<void> {
    // One after the other: else the second would have nothing to carry, and take that for going well.
    const carried = this.#carried.catch(() => undefined).then(() => this.#carryNow(inspector));
    this.#carried = carried;
    return carried;
  }

  async #carryNow(inspector: Pick<Inspector, 'addTallies'>): Promise<void> {
    const carried = this.#counts;
    this.#counts = new Map();
    try {
      await inspector.addTallies(carried);
    } catch (error) {
      for (const [name, by] of carried) this.add(name, by);
      throw error;
    }
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }
}
