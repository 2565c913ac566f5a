/** Accounts that are due and cannot be settled, because somebody else has a row of theirs locked: as workers meet them. */
import type { Queryable } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { listDueOf } from '../../ledger/accounts.ts';
import type { Inspector } from '../../queue/inspector.ts';

/**
 * Those of the last minute, in the order of their ids. Whom another process has settled since is due no longer.
 * @throws unavailable when database or Redis cannot be asked
 */
export async function listBusy(
  { db, inspector }: { readonly db: Queryable; readonly inspector: Pick<Inspector, 'readBusy'> },
  asOf: Instant,
): Promise<readonly string[]> {
  const found = await inspector.readBusy();
  return found.length === 0 ? [] : (await listDueOf(db, found, asOf)).toSorted();
}
