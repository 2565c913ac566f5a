/** What starting a backfill would do, without doing it: its batches, in transactions that are rolled back. */
import type { BackfillItem, ItemCount } from '../../ledger/backfill-items.ts';
import { rehearse } from '../../db/rehearsal.ts';
import { isAsked } from '../../domain/corrections/backfill.ts';
import type { Database } from '../../db/connection.ts';
import { getLatestTerms } from '../../ledger/terms-versions.ts';
import { requireNoOverlap, requireSamePlan, type StartRequest } from './backfill.ts';
import { type BatchGround, backfillBatch } from './backfill-batch.ts';
import { candidatePages } from './backfill-plan.ts';
import type { CatchUpDeps } from '../settling/bring-current.ts';

/** No backfill and no run has this number. */
const NOBODYS = 0;

/**
 * @param deps `session`: one connection that nobody else uses
 * @throws refused and conflict, as starting would
 */
export async function rehearseBackfill(
  deps: CatchUpDeps & { readonly session: Database },
  request: StartRequest,
  signal?: AbortSignal,
): Promise<ItemCount[]> {
  requireSamePlan(request);
  const { asked } = request.plan;
  await requireNoOverlap(deps.db, asked);
  const terms = await getLatestTerms(deps.db);
  const { notify, actor, reason } = request;
  const keep = (): Promise<void> => Promise.resolve();
  const ground: BatchGround = {
    backfillId: NOBODYS,
    runId: NOBODYS,
    terms,
    asked,
    notify,
    actor,
    reason,
    keep,
  };
  const counts = new Map<string, ItemCount>();
  for await (const { found } of candidatePages(deps.db, asked, terms)) {
    if (signal?.aborted) break;
    const ids = found
      .filter((one) => one.candidates.some((cycle) => isAsked(cycle, asked)))
      .map((one) => one.row.account.id);
    if (ids.length > 0)
      addItems(counts, await rehearse(deps.session, (db) => backfillBatch({ ...deps, db }, ground, ids)));
  }
  return [...counts.values()].toSorted(byStateAndReason);
}

function addItems(counts: Map<string, ItemCount>, items: readonly BackfillItem[]): void {
  const seen = new Set<string>();
  for (const { accountId, state, reason, why, granted } of items) {
    const key = `${state}/${reason}/${why}`;
    const known = counts.get(key) ?? { state, reason, why, accounts: 0, cycles: 0, connects: 0 };
    const isNew = !seen.has(`${key}/${accountId}`);
    seen.add(`${key}/${accountId}`);
    counts.set(key, {
      ...known,
      accounts: known.accounts + (isNew ? 1 : 0),
      cycles: known.cycles + 1,
      connects: known.connects + granted,
    });
  }
}

const byStateAndReason = (a: ItemCount, b: ItemCount): number =>
  `${a.state}/${a.reason}/${a.why}` < `${b.state}/${b.reason}/${b.why}` ? -1 : 1;
