/** A backfill as show, list and whoever changed it tell it. */
import { progressJson, readProgress } from '../json/backfills.ts';
import type { Backfill } from '../ledger/backfills.ts';
import { describeBackfill } from './backfill-text.ts';
import { screenOf } from './screen.ts';
import { readDone } from '../reports/backfill-progress.ts';
import { type Cli, print, printJson } from './context.ts';
import { EXIT } from './exit-codes.ts';

export async function reportBackfill(cli: Cli, flags: { json?: true }, backfill: Backfill): Promise<void> {
  const progress = await readProgress(cli.app.db, backfill, readDone);
  const { items, accounts, failed, goesOnAt } = progress;
  if (backfill.endedAt !== null && accounts.failed > 0) cli.exitCode = EXIT.someFailed;
  if (!flags.json)
    return print(cli, describeBackfill(screenOf(cli), { ...backfill, goesOnAt }, items, accounts, failed));
  return printJson(cli, progressJson(backfill, progress));
}
