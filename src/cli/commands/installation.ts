/** installation: whose the queues in Redis are, after a move or in a copy. */
import type { Command } from 'commander';
import { renewInstallation, takeOverPrefix, tidyQueues } from '../../operations/upkeep/installation.ts';
import { byWhom, withChangeFlags } from '../changing.ts';
import { type Cli, print, printJson } from '../context.ts';
import { withHelp } from '../options.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { requireSchema } from '../require-schema.ts';
import { counted } from '../words.ts';

interface ChangeFlags {
  actor?: string;
  reason?: string;
  dryRun?: true;
  json?: true;
}

export function addInstallationCommands(program: Command, cli: Cli): void {
  const installation = program
    .command('installation')
    .description('which installation a database is, and whose the queues in Redis are');
  const takeOver = installation
    .command('take-over')
    .description(
      'the queues of our prefix are ours from now on; workers of whoever had them stop within seconds',
    )
    .action((flags: ChangeFlags) => runTakeOver(cli, flags));
  withHelp(
    withChangeFlags(takeOver),
    'connects installation take-over --reason "the old database is gone"',
    [0, 2, 75, 78],
  );
  const tidy = installation
    .command('tidy')
    .description('take away what is left in Redis of queues of another number of shards')
    .action((flags: ChangeFlags) => runTidy(cli, flags));
  withHelp(
    withChangeFlags(tidy),
    'connects installation tidy --reason "six shards became twelve"',
    [0, 2, 75, 78],
  );
  const renew = installation
    .command('renew')
    .description('make this database, a copy of another one, an installation of its own')
    .action((flags: ChangeFlags) => runRenew(cli, flags));
  withHelp(
    withChangeFlags(renew),
    'connects installation renew --reason "a copy for trying things out"',
    [0, 2, 75, 78],
  );
}

const dryRunText = (flags: ChangeFlags): string => (flags.dryRun ? ' (dry run: nothing was written)' : '');

async function runTakeOver(cli: Cli, flags: ChangeFlags): Promise<void> {
  const { app } = cli;
  await requireSchema(app);
  const dryRun = flags.dryRun === true;
  const other = (await takeOverPrefix(app, { ...byWhom(cli, flags), dryRun })) ?? null;
  if (flags.json) return printJson(cli, { takenFrom: other, dryRun });
  return print(
    cli,
    other === null
      ? 'the queues are ours already'
      : `the queues are ours, and no longer those of the installation ${other}${dryRunText(flags)}`,
  );
}

async function runRenew(cli: Cli, flags: ChangeFlags): Promise<void> {
  await requireSchema(cli.app);
  const id = await changeOrRehearse(cli, flags, (db) => renewInstallation(db, byWhom(cli, flags)));
  if (flags.json) return printJson(cli, { installation: id, dryRun: flags.dryRun === true });
  return print(cli, `this database is the installation ${id} from now on${dryRunText(flags)}`);
}

async function runTidy(cli: Cli, flags: ChangeFlags): Promise<void> {
  const { app } = cli;
  await requireSchema(app);
  const dryRun = flags.dryRun === true;
  const tidied = await tidyQueues(app, { ...byWhom(cli, flags), dryRun });
  if (flags.json) return printJson(cli, { tidied, dryRun });
  if (tidied.length === 0) return print(cli, 'nothing is left of another number of shards');
  const lines = tidied.map(
    ({ shards, queues, jobs }) =>
      `${counted(queues, 'queue')} of ${counted(shards, 'shard')} with ${counted(jobs, 'job')} taken away`,
  );
  return print(cli, `${lines.join('\n')}${dryRunText(flags)}`);
}
