/** Lists, the same for every command that has one: a table for people; JSON, NDJSON and CSV for scripts. */
import { type Command, Option } from 'commander';
import { shownNow } from '../db/query.ts';
import { csvLine, csvRow } from '../json/csv.ts';
import { type Cli, print, printPart, say } from './context.ts';
import { jsonFlag } from './options.ts';
import { screenOf } from './screen.ts';
import { type Cell, type Columns, isWhen, layTable } from './table.ts';

export interface ListFlags {
  json?: true;
  ndjson?: true;
  csv?: true;
}

/** How the items of a list are told. */
export interface Listing<Item, Told extends object> {
  /** One item as data: what --json and --ndjson print of it. */
  readonly toJson: (item: Item) => Told;
  /** The columns of --csv, which are the names of that data. */
  readonly fields: readonly (keyof Told & string)[];
  /** The headings of the table, and a row of it; ids are given as text. */
  readonly columns: Columns;
  readonly toRow: (item: Item) => readonly Cell[];
  /** What is said, on stderr, of a list without items. */
  readonly none: string;
}

export const withListFlags = (command: Command): Command =>
  command
    .addOption(jsonFlag())
    .addOption(new Option('--ndjson', 'print one JSON document a line').conflicts(['json', 'csv']))
    .addOption(new Option('--csv', 'print CSV, with a header').conflicts('json'));

/** Whether a script reads the list, and nobody is told where it goes on. */
export const isForScripts = ({ json, ndjson, csv }: ListFlags): boolean =>
  json === true || ndjson === true || csv === true;

/** A list that is short enough to be held. */
export async function printList<Item, Told extends object>(
  cli: Cli,
  flags: ListFlags,
  items: readonly Item[],
  listing: Listing<Item, Told>,
): Promise<void> {
  if (isForScripts(flags)) return streamList(cli, flags, items, listing);
  if (items.length === 0) return say(cli, listing.none);
  return printTable(cli, listing.columns, items.map(listing.toRow));
}

/** As wide as the terminal is; what had no room is named. Instants are told by the database's clock. */
export async function printTable(
  cli: Cli,
  columns: Columns,
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  const screen = screenOf(cli);
  const now = screen.columns !== null && rows.some((row) => row.some(isWhen)) && (await shownNow(cli.app.db));
  const { words, leftOut } = layTable(screen, columns, rows, now === false ? {} : { now });
  print(cli, words);
  if (leftOut.length > 0) say(cli, `no room for ${leftOut.join(', ')}: a wider terminal or --json has them`);
}

/** For scripts, of any length: written as it is read. Ends early when nobody reads any more, or at a signal. */
export async function streamList<Item, Told extends object>(
  cli: Cli,
  flags: ListFlags,
  items: Iterable<Item> | AsyncIterable<Item>,
  { toJson, fields }: Pick<Listing<Item, Told>, 'toJson' | 'fields'>,
): Promise<void> {
  const { before, part, after } = formatOf(flags, fields);
  let isRead = await printPart(cli, before);
  let isFirst = true;
  for await (const item of items) {
    if (!isRead || cli.signal.aborted) return;
    isRead = await printPart(cli, part(toJson(item), isFirst));
    isFirst = false;
  }
  await printPart(cli, after(isFirst));
}

interface Format<Told> {
  readonly before: string;
  readonly part: (told: Told, isFirst: boolean) => string;
  readonly after: (isEmpty: boolean) => string;
}

function formatOf<Told extends object>(
  { ndjson, csv }: ListFlags,
  fields: readonly (keyof Told & string)[],
): Format<Told> {
  if (ndjson) return { before: '', part: (told) => `${JSON.stringify(told)}\n`, after: () => '' };
  if (csv)
    return {
      before: csvLine(fields),
      part: (told) => csvRow(told, fields),
      after: () => '',
    };
  return {
    before: '[',
    part: (told, isFirst) => `${isFirst ? '' : ','}\n${indented(JSON.stringify(told, null, 2))}`,
    after: (isEmpty) => (isEmpty ? ']\n' : '\n]\n'),
  };
}

/** Line ends of JSON alone: a value may hold what a pattern takes for one. */
const indented = (text: string): string => `  ${text.replaceAll('\n', '\n  ')}`;
