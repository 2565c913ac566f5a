/** account link: an address by which a member reads their own page. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { formatInstant } from '../../domain/calendar.ts';
import { ConnectsError } from '../../errors.ts';
import { endedJson, linkJson, madeLinkJson, revokedJson } from '../../json/member-links.ts';
import { memberAddress } from '../../member-token.ts';
import {
  type LinkEnded,
  type LinkRequest,
  endLink,
  linkMember,
  listLinks,
  requiredMemberPages,
  revokeLinks,
} from '../../operations/accounts/member-link.ts';
import { accountAsked } from '../../reports/asked-account.ts';
import { WHO } from '../asking.ts';
import type { MadeLink } from '../../ledger/member-links.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { type ListFlags, type Listing, printList, withListFlags } from '../listing.ts';
import {
  accountOrEmailFlag,
  actorFlag,
  dryRunFlag,
  durationFlag,
  idFlag,
  jsonFlag,
  reasonFlag,
  withHelp,
  yesFlag,
} from '../options.ts';
import { changeOrRehearse } from '../rehearsing.ts';
import { requireSchema } from '../require-schema.ts';

interface LinkFlags {
  expires?: number;
  revoke?: true;
  end?: number;
  actor?: string;
  reason?: string;
  dryRun?: true;
  json?: true;
}

export function addLink(account: Command, cli: Cli): void {
  const command = account
    .command('link')
    .description("the address of the member's own page, good for a while, for whoever has it")
    .argument('<id>', WHO, accountOrEmailFlag)
    .option('--expires <duration>', 'for how long it is good, at most 90d (default: 7d)', durationFlag)
    .addOption(new Option('--revoke', 'instead: end all that were made until now').conflicts('expires'))
    .addOption(
      new Option('--end <number>', 'instead: end this one alone, by its number in "account links"')
        .argParser(idFlag)
        .conflicts(['expires', 'revoke']),
    )
    .addOption(actorFlag())
    .addOption(reasonFlag())
    .addOption(dryRunFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action((who: string, flags: LinkFlags) => runLink(cli, who, flags));
  withHelp(
    command,
    'connects account link a1 --expires 2d --reason "asked for their history, ticket 4711"',
    [0, 2, 4, 6, 75],
  );
}

async function runLink(cli: Cli, who: string, flags: LinkFlags): Promise<void> {
  const { reason } = flags;
  if (reason === undefined || reason.trim() === '')
    throw new ConnectsError(
      'refused',
      'reason-missing',
      'account link needs --reason TEXT: it is kept in the audit log',
    );
  await requireSchema(cli.app);
  const account = await accountAsked(cli.app.db, who);
  const request = { account, actor: flags.actor ?? cli.defaultActor, reason };
  if (flags.end !== undefined) return end(cli, flags, { ...request, link: flags.end });
  return flags.revoke ? revoke(cli, flags, request) : make(cli, flags, request);
}

async function end(cli: Cli, flags: LinkFlags, request: LinkEnded): Promise<void> {
  const { account, link } = request;
  await changeOrRehearse(cli, flags, (db) => endLink({ db }, request));
  const dryRun = flags.dryRun === true;
  if (flags.json) return printJson(cli, endedJson(account, link, dryRun));
  const ended = dryRun
    ? 'would lead nowhere any more (dry run: nothing was written)'
    : 'leads nowhere any more';
  return print(cli, `link ${link} of ${account} ${ended}`);
}

async function revoke(cli: Cli, flags: LinkFlags, request: LinkRequest): Promise<void> {
  const { account } = request;
  await changeOrRehearse(cli, flags, (db) => revokeLinks({ db }, request));
  const dryRun = flags.dryRun === true;
  if (flags.json) return printJson(cli, revokedJson(account, dryRun));
  const ended = dryRun
    ? 'would lead nowhere any more (dry run: nothing was written)'
    : 'lead nowhere any more';
  return print(cli, `all addresses of ${account} that were made until now ${ended}`);
}

async function make(cli: Cli, flags: LinkFlags, request: LinkRequest): Promise<void> {
  const { account } = request;
  const { secret, url } = requiredMemberPages(cli.app.config);
  const asked = { ...request, lastsMs: flags.expires };
  const made = await changeOrRehearse(cli, flags, (db) => linkMember({ db, secret }, asked));
  const dryRun = flags.dryRun === true;
  // A rehearsal's would be good all the same.
  const address = dryRun ? null : memberAddress(url, made);
  if (flags.json) return printJson(cli, linkJson(made, { address, dryRun }));
  const expiresAt = formatInstant(made.expiresAt);
  if (address === null)
    return print(cli, `an address of ${account}, good until ${expiresAt} (dry run: nothing was made)`);
  say(cli, `link ${made.link} to the page of ${account}, for whoever has this address, until ${expiresAt}:`);
  return print(cli, address);
}

// --------------------------------------------------------------------------------------------------- links

export function addLinks(account: Command, cli: Cli): void {
  const command = withListFlags(
    account
      .command('links')
      .description(
        "the links to the member's own page that people made and that are good, without their addresses",
      )
      .argument('<id>', WHO, accountOrEmailFlag),
  ).action(async (who: string, flags: ListFlags) => {
    await requireSchema(cli.app);
    const { db } = cli.app;
    return printList(cli, flags, await listLinks(db, await accountAsked(db, who)), LINKS);
  });
  withHelp(command, 'connects account links a1', [0, 2, 6, 75]);
}

const LINKS: Listing<MadeLink, ReturnType<typeof madeLinkJson>> = {
  toJson: madeLinkJson,
  fields: ['link', 'account', 'madeAt', 'madeBy', 'reason', 'expiresAt', 'openedAt'],
  columns: ['link', 'made (UTC)', 'by', 'reason', 'good until (UTC)', 'last opened (UTC)'],
  toRow: (one) => {
    const { link, madeAt, madeBy, reason, expiresAt, openedAt } = madeLinkJson(one);
    return [String(link), madeAt, madeBy, reason, expiresAt, openedAt ?? ''];
  },
  none: 'no link that a person made is good',
};
