/** Lines within the width of a terminal. */
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { plainText } from '../plain-text.ts';
import { type Screen, type Tone, type Words, proseColumns, toned } from './screen.ts';
import { widthOf } from './shorten.ts';
import { formatNear } from './words.ts';

const PROSE = proseColumns({ columns: null });

/** Lines of at most `width`; a word that is longer than a line is cut. */
export function wrap(text: string, indent = '', width = PROSE): string {
  const room = width - indent.length;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).flatMap((one) => one.match(new RegExp(`.{1,${room}}`, 'gu')) ?? [])) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${indent}${one}`).join('\n');
}

/** The same, as wide as prose is on a screen. */
export const wrapOn =
  (screen: Pick<Screen, 'columns'>): Wrap =>
  (text, indent = '') =>
    wrap(text, indent, proseColumns(screen));

export type Wrap = (text: string, indent?: string) => string;

/** One line, folded where a terminal ends; its words, ids too, stay whole. Elsewhere it stays one line. */
export function folded({ columns }: Pick<Screen, 'columns'>, words: Words, indent = 2): Words {
  if (columns === null) return words;
  const pieces = piecesOf(words);
  const breaks = breaksIn(pieces.map((one) => one.text).join(''), columns, indent);
  let at = 0;
  return pieces.map(({ text, tone }) => {
    const from = at;
    at += text.length;
    const inside = breaks.filter(([start]) => start >= from && start < at);
    let done = from;
    const parts: string[] = [];
    for (const [start, end] of inside) {
      parts.push(text.slice(done - from, start - from), `\n${' '.repeat(indent)}`);
      done = Math.min(end, at);
    }
    parts.push(text.slice(done - from));
    return toned(tone, parts.join(''));
  });
}

interface Piece {
  readonly text: string;
  readonly tone: Tone | undefined;
}

function piecesOf(words: Words, tone?: Tone): Piece[] {
  if (typeof words === 'string') return [{ text: plainText(words), tone }];
  if ('drawn' in words) throw new Error('what is laid out already cannot be folded');
  if ('tone' in words) return [{ text: plainText(words.text), tone: words.tone }];
  return words.flatMap((one) => piecesOf(one, tone));
}

/** What stands in quotes is a command, and typed as it stands: it is one word, unless it is a long one. So is a date with its time. */
const WORD = /\s*(?:\(?"[^"\n]{1,70}"\S*|\d{4}-\d\d-\d\d \d\d:\d\d\S*|\S+)/g;

/** The blanks that become line ends: from where to where. */
function breaksIn(text: string, columns: number, indent: number): [start: number, end: number][] {
  const breaks: [number, number][] = [];
  let width = 0;
  for (const { index, 0: token } of text.matchAll(WORD)) {
    const word = token.trimStart();
    const room = widthOf(token);
    if (width > indent && width + room > columns) {
      breaks.push([index, index + token.length - word.length]);
      width = indent + widthOf(word);
    } else width += room;
  }
  return breaks;
}

/** As it is, without a terminal; on one, as people write it (UTC), and how long ago that was. */
export function timeOn({ columns }: Pick<Screen, 'columns'>, at: Instant, now?: Instant): string {
  if (columns === null) return formatInstant(at);
  const written = formatInstant(at).slice(0, 19).replace('T', ' ');
  const isNear = now !== undefined && Math.abs(now - at) < NEAR_MS;
  return isNear ? `${written} (${formatNear(at, now)})` : written;
}

const NEAR_MS = 7 * 86_400_000;

/** How far the text of facts stands from the left, behind their labels. */
export const FACTS_INDENT = 12;

/** `  accounts  3 settled`: what is known of one thing, folded below itself. */
export const factLine = (screen: Pick<Screen, 'columns'>, label: string, words: Words): Words =>
  folded(screen, [`  ${label.padEnd(FACTS_INDENT - 4)}  `, words], FACTS_INDENT);
