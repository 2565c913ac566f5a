/**
 * Group commit: many jobs, each waiting for its own outcome, written together.
 *
 * While a flush is in flight, whoever asks gathers, and goes with the next. A second one begins beside it only where enough
 * have gathered: then one is decided while the other is written. A key that is asked for twice before its flush begins is one
 * request, and all who asked share its outcome.
 */
export interface BatcherOptions<Request, Outcome> {
  readonly keyOf: (request: Request) => string;
  readonly flush: (requests: readonly Request[]) => Promise<ReadonlyMap<string, Outcome>>;
  /** Requests that one flush takes at the most. */
  readonly batchMax: number;
  /** How long the first request of an idle batcher waits for company. */
  readonly gatherMs: number;
  /** How many must have gathered for a second flush beside the first; never more than one at once when absent. */
  readonly besideFrom?: number;
}

/** A third would only take from the other two. */
const FLUSHES_MAX = 2;

interface Gathered<Request, Outcome> {
  readonly request: Request;
  readonly waiting: { resolve(outcome: Outcome): void; reject(error: unknown): void }[];
}

export class Batcher<Request, Outcome> {
  readonly #options: BatcherOptions<Request, Outcome>;
  #gathering = new Map<string, Gathered<Request, Outcome>>();
  /** Flushes that are in flight, or about to be. */
  #flushes = 0;

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
      if (this.#flushes === 0) this.#startGathering();
      else if (this.#mayFlush()) void this.#flushAll();
    });
  }

  #startGathering(): void {
    this.#flushes += 1;
    setTimeout(() => {
      this.#flushes -= 1;
      if (this.#mayFlush()) void this.#flushAll();
    }, this.#options.gatherMs);
  }

  #mayFlush(): boolean {
    if (this.#flushes === 0) return this.#gathering.size > 0;
    const { besideFrom = Infinity } = this.#options;
    return this.#flushes < FLUSHES_MAX && this.#gathering.size >= besideFrom;
  }

  /** One after another, as long as somebody waits whom no other flush will take along. */
  async #flushAll(): Promise<void> {
    do {
      this.#flushes += 1;
      await this.#flush(this.#takeBatch());
      // Jobs that were just answered ask for their successors now: a turn of the loop lets them join the next flush.
      await new Promise((resolve) => setImmediate(resolve));
      this.#flushes -= 1;
    } while (this.#mayFlush());
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
