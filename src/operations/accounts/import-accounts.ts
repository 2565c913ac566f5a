/**
 * Importing accounts. A first pass reads every row and changes nothing; rows are written, in batches, only when all
 * are good, or when bad ones are to be skipped. An account that is there already with the same content is skipped, so
 * an interrupted import is finished by the same call.
 */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { isDuplicateKey } from '../../db/errors.ts';
import { type Queryable, databaseNow } from '../../db/query.ts';
import { type Account, type TakeOver, takeOver } from '../../domain/account.ts';
import type { Instant } from '../../domain/calendar.ts';
import { faultOfAhead } from '../../domain/events/ahead.ts';
import type { Fault, Terms } from '../../domain/terms.ts';
import { monthEndOf } from '../../domain/terms.ts';
import { requireExpected } from '../../expecting.ts';
import { insertAccounts } from '../../ledger/accounts.ts';
import { findImportHashes, insertContacts } from '../../ledger/contacts.ts';
import { insertInactiveOpenings } from '../../ledger/openings.ts';
import { insertSpans } from '../../ledger/spans.ts';
import { findTakenOver } from '../../ledger/taken-over.ts';
import { getLatestTerms } from '../../ledger/terms-versions.ts';
import { type AuditRow, insertAudit } from '../../ledger/audit-log.ts';
import { type Bad, type BadRow, BadRows } from '../imports/bad-rows.ts';
import { inBatches } from '../imports/batches.ts';
import {
  type AccountImport,
  type ParsedAccountRow,
  columnsDiffering,
  parseAccountRow,
} from './account-rows.ts';

/** One row of a file, wherever it came from. `faults` are those of reading it at all. */
export interface SourceRow extends BadRow {
  readonly cells: Readonly<Record<string, string>>;
}

export interface ImportRequest {
  /** Opens the file anew; called once for each pass. */
  readonly rows: () => AsyncIterable<SourceRow>;
  readonly skipInvalid: boolean;
  /** How many rows the file is to have; any number when absent. */
  readonly expect?: number | undefined;
  readonly dryRun: boolean;
  readonly actor: string;
  readonly reason: string | undefined;
  /** Where the rows came from, for the audit log. */
  readonly source?: string;
  /** Stops between two batches; what was written stays, and the same call goes on from there. */
  readonly signal?: AbortSignal;
  /** Rows read so far in this pass. */
  readonly onProgress?: (rows: number) => void;
  /** Given bad rows as they are found, each once: those of the first pass before anything is written. */
  readonly onBad?: (rows: readonly BadRow[]) => Promise<void>;
}

export interface ImportOutcome extends Bad {
  readonly outcome: 'imported' | 'refused' | 'interrupted';
  readonly rows: number;
  readonly imported: number;
  /** There already, with the same content. */
  readonly skipped: number;
}

export interface ImportDeps {
  readonly db: Database;
}

/** Rows checked, or written in one transaction, at a time. */
const BATCH = 500;

export async function importAccounts(deps: ImportDeps, request: ImportRequest): Promise<ImportOutcome> {
  const terms = await getLatestTerms(deps.db);
  const found = new BadRows();
  const { rows, skipped } = await checkAll(deps, request, found);
  const unwritten = { rows, imported: 0, skipped, ...found.told };
  if (request.signal?.aborted) return { outcome: 'interrupted', ...unwritten };
  requireExpected(request.expect, rows, 'row');
  if (found.count > 0 && !request.skipInvalid) return { outcome: 'refused', ...unwritten };
  if (request.dryRun) return { outcome: 'imported', ...unwritten, imported: rows - found.count - skipped };
  const written = await writeAll(deps, request, terms.terms, found);
  return { rows, ...written, ...found.told };
}

