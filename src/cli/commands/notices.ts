/** notices: what members are told, what became of it, and the switch that holds all mail. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Argument, type Command, Option } from 'commander';
import { NOTICE_KINDS, type NoticeKind } from '../../domain/notice-kinds.ts';
import { ConnectsError, invalidInput, messageOf } from '../../errors.ts';
import { noticeJson, noticesChangedJson } from '../../json/notices.ts';
import type { Message } from '../../notices/page.ts';
import { requireAccounts, requireRun } from '../../operations/accounts/require-known.ts';
import { type NoticesChanged, retryNotices, suppressNotices } from '../../operations/mail/change-notices.ts';
import { composeMessage, findMessageIds } from '../../operations/mail/compose-notices.ts';
import { previewForAccount, previewSample } from '../../operations/mail/preview-notice.ts';
import { findHold, mailHeldWords } from '../../outbox/hold.ts';
import { type NoticeFilter, type NoticeRow, findNotice, listNotices } from '../../outbox/listing.ts';
import { NOTICE_STATES, type NoticeState } from '../../outbox/outbox.ts';
import { plainLine } from '../../plain-text.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { type ListFlags, type Listing, isForScripts, printList, withListFlags } from '../listing.ts';
import {
  accountFlag,
  actorFlag,
  countFlag,
  dryRunFlag,
  expectFlag,
  idFlag,
  jsonFlag,
  localeFlag,
  reasonFlag,
  withHelp,
  yesFlag,
} from '../options.ts';
import { openOutput } from '../output-file.ts';
import { requireSchema } from '../require-schema.ts';
import { findUntaken, tellWhereUntaken } from '../sending.ts';
import type { Tone } from '../screen.ts';
import { cell, when } from '../table.ts';
import { counted } from '../words.ts';
import { holdAllMail, releaseAllMail } from './mail-hold.ts';

interface ChangeFlags {
  actor?: string;
  reason?: string;
  dryRun?: true;
  json?: true;
}

interface FilterFlags {
  state?: NoticeState;
  kind?: NoticeKind;
  account?: string;
  run?: number;
}

export function addNoticeCommands(program: Command, cli: Cli): void {
  const notices = program
    .command('notices')
    .description('emails to members: what became of them, previews, the hold');
  addPreview(notices, cli);
  addList(notices, cli);
  addShow(notices, cli);
  addChange(notices, cli, {
    name: 'retry',
    description:
      'send again what was refused or waits, and take back what was suppressed by hand; too old ones by --state too-old',
    example: 'connects notices retry --state refused --run 17 --reason "mail server mended"',
    done: 'will be sent again',
    change: retryNotices,
  });
  addChange(notices, cli, {
    name: 'suppress',
    description: 'never send what has not left yet',
    example: 'connects notices suppress --run 17 --reason "sent to the wrong members"',
    done: 'will not be sent',
    change: suppressNotices,
  });
  addHold(notices, cli);
}

// ------------------------------------------------------------------------------------------------ preview

interface PreviewFlags {
  account?: string;
  locale?: string;
  out?: string;
  json?: true;
}

function addPreview(notices: Command, cli: Cli): void {
  const preview = notices
    .command('preview')
    .description('what an email says: an example that needs no server, or that of an account')
    .addArgument(new Argument('<kind>', 'which one').choices([...NOTICE_KINDS, 'all']))
    .option('--account <id>', 'with the facts of this account', accountFlag)
    .option('--locale <tag>', 'the example in this language, such as es; an account has its own', localeFlag)
    .option('--out <folder>', 'write <kind>.html and <kind>.txt there instead of printing the text')
    .addOption(jsonFlag())
    .action((kind: NoticeKind | 'all', flags: PreviewFlags) => showPreviews(cli, kind, flags));
  withHelp(preview, 'connects notices preview grant --account a1 --out /tmp/preview', [0, 2, 6, 75]);
}

async function showPreviews(cli: Cli, kind: NoticeKind | 'all', flags: PreviewFlags): Promise<void> {
  const { account, out } = flags;
  if (kind === 'all' && account !== undefined)
    throw invalidInput('usage', '"all" shows examples: name one kind together with --account');
  if (flags.locale !== undefined && account !== undefined)
    throw invalidInput(
      'usage',
      'an account is written to in its own language: leave out --locale or --account',
    );
  const previews: { kind: NoticeKind; message: Message }[] = [];
  for (const one of kind === 'all' ? NOTICE_KINDS : [kind])
    previews.push({ kind: one, message: await previewOf(cli, one, flags) });
  if (out !== undefined) return writePreviews(cli, out, previews);
  if (flags.json) {
    const shown = previews.map((one) => ({ kind: one.kind, ...one.message }));
    return printJson(cli, kind === 'all' ? shown : shown[0]);
  }
  return print(
    cli,
    previews.map(({ message }) => `Subject: ${message.subject}\n\n${message.text}`).join('\n\n'),
  );
}

async function previewOf(cli: Cli, kind: NoticeKind, { account, locale }: PreviewFlags): Promise<Message> {
  const { app } = cli;
  if (account === undefined) return previewSample(kind, app.config, locale);
  await requireSchema(app);
  return previewForAccount({ db: app.db, settings: app.config }, kind, account);
}

async function writePreviews(
  cli: Cli,
  folder: string,
  previews: readonly { kind: NoticeKind; message: Message }[],
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const { kind, message } of previews) {
      await writePreview(join(folder, `${kind}.html`), message.html);
      await writePreview(join(folder, `${kind}.txt`), `Subject: ${message.subject}\n\n${message.text}`);
    }
  } catch (error) {
    throw invalidInput('file', `${folder}: ${messageOf(error)}`);
  }
  for (const { kind } of previews) print(cli, join(folder, `${kind}.html`));
}

async function writePreview(path: string, text: string): Promise<void> {
  const output = await openOutput({ flag: '--out', path });
  try {
    await output.writeFile(text);
  } finally {
    await output.close();
  }
}

// ------------------------------------------------------------------------------------------- list and show

const withFilters = (command: Command): Command =>
  command
    .addOption(new Option('--state <state>', 'only those in this state').choices(NOTICE_STATES))
    .addOption(new Option('--kind <kind>', 'only those of this kind').choices(NOTICE_KINDS))
    .option('--account <id>', 'only those of this account', accountFlag)
    .option('--run <id>', 'only those that this run staged', idFlag);

const filterOf = (flags: FilterFlags): NoticeFilter => ({
  states: flags.state && [flags.state],
  kind: flags.kind,
  accountId: flags.account,
  runId: flags.run,
});

/** @throws not-found `unknown-run`, `unknown-account`: else what was to be kept in goes out after a slip of the pen */
async function requireKnown({ app }: Cli, { run, account }: FilterFlags): Promise<void> {
  await requireRun(app.db, run);
  if (account !== undefined) await requireAccounts(app.db, [account]);
}

