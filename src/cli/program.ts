/** All commands of `connects`, as data for commander. */
import { Command } from 'commander';
import { addAccountCommand } from './commands/account.ts';
import { addAccountCommands } from './commands/accounts.ts';
import { addAdjustCommand } from './commands/adjust.ts';
import { addAuditCommand } from './commands/audit.ts';
import { addBackfillCommands } from './commands/backfill.ts';
import { addDatabaseCommands } from './commands/database.ts';
import { addEventCommands } from './commands/events.ts';
import { addExportCommand } from './commands/export.ts';
import { addFailureCommands } from './commands/failures.ts';
import { addNoticeCommands } from './commands/notices.ts';
import { addOperateCommands } from './commands/operate.ts';
import { addProcessCommands } from './commands/processes.ts';
import { addPureCommands } from './commands/pure.ts';
import { addRerunCommand } from './commands/rerun.ts';
import { addReverseRunCommand } from './commands/reverse-run.ts';
import { addRunCommands } from './commands/runs.ts';
import { addSweepCommands } from './commands/sweep.ts';
import { addTokenCommands } from './commands/tokens.ts';
import { invalidInput } from '../errors.ts';
import type { Cli } from './context.ts';
import { EXIT_MEANING } from './exit-codes.ts';
import { withHelp } from './options.ts';

/** Those log what they do; for the others their output says it. */
const LONG_RUNNING = ['worker', 'scheduler', 'console', 'serve'];

const GENERAL_HELP = `
Servers are those of DATABASE_URL, REDIS_URL and SMTP_URL, or of a running "npm start".
Data goes to stdout, progress and messages to stderr. Instants are UTC.

Exit codes:
${Object.entries(EXIT_MEANING)
  .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
  .join('\n')}`;

export function buildProgram(cli: Cli, version: string): Command {
  const program = new Command('connects')
    .description('Grants Connects to every account at the start of its billing cycle, exactly once.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.streams.out.write(text),
      writeErr: (text) => cli.streams.err.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'connects: ')),
    })
    .addHelpText('after', GENERAL_HELP)
    .hook('preAction', (_program, command) => {
      cli.longRunning = LONG_RUNNING.includes(command.name());
    });
  addSweepCommands(program, cli);
  addRunCommands(program, cli);
  addFailureCommands(program, cli);
  addRerunCommand(program, cli);
  addAccountCommand(program, cli);
  addAccountCommands(program, cli);
  addEventCommands(program, cli);
  addBackfillCommands(program, cli);
  addAdjustCommand(program, cli);
  addReverseRunCommand(program, cli);
  addAuditCommand(program, cli);
  addExportCommand(program, cli);
  addNoticeCommands(program, cli);
  addTokenCommands(program, cli);
  addDatabaseCommands(program, cli);
  addOperateCommands(program, cli);
  addPureCommands(program, cli);
  addProcessCommands(program, cli);
  addHelp(program);
  for (const command of commandsOf(program))
    command.showHelpAfterError(`("${pathOf(command)} --help" shows what it takes)`);
  return program;
}

/** `connects help`, also of a command within a command. */
function addHelp(program: Command): void {
  const command = program
    .helpCommand(false)
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

/** Every command below and including this one. */
export const commandsOf = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(commandsOf),
];

/** What one types to reach it: `connects run show`. */
export const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
