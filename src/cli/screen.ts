/** What standard output is: how wide, and whether it shows colours. A pipe or a file has no width, and nothing is cut for it. */
import picocolors from 'picocolors';
import { plainText } from '../plain-text.ts';

export const COLOR_WHEN = ['auto', 'always', 'never'] as const;
export type ColorWhen = (typeof COLOR_WHEN)[number];

export interface Screen {
  /** In characters; null where it is no terminal. */
  readonly columns: number | null;
  readonly isColored: boolean;
}

/** Where a terminal does not say how wide it is. */
export const COLUMNS_USUAL = 80;
/** Lines of prose are no longer than this, however wide the terminal is. */
const PROSE_COLUMNS = 100;

/** For text that is made before it is known where it goes: nothing is cut, nothing coloured. */
export const NO_SCREEN: Screen = { columns: null, isColored: false };

/** What is known of standard output, and what --color asks for. */
interface Asked {
  readonly streams: {
    readonly out: {
      readonly isTTY?: boolean;
      readonly columns?: number | undefined;
      readonly hasColors?: boolean;
    };
  };
  readonly color: ColorWhen;
}

export const screenOf = ({ streams: { out }, color }: Asked): Screen => ({
  columns: out.isTTY ? out.columns || COLUMNS_USUAL : null,
  isColored: color === 'always' || (color === 'auto' && out.hasColors === true),
});

/** How long a line of prose may be. */
export const proseColumns = ({ columns }: Pick<Screen, 'columns'>): number =>
  Math.min(columns ?? PROSE_COLUMNS, PROSE_COLUMNS);

/** `NO_COLOR` comes before `FORCE_COLOR`; without either it is a terminal that shows colours. */
export function hasColors(env: Readonly<Record<string, string | undefined>>, isTTY: boolean): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = env;
  if (no) return false;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTTY && term !== 'dumb';
}

/**
 * What a colour says: `good` is settled, sent, well; `lost` is expired, taken, late; `act` is what a person must do;
 * `quiet` may be passed over.
 */
export type Tone = 'good' | 'lost' | 'act' | 'strong' | 'quiet';

export interface Toned {
  readonly text: string;
  readonly tone: Tone | undefined;
}

/** What this module has made safe and coloured already. */
interface Drawn {
  readonly drawn: string;
}

/** Text, and parts of it that have a colour. */
export type Words = string | Toned | Drawn | readonly Words[];

export const toned = (tone: Tone | undefined, text: string): Toned => ({ text, tone });

const colors = picocolors.createColors(true);
const PAINT: Readonly<Record<Tone, (text: string) => string>> = {
  good: colors.green,
  lost: colors.yellow,
  act: colors.red,
  strong: colors.bold,
  quiet: colors.dim,
};

/** @param text holds nothing any more that steers a terminal */
export const painted = (screen: Pick<Screen, 'isColored'>, tone: Tone | undefined, text: string): string =>
  screen.isColored && tone !== undefined && text !== '' ? PAINT[tone](text) : text;

/** For what is laid out with its colours. @param text what `painted` made of plain text */
export const drawn = (text: string): Drawn => ({ drawn: text });

/** As it is written: what steers a terminal is shown by its number, and only then it is coloured. */
export function writtenOn(screen: Screen, words: Words): string {
  if (typeof words === 'string') return plainText(words);
  if ('drawn' in words) return words.drawn;
  if ('tone' in words) return painted(screen, words.tone, plainText(words.text));
  return words.map((one) => writtenOn(screen, one)).join('');
}

export const joined = (parts: readonly Words[], between: string): Words =>
  parts.flatMap((part, index) => (index === 0 ? [part] : [between, part]));

/** One under the other. */
export const linesOf = (lines: readonly Words[]): Words => joined(lines, '\n');
/** With an empty line between them. */
export const paragraphsOf = (parts: readonly Words[]): Words => joined(parts, '\n\n');
