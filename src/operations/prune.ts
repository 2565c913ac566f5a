/**
 * Deleting what nobody needs any more: ticks after 30 days, sessions that have ended. Never the ledger, and never a
 * notice: it is the proof that a member was told, and holds no text, because letters are rendered when they are sent.
 */
import { type Database, inTransaction } from '../db/connection.ts';
import { databaseNow } from '../db/query.ts';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { insertAudit } from '../ledger/audit-log.ts';
import { countSessionsBefore, deleteSessions } from '../ledger/sessions.ts';
import { countTicksBefore, deleteTicks } from '../ledger/ticks.ts';

export interface PruneRequest {
  readonly actor: string;
  readonly reason: string | null;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

export interface Pruned {
  readonly ticks: number;
  readonly sessions: number;
  /** Ticks before this instant went. */
  readonly before: Instant;
}

const TICKS_KEPT_MS = 30 * 86_400_000;
/** Rows deleted by one statement, so that nobody waits for its locks. */
const PAGE = 1_000;

export async function prune(db: Database, request: PruneRequest): Promise<Pruned> {
  const now = await databaseNow(db);
  const before = now - TICKS_KEPT_MS;
  if (request.dryRun)
    return {
      ticks: await countTicksBefore(db, before),
      sessions: await countSessionsBefore(db, now),
      before,
    };
  const ticks = await inPages(request, () => deleteTicks(db, before, PAGE));
  const sessions = await inPages(request, () => deleteSessions(db, now, PAGE));
  if (ticks + sessions > 0)
    await inTransaction(db, (transaction) =>
      insertAudit(transaction, {
        ...{ at: now, actor: request.actor, action: 'prune', target: 'prune', reason: request.reason },
        ...{ before: null, after: { ticks, sessions, before: formatInstant(before) }, runId: null },
      }),
    );
  return { ticks, sessions, before };
}

async function inPages({ signal }: PruneRequest, deletePage: () => Promise<number>): Promise<number> {
  let sum = 0;
  for (let deleted = PAGE; deleted === PAGE && !signal?.aborted; sum += deleted) deleted = await deletePage();
  return sum;
}
