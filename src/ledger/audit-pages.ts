/** Reading whole accounts, a page at a time, for the audit: everything that is recorded of them, in few statements. */
import type { PostedEntry } from '../domain/account.ts';
import { type Queryable, selectRows } from '../db/query.ts';
import type {
  AuditedAccount,
  AuditedAmendment,
  AuditedAward,
  AuditedSettlement,
} from '../domain/audit/audit.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import { type AccountFilter, faultOfRow, listAccounts } from './accounts.ts';
import { findClosings } from './closings.ts';
import { listSpansOf } from './spans.ts';

/** A page of accounts with all their records, in the order of their ids. */
export async function listAudited(
  db: Queryable,
  filter: AccountFilter,
  page: { readonly after: string; readonly limit: number },
): Promise<AuditedAccount[]> {
  const rows = await listAccounts(db, filter, page);
  const ids = rows.map((row) => row.account.id);
  if (ids.length === 0) return [];
  const spans = await listSpansOf(db, ids);
  const settlements = await settlementsOf(db, ids);
  const amendments = await amendmentsOf(db, ids);
  const entries = await entriesOf(db, ids);
  const awards = await awardsOf(db, ids);
  const decisionNos = await decisionNosOf(db, ids);
  const notices = await noticesOf(db, ids);
  const closed = await findClosings(
    db,
    rows.map((row) => row.account),
  );
  const aside = await oldestOf(
    db,
    `SELECT account_id AS account, MIN(put_aside_at) AS at FROM failures
      WHERE account_id IN (?) AND state = 'put-aside' GROUP BY account_id`,
    ids,
  );
  const waiting = await oldestOf(
    db,
    `SELECT account_id AS account, MIN(received_at) AS at FROM events
      WHERE account_id IN (?) AND state = 'waiting' GROUP BY account_id`,
    ids,
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

async function entriesOf(db: Queryable, ids: readonly string[]): Promise<Map<string, PostedEntry[]>> {
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
       FROM entries WHERE account_id IN (?) ORDER BY account_id, seq`,
    [ids],
  );
  return byAccount(rows, ({ account: _account, ...row }) => ({
    ...row,
    effectiveAt: row.effectiveAt.getTime(),
    occurredAt: row.occurredAt.getTime(),
    postedAt: row.postedAt.getTime(),
  }));
}

async function settlementsOf(
  db: Queryable,
  ids: readonly string[],
): Promise<Map<string, AuditedSettlement[]>> {
  const rows = await selectRows<
    Omit<AuditedSettlement, 'startsAt' | 'postedAt'> & { account: string; startsAt: Date; postedAt: Date }
  >(
    db,
    `SELECT account_id AS account, cycle_on AS cycleOn, starts_at AS startsAt, next_on AS nextOn, opening, carried,
            expired, free, paid, recovered, closing, plan, cap, code, terms_version AS termsVersion,
            decision_no AS decisionNo, notice, posted_at AS postedAt
       FROM cycles WHERE account_id IN (?) ORDER BY account_id, cycle_on`,
    [ids],
  );
  return byAccount(rows, ({ account: _account, ...row }) => ({
    ...row,
    startsAt: row.startsAt.getTime(),
    postedAt: row.postedAt.getTime(),
  }));
}

async function amendmentsOf(db: Queryable, ids: readonly string[]): Promise<Map<string, AuditedAmendment[]>> {
  const rows = await selectRows<AuditedAmendment & { account: string }>(
    db,
    `SELECT account_id AS account, cycle_on AS cycleOn, no, kind, free, paid, recovered, notice
       FROM amendments WHERE account_id IN (?) ORDER BY account_id, cycle_on, no`,
    [ids],
  );
  return byAccount(rows, ({ account: _account, ...row }) => row);
}

async function awardsOf(db: Queryable, ids: readonly string[]): Promise<Map<string, AuditedAward[]>> {
  const rows = await selectRows<AuditedAward & { account: string }>(
    db,
    `SELECT awards.account_id AS account, interview, awards.proposal, amount, rewarded_by AS rewardedBy FROM awards
       LEFT JOIN proposals ON proposals.account_id = awards.account_id AND proposals.proposal = awards.proposal
      WHERE awards.account_id IN (?) ORDER BY awards.account_id, interview`,
    [ids],
  );
  return byAccount(rows, ({ account: _account, ...row }) => row);
}

/** Of decisions that are no cycle's. */
async function decisionNosOf(db: Queryable, ids: readonly string[]): Promise<Map<string, number[]>> {
  const rows = await selectRows<{ account: string; no: number }>(
    db,
    `SELECT account_id AS account, decision_no AS no FROM decisions
      WHERE account_id IN (?) ORDER BY account_id, decision_no`,
    [ids],
  );
  return byAccount(rows, (row) => row.no);
}

async function noticesOf(
  db: Queryable,
  ids: readonly string[],
): Promise<Map<string, { first: LocalDate; last: LocalDate }[]>> {
  const rows = await selectRows<{ account: string; first: LocalDate; last: LocalDate }>(
    db,
    `SELECT account_id AS account, first_cycle_on AS first, last_cycle_on AS last FROM outbox
      WHERE account_id IN (?) AND kind IN ('grant', 'backfill') AND first_cycle_on IS NOT NULL ORDER BY account_id, id`,
    [ids],
  );
  return byAccount(rows, ({ account: _account, ...row }) => row);
}

async function oldestOf(db: Queryable, sql: string, ids: readonly string[]): Promise<Map<string, Instant>> {
  const rows = await selectRows<{ account: string; at: Date }>(db, sql, [ids]);
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
