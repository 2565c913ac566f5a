/** Comparing clocks: the one place where this machine's clock is read. */
import type { Clock } from './clock.ts';
import type { Instant } from './domain/calendar.ts';

/**
 * How far another clock is ahead of this machine's, in milliseconds; behind is negative. It was read somewhere between
 * question and answer, so a slow answer makes no difference out of none.
 */
export async function skewOf(ask: () => Promise<Instant>, clock: Pick<Clock, 'wallNow'>): Promise<number> {
  const before = clock.wallNow();
  const theirs = await ask();
  const after = clock.wallNow();
  if (theirs > after) return theirs - after;
  return Math.min(0, theirs - before);
}
