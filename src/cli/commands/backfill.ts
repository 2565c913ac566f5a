/** backfill: cycles of the past that gave nothing, planned, granted, and watched. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { required, requireServers } from '../../config.ts';
import { BACKFILL_REASONS, type BackfillReason } from '../../domain/corrections/backfill.ts';
import { type LocalDate, formatInstant } from '../../domain/calendar.ts';
import { PLAN_NAMES, type PlanName } from '../../domain/terms.ts';
import { invalidInput } from '../../errors.ts';
import { requireExpected } from '../../expecting.ts';
import {
  type Backfill,
  type BackfillAsked,
  countBackfillAccounts,
  countBackfillItems,
  findBackfill,
  listFailedItems,
} from '../../ledger/backfills.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import type { Notify } from '../../ledger/runs.ts';
import { backfillUntilDone } from '../../operations/backfills/backfill-until-done.ts';
import { type BackfillPlan, planBackfill } from '../../operations/backfills/backfill-plan.ts';
import {
  type BackfillDeps,
  type ChangeRequest,
  cancelBackfill,
  pauseBackfill,
  requireNoOverlap,
  requireSamePlan,
  resumeBackfill,
  startBackfill,
  unknownBackfill,
} from '../../operations/backfills/backfill.ts';
import { rehearseBackfill } from '../../operations/backfills/rehearse-backfill.ts';
import { sweep } from '../../operations/runs/sweep.ts';
import { openRehearsal } from '../../db/rehearsal.ts';
import { describeBackfill, describeItems, describePlan } from '../backfill-text.ts';
import { addBackfillList } from './backfill-list.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readIds } from '../id-file.ts';
import { requireIntent } from '../intent.ts';
import {
  accountFlag,
  actorFlag,
  dateFlag,
  dryRunFlag,
  expectFlag,
  durationFlag,
  idFlag,
  jsonFlag,
  notifyFlag,
  reasonFlag,
  textFlag,
  withHelp,
  yesFlag,
} from '../options.ts';
import { Progress } from '../progress.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { requireRedis } from '../require-redis.ts';
import { requireSchema } from '../require-schema.ts';
import { sendWhatCanBeSent } from '../sending.ts';

/** Accounts that one backfill lists; more are chosen by plan, or are all. */
export const ACCOUNTS_MAX = 100_000;

interface AskedFlags {
  from: LocalDate;
  to: LocalDate;
  account?: string[];
  accountsFile?: string;
  plan?: PlanName;
  include?: BackfillReason[];
  json?: true;
}

interface WaitFlags {
  wait?: true;
  work?: true;
  timeout?: number;
}

interface StartFlags extends AskedFlags, WaitFlags {
  planHash?: string;
  expect?: number;
  notify?: Notify;
  rate?: number;
  dryRun?: true;
  yes?: true;
  actor?: string;
  reason?: string;
}

interface ChangeFlags {
  actor?: string;
  reason?: string;
  dryRun?: true;
  json?: true;
}

export function addBackfillCommands(program: Command, cli: Cli): void {
  const backfill = program.command('backfill').description('grant cycles of the past that gave nothing');
  const plan = askedOptions(
    backfill.command('plan').description('what it would grant: by reason, in Connects, five sample accounts'),
  )
    .addOption(jsonFlag())
    .action((flags: AskedFlags) => runPlan(cli, flags));
  withHelp(plan, 'connects backfill plan --from 2021-01-01 --to 2021-03-31', [0, 2, 6, 75]);
  addStart(backfill, cli);
  const show = backfill
    .command('show')
    .description('how far a backfill is, and what became of its cycles')
    .argument('<id>', 'the number of the backfill', idFlag)
    .addOption(jsonFlag())
    .action((id: number, flags: { json?: true }) => showOne(cli, id, flags));
  withHelp(show, 'connects backfill show 3', [0, 2, 6, 75]);
  addBackfillList(backfill, cli);
  addChange(backfill, cli, 'pause', 'grant no more until it is resumed', pauseBackfill);
  addChange(backfill, cli, 'cancel', 'end it; what is granted stays', cancelBackfill);
  const resume = waitOptions(
    addChange(backfill, cli, 'resume', 'go on, also where a worker died', resumeBackfill),
  );
  resume.action((id: number, flags: ChangeFlags & WaitFlags) => runResume(cli, id, flags));
}

