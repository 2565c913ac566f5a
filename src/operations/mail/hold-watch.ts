/**
 * Whether all mail is held, asked before every letter. The answer is shared by all pages of a process and is a second
 * old at the most: so no letter begins later than that after a hold, and at volume the asking costs nothing.
 */
import type { Clock } from '../../clock.ts';
import type { Queryable } from '../../db/query.ts';
import { findHold } from '../../outbox/hold.ts';

/** How long after a hold a letter may still begin. */
export const HOLD_SEEN_MS = 1_000;

export class HoldWatch {
  readonly #deps: { readonly db: Queryable; readonly clock: Clock };
  #seen: { readonly at: number; readonly held: boolean } | undefined;
  #looking: Promise<boolean> | undefined;

  constructor(deps: { readonly db: Queryable; readonly clock: Clock }) {
    this.#deps = deps;
  }

  /** As it was a second ago at the latest. What cannot be asked is taken for held: better late than against a hold. */
  async isHeld(): Promise<boolean> {
    if (this.#seen && this.#deps.clock.elapsedMs() - this.#seen.at < HOLD_SEEN_MS) return this.#seen.held;
    this.#looking ??= this.look().finally(() => (this.#looking = undefined));
    return this.#looking.catch(() => true);
  }

  /** As it is now. */
  async look(): Promise<boolean> {
    // Counted from the question: the answer may have been on its way for a while.
    const at = this.#deps.clock.elapsedMs();
    const held = (await findHold(this.#deps.db)) !== undefined;
    if (!this.#seen || at >= this.#seen.at) this.#seen = { at, held };
    return held;
  }
}
