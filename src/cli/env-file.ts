/** --env-file: settings from a file, beside those of the environment, and never against them. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { configuration, invalidInput } from '../errors.ts';
import { fileFault } from './file-faults.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ASSIGNS = /^\s*(export\s+)?[A-Za-z_]\w*\s*=\s*(?<value>.*)$/;

/**
 * The environment together with what the file says.
 * @param file `NAME=value` a line, # for comments, quotes where a value holds a #
 * @throws invalid-input `file`; configuration `env-file` where it says something else than the environment does
 */
export function withEnvFile(environment: Environment, file: string): Environment {
  const text = readText(file);
  text.split(/\r?\n/).forEach((line, index) => requireAssignment(file, line, index + 1));
  const named = parseEnv(text);
  const differing = Object.keys(named).filter((name) => isSet(environment[name], named[name]));
  if (differing.length > 0)
    throw configuration(
      'env-file',
      `${file} and the environment differ in ${differing.join(', ')}: unset it, or leave it out of the file`,
    );
  return { ...environment, ...named };
}

/** An empty variable counts as none, as everywhere. */
const isSet = (before: string | undefined, named: string | undefined): boolean =>
  before !== undefined && before !== '' && before !== named;

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw fileFault(file, error);
  }
}

/** What cannot be read as a setting would otherwise be left out without a word. No value is told: it may be a password. */
function requireAssignment(file: string, line: string, number: number): void {
  if (line.trim() === '' || line.trim().startsWith('#')) return;
  const value = ASSIGNS.exec(line)?.groups?.value?.trim();
  if (value === undefined) throw invalidInput('file', `${file}, line ${number}: expected NAME=value`);
  const [quote = ''] = /^["'`]/.exec(value) ?? [];
  if (quote === '' ? /\S#/.test(value) : !value.slice(1).includes(quote))
    throw invalidInput(
      'file',
      `${file}, line ${number}: expected a value in quotes, all on this line: # begins a comment`,
    );
}
