/** SQL of `account_spans`: anchor, zone and plan since when, so that the past stays computable. */
import { type Queryable, insertRows, toDate, updateOf } from '../db/query.ts';
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
