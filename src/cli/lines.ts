/** Lines of text, counted from 1, read as a stream: a file of any size is never whole in memory. */
import { createReadStream } from 'node:fs';
import { invalidInput } from '../errors.ts';
import { fileFault } from './file-faults.ts';

export interface Line {
  readonly line: number;
  readonly text: string;
}

/** No line of any file that we read is that long; one without line ends must not fill the memory. */
const LINE_MAX = 1024 * 1024;

/**
 * Lines end in LF, CRLF or CR, and in nothing else: a JSON text may hold U+2028 as it stands. A byte order mark is
 * left out; bytes that are no UTF-8 become U+FFFD, for the reader of the line to refuse.
 * @param file `-` is standard input
 * @throws invalid-input `file` when it cannot be read on, is UTF-16, or has a line of more than a million characters
 */
export async function* linesOf(file: string): AsyncGenerator<Line> {
  let line = 0;
  let rest = '';
  for await (const text of textOf(file)) {
    const parts = `${rest}${text}`.split(/\r\n|\n|\r(?!$)/);
    rest = parts.pop() ?? '';
    for (const part of parts) yield { line: (line += 1), text: part };
    if (rest.length > LINE_MAX)
      throw invalidInput(
        'file',
        `${file}, line ${line + 1}: expected at most ${LINE_MAX} characters in a line`,
      );
  }
  const last = rest.replace(/\r$/, '');
  if (last !== '') yield { line: line + 1, text: last };
}

async function* textOf(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let begun = false;
  try {
    for await (const chunk of bytesOf(file)) {
      if (!begun) refuseUtf16(file, chunk);
      begun = true;
      yield decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    throw fileFault(file, error);
  }
  yield decoder.decode();
}

/** Standard input as a stream: opening /dev/stdin by name fails where it is a socket. */
export const bytesOf = (file: string): AsyncIterable<Buffer> =>
  (file === '-' ? process.stdin : createReadStream(file)) as AsyncIterable<Buffer>;

/** What spreadsheets call "Unicode text". */
export function refuseUtf16(file: string, start: Uint8Array): void {
  const [first, second] = start;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw invalidInput('file', `${file} is UTF-16: expected UTF-8; save it again as UTF-8`);
}
