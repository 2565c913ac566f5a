/** What an independent model says of the fixtures, and what an installation says of the same accounts. */
import { readFileSync } from 'node:fs';
import type { Database } from '../../src/db/connection.ts';
import { selectRows } from '../../src/db/query.ts';
import { type ExportFilter, type ExportKind, type ExportRow, exportRows } from '../../src/reports/exports.ts';
import { fixture } from './accounts.ts';

export interface ExpectedAccount {
  readonly account: string;
  readonly balance: number;
  readonly plan: string;
  readonly status: string;
  readonly nextCycleOn: string | null;
  readonly entries: readonly Record<string, unknown>[];
  /** Details are free. */
  readonly decisions: readonly { at: string; subject: string; code: string }[];
}

export const readExpected = (name: string): ExpectedAccount[] =>
  readFileSync(fixture(name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ExpectedAccount)
    .map((one) => ({ ...one, decisions: one.decisions.map(withoutDetail) }));

const withoutDetail = ({ at, subject, code }: { at: string; subject: string; code: string }) => ({
  at,
  subject,
  code,
});

/** Every account of an installation as the fixtures write it, read back through the exports. */
export async function readExported(db: Database): Promise<ExpectedAccount[]> {
  const entries = await exportedByAccount(db, 'entries');
  const decisions = await exportedByAccount(db, 'decisions');
  const proposals = await readProposals(db);
  const accounts = await exportedRows(db, 'accounts');
  return accounts.map(({ account, balance, plan, status, nextCycleOn }) => ({
    account: account as string,
    balance: balance as number,
    plan: plan as string,
    status: status as string,
    nextCycleOn: nextCycleOn as string | null,
    entries: (entries.get(account as string) ?? []).map(entryOf(proposals)),
    decisions: (decisions.get(account as string) ?? []).map((row) => withoutDetail(row as never)),
  }));
}

/** As `simulate` prints it. */
const entryOf =
  (proposals: ReadonlyMap<string, string>) =>
  ({ account, seq, effectiveAt, kind, amount, balance, cycleOn }: ExportRow): Record<string, unknown> => {
    const proposal = proposals.get(`${account as string} ${seq as number}`);
    const entry = { effectiveAt, kind, amount, balance };
    return { ...entry, ...(cycleOn !== null && { cycleOn }), ...(proposal !== undefined && { proposal }) };
  };

/** Exports don't name them. */
async function readProposals(db: Database): Promise<Map<string, string>> {
  const rows = await selectRows<{ account: string; seq: number; proposal: string }>(
    db,
    'SELECT account_id AS account, seq, proposal FROM entries WHERE proposal IS NOT NULL',
  );
  return new Map(rows.map((row) => [`${row.account} ${row.seq}`, row.proposal]));
}

export async function exportedRows(
  db: Database,
  kind: ExportKind,
  filter: ExportFilter = {},
): Promise<ExportRow[]> {
  const rows: ExportRow[] = [];
  for await (const row of exportRows(db, kind, filter)) rows.push(row);
  return rows;
}

async function exportedByAccount(db: Database, kind: ExportKind): Promise<Map<string, ExportRow[]>> {
  const found = new Map<string, ExportRow[]>();
  for (const row of await exportedRows(db, kind)) {
    const account = row.account as string;
    const known = found.get(account);
    if (known) known.push(row);
    else found.set(account, [row]);
  }
  return found;
}
