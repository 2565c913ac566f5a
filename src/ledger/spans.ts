/** SQL of `account_spans`: anchor, zone and plan since when, so that the past stays computable. */
import { type Queryable, insertRows, selectRows, toDate, updateOf } from '../db/query.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';

export interface SpanRow {
  readonly accountId: string;
  readonly fromAt: Instant;
  readonly anchorOn: LocalDate;
  readonly zone: string;
  readonly plan: PlanName;
}

const COLUMNS = ['account_id', 'from_at', 'anchor_on', 'zone', 'plan'] as const;

/** Of several changes at one instant the last one holds. */
export async function insertSpans(db: Queryable, spans: readonly SpanRow[]): Promise<void> {
  await insertRows(
    db,
    'account_spans',
    COLUMNS,
    spans.map((one) => [one.accountId, toDate(one.fromAt), one.anchorOn, one.zone, one.plan]),
    updateOf(COLUMNS.slice(2)),
  );
}

/** All spans of these accounts, oldest first. */
export async function listSpansOf(
  db: Queryable,
  accountIds: readonly string[],
): Promise<Map<string, SpanRow[]>> {
  const spans = new Map<string, SpanRow[]>();
  if (accountIds.length === 0) return spans;
  const rows = await selectRows<Omit<SpanRow, 'fromAt'> & { fromAt: Date }>(
    db,
    `SELECT account_id AS accountId, from_at AS fromAt, anchor_on AS anchorOn, zone, plan FROM account_spans
      WHERE account_id IN (?) ORDER BY account_id, from_at`,
    [accountIds],
  );
  for (const row of rows) {
    const span = { ...row, fromAt: row.fromAt.getTime() };
    const known = spans.get(row.accountId);
    if (known) known.push(span);
    else spans.set(row.accountId, [span]);
  }
  return spans;
}
