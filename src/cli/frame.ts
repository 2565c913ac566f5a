/** What all commands of `connects` hang on: the program itself, its exit codes, what it says to a slip. */
import { Command, Option } from 'commander';
import { plainText } from '../plain-text.ts';
import { codeLines } from './code-lines.ts';
import type { Cli } from './context.ts';
import { EXIT_MEANING } from './exit-codes.ts';
import { COLOR_WHEN, type ColorWhen } from './screen.ts';

/** Those log what they do; for the others their output says it. */
const LONG_RUNNING = ['worker', 'scheduler', 'console', 'serve'];

const GENERAL_HELP = `
Servers are those of DATABASE_URL, REDIS_URL and SMTP_URL, or of a running
"npm start". Data goes to stdout, progress and messages to stderr.
Instants are UTC.

Exit codes:
${codeLines(Object.keys(EXIT_MEANING).map(Number))}`;

/** Hangs commands on a program. */
export type AddCommands = (program: Command, cli: Cli) => void;

/** @param adding which commands it has */
export function buildFrame(cli: Cli, version: string, adding: readonly AddCommands[]): Command {
  const program = new Command('connects')
    .description('Grants Connects to every account at the start of its billing cycle, exactly once.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.streams.out.write(plainText(text)),
      writeErr: (text) => cli.errorsAsJson || cli.streams.err.write(plainText(text)),
      outputError: (text, write) => write(`${text.replace(/^error: /, 'connects: ')}${hintOf(text)}`),
    })
    .option('--env-file <file>', 'settings, NAME=value a line; none may contradict the environment')
    .addOption(
      new Option(
        '--color <when>',
        'colours: auto is a terminal without NO_COLOR, or anything with FORCE_COLOR',
      )
        .choices([...COLOR_WHEN])
        .default('auto'),
    )
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', GENERAL_HELP)
    .helpCommand(false)
    .hook('preAction', (hooked, command) => {
      cli.color = hooked.opts<{ color: ColorWhen }>().color;
      cli.longRunning = LONG_RUNNING.includes(command.name());
      const { json, ndjson } = command.opts<{ json?: true; ndjson?: true }>();
      cli.errorsAsJson = json === true || ndjson === true;
    });
  for (const add of adding) add(program, cli);
  for (const command of commandsOf(program))
    command.showHelpAfterError(`("${pathOf(command)} --help" shows what it takes)`);
  return program;
}

const hintOf = (fault: string): string =>
  /unknown option '-[^-]/.test(fault)
    ? 'an id that begins with - is given behind --, as the last word\nand to a flag with =, as in --account=-a1\n'
    : '';

/** Every command below and including this one. */
export const commandsOf = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(commandsOf),
];

/** What one types to reach it: `connects run show`. */
export const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
