/** backfill start, and retry: the same again for the accounts that failed. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { required } from '../../config.ts';
import { shownNow } from '../../db/query.ts';
import { openRehearsal } from '../../db/rehearsal.ts';
import { parseWindow } from '../../domain/corrections/window.ts';
import { invalidInput } from '../../errors.ts';
import { requireExpected } from '../../expecting.ts';
import type { Backfill, BackfillAsked } from '../../ledger/backfills.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import type { Notify } from '../../ledger/runs.ts';
import type { BackfillPlan } from '../../operations/backfills/backfill-plan.ts';
import {
  type StartRequest,
  needsApproval,
  requireNoOverlap,
  requireSamePlan,
  startBackfill,
} from '../../operations/backfills/backfill.ts';
import { askForRetry } from '../../operations/backfills/retry-backfill.ts';
import { rehearseBackfill } from '../../operations/backfills/rehearse-backfill.ts';
import { type AskedFlags, askedOf, askedOptions, makePlan } from '../backfill-asked.ts';
import { planJson } from '../../json/backfills.ts';
import { reportBackfill } from '../backfill-report.ts';
import { approvalWords, describeItems, describePlan } from '../backfill-text.ts';
import {
  type WaitFlags,
  requireForWork,
  requireWaiting,
  stayWith,
  waitOptions,
} from '../backfill-waiting.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { requireIntent } from '../intent.ts';
import {
  actorFlag,
  dryRunFlag,
  expectFlag,
  idFlag,
  jsonFlag,
  notifyFlag,
  reasonFlag,
  textFlag,
  withHelp,
  yesFlag,
  zoneFlag,
} from '../options.ts';
import { rateFlag } from './backfill-change.ts';
import { screenOf } from '../screen.ts';

interface BeginFlags extends WaitFlags {
  expect?: number;
  dryRun?: true;
  yes?: true;
  actor?: string;
  reason?: string;
}

interface StartFlags extends AskedFlags, BeginFlags {
  planHash?: string;
  notify?: Notify;
  rate?: number;
  between?: { opens: string; closes: string };
  zone?: string;
  json?: true;
}

export function addBackfillStart(backfill: Command, cli: Cli): void {
  const start = askedOptions(
    backfill.command('start').description('grant them: any worker works on it, live sweeps go first'),
  )
    .option('--plan-hash <hash>', 'refuse when the plan is no longer this one', textFlag(HASH_LENGTH_MAX))
    .addOption(notifyFlag('the cycles that are backfilled'))
    .addOption(new Option('--rate <n/s>', 'accounts a second at the most').argParser(rateFlag))
    .option('--between <from-to>', 'work on it only from one local time to another', windowFlag)
    .option('--zone <zone>', 'of --between: an IANA time zone (default: UTC)', zoneFlag);
  const shared = [0, 2, 3, 4, 5, 6, 75, 130, 143];
  withHelp(
    beginOptions(start).action((flags: StartFlags) => runStart(cli, flags)),
    'connects backfill start --from 2021-01-01 --to 2021-03-31 --plan-hash 3f… --reason "imported late" --yes --work',
    shared,
  );
  const retry = backfill
    .command('retry')
    .description('start another one for the accounts that failed, asked and paced as the first')
    .argument('<id>', 'the number of the backfill', idFlag);
  withHelp(
    beginOptions(retry).action((id: number, flags: BeginFlags) => runRetry(cli, id, flags)),
    'connects backfill retry 3 --reason "their zones are mended" --yes --work',
    shared,
  );
}

const beginOptions = (command: Command): Command =>
  waitOptions(command)
    .addOption(expectFlag('accounts with something to be granted'))
    .addOption(dryRunFlag())
    .addOption(reasonFlag())
    .addOption(yesFlag())
    .addOption(actorFlag())
    .addOption(jsonFlag());

const HASH_LENGTH_MAX = 64;

function windowFlag(text: string): { opens: string; closes: string } {
  const window = parseWindow(text);
  if (!window) throw new InvalidArgumentError('expected two different times, such as 22:00-05:00.');
  return window;
}

async function runStart(cli: Cli, flags: StartFlags): Promise<void> {
  if (flags.zone !== undefined && flags.between === undefined)
    throw invalidInput('usage', '--zone is that of --between: add it');
  const { between, zone = 'UTC', planHash } = flags;
  return begin(cli, flags, {
    asked: () => askedOf(flags),
    notify: flags.notify ?? 'none',
    rate: flags.rate ?? null,
    ...(between && { window: { ...between, zone } }),
    ...(planHash !== undefined && { planHash }),
  });
}

async function runRetry(cli: Cli, id: number, flags: BeginFlags): Promise<void> {
  await requireForWork(cli, flags.work === true && !flags.dryRun);
  const { asked, ...about } = await askForRetry(cli.app.db, id);
  return begin(cli, flags, { ...about, asked: () => Promise.resolve(asked) });
}

/** What is asked for is read late, from a file or the database: first, it is looked whether anything may be done. */
type Beginning = Omit<StartRequest, 'plan' | 'approvalOver' | 'actor' | 'reason'> & {
  readonly asked: () => Promise<BackfillAsked>;
};

