/** What the last audit of the whole fleet found: a line of the audit log like any other, and a metric. */
import { type Queryable, selectOne } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { insertAudit } from './audit-log.ts';

/** Under this target, so that the latest is found by an index. */
const TARGET = 'audit';

export async function insertAuditResult(
  db: Queryable,
  result: { readonly at: Instant; readonly actor: string; readonly findings: number },
): Promise<void> {
  const { at, actor, findings } = result;
  await insertAudit(db, {
    at,
    actor,
    action: 'audit.run',
    target: TARGET,
    reason: null,
    before: null,
    after: { findings },
    runId: null,
  });
}

/** How much the last audit found, and when; undefined before the first. */
export async function findLastAudit(
  db: Queryable,
): Promise<{ readonly at: Instant; readonly findings: number } | undefined> {
  const row = await selectOne<{ at: Date; after_is: string }>(
    db,
    'SELECT at, after_is FROM audit_log WHERE target = ? ORDER BY id DESC LIMIT 1',
    [TARGET],
  );
  return (
    row && { at: row.at.getTime(), findings: (JSON.parse(row.after_is) as { findings: number }).findings }
  );
}
