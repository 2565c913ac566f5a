/** SQL of `audit_log`: every change by a person, who, why, before and after. */
import { type Queryable, insertRows, selectOne, selectRows, toDate } from '../db/query.ts';
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

/** A row as it is read: `before` and `after` hold what was written, null for nothing. */
export interface AuditEntry extends AuditRow {
  readonly id: number;
}

export interface AuditFilter {
  /** `account:a1`, `run:17`, `mail`, … */
  readonly target?: string | undefined;
  readonly actor?: string | undefined;
  /** `tokens.add`; `tokens` is every change of tokens. */
  readonly action?: string | undefined;
  readonly since?: Instant | undefined;
  /** Not included. */
  readonly until?: Instant | undefined;
}

/** What must hold, where it is asked for. */
type Condition = [sql: string, ...bindings: (string | number | undefined)[]];

/** The number of the latest row written before an instant, or of the latest of all; 0 where there is none. */
export async function findLatestAudit(db: Queryable, until?: Instant): Promise<number> {
  const row = await (until === undefined
    ? selectOne<{ id: number }>(db, 'SELECT id FROM audit_log ORDER BY id DESC LIMIT 1')
    : selectOne<{ id: number }>(
        db,
        'SELECT id FROM audit_log WHERE at < ? ORDER BY at DESC, id DESC LIMIT 1',
        [toDate(until)],
      ));
  return row?.id ?? 0;
}

/** The newest first, below `before` and above `above`. */
export async function listAudit(
  db: Queryable,
  { target, actor, action, since, until }: AuditFilter,
  page: { readonly before?: number | undefined; readonly above?: number; readonly limit: number },
): Promise<AuditEntry[]> {
  const conditions: Condition[] = [
    ['id < ?', page.before],
    ['id > ?', page.above],
    ['target = ?', target],
    ['actor = ?', actor],
    ["(action = ? OR action LIKE CONCAT(?, '.%'))", action, action],
    ['at >= ?', since === undefined ? undefined : toDate(since)],
    ['at < ?', until === undefined ? undefined : toDate(until)],
  ];
  const asked = conditions.filter(([, binding]) => binding !== undefined);
  const where = asked.length === 0 ? '' : `WHERE ${asked.map(([sql]) => sql).join(' AND ')}`;
  const rows = await selectRows<StoredEntry>(
    db,
    `SELECT id, at, actor, action, target, reason, before_is, after_is, run_id FROM audit_log
      ${where} ORDER BY id DESC LIMIT ?`,
    [...asked.flatMap(([, ...bindings]) => bindings as (string | number)[]), page.limit],
  );
  return rows.map(parseEntry);
}

interface StoredEntry {
  id: number;
  at: Date;
  actor: string;
  action: string;
  target: string;
  reason: string | null;
  before_is: string | null;
  after_is: string | null;
  run_id: number | null;
}

const parseEntry = (row: StoredEntry): AuditEntry => ({
  id: row.id,
  at: row.at.getTime(),
  actor: row.actor,
  action: row.action,
  target: row.target,
  reason: row.reason,
  before: parsed(row.before_is),
  after: parsed(row.after_is),
  runId: row.run_id,
});

const parsed = (text: string | null): unknown => (text === null ? null : (JSON.parse(text) as unknown));
