/** audit-log: what people changed, who, why, before and after. */
import type { Command } from 'commander';
import type { Instant } from '../../domain/calendar.ts';
import { auditJson } from '../../json/audit-log.ts';
import { type AuditEntry, type AuditFilter, listAudit } from '../../ledger/audit-log.ts';
import { type Cli, say } from '../context.ts';
import { type ListFlags, type Listing, printList, withListFlags } from '../listing.ts';
import { actorFlag, countFlag, sinceFlag, textFlag, untilFlag, withHelp } from '../options.ts';
import { reportsFrom } from '../reading.ts';
import { requireSchema } from '../require-schema.ts';
import { when } from '../table.ts';

interface AuditLogFlags extends ListFlags {
  target?: string;
  actor?: string;
  action?: string;
  since?: Instant;
  until?: Instant;
  before?: number;
  limit: number;
}

/** What the columns have room for. */
const TARGET_LENGTH_MAX = 120;
const ACTION_LENGTH_MAX = 64;

export function addAuditLogCommand(program: Command, cli: Cli): void {
  const command = program
    .command('audit-log')
    .description('what people changed: when, who, what, why, before and after; the newest first')
    .option('--target <what>', 'of this only: account:a1, run:17, mail, …', textFlag(TARGET_LENGTH_MAX))
    .addOption(actorFlag('only what this one did'))
    .option(
      '--action <action>',
      'only this: tokens.add; or all of a kind: tokens',
      textFlag(ACTION_LENGTH_MAX),
    )
    .option('--since <time>', 'from this instant, or date (UTC), on', sinceFlag)
    .option('--until <time>', 'up to this instant, or date (UTC), included', untilFlag)
    .option('--before <n>', 'go on below this row, as the page before says', countFlag(1, 1e15))
    .option('--limit <n>', 'how many', countFlag(1, 10_000), 50)
    .action((flags: AuditLogFlags) => showAuditLog(cli, flags));
  withHelp(withListFlags(command), 'connects audit-log --target run:17 --since 2021-05-01', [0, 2, 75]);
}

async function showAuditLog(cli: Cli, flags: AuditLogFlags): Promise<void> {
  await requireSchema(cli.app);
  const { target, actor, action, since, until, before, limit } = flags;
  const filter: AuditFilter = { target, actor, action, since, until };
  const found = await listAudit(await reportsFrom(cli), filter, { before, limit: limit + 1 });
  const shown = found.slice(0, limit);
  await printList(cli, flags, shown, CHANGES);
  if (found.length > shown.length) say(cli, `there is more: --before ${shown.at(-1)?.id} goes on`);
}

const CHANGES: Listing<AuditEntry, ReturnType<typeof auditJson>> = {
  toJson: auditJson,
  fields: ['id', 'at', 'actor', 'action', 'target', 'run', 'reason', 'before', 'after'],
  columns: [
    'row',
    'at (UTC)',
    { name: 'by', cut: 'middle', least: 8 },
    'action',
    { name: 'target', cut: 'middle' },
    { name: 'run', drop: 2 },
    { name: 'reason', cut: 'end', drop: 1 },
    // --json has all of it.
    { name: 'after', cut: 'end', most: 60, drop: 3 },
  ],
  toRow: (one) => [
    String(one.id),
    when(one.at),
    one.actor,
    one.action,
    one.target,
    one.runId === null ? '' : String(one.runId),
    one.reason ?? '',
    one.after === null ? '' : JSON.stringify(one.after),
  ],
  none: 'there are no such changes',
};
