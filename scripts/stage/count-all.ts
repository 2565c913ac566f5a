/** What a worker counts and sums while it follows, done at once. */
import type { App } from '../../src/app.ts';
import { FleetCounter } from '../../src/operations/upkeep/count-fleet.ts';
import { foldRollups } from '../../src/operations/upkeep/fold-rollups.ts';

export async function countAll(app: App): Promise<void> {
  const counter = new FleetCounter(app);
  await counter.countDue();
  while (await counter.lookForHoles());
  await foldRollups(app.db);
}
