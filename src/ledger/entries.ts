/** SQL of `entries`: the ledger, which only grows. */
import type { Transaction } from '../db/connection.ts';
import { insertRows, toDate } from '../db/query.ts';
import type { Entry } from '../domain/account.ts';
import type { Instant } from '../domain/calendar.ts';

export interface EntryRow {
  readonly accountId: string;
  readonly entry: Entry;
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

/** @throws the database's duplicate-key error (1062) when one of them was posted before */
export async function insertEntries(transaction: Transaction, rows: readonly EntryRow[]): Promise<void> {
  await insertRows(transaction, 'entries', COLUMNS, rows.map(toCells));
}

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
