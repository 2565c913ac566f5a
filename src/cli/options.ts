/** Parsing of flags: each says what it expected, and where it stands. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../config.ts';
import { type Instant, isKnownZone, isLocalDate, parseInstant } from '../domain/calendar.ts';
import { EXIT_MEANING } from './exit-codes.ts';

export function instantFlag(text: string): Instant {
  const at = parseInstant(text);
  if (at === undefined) throw new InvalidArgumentError('expected an instant such as 2021-05-01T00:00:00Z.');
  return at;
}

export function dateFlag(text: string): string {
  if (!isLocalDate(text)) throw new InvalidArgumentError('expected a date that exists, YYYY-MM-DD.');
  return text;
}

export function zoneFlag(text: string): string {
  if (!isKnownZone(text))
    throw new InvalidArgumentError('expected a known IANA time zone such as Europe/Berlin.');
  return text;
}

export function durationFlag(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('expected a duration such as 30s, 10m or 1h30m.');
  return ms;
}

export const countFlag =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}.`);
    return value;
  };

export const jsonFlag = (): Option => new Option('--json', 'print one JSON document');
export const dryRunFlag = (): Option => new Option('--dry-run', 'take the real path, and change nothing');
export const actorFlag = (): Option =>
  new Option('--actor <name>', 'who does this (default: the system user)');
export const reasonFlag = (): Option => new Option('--reason <text>', 'why, kept with what is changed');

/** Adds an example, and the exit codes that a command can end with, to its --help. */
export function withHelp(command: Command, example: string, codes: readonly number[]): Command {
  const lines = codes.map((code) => `  ${String(code).padStart(3)}  ${EXIT_MEANING[code] ?? ''}`);
  return command.addHelpText('after', `\nExample:\n  ${example}\n\nExit codes:\n${lines.join('\n')}`);
}

export const notifyFlag = (): Option =>
  new Option('--notify <how>', 'which emails to stage').choices(['none', 'digest', 'each']);
