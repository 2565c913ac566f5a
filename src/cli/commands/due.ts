/** due: asking what a sweep would find. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Instant } from '../../domain/calendar.ts';
import { aheadJson, dueJson } from '../../json/due.ts';
import { PLAN_NAMES } from '../../domain/terms.ts';
import { held } from '../../ledger/ledger-hold.ts';
import { resolveAsOf } from '../../operations/runs/as-of.ts';
import { type Due, lookAtDue } from '../../operations/upkeep/look-at-due.ts';
import { AHEAD_MAX_DAYS, countDueAhead } from '../../reports/due-ahead.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { printTable } from '../listing.ts';
import { durationFlag, instantFlag, jsonFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { folded, timeOn } from '../prose.ts';
import { type Screen, type Words, screenOf, toned } from '../screen.ts';
import { when } from '../table.ts';
import { counted, formatAge } from '../words.ts';
import { reportsFrom } from '../reading.ts';

interface DueFlags {
  asOf?: Instant;
  failOver?: number;
  ahead?: number;
  json?: true;
}

export function addDueCommand(program: Command, cli: Cli): void {
  const due = program
    .command('due')
    .description('how many accounts are due, since when, by plan')
    .option(
      '--as-of <instant>',
      'take this instant as now (default: the database clock less 2m)',
      instantFlag,
    )
    .option(
      '--fail-over <duration>',
      'exit 3 when somebody has been due, or put aside without an acknowledgement or a snooze, for longer than this',
      durationFlag,
    )
    .addOption(
      new Option('--ahead <duration>', 'who will be due per day, from today on: whole days, 31d at the most')
        .argParser(aheadFlag)
        .conflicts(['asOf', 'failOver']),
    )
    .addOption(jsonFlag())
    .action((flags: DueFlags) =>
      flags.ahead === undefined ? showDue(cli, flags) : showAhead(cli, flags, flags.ahead),
    );
  withHelp(due, 'connects due --fail-over 15m', [0, 2, 3, 75]);
}

async function showDue(cli: Cli, flags: DueFlags): Promise<void> {
  await requireSchema(cli.app);
  const asOf = await resolveAsOf({ db: cli.app.db, settings: cli.app.config }, flags.asOf);
  const due = await lookAtDue(cli.app, asOf);
  const { accounts, busy, hold, plans } = due;
  if (flags.failOver !== undefined) judge(cli, due, flags.failOver);
  if (flags.json) return printJson(cli, dueJson(due));
  const screen = screenOf(cli);
  if (hold) print(cli, folded(screen, toned('act', held(hold).message)));
  print(cli, folded(screen, dueWords(screen, due)));
  if (accounts === 0) return undefined;
  if (busy)
    print(
      cli,
      `${counted(busy, 'of them is', 'of them are')} held up by locks of somebody else: see "connects doctor"`,
    );
  return printTable(
    cli,
    ['plan', 'accounts', 'oldest (UTC)'],
    plans.map((one) => [one.plan, one.accounts, when(one.oldestAt)]),
  );
}

/** Who waits for longer than --fail-over allows: for a sweep, or for a person. */
function judge(cli: Cli, { oldestAgeMs, putAside }: Due, allowedMs: number): void {
  const late = [
    ...(oldestAgeMs > allowedMs ? [`the oldest has been due for ${ageOf(oldestAgeMs)}`] : []),
    ...(putAside.oldestOpenAgeMs > allowedMs
      ? [
          `${counted(putAside.open, 'account is', 'accounts are')} put aside and nobody has acknowledged it, ` +
            `the oldest for ${ageOf(putAside.oldestOpenAgeMs)}`,
        ]
      : []),
  ];
  for (const one of late) say(cli, `${one}, longer than --fail-over allows`);
  if (late.length > 0) cli.exitCode = EXIT.someFailed;
}

const ageOf = (ms: number): string => formatAge(Math.round(ms / 1_000));

/** Both counts in one line: that nothing is due does not mean that everybody is current. */
function dueWords(screen: Screen, { accounts, asOf, oldestAgeMs, putAside }: Due): Words {
  const at = timeOn(screen, asOf);
  const due =
    accounts === 0
      ? toned(putAside.accounts === 0 ? 'good' : undefined, `nothing is due as of ${at}`)
      : `${counted(accounts, 'account is', 'accounts are')} due as of ${at}, the oldest for ${ageOf(oldestAgeMs)}`;
  if (putAside.accounts === 0) return due;
  const aside = `${counted(putAside.accounts, 'account is', 'accounts are')} put aside`;
  return [due, '; ', toned('act', aside), ': see "connects failures list"'];
}

const DAY_MS = 86_400_000;

/** In days. @throws unless it is 1 to 31 whole days */
function aheadFlag(text: string): number {
  const days = durationFlag(text) / DAY_MS;
  if (!Number.isInteger(days) || days < 1 || days > AHEAD_MAX_DAYS)
    throw new InvalidArgumentError(`Whole days, such as 30d, and ${AHEAD_MAX_DAYS}d at the most.`);
  return days;
}

async function showAhead(cli: Cli, flags: DueFlags, days: number): Promise<void> {
  await requireSchema(cli.app);
  const ahead = await countDueAhead(await reportsFrom(cli), days);
  if (flags.json) return printJson(cli, aheadJson(ahead));
  const sum = (of: 'accounts' | 'connects'): number => ahead.days.reduce((total, day) => total + day[of], 0);
  print(
    cli,
    `${counted(sum('accounts'), 'account', 'accounts')} will be due within ${counted(days, 'day')}, ` +
      `and be granted ${counted(sum('connects'), 'Connect')}`,
  );
  return printTable(
    cli,
    ['day (UTC)', ...PLAN_NAMES, 'accounts', 'Connects'],
    ahead.days.map(({ on, due, accounts, connects }) => [
      on,
      ...PLAN_NAMES.map((plan) => due[plan] ?? 0),
      accounts,
      connects,
    ]),
  );
}
