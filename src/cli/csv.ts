/** CSV files with a header: rows with the line on which each begins, and every fault of reading them. */
import { parse } from 'csv-parse/sync';
import { invalidInput } from '../errors.ts';
import type { SourceRow } from '../operations/accounts/import-accounts.ts';
import { plainLine } from '../plain-text.ts';
import { requireFile } from './file-faults.ts';
import { type Input, type Line, linesOf, rawOf, titleOf } from './lines.ts';

/** A record of the file: its cells, or what keeps it from having any. */
interface CsvRecord {
  readonly line: number;
  readonly text: string;
  /** As it stands in the file, its line end included. */
  readonly raw: string | Buffer;
  /** False where some of its bytes could not be read. */
  readonly isUtf8: boolean;
  readonly cells: readonly string[] | undefined;
  readonly fault?: string;
}

/** Lines that one quoted cell may run over; further ones belong to a quote that somebody forgot to close. */
const SPAN_MAX = 100;
/** And characters: what is looked at again and again must stay short. */
const SPAN_LENGTH_MAX = 1024 * 1024;

/**
 * Rows of a CSV file, cells trimmed; blank ones are left out. A row with too few or too many cells is faulty, and so
 * is one whose quotes do not close: then only its first line is lost, and what follows is read as rows again.
 * @param onHeader is given the header as it stands in the file, its line end included
 * @throws invalid-input `file` when the header lacks a column, repeats one, or has one that is unknown
 */
export async function* readCsvRows(
  input: Input,
  columns: readonly string[],
  optional: readonly string[],
  onHeader?: (raw: string | Buffer) => void,
): AsyncGenerator<SourceRow> {
  if (typeof input === 'string') await requireFile(input);
  let header: readonly string[] | undefined;
  for await (const record of recordsOf(linesOf(input))) {
    if (header) yield toRow(header, record);
    else {
      header = checkHeader(titleOf(input), record, columns, optional);
      onHeader?.(record.raw);
    }
  }
  const needed = columns.filter((name) => !optional.includes(name));
  if (!header)
    throw invalidInput('file', `${titleOf(input)} is empty: expected a header ${needed.join(',')}`);
}

async function* recordsOf(lines: AsyncIterable<Line>): AsyncGenerator<CsvRecord> {
  let gathered: Line[] = [];
  for await (const line of lines) {
    if (gathered.length === 0 && !line.text.includes('"')) {
      const cells = line.text.split(',');
      if (!isBlank(cells)) yield recordOf([line], cells);
      continue;
    }
    gathered.push(line);
    gathered = yield* closedRecords(gathered, false);
  }
  yield* closedRecords(gathered, true);
}

/** Yields what can be told of the gathered lines, and returns those whose quotes may still close. */
function* closedRecords(gathered: Line[], atEnd: boolean): Generator<CsvRecord, Line[]> {
  let left = gathered;
  while (left.length > 0) {
    const record = firstRecordOf(left);
    if (!record && !atEnd && mayClose(left)) return left;
    const { taken, ...found } = record ?? lostLine(left[0] as Line);
    if (!(found.cells && isBlank(found.cells))) yield found;
    left = left.slice(taken);
  }
  return left;
}

const mayClose = (lines: readonly Line[]): boolean =>
  lines.length <= SPAN_MAX && lines.reduce((sum, one) => sum + one.text.length, 0) <= SPAN_LENGTH_MAX;

type Taken = CsvRecord & { readonly taken: number };

/** The record that the first lines make; undefined while its last quote is open. */
function firstRecordOf(lines: readonly Line[]): Taken | undefined {
  let quotes = 0;
  for (const [index, line] of lines.entries()) {
    quotes += line.text.split('"').length - 1;
    if (quotes % 2 === 1) continue;
    const own = lines.slice(0, index + 1);
    const cells = parseQuoted(textOf(own));
    return cells ? { ...recordOf(own, cells), taken: own.length } : lostLine(own[0] as Line);
  }
  return undefined;
}

const lostLine = (line: Line): Taken => ({
  ...recordOf([line], undefined),
  taken: 1,
  fault: 'expected quotes around whole cells only, each closed, and "" for a quote inside one',
});

function recordOf(lines: readonly Line[], cells: readonly string[] | undefined): CsvRecord {
  const { line = 0 } = lines[0] ?? {};
  const isUtf8 = lines.every((one) => one.bytes === undefined);
  return { line, text: textOf(lines), raw: rawOfAll(lines, isUtf8), isUtf8, cells };
}

const textOf = (lines: readonly Line[]): string => lines.map((one) => one.text).join('\n');

const rawOfAll = (lines: readonly Line[], isUtf8: boolean): string | Buffer =>
  isUtf8
    ? lines.map(rawOf).join('')
    : Buffer.concat(lines.map(({ text, end, bytes }) => bytes ?? Buffer.from(text + end)));

function parseQuoted(text: string): string[] | undefined {
  try {
    const [cells, ...more] = parse(text, { relaxColumnCount: true, trim: true }) as string[][];
    return more.length === 0 ? (cells ?? ['']) : undefined;
  } catch {
    return undefined;
  }
}

const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '');

function checkHeader(
  file: string,
  { line, text, cells = [], fault }: CsvRecord,
  columns: readonly string[],
  optional: readonly string[],
): string[] {
  const needed = columns.filter((name) => !optional.includes(name));
  const names = cells.map((name) => name.trim());
  const unknown = names.filter((name) => !columns.includes(name) && !optional.includes(name));
  const faults = [
    ...(fault ? [fault] : []),
    ...listed(
      'it lacks',
      needed.filter((name) => !names.includes(name)),
    ),
    ...listed('it has the unknown', unknown),
    ...listed(
      'it repeats',
      names.filter((name, index) => names.indexOf(name) !== index),
    ),
    ...(names.length === 1 && /[;\t]/.test(text) ? ['cells are separated by commas here'] : []),
  ];
  if (faults.length === 0) return names;
  throw invalidInput(
    'file',
    `${file}, line ${line}: expected the header ${needed.join(',')}: ${faults.join('; ')}`,
  );
}

const listed = (what: string, names: readonly string[]): string[] => {
  if (names.length === 0) return [];
  const more = names.length > NAMES_MAX ? `, and ${names.length - NAMES_MAX} more` : '';
  return [`${what} ${names.slice(0, NAMES_MAX).map(nameOfColumn).join(', ')}${more}`];
};

/** Of another kind of file altogether, the first line may be anything. */
const NAMES_MAX = 20;
const NAME_LENGTH_MAX = 60;

const nameOfColumn = (name: string): string => {
  const shown = plainLine(name) || '(a column without a name)';
  return shown.length > NAME_LENGTH_MAX ? `${shown.slice(0, NAME_LENGTH_MAX)}…` : shown;
};

function toRow(header: readonly string[], record: CsvRecord): SourceRow {
  const { line, raw, cells = [], fault } = record;
  const named = Object.fromEntries(header.map((name, index) => [name, (cells[index] ?? '').trim()]));
  const faulty = (where: string, what: string): SourceRow => ({
    line,
    raw,
    cells: named,
    faults: [{ where, what }],
  });
  if (fault !== undefined) return faulty('(row)', fault);
  if (cells.length !== header.length)
    return faulty('(row)', `expected ${header.length} cells, as in the header, and found ${cells.length}`);
  if (!record.isUtf8)
    return faulty(header.find((name) => named[name]?.includes('\uFFFD')) ?? '(row)', 'expected UTF-8 text');
  return { line, raw, cells: named, faults: [] };
}
