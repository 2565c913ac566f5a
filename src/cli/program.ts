/** All commands of `connects`, as data for commander. */
import type { Command } from 'commander';
import { addAccountCommand } from './commands/account.ts';
import { addAccountCommands } from './commands/accounts.ts';
import { addAdjustCommand } from './commands/adjust.ts';
import { addAlertCommands } from './commands/alerts.ts';
import { addAuditLogCommand } from './commands/audit-log.ts';
import { addAuditCommand } from './commands/audit.ts';
import { addBackfillCommands } from './commands/backfill.ts';
import { addCompletionCommands } from './commands/completion.ts';
import { addDatabaseCommands } from './commands/database.ts';
import { addEventCommands } from './commands/events.ts';
import { addExportCommand } from './commands/export.ts';
import { addFailureCommands } from './commands/failures.ts';
import { addHoldCommands } from './commands/hold.ts';
import { addInstallationCommands } from './commands/installation.ts';
import { addNoticeCommands } from './commands/notices.ts';
import { addOperateCommands } from './commands/operate.ts';
import { addProcessCommands } from './commands/processes.ts';
import { addPureCommands } from './commands/pure.ts';
import { addRerunCommand } from './commands/rerun.ts';
import { addReverseRunCommand } from './commands/reverse-run.ts';
import { addRollupCommands } from './commands/rollups.ts';
import { addRulesCommand } from './commands/rules.ts';
import { addRunCommands } from './commands/runs.ts';
import { addDueCommand } from './commands/due.ts';
import { addSweepCommand } from './commands/sweep.ts';
import { addTokenCommands } from './commands/tokens.ts';
import { addUserCommands } from './commands/users.ts';
import { addWhyCommand } from './commands/why.ts';
import { invalidInput } from '../errors.ts';
import type { Cli } from './context.ts';
import { type AddCommands, buildFrame } from './frame.ts';
import { withHelp } from './options.ts';

/** In the order in which help lists them. */
const ALL: readonly AddCommands[] = [
  addSweepCommand,
  addDueCommand,
  addHoldCommands,
  addRunCommands,
  addFailureCommands,
  addRerunCommand,
  addWhyCommand,
  addAccountCommand,
  addAccountCommands,
  addEventCommands,
  addBackfillCommands,
  addAdjustCommand,
  addReverseRunCommand,
  addAuditCommand,
  addAuditLogCommand,
  addExportCommand,
  addNoticeCommands,
  addAlertCommands,
  addTokenCommands,
  addUserCommands,
  addInstallationCommands,
  addDatabaseCommands,
  addRollupCommands,
  addOperateCommands,
  addRulesCommand,
  addPureCommands,
  addProcessCommands,
  (program, cli) => addCompletionCommands(program, cli, () => program),
  addHelp,
];

export const buildProgram = (cli: Cli, version: string): Command => buildFrame(cli, version, ALL);

/** `connects help`, also of a command within a command. */
function addHelp(program: Command): void {
  const command = program
    .command('help')
    .description('help on a command, such as "connects help run show"')
    .argument('[command...]')
    .action((names: readonly string[]) => {
      let found = program;
      for (const name of names) {
        const next = found.commands.find((one) => one.name() === name);
        if (!next)
          throw invalidInput('usage', `there is no command "${names.join(' ')}": see "connects help"`);
        found = next;
      }
      found.outputHelp();
    });
  withHelp(command, 'connects help run show', [0, 2]);
}
