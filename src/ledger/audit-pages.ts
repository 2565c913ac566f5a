/** Reading whole accounts, a page at a time, for the audit: everything that is recorded of them, in few statements. */
import type { PostedEntry } from '../domain/account.ts';
import { type Binding, type Queryable, selectRows } from '../db/query.ts';
import type {
  AuditedAccount,
  AuditedAmendment,
  AuditedAward,
  AuditedSettlement,
} from '../domain/audit/audit.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import { type AccountFilter, type AccountRow, faultOfRow, listAccounts } from './accounts.ts';
import { findClosings } from './closings.ts';
import type { Span } from '../domain/spans.ts';

export interface AuditPage {
  readonly after: string;
  /** Accounts, at the most. */
  readonly limit: number;
  /** Cycles and entries, at the most: an account with very many of them is read alone. All, where undefined. */
  readonly rowsMax?: number;
}

/** A page of accounts with all their records, in the order of their ids. */
export async function listAudited(
  db: Queryable,
  filter: AccountFilter,
  page: AuditPage,
): Promise<AuditedAccount[]> {
  const rows = upTo(page.rowsMax ?? Infinity, await listAccounts(db, filter, page));
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.account.id);
  const among = amongOf(filter, page, ids);
  const spans = await spansOf(db, among);
  const settlements = await settlementsOf(db, among);
  const amendments = await amendmentsOf(db, among);
  const entries = await entriesOf(db, among);
  const awards = await awardsOf(db, among);
  const decisionNos = await decisionNosOf(db, among);
  const notices = await noticesOf(db, among);
  const closed = await findClosings(
    db,
    rows.map((row) => row.account),
  );
  const aside = await oldestOf(
    db,
    `SELECT account_id AS account, MIN(put_aside_at) AS at FROM failures
      WHERE ${among.of('account_id')} AND state = 'put-aside' GROUP BY account_id`,
    among,
  );
  const waiting = await oldestOf(
    db,
    `SELECT account_id AS account, MIN(received_at) AS at FROM events
      WHERE ${among.of('account_id')} AND state = 'waiting' GROUP BY account_id`,
    among,
  );
  return rows.map(({ account, catchUpFrom, lastDecision }) => ({
    fault: faultOfRow({ account, catchUpFrom, lastDecision }),
    account,
    catchUpFrom,
    lastDecision,
    decisionNos: decisionNos.get(account.id) ?? [],
    spans: spans.get(account.id) ?? [],
    settlements: settlements.get(account.id) ?? [],
    amendments: amendments.get(account.id) ?? [],
    entries: entries.get(account.id) ?? [],
    awards: awards.get(account.id) ?? [],
    notices: notices.get(account.id) ?? [],
    closedAt: closed.get(account.id) ?? null,
    putAsideAt: aside.get(account.id) ?? null,
    waitingSince: waiting.get(account.id) ?? null,
  }));
}

/** The first of them, one at least, that have no more rows together. */
function upTo(rowsMax: number, rows: readonly AccountRow[]): readonly AccountRow[] {
  let sum = 0;
  const end = rows.findIndex(
    ({ account, lastDecision }) => (sum += account.lastSeq + lastDecision) > rowsMax,
  );
  return end < 0 ? rows : rows.slice(0, Math.max(1, end));
}

/** Which accounts' rows are read. */
interface Among {
  /** A condition on a column of account ids. */
  readonly of: (column: string) => string;
  readonly bindings: readonly Binding[];
}

/** Where all accounts follow one another, their rows do, too: one stretch of each table instead of a look-up for each. */
function amongOf({ ids: asked, plan }: AccountFilter, { after }: AuditPage, ids: readonly string[]): Among {
  return asked === undefined && plan === undefined
    ? { of: (column) => `${column} > ? AND ${column} <= ?`, bindings: [after, ids.at(-1) as string] }
    : { of: (column) => `${column} IN (?)`, bindings: [ids] };
}

async function spansOf(db: Queryable, among: Among): Promise<Map<string, Span[]>> {
  const rows = await selectRows<Omit<Span, 'fromAt'> & { account: string; fromAt: Date }>(
    db,
    `SELECT account_id AS account, from_at AS fromAt, anchor_on AS anchorOn, zone, plan FROM account_spans
      WHERE ${among.of('account_id')} ORDER BY account_id, from_at`,
    among.bindings,
  );
  return byAccount(rows, ({ fromAt, anchorOn, zone, plan }) => ({
    fromAt: fromAt.getTime(),
    anchorOn,
    zone,
    plan,
  }));
}

