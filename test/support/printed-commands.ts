/** Every command that the program or its docs tell somebody to type, and whether the program would take it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { commandsOf, pathOf } from '../../src/cli/frame.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { commandOn } from '../../src/words.ts';
import { root } from './cli.ts';
import { keepingCli } from './in-process.ts';

export interface PrintedCommand {
  readonly where: string;
  /** With values in the place of what stands for one. */
  readonly command: string;
}

/** Parses a command line with every action replaced, and says which command it reached. */
export async function parseOnly(words: readonly string[]): Promise<string> {
  let reached = '';
  const { cli, stderr } = keepingCli();
  const parsing = buildProgram(cli, '0.0.0');
  for (const command of commandsOf(parsing))
    command.action(() => {
      reached = pathOf(command);
    });
  try {
    await parsing.parseAsync(words, { from: 'user' });
  } catch {
    if (stderr() === '') return 'help';
    throw new Error(stderr());
  }
  return reached;
}

export const shellWords = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

// -------------------------------------------------------------------------------------------- in the source

/** What the program puts in: names of its variables. An account's id may begin with a dash. */
const FILLED: Record<string, string> = {
  account: '-a1',
  key: '-k1',
  amount: '+5',
  code: 'K7QF-2M9D-XX4C',
  cycleOn: '2021-01-01',
  id: '17',
  runId: '17',
  run: '17',
  aside: '17',
  reversal: '17',
  from: '2021-01-01',
  to: '2021-01-31',
  termsVersion: '2',
  backfill: '3',
  only: ' --plan plus',
  shown: 'export entries --account -a1',
  verb: 'reset',
  span: '--from 2021-01-01 --to 2021-01-31',
};
/** Of the four processes, and of three commands for notices, each name makes a command of its own. */
const NAMES: Record<string, string> = {
  processes: 'worker',
  notices: 'hold',
  'backfill-change': 'pause',
  users: 'jane',
};

interface SyntaxNode {
  readonly type?: string;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly cooked: string }[];
  readonly expressions?: readonly SyntaxNode[];
  readonly [key: string]: unknown;
}

const textsOf = (source: string): string[] => textsIn(parseSync(source, { syntax: 'typescript' }));

/** Every literal text, `${name}` for what is put in. */
function textsIn(tree: unknown): string[] {
  const texts: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const one = node as SyntaxNode;
    if (one.type === 'ImportDeclaration') return;
    if (calleeOf(one) === 'commandOn') return void texts.push(commandOf(one));
    if (one.type === 'StringLiteral') texts.push(String(one.value));
    if (one.type === 'TemplateLiteral') {
      const names = (one.expressions ?? []).map(nameIn);
      texts.push((one.quasis ?? []).map(({ cooked }, index) => cooked + (names[index] ?? '')).join(''));
    }
    Object.values(one).forEach(visit);
  };
  visit(tree);
  return texts;
}

const calleeOf = ({ type, callee }: SyntaxNode): unknown =>
  type === 'CallExpression' ? (callee as SyntaxNode).value : undefined;

/** What `commandOn` makes of an account whose id looks like a flag. */
function commandOf({ arguments: given }: SyntaxNode): string {
  const [command = '', , flags = ''] = (given as { expression: SyntaxNode }[]).map(
    ({ expression }) => textsIn(expression)[0],
  );
  return commandOn(command.startsWith('connects ') ? command : `connects ${command}`, '-a1', flags);
}

/** `other.id` and `id` are filled alike; so is what is called with one: `operandOf(account)` is `${operand}`. */
function nameIn(node: SyntaxNode): string {
  const { type, value, property, left, callee } = node as Record<string, SyntaxNode | undefined> & SyntaxNode;
  if (type === 'Identifier') return `\${${String(value)}}`;
  if (type === 'MemberExpression') return `\${${String(property?.value)}}`;
  if (type === 'BinaryExpression' && left) return nameIn(left);
  if (type === 'CallExpression') return `\${${String(callee?.value).replace(/Of$/, '')}}`;
  return '${}';
}

const FIRST_WORDS = buildProgram(keepingCli().cli, '0').commands.map((one) => one.name());

