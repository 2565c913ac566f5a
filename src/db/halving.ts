/** Finding the one item of a batch that keeps the others from being done. */
import {
  classOfDatabaseError,
  databaseUnavailable,
  describeRowError,
  isDatabaseError,
  isRowLocked,
} from './errors.ts';
import { ConnectsError, describeError } from '../errors.ts';
import { LOCK_LOOK_S, withLockWait } from './limits.ts';

/**
 * Attempts a batch; where the database refuses a row of it, somebody else has one of its rows locked, or anything is
 * thrown that nobody expects, parts of it, and so on down to the one item that is refused alone, while all others are
 * done. A refusal is known at once, and halves find it with the fewest attempts. A lock is known by waiting for it: then
 * parts are many and small, and all of them are attempted before any is divided further, so that whoever is free of it
 * waits for one or two seconds.
 * @param attempt one transaction over these items: all or nothing of it
 * @param refused what becomes of the one item; `isRowLocked` tells whether it is only somebody else's at the moment
 * @returns what each attempt that was done and each refusal came to, in the order of the items
 * @throws unavailable when the database cannot be used; what `attempt` throws that has to do with no item
 */
export async function inHalves<Item, Result>(
  items: readonly Item[],
  attempt: (items: readonly Item[]) => Promise<Result>,
  refused: (item: Item, error: unknown) => Result | Promise<Result>,
): Promise<Result[]> {
  let lockWaits = 0;
  return items.length === 0 ? [] : finish(await begin(items));

  async function begin(part: readonly Item[]): Promise<Attempted<Item, Result>> {
    try {
      const result = await (lockWaits > 0 ? withLockWait(LOCK_LOOK_S, () => attempt(part)) : attempt(part));
      return { result };
    } catch (error) {
      if (!mayBeOfOne(error)) throw isDatabaseError(error) ? databaseUnavailable(error) : error;
      if (isRowLocked(error)) lockWaits += 1;
      return { part, error };
    }
  }

  async function finish(attempted: Attempted<Item, Result>): Promise<Result[]> {
    if ('result' in attempted) return [attempted.result];
    const { part, error } = attempted;
    const isLong = isRowLocked(error) && lockWaits > LOCK_WAITS_MAX;
    if (part.length === 1 || isLong) return refuseAll(part, error);
    const begun: Attempted<Item, Result>[] = [];
    for (const smaller of partsOf(part, isRowLocked(error))) begun.push(await begin(smaller));
    const results: Result[] = [];
    for (const one of begun) results.push(...(await finish(one)));
    return results;
  }

  async function refuseAll(part: readonly Item[], error: unknown): Promise<Result[]> {
    const results: Result[] = [];
    for (const item of part) results.push(await refused(item, error));
    return results;
  }
}

type Attempted<Item, Result> =
  { readonly result: Result } | { readonly part: readonly Item[]; readonly error: unknown };

/** Two halves; or, looking for a lock, parts of such a size that one of 500 items is found with two more waits. */
function partsOf<Item>(items: readonly Item[], looksForLock: boolean): (readonly Item[])[] {
  const size = looksForLock ? lookSize(items.length) : Math.ceil(items.length / 2);
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

const lookSize = (items: number): number => (items > SINGLY_MAX ? Math.ceil(Math.sqrt(items)) : 1);

/** So few are attempted one by one. */
const SINGLY_MAX = 32;

/** Enough to find seven locked items among 500. Looking for each of many would take long; they are tried again soon. */
const LOCK_WAITS_MAX = 16;

/** An error of ours that was foreseen says itself whether it is an account's; one that was not may be anybody's. */
function mayBeOfOne(error: unknown): boolean {
  if (isRowLocked(error)) return true;
  if (error instanceof ConnectsError) return error.kind === 'broken-rule';
  return !isDatabaseError(error) || classOfDatabaseError(error) === 'row';
}

/** A stable code and the words of what one item was refused with. */
export const describeRefusal = (error: unknown): { code: string; message: string } =>
  isDatabaseError(error) ? describeRowError(error) : describeError(error);
