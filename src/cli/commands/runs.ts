/** run list and run show. */
import type { Command } from 'commander';
import { formatInstant } from '../../domain/calendar.ts';
import { ConnectsError } from '../../errors.ts';
import { type Run, findRun, listRuns } from '../../ledger/runs.ts';
import { countRun } from '../../reports/run-counts.ts';
import { type Cli, formatTable, print, printJson } from '../context.ts';
import { countFlag, jsonFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { describeRun } from '../run-text.ts';

const WATCH_MS = 1_000;

export function addRunCommands(program: Command, cli: Cli): void {
  const run = program.command('run').description('recorded runs: sweeps, reruns, backfills, reversals');
  const list = run
    .command('list')
    .description('the latest runs, the newest first')
    .option('--limit <n>', 'how many', countFlag(1, 1_000), 20)
    .addOption(jsonFlag())
    .action((flags: { limit: number; json?: true }) => listLatest(cli, flags));
  withHelp(list, 'connects run list --limit 5', [0, 2, 75]);
  const show = run
    .command('show')
    .description('one run and its counts')
    .argument('<id>', 'the run', countFlag(1, Number.MAX_SAFE_INTEGER))
    .option('--watch', 'show it again every second until it is closed')
    .addOption(jsonFlag())
    .action((id: number, flags: { watch?: true; json?: true }) => showRun(cli, id, flags));
  withHelp(show, 'connects run show 17 --watch', [0, 2, 6, 75]);
}

async function listLatest(cli: Cli, flags: { limit: number; json?: true }): Promise<void> {
  await requireSchema(cli.app);
  const runs = await listRuns(cli.app.db, flags.limit);
  if (flags.json) return printJson(cli, runs.map(toJson));
  return print(
    cli,
    formatTable(
      ['run', 'kind', 'state', 'as of', 'due', 'started', 'by'],
      runs.map((one) => [
        one.id,
        one.kind,
        one.state,
        formatInstant(one.asOf),
        one.dueAtStart,
        formatInstant(one.startedAt),
        one.actor,
      ]),
    ),
  );
}

async function showRun(cli: Cli, id: number, flags: { watch?: true; json?: true }): Promise<void> {
  await requireSchema(cli.app);
  for (;;) {
    const run = await findRun(cli.app.db, id);
    if (!run)
      throw new ConnectsError('not-found', 'unknown-run', `there is no run ${id}: see "connects run list"`);
    const counts = await countRun(cli.app.db, run);
    if (flags.json) printJson(cli, { ...toJson(run), ...counts });
    else print(cli, describeRun(run, counts));
    const open = run.state === 'running' || run.state === 'stopping';
    if (!flags.watch || !open || cli.signal.aborted) return;
    await cli.app.clock.sleep(WATCH_MS, cli.signal);
  }
}

const toJson = ({ id, ...run }: Run) => ({
  run: id,
  ...run,
  asOf: formatInstant(run.asOf),
  startedAt: formatInstant(run.startedAt),
  heartbeatAt: formatInstant(run.heartbeatAt),
  endedAt: run.endedAt === null ? null : formatInstant(run.endedAt),
});
