/** SQL of `cycles`: one settlement per account and cycle date. */
import type { Transaction } from '../db/connection.ts';
import { type Queryable, insertRows, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { Settlement } from '../domain/settle.ts';

/** `staged`: told by the notice of its catch-up. The others say why there is none. */
export type CycleNotice = 'staged' | 'unchanged' | 'opted-out' | 'not-asked';

export interface CycleRow {
  readonly accountId: string;
  readonly settlement: Settlement;
  readonly termsVersion: number;
  readonly runId: number | null;
  readonly decisionNo: number;
  readonly notice: CycleNotice;
  readonly postedAt: Instant;
}

const COLUMNS = [
  'account_id',
  'cycle_on',
  'starts_at',
  'next_on',
  'opening',
  'carried',
  'expired',
  'free',
  'paid',
  'recovered',
  'closing',
  'plan',
  'cap',
  'code',
  'terms_version',
  'run_id',
  'decision_no',
  'notice',
  'posted_at',
] as const;

/** @throws the database's duplicate-key error (1062) when one of these boundaries is settled already */
export async function insertCycles(transaction: Transaction, rows: readonly CycleRow[]): Promise<void> {
  await insertRows(transaction, 'cycles', COLUMNS, rows.map(toCells));
}

const toCells = ({ accountId, settlement, ...row }: CycleRow) => [
  accountId,
  settlement.cycleOn,
  toDate(settlement.startsAt),
  settlement.nextOn,
  settlement.opening,
  settlement.carried,
  settlement.expired,
  settlement.free,
  settlement.paid,
  settlement.recovered,
  settlement.closing,
  settlement.plan,
  settlement.cap,
  settlement.code,
  row.termsVersion,
  row.runId,
  row.decisionNo,
  row.notice,
  toDate(row.postedAt),
];

/** The settlements of an account in a range of dates (inclusive), oldest first; the newest `limit` of them. */
export async function listSettlements(
  db: Queryable,
  accountId: string,
  range: { readonly first: LocalDate; readonly last: LocalDate; readonly limit: number },
): Promise<Settlement[]> {
  const rows = await selectRows<Omit<Settlement, 'startsAt'> & { startsAt: Date }>(
    db,
    `SELECT cycle_on AS cycleOn, starts_at AS startsAt, next_on AS nextOn, opening, carried, expired, free, paid,
            recovered, closing, plan, cap, code
       FROM cycles WHERE account_id = ? AND cycle_on BETWEEN ? AND ? ORDER BY cycle_on DESC LIMIT ?`,
    [accountId, range.first, range.last, range.limit],
  );
  return rows.reverse().map((row) => ({ ...row, startsAt: row.startsAt.getTime() }));
}

/** The first and last boundary that was resolved by numbers in force from one instant until another. */
export async function findUsedRange(
  db: Queryable,
  from: Instant,
  until: Instant | undefined,
): Promise<{ first: Instant; last: Instant } | undefined> {
  const row = await selectOne<{ first: Date | null; last: Date | null }>(
    db,
    `SELECT MIN(starts_at) AS first, MAX(starts_at) AS last FROM cycles
      WHERE starts_at >= ? ${until === undefined ? '' : 'AND starts_at < ?'} AND code IN ('granted', 'no-monthly-grant')`,
    [toDate(from), ...(until === undefined ? [] : [toDate(until)])],
  );
  return row?.first && row.last ? { first: row.first.getTime(), last: row.last.getTime() } : undefined;
}
