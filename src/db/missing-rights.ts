/** What a user lacks of what `appGrants` gives: as the server judges, whichever way it came by its rights. */
import type { Database } from './connection.ts';
import { isNoSuchTable } from './errors.ts';
import { appGrants } from './grants.ts';
import { execute, selectRows } from './query.ts';
import { parseGrant } from './surplus-rights.ts';

/** @returns `INSERT on entries`, …, in the order of the grants; none where nothing is missing */
export async function listMissingRights(db: Database, database: string): Promise<readonly string[]> {
  const changes = await readChanges(db);
  const missing: string[] = [];
  for (const { rights, table } of appGrants(database, "'app'@'%'").flatMap(parseGrant))
    for (const right of rights)
      if (table !== null && !(await holds(db, changes, right, table))) missing.push(`${right} on ${table}`);
  return missing;
}

/** Rights on every column of a table. */
type Changes = ReadonlyMap<string, { readonly INSERT: number; readonly UPDATE: number }>;

/** No statement can ask for these without naming columns; the catalogue says what holds for each. */
async function readChanges(db: Database): Promise<Changes> {
  const rows = await selectRows<{ name: string; INSERT: number; UPDATE: number }>(
    db,
    `SELECT table_name AS name, MIN(FIND_IN_SET('insert', privileges) > 0) AS \`INSERT\`,
            MIN(FIND_IN_SET('update', privileges) > 0) AS \`UPDATE\`
       FROM information_schema.columns WHERE table_schema = DATABASE() GROUP BY table_name ORDER BY table_name`,
  );
  return new Map(rows.map((row) => [row.name, row]));
}

function holds(db: Database, changes: Changes, right: string, table: string): Promise<boolean> | boolean {
  if (right === 'INSERT' || right === 'UPDATE') return changes.get(table)?.[right] === 1;
  return right === 'DELETE' ? mayRun(db, `EXPLAIN DELETE FROM ${table} WHERE 1 = 0`) : mayRead(db, table);
}

/** Whether this user may read every column of a table; a view too, which EXPLAIN would not tell of. */
export const mayRead = (db: Database, table: string): Promise<boolean> =>
  mayRun(db, `SELECT * FROM ${table} WHERE 1 = 0`);

const DENIED = new Set([1142, 1143]);

async function mayRun(db: Database, sql: string): Promise<boolean> {
  try {
    await execute(db, sql);
    return true;
  } catch (error) {
    if (isNoSuchTable(error)) return true;
    if (DENIED.has((error as { readonly errno?: number }).errno ?? 0)) return false;
    throw error;
  }
}
