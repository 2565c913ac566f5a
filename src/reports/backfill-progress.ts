/**
 * How far a backfill is. Counting that reads each of its cycles: pages, which ask again and again, are told of a large one
 * what its rate says while it goes on, and what it was counted to once it has ended.
 */
import type { Queryable } from '../db/query.ts';
import {
  type FailedItem,
  type ItemCount,
  countBackfillAccounts,
  countBackfillItems,
  countFailedUpTo,
  hasMoreItems,
  listFailedItems,
} from '../ledger/backfill-items.ts';
import type { Backfill } from '../ledger/backfills.ts';
import { listKeptCounts } from '../ledger/run-kept.ts';
import { sumSamples } from '../ledger/run-samples.ts';

export interface BackfillCounts {
  readonly accounts: { readonly granted: number; readonly failed: number };
  readonly items: readonly ItemCount[];
}

/** What became of its cycles so far. */
export interface BackfillDone extends BackfillCounts {
  /** The first of those that failed. */
  readonly failed: readonly FailedItem[];
  /** False of a large one that goes on: its accounts are an estimate, and its items are counted once it has ended. */
  readonly exact: boolean;
}

const FAILED_SHOWN = 20;
/** Cycles, and accounts that failed, that are counted while somebody waits. */
const COUNTED_MAX = 2_000;

export const countBackfill = async (db: Queryable, id: number): Promise<BackfillCounts> => ({
  items: await countBackfillItems(db, id),
  accounts: await countBackfillAccounts(db, id),
});

/** However large it is. */
export const readDone = async (db: Queryable, { id }: Pick<Backfill, 'id'>): Promise<BackfillDone> => ({
  ...(await countBackfill(db, id)),
  failed: await listFailedItems(db, id, FAILED_SHOWN),
  exact: true,
});

/** In a bounded number of rows. */
export async function readKnownDone(
  db: Queryable,
  backfill: Backfill,
  countedMax = COUNTED_MAX,
): Promise<BackfillDone> {
  const { id, runId, endedAt, planned } = backfill;
  const kept = (await listKeptCounts(db, [runId])).get(runId) as { backfill?: BackfillCounts } | undefined;
  const failed = await listFailedItems(db, id, FAILED_SHOWN);
  if (kept?.backfill) return { ...kept.backfill, failed, exact: true };
  if (endedAt !== null || !(await hasMoreItems(db, id, countedMax)))
    return { ...(await countBackfill(db, id)), failed, exact: true };
  const granted = Math.min(await sumSamples(db, runId), planned.accounts);
  const accounts = { granted, failed: await countFailedUpTo(db, id, countedMax) };
  return { accounts, items: [], failed, exact: false };
}
