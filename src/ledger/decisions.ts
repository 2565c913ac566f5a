/** SQL of `decisions`: what was decided of each event, with the evidence. A boundary's own decision is its cycle. */
import type { Transaction } from '../db/connection.ts';
import { insertRows, toDate } from '../db/query.ts';
import type { Decision } from '../domain/account.ts';
import type { Instant } from '../domain/calendar.ts';

export interface DecisionRow {
  readonly accountId: string;
  readonly decision: Decision;
  readonly decisionNo: number;
  readonly postedAt: Instant;
  readonly runId: number | null;
}

export async function insertDecisions(transaction: Transaction, rows: readonly DecisionRow[]): Promise<void> {
  await insertRows(
    transaction,
    'decisions',
    ['account_id', 'decision_no', 'subject', 'code', 'detail', 'at', 'posted_at', 'run_id'],
    rows.map(({ accountId, decision, decisionNo, postedAt, runId }) => [
      ...[accountId, decisionNo, decision.subject, decision.code, JSON.stringify(decision.detail)],
      ...[toDate(decision.at), toDate(postedAt), runId],
    ]),
  );
}
