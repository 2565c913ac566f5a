/** From a page to plain text, of lines that no mail program has to break; a link, or a long id, stays whole. */
import type { Footer, Link } from './footer.ts';
import type { CycleLine, Equation, Page } from './page.ts';
import type { Voice } from './voice.ts';

/** RFC 3676 asks for 78 at most; a reply puts "> " before each line. */
const WIDTH = 76;

export function renderText(page: Page, footer: Footer, voice: Voice): string {
  const headline = wrapped(headlineOf(page));
  const { say } = voice;
  const parts = [
    say.wordmark(),
    '',
    ...headline,
    '='.repeat(Math.max(...headline.map((line) => line.length))),
    '',
    ...page.sentences.flatMap((one) => [...wrapped(one), '']),
    ...(page.equation ? [...wrapped(sumOf(page.equation, voice), '  ', '  '), ''] : []),
    ...(footer.button ? [`${footer.button.words}:`, footer.button.url, ''] : []),
    ...(page.rules.length > 0
      ? [say.rules(), ...page.rules.flatMap((one) => wrapped(one, '  * ', '    ')), '']
      : []),
    ...(page.rows
      ? [say.byCycle(), ...page.rows.flatMap((one) => wrapped(rowOf(one, voice), '  ', '    ')), '']
      : []),
    '--',
    ...footer.lines.flatMap((line) => wrapped(line)),
    ...footer.links.flatMap(linkOf),
    '',
  ];
  return parts.join('\n');
}

export const headlineOf = ({ hero }: Page): string =>
  hero.number === undefined ? hero.words : `${hero.number} ${hero.words}`;

/** A sum is never broken between a number and what it is. */
const sumOf = (equation: Equation, voice: Voice): string => partsOf(equation, voice).join(' ');

/** `225`, `− 25 expired`, `+ 10 free`, `= 280`. */
export function partsOf({ opening, terms, closing }: Equation, { texts }: Voice): string[] {
  return [
    texts.number(opening),
    ...terms.map(
      ({ amount, label }) => `${amount < 0 ? '−' : '+'} ${texts.number(Math.abs(amount))} ${label}`,
    ),
    `= ${texts.number(closing)}`,
  ];
}

const rowOf = ({ label, expired, added, balance }: CycleLine, { say }: Voice): string =>
  say.rowText({ label, expired, added, balance });

const linkOf = ({ words, shown, url }: Link): string[] =>
  shown === undefined ? [`${words.replace(/:$/, '')}:`, url] : [`${words} ${shown}`];

/** Lines of at most `WIDTH`, the first after `first`, the others after `rest`. */
function wrapped(text: string, first = '', rest = ' '.repeat(first.length)): string[] {
  // Most fit, and a sweep renders hundreds of thousands.
  if (first.length + text.length <= WIDTH) return [first + text];
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(/\s+/)) {
    const begun = line !== first && line !== rest;
    if (begun && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${rest}${word}`;
    } else line += begun ? ` ${word}` : word;
  }
  return [...lines, line];
}
