/**
 * Group commit: many jobs, each waiting for its own outcome, written together.
 *
 * One flush is in flight; whoever asks meanwhile gathers, and goes with the next. A key that is asked for twice is
 * one request, and all who asked share its outcome.
 */
export interface BatcherOptions<Request, Outcome> {
  readonly keyOf: (request: Request) => string;
  readonly flush: (requests: readonly Request[]) => Promise<ReadonlyMap<string, Outcome>>;
  /** Requests that one flush takes at the most. */
  readonly batchMax: number;
  /** How long the first request of an idle batcher waits for company. */
  readonly gatherMs: number;
}

interface Gathered<Request, Outcome> {
  readonly request: Request;
  readonly waiting: { resolve(outcome: Outcome): void; reject(error: unknown): void }[];
}

export class Batcher<Request, Outcome> {
  readonly #options: BatcherOptions<Request, Outcome>;
  #gathering = new Map<string, Gathered<Request, Outcome>>();
  #flushing = false;

  constructor(options: BatcherOptions<Request, Outcome>) {
    this.#options = options;
  }

  /** Resolves with this request's own outcome; rejects when its whole flush threw. */
  submit(request: Request): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const key = this.#options.keyOf(request);
      const known = this.#gathering.get(key);
      if (known) return void known.waiting.push({ resolve, reject });
      this.#gathering.set(key, { request, waiting: [{ resolve, reject }] });
      if (!this.#flushing) this.#startFlushing();
    });
  }

  #startFlushing(): void {
    this.#flushing = true;
    setTimeout(() => void this.#flushAll(), this.#options.gatherMs);
  }

  async #flushAll(): Promise<void> {
    while (this.#gathering.size > 0) {
      await this.#flush(this.#takeBatch());
      // Jobs that were just answered ask for their successors now: a turn of the loop lets them join the next flush.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#flushing = false;
  }

  #takeBatch(): Map<string, Gathered<Request, Outcome>> {
    if (this.#gathering.size <= this.#options.batchMax) {
      const all = this.#gathering;
      this.#gathering = new Map();
      return all;
    }
    const batch = new Map([...this.#gathering].slice(0, this.#options.batchMax));
    for (const key of batch.keys()) this.#gathering.delete(key);
    return batch;
  }

  async #flush(batch: ReadonlyMap<string, Gathered<Request, Outcome>>): Promise<void> {
    try {
      const outcomes = await this.#options.flush([...batch.values()].map((one) => one.request));
      for (const [key, { waiting }] of batch) {
        const outcome = outcomes.get(key);
        for (const one of waiting) {
          if (outcome === undefined) one.reject(new Error(`no outcome for ${key}`));
          else one.resolve(outcome);
        }
      }
    } catch (error) {
      for (const { waiting } of batch.values()) for (const one of waiting) one.reject(error);
    }
  }
}
