/**
 * What every chart stands in: a wide drawing and one for a phone, of which the stylesheet shows one, because the letters
 * of a drawing shrink with it; the key of its colours; and the same figures as a table. Sizes are attributes and colours
 * are classes, so that nothing needs a style of its own.
 */
import type { ScaleLinear } from 'd3-scale';
import type { Child } from 'hono/jsx';
import { countTicks, round, shortCount } from './figures.ts';

/** A drawing's size, and the room that its axes take from it. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly isSlim: boolean;
}

export type Fill =
  | 'f-grant'
  | 'f-grant2'
  | 'f-expire'
  | 'f-ahead'
  | 'f-ahead2'
  | 'f-bad'
  | 'f-run'
  | 'f-mute'
  | 'f-none'
  | 'h0'
  | 'h2'
  | 'hm'
  | 'hx'
  | 'hq';

export interface KeyEntry {
  readonly name: string;
  readonly fill: Fill;
}

/** What a chart shows, in cells; the first of each row names it. */
export interface ChartTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const plotWidth = ({ width, left, right }: Frame): number => width - left - right;
export const floorOf = ({ height, bottom }: Frame): number => height - bottom;

interface DrawingProps {
  readonly frame: Frame;
  /** What it shows, as a sentence: for who cannot see it. */
  readonly label: string;
  /** Holds links: then it is no single picture. */
  readonly isLinked?: boolean;
  readonly children?: Child;
}

export const Drawing = ({ frame, label, isLinked, children }: DrawingProps) => (
  <svg
    class={frame.isSlim ? 'chart slim' : 'chart wide'}
    viewBox={`0 0 ${round(frame.width)} ${round(frame.height)}`}
    role={isLinked ? 'group' : 'img'}
    aria-label={label}
  >
    {children}
  </svg>
);

export const Key = ({ entries }: { readonly entries: readonly KeyEntry[] }) => (
  <div class="key">
    {entries.map(({ name, fill }) => (
      <span>
        <svg viewBox="0 0 10 10" aria-hidden="true">
          <rect x="0.5" y="0.5" width="9" height="9" rx="2" class={fill} />
        </svg>
        {name}
      </span>
    ))}
  </div>
);

/** The figures of a chart, one row a mark. @param title what they are of: the table's caption */
export const AsTable = ({ title, table }: { readonly title: string; readonly table: ChartTable }) => (
  <details class="as-table">
    <summary>As a table</summary>
    <div class="scroll" tabindex={0} role="region" aria-label={`${title}, as a table`}>
      <table>
        <caption class="sr">{title}</caption>
        <thead>
          <tr>
            {table.head.map((cell, index) => (
              <th scope="col" class={index > 0 ? 'n' : undefined}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map(([first, ...rest]) => (
            <tr>
              <th scope="row">{first}</th>
              {rest.map((cell) => (
                <td class="n">{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
);

interface FigureProps {
  readonly label: string;
  readonly keys: readonly KeyEntry[];
  readonly table: ChartTable;
  readonly isLinked?: boolean;
  readonly wide: Omit<Frame, 'isSlim'>;
  readonly slim: Omit<Frame, 'isSlim'>;
  readonly draw: (frame: Frame) => Child;
}

/** The inside of a card: both drawings, and under them the key and the table. */
export const Figure = ({ label, keys, table, isLinked, wide, slim, draw }: FigureProps) => (
  <>
    <div class="in">
      {[
        { ...wide, isSlim: false },
        { ...slim, isSlim: true },
      ].map((frame) => (
        <Drawing frame={frame} label={label} isLinked={isLinked ?? false}>
          {table.rows.length === 0 ? <Nothing frame={frame} /> : draw(frame)}
        </Drawing>
      ))}
    </div>
    <footer>
      {keys.length > 0 && <Key entries={keys} />}
      {table.rows.length > 0 && <AsTable title={label} table={table} />}
    </footer>
  </>
);

const Nothing = ({ frame }: { readonly frame: Frame }) => (
  <>
    <line
      class="axis"
      x1={frame.left}
      x2={frame.width - frame.right}
      y1={floorOf(frame)}
      y2={floorOf(frame)}
    />
    <text class="mid" x={round(frame.width / 2)} y={round(frame.height / 2)}>
      Nothing to show yet
    </text>
  </>
);

interface CountAxisProps {
  readonly frame: Frame;
  readonly scale: ScaleLinear<number, number>;
  readonly ticksMax: number;
  /** Both sides of zero are amounts. */
  readonly isUnsigned?: boolean;
}

export const CountAxis = ({ frame, scale, ticksMax, isUnsigned }: CountAxisProps) => (
  <>
    {countTicks(scale, ticksMax).map((count) => (
      <>
        <line
          class={count === 0 ? 'axis' : 'grid'}
          x1={frame.left}
          x2={round(frame.width - frame.right)}
          y1={round(scale(count))}
          y2={round(scale(count))}
        />
        <text class="end" x={frame.left - 8} y={round(scale(count) + 4)}>
          {shortCount(isUnsigned ? Math.abs(count) : count)}
        </text>
      </>
    ))}
  </>
);

/** How wide a text comes out, nearly. */
export const textWidth = (text: string): number => text.length * 5.9;

interface MarkTextProps {
  readonly frame: Frame;
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Beside a mark, on the side that has the room; left out where neither has it. */
export function MarkText({ frame, x, y, text }: MarkTextProps) {
  const width = textWidth(text);
  if (x + 4 + width <= frame.width)
    return (
      <text class="on" x={round(x + 4)} y={round(y)}>
        {text}
      </text>
    );
  if (x - 4 - width < 0) return <></>;
  return (
    <text class="on end" x={round(x - 4)} y={round(y)}>
      {text}
    </text>
  );
}
