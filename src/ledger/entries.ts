/** SQL of `entries`: the ledger, which only grows. */
import { type Queryable, type Statement, insertOf, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Entry, EntryKind } from '../domain/account.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';

export interface EntryRow {
  readonly accountId: string;
  readonly entry: Entry;
  /** That of its cycle; of what no boundary posted, the one on which it took effect. For the rollups only. */
  readonly plan: PlanName;
  readonly postedAt: Instant;
  readonly runId: number | null;
}

const COLUMNS = [
  'account_id',
  'seq',
  'kind',
  'amount',
  'balance_after',
  'effective_at',
  'occurred_at',
  'posted_at',
  'cycle_on',
  'subject',
  'proposal',
  'run_id',
] as const;

/** Run, they throw the database's duplicate-key error (1062) when one of them was posted before. */
export const entryInserts = (rows: readonly EntryRow[]): Statement[] =>
  insertOf('entries', COLUMNS, rows.map(toCells));

const toCells = ({ accountId, entry, postedAt, runId }: EntryRow) => [
  accountId,
  entry.seq,
  entry.kind,
  entry.amount,
  entry.balance,
  toDate(entry.effectiveAt),
  toDate(entry.occurredAt),
  toDate(postedAt),
  entry.cycleOn,
  entry.subject,
  entry.proposal,
  runId,
];

/** What stands in the ledger under a cycle's first subject, whoever posted it. */
export interface CycleEntry {
  readonly accountId: string;
  readonly cycleOn: LocalDate;
  readonly kind: EntryKind;
  readonly amount: number;
  readonly balance: number;
  readonly runId: number | null;
}

/** Of these accounts and dates, in posting order. At most a few hundred accounts. */
export async function listCycleEntries(
  db: Queryable,
  accountIds: readonly string[],
  subjects: readonly string[],
): Promise<CycleEntry[]> {
  if (accountIds.length === 0 || subjects.length === 0) return [];
  return selectRows<CycleEntry>(
    db,
    `SELECT account_id AS accountId, cycle_on AS cycleOn, kind, amount, balance_after AS balance, run_id AS runId
       FROM entries WHERE account_id IN (?) AND subject IN (?) ORDER BY account_id, seq`,
    [accountIds, subjects],
  );
}

/** The balance of an account after all that counted up to an instant; undefined where nothing had. */
export async function findBalanceAt(
  db: Queryable,
  accountId: string,
  at: Instant,
): Promise<number | undefined> {
  const row = await selectOne<{ balance: number }>(
    db,
    `SELECT balance_after AS balance FROM entries
      WHERE account_id = ? AND effective_at <= ? ORDER BY account_id DESC, seq DESC LIMIT 1`,
    [accountId, toDate(at)],
  );
  return row?.balance;
}
