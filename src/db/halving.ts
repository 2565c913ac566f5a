/** Finding the one row of a batch that the database refuses. */
import { classOfDatabaseError, databaseUnavailable, isDatabaseError } from './errors.ts';

/**
 * Attempts a batch; where the database refuses a row of it, two halves, and so on down to the one item that is refused
 * alone, while all others are done.
 * @param attempt one transaction over these items: all or nothing of it
 * @param refused what becomes of the one item
 * @returns what each attempt that was done and each refusal came to, in the order of the items
 * @throws unavailable when the database cannot be used; what `attempt` throws that is no error of a database
 */
export async function inHalves<Item, Result>(
  items: readonly Item[],
  attempt: (items: readonly Item[]) => Promise<Result>,
  refused: (item: Item, error: unknown) => Result | Promise<Result>,
): Promise<Result[]> {
  const [first, ...others] = items;
  if (first === undefined) return [];
  try {
    return [await attempt(items)];
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    if (classOfDatabaseError(error) !== 'row') throw databaseUnavailable(error);
    if (others.length === 0) return [await refused(first, error)];
    const middle = Math.ceil(items.length / 2);
    const left = await inHalves(items.slice(0, middle), attempt, refused);
    return [...left, ...(await inHalves(items.slice(middle), attempt, refused))];
  }
}
