/**
 * Settling accounts on PostgreSQL, in one transaction: the product's own arithmetic, and the statements that a careful
 * hand would write around it. One account or several hundred: the way of working differs, and nothing else.
 */
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '../../../src/domain/calendar.ts';
import { catchUp } from '../../../src/domain/settle.ts';
import { builtInTerms } from '../../../src/domain/terms.ts';
import { type AccountRow, type StoredAccount, parseAccount } from '../../../src/ledger/accounts.ts';

/** What a job of every peer holds. */
export interface PeerPayload {
  readonly account: string;
  readonly asOf: Instant;
}

export interface PeerDeps {
  readonly pool: Pool;
  /** Statements are parsed and planned once per connection. */
  readonly prepared: boolean;
}

const RUN = 1;
const TERMS_VERSION = 1;

/** @param payloads of one sweep, of different accounts */
export async function settleOnPostgres(deps: PeerDeps, payloads: readonly PeerPayload[]): Promise<void> {
  const client = await deps.pool.connect();
  const statements = new Statements(client, deps.prepared);
  let fault: Error | undefined;
  try {
    await statements.run('BEGIN');
    await settle(statements, payloads);
    await statements.run('COMMIT');
  } catch (error) {
    fault = error as Error;
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release(fault);
  }
}

async function settle(statements: Statements, payloads: readonly PeerPayload[]): Promise<void> {
  const ids = payloads.map((one) => one.account);
  const stored = await statements.run('SELECT * FROM accounts WHERE id = ANY($1) ORDER BY id FOR UPDATE', [
    ids,
  ]);
  const asOf = payloads[0]?.asOf ?? 0;
  const rows = rowsOf((stored as StoredAccount[]).map(parseAccount), asOf);
  await statements.write(INSERT_CYCLES, rows.cycles);
  await statements.write(INSERT_ENTRIES, rows.entries);
  await statements.write(INSERT_NOTICES, rows.notices);
  await statements.write(UPDATE_ACCOUNTS, rows.accounts);
}

type Cell = string | number | null;
type Row = readonly Cell[];

/** Columns with their types. Rows go as one array for each, so that a statement is the same for any number of rows. */
const CYCLES = {
  account_id: 'varchar',
  cycle_on: 'date',
  starts_at: 'timestamp',
  next_on: 'date',
  opening: 'int',
  carried: 'int',
  expired: 'int',
  free: 'int',
  paid: 'int',
  recovered: 'int',
  closing: 'int',
  plan: 'varchar',
  cap: 'int',
  code: 'varchar',
  terms_version: 'int',
  run_id: 'bigint',
  decision_no: 'int',
  notice: 'varchar',
  posted_at: 'timestamp',
} as const;
const ENTRIES = {
  account_id: 'varchar',
  seq: 'int',
  kind: 'varchar',
  amount: 'int',
  balance_after: 'int',
  effective_at: 'timestamp',
  occurred_at: 'timestamp',
  posted_at: 'timestamp',
  cycle_on: 'date',
  subject: 'varchar',
  proposal: 'varchar',
  run_id: 'bigint',
} as const;
const NOTICES = {
  account_id: 'varchar',
  kind: 'varchar',
  ref: 'varchar',
  state: 'varchar',
  first_cycle_on: 'date',
  last_cycle_on: 'date',
  run_id: 'bigint',
  staged_at: 'timestamp',
  next_attempt_at: 'timestamp',
} as const;
const ACCOUNTS = {
  id: 'varchar',
  plan: 'varchar',
  pending_plan: 'varchar',
  balance: 'int',
  owed: 'int',
  last_seq: 'int',
  last_decision: 'int',
  watermark: 'timestamp',
  cycle_on: 'date',
  cycle_paid: 'int',
  next_cycle_on: 'date',
  next_cycle_at: 'timestamp',
} as const;

const arraysOf = (columns: Readonly<Record<string, string>>): string =>
  `unnest(${Object.values(columns)
    .map((type, index) => `$${index + 1}::${type}[]`)
    .join(', ')})`;
const namesOf = (columns: Readonly<Record<string, string>>): string => Object.keys(columns).join(', ');
const insertInto = (table: string, columns: Readonly<Record<string, string>>): string =>
  `INSERT INTO ${table} (${namesOf(columns)}) SELECT * FROM ${arraysOf(columns)}`;