function addList(notices: Command, cli: Cli): void {
  const list = withFilters(notices.command('list').description('notices, the latest first'))
    .option('--limit <n>', 'how many', countFlag(1, 10_000), 50)
    .action((flags: NoticeFlags) => showList(cli, flags));
  withHelp(withListFlags(list), 'connects notices list --state refused --limit 20', [0, 2, 6, 75]);
}

type NoticeFlags = FilterFlags & ListFlags & { limit: number };

async function showList(cli: Cli, flags: NoticeFlags): Promise<void> {
  await requireSchema(cli.app);
  await requireKnown(cli, flags);
  const hold = await findHold(cli.app.db);
  if (hold) say(cli, `${mailHeldWords(hold)}; nothing is sent until "connects release --mail"`);
  const untaken = await findUntaken(cli);
  if (untaken) say(cli, `${untaken.what}: ${untaken.trouble.words}`);
  const rows = await listNotices(cli.app.db, filterOf(flags), { limit: flags.limit });
  // What a letter's id is costs reading what it is about: people are shown it by "notices show".
  const messageIdOf = isForScripts(flags)
    ? await findMessageIds({ db: cli.app.db, settings: cli.app.config }, rows)
    : () => '';
  return printList(cli, flags, rows, noticesTold(messageIdOf));
}

const noticesTold = (
  messageIdOf: (row: NoticeRow) => string | null,
): Listing<NoticeRow, ReturnType<typeof noticeJson> & { messageId: string | null }> => ({
  toJson: (one) => ({ ...noticeJson(one), messageId: messageIdOf(one) }),
  fields: [
    'notice',
    'account',
    'kind',
    'ref',
    'state',
    'firstCycleOn',
    'lastCycleOn',
    'attempts',
    'lastError',
    'run',
    'stagedAt',
    'nextAttemptAt',
    'sentAt',
    'messageId',
  ],
  columns: [
    'notice',
    { name: 'account', cut: 'middle' },
    'kind',
    'state',
    { name: 'staged (UTC)', drop: 2 },
    { name: 'sent (UTC)', drop: 1 },
    { name: 'attempts', drop: 4 },
    { name: 'words', drop: 3, cut: 'end', most: 60 },
  ],
  toRow: (one) => [
    String(one.id),
    one.accountId,
    one.kind,
    cell(STATE_TONES[one.state], one.state),
    when(one.stagedAt),
    when(one.sentAt),
    one.attempts,
    wordsOf(one.lastError ?? ''),
  ],
  none: 'there are no such notices',
});

const STATE_TONES: Partial<Record<NoticeState, Tone>> = {
  sent: 'good',
  refused: 'act',
  'too-old': 'lost',
  suppressed: 'lost',
};

