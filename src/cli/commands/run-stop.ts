/** run stop: a run submits no more, and its jobs do nothing. */
import type { Command } from 'commander';
import { stopJson } from '../../json/runs.ts';
import { findRun } from '../../ledger/runs.ts';
import { STOPPING_MS, closeRunIfDone } from '../../operations/runs/close-run.ts';
import { type StopOutcome, stopRun } from '../../operations/runs/stop-run.ts';
import { countRun } from '../../reports/run-counts.ts';
import { readRunEnd } from '../../reports/run-end.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { actorFlag, dryRunFlag, idFlag, jsonFlag, reasonFlag, withHelp, yesFlag } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { describeRun } from '../run-text.ts';
import { screenOf } from '../screen.ts';
import { counted } from '../words.ts';

interface StopFlags {
  reason?: string;
  actor?: string;
  dryRun?: true;
  json?: true;
}

/** How often it is looked whether what is in flight has ended. */
const LOOK_MS = 250;
/** Beyond that, whoever comes next closes it. */
const STAY_MAX_MS = STOPPING_MS + 10_000;

export function addRunStop(run: Command, cli: Cli): void {
  const stop = run
    .command('stop')
    .description('submit no more for a run; say what is still in flight, and stay until that has ended')
    .argument('<id>', 'the number of the run', idFlag)
    .addOption(reasonFlag())
    .addOption(actorFlag())
    .addOption(dryRunFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((id: number, flags: StopFlags) => runStop(cli, id, flags));
  withHelp(stop, 'connects run stop 17 --reason "wrong terms"', [0, 2, 4, 5, 6, 75, 130, 143]);
}

async function runStop(cli: Cli, id: number, flags: StopFlags): Promise<void> {
  const { app } = cli;
  await requireSchema(app);
  const stopped = await stopRun(
    { db: app.db, log: app.log, queue: app.queue },
    {
      run: id,
      actor: flags.actor ?? cli.defaultActor,
      reason: flags.reason ?? null,
      dryRun: flags.dryRun === true,
    },
  );
  say(cli, sentenceOf(stopped, flags));
  if (flags.dryRun) {
    if (flags.json) printJson(cli, stopJson(stopped, 'previewed'));
    return;
  }
  await stayUntilClosed(cli, id);
  await report(cli, id, stopped, flags);
}

function sentenceOf({ run, remaining, inFlight, queued }: StopOutcome, flags: StopFlags): string {
  const jobs =
    inFlight === null
      ? 'Redis cannot be asked what is in flight'
      : `${counted(inFlight, 'job')} in flight, ${counted(queued ?? 0, 'job')} in the queue that will do nothing`;
  const what = flags.dryRun ? 'would stop' : 'stops';
  return `run ${run.id} ${what} with ${counted(remaining, 'account')} left, which stay due; ${jobs}`;
}

/** Batches that began before may still commit: they are counted, too. */
async function stayUntilClosed(cli: Cli, id: number): Promise<void> {
  const { app, signal } = cli;
  const until = app.clock.elapsedMs() + STAY_MAX_MS;
  while (app.clock.elapsedMs() < until && !signal.aborted) {
    if (await closeRunIfDone(app, { id })) return;
    await app.clock.sleep(LOOK_MS, signal);
  }
  say(cli, 'it is closed by the next worker or sweep');
}

async function report(cli: Cli, id: number, stopped: StopOutcome, flags: StopFlags): Promise<void> {
  const run = (await findRun(cli.app.db, id)) ?? stopped.run;
  const counts = await countRun(cli.app.db, run);
  const end = await readRunEnd(cli.app.db, run);
  if (flags.json) return printJson(cli, { ...stopJson(stopped, run.state), ...counts, ...end });
  print(cli, describeRun(screenOf(cli), run, counts, { end }));
  return say(
    cli,
    run.kind === 'sweep' && run.asked
      ? 'its accounts stay due: the next tick or sweep settles them'
      : run.kind === 'sweep'
        ? 'the next tick or sweep opens another run: to keep all still, stop the scheduler, or suspend the cron job'
        : 'its accounts stay put aside: "connects rerun --all" takes them up again',
  );
}
