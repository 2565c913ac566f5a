/** tokens: who may use the HTTP interface. */
import { type Command, Option } from 'commander';
import { formatInstant } from '../../domain/calendar.ts';
import { TOKEN_ROLES, type TokenRole, listTokens } from '../../ledger/tokens.ts';
import { addToken, withdrawToken } from '../../operations/tokens.ts';
import { type Cli, formatTable, print, printJson, say } from '../context.ts';
import { actorFlag, idFlag, jsonFlag, reasonFlag, textFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';

const LISTED_MAX = 1_000;

interface ChangeFlags {
  actor?: string;
  reason?: string;
  json?: true;
}

export function addTokenCommands(program: Command, cli: Cli): void {
  const tokens = program.command('tokens').description('bearer tokens for /v1; only their hashes are kept');
  const add = tokens
    .command('add')
    .description('make a token; it is printed once, and never again')
    .argument('<name>', 'what it is for, up to 100 characters', textFlag(100))
    .addOption(new Option('--role <role>', 'what it may do').choices(TOKEN_ROLES).makeOptionMandatory())
    .addOption(actorFlag())
    .addOption(reasonFlag())
    .addOption(jsonFlag())
    .action(async (name: string, flags: ChangeFlags & { role: TokenRole }) => {
      await requireSchema(cli.app);
      const { id, secret } = await addToken(cli.app, {
        name,
        role: flags.role,
        ...by(cli, flags),
      });
      if (flags.json) return printJson(cli, { id, name, role: flags.role, token: secret });
      say(cli, `token ${id} for ${name}, role ${flags.role}; it is shown this once:`);
      return print(cli, secret);
    });
  withHelp(add, 'connects tokens add billing --role ingest', [0, 2, 75]);
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
    .addOption(actorFlag())
    .addOption(reasonFlag())
    .action(async (id: number, flags: ChangeFlags) => {
      await requireSchema(cli.app);
      await withdrawToken(cli.app, { id, ...by(cli, flags) });
      print(cli, `token ${id} is revoked`);
    });
  withHelp(revoke, 'connects tokens revoke 3 --reason "left the team"', [0, 2, 6, 75]);
}

const by = (cli: Cli, flags: ChangeFlags) => ({
  actor: flags.actor ?? cli.defaultActor,
  reason: flags.reason ?? null,
});

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
