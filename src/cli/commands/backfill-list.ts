/** backfill list. */
import type { Command } from 'commander';
import { shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { type Backfill, listBackfills } from '../../ledger/backfills.ts';
import { backfillJson, goesOnFrom } from '../../json/backfills.ts';
import type { Cli } from '../context.ts';
import { type ListFlags, type Listing, printList, withListFlags } from '../listing.ts';
import { countFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { stateTone } from '../run-text.ts';
import { cell, when } from '../table.ts';

export function addBackfillList(backfill: Command, cli: Cli): void {
  const list = withListFlags(
    backfill
      .command('list')
      .description('the latest backfills, the newest first')
      .option('--limit <n>', 'how many', countFlag(1, 1_000), 20),
  ).action((flags: ListFlags & { limit: number }) => listLatest(cli, flags));
  withHelp(list, 'connects backfill list --limit 5', [0, 2, 75]);
}

async function listLatest(cli: Cli, flags: ListFlags & { limit: number }): Promise<void> {
  await requireSchema(cli.app);
  const { db } = cli.app;
  const now = await shownNow(db);
  const latest = await listBackfills(db, flags.limit);
  const listed = latest.map((one) => ({ ...one, goesOnAt: goesOnFrom(one, now) }));
  return printList(cli, flags, listed, BACKFILLS);
}

/** With when it goes on, where it waits for its window. */
type Listed = Backfill & { readonly goesOnAt: Instant | null };

const BACKFILLS: Listing<Listed, ReturnType<typeof backfillJson>> = {
  toJson: ({ goesOnAt, ...backfill }) => backfillJson(backfill, goesOnAt),
  fields: [
    'backfill',
    'from',
    'to',
    'plan',
    'include',
    'accountsAsked',
    'state',
    'planned',
    'planHash',
    'notify',
    'rate',
    'window',
    'goesOnAt',
    'runId',
    'doneTo',
    'actor',
    'reason',
    'approvedBy',
    'approvedAt',
    'createdAt',
    'endedAt',
  ],
  columns: [
    'backfill',
    'state',
    'from',
    'to',
    { name: 'run', drop: 2 },
    'planned',
    { name: 'started (UTC)', drop: 1 },
    { name: 'by', cut: 'middle', least: 8, drop: 3 },
  ],
  toRow: (one) => [
    String(one.id),
    cell(stateTone(one.state), one.state),
    one.asked.from,
    one.asked.to,
    String(one.runId),
    one.planned.cycles,
    when(one.createdAt),
    one.actor,
  ],
  none: 'there are no backfills yet',
};
