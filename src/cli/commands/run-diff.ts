/** run diff: why one run did more than another. */
import type { Command } from 'commander';
import { LONG_STATEMENT_MS, withStatementLimit } from '../../db/limits.ts';
import { runDiffJson } from '../../json/run-diff.ts';
import { diffRuns } from '../../reports/run-diff.ts';
import { sentencesOf } from '../../reports/run-diff-words.ts';
import { type Cli, print, printJson } from '../context.ts';
import { idFlag, jsonFlag, withHelp } from '../options.ts';
import { reportsFrom } from '../reading.ts';
import { requireSchema } from '../require-schema.ts';

export function addRunDiff(run: Command, cli: Cli): void {
  const diff = run
    .command('diff')
    .description('two runs side by side: who was due, who was settled, and who settled the others')
    .argument('<a>', 'the number of a run', idFlag)
    .argument('<b>', 'the number of another', idFlag)
    .addOption(jsonFlag())
    .action((a: number, b: number, flags: { json?: true }) =>
      withStatementLimit(LONG_STATEMENT_MS, () => showDiff(cli, a, b, flags)),
    );
  withHelp(diff, 'connects run diff 17 18', [0, 2, 6, 75]);
}

async function showDiff(cli: Cli, a: number, b: number, flags: { json?: true }): Promise<void> {
  await requireSchema(cli.app);
  const diff = await diffRuns(await reportsFrom(cli), a, b);
  if (flags.json) return printJson(cli, runDiffJson(diff));
  return print(cli, sentencesOf(diff).join('\n'));
}
