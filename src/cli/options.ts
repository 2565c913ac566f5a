/** Parsing of flags: each says what it expected, and where it stands. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../config.ts';
import { type Instant, isKnownZone, isLocalDate, parseInstant } from '../domain/calendar.ts';
import {
  REASON_LENGTH_MAX,
  accountIdField,
  emailField,
  factIdField,
  localeField,
} from '../domain/events/fields.ts';
import { plainLine } from '../plain-text.ts';
import { codeLines } from './code-lines.ts';
import { EXIT } from './exit-codes.ts';

export function instantFlag(text: string): Instant {
  const at = parseInstant(text);
  if (at === undefined) throw new InvalidArgumentError('expected an instant such as 2021-05-01T00:00:00Z.');
  return at;
}

export function dateFlag(text: string): string {
  if (!isLocalDate(text)) throw new InvalidArgumentError('expected a date that exists, YYYY-MM-DD.');
  return text;
}

/** An instant, or the beginning of a date (UTC). */
export function sinceFlag(text: string): Instant {
  const at = isLocalDate(text) ? Date.parse(text) : parseInstant(text);
  if (at === undefined) throw new InvalidArgumentError(MOMENT);
  return at;
}

/** What comes first after an instant, or after a date (UTC): both are included in what is asked for. */
export function untilFlag(text: string): Instant {
  const at = isLocalDate(text) ? Date.parse(text) + DAY_MS : parseInstant(text);
  if (at === undefined) throw new InvalidArgumentError(MOMENT);
  return isLocalDate(text) ? at : at + 1;
}

const DAY_MS = 86_400_000;
const MOMENT = 'expected an instant such as 2021-05-01T00:00:00Z, or a date, YYYY-MM-DD.';

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

/** Text that is kept and shown again: of one line, so that it can neither break a table nor steer a terminal. */
export const textFlag =
  (lengthMax: number) =>
  (text: string): string => {
    const isPlain = plainLine(text) === text && text.trim() !== '';
    if (!isPlain || text.length > lengthMax)
      throw new InvalidArgumentError(`expected one line of 1 to ${lengthMax} characters.`);
    return text;
  };

/** A number that the database gave: of a run, a token, a backfill. */
export function idFlag(text: string): number {
  if (!/^\d{1,15}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('expected a number such as 17.');
  return Number(text);
}

export function accountFlag(text: string): string {
  if (!accountIdField.safeParse(text).success)
    throw new InvalidArgumentError('expected an account id: 1 to 64 of A-Z a-z 0-9 . _ -');
  return text;
}

/** A language, as a BCP 47 tag in its canonical form. */
export function localeFlag(text: string): string {
  const parsed = localeField.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('expected a language, such as es or es-MX');
  return parsed.data;
}

/** `--account a1 a2`, as often as needed. */
export const accountListFlag = (): Option =>
  new Option('--account <id...>', 'only these accounts; of an id that begins with -: --account=-x').argParser(
    (text: string, before?: string[]) => [...(before ?? []), accountFlag(text)],
  );

export const accountsFileFlag = (): Option =>
  new Option('--accounts-file <file>', 'only the accounts of this file, one id a line').conflicts('account');

/** An account's id, or the email address of its member. */
export function accountOrEmailFlag(text: string): string {
  if (!text.includes('@')) return accountFlag(text);
  return emailFlag(text);
}

export function emailFlag(text: string): string {
  if (!emailField.safeParse(text).success)
    throw new InvalidArgumentError('expected one email address, such as jane@example.org.');
  return text;
}

/** The id of an event, a proposal or an interview request. */
export function factFlag(text: string): string {
  if (!factIdField.safeParse(text).success)
    throw new InvalidArgumentError('expected an id: 1 to 100 of A-Z a-z 0-9 . _ -');
  return text;
}

/** Anything that has an id here, or a subject as answers name it: `interview:i7`, `cycle:2021-04-11#2`. */
export function subjectFlag(text: string): string {
  if (!/^[A-Za-z0-9._:#-]{1,120}$/.test(text))
    throw new InvalidArgumentError('expected an id, a number, a date, or a subject such as interview:i7.');
  return text;
}

/** What the tables have room for. */
const ACTOR_LENGTH_MAX = 100;

/** For what only looks. */
export const asOfFlag = (): Option =>
  new Option(
    '--as-of <instant>',
    'take this instant as now; of a past one, what stood then (default: the database clock)',
  ).argParser(instantFlag);

export const jsonFlag = (): Option => new Option('--json', 'print one JSON document');
export const dryRunFlag = (): Option => new Option('--dry-run', 'take the real path, and change nothing');
/** The name of a person. */
export const actorNameFlag = textFlag(ACTOR_LENGTH_MAX);
/** What a person has to say, in one line. */
export const wordsFlag = textFlag(REASON_LENGTH_MAX);

/** @param what is asked of it, where it chooses what is listed */
export const actorFlag = (what = 'who does this (default: the system user)'): Option =>
  new Option('--actor <name>', what).argParser(actorNameFlag);

export const reasonFlag = (): Option =>
  new Option('--reason <text>', 'why, kept with what is changed').argParser(textFlag(REASON_LENGTH_MAX));

/** Adds an example, and the exit codes that a command can end with, to its --help. */
export function withHelp(command: Command, example: string, codes: readonly number[]): Command {
  // Whoever needs a server needs settings, too.
  const all = codes.flatMap((code) => (code === EXIT.tryAgain ? [code, EXIT.configuration] : [code]));
  return command.addHelpText('after', `\nExample:\n  ${example}\n\nExit codes:\n${codeLines(all)}`);
}

/** @param about what the emails are about; of boundaries that are settled on the way members hear in any case */
export const notifyFlag = (about: string): Option =>
  new Option(
    '--notify <how>',
    `which emails to stage about ${about}; cycles that begin meanwhile are told anyway`,
  )
    .choices(['none', 'digest', 'each'])
    .default('none');

/** @param what is counted, in the plural */
export const expectFlag = (what: string): Option =>
  new Option('--expect <n>', `refuse (4) when they are not this many ${what}`).argParser(countFlag(0, 1e9));

export const yesFlag = (): Option => new Option('--yes', 'do it without asking');
