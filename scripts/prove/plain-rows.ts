/** The rows that settling a boundary writes, by nothing but the statements that write them: what the tables alone cost. */
import { type Database, inTransaction } from '../../src/db/connection.ts';
import { type Queryable, databaseNow, execute, insertRows, selectRows, toDate } from '../../src/db/query.ts';
import type { Cell } from '../../src/db/tuples.ts';
import { type LocalDate, plusMonths } from '../../src/domain/calendar.ts';

/** What an account on Basic holds at each boundary: what is above the limit expires, and the grant brings it back. */
export const HELD = { limit: 200, grant: 10 } as const;

interface Stored {
  readonly id: string;
  readonly balance: number;
  readonly seq: number;
  readonly decision: number;
  readonly cycleOn: LocalDate;
  readonly at: Date;
}

/** Their next boundary, in one transaction: a cycle, two entries and a notice each, and the account. */
export async function writePlainly(db: Database, ids: readonly string[]): Promise<void> {
  await inTransaction(db, async (transaction) => {
    const now = toDate(await databaseNow(transaction));
    const rows = await selectRows<Stored>(
      transaction,
      `SELECT id, balance, last_seq AS seq, last_decision AS decision, next_cycle_on AS cycleOn, next_cycle_at AS at
         FROM accounts WHERE id IN (?) ORDER BY id FOR UPDATE`,
      [ids],
    );
    if (rows.some(({ balance }) => balance !== HELD.limit + HELD.grant))
      throw new Error(`each should hold ${HELD.limit + HELD.grant}`);
    await insert(
      transaction,
      'cycles',
      rows.map((one) => cycleOf(one, now)),
    );
    await insert(
      transaction,
      'entries',
      rows.flatMap((one) => entriesOf(one, now)),
    );
    await insert(
      transaction,
      'outbox',
      rows.map((one) => noticeOf(one, now)),
    );
    await execute(
      transaction,
      `UPDATE accounts SET last_seq = last_seq + 2, last_decision = last_decision + 1, watermark = next_cycle_at,
              cycle_on = next_cycle_on, next_cycle_on = next_cycle_on + INTERVAL 1 MONTH,
              next_cycle_at = next_cycle_at + INTERVAL 1 MONTH
        WHERE id IN (?)`,
      [ids],
    );
  });
}

type Row = Readonly<Record<string, Cell>>;

async function insert(db: Queryable, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  await insertRows(
    db,
    table,
    columns,
    rows.map((row) => columns.map((column) => row[column] as Cell)),
  );
}

const cycleOf = ({ id, balance, decision, cycleOn, at }: Stored, now: string): Row => ({
  account_id: id,
  cycle_on: cycleOn,
  starts_at: toDate(at.getTime()),
  next_on: plusMonths(cycleOn, 1),
  opening: balance,
  carried: HELD.limit,
  expired: HELD.grant,
  free: HELD.grant,
  paid: 0,
  recovered: 0,
  closing: balance,
  plan: 'basic',
  cap: HELD.limit,
  code: 'granted',
  terms_version: 1,
  run_id: 1,
  decision_no: decision + 1,
  notice: 'staged',
  posted_at: now,
});

function entriesOf({ id, balance, seq, cycleOn, at }: Stored, now: string): Row[] {
  const begun = toDate(at.getTime());
  const entry = (number: number, kind: string, amount: number, balanceAfter: number): Row => ({
    account_id: id,
    seq: number,
    kind,
    amount,
    balance_after: balanceAfter,
    effective_at: begun,
    occurred_at: begun,
    posted_at: now,
    cycle_on: cycleOn,
    subject: `cycle:${cycleOn}`,
    proposal: null,
    run_id: 1,
  });
  return [
    entry(seq + 1, 'rollover-expiry', -HELD.grant, HELD.limit),
    entry(seq + 2, 'monthly-free', HELD.grant, balance),
  ];
}

const noticeOf = ({ id, cycleOn }: Stored, now: string): Row => ({
  account_id: id,
  kind: 'grant',
  ref: `cycles:${cycleOn}..${cycleOn}`,
  state: 'pending',
  first_cycle_on: cycleOn,
  last_cycle_on: cycleOn,
  run_id: 1,
  staged_at: now,
  next_attempt_at: now,
});
