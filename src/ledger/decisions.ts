/** SQL of `decisions`: what was decided of each event, with the evidence. A boundary's own decision is its cycle. */
import type { Transaction } from '../db/connection.ts';
import { type Queryable, insertRows, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Decision } from '../domain/account.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';

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
      accountId,
      decisionNo,
      decision.subject,
      decision.code,
      JSON.stringify(decision.detail),
      toDate(decision.at),
      toDate(postedAt),
      runId,
    ]),
  );
}

/** The numbers of all decisions of these accounts, of cycles and events alike, by account. */
export async function listDecisionNos(
  db: Queryable,
  accountIds: readonly string[],
): Promise<Map<string, Set<number>>> {
  const numbers = new Map<string, Set<number>>(accountIds.map((id) => [id, new Set()]));
  if (accountIds.length === 0) return numbers;
  const rows = await selectRows<{ account: string; no: number }>(
    db,
    `SELECT account_id AS account, decision_no AS no FROM cycles WHERE account_id IN (?)
      UNION ALL
     SELECT account_id, decision_no FROM decisions WHERE account_id IN (?)`,
    [accountIds, accountIds],
  );
  for (const { account, no } of rows) numbers.get(account)?.add(no);
  return numbers;
}

/** Cycles whose payment failed while they were current, as `<account>/<cycle date>`. */
export async function listFailedPayments(
  db: Queryable,
  accountIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (accountIds.length === 0) return new Set();
  const rows = await selectRows<{ accountId: string; detail: string }>(
    db,
    `SELECT account_id AS accountId, detail FROM decisions
      WHERE account_id IN (?) AND subject >= 'payment:' AND subject < 'payment;' AND code = 'payment-failed'
      ORDER BY account_id, decision_no`,
    [accountIds],
  );
  const failed = rows.map(({ accountId, detail }) => {
    const { failedOn, which } = JSON.parse(detail) as { failedOn: LocalDate; which: string };
    return which === 'current-cycle' ? `${accountId}/${failedOn}` : undefined;
  });
  return new Set(failed.filter((one) => one !== undefined));
}

/** Whether a person refused this event while it waited. */
export async function isRefusedByOperator(db: Queryable, accountId: string, event: string): Promise<boolean> {
  const row = await selectOne(
    db,
    `SELECT 1 AS found FROM decisions
      WHERE account_id = ? AND subject = ? AND code = 'refused-by-operator' LIMIT 1`,
    [accountId, `event:${event}`],
  );
  return row !== undefined;
}
