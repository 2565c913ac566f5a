/** run accounts: whom a run was over, one by one, and what became of each. */
import { type Command, Option } from 'commander';
import { invalidInput } from '../../errors.ts';
import { type Run, getRun } from '../../ledger/runs.ts';
import {
  MEMBER_STATES,
  type MemberState,
  type RunMember,
  knowsSkipped,
  listRunMembers,
} from '../../reports/run-members.ts';
import { type Cli, say } from '../context.ts';
import { type ListFlags, isForScripts, printTable, streamList, withListFlags } from '../listing.ts';
import { accountFlag, countFlag, idFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import type { Tone } from '../screen.ts';
import { type Column, cell } from '../table.ts';

interface AccountsFlags extends ListFlags {
  readonly state?: MemberState;
  readonly after?: string;
  readonly limit?: number;
}

/** Accounts read at a time. */
const PAGE = 500;
/** Accounts in one table, unless --limit says otherwise; for scripts, all are. */
const SHOWN = 1_000;

export function addRunAccounts(run: Command, cli: Cli): void {
  const accounts = withListFlags(run.command('accounts'))
    .description('the accounts of a run, one by one: what it posted for each, or why it did not')
    .argument('<id>', 'the number of the run', idFlag)
    .addOption(
      new Option(
        '--state <state>',
        'only these; short: a reversal could not take all; skipped: somebody else was first',
      ).choices([...MEMBER_STATES]),
    )
    .addOption(new Option('--after <account>', 'go on after this account').argParser(accountFlag))
    .option('--limit <n>', 'how many', countFlag(1, 1_000_000))
    .action((id: number, flags: AccountsFlags) => showAccounts(cli, id, flags));
  withHelp(accounts, 'connects run accounts 17 --state failed', [0, 2, 6, 75, 130, 143]);
}

async function showAccounts(cli: Cli, id: number, flags: AccountsFlags): Promise<void> {
  await requireSchema(cli.app);
  const run = await getRun(cli.app.db, id);
  if (flags.state === 'skipped' && !knowsSkipped(run))
    throw invalidInput(
      'usage',
      `run ${id} has no list of its own: whom it skipped is counted by "connects run show ${id}", and not listed`,
    );
  if (isForScripts(flags))
    return streamList(cli, flags, membersOf(cli, run, flags), { toJson: (one) => one, fields: COLUMNS });
  return showTable(cli, run, flags);
}

async function showTable(cli: Cli, run: Run, flags: AccountsFlags): Promise<void> {
  const limit = flags.limit ?? SHOWN;
  const found: RunMember[] = [];
  for await (const one of membersOf(cli, run, { ...flags, limit: limit + 1 })) found.push(one);
  const shown = found.slice(0, limit);
  if (found.length > shown.length)
    say(
      cli,
      `these are the first ${limit}: --after ${shown.at(-1)?.account} goes on, and --ndjson lists all`,
    );
  return shown.length === 0 ? say(cli, `run ${run.id} has no such account`) : printMembers(cli, shown);
}

async function* membersOf(cli: Cli, run: Run, flags: AccountsFlags): AsyncGenerator<RunMember> {
  const { state, limit = Infinity } = flags;
  let after = flags.after ?? '';
  for (let left = limit; left > 0 && !cli.signal.aborted;) {
    const size = Math.min(PAGE, left);
    const page = await listRunMembers(cli.app.db, run, {
      after,
      limit: size,
      ...(state !== undefined && { state }),
    });
    yield* page;
    if (page.length < size) return;
    left -= page.length;
    after = page.at(-1)?.account ?? '';
  }
}

const COLUMNS = [
  'account',
  'state',
  'cycles',
  'granted',
  'expired',
  'recovered',
  'taken',
  'returned',
  'notTaken',
  'net',
  'code',
  'message',
] as const satisfies readonly (keyof RunMember)[];

const FITTED: Partial<Record<keyof RunMember, Column>> = {
  account: { name: 'account', cut: 'middle' },
  cycles: { name: 'cycles', drop: 2 },
  expired: { name: 'expired', drop: 1 },
  notTaken: { name: 'not taken' },
  message: { name: 'message', cut: 'end', most: 60, drop: 3 },
};

const STATE_TONES: Partial<Record<MemberState, Tone>> = {
  settled: 'good',
  failed: 'act',
  short: 'act',
  skipped: 'quiet',
};

/** Columns in which nothing stands are left out. */
function printMembers(cli: Cli, members: readonly RunMember[]): Promise<void> {
  const optional = ['recovered', 'taken', 'returned', 'notTaken', 'code', 'message'];
  const shown = COLUMNS.filter(
    (name) => !optional.includes(name) || members.some((one) => one[name] !== null && one[name] !== 0),
  );
  return printTable(
    cli,
    shown.map((name) => FITTED[name] ?? name),
    members.map((one) =>
      shown.map((name) => (name === 'state' ? cell(STATE_TONES[one.state], one.state) : (one[name] ?? ''))),
    ),
  );
}
