/** Commands that need Redis say so before they change anything, and so they do of clocks that are apart. */
import type { App } from '../app.ts';
import { requireOwnPrefix } from '../operations/upkeep/installation.ts';

/**
 * @throws unavailable `redis-unavailable`, or configuration `redis-configuration`, within a few seconds; unavailable
 *   `clocks-disagree`; configuration `redis-of-another`
 */
export async function requireRedis(app: App): Promise<void> {
  await app.inspector.requireSomeServing();
  await app.queue.countSettling();
  await app.clocks.compare(app);
  await requireOwnPrefix(app);
  await app.inspector.requireSameShards({ works: false });
}
