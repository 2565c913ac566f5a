/** The follower of the rollups: what posting transactions have added is folded into day totals, a page at a time. */
import { type Database, inTransaction } from '../../db/connection.ts';
import { foldDeltas } from '../../ledger/rollups.ts';

/** Fewer than a list of ids may be that is looked up by its index. */
const PAGE = 900;
/** Pages of one call: what more there is, is for the next. */
const PAGES_MAX = 50;

/**
 * Folds what has gathered. May be stopped, killed, and done by several at once: a page is one transaction, in which its
 * deltas go and their sums come.
 * @returns how many deltas were folded
 */
export async function foldRollups(db: Database, signal?: AbortSignal): Promise<number> {
  let folded = 0;
  for (let page = 0; page < PAGES_MAX && !signal?.aborted; page += 1) {
    const rows = await inTransaction(db, (transaction) => foldDeltas(transaction, PAGE));
    folded += rows;
    if (rows < PAGE) break;
  }
  return folded;
}