function askedOptions(command: Command): Command {
  return command
    .requiredOption('--from <date>', 'the first cycle date, included', dateFlag)
    .requiredOption('--to <date>', 'the last cycle date, included', dateFlag)
    .addOption(
      new Option('--account <id...>', 'only these accounts')
        .argParser((text: string, before?: string[]) => [...(before ?? []), accountFlag(text)])
        .conflicts(['accountsFile', 'plan']),
    )
    .addOption(
      new Option('--accounts-file <file>', 'only the accounts of this file, one id a line').conflicts('plan'),
    )
    .addOption(new Option('--plan <plan>', 'only accounts that are on this plan').choices([...PLAN_NAMES]))
    .addOption(
      new Option(
        '--include <reason...>',
        'also cycles that were settled and gave nothing, or were reversed',
      ).choices([...BACKFILL_REASONS]),
    );
}

const waitOptions = (command: Command): Command =>
  command
    .option('--wait', 'stay until it has ended')
    .option('--work', 'also work on it meanwhile, and settle and send (implies --wait)')
    .option('--timeout <duration>', 'stop waiting after this long, exit 75 with work left', durationFlag);

const HASH_LENGTH_MAX = 64;

function addStart(backfill: Command, cli: Cli): void {
  const start = waitOptions(
    askedOptions(
      backfill.command('start').description('grant them: any worker works on it, live sweeps go first'),
    ),
  )
    .option('--plan-hash <hash>', 'refuse when the plan is no longer this one', textFlag(HASH_LENGTH_MAX))
    .addOption(expectFlag('accounts with something to be granted'))
    .addOption(notifyFlag('the cycles that are backfilled'))
    .addOption(new Option('--rate <n/s>', 'accounts a second at the most').argParser(rateFlag))
    .addOption(dryRunFlag())
    .addOption(reasonFlag())
    .addOption(yesFlag())
    .addOption(actorFlag())
    .addOption(jsonFlag())
    .action((flags: StartFlags) => runStart(cli, flags));
  withHelp(
    start,
    'connects backfill start --from 2021-01-01 --to 2021-03-31 --plan-hash 3f… --reason "imported late" --yes --work',
    [0, 2, 3, 4, 5, 6, 75, 130, 143],
  );
}

const RATE_MAX = 100_000;

function rateFlag(text: string): number {
  const rate = Number(/^(\d{1,6})(\/s)?$/.exec(text)?.[1]);
  if (!(rate >= 1 && rate <= RATE_MAX))
    throw new InvalidArgumentError('expected accounts a second, such as 50/s.');
  return rate;
}

async function askedOf(flags: AskedFlags): Promise<BackfillAsked> {
  const { from, to, plan, include = [] } = flags;
  if (from > to) throw invalidInput('usage', `--from ${from} is later than --to ${to}`);
  const listed = flags.accountsFile === undefined ? flags.account : await readIds(flags.accountsFile);
  const accounts = listed && [...new Set(listed)].toSorted();
  if (accounts && accounts.length > ACCOUNTS_MAX)
    throw invalidInput(
      'usage',
      `expected at most ${ACCOUNTS_MAX} accounts: choose by plan, or leave them all`,
    );
  return {
    from,
    to,
    ...(accounts && { accounts }),
    ...(plan !== undefined && { plan }),
    include: BACKFILL_REASONS.filter((one) => one !== 'absent' && include.includes(one)),
  };
}

// --------------------------------------------------------------------------------------------- plan, start

async function runPlan(cli: Cli, flags: AskedFlags): Promise<void> {
  const asked = await askedOf(flags);
  await requireSchema(cli.app);
  const plan = await makePlan(cli, asked);
  const command = commandOf(flags, plan);
  if (flags.json) return printJson(cli, { ...toJson(plan), command });
  return print(cli, describePlan(plan, command));
}

async function makePlan(cli: Cli, asked: BackfillAsked): Promise<BackfillPlan> {
  const { app, signal } = cli;
  const progress = new Progress(cli.streams.err, 'accounts looked at', app.clock.elapsedMs());
  try {
    const onProgress = (done: number): void => progress.show({ done }, app.clock.elapsedMs());
    return await planBackfill(app.db, { asked, signal, onProgress });
  } finally {
    progress.stop();
  }
}

