/** The whole state of an installation, less what says only when and by which run it came about. */
import type { Database } from '../../src/db/connection.ts';
import { selectRows } from '../../src/db/query.ts';

export type StateRow = Readonly<Record<string, unknown>>;

export interface State {
  readonly accounts: readonly StateRow[];
  readonly cycles: readonly StateRow[];
  readonly entries: readonly StateRow[];
  readonly outbox: readonly StateRow[];
  readonly failures: readonly StateRow[];
}

/** Times of writing, leases, and numbers given by the server: two runs with the same result differ in them. */
const INCIDENTAL = new Set([
  'run_id',
  'posted_at',
  'staged_at',
  'next_attempt_at',
  'lease_until',
  'sent_at',
  'last_error',
  'first_at',
  'last_at',
  'retry_at',
  'put_aside_at',
  'cleared_at',
]);

export async function readState(db: Database): Promise<State> {
  return {
    accounts: await readTable(db, 'accounts', 'id'),
    cycles: await readTable(db, 'cycles', 'account_id, cycle_on'),
    entries: await readTable(db, 'entries', 'account_id, seq'),
    outbox: await readTable(db, 'outbox', 'account_id, kind, ref', ['id', 'attempts']),
    failures: await readTable(db, 'failures', 'account_id'),
  };
}

async function readTable(
  db: Database,
  table: string,
  orderBy: string,
  alsoIncidental: readonly string[] = [],
): Promise<StateRow[]> {
  const rows = await selectRows<StateRow>(db, `SELECT * FROM ${table} ORDER BY ${orderBy}`);
  const kept = (name: string): boolean => !INCIDENTAL.has(name) && !alsoIncidental.includes(name);
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => kept(name))));
}

/** One number out of one row: `SELECT COUNT(*) …`. */
export async function countOf(
  db: Database,
  sql: string,
  bindings: readonly (string | number)[] = [],
): Promise<number> {
  const [row] = await selectRows<Record<string, number | string>>(db, sql, bindings);
  return Number(Object.values(row ?? {})[0]);
}

/**
 * Notices that wait, and have had no attempt. A page that was claimed as its process ended stands in Redis: the next
 * worker takes it from there, so both states wait.
 */
export const UNTRIED = "state IN ('pending', 'claimed') AND attempts = 0";
