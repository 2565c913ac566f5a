/** What --dry-run is for a command of one transaction or a few: the same change, rolled back. */
import { required } from '../config.ts';
import type { Database } from '../db/connection.ts';
import { openRehearsal, rehearse } from '../db/rehearsal.ts';
import type { Rehearse } from '../operations/events/import-events.ts';
import type { Cli } from './context.ts';

/** @param change is given the database to use, and no other */
export function changeOrRehearse<Result>(
  cli: Cli,
  flags: { readonly dryRun?: true },
  change: (db: Database) => Promise<Result>,
): Promise<Result> {
  return withRehearsal(cli, flags, (rehearsal) => (rehearsal ? rehearsal(change) : change(cli.app.db)));
}

/** For a change of many transactions: each is rolled back by itself, in a session that is closed afterwards. */
export async function withRehearsal<Result>(
  { app }: Cli,
  flags: { readonly dryRun?: true },
  work: (rehearsal: Rehearse | undefined) => Promise<Result>,
): Promise<Result> {
  if (!flags.dryRun) return work(undefined);
  const session = openRehearsal(required(app.config, 'databaseUrl'));
  try {
    return await work((change) => rehearse(session, change));
  } finally {
    await session.destroy();
  }
}
