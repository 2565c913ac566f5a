/** Commands that need Redis say so before they change anything. */
import type { App } from '../app.ts';

/** @throws unavailable `redis-unavailable`, or configuration `redis-configuration`, within a few seconds */
export async function requireRedis(app: App): Promise<void> {
  await app.inspector.requireServing();
  await app.queue.countSettling();
}
