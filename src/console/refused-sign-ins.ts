/**
 * Sign-ins that were refused, by address: whoever guesses is answered 429 for a while, and costs the database nothing.
 * Who signed in before goes on, also from an address where somebody else guesses: many may stand behind one proxy.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** Refusals of one address within a minute, beyond which nobody new is let in from there. */
const REFUSALS_MAX = 20;
export const WINDOW_MS = 60_000;
/** Addresses, and tokens, that are remembered at the most: the first are forgotten first. */
const REMEMBERED_MAX = 10_000;

export class RefusedSignIns {
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  readonly #refused = new Map<string, { since: number; count: number }>();
  readonly #known = new Map<string, true>();

  constructor(clock: Pick<Clock, 'elapsedMs'>) {
    this.#clock = clock;
  }

  /** Whether this address may try this secret now. */
  mayTry(address: string, secret: string): boolean {
    const { since, count } = this.#refused.get(address) ?? { since: 0, count: 0 };
    const isLimited = count >= REFUSALS_MAX && this.#clock.elapsedMs() - since < WINDOW_MS;
    return !isLimited || this.#known.has(hashOf(secret));
  }

  refused(address: string, secret: string): void {
    this.#known.delete(hashOf(secret));
    const now = this.#clock.elapsedMs();
    const before = this.#refused.get(address);
    const goesOn = before !== undefined && now - before.since < WINDOW_MS;
    remember(
      this.#refused,
      address,
      goesOn ? { ...before, count: before.count + 1 } : { since: now, count: 1 },
    );
  }

  accepted(secret: string): void {
    remember(this.#known, hashOf(secret), true);
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  const [oldest] = map.keys();
  if (map.size >= REMEMBERED_MAX && !map.has(key) && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
