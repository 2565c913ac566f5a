/**
 * Deleting what nobody needs any more: ticks and alerts after 30 days, sessions that have ended. Never the ledger, and never a
 * notice: it is the proof that a member was told, and holds no text, because letters are rendered when they are sent.
 */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { countSessionsBefore, deleteSessions } from '../../ledger/sessions.ts';
import { countTicksBefore, deleteTicks } from '../../ledger/ticks.ts';
import { countMessagesBefore, deleteMessages } from '../../outbox/alert-messages.ts';
import { deleteAlerts } from '../../outbox/alerts.ts';

export interface PruneRequest {
  readonly actor: string;
  readonly reason: string | null;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

export interface Pruned {
  readonly ticks: number;
  readonly sessions: number;
  /** Messages of alerts. */
  readonly alerts: number;
  /** Ticks and alerts before this instant went. */
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
      alerts: await countMessagesBefore(db, before),
      before,
    };
  const ticks = await inPages(db, request, 'ticks', (page) => deleteTicks(page, before, PAGE));
  const sessions = await inPages(db, request, 'sessions', (page) => deleteSessions(page, now, PAGE));
  const alerts = await inPages(db, request, 'alerts', (page) => deleteMessages(page, before, PAGE));
  // Of channels that are no more: what lasts is told every day.
  await deleteAlerts(db, before, PAGE);
  return { ticks, sessions, alerts, before };
}

/** Each page is gone together with the word of who had it deleted, and why. */
async function inPages(
  db: Database,
  { actor, reason, signal }: PruneRequest,
  what: string,
  deletePage: (transaction: Transaction) => Promise<number>,
): Promise<number> {
  let sum = 0;
  for (let deleted = PAGE; deleted === PAGE && !signal?.aborted; sum += deleted)
    deleted = await inTransaction(db, async (transaction) => {
      const rows = await deletePage(transaction);
      const after = { [what]: rows };
      if (rows > 0)
        await insertAudit(transaction, {
          at: await databaseNow(transaction),
          actor,
          action: 'prune',
          target: what,
          reason,
          before: null,
          after,
          runId: null,
        });
      return rows;
    });
  return sum;
}
