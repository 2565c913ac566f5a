/** reverse-run: taking back what a run granted, by new entries only. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { required } from '../../config.ts';
import { openRehearsal } from '../../db/rehearsal.ts';
import { PLAN_NAMES, type PlanName } from '../../domain/terms.ts';
import { ConnectsError, invalidInput } from '../../errors.ts';
import {
  GRANT_CODES,
  type GrantCode,
  type GrantFilter,
  type GrantSource,
  listReversalsOf,
} from '../../ledger/run-grants.ts';
import { requireAccounts } from '../../operations/accounts/require-known.ts';
import { type ReverseOutcome, readReversal } from '../../operations/reversals/reversal-sum.ts';
import { rehearseReversal, reverseRun } from '../../operations/reversals/reverse-run.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { requireIntent } from '../intent.ts';
import { readIds } from '../id-file.ts';
import { withListFlags } from '../listing.ts';
import {
  accountListFlag,
  accountsFileFlag,
  actorFlag,
  dryRunFlag,
  expectFlag,
  idFlag,
  reasonFlag,
  withHelp,
  yesFlag,
} from '../options.ts';
import { Progress } from '../progress.ts';
import { requireSchema } from '../require-schema.ts';
import { type RightFlags, requireRightFlags, showAgainstRight } from './against-right.ts';
import { counted, formatCount, listOf } from '../words.ts';

interface ReverseFlags extends RightFlags {
  account?: string[];
  accountsFile?: string;
  plan?: PlanName;
  code?: GrantCode;
  expect?: number;
  notify: 'none' | 'each';
  termsVersion?: number;
  reason?: string;
  yes?: true;
  dryRun?: true;
  actor?: string;
}

export function addReverseRunCommand(program: Command, cli: Cli): void {
  const command = program
    .command('reverse-run')
    .description("take back a run's grants less its expiries; its cycles are then ready to be granted again")
    .argument(
      '<run>',
      'the number of the run; or "events": boundaries that events settled, of no run',
      sourceArgument,
    )
    .option('--terms-version <n>', 'with "events": those that were settled under this version', idFlag)
    .addOption(accountListFlag())
    .addOption(accountsFileFlag())
    .addOption(
      new Option('--plan <plan>', 'only cycles that were granted on this plan').choices([...PLAN_NAMES]),
    )
    .addOption(new Option('--code <code>', 'only cycles of this code').choices([...GRANT_CODES]))
    .addOption(
      new Option('--notify <how>', 'whether members are told: none, or each by an email')
        .choices(['none', 'each'])
        .default('none'),
    )
    .addOption(expectFlag('accounts'))
    .addOption(dryRunFlag())
    .addOption(reasonFlag())
    .addOption(yesFlag())
    .addOption(actorFlag())
    .option(
      '--against-right',
      'with --dry-run: who gains and who loses, once it is granted again, against a past right from the start',
    )
    .option(
      '--terms <terms>',
      'with --against-right: the right terms, by version or as a file (default: the latest version)',
    )
    .action((run: number | 'events', flags: ReverseFlags) => runReverse(cli, run, flags));
  withListFlags(command);
  withHelp(
    command,
    'connects reverse-run 17 --plan plus --reason "wrong terms" --yes',
    [0, 2, 3, 4, 5, 6, 75, 130, 143],
  ).addHelpText('after', FILTER_HELP);
}

const FILTER_HELP = `
With --account, --accounts-file, --plan or --code only that part of it is taken
back; the same run can be taken back again, for others: what was taken back
before is left alone, and said. What could not be taken, account by account, at
any time, with the number of the reversal:
"connects run accounts 18 --state short".

With --dry-run --against-right, each account's past is played again with the
right terms for these boundaries, and held against what comes of taking back and
granting again: counts, sums, the five who gain or lose most; all with --ndjson
or --csv.`;

function sourceArgument(text: string): number | 'events' {
  if (text === 'events') return text;
  try {
    return idFlag(text);
  } catch {
    throw new InvalidArgumentError('expected the number of a run such as 17, or "events".');
  }
}

function sourceOf(run: number | 'events', { termsVersion }: ReverseFlags): GrantSource {
  if ((run === 'events') !== (termsVersion !== undefined))
    throw invalidInput(
      'usage',
      'expected the number of a run, or "connects reverse-run events --terms-version N"',
    );
  return run === 'events' ? { eventsUnder: termsVersion as number } : { run };
}

async function runReverse(cli: Cli, run: number | 'events', flags: ReverseFlags): Promise<void> {
  const { app, signal } = cli;
  requireRightFlags(flags);
  const source = sourceOf(run, flags);
  const what = run === 'events' ? `events under terms version ${flags.termsVersion}` : `run ${run}`;
  const reason = flags.dryRun
    ? (flags.reason ?? 'dry run')
    : requireIntent(`reverse-run takes back what ${what} granted`, flags);
  await requireSchema(app);
  const filter = await filterOf(cli, flags);
  const progress = new Progress(cli.streams.err, 'accounts', app.clock.elapsedMs());
  const request = {
    source,
    filter,
    reason,
    actor: flags.actor ?? cli.defaultActor,
    expect: flags.expect,
    signal,
    notify: flags.notify,
    onProgress: (state: { done: number }) => progress.show(state, app.clock.elapsedMs()),
  };
  try {
    if (flags.againstRight) return await showAgainstRight(cli, request, flags, progress);
    const done = flags.dryRun
      ? await rehearsed(cli, request)
      : await reverseRun(app.settleDeps, request).catch((error: unknown) =>
          tellBefore(cli, run, flags, error),
        );
    progress.stop();
    report(cli, { run, what }, done, flags);
  } finally {
    progress.stop();
  }
}

/** @throws not-found `unknown-account`: a slip of the pen takes nothing back */
async function filterOf({ app }: Cli, flags: ReverseFlags): Promise<GrantFilter> {
  const { plan, code } = flags;
  const accounts = flags.accountsFile === undefined ? flags.account : await readIds(flags.accountsFile);
  await requireAccounts(app.db, accounts);
  return {
    ...(accounts && { accounts }),
    ...(plan !== undefined && { plan }),
    ...(code !== undefined && { code }),
  };
}

