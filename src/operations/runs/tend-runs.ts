/** What every worker does for the open runs: it says that somebody is there, and closes those that are done. */
import { shownNow } from '../../db/query.ts';
import { heartbeat, listOpenRuns } from '../../ledger/runs.ts';
import { type CloseDeps, closeRunIfDone } from './close-run.ts';

/** Backfills and reversals are tended by whoever runs them. */
export async function tendRuns(deps: CloseDeps): Promise<void> {
  for (const run of await listOpenRuns(deps.db)) {
    if (run.kind !== 'sweep' && run.kind !== 'rerun') continue;
    if (await closeRunIfDone(deps, run)) continue;
    await heartbeat(deps.db, run.id, await shownNow(deps.db));
  }
}
