/** backfill list. */
import { type Command, Option } from 'commander';
import { formatInstant } from '../../domain/calendar.ts';
import { type Backfill, listBackfills } from '../../ledger/backfills.ts';
import { type Cli, formatTable, print, printJson, say } from '../context.ts';
import { countFlag, jsonFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';

interface ListFlags {
  limit: number;
  json?: true;
  ndjson?: true;
}

export function addBackfillList(backfill: Command, cli: Cli): void {
  const list = backfill
    .command('list')
    .description('the latest backfills, the newest first')
    .option('--limit <n>', 'how many', countFlag(1, 1_000), 20)
    .addOption(jsonFlag())
    .addOption(new Option('--ndjson', 'print one JSON document a line').conflicts('json'))
    .action((flags: ListFlags) => listLatest(cli, flags));
  withHelp(list, 'connects backfill list --limit 5', [0, 2, 75]);
}

async function listLatest(cli: Cli, flags: ListFlags): Promise<void> {
  await requireSchema(cli.app);
  const backfills = await listBackfills(cli.app.db, flags.limit);
  if (flags.json) return printJson(cli, backfills.map(toJson));
  if (flags.ndjson) return backfills.forEach((one) => print(cli, JSON.stringify(toJson(one))));
  if (backfills.length === 0) return say(cli, 'there are no backfills yet');
  return print(
    cli,
    formatTable(
      ['backfill', 'state', 'from', 'to', 'run', 'planned', 'started (UTC)', 'by'],
      backfills.map((one) => [
        String(one.id),
        one.state,
        one.asked.from,
        one.asked.to,
        String(one.runId),
        one.planned.cycles,
        formatInstant(one.createdAt),
        one.actor,
      ]),
    ),
  );
}

/** What is the same as in `backfill show` has the same name. */
function toJson({ id, asked, workingUntil: _workingUntil, createdAt, endedAt, ...rest }: Backfill): object {
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
