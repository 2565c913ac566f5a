/** events waiting: what could not be decided yet, why, and how an operator refuses it. */
import type { Command } from 'commander';
import { formatInstant } from '../../domain/calendar.ts';
import { refusedJson, waitingJson } from '../../json/waiting-events.ts';
import { type WaitingEvent, listWaitingEvents } from '../../ledger/event-waits.ts';
import { listPutAside } from '../../ledger/put-aside.ts';
import { type RefusedWaiting, refuseWaiting } from '../../operations/events/refuse-waiting.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { requireIntent } from '../intent.ts';
import { type ListFlags, type Listing, isForScripts, printList, withListFlags } from '../listing.ts';
import {
  actorFlag,
  countFlag,
  dryRunFlag,
  factFlag,
  jsonFlag,
  reasonFlag,
  withHelp,
  yesFlag,
} from '../options.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { requireSchema } from '../require-schema.ts';
import { when } from '../table.ts';
import { counted } from '../words.ts';
import { type FilterFlags, accountsFileFlag, accountsFlag, namedAccounts } from '../failure-filter.ts';

interface WaitingFlags extends ListFlags, Pick<FilterFlags, 'account' | 'accountsFile'> {
  limit: number;
}

interface RefuseFlags {
  reason?: string;
  yes?: true;
  dryRun?: true;
  actor?: string;
  json?: true;
}

export function addWaitingCommands(events: Command, cli: Cli): void {
  const waiting = events
    .command('waiting')
    .description(
      'events whose account cannot be brought current: they wait, and hold up all later ones of it',
    );
  const list = withListFlags(
    waiting
      .command('list')
      .description('which events wait, for which account, since when and why')
      .addOption(accountsFlag())
      .addOption(accountsFileFlag())
      .option('--limit <n>', 'how many', countFlag(1, 100_000), 1_000),
  ).action((flags: WaitingFlags) => listWaiting(cli, flags));
  withHelp(list, 'connects events waiting list --account a1', [0, 2, 75]);
  const refuse = waiting
    .command('refuse')
    .description('refuse an event that waits, and take up what waits behind it; the ledger stays as it is')
    .argument('<id>', 'the event, as "events waiting list" names it', factFlag)
    .addOption(reasonFlag())
    .addOption(dryRunFlag())
    .addOption(yesFlag())
    .addOption(actorFlag())
    .addOption(jsonFlag())
    .action((id: string, flags: RefuseFlags) => refuseOne(cli, id, flags));
  withHelp(
    refuse,
    'connects events waiting refuse e17 --reason "sent by mistake" --yes',
    [0, 2, 3, 4, 5, 6, 75],
  );
}

async function listWaiting(cli: Cli, flags: WaitingFlags): Promise<void> {
  await requireSchema(cli.app);
  const accounts = await namedAccounts(flags);
  const filter = accounts ? { accounts } : {};
  const found = await listWaitingEvents(cli.app.db, filter, flags.limit + 1);
  const shown = found.slice(0, flags.limit);
  if (found.length > shown.length)
    say(cli, `these are the first ${flags.limit}: see --limit, or --account ID for those of one`);
  await printList(cli, flags, shown, WAITING);
  if (shown.length === 0 || isForScripts(flags)) return;
  say(
    cli,
    'each account is held up by its first: mend what is wrong, or "connects events waiting refuse EVENT"',
  );
}

const MESSAGE_SHOWN = 80;

function whyOf({ behind, code, message }: WaitingEvent): string {
  if (behind !== null) return `behind ${behind}`;
  if (code === null) return 'not kept: an earlier version kept it waiting';
  const why = `${code}: ${message ?? ''}`;
  return why.length > MESSAGE_SHOWN ? `${why.slice(0, MESSAGE_SHOWN - 1)}…` : why;
}

const WAITING: Listing<WaitingEvent, ReturnType<typeof waitingJson>> = {
  toJson: waitingJson,
  fields: ['account', 'id', 'type', 'at', 'since', 'behind', 'code', 'message', 'token'],
  columns: [
    { name: 'account', cut: 'middle' },
    { name: 'event', cut: 'middle' },
    { name: 'type', drop: 1 },
    'since (UTC)',
    { name: 'token', drop: 3, cut: 'end' },
    { name: 'why', drop: 2, cut: 'end' },
  ],
  toRow: (one) => [
    one.account,
    one.id,
    one.type,
    when(one.since),
    one.token ? `${one.token.id} (${one.token.name})` : '',
    whyOf(one),
  ],
  none: 'no event waits',
};

async function refuseOne(cli: Cli, event: string, flags: RefuseFlags): Promise<void> {
  const reason = flags.dryRun
    ? (flags.reason ?? 'dry run')
    : requireIntent(`this refuses event ${event}`, flags);
  await requireSchema(cli.app);
  const actor = flags.actor ?? cli.defaultActor;
  const refused = await changeOrRehearse(cli, flags, (db) =>
    refuseWaiting({ ...cli.app.recordDeps, db }, { event, actor, reason }),
  );
  if (refused.stopped) cli.exitCode = EXIT.someFailed;
  if (flags.json) return printJson(cli, refusedJson(refused, flags.dryRun === true));
  tellRefused(cli, refused);
  if (flags.dryRun) return say(cli, 'dry run: nothing was written');
  return adviseRerun(cli, refused.account);
}

function tellRefused(cli: Cli, { account, event, alsoRefused, takenUp, stopped }: RefusedWaiting): void {
  print(cli, `event ${event} of ${account} is refused; nothing was posted for it`);
  if (alsoRefused.length > 0)
    print(cli, `with it ${counted(alsoRefused.length, 'event')} of the account that it would have opened`);
  for (const one of takenUp) print(cli, `event ${one.event}: ${one.outcome}`);
  if (stopped) print(cli, `event ${stopped.event} goes on waiting (${stopped.code}: ${stopped.message})`);
}

/** What was put aside because of it stays so until somebody asks for it. */
async function adviseRerun(cli: Cli, account: string): Promise<void> {
  const [aside] = await listPutAside(cli.app.db, { accounts: [account] }, { limit: 1 });
  if (aside)
    say(
      cli,
      `the account is put aside since ${formatInstant(aside.putAsideAt)}: ` +
        `connects rerun --all --account ${account} --wait --work --reason "…" --yes`,
    );
}
