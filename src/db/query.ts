/** Three ways to talk SQL: rows, a count of changed rows, and one INSERT of many rows. */
import type { Database, Transaction } from './connection.ts';

export type Queryable = Database | Transaction;
export type Binding = string | number | bigint | boolean | Date | null | readonly (string | number)[];

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

export type Cell = string | number | boolean | Date | null;

/** `INSERT INTO table (columns) VALUES (…), (…) <suffix>` in one statement; nothing at all for no rows. */
export async function insertRows(
  db: Queryable,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  suffix = '',
): Promise<number> {
  if (rows.length === 0) return 0;
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ? ${suffix}`;
  const [result] = (await db.raw(sql, [rows] as never)) as [Written];
  return result.affectedRows;
}

/** A suffix that turns an INSERT of existing rows into an update of these columns. */
export const updateOf = (columns: readonly string[]): string =>
  `ON DUPLICATE KEY UPDATE ${columns.map((column) => `${column} = VALUES(${column})`).join(', ')}`;

/** Instants are DATETIME(3) in UTC; the driver converts with `timezone: 'Z'`. */
export const toDate = (at: number): Date => new Date(at);
export const toDateOrNull = (at: number | null): Date | null => (at === null ? null : new Date(at));
export const toInstantOrNull = (at: Date | null): number | null => (at === null ? null : at.getTime());

/** The database's own clock: the one by which no boundary is settled early. */
export async function databaseNow(db: Queryable): Promise<number> {
  const row = await selectOne<{ now: Date }>(db, 'SELECT UTC_TIMESTAMP(3) AS now');
  return (row as { now: Date }).now.getTime();
}
