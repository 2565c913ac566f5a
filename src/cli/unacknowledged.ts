/** What a sweep says of those that are put aside, so that a shop without alerts hears of them more than once. */
import { shownNow } from '../db/query.ts';
import { countUnacknowledged } from '../reports/failure-work.ts';
import { type Cli, say } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { counted } from './words.ts';

const WHO = 'connects failures list';

/** @param strict ends with 3 where there are any, and nothing worse has happened */
export async function tellUnacknowledged(cli: Cli, strict: boolean): Promise<void> {
  if (cli.signal.aborted) return;
  const { db } = cli.app;
  const open = await countUnacknowledged(db, await shownNow(db));
  if (open === 0) return;
  say(cli, `${counted(open, 'account is', 'accounts are')} put aside and nobody has acknowledged it: ${WHO}`);
  if (strict && cli.exitCode === EXIT.done) cli.exitCode = EXIT.someFailed;
}
