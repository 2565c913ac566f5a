/** Staying with a run over a list, of a rerun or a sweep, until it is closed; or only submitting it. */
import { formatInstant } from '../domain/calendar.ts';
import type { Run } from '../ledger/runs.ts';
import { type WatchedRun, runUntilClosed, watchedAgain } from '../operations/runs/run-until-closed.ts';
import { submitLeft } from '../operations/runs/sweep.ts';
import { countRun } from '../reports/run-counts.ts';
import { readRunEnd } from '../reports/run-end.ts';
import { type Cli, print, printJson, say } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { OwnWorker } from './own-worker.ts';
import { Progress } from './progress.ts';
import { describeRun } from './run-text.ts';
import { screenOf } from './screen.ts';
import { sendWhatCanBeSent } from './sending.ts';
import { counted } from './words.ts';

export interface StayFlags {
  readonly work?: true;
  readonly timeout?: number;
  readonly json?: true;
}

/** Enqueues its accounts, and leaves them to workers. */
export async function submitOnly(cli: Cli, flags: StayFlags, run: Run, told: object = {}): Promise<void> {
  const submitted = await submitLeft(cli.app.sweepDeps, run, cli.signal);
  if (flags.json)
    return printJson(cli, {
      outcome: 'opened',
      run: run.id,
      asOf: formatInstant(run.asOf),
      submitted,
      ...told,
    });
  return print(
    cli,
    `run ${run.id} opened as of ${formatInstant(run.asOf)}: ${counted(submitted, 'job')} submitted`,
  );
}

/**
 * Stays until it is closed, works on it where --work says so, and reports.
 * @param told what else --json says
 */
export async function stayWith(cli: Cli, flags: StayFlags, run: Run, told: object = {}): Promise<void> {
  const { app, signal } = cli;
  const startedAt = app.clock.elapsedMs();
  const progress = new Progress(cli.streams.err, 'accounts', startedAt);
  const worker = await OwnWorker.start(cli, app, flags.work === true);
  try {
    const watched = await runUntilClosed({ ...app.sweepDeps, clock: app.clock }, run, {
      ...(flags.timeout !== undefined && { timeoutMs: flags.timeout }),
      signal,
      onProgress: (state) => progress.show(state, app.clock.elapsedMs()),
    });
    progress.stop();
    if (worker.works && watched.outcome === 'done')
      await sendWhatCanBeSent(cli, signal, startedAt + (flags.timeout ?? Infinity));
    await worker.finish();
    await reportWatched(cli, flags, await watchedAgain(app.db, watched), told);
  } finally {
    progress.stop();
    await worker.end();
  }
}

async function reportWatched(cli: Cli, flags: StayFlags, watched: WatchedRun, told: object): Promise<void> {
  const { run, outcome, remaining } = watched;
  const counts = await countRun(cli.app.db, run);
  const end = await readRunEnd(cli.app.db, run);
  if (outcome === 'timed-out' || outcome === 'interrupted')
    say(
      cli,
      `${outcome === 'timed-out' ? '--timeout passed' : 'interrupted'} with ${counted(remaining, 'account')} left: the next sweep goes on`,
    );
  if (outcome === 'timed-out' || run.state === 'stopped' || run.state === 'stopping')
    cli.exitCode = EXIT.tryAgain;
  else if (outcome !== 'interrupted' && (counts.failed > 0 || run.state === 'failed'))
    cli.exitCode = EXIT.someFailed;
  if (flags.json)
    return printJson(cli, { outcome, run: run.id, state: run.state, ...counts, ...end, ...told });
  return print(cli, describeRun(screenOf(cli), run, counts, { end }));
}