/** The first pass: every row against the rules, the rest of the file, and what is there already. */
async function checkAll(
  deps: ImportDeps,
  request: ImportRequest,
  found: BadRows,
): Promise<{ rows: number; skipped: number }> {
  const now = await databaseNow(deps.db);
  const seen: Seen = new Map();
  let rows = 0;
  let skipped = 0;
  for await (const batch of inBatches(request.rows(), BATCH)) {
    if (request.signal?.aborted) break;
    rows += batch.length;
    const bad: BadRow[] = [];
    const good: { row: SourceRow; account: AccountImport }[] = [];
    for (const row of batch) {
      const account = checkRow(row, { now, seen, bad });
      if (account === 'repeated') skipped += 1;
      else if (account) good.push({ row, account });
    }
    skipped += await checkAgainstDatabase(deps.db, good, bad);
    await tellBad(
      request,
      found,
      bad.toSorted((a, b) => a.line - b.line),
    );
    request.onProgress?.(rows);
  }
  return { rows, skipped };
}

async function tellBad({ onBad }: ImportRequest, found: BadRows, bad: readonly BadRow[]): Promise<void> {
  for (const one of bad) found.add(one);
  if (bad.length > 0) await onBad?.(bad);
}

/** By itself: what it was read with, the fields' own rules, and whether it has happened yet. */
function judgeRow({ cells, faults }: SourceRow, now: Instant): ParsedAccountRow {
  if (faults.length > 0) return { ok: false, faults };
  const parsed = parseAccountRow(cells);
  const ahead = parsed.ok && faultOfAhead('tracked_from', parsed.account.takeOver.trackedFrom, now);
  return ahead ? { ok: false, faults: [ahead] } : parsed;
}

/** By account id: where it stands first in the file, and with what. */
type Seen = Map<string, { readonly line: number; readonly contentHash: string }>;

function checkRow(
  row: SourceRow,
  { now, seen, bad }: { readonly now: Instant; readonly seen: Seen; readonly bad: BadRow[] },
): AccountImport | 'repeated' | undefined {
  const parsed = judgeRow(row, now);
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
  const others: (typeof good)[number][] = [];
  for (const { row, account } of good) {
    const hash = known.get(account.takeOver.id);
    if (hash === account.contentHash) same += 1;
    else if (isOtherThan(hash, account)) others.push({ row, account });
  }
  const faults = await faultsOfOthers(
    db,
    others.map((one) => one.account),
  );
  for (const [index, { row }] of others.entries()) bad.push({ ...row, faults: [faults[index] as Fault] });
  return same;
}

interface Written {
  readonly outcome: 'imported' | 'interrupted';
  readonly imported: number;
  readonly skipped: number;
}

/**
 * The second pass: each batch is one transaction; what is there already is left alone. Rows that were good when they
 * were checked, and are not any more, are bad ones.
 */
async function writeAll(
  deps: ImportDeps,
  request: ImportRequest,
  terms: Terms,
  found: BadRows,
): Promise<Written> {
  const sum = { imported: 0, skipped: 0 };
  const now = await databaseNow(deps.db);
  let rows = 0;
  for await (const batch of inBatches(request.rows(), BATCH)) {
    if (request.signal?.aborted) return { ...sum, outcome: 'interrupted' };
    const { good, late } = judgeAgain(batch, found, now);
    const written = await writeBatch(deps.db, good, terms, request);
    await tellBad(request, found, [...late, ...written.late]);
    sum.imported += written.imported;
    sum.skipped += good.length - written.imported - written.late.length;
    rows += batch.length;
    request.onProgress?.(rows);
  }
  return { ...sum, outcome: 'imported' };
}

type GoodRow = AccountImport & { readonly row: SourceRow };

/** Whatever is written has been judged as it was read now. */
function judgeAgain(
  batch: readonly SourceRow[],
  found: BadRows,
  now: Instant,
): { good: GoodRow[]; late: BadRow[] } {
  const good: GoodRow[] = [];
  const late: BadRow[] = [];
  for (const row of batch.filter((one) => !found.has(one.line))) {
    const judged = judgeRow(row, now);
    if (judged.ok) good.push({ ...judged.account, row });
    else late.push({ ...row, faults: judged.faults });
  }
  return { good, late };
}

