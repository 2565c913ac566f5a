/** SQL of `lapses`: what reversals left alone because a later cycle had let it expire; and those expiries themselves. */
import type { Transaction } from '../db/connection.ts';
import { type Queryable, insertRows, selectRows } from '../db/query.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';

export interface LapseRow {
  readonly accountId: string;
  /** The cycle that let it expire, and the one that had granted it. */
  readonly expiredOn: LocalDate;
  readonly on: LocalDate;
  readonly runId: number;
  readonly amount: number;
}

/** @throws the database's duplicate-key error (1062) when the same reversal has left it alone before */
export async function insertLapses(transaction: Transaction, rows: readonly LapseRow[]): Promise<void> {
  await insertRows(
    transaction,
    'lapses',
    ['account_id', 'expired_on', 'cycle_on', 'run_id', 'amount'],
    rows.map((row) => [row.accountId, row.expiredOn, row.on, row.runId, row.amount]),
  );
}

/** A settlement that let Connects expire. */
export interface ExpiryRow {
  readonly accountId: string;
  readonly on: LocalDate;
  readonly expired: number;
  /** What reversals of earlier cycles have left alone for it. */
  readonly lapsed: number;
  readonly postedAt: Instant;
  readonly decisionNo: number;
}

/** Of these accounts, in the order in which they were settled. */
export async function listExpiries(db: Queryable, accountIds: readonly string[]): Promise<ExpiryRow[]> {
  if (accountIds.length === 0) return [];
  const rows = await selectRows<Omit<ExpiryRow, 'lapsed' | 'postedAt'> & { lapsed: string; postedAt: Date }>(
    db,
    `SELECT cycles.account_id AS accountId, cycle_on AS \`on\`, expired, posted_at AS postedAt,
            decision_no AS decisionNo,
            (SELECT COALESCE(SUM(amount), 0) FROM lapses
              WHERE lapses.account_id = cycles.account_id AND lapses.expired_on = cycles.cycle_on) AS lapsed
       FROM cycles WHERE account_id IN (?) AND expired > 0 ORDER BY account_id, decision_no`,
    [accountIds],
  );
  return rows.map((row) => ({ ...row, lapsed: Number(row.lapsed), postedAt: row.postedAt.getTime() }));
}
