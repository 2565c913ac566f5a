/**
 * Tables, designed at 80 columns: ids are shortened in the middle and texts at their end, and what is needed least is left
 * out, until a row has room. A pipe or a file gets every column, and every id whole.
 */
import Table from 'cli-table3';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { plainLine } from '../plain-text.ts';
import { type Screen, type Tone, type Words, drawn, painted } from './screen.ts';
import { type Cut, shortened, widthOf } from './shorten.ts';
import { formatCount, formatNear } from './words.ts';

/** An instant: told as it is to a script, and to a person by how long ago it was. */
interface When {
  readonly at: Instant | null;
}

interface TonedCell {
  readonly text: string | number;
  readonly tone: Tone | undefined;
}

/** Ids are given as text: a number is a count. */
export type Cell = string | number | When | TonedCell;

export interface Column {
  readonly name: string;
  /** The columns with the highest number go first where there is no room for all; those without never do. */
  readonly drop?: number;
  /** How what is too long for a terminal is shortened: an id in its middle, words at their end. */
  readonly cut?: Cut;
  /** As short as `cut` makes it before a column goes. */
  readonly least?: number;
  /** Words are no longer than this where there is no terminal either. */
  readonly most?: number;
  /** However short its cells are. */
  readonly atLeast?: number;
  /** For amounts with a sign; counts stand on the right anyway. */
  readonly align?: 'right';
}

export type Columns = readonly (string | Column)[];

export const when = (at: Instant | null): When => ({ at });
export const cell = (tone: Tone | undefined, text: string | number): TonedCell => ({ tone, text });

export interface TableOptions {
  /** What instants are told by on a terminal; without it, or elsewhere, they are told as they are. */
  readonly now?: Instant;
  /** Without a line below the headings. */
  readonly bare?: true;
}

export interface LaidTable {
  readonly words: Words;
  /** The headings of those columns for which there was no room. */
  readonly leftOut: readonly string[];
}

/** Aligned columns: counts to the right, with separators, under a heading on the right. */
export const formatTable = (
  screen: Screen,
  columns: Columns,
  rows: readonly (readonly Cell[])[],
  options: TableOptions = {},
): Words => layTable(screen, columns, rows, options).words;

export function layTable(
  screen: Screen,
  columns: Columns,
  rows: readonly (readonly Cell[])[],
  { now, bare }: TableOptions = {},
): LaidTable {
  const told = screen.columns === null ? undefined : now;
  const all = columns.map((one, index) =>
    shapeOf(typeof one === 'string' ? { name: one } : one, index, { rows, told, screen }),
  );
  const filled = screen.columns === null ? all : all.filter((one) => !isNeedless(one));
  const shown = fitted(filled, screen.columns);
  const lines = [
    shown.map(({ heading }) => painted(screen, 'strong', heading)),
    ...(bare ? [] : [shown.map(({ width }) => painted(screen, 'quiet', '-'.repeat(width)))]),
    ...rows.map((_, row) =>
      shown.map(({ cells, width, column }) => {
        const { text, tone } = cells[row] as Shown;
        return painted(screen, tone, shortened(text, width, column.cut ?? 'end'));
      }),
    ),
  ];
  return {
    words: drawn(draw(shown, lines).join('\n')),
    leftOut: filled
      .filter((one) => !shown.some(({ index }) => index === one.index))
      .map((one) => one.heading),
  };
}

interface Shown {
  readonly text: string;
  readonly tone: Tone | undefined;
}

interface Shape {
  readonly index: number;
  readonly column: Column;
  readonly heading: string;
  readonly cells: readonly Shown[];
  readonly isRight: boolean;
  /** As wide as its cells are. */
  readonly natural: number;
  /** As narrow as it may be. */
  readonly least: number;
  readonly width: number;
}

/** Nothing stands in it, and it need not be there. */
const isNeedless = ({ column, cells }: Shape): boolean =>
  column.drop !== undefined && cells.length > 0 && cells.every(({ text }) => text === '');

const LEAST = { middle: 16, end: 24 } as const;