const INSERT_CYCLES = insertInto('cycles', CYCLES);
const INSERT_ENTRIES = insertInto('entries', ENTRIES);
const INSERT_NOTICES = insertInto('outbox', NOTICES);
const UPDATE_ACCOUNTS = `UPDATE accounts SET ${Object.keys(ACCOUNTS)
  .slice(1)
  .map((column) => `${column} = new.${column}`)
  .join(', ')} FROM ${arraysOf(ACCOUNTS)} AS new (${namesOf(ACCOUNTS)}) WHERE accounts.id = new.id`;

interface Rows {
  readonly cycles: Row[];
  readonly entries: Row[];
  readonly notices: Row[];
  readonly accounts: Row[];
}

function rowsOf(stored: readonly AccountRow[], asOf: Instant): Rows {
  const rows: Rows = { cycles: [], entries: [], notices: [], accounts: [] };
  const now = textOf(Date.now());
  for (const row of stored) addRowsOf(row, { rows, asOf, now });
  return rows;
}

function addRowsOf(
  { account: before, lastDecision }: AccountRow,
  { rows, asOf, now }: { rows: Rows; asOf: Instant; now: string },
): void {
  const { account, settled } = catchUp(before, builtInTerms, asOf);
  if (settled.length === 0) return;
  let decisionNo = lastDecision;
  const told: string[] = [];
  for (const { settlement, entries } of settled) {
    const { cycleOn, startsAt, nextOn, opening, carried, expired, free, paid, recovered } = settlement;
    const { closing, plan, cap, code } = settlement;
    const notice = entries.length > 0 ? 'staged' : 'unchanged';
    decisionNo += 1;
    if (entries.length > 0) told.push(cycleOn);
    const amounts = [opening, carried, expired, free, paid, recovered, closing];
    const why = [plan, cap, code, TERMS_VERSION, RUN, decisionNo, notice, now];
    rows.cycles.push([account.id, cycleOn, textOf(startsAt), nextOn, ...amounts, ...why]);
    for (const { seq, kind, amount, balance, effectiveAt, occurredAt, subject, proposal } of entries) {
      const when = [textOf(effectiveAt), textOf(occurredAt), now, cycleOn];
      rows.entries.push([account.id, seq, kind, amount, balance, ...when, subject, proposal, RUN]);
    }
  }
  const [first, last] = [told[0], settled.at(-1)?.settlement.cycleOn];
  if (first !== undefined && last !== undefined) {
    const ref = `cycles:${first}..${last}`;
    rows.notices.push([account.id, 'grant', ref, 'pending', first, last, RUN, now, now]);
  }
  const { id, plan, pendingPlan, balance, owed, lastSeq, watermark, cycleOn, cyclePaid } = account;
  const { nextCycleOn, nextCycleAt } = account;
  const next = [nextCycleOn, nextCycleAt === null ? null : textOf(nextCycleAt)];
  const numbers = [balance, owed, lastSeq, decisionNo];
  rows.accounts.push([id, plan, pendingPlan, ...numbers, textOf(watermark), cycleOn, cyclePaid, ...next]);
}

/** Without a zone, which columns without one would ignore anyway: all of it is UTC. */
const textOf = (instant: Instant): string => new Date(instant).toISOString().slice(0, -1);

/** Statements of one connection, which plans each only once where they are to be prepared. */
class Statements {
  readonly #client: PoolClient;
  readonly #prepared: boolean;

  constructor(client: PoolClient, prepared: boolean) {
    this.#client = client;
    this.#prepared = prepared;
  }

  async run(text: string, values: readonly unknown[] = []): Promise<unknown[]> {
    // BEGIN and COMMIT have nothing to plan. A name has 63 bytes: how a statement begins tells it from the others.
    const name = this.#prepared && values.length > 0 ? { name: text.slice(0, 40) } : {};
    const { rows } = await this.#client.query<Record<string, unknown>>({
      text,
      values: [...values],
      ...name,
    });
    return rows;
  }

  async write(text: string, rows: readonly Row[]): Promise<void> {
    const [first] = rows;
    if (first)
      await this.run(
        text,
        first.map((_, column) => rows.map((row) => row[column])),
      );
  }
}
