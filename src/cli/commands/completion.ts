/** completion, which a shell is told once, and complete, which the shell asks at every Tab. */
import { Argument, type Command } from 'commander';
import { type Candidate, listCandidates } from '../../reports/completions.ts';
import { type Completion, completionOf } from '../completing.ts';
import { COMPLETION_SCRIPTS, FILES_LINE, SHELLS, type Shell } from '../completion-scripts.ts';
import { type Cli, print, printPart } from '../context.ts';
import { withHelp } from '../options.ts';

/** The program, with as much as is needed of what is typed behind `connects`. */
export type ProgramFor = (typed: readonly string[]) => Command | Promise<Command>;

/** Until the process ends, whatever its connections do. */
const LATE_MS = 500;

export function addCompletionCommands(program: Command, cli: Cli, programFor: ProgramFor): void {
  const completion = program
    .command('completion')
    .description(
      'what a shell is to be told, so that Tab completes commands, flags, and ids of runs and codes',
    )
    .addArgument(new Argument('<shell>', 'which one').choices([...SHELLS]))
    .action((shell: Shell) => print(cli, COMPLETION_SCRIPTS[shell]));
  withHelp(completion, 'connects completion bash', [0, 2]).addHelpText('after', HOW);
  const complete = program
    .command('complete', { hidden: true })
    .description('what may be typed next, a line each; nothing where that is not known')
    .addArgument(new Argument('<shell>', 'who asks').choices([...SHELLS]))
    .argument('[word...]', 'what is typed behind the program, behind --; the last one is completed')
    .action((shell: Shell, words: readonly string[]) => suggest(cli, shell, words, programFor));
  withHelp(complete, 'connects complete bash -- run sh', [0, 2]);
}

const PLACES = [
  ['In bash, for this user:', 'connects completion bash', '>> ~/.bashrc'],
  ['In bash, for everybody:', 'connects completion bash', '> /etc/bash_completion.d/connects'],
  ['In zsh, a folder of fpath:', 'connects completion zsh', '> ~/.zfunc/_connects'],
  ['In fish:', 'connects completion fish', '> ~/.config/fish/completions/connects.fish'],
] as const;

const HOW = `
${PLACES.map(([where, command, file]) => `${where}\n  ${command} ${file}`).join('\n')}
Ids and codes are those of DATABASE_URL, or of a running "npm start"; without a
database there are none.`;

async function suggest(
  cli: Cli,
  shell: Shell,
  words: readonly string[],
  programFor: ProgramFor,
): Promise<void> {
  const typed = shell === 'bash' ? withoutBreaks(words) : words;
  const completion = completionOf(await programFor(typed), typed);
  // bash completes what stands behind the sign, the others the whole word.
  const before = shell === 'bash' ? '' : completion.before;
  const found = [...completion.known, ...(await listedFor(cli, completion))];
  for (const { value, about } of found) await printPart(cli, `${before}${value}\t${firstLine(about)}\n`);
  if (completion.wanted === 'file') print(cli, FILES_LINE);
}

/** `--run`, `=`, `17` are one word, which bash has cut. */
function withoutBreaks(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [index, word] of words.entries()) {
    const continues = word === '=' || (words[index - 1] === '=' && index > 0);
    if (continues && joined.length > 0) joined.push(`${joined.pop()}${word}`);
    else joined.push(word);
  }
  return joined;
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

/** Nothing where the database cannot be asked, or not in time: a Tab is no place for an error. */
async function listedFor(cli: Cli, { wanted, begun }: Completion): Promise<readonly Candidate[]> {
  if (wanted === undefined || wanted === 'file') return [];
  const answered = new AbortController();
  try {
    const { app } = cli;
    const { databaseUrl, completionMaxMs } = app.config;
    if (databaseUrl === undefined) return [];
    cli.limit(completionMaxMs, LATE_MS);
    const late = app.clock.sleep(completionMaxMs, answered.signal).then(() => []);
    return await Promise.race([listCandidates(app.readDb, wanted, begun), late]);
  } catch {
    return [];
  } finally {
    answered.abort();
  }
}
