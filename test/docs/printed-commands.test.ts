/** What somebody reads and types is taken: every command that the program, its help or its docs print. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/cli.ts';
import { PrintedStage } from '../support/printed-stage.ts';
import {
  type PrintedCommand,
  commandsInDocs,
  commandsInSource,
  parseOnly,
  shellWords,
} from '../support/printed-commands.ts';

async function refusedOf(printed: readonly PrintedCommand[]): Promise<string[]> {
  const refused: string[] = [];
  for (const { where, command } of printed)
    await parseOnly(shellWords(command).slice(1)).catch((error: Error) =>
      refused.push(`${where}: ${command}: ${error.message.split('\n')[0]}`),
    );
  return [...new Set(refused)];
}

test('the program takes every command that it prints', async () => {
  const printed = commandsInSource();
  expect(printed.length).toBeGreaterThan(80);
  expect(await refusedOf(printed)).toEqual([]);
});

test('the program takes every command of its docs', async () => {
  const printed = commandsInDocs();
  expect(printed.length).toBeGreaterThan(100);
  expect(await refusedOf(printed)).toEqual([]);
});

/** What docs/operations.md says of exit codes, but for those that a command as printed, on a stage that has all, never has. */
const DOCUMENTED = new Set(
  [...readFileSync(join(root, 'docs/operations.md'), 'utf8').matchAll(/^\| (\d[\d, ]*) +\| /gm)]
    .flatMap(([, codes = '']) => codes.split(', '))
    .map(Number),
);
const NEVER = { bug: 1, usage: 2, notFound: 6, tryAgain: 75, configuration: 78 };
const TAKEN = [...DOCUMENTED].filter((code) => !Object.values(NEVER).includes(code));

/** What makes others impossible comes after them: what is cancelled, or held, and an installation that is another one. */
const rankOf = (command: string): number =>
  [/ backfill cancel /, / hold /, / release /, / installation /].findIndex((one) => one.test(command));

describe('on a stage', () => {
  let stage: PrintedStage;
  beforeAll(async () => {
    stage = await PrintedStage.set();
  });
  afterAll(() => stage.clear());

  /** With `# exit N` beside them, in their order and with their files: test/drills. */
  test('each runs, and ends with a code of the table of exit codes: what lacks a reason or --yes with 4', async () => {
    const printed = [...commandsInSource(), ...commandsInDocs()].map((one) => one.command);
    const commands = [...new Set(printed)].toSorted((a, b) => rankOf(a) - rankOf(b));
    expect(TAKEN).toEqual([0, 3, 4, 5, 10, 130, 143]);
    const wrong: string[] = [];
    for (const command of commands) {
      const { code, stdout, stderr } = await stage.run(command);
      if (!TAKEN.includes(code) || /\n\s+at /.test(stderr))
        wrong.push(`${command}: ${code}: ${stdout}${stderr}`);
    }
    expect(wrong).toEqual([]);
    expect(commands.length).toBeGreaterThan(150);
  });
});
