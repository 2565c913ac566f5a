/** failures ack, snooze, assign, note, reopen: what people say of those that are put aside. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { ConnectsError, invalidInput } from '../../errors.ts';
import { careJson } from '../../json/failures.ts';
import type { Care } from '../../ledger/failure-care.ts';
import { careForFailures } from '../../operations/runs/care-for-failures.ts';
import type { FailureState, WorkFilter } from '../../reports/failure-work.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import {
  type FilterFlags,
  accountsFileFlag,
  errorFlag,
  readFilter,
  requireNarrowed,
} from '../failure-filter.ts';
import {
  accountFlag,
  actorFlag,
  actorNameFlag,
  dryRunFlag,
  durationFlag,
  expectFlag,
  idFlag,
  instantFlag,
  jsonFlag,
  reasonFlag,
  withHelp,
  wordsFlag,
  yesFlag,
} from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { counted } from '../words.ts';

interface CareFlags extends Omit<FilterFlags, 'account'> {
  run?: number;
  state?: Exclude<FailureState, 'failing'>;
  olderThan?: number;
  all?: true;
  until?: Instant;
  to?: string;
  nobody?: true;
  text?: string;
  expect?: number;
  reason?: string;
  actor?: string;
  dryRun?: true;
  json?: true;
}

interface CareCommand {
  readonly name: Care['kind'];
  readonly description: string;
  readonly example: string;
  readonly own: (command: Command) => Command;
  readonly careOf: (flags: CareFlags) => Care;
  /** What has happened to them. */
  readonly done: (care: Care) => string;
}

const needReason = (what: string, { reason }: CareFlags): string => {
  if (reason !== undefined) return reason;
  throw new ConnectsError('refused', 'reason-missing', `${what}: say why with --reason TEXT`);
};

const COMMANDS: readonly CareCommand[] = [
  {
    name: 'ack',
    description: 'somebody knows of them: no sweep reminds of them until they fail anew',
    example: 'connects failures ack a1 --reason "zone data come with the next image"',
    own: (command) => command,
    careOf: (flags) => ({ kind: 'ack', reason: needReason('ack', flags) }),
    done: () => 'acknowledged',
  },
  {
    name: 'snooze',
    description: 'not to be looked at before an instant: then they come back by themselves',
    example:
      'connects failures snooze --error unknown-zone --until 2099-05-03T08:00:00Z --reason "deploy on Monday"',
    own: (command) => command.requiredOption('--until <instant>', 'when they come back', instantFlag),
    careOf: (flags) => ({
      kind: 'snooze',
      until: flags.until as Instant,
      reason: needReason('snooze', flags),
    }),
    done: (care) => `snoozed until ${care.kind === 'snooze' ? formatInstant(care.until) : ''}`,
  },
  {
    name: 'assign',
    description: 'whose they are',
    example: 'connects failures assign --run 17 --to ann --reason "on call"',
    own: (command) =>
      command
        .option('--to <name>', 'to whom', actorNameFlag)
        .addOption(new Option('--nobody', 'to nobody any more').conflicts('to')),
    careOf: ({ to, nobody }) => {
      if (to === undefined && !nobody) throw invalidInput('usage', 'to whom? Say --to NAME, or --nobody');
      return { kind: 'assign', assignee: to ?? null };
    },
    done: (care) => `assigned to ${care.kind === 'assign' ? (care.assignee ?? 'nobody') : ''}`,
  },
  {
    name: 'note',
    description: 'what is known of them, shown by "failures list"; a later note takes its place there',
    example: 'connects failures note a1 --text "ticket 4711: their support is asked"',
    own: (command) => command.requiredOption('--text <text>', 'one line', wordsFlag),
    careOf: ({ text = '' }) => ({ kind: 'note', text }),
    done: () => 'noted',
  },
  {
    name: 'reopen',
    description: 'take an acknowledgement or a snooze back',
    example: 'connects failures reopen a1 --reason "not mended after all"',
    own: (command) => command,
    careOf: () => ({ kind: 'reopen' }),
    done: () => 'open again',
  },
];

export function addCareCommands(failures: Command, cli: Cli): void {
  for (const one of COMMANDS) addCare(failures, cli, one);
}

function addCare(failures: Command, cli: Cli, one: CareCommand): void {
  const command = one
    .own(
      failures
        .command(one.name)
        .description(one.description)
        .argument('[id...]', 'accounts that are put aside', (text: string, before?: string[]) => [
          ...(before ?? []),
          accountFlag(text),
        ]),
    )
    .addOption(accountsFileFlag())
    .addOption(errorFlag())
    .option('--run <id>', 'only those that this run put aside', idFlag)
    .addOption(
      new Option('--state <state>', 'only those in this state').choices(['open', 'acknowledged', 'snoozed']),
    )
    .option('--older-than <duration>', 'only those that are put aside for longer', durationFlag)
    .option('--all', 'everybody who is put aside')
    .addOption(expectFlag('accounts'))
    .addOption(reasonFlag())
    .addOption(actorFlag())
    .addOption(dryRunFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((ids: string[] | undefined, flags: CareFlags) => runCare(cli, one, ids ?? [], flags));
  withHelp(command, one.example, [0, 2, 4, 5, 6, 75]);
}

async function runCare(
  cli: Cli,
  command: CareCommand,
  ids: readonly string[],
  flags: CareFlags,
): Promise<void> {
  if (ids.length > 0 && flags.accountsFile !== undefined)
    throw invalidInput('usage', 'name accounts, or give --accounts-file, not both');
  const care = command.careOf(flags);
  await requireSchema(cli.app);
  const named = ids.length > 0 ? { ...flags, account: [...ids] } : flags;
  const filter: WorkFilter = {
    ...(await readFilter(cli.app.db, flags.run, named)),
    ...(flags.state !== undefined && { state: flags.state }),
    ...(flags.olderThan !== undefined && { olderThanMs: flags.olderThan }),
  };
  requireNarrowed(filter, flags.all === true);
  const { actor = cli.defaultActor, reason = null, expect } = flags;
  const request = { filter, care, actor, reason, expect };
  const dryRun = flags.dryRun === true;
  const done = await careForFailures(cli.app.db, { ...request, dryRun });
  if (flags.json) return printJson(cli, careJson(done, dryRun));
  const { changed, left } = done;
  const dry = flags.dryRun ? ' (dry run: nothing changed)' : '';
  print(cli, `${counted(changed, 'account')} ${command.done(care)}${dry}`);
  if (left.length > 0)
    say(cli, `${counted(left.length, 'account is', 'accounts are')} not put aside so: ${shownOf(left)}`);
}

const NAMED_MAX = 20;
const shownOf = (ids: readonly string[]): string =>
  ids.slice(0, NAMED_MAX).join(', ') + (ids.length > NAMED_MAX ? ` and ${ids.length - NAMED_MAX} more` : '');
