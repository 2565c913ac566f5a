/** What an operation refuses is told on the page that asked for it; anything else is a fault, and told as one. */
import { ConnectsError, type ErrorKind } from '../../errors.ts';
import type { PageContext } from '../site.ts';

const REFUSALS: readonly ErrorKind[] = ['invalid-input', 'refused', 'conflict', 'held', 'unavailable'];

export const isRefusal = (error: unknown): error is ConnectsError =>
  error instanceof ConnectsError && REFUSALS.includes(error.kind);

/** A sentence. */
export function refusalWords({ message, code }: ConnectsError): string {
  // What was typed into a field is not a flag.
  const text = code === 'count-differs' ? message.replace(/^--expect \S+ /, '') : message;
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** Under whose name it is recorded. A route that changes something is never asked by nobody. */
export function actorOf(context: PageContext): string {
  const user = context.get('user');
  if (!user) throw new Error('nobody is signed in');
  return user.name;
}
