/** What --dry-run is for a command of one transaction or a few: the same change, rolled back. */
import { required } from '../config.ts';
import type { Database } from '../db/connection.ts';
import { openRehearsal, rehearse } from '../db/rehearsal.ts';
import type { Cli } from './context.ts';

/** @param change is given the database to use, and no other */
export async function changeOrRehearse<Result>(
  { app }: Cli,
  flags: { readonly dryRun?: true },
  change: (db: Database) => Promise<Result>,
): Promise<Result> {
  if (!flags.dryRun) return change(app.db);
  const session = openRehearsal(required(app.config, 'databaseUrl'));
  try {
    return await rehearse(session, change);
  } finally {
    await session.destroy();
  }
}
