/** How far a replica is behind, by what it lacks: what a server says of its own lag needs a right, and a stopped one says nothing. */
import { type Queryable, selectOne, shownNow } from '../db/query.ts';

/** More than what a healthy replica has now and then. */
export const LAG_TOLD_MS = 10_000;

/** Tables that are added to all the time, by the number that grows and the instant beside it. */
const MARKS = [
  { table: 'ticks', number: 'id', at: 'at' },
  { table: 'events', number: 'arrival', at: 'received_at' },
  { table: 'outbox', number: 'id', at: 'staged_at' },
  { table: 'audit_log', number: 'id', at: 'at' },
] as const;

/** The lag where it is worth telling of; null where reports are read from the primary itself, or from one that keeps up. */
export async function readToldLagMs({ config, db, readDb }: ReportBases): Promise<number | null> {
  if (config.readDatabaseUrl === undefined) return null;
  const lagMs = await readLagMs(db, readDb);
  return lagMs > LAG_TOLD_MS ? lagMs : null;
}

export interface ReportBases {
  readonly config: { readonly readDatabaseUrl?: string | undefined };
  readonly db: Queryable;
  readonly readDb: Queryable;
}

/** For how long the replica has lacked what the primary has, in milliseconds; 0 where it lacks nothing that is known. */
export async function readLagMs(primary: Queryable, replica: Queryable): Promise<number> {
  const since: number[] = [];
  for (const { table, number, at } of MARKS) {
    const known = await selectOne<{ last: number | null }>(
      replica,
      `SELECT MAX(${number}) AS last FROM ${table}`,
    );
    const lacking = await selectOne<{ at: Date }>(
      primary,
      `SELECT ${at} AS at FROM ${table} WHERE ${number} > ? ORDER BY ${number} LIMIT 1`,
      [known?.last ?? 0],
    );
    if (lacking) since.push(lacking.at.getTime());
  }
  return since.length === 0 ? 0 : Math.max(0, (await shownNow(primary)) - Math.min(...since));
}
