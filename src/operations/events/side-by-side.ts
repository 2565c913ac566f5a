/** Transactions beside each other, so that one is decided while the database writes others. */
import type { AccountEvents } from './account-events.ts';

/**
 * Works on groups of accounts in their order, `most` at once; never on two that hold an account in common, so that what
 * came first of an account is done first.
 * @throws what the first throws that fails, once nothing is under way any more; none is begun after it
 */
export async function sideBySide(
  groups: Iterable<readonly AccountEvents[]>,
  most: number,
  work: (group: readonly AccountEvents[]) => Promise<void>,
): Promise<void> {
  const running = new Map<Promise<void>, ReadonlySet<string>>();
  const failures: unknown[] = [];
  const begin = (group: readonly AccountEvents[]): void => {
    const one = work(group)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(one));
    running.set(one, new Set(group.map(({ account }) => account)));
  };
  const isTaken = (group: readonly AccountEvents[]): boolean =>
    [...running.values()].some((taken) => group.some(({ account }) => taken.has(account)));
  for (const group of groups) {
    while (running.size >= most || isTaken(group)) await Promise.race(running.keys());
    if (failures.length > 0) break;
    begin(group);
  }
  await Promise.all(running.keys());
  if (failures.length > 0) throw failures[0];
}
