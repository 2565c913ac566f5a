/** What the database server is and how it is set, as this user's session sees it. */
import type { Database } from './connection.ts';
import { selectOne, selectRows } from './query.ts';

/** Lower-case names and values as the server prints them; what a server does not know is absent. */
export async function readServerVariables(
  db: Database,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await selectRows<{ Variable_name: string; Value: string }>(
    db,
    'SHOW VARIABLES WHERE Variable_name IN (?)',
    [names],
  );
  return new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]));
}

export async function readDatabaseName(db: Database): Promise<string> {
  const row = await selectOne<{ name: string }>(db, 'SELECT DATABASE() AS name');
  return row?.name ?? '';
}

export async function readUser(db: Database): Promise<string> {
  const row = await selectOne<{ name: string }>(db, 'SELECT CURRENT_USER() AS name');
  return row?.name ?? '';
}
