/** CSV files with a header: rows with the line on which each begins, and every fault of reading them. */
import { parse } from 'csv-parse/sync';
import { invalidInput } from '../errors.ts';
import type { SourceRow } from '../operations/accounts/import-accounts.ts';
import { requireFile } from './file-faults.ts';
import { type Line, linesOf } from './lines.ts';

/** A record of the file: its cells, or what keeps it from having any. */
interface CsvRecord {
  readonly line: number;
  readonly text: string;
  readonly cells: readonly string[] | undefined;
  readonly fault?: string;
}

/** Lines that one quoted cell may run over; further ones belong to a quote that somebody forgot to close. */
const SPAN_MAX = 100;

/**
 * Rows of a CSV file, cells trimmed; blank ones are left out. A row with too few or too many cells is faulty, and so
 * is one whose quotes do not close: then only its first line is lost, and what follows is read as rows again.
 * @throws invalid-input `file` when the header lacks a column, repeats one, or has one that is unknown
 */
export async function* readCsvRows(
  file: string,
  columns: readonly string[],
  optional: readonly string[],
): AsyncGenerator<SourceRow> {
  await requireFile(file);
  let header: readonly string[] | undefined;
  for await (const record of recordsOf(linesOf(file))) {
    if (header) yield toRow(header, record);
    else header = checkHeader(file, record, columns, optional);
  }
  const needed = columns.filter((name) => !optional.includes(name));
  if (!header) throw invalidInput('file', `${file} is empty: expected a header ${needed.join(',')}`);
}

async function* recordsOf(lines: AsyncIterable<Line>): AsyncGenerator<CsvRecord> {
  let gathered: Line[] = [];
  for await (const line of lines) {
    if (gathered.length === 0 && !line.text.includes('"')) {
      const record = { ...line, cells: line.text.split(',') };
      if (!isBlank(record.cells)) yield record;
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
    if (!record && !atEnd && left.length <= SPAN_MAX) return left;
    const lost = lostLine(left[0] as Line);
    const { taken, ...found } = record ?? lost;
    if (!(found.cells && isBlank(found.cells))) yield found;
    left = left.slice(taken);
  }
  return left;
}

type Taken = CsvRecord & { readonly taken: number };

/** The record that the first lines make; undefined while its last quote is open. */
function firstRecordOf(lines: readonly Line[]): Taken | undefined {
  const first = lines[0] as Line;
  let text = '';
  let quotes = 0;
  for (const [index, line] of lines.entries()) {
    text = index === 0 ? line.text : `${text}\n${line.text}`;
    quotes += line.text.split('"').length - 1;
    if (quotes % 2 === 1) continue;
    const cells = parseQuoted(text);
    if (!cells) return lostLine(first);
    return { line: first.line, text, cells, taken: index + 1 };
  }
  return undefined;
}

const lostLine = ({ line, text }: Line): Taken => ({
  line,
  text,
  cells: undefined,
  taken: 1,
  fault: 'expected quotes around whole cells only, each closed, and "" for a quote inside one',
});

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

const listed = (what: string, names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [`${what} ${names.map((name) => name || '(a column without a name)').join(', ')}`];

function toRow(header: readonly string[], { line, text, cells, fault }: CsvRecord): SourceRow {
  // What cannot be told apart goes to the first column whole, so that a list of rejected rows still holds it.
  if (!cells)
    return { line, cells: { [header[0] as string]: text }, faults: [{ where: '(row)', what: fault ?? '' }] };
  const named = Object.fromEntries(header.map((name, index) => [name, (cells[index] ?? '').trim()]));
  if (cells.length !== header.length) {
    const what = `expected ${header.length} cells, as in the header, and found ${cells.length}`;
    return { line, cells: named, faults: [{ where: '(row)', what }] };
  }
  const garbled = header.find((name) => named[name]?.includes('\uFFFD'));
  return { line, cells: named, faults: garbled ? [{ where: garbled, what: 'expected UTF-8 text' }] : [] };
}
