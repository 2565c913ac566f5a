/** sweep: granting what is due. */
import { type Command, Option } from 'commander';
import { required, requireServers } from '../../config.ts';
import { openRehearsal } from '../../db/rehearsal.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { PLAN_NAMES } from '../../domain/terms.ts';
import { invalidInput } from '../../errors.ts';
import { type LedgerHold, held } from '../../ledger/ledger-hold.ts';
import { findRun } from '../../ledger/runs.ts';
import { takeUpHeld } from '../../operations/events/take-up-held.ts';
import { stayWithBackfills } from '../../operations/backfills/stay-with-backfills.ts';
import { previewSweep } from '../../operations/runs/preview-sweep.ts';
import { sweep } from '../../operations/runs/sweep.ts';
import {
  type WaitedSweep,
  countRemaining,
  listUnderWay,
  sweepUntilDone,
} from '../../operations/runs/sweep-until-done.ts';
import { type RunCounts, countRun } from '../../reports/run-counts.ts';
import { type RunEnd, readRunEnd } from '../../reports/run-end.ts';
import { holdJson } from '../../json/holds.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import {
  accountListFlag,
  accountsFileFlag,
  actorFlag,
  countFlag,
  durationFlag,
  expectFlag,
  instantFlag,
  jsonFlag,
  reasonFlag,
  withHelp,
  yesFlag,
} from '../options.ts';
import { OwnWorker } from '../own-worker.ts';
import { requireMetricsPlace, withMetrics } from '../metrics-file.ts';
import { Progress } from '../progress.ts';
import { describePreview, describeRun } from '../run-text.ts';
import { screenOf } from '../screen.ts';
import { requireRedis } from '../require-redis.ts';
import { requireSchema } from '../require-schema.ts';
import { sendWhatCanBeSent } from '../sending.ts';
import { withAlerts } from '../telling.ts';
import { tellUnacknowledged } from '../unacknowledged.ts';
import { counted } from '../words.ts';
import { type WantedFlags, isOverSome, sweepSome } from './sweep-listed.ts';

interface SweepFlags extends WantedFlags {
  asOf?: Instant;
  expect?: number;
  wait?: true;
  work?: true;
  timeout?: number;
  metricsFile?: string;
  strict?: true;
  dryRun?: true;
  json?: true;
  actor?: string;
  reason?: string;
}