function shapeOf(
  column: Column,
  index: number,
  given: { rows: readonly (readonly Cell[])[]; told: Instant | undefined; screen: Screen },
): Shape {
  const { rows, told, screen } = given;
  const of = rows.map((row) => row[index] ?? '');
  const cells = of.map((one) => {
    const { text, tone } = shownCell(one, told);
    const isCut = screen.columns === null && column.most !== undefined;
    return { text: isCut ? shortened(text, column.most ?? 0, 'end') : text, tone };
  });
  const heading = told === undefined ? column.name : column.name.replace(/ \(UTC\)$/, '');
  const head = Math.max(widthOf(heading), column.atLeast ?? 0);
  const natural = cells.reduce((most, { text }) => Math.max(most, widthOf(text)), head);
  const least = column.cut === undefined ? natural : Math.max(head, column.least ?? LEAST[column.cut]);
  const isRight = column.align === 'right' || of.some(isCount);
  return { index, column, heading, cells, isRight, natural, least: Math.min(natural, least), width: natural };
}

export const isWhen = (one: Cell): one is When => typeof one === 'object' && 'at' in one;
const isCount = (one: Cell): boolean =>
  typeof one === 'number' || (typeof one === 'object' && 'text' in one && typeof one.text === 'number');

function shownCell(one: Cell, now: Instant | undefined): Shown {
  if (typeof one !== 'object') return { text: textOf(one), tone: undefined };
  if (!isWhen(one)) return { text: textOf(one.text), tone: one.tone };
  if (one.at === null) return { text: '', tone: undefined };
  return { text: now === undefined ? formatInstant(one.at) : formatNear(one.at, now), tone: undefined };
}

const textOf = (value: string | number): string =>
  typeof value === 'number' ? formatCount(value) : plainLine(value);

const GAP = '  ';

const sumOf = (shapes: readonly Shape[], of: 'natural' | 'least' | 'width'): number =>
  shapes.reduce((sum, one) => sum + one[of], 0) + GAP.length * (shapes.length - 1);

/** Without the columns for which even the shortest cells leave no room; then the widest are shortened first. */
function fitted(shapes: readonly Shape[], columns: number | null): readonly Shape[] {
  if (columns === null || sumOf(shapes, 'natural') <= columns) return shapes;
  if (sumOf(shapes, 'least') > columns) {
    const least = shapes.reduce<Shape | undefined>(
      (found, one) => ((one.column.drop ?? 0) > (found?.column.drop ?? 0) ? one : found),
      undefined,
    );
    if (least)
      return fitted(
        shapes.filter((one) => one !== least),
        columns,
      );
  }
  return narrowed(shapes, sumOf(shapes, 'natural') - columns);
}

/** @param excess how many characters must go, as far as they can */
function narrowed(shapes: readonly Shape[], excess: number): readonly Shape[] {
  const widths = shapes.map((one) => one.natural);
  for (let left = excess; left > 0; left--) {
    const [widest] = shapes
      .map((one, index) => ({ index, spare: (widths[index] ?? 0) > one.least }))
      .filter((one) => one.spare)
      .toSorted((a, b) => (widths[b.index] ?? 0) - (widths[a.index] ?? 0));
    if (!widest) break;
    widths[widest.index] = (widths[widest.index] ?? 0) - 1;
  }
  return shapes.map((one, index) => ({ ...one, width: widths[index] ?? one.natural }));
}

const NO_BORDERS = Object.fromEntries(
  ['top', 'bottom', 'left', 'right'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((part) => [`${side}${part}`, '']),
  ),
);
const STYLE = { 'padding-left': 0, 'padding-right': 0, head: [], border: [] };
/** The library's time grows with the square of the rows that it is given at once. */
const ROWS_AT_ONCE = 50;

function draw(shapes: readonly Shape[], lines: readonly (readonly string[])[]): string[] {
  const drawnLines: string[] = [];
  for (let from = 0; from < lines.length; from += ROWS_AT_ONCE) {
    const table = new Table({
      chars: { ...NO_BORDERS, mid: '', 'mid-mid': '', middle: GAP },
      style: STYLE,
      colWidths: shapes.map((one) => one.width),
      colAligns: shapes.map((one) => (one.isRight ? 'right' : 'left')),
    });
    table.push(...lines.slice(from, from + ROWS_AT_ONCE).map((line) => [...line]));
    drawnLines.push(...table.toString().split('\n'));
  }
  return drawnLines.map((line) => line.trimEnd());
}
