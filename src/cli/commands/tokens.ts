/** tokens: who may use the HTTP interface. */
import { type Command, Option } from 'commander';
import { formatInstant } from '../../domain/calendar.ts';
import { TOKEN_ROLES, type TokenRole, listTokens } from '../../ledger/tokens.ts';
import { addToken, withdrawToken } from '../../operations/upkeep/tokens.ts';
import { type Cli, formatTable, print, printJson, say } from '../context.ts';
import {
  actorFlag,
  dryRunFlag,
  idFlag,
  jsonFlag,
  reasonFlag,
  textFlag,
  withHelp,
  yesFlag,
} from '../options.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { requireSchema } from '../require-schema.ts';

const LISTED_MAX = 1_000;

interface ChangeFlags {
  actor?: string;
  reason?: string;
  dryRun?: true;
  json?: true;
}

export function addTokenCommands(program: Command, cli: Cli): void {
  const tokens = program.command('tokens').description('bearer tokens for /v1; only their hashes are kept');
  const add = tokens
    .command('add')
    .description('make a token; it is printed once, and never again')
    .argument('<name>', 'what it is for, up to 100 characters', textFlag(100))
    .addOption(
      new Option(
        '--role <role>',
        'ingest brings facts, operator corrections (balance.adjusted) too, viewer neither',
      )
        .choices(TOKEN_ROLES)
        .makeOptionMandatory(),
    )
    .action((name: string, flags: ChangeFlags & { role: TokenRole }) => makeToken(cli, name, flags));
  withHelp(withChangeFlags(add), 'connects tokens add billing --role ingest', [0, 2, 75]);
  const list = tokens
    .command('list')
    .description('all tokens, without their secrets')
    .addOption(jsonFlag())
    .action((flags: { json?: true }) => showTokens(cli, flags));
  withHelp(list, 'connects tokens list', [0, 2, 75]);
  const revoke = tokens
    .command('revoke')
    .description('end a token, at once')
    .argument('<id>', 'its number in "tokens list"', idFlag)
    .action((id: number, flags: ChangeFlags) => endToken(cli, id, flags));
  withHelp(withChangeFlags(revoke), 'connects tokens revoke 3 --reason "left the team"', [0, 2, 6, 75]);
}

const withChangeFlags = (command: Command): Command =>
  [actorFlag(), reasonFlag(), dryRunFlag(), yesFlag(), jsonFlag()].reduce(
    (changing, flag) => changing.addOption(flag),
    command,
  );

const by = (cli: Cli, flags: ChangeFlags) => ({
  actor: flags.actor ?? cli.defaultActor,
  reason: flags.reason ?? null,
});

async function makeToken(cli: Cli, name: string, flags: ChangeFlags & { role: TokenRole }): Promise<void> {
  await requireSchema(cli.app);
  const { role } = flags;
  const request = { name, role, ...by(cli, flags) };
  const { id, secret } = await changeOrRehearse(cli, flags, (db) => addToken({ db }, request));
  if (flags.dryRun) return reportDryRun(cli, flags, { name, role }, `a token for ${name}, role ${role}`);
  if (flags.json) return printJson(cli, { id, name, role, token: secret });
  say(cli, `token ${id} for ${name}, role ${role}; it is shown this once:`);
  return print(cli, secret);
}

async function endToken(cli: Cli, id: number, flags: ChangeFlags): Promise<void> {
  await requireSchema(cli.app);
  await changeOrRehearse(cli, flags, (db) => withdrawToken({ db }, { id, ...by(cli, flags) }));
  if (flags.dryRun) return reportDryRun(cli, flags, { id }, `the end of token ${id}`);
  if (flags.json) return printJson(cli, { id, revoked: true });
  return print(cli, `token ${id} is revoked`);
}

function reportDryRun(cli: Cli, flags: ChangeFlags, would: object, what: string): void {
  if (flags.json) return printJson(cli, { dryRun: true, ...would });
  return print(cli, `${what} (dry run: nothing was written)`);
}

async function showTokens(cli: Cli, flags: { json?: true }): Promise<void> {
  await requireSchema(cli.app);
  const tokens = (await listTokens(cli.app.db, LISTED_MAX)).map((one) => ({
    ...one,
    createdAt: formatInstant(one.createdAt),
    revokedAt: one.revokedAt === null ? null : formatInstant(one.revokedAt),
  }));
  if (flags.json) return printJson(cli, tokens);
  return print(
    cli,
    formatTable(
      ['token', 'name', 'role', 'created (UTC)', 'revoked (UTC)'],
      tokens.map((one) => [String(one.id), one.name, one.role, one.createdAt, one.revokedAt ?? '']),
    ),
  );
}
