/** rollups: the sums that charts are drawn from, counted anew. */
import type { Command } from 'commander';
import { LONG_STATEMENT_MS, withStatementLimit } from '../../db/limits.ts';
import { FleetCounter } from '../../operations/upkeep/count-fleet.ts';
import { foldRollups } from '../../operations/upkeep/fold-rollups.ts';
import { rebuildRollups } from '../../operations/upkeep/rebuild-rollups.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { actorFlag, dryRunFlag, jsonFlag, reasonFlag, withHelp, yesFlag } from '../options.ts';
import { Progress } from '../progress.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { requireSchema } from '../require-schema.ts';
import { counted, formatCount } from '../words.ts';

interface RebuildFlags {
  actor?: string;
  reason?: string;
  dryRun?: true;
  json?: true;
}

export function addRollupCommands(program: Command, cli: Cli): void {
  const rollups = program
    .command('rollups')
    .description('sums of the ledger by day, plan and kind, which charts are drawn from');
  const rebuild = rollups
    .command('rebuild')
    .description('count them anew from the ledger, while work goes on, and put right what differs')
    .addOption(reasonFlag())
    .addOption(actorFlag())
    .addOption(dryRunFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((flags: RebuildFlags) => withStatementLimit(LONG_STATEMENT_MS, () => rebuildAll(cli, flags)));
  withHelp(rebuild, 'connects rollups rebuild', [0, 2, 75, 130, 143]);
}

async function rebuildAll(cli: Cli, flags: RebuildFlags): Promise<void> {
  await requireSchema(cli.app);
  const { app, signal } = cli;
  const progress = new Progress(cli.streams.err, 'accounts', app.clock.elapsedMs());
  const rebuilt = await changeOrRehearse(cli, flags, (db) =>
    rebuildRollups(db, {
      actor: flags.actor ?? cli.defaultActor,
      reason: flags.reason ?? null,
      signal,
      onProgress: (state) => progress.show(state, app.clock.elapsedMs()),
    }),
  ).finally(() => progress.stop());
  const isDryRun = flags.dryRun === true;
  if (rebuilt.done && !isDryRun) await countFleet(cli);
  if (flags.json) return printJson(cli, { ...rebuilt, ...(isDryRun && { dryRun: true }) });
  if (!rebuilt.done) return say(cli, 'nothing was changed: the same command counts again');
  return print(
    cli,
    `${formatCount(rebuilt.accounts)} ${rebuilt.accounts === 1 ? 'account' : 'accounts'} counted, ` +
      (rebuilt.corrected === 0 ? 'every sum was right' : `${counted(rebuilt.corrected, 'sum')} corrected`) +
      (isDryRun ? ' (dry run: nothing was written)' : ''),
  );
}

/** What workers count now and then, so that all charts are of now. */
async function countFleet({ app, signal }: Cli): Promise<void> {
  const counter = new FleetCounter(app);
  await counter.countDue();
  while (!signal.aborted && (await counter.lookForHoles()));
  while (!signal.aborted && (await foldRollups(app.db, signal)) > 0);
}