/** Of one run; a reversal takes back what the ones before it left. */
const REVERSALS_MAX = 1_000;

/** Who asks again for what was taken back already is told, as JSON, what that came to. @throws the same error */
async function tellBefore(
  cli: Cli,
  run: number | 'events',
  flags: ReverseFlags,
  error: unknown,
): Promise<never> {
  if (!flags.json || !(error instanceof ConnectsError) || error.code !== 'already-reversed') throw error;
  const { db } = cli.app;
  const reversals = [];
  const latest = await listReversalsOf(db, sourceOf(run, flags), { limit: REVERSALS_MAX });
  for (const reversal of latest.toReversed())
    reversals.push({ reversal, ...(await readReversal(db, reversal)) });
  printJson(cli, { run, outcome: error.code, reversals });
  throw error;
}

async function rehearsed(
  { app }: Cli,
  request: Parameters<typeof rehearseReversal>[1],
): Promise<ReverseOutcome> {
  const session = openRehearsal(required(app.config, 'databaseUrl'));
  try {
    return await rehearseReversal({ ...app.settleDeps, session }, request);
  } finally {
    await session.destroy();
  }
}

/** Accounts named one by one on a screen; --json has more. */
const SHOWN = 20;

function report(
  cli: Cli,
  { run, what }: { readonly run: number | 'events'; readonly what: string },
  done: ReverseOutcome,
  flags: ReverseFlags,
): void {
  if (done.failed.length > 0) cli.exitCode = EXIT.someFailed;
  if (done.outcome === 'interrupted') say(cli, 'interrupted: the same command goes on');
  if (flags.json) return printJson(cli, { run, ...done });
  const { accounts, cycles, taken, givenBack, notTaken, short, shortAccounts, failed, lapsed, before } = done;
  const would = done.outcome === 'previewed' ? 'dry run: nothing was written; ' : '';
  print(
    cli,
    [
      `${would}${what}: ${counted(cycles, 'cycle')} of ${counted(accounts, 'account')} reversed` +
        (done.reversal === null ? '' : ` by run ${done.reversal}`),
      `  connects  ${listOf({ 'taken back': taken, ...(givenBack > 0 && { 'given back': givenBack }) })}`,
      ...(before.cycles > 0
        ? [
            `  before    ${counted(before.cycles, 'cycle')} of ${counted(before.accounts, 'account')} reversed before, and left alone`,
          ]
        : []),
      ...(lapsed > 0 ? [`  left      ${formatCount(lapsed)}, expired since at later cycles`] : []),
      ...(notTaken > 0
        ? [`  not taken ${formatCount(notTaken)}, spent already by ${counted(shortAccounts, 'account')}`]
        : []),
      ...short.slice(0, SHOWN).map((one) => `            ${one.account}: ${formatCount(one.notTaken)}`),
      ...(shortAccounts > SHOWN
        ? [`            and ${formatCount(shortAccounts - SHOWN)} more${moreOf(done)}`]
        : []),
      ...failed.slice(0, SHOWN).map((one) => `  failed    ${one.account}: ${one.code}: ${one.message}`),
    ].join('\n'),
  );
  if (done.settled > 0) say(cli, settledOnTheWay(done));
  return say(
    cli,
    'to grant these cycles again: "connects backfill plan --include reversed --from DATE --to DATE"',
  );
}

/** Of a dry run nothing is kept. */
const moreOf = ({ reversal }: ReverseOutcome): string =>
  reversal === null
    ? ': --json lists them'
    : `: "connects run accounts ${reversal} --state short" lists them`;

/** Under wrong terms, these were settled wrongly too. */
const settledOnTheWay = ({ settled, termsVersion, reversal }: ReverseOutcome): string =>
  `${counted(settled, 'account')} ${settled === 1 ? 'was' : 'were'} due and had to be settled first, by terms version ` +
  `${termsVersion}: "connects reverse-run ${reversal ?? 'N'}" takes that back, too`;