export function addSweepCommand(program: Command, cli: Cli): void {
  const command = program
    .command('sweep')
    .description(
      'one pass: enqueue a job for every account that is due, or for some of them in a run of its own',
    )
    .addOption(accountListFlag().conflicts('plan'))
    .addOption(accountsFileFlag().conflicts('plan'))
    .addOption(new Option('--plan <plan>', 'only accounts that are on this plan').choices([...PLAN_NAMES]))
    .option('--limit <n>', 'only so many, the longest due first', countFlag(1, 1_000_000))
    .addOption(expectFlag('accounts of those'))
    .option(
      '--as-of <instant>',
      'take this instant as now (default: the database clock less 2m)',
      instantFlag,
    )
    .option('--wait', 'stay until nothing due is left but what is put aside')
    .option(
      '--work',
      'also settle, send, and go on with open backfills: one cron job is then a whole deployment (implies --wait)',
    )
    .option('--timeout <duration>', 'stop waiting after this long, exit 75 with work left', durationFlag)
    .option(
      '--metrics-file <path>',
      'leave the metrics for a node exporter in this .prom file, every half minute and at the end',
    )
    .option('--strict', 'end with 3 while somebody is put aside and nobody has acknowledged it')
    .addOption(
      new Option(
        '--dry-run',
        'settle everything and roll it back: what a sweep would do; also at a later --as-of',
      ),
    )
    .addOption(actorFlag())
    .addOption(reasonFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((flags: SweepFlags) => runSweep(cli, flags));
  withHelp(
    command,
    'connects sweep --wait --work --timeout 30m',
    [0, 2, 3, 4, 5, 6, 75, 130, 143],
  ).addHelpText('after', LISTED_HELP);
}

const LISTED_HELP = `
With --account, --accounts-file, --plan or --limit it opens a run of its own
over those of them who are due, and joins none; all others stay due. Who is
unknown, put aside or not due is named and counted. After a deploy, 100 first,
then all:
"connects sweep --limit 100 --wait --work", and then
"connects sweep --wait --work".`;

async function runSweep(cli: Cli, flags: SweepFlags): Promise<void> {
  const waits = flags.wait === true || flags.work === true;
  if (flags.timeout !== undefined && !waits)
    throw invalidInput('usage', '--timeout limits how long --wait or --work stays: add one of them');
  if (flags.expect !== undefined && !isOverSome(flags))
    throw invalidInput(
      'usage',
      '--expect counts those of --account, --accounts-file, --plan or --limit: add one of them',
    );
  cli.limit(flags.timeout);
  if (flags.dryRun) return dryRun(cli, flags);
  return waits
    ? withAlerts(cli, () => sweepWithServers(cli, flags, waits))
    : sweepWithServers(cli, flags, waits);
}

async function sweepWithServers(cli: Cli, flags: SweepFlags, waits: boolean): Promise<void> {
  requireServers(cli.app.config, ['databaseUrl', 'redisUrl']);
  await requireSchema(cli.app);
  // Before a run is opened that nobody could work on.
  await requireRedis(cli.app);
  if (flags.metricsFile === undefined) return sweepOrWait(cli, flags, waits);
  await requireMetricsPlace(flags.metricsFile);
  await withMetrics(cli, flags.metricsFile, () => sweepOrWait(cli, flags, waits));
}

async function dryRun(cli: Cli, flags: SweepFlags): Promise<void> {
  await requireSchema(cli.app);
  return isOverSome(flags) ? sweepSome(cli, flags) : previewToScreen(cli, flags);
}

async function sweepOrWait(cli: Cli, flags: SweepFlags, waits: boolean): Promise<void> {
  if (isOverSome(flags)) await sweepSome(cli, flags);
  else await (waits ? runWaitingSweep(cli, flags) : runQuickSweep(cli, flags));
  await tellUnacknowledged(cli, flags.strict === true);
}

async function runQuickSweep(cli: Cli, flags: SweepFlags): Promise<void> {
  const swept = await sweep(cli.app.sweepDeps, requestOf(cli, flags));
  if (swept.outcome === 'held') return reportHeld(cli, flags, swept);
  if (swept.outcome === 'nothing-due') return reportNothing(cli, flags, swept.asOf);
  const { run, outcome, submitted } = swept;
  if (flags.asOf !== undefined && run.asOf !== flags.asOf)
    say(cli, `run ${run.id} was open already, as of ${formatInstant(run.asOf)}: this sweep joined it`);
  if (flags.json) return printJson(cli, { outcome, run: run.id, asOf: formatInstant(run.asOf), submitted });
  return print(
    cli,
    `run ${run.id} ${outcome} as of ${formatInstant(run.asOf)}: ${counted(submitted, 'job')} submitted`,
  );
}

const requestOf = (cli: Cli, flags: SweepFlags) => ({
  source: 'command' as const,
  actor: flags.actor ?? cli.defaultActor,
  signal: cli.signal,
  ...(flags.asOf !== undefined && { asOf: flags.asOf }),
  ...(flags.reason !== undefined && { reason: flags.reason }),
});

async function runWaitingSweep(cli: Cli, flags: SweepFlags): Promise<void> {
  const { app, signal } = cli;
  const startedAt = app.clock.elapsedMs();
  const progress = new Progress(cli.streams.err, 'accounts', startedAt);
  const open = await listUnderWay(app.db);
  const worker = await OwnWorker.start(cli, app, flags.work === true);
  try {
    let last = { done: 0, total: 0 };
    const waited = await sweepUntilDone(
      { ...app.sweepDeps, clock: app.clock },
      {
        ...requestOf(cli, flags),
        open,
        ...(flags.timeout !== undefined && { timeoutMs: flags.timeout }),
        onProgress: (state) => {
          last = state;
          progress.show(state, app.clock.elapsedMs());
        },
      },
    );
    if (last.total > 0) progress.end(last, app.clock.elapsedMs());
    const timeoutAt = startedAt + (flags.timeout ?? Infinity);
    const isDone = waited.outcome === 'done';
    if (worker.works && isDone) await takeUpAll(cli, signal);
    const stayUntil = Math.min(startedAt + app.config.backfillStayMs, timeoutAt);
    const left = isDone ? await stayWithOpenBackfills(cli, worker, stayUntil) : undefined;
    if (worker.works && isDone) await sendWhatCanBeSent(cli, signal, timeoutAt);
    progress.stop();
    await worker.finish();
    const remaining = isDone ? 0 : await countRemaining(app.db, waited);
    await reportWaited(cli, flags, { ...waited, remaining });
    if (left !== undefined && !flags.json) print(cli, openBackfill(left));
  } finally {
    progress.stop();
    await worker.end();
  }
}

/** What waited for a release is of nobody who is due: it is applied before this process ends. */
async function takeUpAll({ app }: Cli, signal: AbortSignal): Promise<void> {
  for (let look = 0; look < TAKE_UP_LOOKS; look += 1) {
    const { left } = await takeUpHeld(app.recordDeps, signal);
    if (left === 0 || signal.aborted) return;
    await app.clock.sleep(TAKE_UP_PAUSE_MS, signal);
  }
}

const TAKE_UP_LOOKS = 20;
const TAKE_UP_PAUSE_MS = 250;

/** For a part of the time between two sweeps, so that the next one begins when it should. */
async function stayWithOpenBackfills(
  { app, signal }: Cli,
  { name }: OwnWorker,
  deadline: number,
): Promise<number | undefined> {
  return name === undefined ? undefined : stayWithBackfills(app, { worker: name, deadline, signal });
}

/** No fault, so it is data: cron mails what is printed beside it. */
const openBackfill = (id: number): string =>
  `backfill ${id} is open still: the next sweep goes on; "connects backfill resume ${id} --work" stays with it to its end`;

async function reportWaited(cli: Cli, flags: SweepFlags, waited: WaitedSweep): Promise<void> {
  const runs = await Promise.all(waited.runs.map((run) => countedRun(cli, run.id)));
  if (waited.outcome === 'timed-out') {
    cli.exitCode = EXIT.tryAgain;
    say(cli, `--timeout passed with ${counted(waited.remaining, 'account')} left: the next sweep goes on`);
  } else if (waited.outcome === 'interrupted')
    say(cli, `interrupted with ${counted(waited.remaining, 'account')} left: the next sweep goes on`);
  else if (runs.some((one) => one.counts.failed > 0 || one.run.state === 'failed'))
    cli.exitCode = EXIT.someFailed;
  else if (waited.outcome === 'stopped') cli.exitCode = EXIT.tryAgain;
  if (waited.outcome === 'stopped')
    say(cli, `stopped with ${counted(waited.remaining, 'account')} left: see "connects run list"`);
  if (runs.length === 0) return reportNothing(cli, flags, waited.asOf);
  if (flags.json)
    return printJson(cli, {
      outcome: waited.outcome,
      asOf: formatInstant(waited.asOf),
      remaining: waited.remaining,
      runs: runs.map(({ run, counts, end }) => ({ run: run.id, state: run.state, ...counts, ...end })),
    });
  for (const { run, counts, end } of runs) print(cli, describeRun(screenOf(cli), run, counts, { end }));
}

/** A dry run needs neither Redis nor a worker, and leaves no run behind. */
async function previewToScreen(cli: Cli, flags: SweepFlags): Promise<void> {
  const { app, signal } = cli;
  const { config, clock } = app;
  const session = openRehearsal(required(config, 'databaseUrl'));
  const progress = new Progress(cli.streams.err, 'accounts', clock.elapsedMs());
  try {
    const preview = await previewSweep(
      { session, clock, settings: app.settleDeps.settings, settleGraceMs: config.settleGraceMs },
      {
        ...(flags.asOf !== undefined && { asOf: flags.asOf }),
        signal,
        onProgress: (state) => progress.show(state, clock.elapsedMs()),
      },
    );
    progress.stop();
    const { outcome, ...counts } = preview;
    if (outcome === 'interrupted') return say(cli, 'interrupted: nothing was written');
    if (counts.failed > 0) cli.exitCode = EXIT.someFailed;
    if (flags.json) return printJson(cli, { outcome, ...counts, asOf: formatInstant(counts.asOf) });
    return print(cli, describePreview(screenOf(cli), preview));
  } finally {
    progress.stop();
    await session.destroy();
  }
}

interface CountedRun {
  readonly run: FoundRun;
  readonly counts: RunCounts;
  readonly end: RunEnd;
}

async function countedRun({ app }: Cli, id: number): Promise<CountedRun> {
  const run = (await findRun(app.db, id)) as FoundRun;
  return { run, counts: await countRun(app.db, run), end: await readRunEnd(app.db, run) };
}

type FoundRun = NonNullable<Awaited<ReturnType<typeof findRun>>>;

/** A hold is somebody's decision and no failure: whoever calls this every minute is told, and not alarmed. */
function reportHeld(
  cli: Cli,
  flags: { json?: true },
  { asOf, hold }: { readonly asOf: Instant; readonly hold: LedgerHold },
): void {
  if (flags.json) return printJson(cli, { outcome: 'held', asOf: formatInstant(asOf), hold: holdJson(hold) });
  return print(cli, held(hold).message);
}

function reportNothing(cli: Cli, flags: { json?: true }, asOf: Instant): void {
  if (flags.json)
    return printJson(cli, { outcome: 'nothing-due', asOf: formatInstant(asOf), remaining: 0, runs: [] });
  return print(cli, `nothing is due as of ${formatInstant(asOf)}`);
}
