/** Lines of text, counted from 1, read as a stream: a file of any size is never whole in memory. */
import { createReadStream } from 'node:fs';
import { invalidInput } from '../errors.ts';
import { decodeUtf8, withoutMark } from '../utf8.ts';
import { fileFault } from './file-faults.ts';
import type { OpenFile } from './open-file.ts';

export interface Line {
  readonly line: number;
  readonly text: string;
  /** What it ended with: LF, CRLF or CR; nothing at the end of a file. */
  readonly end: string;
  /** As it was, where it is no UTF-8; in `text` U+FFFD stands for what could not be read. */
  readonly bytes?: Buffer;
}

/** What can be read: a file by its name, `-` for standard input, or one that was opened to be read more than once. */
export type Input = string | OpenFile;

/** The line as it was, its end included. */
export const rawOf = ({ text, end, bytes }: Line): string | Buffer => bytes ?? text + end;

/** No line of any file that we read is that long; one without line ends must not fill the memory. */
const LINE_MAX = 1024 * 1024;

/**
 * Lines end in LF, CRLF or CR, and in nothing else: a JSON text may hold U+2028 as it stands. A byte order mark is
 * left out.
 * @throws invalid-input `file` when it cannot be read on, is UTF-16, or has a line of more than a million bytes
 */
export async function* linesOf(input: Input): AsyncGenerator<Line> {
  let line = 0;
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  for await (const chunk of bytesOf(input)) {
    if (!begun) refuseUtf16(titleOf(input), chunk);
    begun = true;
    const found = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = endOfLastLine(found);
    for (const one of splitLines(found.subarray(0, end))) yield numbered((line += 1), one);
    rest = found.subarray(end);
    if (rest.length > LINE_MAX)
      throw invalidInput(
        'file',
        `${titleOf(input)}, line ${line + 1}: expected at most ${LINE_MAX} characters in a line`,
      );
  }
  for (const one of splitLines(rest)) yield numbered((line += 1), one);
}

const numbered = (line: number, found: Omit<Line, 'line'>): Line =>
  line === 1 ? { line, ...found, text: withoutMark(found.text) } : { line, ...found };

const LF = 10;
const CR = 13;

/** A CR at the very end may be the first half of a CRLF. In UTF-8 neither byte is ever a part of another character. */
const endOfLastLine = (bytes: Buffer): number =>
  Math.max(bytes.lastIndexOf(LF), bytes.length > 1 ? bytes.lastIndexOf(CR, bytes.length - 2) : -1) + 1;

function* splitLines(bytes: Buffer): Generator<Omit<Line, 'line'>> {
  const text = decodeUtf8(bytes);
  if (text === undefined) return yield* splitBytes(bytes);
  const parts = text.split(/(\r\n|\n|\r)/);
  for (let index = 0; index < parts.length; index += 2) {
    const [one = '', end = ''] = [parts[index], parts[index + 1]];
    if (one !== '' || end !== '') yield { text: one, end };
  }
}

/** Line by line, so that only those are refused that are no UTF-8 themselves. */
function* splitBytes(bytes: Buffer): Generator<Omit<Line, 'line'>> {
  for (let from = 0; from < bytes.length;) {
    let to = from;
    while (to < bytes.length && bytes[to] !== LF && bytes[to] !== CR) to += 1;
    const end = bytes[to] === CR && bytes[to + 1] === LF ? '\r\n' : bytes.toString('latin1', to, to + 1);
    const text = decodeUtf8(bytes.subarray(from, to));
    const next = to + end.length;
    if (text !== undefined) yield { text, end };
    // A copy: what is kept of one line must not keep all that was read with it.
    else
      yield { text: bytes.toString('utf8', from, to), end, bytes: Buffer.from(bytes.subarray(from, next)) };
    from = next;
  }
}

/** Standard input as a stream: opening /dev/stdin by name fails where it is a socket. */
export async function* bytesOf(input: Input): AsyncGenerator<Buffer> {
  try {
    if (typeof input !== 'string') yield* input.chunks();
    else yield* (input === '-' ? process.stdin : createReadStream(input)) as AsyncIterable<Buffer>;
  } catch (error) {
    throw fileFault(titleOf(input), error);
  }
}

/** For messages. */
export const titleOf = (input: Input): string => (typeof input === 'string' ? input : input.name);

/** What spreadsheets call "Unicode text". */
export function refuseUtf16(file: string, start: Uint8Array): void {
  const [first, second] = start;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw invalidInput('file', `${file} is UTF-16: expected UTF-8; save it again as UTF-8`);
}
