/** What somebody reads and types is taken: every command that the program, its help or its docs print. */
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
