/** Auditing in tests: all findings at once, in short words. */
import type { App } from '../../src/app.ts';
import { selectRows } from '../../src/db/query.ts';
import { type AuditFinding, auditFleet } from '../../src/operations/audits/audit.ts';
import { settleAsOf } from './facts.ts';

export const ALARM_MS = 15 * 60_000;

export async function auditAll(
  app: Pick<App, 'db'>,
  asOf: number | 'now',
  alarmAgeMs = ALARM_MS,
): Promise<AuditFinding[]> {
  const found: AuditFinding[] = [];
  const request = { alarmAgeMs, ...(asOf !== 'now' && { asOf }) };
  for await (const one of auditFleet(app.db, request)) found.push(one);
  return found;
}

/** `a-001 settlement-missing 2021-03-01`. */
export const codesOf = (found: readonly AuditFinding[]): string[] =>
  found.map((one) => [one.account, one.code, ...(one.cycleOn === null ? [] : [one.cycleOn])].join(' '));

/** Every account there is, brought current. */
export async function settleAll(app: App, asOf: string): Promise<void> {
  const rows = await selectRows<{ id: string }>(app.db, 'SELECT id FROM accounts ORDER BY id');
  const ids = rows.map((row) => row.id);
  for (let from = 0; from < ids.length; from += 500) await settleAsOf(app, ids.slice(from, from + 500), asOf);
}
