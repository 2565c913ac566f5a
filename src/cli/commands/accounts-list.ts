/** accounts list and accounts find: which accounts there are. */
import { type Command, Option } from 'commander';
import { ACCOUNT_STATUSES, type AccountStatus } from '../../domain/account.ts';
import type { LocalDate } from '../../domain/calendar.ts';
import { PLAN_NAMES, type PlanName } from '../../domain/terms.ts';
import { ConnectsError, invalidInput } from '../../errors.ts';
import {
  type AccountsAsked,
  type AccountsPage,
  type ListedAccount,
  readAccounts,
} from '../../reports/account-list.ts';
import { type Cli, say } from '../context.ts';
import { type ListFlags, type Listing, printList, withListFlags } from '../listing.ts';
import { accountFlag, accountOrEmailFlag, countFlag, dateFlag, emailFlag, withHelp } from '../options.ts';
import { reportsFrom } from '../reading.ts';
import { requireSchema } from '../require-schema.ts';
import { cell } from '../table.ts';
import { counted } from '../words.ts';

interface PageFlags extends ListFlags {
  after?: string;
  limit: number;
}

interface AccountsFlags extends PageFlags {
  plan?: PlanName;
  status?: AccountStatus;
  nextFrom?: LocalDate;
  nextTo?: LocalDate;
  putAside?: true;
  owed?: true;
  email?: string;
}

const withPageFlags = (command: Command): Command =>
  withListFlags(
    command
      .option('--after <id>', 'go on behind this account, as the page before says', accountFlag)
      .option('--limit <n>', 'how many', countFlag(1, 10_000), 100),
  );

export function addAccountLists(accounts: Command, cli: Cli): void {
  const list = accounts
    .command('list')
    .description('accounts by what they have in common, by id')
    .addOption(new Option('--plan <plan>', 'only those on this plan').choices([...PLAN_NAMES]))
    .addOption(new Option('--status <status>', 'only those with this status').choices([...ACCOUNT_STATUSES]))
    .option('--next-from <date>', 'only those whose next cycle begins on this date or later', dateFlag)
    .option('--next-to <date>', 'only those whose next cycle begins on this date or earlier', dateFlag)
    .option('--put-aside', 'only those that are put aside')
    .option('--owed', 'only those that owe Connects')
    .option('--email <address>', 'only those of this email address, whole', emailFlag)
    .action((flags: AccountsFlags) => listAccounts(cli, flags));
  withHelp(
    withPageFlags(list),
    'connects accounts list --plan plus --next-from 2021-06-01 --next-to 2021-06-07 --csv',
    [0, 2, 75],
  );
  const find = accounts
    .command('find')
    .description('accounts by the beginning of their id, or by the email address of their member')
    .argument('<text>', 'an id, what it begins with, or a whole email address', accountOrEmailFlag)
    .action((text: string, flags: PageFlags) => findAccounts(cli, text, flags));
  withHelp(withPageFlags(find), 'connects accounts find a1', [0, 2, 6, 75]);
}

async function listAccounts(cli: Cli, flags: AccountsFlags): Promise<void> {
  const { plan, status, nextFrom, nextTo, putAside, owed, email } = flags;
  if (nextFrom !== undefined && nextTo !== undefined && nextFrom > nextTo)
    throw invalidInput('usage', `--next-from ${nextFrom} is later than --next-to ${nextTo}`);
  const page = await readPage(cli, { plan, status, nextFrom, nextTo, putAside, owed, email }, flags);
  return show(cli, flags, page);
}

async function findAccounts(cli: Cli, text: string, flags: PageFlags): Promise<void> {
  const isAddress = text.includes('@');
  const page = await readPage(cli, isAddress ? { email: text } : { beginning: text }, flags);
  if (page.accounts.length === 0 && flags.after === undefined)
    throw new ConnectsError(
      'not-found',
      isAddress ? 'unknown-address' : 'unknown-account',
      isAddress
        ? `no account has the address ${text} (looked for whole, whatever its case)`
        : `no account has an id that begins with ${text} (ids are case-sensitive)`,
    );
  return show(cli, flags, page);
}

async function readPage(cli: Cli, asked: AccountsAsked, flags: PageFlags): Promise<AccountsPage> {
  await requireSchema(cli.app);
  return readAccounts(await reportsFrom(cli), asked, { after: flags.after, limit: flags.limit });
}

async function show(
  cli: Cli,
  flags: PageFlags,
  { accounts, nextAfter, examined }: AccountsPage,
): Promise<void> {
  await printList(cli, flags, accounts, ACCOUNTS);
  if (nextAfter === null) return;
  const looked = accounts.length < flags.limit ? `${counted(examined, 'account')} looked at so far; ` : '';
  say(cli, `${looked}there is more: --after=${nextAfter} goes on`);
}

const ACCOUNTS: Listing<ListedAccount, ListedAccount> = {
  toJson: (one) => one,
  fields: [
    'account',
    'kind',
    'plan',
    'pendingPlan',
    'status',
    'zone',
    'anchorOn',
    'balance',
    'owed',
    'nextCycleOn',
    'nextCycleAt',
    'putAside',
  ],
  columns: [
    { name: 'account', cut: 'middle' },
    'plan',
    { name: 'status', drop: 1 },
    'balance',
    { name: 'owed', drop: 3 },
    'next cycle',
    { name: 'zone', drop: 4 },
    { name: 'put aside', drop: 2 },
  ],
  toRow: (one) => [
    one.account,
    one.pendingPlan === null ? one.plan : `${one.plan}, then ${one.pendingPlan}`,
    one.status,
    one.balance,
    one.owed,
    one.nextCycleOn ?? '',
    one.zone,
    cell('act', one.putAside ?? ''),
  ],
  none: 'there are no such accounts',
};
