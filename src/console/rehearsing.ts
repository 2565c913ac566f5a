/** What `dryRun` is for a change of one transaction or a few: the same change, rolled back. */
import type { App } from '../app.ts';
import { required } from '../config.ts';
import type { Database } from '../db/connection.ts';
import { rehearsed } from '../db/rehearsal.ts';

/** @param change is given the database to use, and no other */
export const changeOrRehearse = <Result>(
  app: App,
  dryRun: boolean,
  change: (db: Database) => Promise<Result>,
): Promise<Result> => (dryRun ? rehearsed(required(app.config, 'databaseUrl'), change) : change(app.db));
