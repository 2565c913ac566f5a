/**
 * Text on its way to a terminal, a log or a script. Whatever steers a terminal, turns the direction of reading, breaks a
 * line or is half a character is shown by its number, as `\u001b`, wherever it came from: a mail server's words, a
 * column of a file, a driver's message. In JSON that is the same character, escaped.
 */

/** C0 but tab and LF, DEL, C1; soft hyphen; what turns the direction of reading; line separators; invisible marks and tags. */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]|\p{Surrogate}/gu;

/** What is printed as it is, but for what steers. */
export const plainText = (text: string): string => text.replace(UNSAFE, escaped);

/** For what stands in one line, or in one cell of a table: it has no line ends and no tabs either. */
export const plainLine = (text: string): string => plainText(text).replace(/[\n\t]/g, escaped);

/** By UTF-16 unit, as JSON has it. */
const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
