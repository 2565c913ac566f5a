/** SQL of `accounts`: who holds a balance, and who is due. */
import {
  type Queryable,
  type Statement,
  asJson,
  insertRows,
  selectOne,
  selectRows,
  toDate,
  toDateOrNull,
} from '../db/query.ts';
import type { Cell } from '../db/tuples.ts';
import type { Transaction } from '../db/connection.ts';
import type { Account, AccountKind, AccountStatus } from '../domain/account.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';

/** An account as stored: what deciding needs, and what only storing needs. */
export interface AccountRow {
  readonly account: Account;
  /** The number of the account's latest decision, of boundaries and events alike. */
  readonly lastDecision: number;
  /** The first cycle of a catch-up that goes on in the next transaction; its one notice is still to be staged. */
  readonly catchUpFrom: LocalDate | null;
}

export const ACCOUNT_COLUMNS = [
  'id',
  'kind',
  'plan',
  'pending_plan',
  'status',
  'anchor_on',
  'zone',
  'tracked_from',
  'opening_balance',
  'balance',
  'owed',
  'last_seq',
  'last_decision',
  'watermark',
  'cycle_on',
  'cycle_paid',
  'next_cycle_on',
  'next_cycle_at',
  'catch_up_from',
  'notices_opted_out',
  'readiness_awarded',
] as const;

/** What changes after the opening, as it is stored; the rest of a row is fixed. */
const CHANGING: readonly Changing[] = [
  { column: 'plan', of: ({ account }) => account.plan },
  { column: 'pending_plan', of: ({ account }) => account.pendingPlan },
  { column: 'status', of: ({ account }) => account.status },
  { column: 'anchor_on', of: ({ account }) => account.anchorOn },
  { column: 'zone', of: ({ account }) => account.zone },
  { column: 'balance', of: ({ account }) => account.balance },
  { column: 'owed', of: ({ account }) => account.owed },
  { column: 'last_seq', of: ({ account }) => account.lastSeq },
  { column: 'last_decision', of: ({ lastDecision }) => lastDecision },
  { column: 'watermark', of: ({ account }) => toDate(account.watermark) },
  { column: 'cycle_on', of: ({ account }) => account.cycleOn },
  { column: 'cycle_paid', of: ({ account }) => account.cyclePaid },
  { column: 'next_cycle_on', of: ({ account }) => account.nextCycleOn },
  { column: 'next_cycle_at', of: ({ account }) => toDateOrNull(account.nextCycleAt) },
  { column: 'catch_up_from', of: ({ catchUpFrom }) => catchUpFrom },
  { column: 'notices_opted_out', of: ({ account }) => (account.noticesOptedOut ? 1 : 0) },
  { column: 'readiness_awarded', of: ({ account }) => (account.readinessAwarded ? 1 : 0) },
];

interface Changing {
  readonly column: string;
  readonly of: (row: AccountRow) => Cell;
}

export interface StoredAccount {
  id: string;
  kind: AccountKind;
  plan: PlanName;
  pending_plan: PlanName | null;
  status: AccountStatus;
  anchor_on: LocalDate;
  zone: string;
  tracked_from: Date;
  opening_balance: number;
  balance: number;
  owed: number;
  last_seq: number;
  last_decision: number;
  watermark: Date;
  cycle_on: LocalDate;
  cycle_paid: number;
  next_cycle_on: LocalDate | null;
  next_cycle_at: Date | null;
  catch_up_from: LocalDate | null;
  notices_opted_out: number;
  readiness_awarded: number;
}

/** The most ids in one list: MariaDB changes its plan at 1,000. */
export const IDS_MAX = 999;

export async function findAccount(db: Queryable, id: string): Promise<AccountRow | undefined> {
  const row = await selectOne<StoredAccount>(
    db,
    `SELECT ${ACCOUNT_COLUMNS.join(', ')} FROM accounts WHERE id = ?`,
    [id],
  );
  return row && parseAccount(row);
}

