/** Rows of the audit log as data. */
import { formatInstant } from '../domain/calendar.ts';
import type { AuditEntry } from '../ledger/audit-log.ts';

export const auditJson = ({ at, runId, ...row }: AuditEntry) => ({
  ...row,
  at: formatInstant(at),
  run: runId,
});
