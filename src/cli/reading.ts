/** Reports may be read from a replica; one that is behind tells of the past, and that is said. */
import type { Database } from '../db/connection.ts';
import { readToldLagMs } from '../reports/lag.ts';
import { type Cli, say } from './context.ts';
import { formatAge } from './words.ts';

/** The database that reports are read from. */
export async function reportsFrom(cli: Cli): Promise<Database> {
  const lagMs = await readToldLagMs(cli.app);
  if (lagMs !== null) {
    const seconds = Math.round(lagMs / 1_000);
    say(cli, `the replica of READ_DATABASE_URL is ${formatAge(seconds)} behind: this is as of then`);
    cli.replicaBehindSeconds = seconds;
  }
  return cli.app.readDb;
}
