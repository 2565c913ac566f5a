/** Reading accounts.csv: one row of text → an account to take over, or every fault of the row. */
import { createHash } from 'node:crypto';
import type { TakeOver } from '../../domain/account.ts';
import { isRecord } from '../../domain/events/fields.ts';
import { parseTakeOver } from '../../domain/events/take-over.ts';
import type { Fault } from '../../domain/terms.ts';
import type { TakenOver } from '../../ledger/taken-over.ts';

/** Columns of the file, and the account's fields that they hold. */
const FIELD_OF_COLUMN = {
  account_id: 'id',
  kind: 'kind',
  plan: 'plan',
  email: 'email',
  locale: 'locale',
  zone: 'zone',
  anchor_on: 'anchorOn',
  tracked_from: 'trackedFrom',
  opening_balance: 'openingBalance',
  status: 'status',
  readiness_awarded: 'readinessAwarded',
} as const;

type Column = keyof typeof FIELD_OF_COLUMN;

export const ACCOUNT_COLUMNS = Object.keys(FIELD_OF_COLUMN) as readonly Column[];
export const OPTIONAL_COLUMNS: readonly string[] = ['readiness_awarded', 'locale', 'error'];

export interface AccountImport {
  readonly takeOver: TakeOver;
  readonly email: string;
  /** A BCP 47 tag; null where the row tells none. */
  readonly locale: string | null;
  /** Of everything in the row: the same account with other content is refused. */
  readonly contentHash: string;
}

export type ParsedAccountRow =
  | { readonly ok: true; readonly account: AccountImport }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** @param row the row's cells by column name; empty cells take the default, where there is one */
export function parseAccountRow(row: Readonly<Record<string, string>>): ParsedAccountRow {
  const fields: Record<string, unknown> = {};
  for (const column of ACCOUNT_COLUMNS) {
    const cell = row[column];
    if (cell !== undefined && cell !== '') fields[FIELD_OF_COLUMN[column]] = toField(column, cell);
  }
  const parsed = parseTakeOver(fields);
  const faults = parsed.ok ? [] : parsed.faults.map(inColumns);
  if (fields.email === undefined) faults.push({ where: 'email', what: 'expected an email address' });
  if (!parsed.ok || parsed.email === null || faults.length > 0) return { ok: false, faults };
  const { takeOver, email, locale } = parsed;
  // A row without a language has the hash that it had before there were any.
  const content = { ...takeOver, email, ...(locale !== null && { locale }) };
  return { ok: true, account: { takeOver, email, locale, contentHash: hashOf(content) } };
}

/** Text that is no number or truth stays text, so that the fault is told by the field's own rule. */
function toField(column: Column, cell: string): unknown {
  if (column === 'opening_balance') return /^-?\d{1,15}$/.test(cell) ? Number(cell) : cell;
  if (column === 'readiness_awarded')
    return { true: true, '1': true, false: false, '0': false }[cell] ?? cell;
  return cell;
}

/** A fault in the words of the file: its columns, not the account's fields. */
function inColumns(fault: Fault): Fault {
  const column = ACCOUNT_COLUMNS.find((one) => FIELD_OF_COLUMN[one] === fault.where);
  return { where: column ?? fault.where, what: fault.what.replace('trackedFrom', 'tracked_from') };
}

/** Columns of a row that say something else than what an account was taken over with. */
export function columnsDiffering(
  { takeOver, email, locale }: AccountImport,
  before: TakenOver,
): readonly Column[] {
  const now: Readonly<Record<string, unknown>> = { ...takeOver, email, locale };
  const then: Readonly<Record<string, unknown>> = { ...before };
  return ACCOUNT_COLUMNS.filter((column) => {
    const field = FIELD_OF_COLUMN[column];
    return field in then && now[field] !== then[field];
  });
}

const hashOf = (content: unknown): string =>
  createHash('sha256')
    .update(
      JSON.stringify(
        isRecord(content) ? Object.entries(content).toSorted(([a], [b]) => (a < b ? -1 : 1)) : content,
      ),
    )
    .digest('hex');
