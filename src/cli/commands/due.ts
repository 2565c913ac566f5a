/** due: asking what a sweep would find. */
import type { Command } from 'commander';
import { shownNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { countDueByPlan } from '../../ledger/accounts.ts';
import { findLedgerHold, held } from '../../ledger/ledger-hold.ts';
import { resolveAsOf } from '../../operations/runs/as-of.ts';
import { listBusy } from '../../operations/upkeep/list-busy.ts';
import { type Cli, formatTable, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { holdOrNull } from '../hold-text.ts';
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
  const plans = await countDueByPlan(cli.app.db, asOf);
  const now = await shownNow(cli.app.db);
  const hold = await findLedgerHold(cli.app.db);
  const oldestAt = plans.length > 0 ? Math.min(...plans.map((one) => one.oldestAt)) : undefined;
  const oldestAgeMs = oldestAt === undefined ? 0 : Math.max(0, now - oldestAt);
  const oldestAgeSeconds = Math.round(oldestAgeMs / 1_000);
  if (flags.failOver !== undefined && oldestAgeMs > flags.failOver) cli.exitCode = EXIT.someFailed;
  if (cli.exitCode === EXIT.someFailed)
    say(cli, `the oldest has been due for ${formatAge(oldestAgeSeconds)}, longer than --fail-over allows`);
  const accounts = plans.reduce((sum, one) => sum + one.accounts, 0);
  const busy = oldestAgeMs > BUSY_AFTER_MS ? await countBusy(cli, asOf) : 0;
  if (flags.json)
    return printJson(cli, {
      asOf: formatInstant(asOf),
      accounts,
      busy,
      oldestAt: oldestAt === undefined ? null : formatInstant(oldestAt),
      oldestAgeSeconds,
      hold: holdOrNull(hold),
      plans: plans.map((one) => ({ ...one, oldestAt: formatInstant(one.oldestAt) })),
    });
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

/** Whoever is due for less is due because nobody has come to him yet. */
const BUSY_AFTER_MS = 30_000;
/** Redis is asked beside what the database says, and not waited for where it hangs. */
const REDIS_WAIT_MS = 1_000;

/** Null where Redis cannot be asked. */
async function countBusy({ app }: Cli, asOf: Instant): Promise<number | null> {
  if (app.config.redisUrl === undefined) return null;
  const asking = listBusy(app, asOf).then((busy) => busy.length);
  const answered = new AbortController();
  const late = app.clock.sleep(REDIS_WAIT_MS, answered.signal).then(() => null);
  try {
    return await Promise.race([asking.catch(() => null), late]);
  } finally {
    answered.abort();
  }
}
