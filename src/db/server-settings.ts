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

export interface Connections {
  /** Tells servers apart. */
  readonly server: string;
  /** For all users together. */
  readonly max: number;
  /** For this user; 0 for no limit of its own. */
  readonly maxOfUser: number;
  /** That other users have now. */
  readonly ofOthers: number;
}

/** A user without any right to look at others sees its own connections, and how many there are in all. */
export async function readConnections(db: Database): Promise<Connections> {
  const set = await readServerVariables(db, CONNECTION_VARIABLES);
  const [status] = await selectRows<{ Value: string }>(db, "SHOW GLOBAL STATUS LIKE 'Threads_connected'");
  const own = await selectOne<{ own: number }>(
    db,
    `SELECT COUNT(*) AS own FROM information_schema.processlist WHERE user = SUBSTRING_INDEX(USER(), '@', 1)`,
  );
  return {
    server: CONNECTION_VARIABLES.slice(2)
      .map((name) => set.get(name) ?? '')
      .join(' '),
    max: Number(set.get('max_connections') ?? 0),
    maxOfUser: Number(set.get('max_user_connections') ?? 0),
    ofOthers: Math.max(0, Number(status?.Value ?? 0) - Number(own?.own ?? 0)),
  };
}

/** The first two are limits, the others are what one server does not share with another. */
const CONNECTION_VARIABLES = [
  'max_connections',
  'max_user_connections',
  'hostname',
  'port',
  'socket',
  'datadir',
];

export async function readDatabaseName(db: Database): Promise<string> {
  const row = await selectOne<{ name: string }>(db, 'SELECT DATABASE() AS name');
  return row?.name ?? '';
}

export async function readUser(db: Database): Promise<string> {
  const row = await selectOne<{ name: string }>(db, 'SELECT CURRENT_USER() AS name');
  return row?.name ?? '';
}