async function entriesOf(db: Queryable, among: Among): Promise<Map<string, PostedEntry[]>> {
  const rows = await selectRows<
    Omit<PostedEntry, 'effectiveAt' | 'occurredAt' | 'postedAt'> & {
      account: string;
      effectiveAt: Date;
      occurredAt: Date;
      postedAt: Date;
    }
  >(
    db,
    `SELECT account_id AS account, seq, kind, amount, balance_after AS balance, effective_at AS effectiveAt,
            occurred_at AS occurredAt, posted_at AS postedAt, cycle_on AS cycleOn, subject, proposal
       FROM entries WHERE ${among.of('account_id')} ORDER BY account_id, seq`,
    among.bindings,
  );
  // Plain literals: a spread row takes several times as long, and there are very many.
  return byAccount(rows, (row) => ({
    seq: row.seq,
    kind: row.kind,
    amount: row.amount,
    balance: row.balance,
    effectiveAt: row.effectiveAt.getTime(),
    occurredAt: row.occurredAt.getTime(),
    postedAt: row.postedAt.getTime(),
    cycleOn: row.cycleOn,
    subject: row.subject,
    proposal: row.proposal,
  }));
}

async function settlementsOf(db: Queryable, among: Among): Promise<Map<string, AuditedSettlement[]>> {
  const rows = await selectRows<
    Omit<AuditedSettlement, 'startsAt' | 'postedAt'> & { account: string; startsAt: Date; postedAt: Date }
  >(
    db,
    `SELECT account_id AS account, cycle_on AS cycleOn, starts_at AS startsAt, next_on AS nextOn, opening, carried,
            expired, free, paid, recovered, closing, plan, cap, code, terms_version AS termsVersion,
            decision_no AS decisionNo, notice, posted_at AS postedAt
       FROM cycles WHERE ${among.of('account_id')} ORDER BY account_id, cycle_on`,
    among.bindings,
  );
  return byAccount(rows, (row) => ({
    cycleOn: row.cycleOn,
    startsAt: row.startsAt.getTime(),
    nextOn: row.nextOn,
    opening: row.opening,
    carried: row.carried,
    expired: row.expired,
    free: row.free,
    paid: row.paid,
    recovered: row.recovered,
    closing: row.closing,
    plan: row.plan,
    cap: row.cap,
    code: row.code,
    termsVersion: row.termsVersion,
    decisionNo: row.decisionNo,
    notice: row.notice,
    postedAt: row.postedAt.getTime(),
  }));
}

async function amendmentsOf(db: Queryable, among: Among): Promise<Map<string, AuditedAmendment[]>> {
  const rows = await selectRows<AuditedAmendment & { account: string }>(
    db,
    `SELECT account_id AS account, cycle_on AS cycleOn, no, kind, free, paid, recovered, notice
       FROM amendments WHERE ${among.of('account_id')} ORDER BY account_id, cycle_on, no`,
    among.bindings,
  );
  return byAccount(rows, ({ account: _account, ...row }) => row);
}

async function awardsOf(db: Queryable, among: Among): Promise<Map<string, AuditedAward[]>> {
  const rows = await selectRows<AuditedAward & { account: string }>(
    db,
    `SELECT awards.account_id AS account, interview, awards.proposal, amount, rewarded_by AS rewardedBy FROM awards
       LEFT JOIN proposals ON proposals.account_id = awards.account_id AND proposals.proposal = awards.proposal
      WHERE ${among.of('awards.account_id')} ORDER BY awards.account_id, interview`,
    among.bindings,
  );
  return byAccount(rows, ({ account: _account, ...row }) => row);
}

/** Of decisions that are no cycle's. */
async function decisionNosOf(db: Queryable, among: Among): Promise<Map<string, number[]>> {
  const rows = await selectRows<{ account: string; no: number }>(
    db,
    `SELECT account_id AS account, decision_no AS no FROM decisions
      WHERE ${among.of('account_id')} ORDER BY account_id, decision_no`,
    among.bindings,
  );
  return byAccount(rows, (row) => row.no);
}

async function noticesOf(
  db: Queryable,
  among: Among,
): Promise<Map<string, { first: LocalDate; last: LocalDate }[]>> {
  const rows = await selectRows<{ account: string; first: LocalDate; last: LocalDate }>(
    db,
    `SELECT account_id AS account, first_cycle_on AS first, last_cycle_on AS last FROM outbox
      WHERE ${among.of('account_id')} AND kind IN ('grant', 'backfill') AND first_cycle_on IS NOT NULL ORDER BY account_id, id`,
    among.bindings,
  );
  return byAccount(rows, ({ account: _account, ...row }) => row);
}

async function oldestOf(db: Queryable, sql: string, among: Among): Promise<Map<string, Instant>> {
  const rows = await selectRows<{ account: string; at: Date }>(db, sql, among.bindings);
  return new Map(rows.map((row) => [row.account, row.at.getTime()]));
}

function byAccount<Row extends { readonly account: string }, Value>(
  rows: readonly Row[],
  valueOf: (row: Row) => Value,
): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const row of rows) {
    const value = valueOf(row);
    const known = groups.get(row.account);
    if (known) known.push(value);
    else groups.set(row.account, [value]);
  }
  return groups;
}