/** Accounts by id, not locked. Ids are at most 999. */
export async function findAccounts(db: Queryable, ids: readonly string[]): Promise<Map<string, Account>> {
  if (ids.length === 0) return new Map();
  const rows = await selectRows<StoredAccount>(
    db,
    `SELECT ${ACCOUNT_COLUMNS.join(', ')} FROM accounts WHERE id IN (?) ORDER BY id`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, parseAccount(row).account]));
}

export interface ExpiringPage {
  readonly accounts: readonly Account[];
  /** Where the next page begins; undefined after the last one. */
  readonly after: DuePosition | undefined;
}

/**
 * A page of active accounts, by key, whose next boundary lies in a range of instants (after `from`, up to `until`),
 * who want grant emails, and who hold more than `over`: only they can lose anything. `limit` counts those looked at.
 */
export async function listExpiring(
  db: Queryable,
  range: {
    readonly from: Instant;
    readonly until: Instant;
    readonly over: number;
    readonly after: DuePosition | undefined;
    readonly limit: number;
  },
): Promise<ExpiringPage> {
  const between = isBetween(range.after, undefined);
  const keys = await selectRows<{ id: string; at: Date }>(
    db,
    `SELECT id, next_cycle_at AS at FROM accounts
      WHERE next_cycle_at > ? AND next_cycle_at <= ? AND ${between.sql} ORDER BY next_cycle_at, id LIMIT ?`,
    [toDate(range.from), toDate(range.until), ...between.bindings, range.limit],
  );
  const last = keys.at(-1);
  if (!last) return { accounts: [], after: undefined };
  const rows = await selectRows<StoredAccount>(
    db,
    `SELECT ${ACCOUNT_COLUMNS.join(', ')} FROM accounts
      WHERE id IN (?) AND status = 'active' AND notices_opted_out = 0 AND balance > ? ORDER BY id`,
    [keys.map((row) => row.id), range.over],
  );
  return {
    // What is wrong with the others is said by whoever settles them.
    accounts: rows
      .map(parseAccount)
      .filter((row) => faultOfRow(row) === undefined)
      .map((row) => row.account),
    after: keys.length < range.limit ? undefined : { id: last.id, nextCycleAt: last.at.getTime() },
  };
}

/** Which accounts: all of them, those on a plan, or these. */
export interface AccountFilter {
  readonly plan?: PlanName;
  readonly ids?: readonly string[];
}

/** A page of accounts in the order of their ids, after `after` (empty for the first page). */
export async function listAccounts(
  db: Queryable,
  filter: AccountFilter,
  page: { readonly after: string; readonly limit: number },
): Promise<AccountRow[]> {
  if (filter.ids?.length === 0) return [];
  const rows = await selectRows<StoredAccount>(
    db,
    `SELECT ${ACCOUNT_COLUMNS.join(', ')} FROM accounts WHERE id > ?
        ${filter.plan === undefined ? '' : 'AND plan = ?'} ${filter.ids === undefined ? '' : 'AND id IN (?)'}
      ORDER BY id LIMIT ?`,
    [
      page.after,
      ...(filter.plan === undefined ? [] : [filter.plan]),
      ...(filter.ids === undefined ? [] : [filter.ids]),
      page.limit,
    ],
  );
  return rows.map(parseAccount);
}

export function parseAccount(row: StoredAccount): AccountRow {
  return {
    account: {
      id: row.id,
      kind: row.kind,
      plan: row.plan,
      pendingPlan: row.pending_plan,
      status: row.status,
      anchorOn: row.anchor_on,
      zone: row.zone,
      trackedFrom: row.tracked_from.getTime(),
      openingBalance: row.opening_balance,
      balance: row.balance,
      owed: row.owed,
      lastSeq: row.last_seq,
      watermark: row.watermark.getTime(),
      cycleOn: row.cycle_on,
      cyclePaid: row.cycle_paid,
      nextCycleOn: row.next_cycle_on,
      nextCycleAt: row.next_cycle_at?.getTime() ?? null,
      noticesOptedOut: row.notices_opted_out === 1,
      readinessAwarded: row.readiness_awarded === 1,
    },
    lastDecision: row.last_decision,
    catchUpFrom: row.catch_up_from,
  };
}

