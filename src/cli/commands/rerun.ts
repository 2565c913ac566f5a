/** rerun: a new run over exactly those that were put aside, as of now. */
import { type Command, InvalidArgumentError } from 'commander';
import { required, requireServers } from '../../config.ts';
import { openRehearsal } from '../../db/rehearsal.ts';
import { formatInstant } from '../../domain/calendar.ts';
import { ConnectsError, invalidInput } from '../../errors.ts';
import type { PutAsideFilter } from '../../ledger/put-aside.ts';
import { previewRerun } from '../../operations/runs/preview-sweep.ts';
import { type RerunOutcome, openRerun } from '../../operations/runs/rerun.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { requireIntent } from '../intent.ts';
import {
  actorFlag,
  dryRunFlag,
  expectFlag,
  durationFlag,
  idFlag,
  jsonFlag,
  reasonFlag,
  withHelp,
  yesFlag,
} from '../options.ts';
import { Progress } from '../progress.ts';
import { requireRedis } from '../require-redis.ts';
import { requireSchema } from '../require-schema.ts';
import { describePreview } from '../run-text.ts';
import { screenOf } from '../screen.ts';
import { stayWith, submitOnly } from '../staying.ts';
import { counted, listOf } from '../words.ts';
import {
  type FilterFlags,
  accountsFileFlag,
  accountsFlag,
  errorFlag,
  readFilter,
} from '../failure-filter.ts';

interface RerunFlags extends FilterFlags {
  all?: true;
  expect?: number;
  wait?: true;
  work?: true;
  timeout?: number;
  dryRun?: true;
  yes?: true;
  actor?: string;
  reason?: string;
  json?: true;
}

export function addRerunCommand(program: Command, cli: Cli): void {
  const command = program
    .command('rerun')
    .description('settle those that were put aside, in a run of their own, as of now')
    .argument('[run]', 'the run that put them aside, or --all', runArgument)
    .option('--all', 'everybody who is put aside, whichever run did it')
    .addOption(errorFlag())
    .addOption(accountsFlag())
    .addOption(accountsFileFlag())
    .addOption(expectFlag('accounts'))
    .option('--wait', 'stay until nothing of it is left but what is put aside again')
    .option('--work', 'also settle and send meanwhile (implies --wait)')
    .option('--timeout <duration>', 'stop waiting after this long, exit 75 with work left', durationFlag)
    .addOption(dryRunFlag())
    .addOption(reasonFlag())
    .addOption(yesFlag())
    .addOption(actorFlag())
    .addOption(jsonFlag())
    .action((run: number | undefined, flags: RerunFlags) => runRerun(cli, run, flags));
  withHelp(
    command,
    'connects rerun 17 --error unknown-zone --wait --work --reason "zones are mended" --yes',
    [0, 2, 3, 4, 5, 6, 75, 130, 143],
  );
}

function runArgument(text: string): number {
  try {
    return idFlag(text);
  } catch {
    throw new InvalidArgumentError('expected the number of a run such as 17, or --all.');
  }
}

async function runRerun(cli: Cli, runId: number | undefined, flags: RerunFlags): Promise<void> {
  if ((runId === undefined) === (flags.all === undefined))
    throw invalidInput('usage', 'expected either the number of a run, or --all');
  const waits = flags.wait === true || flags.work === true;
  if (flags.timeout !== undefined && !waits)
    throw invalidInput('usage', '--timeout limits how long --wait or --work stays: add one of them');
  cli.limit(flags.timeout);
  const what = `rerun settles again whoever ${runId === undefined ? 'is put aside' : `run ${runId} put aside`}`;
  const reason = flags.dryRun ? (flags.reason ?? 'dry run') : requireIntent(what, flags);
  requireServers(cli.app.config, ['databaseUrl', 'redisUrl']);
  await requireSchema(cli.app);
  const filter = await readFilter(cli.app.db, runId, flags);
  if (!flags.dryRun) await requireRedis(cli.app);
  const opened = await openRerun(
    { db: cli.app.db, log: cli.app.log, settings: cli.app.config },
    {
      filter,
      actor: flags.actor ?? cli.defaultActor,
      reason,
      dryRun: flags.dryRun === true,
      expect: flags.expect,
    },
  );
  if (opened.outcome === 'nothing-put-aside') return reportNothing(cli, runId, flags);
  if (opened.outcome === 'previewed') return reportPreview(cli, flags, opened, filter);
  say(cli, `run ${opened.run.id} reruns ${counted(opened.accounts, 'account')} (${listOf(opened.byCode)})`);
  return waits ? stayWith(cli, flags, opened.run) : submitOnly(cli, flags, opened.run);
}

/** Of one run, that is "already complete"; of everybody, it is what one hopes for. */
function reportNothing(cli: Cli, runId: number | undefined, flags: RerunFlags): void {
  const narrowed = [flags.error, flags.account, flags.accountsFile].some((one) => one !== undefined)
    ? ' that matches'
    : '';
  if (runId !== undefined)
    throw new ConnectsError(
      'conflict',
      'nothing-put-aside',
      `nobody${narrowed} is put aside by run ${runId} (any more): see "connects failures list"`,
    );
  if (flags.json) return printJson(cli, { outcome: 'nothing-put-aside', accounts: 0 });
  return print(cli, `nobody${narrowed} is put aside: nothing to rerun`);
}

type Opened = Exclude<RerunOutcome, { outcome: 'nothing-put-aside' }>;

/** What it would come to is known only by settling: that is done, and rolled back. */
async function reportPreview(
  cli: Cli,
  flags: RerunFlags,
  opened: Opened,
  filter: PutAsideFilter,
): Promise<void> {
  const { run, accounts, byCode } = opened;
  const { config, clock, settleDeps } = cli.app;
  const session = openRehearsal(required(config, 'databaseUrl'));
  const progress = new Progress(cli.streams.err, 'accounts', clock.elapsedMs());
  try {
    const { outcome, ...preview } = await previewRerun(
      { session, clock, settings: settleDeps.settings, settleGraceMs: config.settleGraceMs },
      {
        filter,
        asOf: run.asOf,
        due: accounts,
        signal: cli.signal,
        onProgress: (state) => progress.show(state, clock.elapsedMs()),
      },
    );
    progress.stop();
    if (outcome === 'interrupted') return say(cli, 'interrupted: nothing was written');
    if (preview.failed > 0) cli.exitCode = EXIT.someFailed;
    const asOf = formatInstant(run.asOf);
    if (flags.json)
      return printJson(cli, {
        outcome,
        accounts,
        byCode,
        would: {
          ...preview,
          asOf,
        },
        asOf,
      });
    say(cli, `put aside with: ${listOf(byCode)}`);
    return print(cli, describePreview(screenOf(cli), { ...preview, outcome }));
  } finally {
    progress.stop();
    await session.destroy();
  }
}
