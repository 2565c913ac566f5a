/** How a command says that it failed: in words, or as one line of JSON for scripts; with the runbook's code in both. */
import { CommanderError } from 'commander';
import type { Addresses } from './advice.ts';
import { type Cli, say } from './context.ts';
import { type ExitCode, type ToldError, exitOf } from './exit-codes.ts';

/**
 * Tells what was thrown, on stderr.
 * @returns what to exit with
 */
export function tellError(cli: Cli, thrown: unknown, addresses?: Addresses): ExitCode {
  const told = exitOf(thrown, addresses);
  if (cli.errorsAsJson && told.exit !== 0) say(cli, errorLine(told));
  // commander has printed its own message already, with a hint.
  else if (!(thrown instanceof CommanderError)) say(cli, `connects: ${withCode(told)}`);
  return told.exit;
}

/** One line, the last of stderr: `{"error":{"code","message","exit"}}`. */
const errorLine = ({ code, message, exit }: ToldError): string =>
  JSON.stringify({ error: { code, message, exit } });

/** `there is no run 17 (unknown-run)`: behind the first line, where a list may follow. */
function withCode({ code, message }: ToldError): string {
  const [first = '', ...more] = message.split('\n');
  const isBegun = first.endsWith(':');
  return [`${isBegun ? first.slice(0, -1) : first} (${code})${isBegun ? ':' : ''}`, ...more].join('\n');
}

/** Whether a command line asks for data; what follows `--` are no flags. */
export function asksForData(typed: readonly string[]): boolean {
  const end = typed.indexOf('--');
  const flags = end < 0 ? typed : typed.slice(0, end);
  return flags.includes('--json') || flags.includes('--ndjson');
}
