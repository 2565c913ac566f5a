/** Streams of everything that was recorded, by account and then posting order, read in pages by key. */
import { type Binding, type Queryable, selectRows } from '../db/query.ts';
import { type LocalDate, formatInstant } from '../domain/calendar.ts';
import { listTouchedBy } from '../ledger/run-accounts.ts';
import { type SettlementCode, decisionDetail } from '../domain/settle.ts';

export const EXPORT_KINDS = ['entries', 'decisions', 'accounts'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

export interface ExportFilter {
  readonly account?: string | undefined;
  /** Dates in UTC, both inclusive, of effectiveAt (entries) or at (decisions). */
  readonly from?: LocalDate | undefined;
  readonly to?: LocalDate | undefined;
  /** Entries and decisions of this run only. */
  readonly run?: number | undefined;
}

export type ExportRow = Readonly<Record<string, string | number | boolean | null | object>>;

/** Rows read at a time. */
const PAGE = 5_000;
const ACCOUNTS_PAGE = 500;

interface Source {
  readonly sql: string;
  /** What orders rows within an account, and names the position to go on from. */
  readonly orderBy: string;
  readonly instant: string | undefined;
  readonly toRow: (row: never) => ExportRow;
}

const iso = (at: Date): string => formatInstant(at.getTime());

interface StoredEntry {
  account: string;
  position: number;
  effectiveAt: Date;
  occurredAt: Date;
  postedAt: Date;
  kind: string;
  amount: number;
  balance: number;
  cycleOn: LocalDate | null;
  subject: string;
  run: number | null;
}

interface StoredDecision {
  account: string;
  at: Date;
  subject: string;
  code: string;
  detail: string | null;
  carried: number;
  expired: number;
  free: number;
  paid: number;
  recovered: number;
}

interface StoredAccount {
  account: string;
  kind: string;
  plan: string;
  status: string;
  zone: string;
  anchorOn: LocalDate;
  trackedFrom: Date;
  openingBalance: number;
  balance: number;
  owed: number;
  nextCycleOn: LocalDate | null;
  nextCycleAt: Date | null;
}

const SOURCES: Record<ExportKind, Source> = {
  entries: {
    sql: `SELECT account_id AS account, seq AS position, effective_at AS effectiveAt, occurred_at AS occurredAt,
                 posted_at AS postedAt, kind, amount, balance_after AS balance, cycle_on AS cycleOn, subject,
                 run_id AS run FROM entries`,
    orderBy: 'seq',
    instant: 'effective_at',
    toRow: ({ position, ...row }: StoredEntry) => ({
      ...row,
      seq: position,
      effectiveAt: iso(row.effectiveAt),
      occurredAt: iso(row.occurredAt),
      postedAt: iso(row.postedAt),
    }),
  },
  decisions: {
    // Both halves of the view are read for the same accounts and ordered here: a union cannot be paged by key.
    sql: `SELECT account_id AS account, decision_no AS position, at, subject, code, detail, carried, expired, free, paid,
                 recovered FROM all_decisions`,
    orderBy: 'decision_no',
    instant: 'at',
    toRow: (row: StoredDecision) => ({
      account: row.account,
      at: iso(row.at),
      subject: row.subject,
      code: row.code,
      detail:
        row.detail === null
          ? decisionDetail({ ...row, code: row.code as SettlementCode })
          : (JSON.parse(row.detail) as object),
    }),
  },
  accounts: {
    sql: `SELECT id AS account, 0 AS position, kind, plan, status, zone, anchor_on AS anchorOn,
                 tracked_from AS trackedFrom, opening_balance AS openingBalance, balance, owed,
                 next_cycle_on AS nextCycleOn, next_cycle_at AS nextCycleAt FROM accounts`,
    orderBy: 'id',
    instant: undefined,
    toRow: ({ position: _position, ...row }: StoredAccount & { position: number }) => ({
      ...row,
      trackedFrom: iso(row.trackedFrom),
      nextCycleAt: row.nextCycleAt && iso(row.nextCycleAt),
    }),
  },
};

/** Columns of each export, in order, for CSV. */
export const EXPORT_COLUMNS: Record<ExportKind, readonly string[]> = {
  entries: [
    'account',
    'seq',
    'effectiveAt',
    'occurredAt',
    'postedAt',
    'kind',
    'amount',
    'balance',
    'cycleOn',
    'subject',
    'run',
  ],
  decisions: ['account', 'at', 'subject', 'code', 'detail'],
  accounts: [
    'account',
    'kind',
    'plan',
    'status',
    'zone',
    'anchorOn',
    'trackedFrom',
    'openingBalance',
    'balance',
    'owed',
    'nextCycleOn',
    'nextCycleAt',
  ],
};

/** One row after another, never more than a page in memory. */
export function exportRows(db: Queryable, kind: ExportKind, filter: ExportFilter): AsyncGenerator<ExportRow> {
  const inTwo = kind === 'decisions' || filter.run !== undefined;
  return inTwo && filter.account === undefined
    ? exportByAccounts(db, SOURCES[kind], filter)
    : exportByKey(db, kind, filter);
}

async function* exportByKey(
  db: Queryable,
  kind: ExportKind,
  filter: ExportFilter,
): AsyncGenerator<ExportRow> {
  const source = SOURCES[kind];
  let after: Position | undefined;
  for (;;) {
    const page = await readPage(db, kind, filter, after);
    for (const row of page) yield source.toRow(row as never);
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = { account: last.account, position: last.position };
  }
}

/** A page of accounts, then all rows of these: for what lies in two tables, or is one run's. */
async function* exportByAccounts(
  db: Queryable,
  source: Source,
  filter: ExportFilter,
): AsyncGenerator<ExportRow> {
  let after = '';
  for (;;) {
    const ids = await listIds(db, filter, after);
    const last = ids.at(-1);
    if (last === undefined) return;
    const { conditions, bindings } = whereOf('account_id', source, filter);
    const rows = await selectRows(
      db,
      `${source.sql} WHERE account_id IN (?)${conditions.map((one) => ` AND ${one}`).join('')}
        ORDER BY account_id, ${source.orderBy}`,
      [ids, ...bindings],
    );
    for (const row of rows) yield source.toRow(row as never);
    after = last;
  }
}

/** Of a run, only accounts that it has written to: its rows have no index of their own. */
async function listIds(db: Queryable, { run }: ExportFilter, after: string): Promise<string[]> {
  if (run !== undefined) return listTouchedBy(db, run, { after, limit: ACCOUNTS_PAGE });
  const rows = await selectRows<{ id: string }>(
    db,
    'SELECT id FROM accounts WHERE id > ? ORDER BY id LIMIT ?',
    [after, ACCOUNTS_PAGE],
  );
  return rows.map((row) => row.id);
}

interface Position {
  readonly account: string;
  readonly position: number;
}

function whereOf(
  id: string,
  source: Source,
  filter: ExportFilter,
): { conditions: string[]; bindings: Binding[] } {
  const conditions: string[] = [];
  const bindings: Binding[] = [];
  const add = (condition: string, binding: Binding | undefined): void => {
    if (binding === undefined) return;
    conditions.push(condition);
    bindings.push(binding);
  };
  add(`${id} = ?`, filter.account);
  add('run_id = ?', filter.run);
  if (source.instant) add(`${source.instant} >= ?`, filter.from);
  if (source.instant) add(`${source.instant} < CAST(? AS DATE) + INTERVAL 1 DAY`, filter.to);
  return { conditions, bindings };
}

function readPage(
  db: Queryable,
  kind: ExportKind,
  filter: ExportFilter,
  after: Position | undefined,
): Promise<Position[]> {
  const source = SOURCES[kind];
  const id = kind === 'accounts' ? 'id' : 'account_id';
  const { conditions, bindings } = whereOf(id, source, filter);
  if (after && kind === 'accounts') {
    conditions.push(`${id} > ?`);
    bindings.push(after.account);
  } else if (after) {
    conditions.push(`${id} >= ? AND (${id} > ? OR ${source.orderBy} > ?)`);
    bindings.push(after.account, after.account, after.position);
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const order = kind === 'accounts' ? id : `${id}, ${source.orderBy}`;
  return selectRows(db, `${source.sql} ${where} ORDER BY ${order} LIMIT ${PAGE}`, bindings);
}
