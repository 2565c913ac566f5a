/** run list and run show; run stop, note and diff have files of their own. */
import { type Command, Option } from 'commander';
import { shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { countedRunJson } from '../../json/runs.ts';
import { countLeft } from '../../ledger/run-accounts.ts';
import { type RunNote, listRunNotes } from '../../ledger/run-notes.ts';
import {
  RUN_KINDS,
  RUN_STATES,
  type Run,
  type RunFilter,
  type RunKind,
  type RunState,
  getRun,
  listRuns,
} from '../../ledger/runs.ts';
import { lookUntil } from '../../operations/runs/look-until.ts';
import { type AccountCounts, countRun, countRunAccounts } from '../../reports/run-counts.ts';
import { readBatchSpread } from '../../reports/batch-spread.ts';
import { listFailedExamples } from '../../reports/failed-examples.ts';
import { readRunEnd } from '../../reports/run-end.ts';
import { type Cli, print, printJson } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type ListFlags, type Listing, printList, withListFlags } from '../listing.ts';
import { actorFlag, countFlag, idFlag, jsonFlag, sinceFlag, withHelp } from '../options.ts';
import { Progress } from '../progress.ts';
import { requireSchema } from '../require-schema.ts';
import { describeRun, stateTone } from '../run-text.ts';
import { screenOf } from '../screen.ts';
import { cell, when } from '../table.ts';
import { addRunAccounts } from './run-accounts.ts';
import { addRunDiff } from './run-diff.ts';
import { addRunNote } from './run-note.ts';
import { addRunStop } from './run-stop.ts';

const WATCH_MS = 1_000;

export function addRunCommands(program: Command, cli: Cli): void {
  const run = program.command('run').description('recorded runs: sweeps, reruns, backfills, reversals');
  const list = withListFlags(
    run
      .command('list')
      .description('the latest runs, the newest first')
      .addOption(new Option('--kind <kind>', 'only those of this kind').choices([...RUN_KINDS]))
      .addOption(new Option('--state <state>', 'only those in this state').choices([...RUN_STATES]))
      .option('--since <time>', 'only those that began at this instant, or date (UTC), or later', sinceFlag)
      .addOption(actorFlag('only those that this one began'))
      .option('--limit <n>', 'how many', countFlag(1, 1_000), 20),
  ).action((flags: RunListFlags) => listLatest(cli, flags));
  withHelp(list, 'connects run list --limit 5', [0, 2, 75]);
  const show = run
    .command('show')
    .description('one run and its counts')
    .argument('<id>', 'the number of the run', idFlag)
    .option('--watch', 'show how far it is until it is closed, then its counts; exit 3 when accounts failed')
    .addOption(jsonFlag())
    .action((id: number, flags: { watch?: true; json?: true }) => showRun(cli, id, flags));
  withHelp(show, 'connects run show 17 --watch', [0, 2, 3, 6, 75, 130, 143]);
  addRunAccounts(run, cli);
  addRunStop(run, cli);
  addRunNote(run, cli);
  addRunDiff(run, cli);
}

interface RunListFlags extends ListFlags {
  kind?: RunKind;
  state?: RunState;
  since?: Instant;
  actor?: string;
  limit: number;
}

interface CountedRun {
  readonly run: Run;
  readonly counts: AccountCounts;
  readonly notes: readonly RunNote[];
}

const countedToJson = ({ run, counts, notes }: CountedRun) => countedRunJson(run, counts, notes);

async function listLatest(cli: Cli, flags: RunListFlags): Promise<void> {
  await requireSchema(cli.app);
  const { db } = cli.app;
  const { kind, state, since, actor } = flags;
  const filter: RunFilter = { kind, state, since, actor };
  const found = await listRuns(db, flags.limit, filter);
  const notes = await listRunNotes(
    db,
    found.map((run) => run.id),
  );
  const runs: CountedRun[] = [];
  for (const run of found)
    runs.push({ run, counts: await countRunAccounts(db, run), notes: notes.get(run.id) ?? [] });
  return printList(cli, flags, runs, RUNS);
}

const RUNS: Listing<CountedRun, ReturnType<typeof countedToJson>> = {
  toJson: countedToJson,
  fields: [
    'run',
    'kind',
    'state',
    'asOf',
    'termsVersion',
    'notify',
    'actor',
    'reason',
    'asked',
    'dueAtStart',
    'programVersion',
    'startedAt',
    'heartbeatAt',
    'endedAt',
    'exact',
    'settled',
    'failed',
    'remaining',
    'skipped',
    'added',
    'notes',
  ],
  columns: [
    'run',
    { name: 'kind', drop: 2 },
    'state',
    { name: 'as of (UTC)', drop: 3 },
    { name: 'due', drop: 5 },
    'settled',
    'failed',
    { name: 'left', drop: 1 },
    'started (UTC)',
    { name: 'by', drop: 4, cut: 'middle', least: 8 },
    // Of the latest; "run show" has all of all.
    { name: 'note', drop: 6, cut: 'end', most: 40 },
  ],
  toRow: ({ run, counts, notes }) => [
    String(run.id),
    run.kind,
    cell(stateTone(run.state), run.state),
    when(run.asOf),
    run.dueAtStart,
    counts.settled,
    cell(counts.failed > 0 ? 'act' : undefined, counts.failed),
    counts.remaining,
    when(run.startedAt),
    run.actor,
    notes.at(-1)?.note ?? '',
  ],
  none: 'there are no such runs',
};

async function showRun(cli: Cli, id: number, flags: { watch?: true; json?: true }): Promise<void> {
  await requireSchema(cli.app);
  const run = flags.watch ? await watchRun(cli, id) : await getRun(cli.app.db, id);
  const counts = await countRun(cli.app.db, run);
  const end = await readRunEnd(cli.app.db, run);
  const failed = counts.failed > 0 || run.state === 'failed';
  if (flags.watch && !isOpen(run) && failed) cli.exitCode = EXIT.someFailed;
  const notes = (await listRunNotes(cli.app.db, [id])).get(id) ?? [];
  const batches = await readBatchSpread(cli.app.db, id);
  if (flags.json) return printJson(cli, countedRunJson(run, { ...counts, ...end, batches }, notes));
  const examples = failed ? await listFailedExamples(cli.app.db, run) : [];
  const now = await shownNow(cli.app.db);
  return print(cli, describeRun(screenOf(cli), run, counts, { end, notes, examples, batches, now }));
}

const isOpen = (run: Run): boolean => run.state === 'running' || run.state === 'stopping';

/**
 * Shows progress until the run is closed, or the watcher has seen enough; through a restart of the database, too, which
 * is when one watches.
 */
async function watchRun(cli: Cli, id: number): Promise<Run> {
  const { app, signal } = cli;
  let run = await getRun(cli.app.db, id);
  const progress = new Progress(cli.streams.err, 'accounts', app.clock.elapsedMs());
  try {
    await lookUntil(app, { signal, everyMs: WATCH_MS }, async () => {
      run = await getRun(cli.app.db, id);
      if (!isOpen(run)) return 'closed';
      const left = await countLeft(app.db, run);
      const done = Math.max(0, run.dueAtStart - left);
      progress.show({ done, total: Math.max(run.dueAtStart, done) }, app.clock.elapsedMs());
      return undefined;
    });
  } finally {
    progress.stop();
  }
  return run;
}
