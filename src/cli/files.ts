/** Reading what is given by file name. Every failure says which file, where in it, and what was expected. */
import { invalidInput } from '../errors.ts';
import type { SourceLine } from '../operations/events/import-events.ts';
import { decodeUtf8, withoutMark } from '../utf8.ts';
import { nameOf, requireFile } from './file-faults.ts';
import { parseJson } from './json-text.ts';
import { type Input, type Line, bytesOf, linesOf, rawOf, refuseUtf16 } from './lines.ts';

/** The largest file that is read whole. */
const WHOLE_FILE_MAX = 16 * 1024 * 1024;

/**
 * @param file `-` is standard input
 * @throws invalid-input `file` when it cannot be read, is too large, no UTF-8, or not JSON
 */
export async function readJson(file: string): Promise<unknown> {
  const parsed = parseJson(await readWhole(file));
  if (parsed.ok) return parsed.value;
  const { line, column, what } = parsed;
  throw invalidInput('file', `${nameOf(file)} is not JSON, line ${line}, column ${column}: ${what}`);
}

/** @throws invalid-input `file` when it cannot be read, is too large, or no UTF-8 */
export async function readWhole(file: string): Promise<string> {
  await requireFile(file);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytesOf(file)) {
    size += chunk.length;
    if (size > WHOLE_FILE_MAX)
      throw invalidInput('file', `${nameOf(file)} is larger than ${WHOLE_FILE_MAX / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  refuseUtf16(nameOf(file), bytes);
  const text = decodeUtf8(bytes);
  if (text === undefined) throw invalidInput('file', `${nameOf(file)}: ${NOT_UTF8}`);
  return withoutMark(text);
}

const NOT_UTF8 = 'expected UTF-8 text';

/** Lines of an NDJSON file, blank ones left out: what each holds, or why it is not JSON. */
export async function* readLines(
  file: string,
): AsyncGenerator<{ line: number; value?: unknown; fault?: string }> {
  await requireFile(file);
  for await (const { line, text, bytes } of linesOf(file)) {
    if (text.trim() === '') continue;
    const parsed = parseJson(text);
    if (bytes) yield { line, fault: NOT_UTF8 };
    else if (parsed.ok) yield { line, value: parsed.value };
    else yield { line, fault: notJson(parsed) };
  }
}

const notJson = ({ column, what }: { column: number; what: string }): string =>
  `expected JSON; column ${column}: ${what}`;

/** Longer lines are faulty: no event is that large, and a file without line ends must not fill the memory. */
const LINE_MAX = 64 * 1024;

/** Every line of an NDJSON file, those that are not JSON with their fault; blank ones left out. */
export async function* readSourceLines(input: Input): AsyncGenerator<SourceLine> {
  if (typeof input === 'string') await requireFile(input);
  for await (const line of linesOf(input)) if (line.text.trim() !== '') yield toSourceLine(line);
}

function toSourceLine(found: Line): SourceLine {
  const { line, text } = found;
  const raw = rawOf(found);
  const fault = (what: string): SourceLine => ({ line, raw, faults: [{ where: '(line)', what }] });
  if (text.length > LINE_MAX) return fault(`expected at most ${LINE_MAX} characters`);
  if (found.bytes) return fault(NOT_UTF8);
  const parsed = parseJson(text);
  return parsed.ok ? { line, raw, value: parsed.value, faults: [] } : fault(notJson(parsed));
}