/** The exact command that starts what the plan shows. */
function commandOf(flags: AskedFlags, { asked, hash }: BackfillPlan): string {
  return [
    `connects backfill start --from ${asked.from} --to ${asked.to}`,
    ...(flags.accountsFile === undefined ? [] : [`--accounts-file ${quoted(flags.accountsFile)}`]),
    ...(flags.account === undefined ? [] : accountFlags(asked.accounts ?? [])),
    ...(asked.plan === undefined ? [] : [`--plan ${asked.plan}`]),
    ...(asked.include.length === 0 ? [] : [`--include ${asked.include.join(' ')}`]),
    `--plan-hash ${hash} --work --reason "…" --yes`,
  ].join(' ');
}

/** An id that looks like a flag needs one of its own. */
const accountFlags = (ids: readonly string[]): string[] =>
  ids.map((id, index) => (index === 0 || id.startsWith('-') ? `--account ${id}` : id));

const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A list of many accounts is their number: they are the operator's own file. */
const toJson = ({ asked, ...plan }: BackfillPlan) => ({
  from: asked.from,
  to: asked.to,
  plan: asked.plan ?? null,
  include: asked.include,
  accountsAsked: asked.accounts?.length ?? null,
  ...plan,
});

async function runStart(cli: Cli, flags: StartFlags): Promise<void> {
  const { app } = cli;
  const waits = requireWaiting(flags);
  const asked = await askedOf(flags);
  const reason = flags.dryRun
    ? (flags.reason ?? 'dry run')
    : requireIntent('backfill start grants Connects for past cycles', flags);
  if (flags.work && !flags.dryRun) requireServers(app.config, ['databaseUrl', 'redisUrl']);
  await requireSchema(app);
  if (!flags.dryRun) await requireReleased(app.db);
  if (flags.work && !flags.dryRun) await requireRedis(app);
  const plan = await makePlan(cli, asked);
  requireExpected(flags.expect, plan.accounts, 'account');
  const request = {
    plan,
    reason,
    notify: flags.notify ?? 'none',
    rate: flags.rate ?? null,
    actor: flags.actor ?? cli.defaultActor,
    ...(flags.planHash !== undefined && { planHash: flags.planHash }),
  };
  if (flags.dryRun) return rehearseStart(cli, flags, request);
  requireSamePlan(request);
  // Nothing may be left because another one is granting it at this moment.
  await requireNoOverlap(app.db, asked);
  if (plan.cycles + plan.recorded === 0) return reportNothing(cli, flags, plan);
  const backfill = await startBackfill(app, request);
  say(cli, `backfill ${backfill.id} is started: "connects backfill show ${backfill.id}" tells how far it is`);
  return waits ? stayWith(cli, flags, backfill.id) : report(cli, flags, backfill);
}

function requireWaiting(flags: WaitFlags): boolean {
  const waits = flags.wait === true || flags.work === true;
  if (flags.timeout !== undefined && !waits)
    throw invalidInput('usage', '--timeout limits how long --wait or --work stays: add one of them');
  return waits;
}

function reportNothing(cli: Cli, flags: { json?: true }, plan: BackfillPlan): void {
  if (flags.json) return printJson(cli, { outcome: 'nothing-to-grant', ...toJson(plan) });
  return print(cli, describePlan(plan));
}

/** The real path, batch by batch, each undone. */
async function rehearseStart(
  cli: Cli,
  flags: StartFlags,
  request: Parameters<typeof rehearseBackfill>[1],
): Promise<void> {
  const session = openRehearsal(required(cli.app.config, 'databaseUrl'));
  try {
    const items = await rehearseBackfill({ ...cli.app.settleDeps, session }, request, cli.signal);
    if (items.some((one) => one.state === 'failed')) cli.exitCode = EXIT.someFailed;
    if (flags.json) return printJson(cli, { outcome: 'previewed', ...toJson(request.plan), items });
    return print(cli, ['dry run: nothing was written', ...describeItems(items)].join('\n'));
  } finally {
    await session.destroy();
  }
}