async function begin(cli: Cli, flags: BeginFlags, { asked: ask, ...about }: Beginning): Promise<void> {
  const { app } = cli;
  const waits = requireWaiting(flags);
  const asked = await ask();
  const reason = flags.dryRun
    ? (flags.reason ?? 'dry run')
    : requireIntent('a backfill grants Connects for past cycles', flags);
  await requireForWork(cli, flags.work === true && !flags.dryRun);
  if (!flags.dryRun) await requireReleased(app.db);
  const plan = await makePlan(cli, asked);
  requireExpected(flags.expect, plan.accounts, 'account');
  const actor = flags.actor ?? cli.defaultActor;
  const request = { ...about, plan, approvalOver: app.config.backfillApprovalOver, actor, reason };
  if (flags.dryRun) return rehearseStart(cli, flags, request);
  requireSamePlan(request);
  // Nothing may be left because another one is granting it at this moment.
  await requireNoOverlap(app.db, asked);
  if (plan.cycles + plan.recorded === 0) return reportNothing(cli, flags, plan);
  const backfill = await startBackfill(app, request);
  const { id } = backfill;
  say(cli, `backfill ${id} is started: "connects backfill show ${id}" tells how far it is`);
  if (waits) return stayWith(cli, flags, id);
  say(cli, await whoGoesOn(cli, backfill));
  return reportBackfill(cli, flags, backfill);
}

/** Who works on it, now that this process does not. */
async function whoGoesOn({ app }: Cli, backfill: Backfill): Promise<string> {
  if (backfill.state === 'awaiting-approval') return approvalWords(backfill);
  const workers = app.config.redisUrl === undefined ? undefined : await countWorkers(app);
  if (workers !== undefined && workers > 0) return 'a worker is there, and works on it';
  const none =
    workers === 0 ? 'no worker is there now' : 'whether a worker is there cannot be told without Redis';
  return `${none}: it waits for a worker, the next "connects sweep --work", or "connects backfill resume ${backfill.id} --work"`;
}

async function countWorkers({ db, inspector }: Cli['app']): Promise<number | undefined> {
  try {
    const queues = await inspector.readQueues(await shownNow(db));
    return queues.find((one) => one.queue === 'settle')?.workers;
  } catch {
    return undefined;
  }
}

function reportNothing(cli: Cli, flags: { json?: true }, plan: BackfillPlan): void {
  if (flags.json) return printJson(cli, { outcome: 'nothing-to-grant', ...planJson(plan) });
  return print(cli, describePlan(screenOf(cli), plan));
}

/** The real path, batch by batch, each undone. */
async function rehearseStart(cli: Cli, flags: { json?: true }, request: StartRequest): Promise<void> {
  const session = openRehearsal(required(cli.app.config, 'databaseUrl'));
  try {
    const items = await rehearseBackfill({ ...cli.app.settleDeps, session }, request, cli.signal);
    if (items.some((one) => one.state === 'failed')) cli.exitCode = EXIT.someFailed;
    const waits = needsApproval(request);
    if (flags.json)
      return printJson(cli, { outcome: 'previewed', needsApproval: waits, ...planJson(request.plan), items });
    const lines = ['dry run: nothing was written', ...describeItems(items)];
    return print(
      cli,
      [...lines, ...(waits ? ['it would wait for the approval of a second person'] : [])].join('\n'),
    );
  } finally {
    await session.destroy();
  }
}
