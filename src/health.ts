/** What a process knows of its own health: whether it gets anything done, and whether it is about to end. */
import type { Clock } from './clock.ts';

/** Undefined when all is well; else what is wrong. */
export type ReadinessCheck = () => Promise<string | undefined>;

export class Health {
  readonly #clock: Clock;
  readonly #checks = new Map<string, ReadinessCheck>();
  /** When, by the clock that nobody sets, this process last settled a batch, or found that a server keeps it from it; undefined: it does not settle. */
  #pulseAt: number | undefined;
  draining = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A batch was begun or ended: this process is not stuck. */
  pulse(): void {
    this.#pulseAt = this.#clock.elapsedMs();
  }

  /** Undefined where this process settles nothing. */
  get pulseAt(): number | undefined {
    return this.#pulseAt;
  }

  /** Asked by /readyz until it is taken back. */
  addCheck(name: string, check: ReadinessCheck): () => void {
    this.#checks.set(name, check);
    return () => void this.#checks.delete(name);
  }

  async faults(): Promise<string[]> {
    const faults = this.draining ? ['draining: this process is about to end'] : [];
    for (const [name, check] of this.#checks) {
      const fault = await check();
      if (fault !== undefined) faults.push(`${name}: ${fault}`);
    }
    return faults;
  }
}
