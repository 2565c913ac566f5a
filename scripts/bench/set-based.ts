/**
 * The contender without jobs and without rows in JavaScript: what a stored procedure would do. A page of due accounts
 * is computed into a temporary table; six statements write it. The calendar's table stands in for the calendar's code.
 */
import { type Database, type Transaction, inTransaction } from '../../src/db/connection.ts';
import { databaseNow, execute, selectOne, toDate } from '../../src/db/query.ts';
import type { Instant } from '../../src/domain/calendar.ts';
import { type DuePosition, isBetween } from '../../src/ledger/accounts.ts';

const PAGE = 1_000;

const PAGE_TABLE = `CREATE TEMPORARY TABLE IF NOT EXISTS page (
  account_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, due_at DATETIME(3) NOT NULL,
  plan VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, cycle_on DATE NOT NULL,
  starts_at DATETIME(3) NOT NULL, next_on DATE NOT NULL, next_at DATETIME(3) NOT NULL,
  opening INT NOT NULL, expired INT NOT NULL, free INT NOT NULL, paid INT NOT NULL, cap INT NOT NULL,
  last_seq INT NOT NULL, decision_no INT NOT NULL, PRIMARY KEY (account_id)
) ENGINE=MEMORY`;

/**
 * From where the page before it ended: else each would walk over all that were settled, and are not purged yet. Who is due
 * is found first, and joined then: else all who are due would be joined, and sorted, for each page.
 */
const fillPage = (between: string): string => `INSERT INTO page
  SELECT STRAIGHT_JOIN accounts.id, accounts.next_cycle_at, accounts.plan, calendar.cycle_on, calendar.starts_at, calendar.next_on,
         calendar.next_at, accounts.balance, GREATEST(0, accounts.balance - plans.cap), plans.free, plans.paid,
         plans.cap, accounts.last_seq, accounts.last_decision + 1
    FROM (SELECT id FROM accounts FORCE INDEX (due) WHERE next_cycle_at <= ? AND ${between}
           ORDER BY next_cycle_at, id LIMIT ${PAGE}) AS due
    JOIN accounts ON accounts.id = due.id
    JOIN bench_plans AS plans ON plans.plan = accounts.plan
    JOIN bench_boundaries AS calendar ON calendar.zone = accounts.zone AND calendar.anchor_on = accounts.anchor_on
         AND calendar.cycle_on = accounts.next_cycle_on
     FOR UPDATE`;

const INSERT_CYCLES = `INSERT INTO cycles (account_id, cycle_on, starts_at, next_on, opening, carried, expired, free,
    paid, recovered, closing, plan, cap, code, terms_version, run_id, decision_no, notice, posted_at)
  SELECT account_id, cycle_on, starts_at, next_on, opening, opening - expired, expired, free, paid, 0,
         opening - expired + free + paid, plan, cap, IF(free + paid > 0, 'granted', 'no-monthly-grant'), 1, 1,
         decision_no, IF(expired + free + paid > 0, 'staged', 'unchanged'), ?
    FROM page`;

const entriesOf = (kind: string, amount: string, seq: string, balance: string): string =>
  `INSERT INTO entries (account_id, seq, kind, amount, balance_after, effective_at, occurred_at, posted_at, cycle_on,
     subject, proposal, run_id)
   SELECT account_id, ${seq}, '${kind}', ${amount}, ${balance}, starts_at, starts_at, ?, cycle_on,
          CONCAT('cycle:', cycle_on), NULL, 1 FROM page WHERE ${amount} <> 0`;

/** One statement for each kind, because MySQL opens a temporary table only once in one statement. */
const INSERT_ENTRIES = [
  entriesOf('rollover-expiry', '-expired', 'last_seq + 1', 'opening - expired'),
  entriesOf('monthly-free', 'free', 'last_seq + 1 + (expired > 0)', 'opening - expired + free'),
  entriesOf(
    'monthly-plan',
    'paid',
    'last_seq + 1 + (expired > 0) + (free > 0)',
    'opening - expired + free + paid',
  ),
];

const INSERT_NOTICES = `INSERT INTO outbox (account_id, kind, ref, state, first_cycle_on, last_cycle_on, run_id,
    staged_at, next_attempt_at)
  SELECT account_id, 'grant', CONCAT('cycles:', cycle_on, '..', cycle_on), 'pending', cycle_on, cycle_on, 1, ?, ?
    FROM page WHERE expired + free + paid > 0`;

const UPDATE_ACCOUNTS = `UPDATE accounts JOIN page ON page.account_id = accounts.id
   SET accounts.balance = opening - expired + free + paid,
       accounts.last_seq = page.last_seq + (expired > 0) + (free > 0) + (paid > 0),
       accounts.last_decision = decision_no, accounts.watermark = starts_at, accounts.cycle_on = page.cycle_on,
       accounts.cycle_paid = paid, accounts.next_cycle_on = next_on, accounts.next_cycle_at = next_at`;

const LAST_OF_PAGE = `SELECT account_id AS id, due_at AS dueAt FROM page
  ORDER BY due_at DESC, account_id DESC LIMIT 1`;

interface Page {
  readonly settled: number;
  readonly last: DuePosition | undefined;
}

/** Settles everyone who is due, a page per transaction. @returns how many */
export async function settleSetBased(db: Database, asOf: Instant, isCut: () => boolean): Promise<number> {
  let settled = 0;
  let page: Page = { settled: 0, last: undefined };
  do {
    const after = page.last;
    page = await inTransaction(db, (transaction) => settlePage(transaction, asOf, after));
    settled += page.settled;
  } while (page.settled === PAGE && !isCut());
  return settled;
}

async function settlePage(
  transaction: Transaction,
  asOf: Instant,
  after: DuePosition | undefined,
): Promise<Page> {
  const now = toDate(await databaseNow(transaction));
  await execute(transaction, PAGE_TABLE);
  await execute(transaction, 'DELETE FROM page');
  const between = isBetween(after, undefined);
  const { affectedRows } = await execute(transaction, fillPage(between.sql), [
    toDate(asOf),
    ...between.bindings,
  ]);
  await execute(transaction, INSERT_CYCLES, [now]);
  for (const insert of INSERT_ENTRIES) await execute(transaction, insert, [now]);
  await execute(transaction, INSERT_NOTICES, [now, now]);
  await execute(transaction, UPDATE_ACCOUNTS);
  const last = await selectOne<{ id: string; dueAt: Date }>(transaction, LAST_OF_PAGE);
  return { settled: affectedRows, last: last && { id: last.id, nextCycleAt: last.dueAt.getTime() } };
}
