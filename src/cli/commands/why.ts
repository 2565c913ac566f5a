/** why: a pasted ticket, answered. */
import { type Command, Option } from 'commander';
import type { Instant } from '../../domain/calendar.ts';
import { invalidInput } from '../../errors.ts';
import { type TicketAnswer, answerTicket } from '../../reports/ticket/ticket.ts';
import { explanationText } from '../account-text.ts';
import { type Cli, print, printJson } from '../context.ts';
import { readWhole } from '../files.ts';
import { accountFlag, asOfFlag, emailFlag, jsonFlag, localeFlag, withHelp } from '../options.ts';
import { reportsFrom } from '../reading.ts';
import { requireSchema } from '../require-schema.ts';
import { type Wrap, wrapOn } from '../prose.ts';
import { type Screen, type Words, joined, paragraphsOf, screenOf, toned } from '../screen.ts';

/** Characters of a ticket; a longer one is somebody's whole mailbox. */
export const TEXT_MAX = 20_000;

export function addWhyCommand(program: Command, cli: Cli): void {
  const command = program
    .command('why')
    .description("a member's message, answered: the reply to send, and what it is told from")
    .argument('<text>', `what the member wrote, at most ${TEXT_MAX} characters; - reads standard input`)
    .addOption(
      new Option('--account <id>', 'whose message it is, where the text does not say')
        .argParser(accountFlag)
        .conflicts('email'),
    )
    .addOption(new Option('--email <address>', 'the same, by the address').argParser(emailFlag))
    .option(
      '--locale <tag>',
      'the language of the reply and its answers, such as es-MX (default: en)',
      localeFlag,
    )
    .addOption(asOfFlag())
    .addOption(jsonFlag())
    .action((text: string, flags: WhyFlags) => why(cli, text, flags));
  withHelp(
    command,
    'connects why "A client answered on the 11th of April, when do my 10 come?" --account a1',
    [0, 2, 4, 6, 75],
  ).addHelpText('after', WHY_HELP);
}

const WHY_HELP = `
Read from the text: account ids, addresses, ids of proposals, interview requests and events, dates, and what it is
about, by its words; they are read in English. A job's title is no id here: the requests and proposals of that time are
told. With --locale the member is answered in that language; what is said to whoever sends the reply stays English.

With --json:
  { "accounts", "zone", "asOf", "past", "topics", "read": { "ids", "emails", "dates", "amounts" },
    "locale", "reply",    "questions": [ { "account", "question", "answers" } ], "rules": [ { "name", "text", "since" } ],
    "takenForGranted", "notUnderstood" }
Answers are those of account explain.`;

interface WhyFlags {
  account?: string;
  email?: string;
  locale?: string;
  asOf?: Instant;
  json?: true;
}

async function why(cli: Cli, given: string, { asOf, locale, json, ...who }: WhyFlags): Promise<void> {
  const text = given === '-' ? await readWhole('-') : given;
  if (text.trim() === '') throw invalidInput('usage', 'the text is empty: expected what the member wrote');
  if (text.length > TEXT_MAX)
    throw invalidInput('usage', `the text has ${text.length} characters: expected at most ${TEXT_MAX}`);
  await requireSchema(cli.app);
  const answer = await answerTicket(await reportsFrom(cli), text, who, asOf, locale);
  return json ? printJson(cli, answer) : print(cli, ticketText(screenOf(cli), answer));
}

/** The reply first; below it, for whoever sends it, what it rests on. */
function ticketText(screen: Screen, answer: TicketAnswer): Words {
  const wrap = wrapOn(screen);
  const listed = (title: string, lines: readonly string[]): Words[] =>
    lines.length === 0 ? [] : [titled(title, bullets(wrap, lines))];
  return joined(
    [
      titled('Reply to send', paragraphs(wrap, answer.reply)),
      titled('Told from', evidenceOf(screen, answer)),
      titled('Read from the text', readFrom(wrap, answer)),
      ...listed('Taken for granted', answer.takenForGranted),
      ...listed('Not understood', answer.notUnderstood),
    ],
    '\n\n\n',
  );
}

const titled = (title: string, words: Words): Words => [
  toned('strong', `${title}\n${'-'.repeat(title.length)}`),
  '\n\n',
  words,
];

const bullets = (wrap: Wrap, lines: readonly string[]): string =>
  lines.map((one) => wrap(one, '  ').replace(/^ {2}/, '- ')).join('\n');

const paragraphs = (wrap: Wrap, letter: string): string =>
  letter
    .split('\n\n')
    .map((one) => (one.startsWith('- ') ? bullets(wrap, [one.slice(2)]) : wrap(one)))
    .join('\n\n');

function evidenceOf(screen: Screen, { questions, accounts, zone, asOf, past, locale }: TicketAnswer): Words {
  const parts = accounts.map((account) => {
    const all = questions.filter((one) => one.account === account).flatMap((one) => one.answers);
    const answers = [
      ...new Map(all.map((one) => [`${one.subject} ${one.code} ${one.sentence}`, one])).values(),
    ];
    return explanationText(screen, { account, zone, asOf, past, locale, question: {}, answers });
  });
  return parts.length === 0 ? 'Nothing of an account: only rules.' : paragraphsOf(parts);
}

function readFrom(wrap: Wrap, { accounts, topics, read }: TicketAnswer): string {
  const dates = read.dates.map(({ text, from, to }) => {
    const until = to === from ? '' : ` to ${to ?? 'now'}`;
    return `"${text}" as ${from}${until}`;
  });
  const rows: [string, readonly (string | number)[]][] = [
    ['Accounts', accounts],
    ['Ids', read.ids],
    ['Addresses', read.emails],
    ['Dates', dates],
    ['Numbers', read.amounts],
    ['About', topics],
  ];
  return rows
    .filter(([, list]) => list.length > 0)
    .map(([title, list]) => wrap(list.join(', '), ' '.repeat(13)).replace(/^ {13}/, `  ${title.padEnd(11)}`))
    .join('\n');
}