async function stayWith(cli: Cli, flags: WaitFlags & { json?: true }, id: number): Promise<void> {
  const { app, signal } = cli;
  cli.limit(flags.timeout);
  const progress = new Progress(cli.streams.err, 'accounts', app.clock.elapsedMs());
  const worker = flags.work ? await cli.processes.startWorker(app) : undefined;
  const helpSweep = (): Promise<unknown> =>
    sweep(app.sweepDeps, { source: 'command', actor: cli.defaultActor, signal });
  try {
    const waited = await backfillUntilDone(app, {
      id,
      signal,
      onProgress: (state) => progress.show(state, app.clock.elapsedMs()),
      ...(flags.timeout !== undefined && { timeoutMs: flags.timeout }),
      ...(worker && { helpSweep }),
    });
    progress.stop();
    if (waited.outcome === 'timed-out') cli.exitCode = EXIT.tryAgain;
    if (waited.outcome !== 'ended')
      say(cli, `${sayings[waited.outcome]}: "connects backfill resume ${id}" goes on`);
    if (worker && waited.outcome === 'ended') await sendWhatCanBeSent(cli, signal);
    await report(cli, flags, waited.backfill);
  } finally {
    progress.stop();
    await worker?.stop();
  }
}

const sayings = {
  paused: 'somebody paused it',
  interrupted: 'interrupted; workers go on with it',
  'timed-out': '--timeout passed with work left; workers go on with it',
} as const;

// --------------------------------------------------------------------------------------- show and changes

async function showOne(cli: Cli, id: number, flags: { json?: true }): Promise<void> {
  await requireSchema(cli.app);
  const backfill = await findBackfill(cli.app.db, id);
  if (!backfill) throw unknownBackfill(id);
  return report(cli, flags, backfill);
}

const FAILED_SHOWN = 20;

async function report(cli: Cli, flags: { json?: true }, backfill: Backfill): Promise<void> {
  const { db } = cli.app;
  const items = await countBackfillItems(db, backfill.id);
  const accounts = await countBackfillAccounts(db, backfill.id);
  const failed = await listFailedItems(db, backfill.id, FAILED_SHOWN);
  if (backfill.endedAt !== null && accounts.failed > 0) cli.exitCode = EXIT.someFailed;
  if (!flags.json) return print(cli, describeBackfill(backfill, items, accounts, failed));
  const { id, asked, createdAt, endedAt, workingUntil: _workingUntil, ...rest } = backfill;
  return printJson(cli, {
    backfill: id,
    from: asked.from,
    to: asked.to,
    plan: asked.plan ?? null,
    include: asked.include,
    accountsAsked: asked.accounts?.length ?? null,
    ...rest,
    createdAt: formatInstant(createdAt),
    endedAt: endedAt === null ? null : formatInstant(endedAt),
    done: accounts,
    items,
    failed,
  });
}

type Change = (deps: BackfillDeps, request: ChangeRequest) => Promise<Backfill>;

function addChange(backfill: Command, cli: Cli, name: string, what: string, change: Change): Command {
  const command = backfill
    .command(name)
    .description(what)
    .argument('<id>', 'the number of the backfill', idFlag)
    .addOption(reasonFlag())
    .addOption(dryRunFlag())
    .addOption(yesFlag())
    .addOption(actorFlag())
    .addOption(jsonFlag())
    .action((id: number, flags: ChangeFlags) => runChange(cli, id, flags, change));
  return withHelp(command, `connects backfill ${name} 3`, [0, 2, 5, 6, 75]);
}

async function runChange(cli: Cli, id: number, flags: ChangeFlags, change: Change): Promise<void> {
  await requireSchema(cli.app);
  return report(cli, flags, await changed(cli, id, flags, change));
}

async function changed(cli: Cli, id: number, flags: ChangeFlags, change: Change): Promise<Backfill> {
  const request = { id, actor: flags.actor ?? cli.defaultActor, reason: flags.reason ?? null };
  if (flags.dryRun) say(cli, 'dry run: nothing is written');
  return changeOrRehearse(cli, flags, (db) => change({ db, log: cli.app.log }, request));
}

async function runResume(cli: Cli, id: number, flags: ChangeFlags & WaitFlags): Promise<void> {
  const waits = requireWaiting(flags) && !flags.dryRun;
  if (flags.work) requireServers(cli.app.config, ['databaseUrl', 'redisUrl']);
  await requireSchema(cli.app);
  if (flags.work && waits) await requireRedis(cli.app);
  const backfill = await changed(cli, id, flags, resumeBackfill);
  return waits ? stayWith(cli, flags, id) : report(cli, flags, backfill);
}