/** Others may import the same accounts at this moment: whoever comes second looks again. */
const TURNS_MAX = 5;

async function writeBatch(
  db: Database,
  good: readonly GoodRow[],
  terms: Terms,
  request: ImportRequest,
): Promise<{ imported: number; late: readonly BadRow[] }> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await inTransaction(db, (transaction) => writeFresh(transaction, good, terms, request));
    } catch (error) {
      if (!isDuplicateKey(error) || turn >= TURNS_MAX) throw error;
    }
  }
}

async function writeFresh(
  transaction: Transaction,
  good: readonly GoodRow[],
  terms: Terms,
  request: ImportRequest,
): Promise<{ imported: number; late: readonly BadRow[] }> {
  const accounts = new Map(good.map((one) => [one.takeOver.id, one]));
  const known = await findImportHashes(transaction, [...accounts.keys()]);
  const late = [...accounts.values()].filter((one) => isOtherThan(known.get(one.takeOver.id), one));
  const fresh = [...accounts.values()].filter((one) => !known.has(one.takeOver.id));
  const now = await databaseNow(transaction);
  const opened = fresh.map((one) => takeOver(notAhead(one.takeOver, now), monthEndOf(terms)));
  await insertAccounts(transaction, opened.map(toRow));
  await insertInactiveOpenings(transaction, opened);
  await insertContacts(
    transaction,
    fresh.map(({ takeOver: { id: accountId }, email, locale, contentHash: importHash }) => ({
      accountId,
      email,
      locale,
      importHash,
    })),
  );
  await insertSpans(
    transaction,
    opened.map((account) => ({ ...account, accountId: account.id, fromAt: account.trackedFrom })),
  );
  if (fresh.length > 0) await insertAudit(transaction, auditOf(request, fresh, now));
  const faults = await faultsOfOthers(transaction, late);
  return {
    imported: fresh.length,
    late: late.map((one, index) => ({ ...one.row, faults: [faults[index] as Fault] })),
  };
}

/** A take-over of the next minutes counts from now: no watermark lies ahead of the database's clock. */
const notAhead = (known: TakeOver, now: Instant): TakeOver =>
  known.trackedFrom > now ? { ...known, trackedFrom: now } : known;

const toRow = (account: Account) => ({ account, lastDecision: 0, catchUpFrom: null });

/** Whether what is in the database under the account's id is something else; false where nothing is. */
const isOtherThan = (known: string | undefined, { contentHash }: AccountImport): boolean =>
  known !== undefined && known !== contentHash;

/** What is told of rows whose accounts are there with other content: in which columns, as far as these are kept. */
async function faultsOfOthers(db: Queryable, others: readonly AccountImport[]): Promise<Fault[]> {
  const known = await findTakenOver(
    db,
    others.map((one) => one.takeOver.id),
  );
  return others.map((one) => {
    const { id } = one.takeOver;
    const before = known.get(id);
    const columns = before ? columnsDiffering(one, before) : [];
    const where = columns.length === 0 ? '' : ` in ${columns.join(', ')}`;
    return { where: 'account_id', what: `${id} is in the database already, with other content${where}` };
  });
}

/** Written with the accounts that it tells of, so that none appears without a word of who brought it. */
const auditOf = (
  { actor, reason, source = 'accounts' }: ImportRequest,
  fresh: readonly GoodRow[],
  at: Instant,
): AuditRow => ({
  at,
  actor,
  reason: reason ?? null,
  action: 'accounts.import',
  target: 'accounts',
  before: null,
  runId: null,
  after: {
    source,
    imported: fresh.length,
    first: fresh[0]?.takeOver.id,
    last: fresh.at(-1)?.takeOver.id,
  },
});
