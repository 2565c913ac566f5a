/** SQL of `amendments`: what became of a settlement later. The latest of a cycle stands. */
import type { Transaction } from '../db/connection.ts';
import { type Queryable, insertRows, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';
import type { CycleNotice } from './cycles.ts';

export interface AmendmentRow {
  readonly accountId: string;
  readonly cycleOn: LocalDate;
  /** 1, 2, … within the cycle. */
  readonly no: number;
  readonly kind: 'granted' | 'reversed';
  /** The boundary's instant. */
  readonly startsAt: Instant;
  readonly plan: PlanName;
  /** The balance before and after. */
  readonly opening: number;
  readonly closing: number;
  /** What was granted; of a reversal, what was taken back. */
  readonly expired: number;
  readonly free: number;
  readonly paid: number;
  readonly recovered: number;
  /** The part of `recovered` that was owed since a failed payment. */
  readonly owed: number;
  /** Of a reversal: what it could not take. */
  readonly short: number;
  /** Of a reversal: what is to be taken from the next grant of this cycle, because no reversal could. */
  readonly notTaken: number;
  readonly termsVersion: number;
  readonly runId: number;
  /** Of a reversal: the run whose grant it took back. */
  readonly reversedRun: number | null;
  readonly notice: CycleNotice;
  readonly postedAt: Instant;
}

const COLUMNS = [
  'account_id',
  'cycle_on',
  'no',
  'kind',
  'starts_at',
  'plan',
  'opening',
  'closing',
  'expired',
  'free',
  'paid',
  'recovered',
  'owed',
  'short',
  'not_taken',
  'terms_version',
  'run_id',
  'reversed_run',
  'notice',
  'posted_at',
] as const;

/** @throws the database's duplicate-key error (1062) when a cycle has this amendment already */
export async function insertAmendments(
  transaction: Transaction,
  rows: readonly AmendmentRow[],
): Promise<void> {
  await insertRows(
    transaction,
    'amendments',
    COLUMNS,
    rows.map((row) => [
      row.accountId,
      row.cycleOn,
      row.no,
      row.kind,
      toDate(row.startsAt),
      row.plan,
      row.opening,
      row.closing,
      row.expired,
      row.free,
      row.paid,
      row.recovered,
      row.owed,
      row.short,
      row.notTaken,
      row.termsVersion,
      row.runId,
      row.reversedRun,
      row.notice,
      toDate(row.postedAt),
    ]),
  );
}

type Stored = Omit<AmendmentRow, 'startsAt' | 'postedAt'> & { startsAt: Date; postedAt: Date };

const SELECT = `SELECT account_id AS accountId, cycle_on AS cycleOn, no, kind, starts_at AS startsAt, plan, opening,
  closing, expired, free, paid, recovered, owed, short, not_taken AS notTaken, terms_version AS termsVersion,
  run_id AS runId, reversed_run AS reversedRun, notice, posted_at AS postedAt FROM amendments`;

const parseRow = (row: Stored): AmendmentRow => ({
  ...row,
  startsAt: row.startsAt.getTime(),
  postedAt: row.postedAt.getTime(),
});

/** All of these accounts, in order: at most a few per cycle that an operator touched. */
export async function listAmendments(db: Queryable, accountIds: readonly string[]): Promise<AmendmentRow[]> {
  if (accountIds.length === 0) return [];
  const rows = await selectRows<Stored>(
    db,
    `${SELECT} WHERE account_id IN (?) ORDER BY account_id, cycle_on, no`,
    [accountIds],
  );
  return rows.map(parseRow);
}

/** What a backfill or a reversal did, to settlements that were there before it and to those it made. */
export interface LaterCounts {
  readonly accounts: number;
  readonly granted: number;
  readonly reversed: number;
  /** Connects: granted, and taken at once from what was granted. */
  readonly added: number;
  readonly recovered: number;
  /** Of reversals, an account's cycles netted as its one entry is: from those who had more left, and to those who had less. */
  readonly taken: number;
  readonly returned: number;
  readonly short: number;
}

const NET_BY_ACCOUNT = `SELECT SUM(opening - closing) AS net FROM amendments
  WHERE run_id = ? AND kind = 'reversed' GROUP BY account_id`;

const TOUCHED = `SELECT COUNT(*) FROM (SELECT account_id FROM cycles WHERE run_id = ?
  UNION SELECT account_id FROM amendments WHERE run_id = ?) AS touched`;

/** Accounts that a run settled a cycle of, or did something to one of the past. */
export async function countTouched(db: Queryable, runId: number): Promise<number> {
  const row = await selectOne<{ accounts: number }>(db, `SELECT (${TOUCHED}) AS accounts`, [runId, runId]);
  return row?.accounts ?? 0;
}

export async function countLater(db: Queryable, runId: number): Promise<LaterCounts> {
  const row = await selectOne<Record<keyof LaterCounts, number | string | null>>(
    db,
    `SELECT (${TOUCHED}) AS accounts,
            SUM(kind = 'granted') AS granted, SUM(kind = 'reversed') AS reversed,
            SUM(IF(kind = 'granted', free + paid, 0)) AS added,
            SUM(IF(kind = 'granted', recovered, 0)) AS recovered, SUM(short) AS short,
            (SELECT SUM(net) FROM (${NET_BY_ACCOUNT}) AS takers WHERE net > 0) AS taken,
            (SELECT -SUM(net) FROM (${NET_BY_ACCOUNT}) AS getters WHERE net < 0) AS returned
       FROM amendments WHERE run_id = ?`,
    [runId, runId, runId, runId, runId],
  );
  const of = (name: keyof LaterCounts): number => Number(row?.[name] ?? 0);
  return {
    accounts: of('accounts'),
    granted: of('granted'),
    reversed: of('reversed'),
    added: of('added'),
    recovered: of('recovered'),
    taken: of('taken'),
    returned: of('returned'),
    short: of('short'),
  };
}
