/** hold and release: the ledger, or all mail, kept still by one line; and let go. */
import { type Command, Option } from 'commander';
import { shownNow } from '../../db/query.ts';
import { ConnectsError } from '../../errors.ts';
import { countDue } from '../../ledger/accounts.ts';
import { heldWords } from '../../ledger/ledger-hold.ts';
import { listOpenRuns } from '../../ledger/runs.ts';
import { holdLedger, releaseLedger } from '../../operations/settling/hold-ledger.ts';
import { holdJson } from '../../json/holds.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { actorFlag, dryRunFlag, jsonFlag, reasonFlag, withHelp, yesFlag } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { counted, formatAge } from '../words.ts';
import { holdAllMail, releaseAllMail } from './mail-hold.ts';

interface HoldFlags {
  mail?: true;
  actor?: string;
  reason?: string;
  dryRun?: true;
  json?: true;
}

export function addHoldCommands(program: Command, cli: Cli): void {
  const hold = withFlags(
    program
      .command('hold')
      .description(
        'stop everything: nothing is settled, granted, backfilled or reversed until "connects release"',
      ),
    'hold all mail instead, as "connects notices hold"',
  ).action((flags: HoldFlags) => runHold(cli, flags));
  withHelp(hold, 'connects hold --reason "wrong terms"', [0, 2, 4, 5, 75]);
  const release = withFlags(
    program.command('release').description('end a hold: whatever it stopped goes on by itself'),
    'let mail flow again instead, as "connects notices release"',
  ).action((flags: HoldFlags) => runRelease(cli, flags));
  withHelp(release, 'connects release --reason "terms are mended"', [0, 2, 5, 75]);
}

const withFlags = (command: Command, mail: string): Command =>
  command
    .addOption(reasonFlag())
    .addOption(new Option('--mail', mail))
    .addOption(actorFlag())
    .addOption(dryRunFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag());

async function runHold(cli: Cli, flags: HoldFlags): Promise<void> {
  const { app } = cli;
  const { reason } = flags;
  if (flags.mail) return holdAllMail(cli, flags);
  if (reason === undefined)
    throw new ConnectsError(
      'refused',
      'reason-missing',
      'hold: whoever meets it is told why: say --reason TEXT',
    );
  await requireSchema(app);
  const dryRun = flags.dryRun === true;
  const hold = await holdLedger(app, { actor: flags.actor ?? cli.defaultActor, reason, dryRun });
  const due = await countDue(app.db, await shownNow(app.db));
  const runs = (await listOpenRuns(app.db)).length;
  if (flags.json) return printJson(cli, { held: true, dryRun, hold: holdJson(hold), due, openRuns: runs });
  if (dryRun) return print(cli, `the ledger would be held: ${stopped(due, runs)} (dry run: nothing changed)`);
  print(cli, `${heldWords(hold)}; what was in flight has ended: ${stopped(due, runs)}`);
  return say(cli, 'events are taken in meanwhile, and wait; "connects release --reason TEXT" ends it');
}

const stopped = (due: number, runs: number): string =>
  `${counted(due, 'account waits', 'accounts wait')}, ${counted(runs, 'run stays', 'runs stay')} open`;

async function runRelease(cli: Cli, flags: HoldFlags): Promise<void> {
  const { app } = cli;
  if (flags.mail) return releaseAllMail(cli, flags);
  await requireSchema(app);
  const { actor = cli.defaultActor, reason = null } = flags;
  const dryRun = flags.dryRun === true;
  const hold = await releaseLedger(app, { actor, reason, dryRun });
  if (flags.json) return printJson(cli, { held: false, dryRun, hold: holdJson(hold) });
  const age = formatAge(Math.max(0, (await shownNow(app.db)) - hold.heldAt) / 1_000);
  const was = `it was held for ${age} by ${hold.actor}: ${hold.reason}`;
  if (dryRun) return print(cli, `the ledger would be released; ${was} (dry run: nothing changed)`);
  print(cli, `the ledger is released; ${was}`);
  return say(cli, 'workers, ticks and the next sweep go on with all of it; "connects due" falls to nothing');
}
