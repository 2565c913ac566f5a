/**
 * A fleet as large as one likes: the stage of the console's tests, copied by SQL under other ids. Plain rows, which no
 * page tells from those that were settled: only what the program itself keeps beside them is multiplied, and not counted.
 */
import { type Database, connectDatabase } from '../../src/db/connection.ts';
import { execute, selectOne, selectRows } from '../../src/db/query.ts';

export interface Size {
  readonly accounts: number;
  /** Accounts that are put aside, at most. */
  readonly aside: number;
  /** Accounts that are due besides, at most: they wait for the sweep that is under way. */
  readonly due: number;
  /** Of each account, the first so many. */
  readonly entriesEach: number;
}

/** Copies of the fleet that one statement makes: on a slow machine, too, each is answered in time. */
const COPIES_AT_ONCE = 15;
const DAYS_OF_CYCLES = 45;

interface Copied {
  readonly table: string;
  readonly owner: string;
  readonly which: string;
}

const copiedTables = (entriesEach: number): readonly Copied[] => [
  { table: 'entries', owner: 'account_id', which: `source.seq <= ${entriesEach}` },
  {
    table: 'cycles',
    owner: 'account_id',
    which: `source.cycle_on > CURRENT_DATE - INTERVAL ${DAYS_OF_CYCLES} DAY`,
  },
  { table: 'accounts', owner: 'id', which: 'TRUE' },
  { table: 'outbox', owner: 'account_id', which: "source.state NOT IN ('claimed', 'sending')" },
  { table: 'contacts', owner: 'account_id', which: 'TRUE' },
  { table: 'account_spans', owner: 'account_id', which: 'TRUE' },
  { table: 'failures', owner: 'account_id', which: "source.state = 'put-aside'" },
];
const NUMBERED_BY_ITSELF: Readonly<Record<string, string>> = { outbox: 'id' };
/** One for each core of a small machine. */
const AT_ONCE = 2;

/** @returns how often the stage is in it */
export async function growFleet(db: Database, url: string, size: Size): Promise<number> {
  const now = await selectOne<{ accounts: number; aside: number; due: number }>(
    db,
    `SELECT (SELECT COUNT(*) FROM accounts WHERE next_cycle_at > UTC_TIMESTAMP()) AS accounts,
            (SELECT COUNT(DISTINCT account_id) FROM failures WHERE state = 'put-aside') AS aside,
            (SELECT COUNT(*) FROM accounts WHERE next_cycle_at <= UTC_TIMESTAMP()
               AND id NOT IN (SELECT account_id FROM failures WHERE state = 'put-aside')) AS due`,
  );
  const { accounts = 1, aside = 1, due = 1 } = now ?? {};
  const copies = Math.ceil(size.accounts / accounts);
  await db.raw('CREATE TABLE copies (n INT PRIMARY KEY)');
  await db.raw(`INSERT INTO copies SELECT seq FROM seq_1_to_${copies}`);
  // Whoever is put aside, or due, is copied as often as is asked for.
  await db.raw(
    `CREATE TABLE originals (id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, copies INT)
     SELECT id, IF(id IN (SELECT account_id FROM failures WHERE state = 'put-aside'), ${Math.ceil(size.aside / aside)},
                   IF(next_cycle_at <= UTC_TIMESTAMP(), ${Math.ceil(size.due / Math.max(1, due))}, ${copies})) AS copies
       FROM accounts`,
  );
  const left = [...copiedTables(size.entriesEach)];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) await copyTable(url, next, copies);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await db.raw('ANALYZE TABLE accounts, contacts, cycles, entries, outbox, failures');
  await multiplyCounts(db, copies);
  return copies;
}

/** On a connection of its own, which checks nothing: what is copied was checked before. */
async function copyTable(url: string, { table, owner, which }: Copied, copies: number): Promise<void> {
  const db = connectDatabase(url, 1);
  try {
    await db.raw('SET foreign_key_checks = 0, unique_checks = 0, check_constraint_checks = 0');
    const columns = await columnsOf(db, table);
    // Of one length, so that each account's copies follow each other in the order in which they are made.
    const cells = columns.map((one) =>
      one === owner ? `CONCAT(source.${one}, '.', LPAD(n, 5, '0'))` : `source.${one}`,
    );
    for (let from = 1; from <= copies; from += COPIES_AT_ONCE)
      await execute(
        db,
        `INSERT INTO ${table} (${columns.join(', ')})
         SELECT ${cells.join(', ')}
           FROM originals STRAIGHT_JOIN ${table} AS source ON source.${owner} = originals.id AND ${which}
           STRAIGHT_JOIN copies ON n BETWEEN ? AND LEAST(?, originals.copies)`,
        [from, from + COPIES_AT_ONCE - 1],
      );
  } finally {
    await db.destroy();
  }
}

async function columnsOf(db: Database, table: string): Promise<string[]> {
  const rows = await selectRows<{ name: string }>(
    db,
    `SELECT column_name AS name FROM information_schema.columns
      WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`,
    [table],
  );
  return rows.map((row) => row.name).filter((name) => name !== NUMBERED_BY_ITSELF[table]);
}

/** What the program keeps of a fleet, as if it had kept it of this one. */
async function multiplyCounts(db: Database, copies: number): Promise<void> {
  await execute(db, 'UPDATE rollups SET amount = amount * ?, quantity = quantity * ?', [copies, copies]);
  await execute(db, 'UPDATE fleet_counts SET accounts = accounts * ?, connects = connects * ?', [
    copies,
    copies,
  ]);
  await execute(
    db,
    "UPDATE runs SET due_at_start = due_at_start * ? WHERE kind = 'sweep' AND ended_at IS NULL",
    [copies],
  );
  await multiplyKept(db, copies);
  await execute(
    db,
    'UPDATE run_samples SET settled = settled * ? WHERE run_id IN (SELECT id FROM runs WHERE ended_at IS NULL)',
    [copies],
  );
}

/** What a run was counted to when it was closed. */
async function multiplyKept(db: Database, copies: number): Promise<void> {
  const runs = await selectRows<{ id: number; counted: string }>(
    db,
    'SELECT id, counted FROM runs WHERE counted IS NOT NULL',
  );
  for (const { id, counted } of runs) {
    const times = (_name: string, value: unknown): unknown =>
      typeof value === 'number' ? value * copies : value;
    await execute(db, 'UPDATE runs SET counted = ?, due_at_start = due_at_start * ? WHERE id = ?', [
      JSON.stringify(JSON.parse(counted, times)),
      copies,
      id,
    ]);
  }
}
