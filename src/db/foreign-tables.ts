/**
 * Tables of somebody else under our names: in a database that another program uses, too. Migrations leave alone what is
 * there, so that a crash between a change and its record does no harm; so it is looked at whose it is, first.
 */
import type { Migration } from '../../migrations/index.ts';
import type { Database } from './connection.ts';
import { selectRows } from './query.ts';

const CREATES = /^CREATE (?:TABLE IF NOT EXISTS|OR REPLACE VIEW) (\w+)/;
/** Lines of a table that are no columns begin with these. */
const NO_COLUMN = /^(PRIMARY|UNIQUE|KEY|CONSTRAINT|CHECK|FOREIGN|INDEX)$/;

interface Made {
  readonly name: string;
  /** None of a view. */
  readonly columns: readonly string[];
}

/**
 * @param record what holds the names of the migrations, as it is made
 * @param pending migrations that are not recorded, in order. What the first of them makes may be there, and ours: its
 *   record was lost. Nothing of the later ones can be.
 * @returns names, in order; none where all is ours
 */
export async function listForeignTables(
  db: Database,
  record: string,
  pending: readonly Migration[],
): Promise<readonly string[]> {
  const [first, ...later] = pending.map((one) => madeBy(one.sql));
  const there = await readColumns(db);
  const lacks = ({ name, columns }: Made): boolean =>
    there.has(name) && columns.some((column) => !there.get(name)?.has(column));
  return [
    ...[madeBy(record), first].filter((one) => one !== undefined).filter(lacks),
    ...later.filter((one) => one !== undefined).filter(({ name }) => there.has(name)),
  ].map((one) => one.name);
}

function madeBy(sql: string): Made | undefined {
  const [, name] = CREATES.exec(sql) ?? [];
  if (name === undefined) return undefined;
  const columns = [...sql.matchAll(/^ {2}(\w+) /gm)].map(([, word]) => word as string);
  return {
    name,
    columns: sql.startsWith('CREATE TABLE') ? columns.filter((one) => !NO_COLUMN.test(one)) : [],
  };
}

async function readColumns(db: Database): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const rows = await selectRows<{ name: string; field: string }>(
    db,
    `SELECT table_name AS name, column_name AS field FROM information_schema.columns
      WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`,
  );
  const found = new Map<string, Set<string>>();
  for (const { name, field } of rows) found.set(name, (found.get(name) ?? new Set()).add(field));
  return found;
}
