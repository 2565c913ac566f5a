/** Reading what is given by file name. Every failure says which file, where in it, and what was expected. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type CsvError, type Parser, parse } from 'csv-parse';
import { invalidInput, messageOf } from '../errors.ts';
import type { SourceRow } from '../operations/import-accounts.ts';
import type { SourceLine } from '../operations/import-events.ts';

/** The largest file that is read whole. */
const WHOLE_FILE_MAX = 16 * 1024 * 1024;

/** @throws invalid-input `file` when it cannot be read, is too large, or is not JSON */
export async function readJson(file: string): Promise<unknown> {
  const text = await readWhole(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidInput('file', `${file} is not JSON: ${messageOf(error)}`);
  }
}

async function readWhole(file: string): Promise<string> {
  await requireFile(file);
  if (file !== '-' && (await stat(file)).size > WHOLE_FILE_MAX)
    throw invalidInput('file', `${file} is larger than ${WHOLE_FILE_MAX / 1024 / 1024} MiB`);
  return readFile(file === '-' ? '/dev/stdin' : file, 'utf8');
}

/** @throws invalid-input `file` when there is no such readable file */
export async function requireFile(file: string): Promise<void> {
  if (file === '-') return;
  try {
    if ((await stat(file)).isDirectory()) throw invalidInput('file', `${file} is a folder: expected a file`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw invalidInput('file', `${file}: there is no such file`);
    throw error;
  }
}

/** Parsed lines of an NDJSON file, blank ones left out. @throws invalid-input `file` at the first that is not JSON */
export async function* readLines(file: string): AsyncGenerator<{ line: number; value: unknown }> {
  await requireFile(file);
  const lines = createInterface({
    input: createReadStream(file === '-' ? '/dev/stdin' : file),
    crlfDelay: Infinity,
  });
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === '') continue;
    try {
      yield { line, value: JSON.parse(text) as unknown };
    } catch (error) {
      throw invalidInput('file', `${file}, line ${line} is not JSON: ${messageOf(error)}`);
    }
  }
}

/**
 * Rows of a CSV file with a header. A row with too few or too many cells is a faulty row; so is the rest of a file
 * whose quotes do not close, because nothing after them can be told apart.
 * @throws invalid-input `file` when the header lacks a column, or has one that is unknown
 */
export async function* readCsvRows(
  file: string,
  columns: readonly string[],
  optional: readonly string[],
): AsyncGenerator<SourceRow> {
  await requireFile(file);
  const parser = createReadStream(file === '-' ? '/dev/stdin' : file).pipe(
    parse({ bom: true, info: true, relaxColumnCount: true, skipEmptyLines: true }),
  );
  let header: string[] | undefined;
  try {
    for await (const { record, info } of parser as Parser &
      AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (header) yield toRow(header, record, info.lines);
      else header = checkHeader(file, record, columns, optional);
    }
  } catch (error) {
    if (!isCsvError(error)) throw error;
    yield { line: error.lines ?? 0, cells: {}, faults: [{ where: '(row)', what: messageOf(error) }] };
  }
  if (!header) throw invalidInput('file', `${file} is empty: expected a header ${columns.join(',')}`);
}

const isCsvError = (error: unknown): error is CsvError & { lines?: number } =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_');

function checkHeader(
  file: string,
  header: readonly string[],
  columns: readonly string[],
  optional: readonly string[],
): string[] {
  const names = header.map((name) => name.trim());
  const missing = columns.filter((name) => !names.includes(name) && !optional.includes(name));
  const unknown = names.filter((name) => !columns.includes(name) && !optional.includes(name));
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  const faults = [
    ...(missing.length > 0 ? [`it lacks ${missing.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`it has the unknown ${unknown.join(', ')}`] : []),
    ...(repeated.length > 0 ? [`it repeats ${repeated.join(', ')}`] : []),
  ];
  if (faults.length > 0)
    throw invalidInput(
      'file',
      `${file}, line 1: expected the header ${columns.join(',')}: ${faults.join('; ')}`,
    );
  return names;
}

function toRow(header: readonly string[], record: readonly string[], line: number): SourceRow {
  const cells = Object.fromEntries(header.map((name, index) => [name, (record[index] ?? '').trim()]));
  if (record.length !== header.length) {
    const what = `expected ${header.length} cells, as in the header, and found ${record.length}`;
    return { line, cells, faults: [{ where: '(row)', what }] };
  }
  const garbled = header.find((name) => cells[name]?.includes('\uFFFD'));
  return { line, cells, faults: garbled ? [{ where: garbled, what: 'expected UTF-8 text' }] : [] };
}

/** Longer lines are faulty: no event is that large, and a file without line ends must not fill the memory. */
const LINE_MAX = 64 * 1024;

/** Every line of an NDJSON file, those that are not JSON with their fault; blank ones left out. */
export async function* readSourceLines(file: string): AsyncGenerator<SourceLine> {
  await requireFile(file);
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() !== '') yield toSourceLine(line, line === 1 ? text.replace(/^\uFEFF/, '') : text);
  }
}

function toSourceLine(line: number, text: string): SourceLine {
  const fault = (what: string): SourceLine => ({ line, text, faults: [{ where: '(line)', what }] });
  if (text.length > LINE_MAX) return fault(`expected at most ${LINE_MAX} characters`);
  if (text.includes('\uFFFD')) return fault('expected UTF-8 text');
  try {
    return { line, text, value: JSON.parse(text) as unknown, faults: [] };
  } catch (error) {
    return fault(`expected one JSON object: ${messageOf(error)}`);
  }
}
