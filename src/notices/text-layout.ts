/** From a page to plain text, of lines that no mail program has to break; a link, or a long id, stays whole. */
import type { Amounts, Block, CycleTable, Page } from './page.ts';
import { connects, count, signed } from './words.ts';

/** RFC 3676 asks for 78 at most; a reply puts "> " before each line. */
const WIDTH = 76;

export function renderText(page: Page, footer: readonly string[], links: readonly string[]): string {
  const headline = wrapped(page.headline);
  const parts = [
    ...headline,
    '='.repeat(Math.max(...headline.map((line) => line.length))),
    '',
    ...page.blocks.flatMap((block) => [...blockText(block), '']),
    '--',
    ...footer.flatMap((line) => wrapped(line)),
    ...links,
    '',
  ];
  return parts.join('\n');
}

function blockText(block: Block): string[] {
  switch (block.block) {
    case 'paragraph':
      return wrapped(block.text);
    case 'amounts':
      return [block.title, ...amountsText(block)];
    case 'cycles':
      return [block.title, ...cyclesText(block)];
    case 'facts':
      return [block.title, ...block.lines.flatMap(({ label, value }) => wrapped(`${label}: ${value}`, '  '))];
    case 'rules':
      return [block.title, ...block.sentences.flatMap((one) => wrapped(one, '  * ', '    '))];
  }
}

function amountsText({ groups, total }: Amounts): string[] {
  const lines = groups.flatMap((group) => [
    ...(group.title === undefined ? [] : wrapped(group.title, '  ')),
    ...group.lines.flatMap(({ label, amount }) =>
      wrapped(`${label}: ${signed(amount)}`, group.title === undefined ? '  ' : '    '),
    ),
  ]);
  return total ? [...lines, ...wrapped(`${total.label}: ${signed(total.amount)}`, '  ')] : lines;
}

const cyclesText = ({ rows }: CycleTable): string[] =>
  rows.flatMap(({ label, expired, added, balance }) =>
    wrapped(
      [
        `${label}:`,
        ...(expired > 0 ? [`${count(expired)} expired,`] : []),
        ...(added === 0 ? [] : [`${count(added)} added,`]),
        `balance ${connects(balance)}`,
      ].join(' '),
      '  ',
      '    ',
    ),
  );

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
