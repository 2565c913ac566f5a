/** What was started, to be stopped in the opposite order. */

/** May be called twice: the second time, `hasty`, it cuts the first one's waiting short. */
export type Undo = (options: { hasty: boolean }) => Promise<void> | void;

export class Undoing {
  readonly #undo: Undo[] = [];
  readonly #last: () => Promise<void>;
  #hasty = false;
  #stopping: Promise<void> | undefined;

  /** @param last is done when all else is, and never before */
  constructor(last: () => Promise<void>) {
    this.#last = last;
  }

  push(undo: Undo): void {
    this.#undo.push(undo);
  }

  /** What was started last is stopped first. Called again, waits for the same. */
  async all(): Promise<void> {
    this.#stopping ??= this.#each(this.#undo.toReversed());
    await this.#stopping;
  }

  /** Makes the stop under way, or the one to come, short. */
  hasten(): void {
    this.#hasty = true;
    if (this.#stopping) for (const undo of this.#undo) void undo({ hasty: true });
  }

  async #each(undos: readonly Undo[]): Promise<void> {
    for (const undo of undos) await undo({ hasty: this.#hasty });
    await this.#last();
  }
}