/** A command is a text of its own (up to a semicolon), or stands in quotes: then everybody sees where it ends. */
export function commandsInSource(): PrintedCommand[] {
  const files = ['src', 'jobs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  return (
    files
      // Sentences of docs/runbook.md are looked at there.
      .filter((name) => name.endsWith('.ts') && name !== join('src', 'console', 'runbook.ts'))
      .flatMap((where) =>
        textsOf(readFileSync(join(root, where), 'utf8')).flatMap((text) => commandsIn(where, text)),
      )
  );
}

function commandsIn(where: string, text: string): PrintedCommand[] {
  const whole = /^connects [a-z$][^;]*/.exec(text)?.[0];
  const rest = whole === undefined ? text : text.slice(whole.length);
  const quoted = [...rest.matchAll(/"(connects [^"]+)"/g)].map(([, command = '']) => command);
  const open = rest.replaceAll(/"connects [^"]+"/g, '').match(/\bconnects ([a-z-]+)/g) ?? [];
  const unquoted = open.filter((one) => FIRST_WORDS.includes(one.slice('connects '.length)));
  // Nobody can see where it ends: the whole text is no command.
  if (unquoted.length > 0) return [{ where, command: text }];
  return [...(whole === undefined ? [] : [whole]), ...quoted]
    .map((command) => ({
      where,
      command: command.replaceAll(/\$\{(\w*)\}/g, (_all, name: string) => {
        const file = Object.keys(NAMES).find((one) => where.endsWith(`${one}.ts`));
        const value = name === 'name' && file ? NAMES[file] : FILLED[name];
        if (value === undefined) throw new Error(`${where}: what stands for \${${name}} in "${command}"?`);
        return value;
      }),
    }))
    .map(withValues);
}

/** What stands for a value there. */
const STANDS_FOR: Record<string, string> = {
  $RUN: '17',
  $BEFORE: '17',
  'run:$RUN': 'run:17',
  $HASH: '3f00',
  $DATE: '2021-01-31',
  $NOTICE: '4711',
  $ACCOUNT: 'a1',
  $LATER: '2999-01-01T00:00:00Z',
  '+N': '+5',
  '-N': '-5',
  ACCOUNT: 'a1',
  CODE: 'unknown-zone',
  COMMAND: 'sweep',
  DATE: '2021-01-31',
  HASH: '3f00',
  ID: '17',
  INSTANT: '2021-01-31T00:00:00Z',
  KEY: 'k1',
  N: '2',
  'N/s': '5/s',
  NAME: 'jane',
  ROLE: 'operator',
  '±N': '+5',
  RUN: '17',
};

const withValues = ({ where, command }: PrintedCommand): PrintedCommand => ({
  where,
  command: command
    .trim()
    .split(' ')
    .map((word) => STANDS_FOR[word] ?? word)
    .join(' '),
});

// ------------------------------------------------------------------------------------------------- in the docs

/** A command by its name, as a sentence has it: `connects backfill start`. */
const NAMED = new Set(commandsOf(buildProgram(keepingCli().cli, '0')).map(pathOf));

const DOCS = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))];

export function commandsInDocs(): PrintedCommand[] {
  return DOCS.filter((name) => name.endsWith('.md')).flatMap((where) => {
    const text = readFileSync(join(root, where), 'utf8');
    const blocks = [...text.matchAll(/^ *```\w*\n(.*?)^ *```/gms)].map(([, block = '']) => block);
    const spans = [...text.replaceAll(/^ *```.*?^ *```/gms, '').matchAll(/`([^`]+)`/g)].map(
      ([, one = '']) => one,
    );
    const named = spans.filter((span) => !NAMED.has(span));
    return [...blocks.flatMap((block) => block.split('\n')), ...named]
      .flatMap((line) =>
        [...line.matchAll(/(?:^|[ /;])(connects (?:[^|>;&#"]|"[^"]*")+)/g)].map(([, one = '']) => one),
      )
      .filter((command) => [...FIRST_WORDS, 'COMMAND'].includes(command.split(' ')[1] ?? ''))
      .map((command) => withValues({ where, command }));
  });
}
