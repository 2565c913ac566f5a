/** backfill list. */
import type { Command } from 'commander';
import { formatInstant } from '../../domain/calendar.ts';
import { type Backfill, listBackfills } from '../../ledger/backfills.ts';
import type { Cli } from '../context.ts';
import { type ListFlags, type Listing, printList, withListFlags } from '../listing.ts';
import { countFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';

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
  return printList(cli, flags, await listBackfills(cli.app.db, flags.limit), BACKFILLS);
}

/** What is the same as in `backfill show` has the same name. */
function toJson({ id, asked, workingUntil: _workingUntil, createdAt, endedAt, ...rest }: Backfill) {
  return {
    backfill: id,
    from: asked.from,
    to: asked.to,
    plan: asked.plan ?? null,
    include: asked.include,
    accountsAsked: asked.accounts?.length ?? null,
    ...rest,
    createdAt: formatInstant(createdAt),
    endedAt: endedAt === null ? null : formatInstant(endedAt),
  };
}

const BACKFILLS: Listing<Backfill, ReturnType<typeof toJson>> = {
  toJson,
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
    'runId',
    'doneTo',
    'actor',
    'reason',
    'createdAt',
    'endedAt',
  ],
  columns: ['backfill', 'state', 'from', 'to', 'run', 'planned', 'started (UTC)', 'by'],
  toRow: (one) => [
    String(one.id),
    one.state,
    one.asked.from,
    one.asked.to,
    String(one.runId),
    one.planned.cycles,
    formatInstant(one.createdAt),
    one.actor,
  ],
  none: 'there are no backfills yet',
};
