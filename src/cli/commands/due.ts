/** due: asking what a sweep would find. */
import type { Command } from 'commander';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { dueJson } from '../../json/due.ts';
import { held } from '../../ledger/ledger-hold.ts';
import { resolveAsOf } from '../../operations/runs/as-of.ts';
import { lookAtDue } from '../../operations/upkeep/look-at-due.ts';
import { type Cli, formatTable, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { durationFlag, instantFlag, jsonFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { counted, formatAge } from '../words.ts';

interface DueFlags {
  asOf?: Instant;
  failOver?: number;
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
    .addOption(jsonFlag())
    .action((flags: DueFlags) => showDue(cli, flags));
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
