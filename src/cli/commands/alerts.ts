/** alerts: who is told when something is the matter, what was told, and trying it. */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { ALERTS, type AlertName } from '../../domain/alerts.ts';
import { formatInstant } from '../../domain/calendar.ts';
import { configuration } from '../../errors.ts';
import { titleOf } from '../../notices/alert-text.ts';
import { type AlertFound, lookForAlerts } from '../../operations/alerts/look-for-alerts.ts';
import { type Tried, tryChannels } from '../../operations/alerts/try-channels.ts';
import { type ListedMessage, listMessages, listUntold } from '../../outbox/alert-messages.ts';
import { type StoredAlert, listAlerts } from '../../outbox/alerts.ts';
import { type Cli, print, printJson, say } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type ListFlags, type Listing, printList, withListFlags } from '../listing.ts';
import { countFlag, jsonFlag, withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';
import { when } from '../table.ts';
import { counted } from '../words.ts';

export function addAlertCommands(program: Command, cli: Cli): void {
  const alerts = program
    .command('alerts')
    .description('who is told when something is the matter, and what was told');
  const list = withListFlags(
    alerts.command('list').description('what is the matter now, since when, and who was told'),
  ).action((flags: ListFlags) => showAlerts(cli, flags));
  withHelp(list, 'connects alerts list', [0, 2, 75]);
  const messages = withListFlags(
    alerts
      .command('messages')
      .description('what was told, or is still to be, and what came back; the latest first')
      .option('--limit <n>', 'how many', countFlag(1, 10_000), 50),
  ).action((flags: ListFlags & { limit: number }) => showMessages(cli, flags));
  withHelp(messages, 'connects alerts messages --limit 10', [0, 2, 75]);
  const test = alerts
    .command('test')
    .description('send a test by every channel that is set, and say what came back')
    .addOption(jsonFlag())
    .action((flags: { json?: true }) => testChannels(cli, flags));
  withHelp(test, 'connects alerts test', [0, 2, 75]);
}

const NOBODY = 'nobody is told: set CONNECTS_ALERT_URL, or CONNECTS_ALERT_MAIL and SMTP_URL';

// ----------------------------------------------------------------------------------------------------- list

interface OnAlert extends AlertFound {
  readonly alert: AlertName;
  /** Channels that were told that it is on. */
  readonly told: readonly StoredAlert[];
}

async function showAlerts(cli: Cli, flags: ListFlags): Promise<void> {
  const { app } = cli;
  await requireSchema(app);
  const { alerts } = await lookForAlerts(app.alertDeps);
  const stored = await listAlerts(app.db);
  const isOn = [...alerts].flatMap(([alert, found]): OnAlert[] =>
    found.state === 'on'
      ? [{ alert, ...found, told: stored.filter((one) => one.name === alert && one.state === 'on') }]
      : [],
  );
  const channels = app.alertChannels.map((one) => one.shown);
  say(cli, channels.length === 0 ? NOBODY : `told: ${channels.join(', ')}`);
  for (const { channel, messages, words } of await listUntold(app.db))
    say(
      cli,
      `${counted(messages, 'message waits', 'messages wait')} for ${channel}${words === null ? '' : `: ${words}`}`,
    );
  await printList(cli, flags, isOn, ALERT_LIST);
}

const ALERT_LIST: Listing<OnAlert, ReturnType<typeof alertJson>> = {
  toJson: alertJson,
  fields: ['alert', 'since', 'count', 'found', 'first', 'runbook', 'told'],
  // What is the matter says mostly since when, too.
  columns: [
    'alert',
    { name: 'since (UTC)', drop: 2 },
    { name: 'told', drop: 1, cut: 'end' },
    { name: 'what', cut: 'end', least: 60 },
  ],
  toRow: ({ alert, since, told, found }) => [
    alert,
    when(since),
    told.map((one) => one.channel).join(', '),
    found,
  ],
  none: 'nothing is the matter that would be told',
};

function alertJson({ alert, since, count, found, told }: OnAlert) {
  const { first, heading: runbook } = ALERTS[alert];
  return {
    alert,
    since: formatInstant(since),
    count,
    found,
    first,
    runbook,
    told: told.map(({ channel, toldAt }) => ({ channel, at: formatInstant(toldAt) })),
  };
}

// ------------------------------------------------------------------------------------------------- messages

async function showMessages(cli: Cli, flags: ListFlags & { limit: number }): Promise<void> {
  await requireSchema(cli.app);
  await printList(cli, flags, await listMessages(cli.app.db, flags.limit), MESSAGE_LIST);
}

const MESSAGE_LIST: Listing<ListedMessage, ReturnType<typeof messageJson>> = {
  toJson: messageJson,
  fields: [
    'id',
    'channel',
    'state',
    'alert',
    'step',
    'found',
    'since',
    'stagedAt',
    'sentAt',
    'attempts',
    'words',
  ],
  columns: [
    { name: 'channel', cut: 'middle' },
    { name: 'message', cut: 'end' },
    'state',
    { name: 'staged (UTC)', drop: 1 },
    { name: 'attempts', drop: 3 },
    { name: 'words', drop: 2, cut: 'end' },
  ],
  toRow: ({ channel, message, state, stagedAt, attempts, words }) => [
    channel,
    titleOf(message),
    state,
    when(stagedAt),
    attempts,
    words ?? '',
  ],
  none: 'nothing was told yet',
};

function messageJson({ id, channel, state, message, stagedAt, sentAt, attempts, words }: ListedMessage) {
  const { alert, step, found, since } = message;
  return {
    id,
    channel,
    state,
    alert,
    step,
    found,
    since: formatInstant(since),
    stagedAt: formatInstant(stagedAt),
    sentAt: sentAt === null ? null : formatInstant(sentAt),
    attempts,
    words,
  };
}

// ----------------------------------------------------------------------------------------------------- test

async function testChannels(cli: Cli, flags: { json?: true }): Promise<void> {
  const { app } = cli;
  if (app.alertChannels.length === 0) throw configuration('no-alert-channel', `${NOBODY}.`);
  await requireSchema(app);
  const tried = await tryChannels(app.alertDeps, { key: randomUUID(), signal: cli.signal });
  cli.exitCode = codeOf(tried);
  if (flags.json) return printJson(cli, tried);
  for (const { channel, outcome, words, mend } of tried) {
    print(cli, `${outcome === 'told' ? 'told    ' : 'NOT TOLD'}  ${channel}: ${words}`);
    if (mend !== undefined) say(cli, `  ${mend}`);
  }
}

function codeOf(tried: readonly Tried[]): (typeof EXIT)['done' | 'tryAgain' | 'configuration'] {
  if (tried.some((one) => one.kind === 'configuration')) return EXIT.configuration;
  return tried.every((one) => one.outcome === 'told') ? EXIT.done : EXIT.tryAgain;
}
