/**
 * Quoted-printable (RFC 2045, section 6.7), written into bytes that the caller holds. The mail library has it too, but breaks
 * lines by some regular expressions a line, and leaves it to a stream to find the line breaks once more: for a letter of
 * ten kilobytes that costs more than all the rest of making it.
 */

const LINE_MAX = 76;
/** So many bytes at the most become of one, the breaks of lines among them. */
export const GROWTH_MAX = 4;

const [TAB, LF, CR, SPACE, DOT, EQUALS] = [0x09, 0x0a, 0x0d, 0x20, 0x2e, 0x3d] as const;
const DIGITS = Buffer.from('0123456789ABCDEF', 'latin1');

/** 1 for what is written as it is, wherever it stands. */
const PLAIN = Uint8Array.from({ length: 256 }, (_one, byte) =>
  byte > SPACE && byte < 0x7f && byte !== EQUALS && byte !== DOT ? 1 : 0,
);

/** How many bytes the character has that begins with this one; 1 for one in its midst, which follows those before it. */
function lengthOf(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

/**
 * Lines end in CRLF, and none begins with a dot, which SMTP would double.
 * @param text UTF-8, its lines end in LF or CRLF
 * @param output has room for `GROWTH_MAX` times as many bytes from `start` on
 * @returns where it ends in `output`
 */
export function writeQuotedPrintable(text: Uint8Array, output: Uint8Array, start: number): number {
  const { length } = text;
  let end = start;
  let column = 0;
  for (let at = 0; at < length; at += 1) {
    const byte = text[at] as number;
    if (PLAIN[byte] === 1 && column < LINE_MAX - 1) {
      output[end++] = byte;
      column += 1;
      continue;
    }
    const next = at + 1 < length ? text[at + 1] : LF;
    if (byte === CR && next === LF && at + 1 < length) continue;
    if (byte === LF) {
      output[end++] = CR;
      output[end++] = LF;
      column = 0;
      continue;
    }
    const isBlank = byte === SPACE || byte === TAB;
    const isPlain =
      PLAIN[byte] === 1 ||
      (byte === DOT && column > 0 && column < LINE_MAX - 1) ||
      (isBlank && next !== LF && next !== CR);
    // A character is never parted: there are programs that read line by line.
    const width = isPlain ? 1 : 3 * lengthOf(byte);
    if (column + width > LINE_MAX - 1) {
      output[end++] = EQUALS;
      output[end++] = CR;
      output[end++] = LF;
      column = 0;
    }
    if (isPlain) {
      output[end++] = byte;
      column += 1;
    } else {
      output[end++] = EQUALS;
      output[end++] = DIGITS[byte >> 4] as number;
      output[end++] = DIGITS[byte & 15] as number;
      column += 3;
    }
  }
  return end;
}
