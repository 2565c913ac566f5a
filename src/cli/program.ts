/** All commands of `connects`, as data for commander. */
import { Command } from 'commander';
import { addAccountCommands } from './commands/accounts.ts';
import { addDatabaseCommands } from './commands/database.ts';
import { addEventCommands } from './commands/events.ts';
import { addProcessCommands } from './commands/processes.ts';
import { addPureCommands } from './commands/pure.ts';
import { addRunCommands } from './commands/runs.ts';
import { addSweepCommands } from './commands/sweep.ts';
import type { Cli } from './context.ts';

export function buildProgram(cli: Cli, version: string): Command {
  const program = new Command('connects')
    .description('Grants Connects to every account at the start of its billing cycle, exactly once.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(--help shows the flags)')
    .configureOutput({
      writeOut: (text) => cli.streams.out.write(text),
      writeErr: (text) => cli.streams.err.write(text),
    });
  addSweepCommands(program, cli);
  addRunCommands(program, cli);
  addAccountCommands(program, cli);
  addEventCommands(program, cli);
  addDatabaseCommands(program, cli);
  addPureCommands(program, cli);
  addProcessCommands(program, cli);
  return program;
}
