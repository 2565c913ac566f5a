/** account show, history, explain, forecast, link and links: one account, by its id or its member's address. */
import { type Command, Option } from 'commander';
import type { Instant, LocalDate } from '../../domain/calendar.ts';
import { FORECAST_MAX } from '../../domain/simulation/forecast.ts';
import { invalidInput } from '../../errors.ts';
import { HISTORY_FIELDS, historyJson } from '../../json/history.ts';
import { readForecast } from '../../reports/account-forecast.ts';
import { type HistoryFilter, readHistoryPage, streamHistory } from '../../reports/account-history.ts';
import { seenOn } from '../../reports/seen-on.ts';
import { readAccountView } from '../../reports/account-view.ts';
import type { Inquiry } from '../../reports/explain/answer.ts';
import { inquire } from '../../reports/explain/explain.ts';
import { HISTORY_TYPES, type HistoryType, dayWords, formatAmount } from '../../reports/member-words.ts';
import { forecastText, historyText, viewText } from '../account-views.ts';
import { PAST_CODES, PAST_JSON, WHO, ask } from '../asking.ts';
import { type Cli, print, printJson, printPart, say } from '../context.ts';
import { type ListFlags, isForScripts, streamList, withListFlags } from '../listing.ts';
import { accountOrEmailFlag, asOfFlag, countFlag, dateFlag, jsonFlag, withHelp } from '../options.ts';
import { wrapOn } from '../prose.ts';
import { screenOf } from '../screen.ts';
import { addExplain } from './account-explain.ts';
import { addLink, addLinks } from './account-link.ts';

const STREAMING_CODES = [...PAST_CODES, 130, 143] as const;

export function addAccountCommand(program: Command, cli: Cli): void {
  const account = program
    .command('account')
    .description('one account, as its member sees it and asks about it');
  addShow(account, cli);
  addHistory(account, cli);
  addExplain(account, cli);
  addForecast(account, cli);
  addLink(account, cli);
  addLinks(account, cli);
}

// --------------------------------------------------------------------------------------------------- show

function addShow(account: Command, cli: Cli): void {
  const command = account
    .command('show')
    .description('Memberships & Connects: plan, balance, next date, the latest lines')
    .argument('<id>', WHO, accountOrEmailFlag)
    .addOption(asOfFlag())
    .addOption(jsonFlag())
    .action(async (who: string, flags: { asOf?: Instant; json?: true }) => {
      const { db, id } = await ask(cli, who);
      const view = await readAccountView(db, id, flags.asOf);
      return flags.json ? printJson(cli, view) : print(cli, viewText(screenOf(cli), view));
    });
  withHelp(command, 'connects account show a1', PAST_CODES).addHelpText('after', PAST_JSON);
}

// ------------------------------------------------------------------------------------------------ history

interface HistoryFlags extends ListFlags {
  type?: HistoryType[];
  days?: number;
  from?: LocalDate;
  to?: LocalDate;
  limit?: number;
  before?: number;
  seenOn?: LocalDate;
  asOf?: Instant;
}

/** Lines of a page of text. */
const TEXT_LINES = 50;

function addHistory(account: Command, cli: Cli): void {
  const command = account
    .command('history')
    .description('Connects History: date, action, Connects, running balance; the newest first')
    .argument('<id>', WHO, accountOrEmailFlag)
    .addOption(new Option('--type <type...>', 'only lines of these types').choices(HISTORY_TYPES))
    .option('--days <n>', 'the last so many days (7, 30, 90, …)', countFlag(1, 36_500))
    .option('--from <date>', "from this date on, in the account's zone", dateFlag)
    .option('--to <date>', "up to this date, in the account's zone", dateFlag)
    .option(
      '--limit <n>',
      `the most lines (default: ${TEXT_LINES} as text, all as JSON)`,
      countFlag(1, 1_000_000),
    )
    .option('--before <seq>', 'go on below this line, as the page before says', countFlag(1, 2 ** 31 - 1))
    .addOption(
      new Option(
        '--seen-on <date>',
        'what the member saw at the end of this date: written by then, balance of then',
      )
        .argParser(dateFlag)
        .conflicts('asOf'),
    )
    .addOption(asOfFlag())
    .action((who: string, flags: HistoryFlags) => showHistory(cli, who, flags));
  withHelp(
    withListFlags(command),
    'connects account history a1 --type interview --days 90',
    STREAMING_CODES,
  ).addHelpText('after', HISTORY_HELP);
}

