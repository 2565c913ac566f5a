/** SQL of `audit_log`: every change by a person, who, why, before and after. */
import { type Queryable, insertRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

export interface AuditRow {
  readonly at: Instant;
  readonly actor: string;
  /** `terms.apply`, `accounts.import`, … */
  readonly action: string;
  readonly target: string;
  readonly reason: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly runId: number | null;
}

export async function insertAudit(db: Queryable, row: AuditRow): Promise<void> {
  await insertRows(
    db,
    'audit_log',
    ['at', 'actor', 'action', 'target', 'reason', 'before_is', 'after_is', 'run_id'],
    [
      [
        toDate(row.at),
        row.actor,
        row.action,
        row.target,
        row.reason,
        toJson(row.before),
        toJson(row.after),
        row.runId,
      ],
    ],
  );
}

const toJson = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