/** What of a row nobody can read, such as a date of zeros that another program wrote; undefined for a good one. */
export function faultOfRow({ account, catchUpFrom }: AccountRow): string | undefined {
  const { anchorOn, cycleOn, nextCycleOn, trackedFrom, watermark, nextCycleAt } = account;
  const bad = [anchorOn, cycleOn, nextCycleOn, catchUpFrom].find((date) => date !== null && isZeros(date));
  if (bad !== undefined) return `it has ${bad} for a date`;
  const instants = [trackedFrom, watermark, nextCycleAt ?? 0];
  return instants.some(Number.isNaN) ? 'it has an instant that does not exist' : undefined;
}

const isZeros = (date: LocalDate): boolean => /^0000|-00/.test(date);

const toCells = ({ account, lastDecision, catchUpFrom }: AccountRow) => [
  account.id,
  account.kind,
  account.plan,
  account.pendingPlan,
  account.status,
  account.anchorOn,
  account.zone,
  toDate(account.trackedFrom),
  account.openingBalance,
  account.balance,
  account.owed,
  account.lastSeq,
  lastDecision,
  toDate(account.watermark),
  account.cycleOn,
  account.cyclePaid,
  account.nextCycleOn,
  toDateOrNull(account.nextCycleAt),
  catchUpFrom,
  account.noticesOptedOut ? 1 : 0,
  account.readinessAwarded ? 1 : 0,
];

/** An account that is locked: as it is stored, and as it shall be. */
export interface AccountChange {
  readonly before: AccountRow;
  readonly after: AccountRow;
}

/**
 * One statement for all who have begun a cycle, which changes nearly everything, and one for all others, of whom events
 * change three or four columns.
 */
export const accountUpdates = (changes: readonly AccountChange[]): Statement[] => [
  ...updateAlike(changes.filter(hasBegunCycle)),
  ...updateAlike(changes.filter((one) => !hasBegunCycle(one))),
];

const hasBegunCycle = ({ before, after }: AccountChange): boolean =>
  before.account.nextCycleOn !== after.account.nextCycleOn;

/**
 * One statement, of the columns that change in any of its rows: an INSERT of rows that exist, which has all columns, takes
 * the database a fifth longer. Each row is found by its key, whatever the optimizer thinks of a small table: a scan would
 * meet the locks of others.
 */
function updateAlike(changes: readonly AccountChange[]): Statement[] {
  const columns = CHANGING.filter(({ of }) => changes.some(({ before, after }) => of(before) !== of(after)));
  if (columns.length === 0) return [];
  const cells = changes.map(({ after }) => [after.account.id, ...columns.map(({ of }) => of(after))]);
  const read = ['id', ...columns.map(({ column }) => column)].map(
    (column, at) => `${column} ${ANYTHING} PATH '$[${at}]'`,
  );
  const sql = `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (${read.join(', ')})) AS changed
    STRAIGHT_JOIN accounts FORCE INDEX (PRIMARY) ON accounts.id = changed.id
      SET ${columns.map(({ column }) => `accounts.${column} = changed.${column}`).join(', ')}`;
  return [{ sql, bindings: [asJson(cells)] }];
}

/** JSON_TABLE of MariaDB makes any value fit the type it is told; a column of a real table refuses what does not fit. */
const ANYTHING = 'VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin';

/** @throws the database's duplicate-key error when one of them exists */
export async function insertAccounts(transaction: Transaction, rows: readonly AccountRow[]): Promise<void> {
  await insertRows(transaction, 'accounts', ACCOUNT_COLUMNS, rows.map(toCells));
}

// --------------------------------------------------------------------------------------------------- due

/** Where a page of due accounts ends and the next begins. */
export interface DuePosition {
  readonly nextCycleAt: Instant;
  readonly id: string;
}

/** Everyone whose failures say: not now. `failures` is small, so this costs a look-up in a small index. */
const NOT_PUT_ASIDE = `NOT EXISTS (SELECT 1 FROM failures
  WHERE failures.account_id = accounts.id AND failures.state = 'put-aside')`;
