/** Staying with a backfill: waiting for its end, and working on it meanwhile. */
import type { Command } from 'commander';
import { requireServers } from '../config.ts';
import { invalidInput } from '../errors.ts';
import { type WaitedBackfill, backfillUntilDone } from '../operations/backfills/backfill-until-done.ts';
import { sweep } from '../operations/runs/sweep.ts';
import { goesOnFrom } from '../json/backfills.ts';
import { reportBackfill } from './backfill-report.ts';
import { approvalWords, goesOnWords } from './backfill-text.ts';
import { shownNow } from '../db/query.ts';
import { type Cli, say } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { durationFlag } from './options.ts';
import { OwnWorker } from './own-worker.ts';
import { Progress } from './progress.ts';
import { requireRedis } from './require-redis.ts';
import { requireSchema } from './require-schema.ts';
import { sendWhatCanBeSent } from './sending.ts';

export interface WaitFlags {
  wait?: true;
  work?: true;
  timeout?: number;
  json?: true;
}

export const waitOptions = (command: Command): Command =>
  command
    .option('--wait', 'stay until it has ended, or must wait for its window or an approval')
    .option('--work', 'also work on it meanwhile, and settle and send (implies --wait)')
    .option('--timeout <duration>', 'stop waiting after this long, exit 75 with work left', durationFlag);

/** Whether it waits at all. */
export function requireWaiting(flags: WaitFlags): boolean {
  const waits = flags.wait === true || flags.work === true;
  if (flags.timeout !== undefined && !waits)
    throw invalidInput('usage', '--timeout limits how long --wait or --work stays: add one of them');
  return waits;
}

/** The schema, and what working needs besides, before anything is changed. */
export async function requireForWork({ app }: Cli, works: boolean): Promise<void> {
  if (works) requireServers(app.config, ['databaseUrl', 'redisUrl']);
  await requireSchema(app);
  if (works) await requireRedis(app);
}

export async function stayWith(cli: Cli, flags: WaitFlags, id: number): Promise<void> {
  const { app, signal } = cli;
  cli.limit(flags.timeout);
  const progress = new Progress(cli.streams.err, 'accounts', app.clock.elapsedMs());
  const worker = await OwnWorker.start(cli, app, flags.work === true);
  const helpSweep = (): Promise<unknown> =>
    sweep(app.sweepDeps, { source: 'command', actor: cli.defaultActor, signal });
  try {
    const waited = await backfillUntilDone(app, {
      id,
      signal,
      onProgress: (state) => progress.show(state, app.clock.elapsedMs()),
      ...(flags.timeout !== undefined && { timeoutMs: flags.timeout }),
      ...(worker.works && { helpSweep }),
    });
    progress.stop();
    if (waited.outcome !== 'ended') await sayWhy(cli, waited);
    if (worker.works && waited.outcome === 'ended') await sendWhatCanBeSent(cli, signal);
    await worker.finish();
    await reportBackfill(cli, flags, waited.backfill);
  } finally {
    progress.stop();
    await worker.end();
  }
}

/** Why it goes no further for now, and what goes on with it. */
async function sayWhy(cli: Cli, { outcome, backfill }: WaitedBackfill): Promise<void> {
  if (outcome === 'timed-out' || outcome === 'outside-window' || outcome === 'awaiting-approval')
    cli.exitCode = EXIT.tryAgain;
  if (outcome === 'awaiting-approval') return say(cli, approvalWords(backfill));
  if (outcome === 'outside-window') {
    const goesOnAt = goesOnFrom(backfill, await shownNow(cli.app.db));
    return say(cli, `it is outside of its window${goesOnAt === null ? '' : `: ${goesOnWords(goesOnAt)}`}`);
  }
  const { id } = backfill;
  return say(
    cli,
    outcome === 'paused'
      ? `somebody paused it: "connects backfill resume ${id} --work" goes on`
      : `${outcome === 'interrupted' ? 'interrupted' : '--timeout passed with work left'}: a worker, the next ` +
          `"connects sweep --work", or "connects backfill resume ${id} --work" goes on`,
  );
}
