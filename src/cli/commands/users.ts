/** users: people who sign in to the console. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { USER_ROLES, type User, type UserRole, listUsers } from '../../ledger/users.ts';
import {
  type OfUser,
  type OneTimeLink,
  USER_NAME,
  addUser,
  disableUser,
  enableUser,
  linkUser,
  resetUser,
} from '../../operations/upkeep/users.ts';
import type { Database } from '../../db/connection.ts';
import { byWhom, withChangeFlags } from '../changing.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { type ListFlags, type Listing, printList, withListFlags } from '../listing.ts';
import { withHelp } from '../options.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { requireSchema } from '../require-schema.ts';
import { when } from '../table.ts';

const LISTED_MAX = 1_000;

interface ChangeFlags {
  actor?: string;
  reason?: string;
  dryRun?: true;
  json?: true;
}

export function userNameFlag(text: string): string {
  if (!USER_NAME.test(text))
    throw new InvalidArgumentError(
      'expected a name: 1 to 64 of a-z 0-9 . _ @ - that begins with a-z or 0-9.',
    );
  return text;
}

export function addUserCommands(program: Command, cli: Cli): void {
  const users = program
    .command('users')
    .description('people who sign in to the console, and what they may do');
  const add = users
    .command('add')
    .description('make a user; prints a link, good once and for a day, by which the person sets a password')
    .argument('<name>', 'as it stands in the audit log', userNameFlag)
    .addOption(
      new Option('--role <role>', 'a viewer sees everything, an operator changes things, too')
        .choices(USER_ROLES)
        .makeOptionMandatory(),
    )
    .action((name: string, flags: ChangeFlags & { role: UserRole }) => {
      const { role } = flags;
      const make = (db: Database) => addUser({ db }, { name, role, ...byWhom(cli, flags) });
      return giveLink(cli, flags, name, make, `a user ${name}, role ${role}`);
    });
  withHelp(withChangeFlags(add), 'connects users add jane --role viewer', [0, 2, 5, 75]);
  const list = withListFlags(users.command('list').description('all users, and when they last signed in'));
  list.action((flags: ListFlags) => showUsers(cli, flags));
  withHelp(list, 'connects users list', [0, 2, 75]);
  addLinkCommand(
    users,
    cli,
    'reset',
    'take the password and end every session; prints a link for another password',
    resetUser,
    [0, 2, 4, 6, 75],
  );
  addLinkCommand(
    users,
    cli,
    'link',
    'print a link that signs in once, within a day, and changes nothing',
    linkUser,
    [0, 2, 4, 6, 75],
  );
  const disable = users
    .command('disable')
    .description('let somebody in no more, and end every session at once')
    .argument('<name>', 'as in "users list"', userNameFlag)
    .action((name: string, flags: ChangeFlags) => disableOne(cli, name, flags));
  withHelp(withChangeFlags(disable), 'connects users disable jane --reason "left the team"', [0, 2, 6, 75]);
  addLinkCommand(
    users,
    cli,
    'enable',
    'let somebody in again, by a link for a new password',
    enableUser,
    [0, 2, 5, 6, 75],
  );
}

/** One that ends with a link for somebody who is there already. */
function addLinkCommand(
  users: Command,
  cli: Cli,
  verb: string,
  description: string,
  change: (deps: { readonly db: Database }, request: OfUser) => Promise<OneTimeLink>,
  codes: readonly number[],
): void {
  const command = users
    .command(verb)
    .description(description)
    .argument('<name>', 'as in "users list"', userNameFlag)
    .action((name: string, flags: ChangeFlags) =>
      giveLink(
        cli,
        flags,
        name,
        (db) => change({ db }, { name, ...byWhom(cli, flags) }),
        `${verb} of ${name}`,
      ),
    );
  withHelp(withChangeFlags(command), `connects users ${verb} jane`, codes);
}

async function giveLink(
  cli: Cli,
  flags: ChangeFlags,
  name: string,
  change: (db: Database) => Promise<OneTimeLink>,
  what: string,
): Promise<void> {
  await requireSchema(cli.app);
  const { secret, kind, expiresAt } = await changeOrRehearse(cli, flags, change);
  if (flags.dryRun) return reportDryRun(cli, flags, { name }, what);
  const link = `${cli.app.config.consoleUrl}/sign-in/link/${secret}`;
  const until = formatInstant(expiresAt);
  if (flags.json) return printJson(cli, { name, link, for: kind, expiresAt: until });
  const use = kind === 'password' ? `${name} sets a password` : `whoever opens it signs in as ${name}`;
  say(cli, `by this link ${use}, once, until ${until}; it is shown this once:`);
  return print(cli, link);
}

async function disableOne(cli: Cli, name: string, flags: ChangeFlags): Promise<void> {
  await requireSchema(cli.app);
  const { sessions } = await changeOrRehearse(cli, flags, (db) =>
    disableUser({ db }, { name, ...byWhom(cli, flags) }),
  );
  if (flags.dryRun) return reportDryRun(cli, flags, { name }, `the end of ${name}'s sign-ins`);
  if (flags.json) return printJson(cli, { name, disabled: true, sessionsEnded: sessions });
  return print(cli, `${name} is disabled; sessions ended: ${sessions}`);
}

function reportDryRun(cli: Cli, flags: ChangeFlags, would: object, what: string): void {
  if (flags.json) return printJson(cli, { dryRun: true, ...would });
  return print(cli, `${what} (dry run: nothing was written)`);
}

async function showUsers(cli: Cli, flags: ListFlags): Promise<void> {
  await requireSchema(cli.app);
  return printList(cli, flags, await listUsers(cli.app.db, LISTED_MAX), USERS);
}

const textOf = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));

const toJson = (one: User) => ({
  ...one,
  createdAt: formatInstant(one.createdAt),
  disabledAt: textOf(one.disabledAt),
  signedInAt: textOf(one.signedInAt),
  linkExpiresAt: textOf(one.linkExpiresAt),
});

const USERS: Listing<User, ReturnType<typeof toJson>> = {
  toJson,
  fields: ['name', 'role', 'createdAt', 'signedInAt', 'hasPassword', 'linkExpiresAt', 'disabledAt', 'id'],
  columns: [
    { name: 'name', cut: 'middle' },
    'role',
    { name: 'password', drop: 3 },
    { name: 'last signed in (UTC)', drop: 2 },
    { name: 'link until (UTC)', drop: 4 },
    { name: 'disabled (UTC)', drop: 1 },
  ],
  toRow: (one) => [
    one.name,
    one.role,
    one.hasPassword ? 'set' : 'none',
    when(one.signedInAt),
    when(one.linkExpiresAt),
    when(one.disabledAt),
  ],
  none: 'there are no users yet: "connects users add NAME --role operator" makes one',
};
