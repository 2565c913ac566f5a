/**
 * Importing accounts. A first pass reads every row and changes nothing; rows are written, in batches, only when all
 * are good, or when bad ones are to be skipped. An account that is there already with the same content is skipped, so
 * an interrupted import is finished by the same call.
 */
import { type Database, inTransaction } from '../db/connection.ts';
import { databaseNow } from '../db/query.ts';
import { type Account, takeOver } from '../domain/account.ts';
import type { Fault, Terms } from '../domain/terms.ts';
import { monthEndOf } from '../domain/terms.ts';
import { unavailable } from '../errors.ts';
import { insertAccounts } from '../ledger/accounts.ts';
import { findImportHashes, insertContacts } from '../ledger/contacts.ts';
import { insertSpans } from '../ledger/spans.ts';
import { findLatestTerms } from '../ledger/terms-versions.ts';
import { insertAudit } from '../ledger/audit-log.ts';
import { type AccountImport, parseAccountRow } from './account-rows.ts';

/** One row of a file, wherever it came from. `faults` are those of reading it at all. */
export interface SourceRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
  readonly faults: readonly Fault[];
}

export interface BadRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
  readonly faults: readonly Fault[];
}

export interface ImportRequest {
  /** Opens the file anew; called once for each pass. */
  readonly rows: () => AsyncIterable<SourceRow>;
  readonly skipInvalid: boolean;
  readonly dryRun: boolean;
  readonly actor: string;
  readonly reason: string | undefined;
  readonly onProgress?: (rows: number) => void;
}

export interface ImportOutcome {
  readonly outcome: 'imported' | 'refused';
  readonly rows: number;
  readonly imported: number;
  /** There already, with the same content. */
  readonly skipped: number;
  readonly bad: readonly BadRow[];
}

export interface ImportDeps {
  readonly db: Database;
}

/** Rows checked, or written in one transaction, at a time. */
const BATCH = 500;

export async function importAccounts(deps: ImportDeps, request: ImportRequest): Promise<ImportOutcome> {
  const terms = await findLatestTerms(deps.db);
  if (!terms) throw unavailable('no-terms', 'the database holds no terms: run "connects migrate"');
  const checked = await checkAll(deps, request);
  const { bad, rows, skipped } = checked;
  if (bad.length > 0 && !request.skipInvalid) return { outcome: 'refused', rows, imported: 0, skipped, bad };
  if (request.dryRun)
    return { outcome: 'imported', rows, imported: rows - bad.length - skipped, skipped, bad };
  const imported = await writeAll(deps, request, terms.terms, new Set(bad.map((one) => one.line)));
  return { outcome: 'imported', rows, imported, skipped: rows - bad.length - imported, bad };
}

interface Checked {
  readonly rows: number;
  readonly skipped: number;
  readonly bad: readonly BadRow[];
}

/** The first pass: every row against the rules, the rest of the file, and what is there already. */
async function checkAll(deps: ImportDeps, request: ImportRequest): Promise<Checked> {
  const seen = new Map<string, { line: number; contentHash: string }>();
  const bad: BadRow[] = [];
  let rows = 0;
  let skipped = 0;
  for await (const batch of inBatches(request.rows())) {
    rows += batch.length;
    const good: { row: SourceRow; account: AccountImport }[] = [];
    for (const row of batch) {
      const account = checkRow(row, seen, bad);
      if (account === 'repeated') skipped += 1;
      else if (account) good.push({ row, account });
    }
    skipped += await checkAgainstDatabase(deps.db, good, bad);
    request.onProgress?.(rows);
  }
  return { rows, skipped, bad: bad.toSorted((a, b) => a.line - b.line) };
}

function checkRow(
  row: SourceRow,
  seen: Map<string, { line: number; contentHash: string }>,
  bad: BadRow[],
): AccountImport | 'repeated' | undefined {
  const parsed =
    row.faults.length > 0 ? { ok: false as const, faults: row.faults } : parseAccountRow(row.cells);
  if (!parsed.ok) return void bad.push({ ...row, faults: parsed.faults });
  const { account } = parsed;
  const id = account.takeOver.id;
  const before = seen.get(id);
  if (before?.contentHash === account.contentHash) return 'repeated';
  if (before) {
    const what = `${id} stands on line ${before.line} already, with other content`;
    return void bad.push({ ...row, faults: [{ where: 'account_id', what }] });
  }
  seen.set(id, { line: row.line, contentHash: account.contentHash });
  return account;
}

/** Counts those that are there with the same content; lists those that are there with other content. */
async function checkAgainstDatabase(
  db: Database,
  good: readonly { row: SourceRow; account: AccountImport }[],
  bad: BadRow[],
): Promise<number> {
  const known = await findImportHashes(
    db,
    good.map((one) => one.account.takeOver.id),
  );
  let same = 0;
  for (const { row, account } of good) {
    const hash = known.get(account.takeOver.id);
    if (hash === account.contentHash) same += 1;
    else if (hash !== undefined) {
      const what = `${account.takeOver.id} is in the database already, with other content`;
      bad.push({ ...row, faults: [{ where: 'account_id', what }] });
    }
  }
  return same;
}

/** The second pass: each batch is one transaction; what is there already is left alone. */
async function writeAll(
  deps: ImportDeps,
  request: ImportRequest,
  terms: Terms,
  badLines: ReadonlySet<number>,
): Promise<number> {
  let imported = 0;
  let rows = 0;
  for await (const batch of inBatches(request.rows())) {
    const accounts = new Map<string, AccountImport>();
    for (const row of batch) {
      const parsed = badLines.has(row.line) ? undefined : parseAccountRow(row.cells);
      if (parsed?.ok) accounts.set(parsed.account.takeOver.id, parsed.account);
    }
    imported += await inTransaction(deps.db, async (transaction) => {
      const known = await findImportHashes(transaction, [...accounts.keys()]);
      const fresh = [...accounts.values()].filter((one) => !known.has(one.takeOver.id));
      const opened = fresh.map((one) => takeOver(one.takeOver, monthEndOf(terms)));
      await insertAccounts(transaction, opened.map(toRow));
      await insertContacts(
        transaction,
        fresh.map((one) => ({ accountId: one.takeOver.id, email: one.email, importHash: one.contentHash })),
      );
      await insertSpans(
        transaction,
        opened.map((account) => ({ ...account, accountId: account.id, fromAt: account.trackedFrom })),
      );
      return fresh.length;
    });
    rows += batch.length;
    request.onProgress?.(rows);
  }
  if (imported > 0) await recordImport(deps.db, request, imported);
  return imported;
}

const toRow = (account: Account) => ({ account, lastDecision: 0, catchUpFrom: null });

async function recordImport(db: Database, request: ImportRequest, imported: number): Promise<void> {
  await insertAudit(db, {
    at: await databaseNow(db),
    actor: request.actor,
    action: 'accounts.import',
    target: 'accounts',
    reason: request.reason ?? null,
    before: null,
    after: { imported },
    runId: null,
  });
}

async function* inBatches<Row>(rows: AsyncIterable<Row>): AsyncGenerator<Row[]> {
  let batch: Row[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
