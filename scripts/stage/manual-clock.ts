/** A clock that stands still until a test, or whoever sleeps by it, moves it on; and that can be set back, as machines' are. */
import type { Clock } from '../../src/clock.ts';

export class ManualClock implements Clock {
  #wall: number;
  #elapsed = 0;
  /** Called after every sleep. */
  onSleep: () => void = () => undefined;

  constructor(wall = Date.parse('2021-05-01T00:00:00Z')) {
    this.#wall = wall;
  }

  readonly wallNow = (): number => this.#wall;
  readonly elapsedMs = (): number => this.#elapsed;

  /** Time passes. */
  pass(ms: number): void {
    this.#wall += ms;
    this.#elapsed += ms;
  }

  /** Somebody sets the clock: no time passes. */
  set(byMs: number): void {
    this.#wall += byMs;
  }

  /** Takes no time, and a turn of the event loop. */
  readonly sleep = async (ms: number): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    this.pass(ms);
    this.onSleep();
  };
}