const HISTORY_HELP = `
A line stands on the day as of which it counts: ", of 13 Nov" says when it happened where that was before, and
", posted 15 Nov" when it came where that was after; of lines that belong together the first says so.

With --json:
  { "account", "zone", "seenOn"?, "balance"?, "entries": [ … ] }
  With --seen-on, "balance" is that of the end of "seenOn", "zone" the one of that day, and no line was written later.
  A line has "occurredAt", "reachedAt", "effectiveAt", "postedAt", and "lateAfter" as account explain has it.`;

async function showHistory(cli: Cli, who: string, flags: HistoryFlags): Promise<void> {
  if (flags.days !== undefined && (flags.from !== undefined || flags.to !== undefined))
    throw invalidInput('usage', '--days cannot be given with --from or --to');
  if (flags.from !== undefined && flags.to !== undefined && flags.from > flags.to)
    throw invalidInput('usage', `--from ${flags.from} --to ${flags.to}: expected --to not before --from`);
  const { db, id } = await ask(cli, who);
  const asked = await inquire(db, id, flags.asOf);
  const seen = flags.seenOn === undefined ? undefined : await seenOn(asked, flags.seenOn);
  const { inquiry, writtenBefore } = seen ?? { inquiry: asked };
  const { type: types, days, from, to } = flags;
  const filter = { types, days, from, to, writtenBefore };
  if (flags.json) return streamJson(cli, inquiry, filter, { ...flags, balance: seen?.balance });
  if (isForScripts(flags)) return streamLines(cli, inquiry, filter, flags);
  const limit = flags.limit ?? TEXT_LINES;
  const page = await readHistoryPage(inquiry, filter, { limit, before: flags.before });
  if (seen)
    print(
      cli,
      `${wrapOn(screenOf(cli))(`At the end of ${dayWords(flags.seenOn ?? '')} the balance was ${formatAmount(seen.balance)}; what was written later is left out.`)}\n`,
    );
  if (page.lines.length === 0) return print(cli, 'No lines.');
  print(cli, historyText(screenOf(cli), page.lines, inquiry.words));
  say(cli, `dates are of ${inquiry.words.zone}`);
  if (page.nextBefore !== null) say(cli, `there is more: --before ${page.nextBefore} goes on`);
}

/** One document, written as it is read: `{ account, zone, seenOn?, balance?, entries: […] }`. */
async function streamJson(
  cli: Cli,
  inquiry: Inquiry,
  filter: HistoryFilter,
  flags: HistoryFlags & { readonly balance: number | undefined },
): Promise<void> {
  const { seenOn: on, balance } = flags;
  const head = { account: inquiry.account.id, zone: inquiry.words.zone, seenOn: on, balance };
  const fields = Object.entries(head).filter(([, value]) => value !== undefined);
  await printPart(
    cli,
    `{\n${fields.map(([name, value]) => `  "${name}": ${JSON.stringify(value)},\n`).join('')}  "entries": [`,
  );
  let comma = '';
  for await (const line of streamHistory(inquiry, filter, flags)) {
    if (cli.signal.aborted) return;
    if (!(await printPart(cli, `${comma}\n    ${JSON.stringify(line)}`))) return;
    comma = ',';
  }
  await printPart(cli, `${comma === '' ? '' : '\n  '}]\n}\n`);
}

const streamLines = (cli: Cli, inquiry: Inquiry, filter: HistoryFilter, flags: HistoryFlags): Promise<void> =>
  streamList(cli, flags, streamHistory(inquiry, filter, flags), {
    toJson: (line) => historyJson(inquiry.account.id, line),
    fields: HISTORY_FIELDS,
  });

// ----------------------------------------------------------------------------------------------- forecast

function addForecast(account: Command, cli: Cli): void {
  const command = account
    .command('forecast')
    .description('the next billing cycles, if nothing is spent')
    .argument('<id>', WHO, accountOrEmailFlag)
    .option('--cycles <n>', 'how many', countFlag(1, FORECAST_MAX), 3)
    .addOption(asOfFlag())
    .addOption(jsonFlag())
    .action(async (who: string, flags: { cycles: number; asOf?: Instant; json?: true }) => {
      const { db, id } = await ask(cli, who);
      const ahead = await readForecast(db, id, flags.cycles, flags.asOf);
      return flags.json ? printJson(cli, ahead) : print(cli, forecastText(screenOf(cli), ahead));
    });
  withHelp(command, 'connects account forecast a1 --cycles 12', PAST_CODES).addHelpText('after', PAST_JSON);
}
