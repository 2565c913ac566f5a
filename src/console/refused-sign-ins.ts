/**
 * Sign-ins that were refused, by address, and by the name that was tried: whoever guesses is answered 429 for a while, and
 * costs the database nothing. Who signed in before goes on, also from an address where somebody else guesses: many may
 * stand behind one proxy.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** Refusals of one address within a minute, beyond which nobody new is let in from there. */
const REFUSALS_MAX = 20;
export const WINDOW_MS = 60_000;
/** Of one name, from wherever: a password is guessed more easily than a token. */
const NAME_REFUSALS_MAX = 10;
export const NAME_WINDOW_MS = 15 * 60_000;
/** Addresses, and tokens, that are remembered at the most: the first are forgotten first. */
const REMEMBERED_MAX = 10_000;

export class RefusedSignIns {
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  readonly #refused = new Map<string, { since: number; count: number }>();
  readonly #known = new Map<string, true>();

  constructor(clock: Pick<Clock, 'elapsedMs'>) {
    this.#clock = clock;
  }

  /** Whether this address may try this secret now. @param name whose it is to be, where there are names */
  mayTry(address: string, secret: string, name?: string): boolean {
    const isLimited = limitsOf(address, name).some((one) => this.#isReached(one));
    return !isLimited || this.#known.has(hashOf(secret));
  }

  #isReached({ key, max, windowMs }: Limit): boolean {
    const { since, count } = this.#refused.get(key) ?? { since: 0, count: 0 };
    return count >= max && this.#clock.elapsedMs() - since < windowMs;
  }

  refused(address: string, secret: string, name?: string): void {
    this.#known.delete(hashOf(secret));
    const now = this.#clock.elapsedMs();
    for (const { key, windowMs } of limitsOf(address, name)) {
      const before = this.#refused.get(key);
      const goesOn = before !== undefined && now - before.since < windowMs;
      const count = goesOn ? before.count + 1 : 1;
      remember(this.#refused, key, { since: goesOn ? before.since : now, count });
    }
  }

  accepted(secret: string): void {
    remember(this.#known, hashOf(secret), true);
  }
}

interface Limit {
  readonly key: string;
  readonly max: number;
  readonly windowMs: number;
}

function limitsOf(address: string, name: string | undefined): readonly Limit[] {
  const ofAddress = { key: `address ${address}`, max: REFUSALS_MAX, windowMs: WINDOW_MS };
  if (name === undefined) return [ofAddress];
  return [ofAddress, { key: `name ${name}`, max: NAME_REFUSALS_MAX, windowMs: NAME_WINDOW_MS }];
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  const [oldest] = map.keys();
  if (map.size >= REMEMBERED_MAX && !map.has(key) && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
