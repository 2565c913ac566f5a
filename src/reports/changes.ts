/** The audit log page by page: who changed what, and why. A page looks at a bounded number of rows, whatever is asked. */
import type { Queryable } from '../db/query.ts';
import { type AuditEntry, type AuditFilter, findLatestAudit, listAudit } from '../ledger/audit-log.ts';

export interface ChangesPage {
  /** The newest first. */
  readonly rows: readonly AuditEntry[];
  /** Where the next page begins; null after the last one. It may be there although fewer rows were found than asked for. */
  readonly nextBefore: number | null;
}

/** No index knows who and what: a page looks at so many rows for them. What is of one target has an index. */
export const LOOKED_MAX = 20_000;
/** Rows may have been written in another order than they are numbered: so many places apart at the most. */
const OUT_OF_ORDER_MAX = 1_000;

export async function readChanges(
  db: Queryable,
  filter: AuditFilter,
  page: { readonly limit: number; readonly before?: number | undefined },
): Promise<ChangesPage> {
  const latest = await findLatestAudit(db, filter.until);
  const before = Math.min(page.before ?? Infinity, latest + OUT_OF_ORDER_MAX + 1);
  const above = filter.target === undefined ? Math.max(0, before - 1 - LOOKED_MAX) : 0;
  const found = await listAudit(db, filter, { before, above, limit: page.limit + 1 });
  const rows = found.slice(0, page.limit);
  if (found.length > rows.length) return { rows, nextBefore: rows.at(-1)?.id ?? null };
  if (above === 0 || (await isOver(db, filter, above))) return { rows, nextBefore: null };
  return { rows, nextBefore: above + 1 };
}

/** Whether everything that was not looked at was written before what is asked for. */
async function isOver(db: Queryable, { since }: AuditFilter, above: number): Promise<boolean> {
  if (since === undefined) return false;
  return (await findLatestAudit(db, since)) >= above + OUT_OF_ORDER_MAX;
}
