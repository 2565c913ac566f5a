/** due: asking what a sweep would find. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { aheadJson, dueJson } from '../../json/due.ts';
import { PLAN_NAMES } from '../../domain/terms.ts';
import { held } from '../../ledger/ledger-hold.ts';
import { resolveAsOf } from '../../operations/runs/as-of.ts';
import { lookAtDue } from '../../operations/upkeep/look-at-due.ts';
import { AHEAD_MAX_DAYS, countDueAhead } from '../../reports/due-ahead.ts';
import { type Cli, formatTable, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { durationFlag, instantFlag, jsonFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { counted, formatAge, formatCount } from '../words.ts';
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
      'exit 3 when the oldest has been due for longer than this',
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
  const oldestAgeSeconds = Math.round(due.oldestAgeMs / 1_000);
  if (flags.failOver !== undefined && due.oldestAgeMs > flags.failOver) cli.exitCode = EXIT.someFailed;
  if (cli.exitCode === EXIT.someFailed)
    say(cli, `the oldest has been due for ${formatAge(oldestAgeSeconds)}, longer than --fail-over allows`);
  if (flags.json) return printJson(cli, dueJson(due));
  if (hold) print(cli, held(hold).message);
  if (accounts === 0) return print(cli, `nothing is due as of ${formatInstant(asOf)}`);
  print(
    cli,
    `${counted(accounts, 'account is', 'accounts are')} due as of ${formatInstant(asOf)}, ` +
      `the oldest for ${formatAge(oldestAgeSeconds)}`,
  );
  if (busy)
    print(
      cli,
      `${counted(busy, 'of them is', 'of them are')} held up by locks of somebody else: see "connects doctor"`,
    );
  return print(
    cli,
    formatTable(
      ['plan', 'accounts', 'oldest (UTC)'],
      plans.map((one) => [one.plan, one.accounts, formatInstant(one.oldestAt)]),
    ),
  );
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
  return print(
    cli,
    formatTable(
      ['day (UTC)', ...PLAN_NAMES, 'accounts', 'Connects'],
      ahead.days.map(({ on, due, accounts, connects }) => [
        on,
        ...PLAN_NAMES.map((plan) => due[plan] ?? 0),
        accounts,
        formatCount(connects),
      ]),
    ),
  );
}
