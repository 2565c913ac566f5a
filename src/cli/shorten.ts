/** Text that must have room: how wide it is on a terminal, and what is left out of it. */
import stringWidth from 'string-width';

/** Both ends of an id tell it apart; of words the beginning does. */
export type Cut = 'middle' | 'end';

/** Columns of a terminal. */
export const widthOf = (text: string): number => (ASCII.test(text) ? text.length : stringWidth(text));

const ASCII = /^[ -~]*$/;
const LEFT_OUT = '…';

/** @param width the most columns that it may take */
export function shortened(text: string, width: number, cut: Cut): string {
  if (widthOf(text) <= width) return text;
  const room = Math.max(0, width - 1);
  const characters = Array.from(CHARACTERS.segment(text), (one) => one.segment);
  const head = begin(characters, cut === 'end' ? room : Math.ceil(room / 2));
  const left = cut === 'end' ? 0 : room - widthOf(head.join(''));
  const tail = begin(characters.toReversed(), left).toReversed();
  return [...head, LEFT_OUT, ...tail].join('');
}

/** What a reader takes for one character stays one. */
const CHARACTERS = new Intl.Segmenter('en');

/** As many of the characters as have room. */
function begin(characters: readonly string[], room: number): readonly string[] {
  let width = 0;
  const end = characters.findIndex((one) => (width += widthOf(one)) > room);
  return characters.slice(0, end < 0 ? characters.length : end);
}
