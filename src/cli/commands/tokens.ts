/** tokens: who may use the HTTP interface. */
import { type Command, Option } from 'commander';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { EVENT_TYPES } from '../../domain/events/events.ts';
import { TOKEN_ROLES, type Token, type TokenRole, listTokens } from '../../ledger/tokens.ts';
import { addToken, withdrawToken } from '../../operations/upkeep/tokens.ts';
import { byWhom, withChangeFlags } from '../changing.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { type ListFlags, type Listing, printList, withListFlags } from '../listing.ts';
import { durationFlag, idFlag, textFlag, withHelp } from '../options.ts';
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

interface MakeFlags extends ChangeFlags {
  role: TokenRole;
  types?: string[];
  expires?: number;
}

export function addTokenCommands(program: Command, cli: Cli): void {
  const tokens = program.command('tokens').description('bearer tokens for /v1; only their hashes are kept');
  const add = tokens
    .command('add')
    .description('make a token; it is printed once, and never again')
    .argument(
      '<name>',
      'what it is for, up to 100 characters; no other token that is good may have it',
      textFlag(100),
    )
    .addOption(
      new Option(
        '--role <role>',
        'ingest brings facts, operator corrections (balance.adjusted) too, viewer neither',
      )
        .choices(TOKEN_ROLES)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--types <type...>', 'the only events that it may bring').choices(EVENT_TYPES))
    .option('--expires <duration>', 'for how long it is good, such as 90d (default: for ever)', durationFlag)
    .action((name: string, flags: MakeFlags) => makeToken(cli, name, flags));
  withHelp(withChangeFlags(add), 'connects tokens add billing --role ingest', [0, 2, 5, 75]);
  const list = withListFlags(tokens.command('list').description('all tokens, without their secrets')).action(
    (flags: ListFlags) => showTokens(cli, flags),
  );
  withHelp(list, 'connects tokens list', [0, 2, 75]);
  const revoke = tokens
    .command('revoke')
    .description('end a token, at once')
    .argument('<id>', 'its number in "tokens list"', idFlag)
    .action((id: number, flags: ChangeFlags) => endToken(cli, id, flags));
  withHelp(withChangeFlags(revoke), 'connects tokens revoke 3 --reason "left the team"', [0, 2, 6, 75]);
}

async function makeToken(cli: Cli, name: string, flags: MakeFlags): Promise<void> {
  await requireSchema(cli.app);
  const { role, types, expires } = flags;
  const limits = { ...(types && { types }), ...(expires !== undefined && { expiresInMs: expires }) };
  const request = { name, role, ...limits, ...byWhom(cli, flags) };
  const { id, secret } = await changeOrRehearse(cli, flags, (db) => addToken({ db }, request));
  if (flags.dryRun) return reportDryRun(cli, flags, { name, role }, `a token for ${name}, role ${role}`);
  if (flags.json) return printJson(cli, { id, name, role, token: secret });
  say(cli, `token ${id} for ${name}, role ${role}; it is shown this once:`);
  return print(cli, secret);
}

async function endToken(cli: Cli, id: number, flags: ChangeFlags): Promise<void> {
  await requireSchema(cli.app);
  await changeOrRehearse(cli, flags, (db) => withdrawToken({ db }, { id, ...byWhom(cli, flags) }));
  if (flags.dryRun) return reportDryRun(cli, flags, { id }, `the end of token ${id}`);
  if (flags.json) return printJson(cli, { id, revoked: true });
  return print(cli, `token ${id} is revoked`);
}

function reportDryRun(cli: Cli, flags: ChangeFlags, would: object, what: string): void {
  if (flags.json) return printJson(cli, { dryRun: true, ...would });
  return print(cli, `${what} (dry run: nothing was written)`);
}

const textOf = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));

async function showTokens(cli: Cli, flags: ListFlags): Promise<void> {
  await requireSchema(cli.app);
  return printList(cli, flags, await listTokens(cli.app.db, LISTED_MAX), TOKENS);
}

const toJson = (one: Token) => ({
  ...one,
  createdAt: formatInstant(one.createdAt),
  revokedAt: textOf(one.revokedAt),
  expiresAt: textOf(one.expiresAt),
  lastUsedAt: textOf(one.lastUsedAt),
});

const TOKENS: Listing<Token, ReturnType<typeof toJson>> = {
  toJson,
  fields: ['id', 'name', 'role', 'createdAt', 'revokedAt', 'expiresAt', 'lastUsedAt', 'types'],
  columns: [
    'token',
    { name: 'name', cut: 'middle' },
    'role',
    { name: 'types', drop: 4, cut: 'end', least: 12 },
    { name: 'created (UTC)', drop: 5 },
    { name: 'last used (UTC)', drop: 2 },
    { name: 'expires (UTC)', drop: 3 },
    { name: 'revoked (UTC)', drop: 1 },
  ],
  toRow: (one) => [
    String(one.id),
    one.name,
    one.role,
    one.types?.join(' ') ?? 'all',
    when(one.createdAt),
    when(one.lastUsedAt),
    when(one.expiresAt),
    when(one.revokedAt),
  ],
  none: 'there are no tokens yet',
};
