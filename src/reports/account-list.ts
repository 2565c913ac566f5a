/**
 * Accounts, by what they have in common, in the order of their ids. However rare what is looked for is, a page looks at
 * no more than a bounded number of rows: it then ends early, and says where to go on.
 */
import type { Queryable } from '../db/query.ts';
import type { AccountKind, AccountStatus } from '../domain/account.ts';
import { type LocalDate, formatInstant } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';
import { type AccountRow, IDS_MAX, listAccounts } from '../ledger/accounts.ts';
import { listByEmail } from '../ledger/contacts.ts';
import { listPutAside } from '../ledger/put-aside.ts';

/** All that are given must hold. */
export interface AccountsAsked {
  readonly plan?: PlanName | undefined;
  readonly status?: AccountStatus | undefined;
  /** The date of the next cycle, both included; who has none is in no range. */
  readonly nextFrom?: LocalDate | undefined;
  readonly nextTo?: LocalDate | undefined;
  readonly putAside?: boolean | undefined;
  /** Who owes Connects. */
  readonly owed?: boolean | undefined;
  /** Whole, whatever its case. */
  readonly email?: string | undefined;
  /** What the id begins with. */
  readonly beginning?: string | undefined;
}

export interface ListedAccount {
  readonly account: string;
  readonly kind: AccountKind;
  readonly plan: PlanName;
  readonly pendingPlan: PlanName | null;
  readonly status: AccountStatus;
  readonly zone: string;
  readonly anchorOn: LocalDate;
  readonly balance: number;
  readonly owed: number;
  readonly nextCycleOn: LocalDate | null;
  readonly nextCycleAt: string | null;
  /** The error with which it is put aside; null when it is not. */
  readonly putAside: string | null;
}

export interface AccountsPage {
  readonly accounts: readonly ListedAccount[];
  /** Behind which id it goes on; null when there is no more. */
  readonly nextAfter: string | null;
  /** How many accounts were looked at. */
  readonly examined: number;
}

export interface PageAsked {
  readonly after?: string | undefined;
  readonly limit: number;
  /** Accounts that one page may look at. */
  readonly examinedMax?: number;
}

/** About a second of a database's time. */
const EXAMINED_MAX = 100_000;
/** Accounts that have one address. */
const NAMESAKES_MAX = 900;
const BEFORE_ALL = '';

export async function readAccounts(
  db: Queryable,
  asked: AccountsAsked,
  { after = BEFORE_ALL, limit, examinedMax = EXAMINED_MAX }: PageAsked,
): Promise<AccountsPage> {
  const accounts: ListedAccount[] = [];
  let reached = after;
  let examined = 0;
  while (accounts.length <= limit && examined < examinedMax) {
    const size = Math.min(IDS_MAX, Math.max(limit + 1, MIN_CHUNK), examinedMax - examined);
    const chunk = await readChunk(db, asked, reached, size);
    examined += chunk.rows.length;
    accounts.push(
      ...(await listed(
        db,
        chunk.rows.filter((row) => holds(row, asked)),
        asked,
      )),
    );
    if (chunk.reached === undefined) {
      reached = '';
      break;
    }
    reached = chunk.reached;
  }
  const shown = accounts.slice(0, limit);
  const cutAt = accounts.length > limit ? (shown.at(-1)?.account ?? null) : null;
  return { accounts: shown, nextAfter: cutAt ?? (reached === '' ? null : reached), examined };
}

const MIN_CHUNK = 100;

interface Chunk {
  readonly rows: readonly AccountRow[];
  /** Up to which id everything was looked at; undefined at the end. */
  readonly reached: string | undefined;
}

/** The next accounts behind an id, of those that an index leads to. */
async function readChunk(db: Queryable, asked: AccountsAsked, after: string, size: number): Promise<Chunk> {
  if (asked.email !== undefined) {
    const found = await listByEmail(db, asked.email, NAMESAKES_MAX);
    return {
      rows: await rowsOf(
        db,
        found.map((one) => one.account),
        after,
      ),
      reached: undefined,
    };
  }
  if (asked.putAside) {
    const found = await listPutAside(db, {}, { after, limit: size });
    const ids = found.map((one) => one.account);
    return { rows: await rowsOf(db, ids, after), reached: ids.length < size ? undefined : ids.at(-1) };
  }
  // One id before what it begins with does not begin with it: the page is a range of the primary key.
  const from = asked.beginning !== undefined && after < asked.beginning ? justBefore(asked.beginning) : after;
  const rows = await listAccounts(db, {}, { after: from, limit: size });
  const last = rows.at(-1)?.account.id;
  const isPast = asked.beginning !== undefined && last !== undefined && !last.startsWith(asked.beginning);
  return { rows, reached: rows.length < size || isPast ? undefined : last };
}

/** A text that sorts before every id that begins so, and behind all lower ones: ids hold no character below `-`. */
const justBefore = (beginning: string): string => {
  const last = beginning.charCodeAt(beginning.length - 1);
  return `${beginning.slice(0, -1)}${String.fromCharCode(last - 1)}~`;
};

const rowsOf = (db: Queryable, ids: readonly string[], after: string): Promise<AccountRow[]> =>
  listAccounts(db, { ids }, { after, limit: IDS_MAX });

function holds({ account }: AccountRow, asked: AccountsAsked): boolean {
  const { plan, status, nextFrom, nextTo, owed, beginning = '' } = asked;
  const isRanged = nextFrom !== undefined || nextTo !== undefined;
  return (
    (plan === undefined || account.plan === plan) &&
    (status === undefined || account.status === status) &&
    (!isRanged || isWithin(account.nextCycleOn, nextFrom, nextTo)) &&
    (!owed || account.owed > 0) &&
    account.id.startsWith(beginning)
  );
}

const isWithin = (on: LocalDate | null, from = '', to = '9999'): boolean =>
  on !== null && on >= from && on <= to;

async function listed(
  db: Queryable,
  rows: readonly AccountRow[],
  { putAside }: AccountsAsked,
): Promise<ListedAccount[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.account.id);
  const found = await listPutAside(db, { accounts: ids }, { limit: ids.length });
  const codes = new Map(found.map((one) => [one.account, one.code]));
  return rows
    .filter((row) => !putAside || codes.has(row.account.id))
    .map(({ account }) => ({
      account: account.id,
      kind: account.kind,
      plan: account.plan,
      pendingPlan: account.pendingPlan,
      status: account.status,
      zone: account.zone,
      anchorOn: account.anchorOn,
      balance: account.balance,
      owed: account.owed,
      nextCycleOn: account.nextCycleOn,
      nextCycleAt: account.nextCycleAt === null ? null : formatInstant(account.nextCycleAt),
      putAside: codes.get(account.id) ?? null,
    }));
}
