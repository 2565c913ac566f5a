/** Transactions beside each other, so that one is decided while the database writes others. */
import type { AccountEvents } from './account-events.ts';

/**
 * Works on groups of accounts in the order in which they are begun, `most` at once; never on two that hold an account in
 * common, so that what came first of an account is done first.
 */
export class SideBySide {
  readonly #most: number;
  readonly #running = new Map<Promise<void>, ReadonlySet<string>>();
  readonly #failures: unknown[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Begins once there is room for it. Never called again before it has returned.
   * @returns when it has begun: `ended` is when it ends, to be handed to `endOf`
   * @throws what the first threw that failed, once nothing is under way any more; none is begun after it
   */
  async begin(
    group: readonly AccountEvents[],
    work: (group: readonly AccountEvents[]) => Promise<void>,
  ): Promise<{ readonly ended: Promise<void> }> {
    while (this.#running.size >= this.#most || this.#isTaken(group)) await Promise.race(this.#running.keys());
    if (this.#failures.length > 0) await this.end();
    const ended = work(group);
    const over = ended
      .catch((error: unknown) => void this.#failures.push(error))
      .finally(() => this.#running.delete(over));
    this.#running.set(over, new Set(group.map(({ account }) => account)));
    return { ended };
  }

  /** Once nothing is under way. @throws what the first threw that failed */
  async end(): Promise<void> {
    await Promise.all(this.#running.keys());
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** Once these have ended, whatever befalls others. @throws as `end` does, where one of these failed */
  async endOf(begun: readonly { readonly ended: Promise<void> }[]): Promise<void> {
    const ends = await Promise.allSettled(begun.map(({ ended }) => ended));
    if (ends.some(({ status }) => status === 'rejected')) await this.end();
  }

  #isTaken(group: readonly AccountEvents[]): boolean {
    return [...this.#running.values()].some((taken) => group.some(({ account }) => taken.has(account)));
  }
}
