/** Three ways to talk SQL: rows, a count of changed rows, and one INSERT of many rows. */
import { type Cell, packTuples, quoted } from './tuples.ts';
import type { ClockAgreement, Database, Transaction } from './connection.ts';

export type Queryable = Database | Transaction;
export type Binding =
  string | number | bigint | boolean | Date | null | readonly (string | number)[] | Literal;

export async function selectRows<Row>(
  db: Queryable,
  sql: string,
  bindings: readonly Binding[] = [],
): Promise<Row[]> {
  const [rows] = (await db.raw(sql, bindings as never)) as [Row[]];
  return rows;
}

/** The first row, where a statement can have no more than one. */
export async function selectOne<Row>(
  db: Queryable,
  sql: string,
  bindings: readonly Binding[] = [],
): Promise<Row | undefined> {
  return (await selectRows<Row>(db, sql, bindings))[0];
}

export interface Written {
  readonly affectedRows: number;
  readonly insertId: number;
}

export async function execute(
  db: Queryable,
  sql: string,
  bindings: readonly Binding[] = [],
): Promise<Written> {
  const [result] = (await db.raw(sql, bindings as never)) as [Written];
  return result;
}

/**
 * `INSERT INTO table (columns) VALUES (…), (…) <suffix>` in one statement, or in as few as fit into packets; nothing at
 * all for no rows.
 */
export async function insertRows(
  db: Queryable,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  suffix = '',
): Promise<number> {
  return run(db, insertOf(table, columns, rows, suffix));
}

/** A statement that is text already: what it was made of is not needed until it is its turn. */
export interface Statement {
  readonly sql: string;
  readonly bindings: readonly Literal[];
}

/** The statements of {@link insertRows}, to be run later. */
export function insertOf(
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  suffix = '',
): Statement[] {
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ? ${suffix}`;
  return packTuples(rows).map((tuples) => ({ sql, bindings: [literal(tuples)] }));
}

/** One after another. @returns rows that were changed */
export async function run(db: Queryable, statements: readonly Statement[]): Promise<number> {
  let changed = 0;
  for (const { sql, bindings } of statements) changed += (await execute(db, sql, bindings)).affectedRows;
  return changed;
}

/** Text from the start, for a binding: knex and the driver would walk through it once more each. */
interface Literal {
  toSqlString(): string;
  /** Two of them are told apart by whoever compares bindings as JSON. */
  toJSON(): string;
}

const literal = (sql: string): Literal => ({ toSqlString: () => sql, toJSON: () => sql });

/** A binding for `IN (?)`. */
export const listed = (ids: readonly string[]): Literal => literal(ids.map(quoted).join());

/** A binding for what JSON_TABLE reads: rows of cells. */
export const asJson = (rows: readonly (readonly Cell[])[]): Literal => literal(quoted(JSON.stringify(rows)));

/** A suffix that turns an INSERT of existing rows into an update of these columns. */
export const updateOf = (columns: readonly string[]): string =>
  `ON DUPLICATE KEY UPDATE ${columns.map((column) => `${column} = VALUES(${column})`).join(', ')}`;

/**
 * Instants are DATETIME(3) in UTC: written as text here, read as `Date` by the driver with `timezone: 'Z'`. A batch
 * writes the same few instants again and again, hence the memory.
 */
export function toDate(at: number): string {
  const second = Math.floor(at / 1_000);
  const ms = Math.trunc(at) - second * 1_000;
  let known = seconds.get(second);
  if (known === undefined) {
    if (seconds.size >= SECONDS_MAX) seconds.clear();
    const text = new Date(second * 1_000).toISOString().slice(0, -5).replace('T', ' ');
    seconds.set(second, (known = { text, ms: NaN, last: '' }));
  }
  if (known.ms !== ms) {
    known.ms = ms;
    known.last = known.text + (MILLISECONDS[ms] as string);
  }
  return known.last;
}

/** `.000` to `.999`. */
const MILLISECONDS = Array.from({ length: 1_000 }, (_, ms) => `.${String(ms).padStart(3, '0')}`);

/** A second as text, `2021-03-16 09:00:00`, and the instant in it that was asked for last. */
interface KnownSecond {
  readonly text: string;
  ms: number;
  last: string;
}

/** By seconds since 1970. */
const seconds = new Map<number, KnownSecond>();
const SECONDS_MAX = 10_000;

export const toDateOrNull = (at: number | null): string | null => (at === null ? null : toDate(at));
export const toInstantOrNull = (at: Date | null): number | null => (at === null ? null : at.getTime());

/**
 * The database's own clock: the one by which no boundary is settled early. Where connections were given another clock
 * to be borne out by, it is never believed on its word alone.
 * @throws unavailable `clocks-disagree`
 */
export const databaseNow = (db: Queryable): Promise<number> => borneOut(db, () => shownNow(db));

/** The same, for whoever asks for more in the same statement. @throws unavailable `clocks-disagree` */
export function borneOut(db: Queryable, ask: () => Promise<number>): Promise<number> {
  const { agreement } = (db.userParams ?? {}) as { readonly agreement?: ClockAgreement };
  return agreement ? agreement.agreed(ask) : ask();
}

/** What the database's clock shows, right or wrong: for what only reads, and for what stops or takes back. */
export async function shownNow(db: Queryable): Promise<number> {
  const row = await selectOne<{ now: Date }>(db, 'SELECT UTC_TIMESTAMP(3) AS now');
  return (row as { now: Date }).now.getTime();
}

/**
 * How many rows there are, `max` at the most. Where there are so many, that one more is there is all that is asked: they
 * are passed over, where counting them would gather them first.
 * @param rows a table, and which of its rows: by an index, or all are read
 */
export async function countUpTo(
  db: Queryable,
  rows: string,
  bindings: readonly Binding[],
  max: number,
): Promise<number> {
  const last = await selectOne(db, `SELECT 1 AS found FROM ${rows} LIMIT 1 OFFSET ?`, [...bindings, max - 1]);
  if (last) return max;
  const row = await selectOne<{ count: number }>(db, `SELECT COUNT(*) AS count FROM ${rows}`, bindings);
  return Math.min(max, row?.count ?? 0);
}
