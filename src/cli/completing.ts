/** What may be typed next, by what the commands say of themselves: read from commander's own tree, so that it is never behind. */
import type { Argument, Command, Option } from 'commander';
import type { Candidate, Listed } from '../reports/completions.ts';
import { pathOf } from './frame.ts';

/** What only the database, or the shell, can list. */
export type Wanted = Listed | 'file';

export interface Completion {
  /** What was typed of the word that is completed, without `before`. */
  readonly begun: string;
  /** What stands in the same word: `--run=`. */
  readonly before: string;
  /** All that begin so. */
  readonly known: readonly Candidate[];
  readonly wanted: Wanted | undefined;
}

/** Of arguments, by the command that takes them. */
const WANTED_BY_COMMAND: readonly (readonly [path: RegExp, wanted: Wanted])[] = [
  [/^connects run /, 'run'],
  [/^connects (rerun|reverse-run)$/, 'run'],
  [/^connects failures /, 'put-aside'],
  [/^connects (account .+|adjust|accounts find)$/, 'account'],
  [/^connects backfill /, 'backfill'],
];
const WANTED_BY_OPTION: Readonly<Record<string, Wanted>> = {
  '--run': 'run',
  '--error': 'error',
  '--account': 'account',
  '--after': 'account',
};
const FILES = /^<?(file|folder|path)>?$/;

/** @param words what is typed behind `connects`; the last one is completed, and may be empty */
export function completionOf(program: Command, words: readonly string[]): Completion {
  const place = placeOf(program, words.slice(0, -1));
  const word = words.at(-1) ?? '';
  const joined = /^(--[a-z-]+=)(.*)$/.exec(word);
  const option = joined ? optionOf(place, (joined[1] as string).slice(0, -1)) : place.option;
  const begun = joined?.[2] ?? word;
  const found = joined || place.option ? ofOption(option) : ofPlace(place, begun);
  return {
    begun,
    before: joined?.[1] ?? '',
    known: found.known.filter(({ value }) => value.startsWith(begun)),
    wanted: found.wanted,
  };
}

interface Place {
  readonly command: Command;
  /** Arguments that are typed already. */
  readonly given: number;
  readonly used: readonly string[];
  /** Whose value comes next; undefined where none is waited for. */
  readonly option: Option | undefined;
  /** Behind `--`, where no flags are any more. */
  readonly isPlain: boolean;
}

function placeOf(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, given: 0, used: [], option: undefined, isPlain: false };
  for (const word of words) place = behind(place, word);
  return place;
}

function behind(place: Place, word: string): Place {
  const { command, given, used, option, isPlain } = place;
  if (isPlain) return { ...place, given: given + 1 };
  if (word === '--') return { ...place, option: undefined, isPlain: true };
  // A flag's own value; one that takes many goes on.
  if (option && !word.startsWith('-')) return option.variadic ? place : { ...place, option: undefined };
  if (word.startsWith('-')) {
    const flag = optionOf(place, word.split('=')[0] ?? word);
    const waits = flag !== undefined && (flag.required || flag.optional) && !word.includes('=');
    return { ...place, used: [...used, flag?.long ?? word], option: waits ? flag : undefined };
  }
  const below = given === 0 ? command.commands.find((one) => one.name() === word) : undefined;
  return below ? { ...place, command: below } : { ...place, given: given + 1 };
}

/** Its own, and those of the commands above. */
const optionsOf = (command: Command): readonly Option[] => [
  ...command.createHelp().visibleOptions(command),
  ...(command.parent ? command.parent.options : []),
];

const optionOf = ({ command }: Pick<Place, 'command'>, flag: string): Option | undefined =>
  optionsOf(command).find((one) => one.long === flag || one.short === flag);

interface Found {
  readonly known: readonly Candidate[];
  readonly wanted: Wanted | undefined;
}

const choicesOf = ({ argChoices = [] }: Option | Argument): Candidate[] =>
  argChoices.map((value) => ({ value, about: '' }));

function ofOption(option: Option | undefined): Found {
  if (!option) return { known: [], wanted: undefined };
  const value = option.flags.split(' ').at(-1) ?? '';
  return {
    known: choicesOf(option),
    wanted: WANTED_BY_OPTION[option.long ?? ''] ?? (FILES.test(value) ? 'file' : undefined),
  };
}

function ofPlace({ command, given, used, isPlain }: Place, begun: string): Found {
  if (begun.startsWith('-') && !isPlain)
    return { known: flagsOf(command).filter(({ value }) => !used.includes(value)), wanted: undefined };
  if (command.commands.length > 0 && given === 0) return { known: namesOf(command), wanted: undefined };
  const taken = command.registeredArguments;
  const next = taken[given] ?? (taken.at(-1)?.variadic ? taken.at(-1) : undefined);
  if (!next)
    return { known: flagsOf(command).filter(({ value }) => !used.includes(value)), wanted: undefined };
  if (command.name() === 'help' && command.parent)
    return { known: namesOf(command.parent), wanted: undefined };
  const known = choicesOf(next);
  if (FILES.test(next.name())) return { known, wanted: 'file' };
  const isId =
    /^(id|run|account|a|b|text)$/.test(next.name()) && (given === 0 || next.variadic || next.name() === 'b');
  const wanted = WANTED_BY_COMMAND.find(([path]) => path.test(pathOf(command)))?.[1];
  return { known, wanted: isId ? wanted : undefined };
}

const flagsOf = (command: Command): Candidate[] =>
  optionsOf(command).map((one) => ({ value: one.long ?? one.flags, about: one.description }));

const namesOf = (command: Command): Candidate[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), about: one.description() }));