const NOT_WAITING = `NOT EXISTS (SELECT 1 FROM failures
  WHERE failures.account_id = accounts.id AND failures.state = 'retrying' AND failures.retry_at > ?)`;

/**
 * What comes after a position, and up to another, in the order of their due instant. Written as ranges of the index `due`, each of
 * which begins where the page does: very many accounts may share an instant, and none before the page or behind it is read.
 * A row constructor was quadratic at five million.
 */
export function isBetween(
  after: DuePosition | undefined,
  upTo: DuePosition | undefined,
): { readonly sql: string; readonly bindings: readonly string[] } {
  const [from, to] = [after && toDate(after.nextCycleAt), upTo && toDate(upTo.nextCycleAt)];
  const [afterId, upToId] = [after?.id ?? '', upTo?.id ?? ''];
  if (from === undefined && to === undefined) return { sql: 'TRUE', bindings: [] };
  if (from === to)
    return {
      sql: 'accounts.next_cycle_at = ? AND accounts.id > ? AND accounts.id <= ?',
      bindings: [from as string, afterId, upToId],
    };
  const ranges = [];
  if (from !== undefined) ranges.push('accounts.next_cycle_at = ? AND accounts.id > ?');
  const [later, earlier] = ['accounts.next_cycle_at > ?', 'accounts.next_cycle_at < ?'];
  ranges.push([...(from === undefined ? [] : [later]), ...(to === undefined ? [] : [earlier])].join(' AND '));
  if (to !== undefined) ranges.push('accounts.next_cycle_at = ? AND accounts.id <= ?');
  return {
    sql: `(${ranges.map((range) => `(${range})`).join(' OR ')})`,
    bindings: [
      ...(from === undefined ? [] : [from, afterId, from]),
      ...(to === undefined ? [] : [to, to, upToId]),
    ],
  };
}

/**
 * A page of accounts to enqueue, in order of their due instant: due at `asOf`, not put aside, and no retry of theirs
 * still waiting at `now`; on one plan, where it is given.
 */
export async function listDue(
  db: Queryable,
  due: {
    asOf: Instant;
    now: Instant;
    after: DuePosition | undefined;
    upTo?: DuePosition | undefined;
    limit: number;
    plan?: PlanName;
  },
): Promise<DuePosition[]> {
  const between = isBetween(due.after, due.upTo);
  const rows = await selectRows<{ id: string; next_cycle_at: Date }>(
    db,
    `SELECT id, next_cycle_at FROM accounts
      WHERE next_cycle_at <= ? AND ${between.sql}
        AND ${NOT_PUT_ASIDE} AND ${NOT_WAITING} ${due.plan === undefined ? '' : 'AND plan = ?'}
      ORDER BY next_cycle_at, id LIMIT ?`,
    [
      toDate(due.asOf),
      ...between.bindings,
      toDate(due.now),
      ...(due.plan === undefined ? [] : [due.plan]),
      due.limit,
    ],
  );
  return rows.map((row) => ({ id: row.id, nextCycleAt: dueAtOf(row) }));
}

/** An instant that does not exist sorts before all others, and is as due as any: that it is wrong, settling says. */
export const dueAtOf = (row: { readonly next_cycle_at: Date }): Instant => row.next_cycle_at.getTime() || 0;

/** How many accounts are due at an instant and not put aside; those that wait for a retry count. */
export async function countDue(db: Queryable, asOf: Instant): Promise<number> {
  const row = await selectOne<{ due: number; aside: number }>(
    db,
    `SELECT (SELECT COUNT(*) FROM accounts WHERE next_cycle_at <= ?) AS due,
            (SELECT COUNT(DISTINCT accounts.id) FROM failures JOIN accounts ON accounts.id = failures.account_id
              WHERE failures.state = 'put-aside' AND accounts.next_cycle_at <= ?) AS aside`,
    [toDate(asOf), toDate(asOf)],
  );
  return row ? row.due - row.aside : 0;
}

