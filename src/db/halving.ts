/** Finding the one item of a batch that keeps the others from being done. */
import {
  classOfDatabaseError,
  databaseUnavailable,
  describeRowError,
  isDatabaseError,
  isRowLocked,
} from './errors.ts';
import { ConnectsError, describeError } from '../errors.ts';

/**
 * Attempts a batch; where the database refuses a row of it, somebody else has one of its rows locked, or anything is
 * thrown that nobody expects, two halves, and so on down to the one item that is refused alone, while all others are
 * done.
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
  return halve(items);

  async function halve(part: readonly Item[]): Promise<Result[]> {
    const [first, ...others] = part;
    if (first === undefined) return [];
    try {
      return [await attempt(part)];
    } catch (error) {
      if (!mayBeOfOne(error)) throw isDatabaseError(error) ? databaseUnavailable(error) : error;
      if (isRowLocked(error)) lockWaits += 1;
      const isLong = isRowLocked(error) && lockWaits > LOCK_WAITS_MAX;
      if (others.length === 0 || isLong) return refuseAll(part, error);
      const middle = Math.ceil(part.length / 2);
      const left = await halve(part.slice(0, middle));
      return [...left, ...(await halve(part.slice(middle)))];
    }
  }

  async function refuseAll(part: readonly Item[], error: unknown): Promise<Result[]> {
    const results: Result[] = [];
    for (const item of part) results.push(await refused(item, error));
    return results;
  }
}

/** Enough to find two locked items among 500. Looking for each of many would take minutes; they are tried again soon. */
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