/** What the mail library puts before the server's own words would fill the column; "show" has it all. */
const wordsOf = (error: string): string =>
  error.replace(
    /^(Can't send mail - all recipients were rejected|(Message|(Mail|Recipient|Data) command) failed): /,
    '',
  );

function addShow(notices: Command, cli: Cli): void {
  const show = notices
    .command('show')
    .description('one notice, what became of it, and its text as it would be sent now')
    .argument('<id>', 'its number in "notices list"', idFlag)
    .addOption(jsonFlag())
    .action((id: number, flags: { json?: true }) => showNotice(cli, id, flags));
  withHelp(show, 'connects notices show 4711', [0, 2, 6, 75]);
}

async function showNotice(cli: Cli, id: number, flags: { json?: true }): Promise<void> {
  const { app } = cli;
  await requireSchema(app);
  const notice = await findNotice(app.db, id);
  if (!notice) throw new ConnectsError('not-found', 'unknown-notice', `there is no notice ${id}`);
  const deps = { db: app.db, settings: app.config };
  const messageId = (await findMessageIds(deps, [notice]))(notice);
  const message = await composeMessage(deps, notice);
  if (flags.json) return printJson(cli, { ...noticeJson(notice), messageId, message });
  const lines = Object.entries({ ...noticeJson(notice), messageId }).filter(([, value]) => value !== null);
  const text =
    'unsent' in message
      ? `(nothing to send: ${message.unsent})`
      : `Subject: ${message.subject}\n\n${message.text}`;
  return print(
    cli,
    [...lines.map(([name, value]) => `${name.padEnd(14)} ${plainLine(String(value))}`), '', text].join('\n'),
  );
}

// ------------------------------------------------------------------------------------------------- changes

interface ChangeCommand {
  readonly name: string;
  readonly description: string;
  readonly example: string;
  readonly done: string;
  readonly change: typeof retryNotices;
}

/** Notices that one command line names. */
const IDS_MAX = 900;

function addChange(
  notices: Command,
  cli: Cli,
  { name, description, example, done, change }: ChangeCommand,
): void {
  const command = withFilters(notices.command(name).description(description))
    .argument('[id...]', 'numbers in "notices list"', (text: string, before?: number[]) => [
      ...(before ?? []),
      idFlag(text),
    ])
    .option('--all', 'all there are')
    .addOption(expectFlag('notices'))
    .addOption(actorFlag())
    .addOption(reasonFlag())
    .addOption(dryRunFlag())
    .addOption(yesFlag())
    .addOption(jsonFlag())
    .action(
      async (
        ids: number[] | undefined,
        flags: FilterFlags & ChangeFlags & { all?: true; expect?: number },
      ) => {
        const named = ids ?? [];
        const filter = { ...filterOf(flags), ids: named.length > 0 ? named : undefined };
        const narrowed = Object.values(filter).some((one) => one !== undefined);
        if (!narrowed && !flags.all)
          throw invalidInput(
            'usage',
            `which ones? Name them, or say --state, --kind, --account, --run or --all`,
          );
        if (named.length > IDS_MAX) throw invalidInput('usage', `expected at most ${IDS_MAX} numbers`);
        await requireSchema(cli.app);
        await requireKnown(cli, flags);
        const told = await change(cli.app, { filter, expect: flags.expect, ...changeOf(cli, flags) });
        if (name === 'retry') await tellWhereUntaken(cli);
        if (flags.json) return printJson(cli, noticesChangedJson(told, flags.dryRun === true));
        const taken = counted(told.changed - told.refusedAgain, 'notice');
        print(cli, `${taken} ${done}${flags.dryRun ? ' (dry run: nothing changed)' : ''}`);
        return explain(told).forEach((line) => say(cli, line));
      },
    );
  withHelp(command, example, [0, 2, 4, 6, 75]);

  function explain({ changed, optedOut, refusedAgain, left }: NoticesChanged): string[] {
    const states = [...left].map(([state, count]) => `${count} ${state}`).join(', ');
    return [
      ...(states ? [`left as they are: ${states}`] : []),
      ...(changed === 0 && !states ? ['there are no such notices'] : []),
      ...(optedOut > 0 && change === retryNotices
        ? [`${optedOut} of them not after all: the member opted out of grant emails`]
        : []),
      ...(refusedAgain > 0
        ? [
            `${counted(refusedAgain, 'notice')} refused again, as before: "--state refused" sends what was refused`,
          ]
        : []),
    ];
  }
}

const changeOf = (cli: Cli, flags: ChangeFlags) => ({
  actor: flags.actor ?? cli.defaultActor,
  reason: flags.reason ?? null,
  dryRun: flags.dryRun === true,
});

function addHold(notices: Command, cli: Cli): void {
  const add = (name: 'hold' | 'release', description: string, apply: typeof holdAllMail): void => {
    const command = notices
      .command(name)
      .description(description)
      .addOption(actorFlag())
      .addOption(reasonFlag())
      .addOption(dryRunFlag())
      .addOption(yesFlag())
      .addOption(jsonFlag())
      .action((flags: ChangeFlags) => apply(cli, flags));
    withHelp(command, `connects notices ${name} --reason "wrong template"`, [0, 2, 5, 75]);
  };
  add('hold', 'hold all mail, for every worker; ends when nothing leaves any more', holdAllMail);
  add('release', 'let mail flow again', releaseAllMail);
}