/** Of these ids, those that are due at an instant, put aside or not. */
export async function listDueOf(db: Queryable, ids: readonly string[], asOf: Instant): Promise<string[]> {
  const due: string[] = [];
  for (let at = 0; at < ids.length; at += IDS_MAX) {
    const rows = await selectRows<{ id: string }>(
      db,
      'SELECT id FROM accounts WHERE id IN (?) AND next_cycle_at <= ? ORDER BY id',
      [ids.slice(at, at + IDS_MAX), toDate(asOf)],
    );
    due.push(...rows.map((row) => row.id));
  }
  return due;
}

/** Whether an account that was asked for can be settled now. */
export interface Standing extends DuePosition {
  readonly due: boolean;
  readonly putAside: boolean;
  /** Null of a closed account. */
  readonly next: Instant | null;
}

/** How these accounts stand at an instant, by id; 999 at the most. Who is not there is left out. */
export async function listStanding(
  db: Queryable,
  ids: readonly string[],
  asOf: Instant,
): Promise<Standing[]> {
  if (ids.length === 0) return [];
  const rows = await selectRows<{
    id: string;
    next_cycle_at: Date | null;
    due: number | null;
    aside: number;
  }>(
    db,
    `SELECT id, next_cycle_at, next_cycle_at <= ? AS due, NOT ${NOT_PUT_ASIDE} AS aside
       FROM accounts WHERE id IN (?) ORDER BY id`,
    [toDate(asOf), ids],
  );
  return rows.map(({ id, next_cycle_at: at, due, aside }) => ({
    id,
    nextCycleAt: at?.getTime() || 0,
    next: at?.getTime() ?? null,
    due: due === 1,
    putAside: aside === 1,
  }));
}

/** Whether anything is still to be done at an instant: the question that closes a run. */
export async function anyDue(db: Queryable, asOf: Instant): Promise<boolean> {
  const row = await selectOne(
    db,
    `SELECT 1 AS due FROM accounts WHERE next_cycle_at <= ? AND ${NOT_PUT_ASIDE} LIMIT 1`,
    [toDate(asOf)],
  );
  return row !== undefined;
}

export interface DueByPlan {
  readonly plan: PlanName;
  readonly accounts: number;
  readonly oldestAt: Instant;
}

export async function countDueByPlan(db: Queryable, asOf: Instant): Promise<DueByPlan[]> {
  const rows = await selectRows<{ plan: PlanName; accounts: number; oldest: Date }>(
    db,
    `SELECT plan, COUNT(*) AS accounts, MIN(next_cycle_at) AS oldest FROM accounts
      WHERE next_cycle_at <= ? AND ${NOT_PUT_ASIDE} GROUP BY plan ORDER BY plan LIMIT 10`,
    [toDate(asOf)],
  );
  return rows.map((row) => ({ plan: row.plan, accounts: row.accounts, oldestAt: row.oldest.getTime() || 0 }));
}

export async function countAccounts(db: Queryable): Promise<number> {
  const row = await selectOne<{ accounts: number }>(db, 'SELECT COUNT(*) AS accounts FROM accounts');
  return row?.accounts ?? 0;
}

/** Whether there are more accounts than that: no more are read than are needed to know. */
export async function hasMoreAccounts(db: Queryable, max: number): Promise<boolean> {
  const row = await selectOne<{ accounts: number }>(
    db,
    'SELECT COUNT(*) AS accounts FROM (SELECT id FROM accounts LIMIT ?) AS looked',
    [max + 1],
  );
  return (row?.accounts ?? 0) > max;
}

/** Since when the first of all accounts is kept: all of them are looked at. Undefined where there is none. */
export async function findFirstTracked(db: Queryable): Promise<Instant | undefined> {
  const row = await selectOne<{ first: Date | null }>(db, 'SELECT MIN(tracked_from) AS first FROM accounts');
  return row?.first?.getTime();
}

/** Of these ids, those that are accounts. */
export async function findAccountIds(db: Queryable, ids: readonly string[]): Promise<Map<string, true>> {
  if (ids.length === 0) return new Map();
  const rows = await selectRows<{ id: string }>(
    db,
    'SELECT id FROM accounts WHERE id IN (?) ORDER BY id LIMIT 999',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, true]));
}
