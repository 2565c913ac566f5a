/** Rows as the text of an INSERT. */
import { escape } from 'mysql2';

export type Cell = string | number | boolean | null;

/** Of one INSERT: there are servers that take a mebibyte and no more. */
const STATEMENT_MAX_BYTES = 300_000;
const [SPACE, QUOTE, OPEN, CLOSE, COMMA, BACKSLASH, TILDE] = [0x20, 0x27, 0x28, 0x29, 0x2c, 0x5c, 0x7e];
/** Digits, sign, point and exponent. */
const NUMBER_MAX = 25;
/** A character that JavaScript counts as one is three bytes at the most. */
const BYTES_OF_CHARACTER = 3;

const ROOM = 2 * STATEMENT_MAX_BYTES;
const KEPT_MAX = 8 * STATEMENT_MAX_BYTES;

/**
 * Where they are written, before they are one text. A batch has some ten thousand cells: texts that are put together one by
 * one would live in as many pieces, which the garbage collector moves until their statement is sent. Nothing of it is kept
 * from one turn of the loop to the next.
 */
let bytes = Buffer.allocUnsafe(ROOM);

/** `(…),(…)`, as few texts as fit into packets; nothing at all for no rows. @throws Error for a cell that is undefined */
export function packTuples(rows: readonly (readonly Cell[])[]): string[] {
  const packets: string[] = [];
  let end = 0;
  for (const row of rows) {
    const before = end;
    end = writeTuple(row, before);
    if (before === 0 || end <= STATEMENT_MAX_BYTES) continue;
    packets.push(bytes.toString('utf8', 0, before));
    // Without its comma.
    bytes.copyWithin(0, before + 1, end);
    end -= before + 1;
  }
  if (end > 0) packets.push(bytes.toString('utf8', 0, end));
  // One huge row was here, which the next are not.
  if (bytes.length > KEPT_MAX) bytes = Buffer.allocUnsafe(ROOM);
  return packets;
}

/** @param begin where it begins: with a comma, unless it is the first. @returns where it ends */
function writeTuple(row: readonly Cell[], begin: number): number {
  const room = roomOf(row);
  makeRoom(begin + room);
  let at = begin;
  if (begin > 0) bytes[at++] = COMMA;
  bytes[at++] = OPEN;
  for (let index = 0; index < row.length; index += 1) {
    const cell = row[index];
    if (index > 0) bytes[at++] = COMMA;
    if (typeof cell === 'string') {
      const end = writePlain(cell, at);
      if (end > 0) at = end;
      else {
        const text = quoted(cell);
        makeRoom(at + BYTES_OF_CHARACTER * text.length + room);
        at += bytes.write(text, at);
      }
    } else {
      if (cell === undefined) throw new Error('a cell is undefined');
      const text = String(cell);
      for (let place = 0; place < text.length; place += 1) bytes[at++] = text.charCodeAt(place);
    }
  }
  bytes[at++] = CLOSE;
  return at;
}

/** As it is looked at. @returns 0 where something in it needs more than quotes */
function writePlain(text: string, begin: number): number {
  const into = bytes;
  let at = begin;
  into[at++] = QUOTE;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) return 0;
    into[at++] = code;
  }
  into[at++] = QUOTE;
  return at;
}

/** As many bytes as a row may take, unless something in it needs more than quotes. */
function roomOf(row: readonly Cell[]): number {
  // Its brackets, and a comma before it.
  let room = 3;
  // By index: an iterator makes an object for each cell.
  for (let index = 0; index < row.length; index += 1) {
    const cell = row[index];
    room += 3 + (typeof cell === 'string' ? cell.length : NUMBER_MAX);
  }
  return room;
}

function makeRoom(end: number): void {
  if (end <= bytes.length) return;
  const larger = Buffer.allocUnsafe(2 * end);
  bytes.copy(larger);
  bytes = larger;
}

/**
 * A text between single quotes. What the driver would escape besides, a double quote, means nothing there: JSON is full of
 * them, and goes as it is.
 */
export const quoted = (text: string): string => (ESCAPED.test(text) ? escape(text) : `'${text}'`);

/** Quotes, backslashes, and whatever is no character to be seen. */
const ESCAPED = /['\\\p{Cc}]/u;
