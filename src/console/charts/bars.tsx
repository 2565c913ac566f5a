/** Amounts as bars, stacked, and where it is said on both sides of zero: per day, per hour, behind and ahead. */
import type { ScaleLinear } from 'd3-scale';
import { formatCount } from '../../words.ts';
import { boundsOf, countScale, round } from './figures.ts';
import { CountAxis, type Fill, Figure, type Frame, MarkText, floorOf, plotWidth } from './frame.tsx';

export interface BarSeries {
  readonly name: string;
  readonly fill: Fill;
  /** Hangs below zero; its amounts are positive all the same. */
  readonly isDown?: boolean;
  /** Within the title of a bar, behind the amount: `granted`; the name in small letters without it. */
  readonly verb?: string;
}

export interface Bar {
  /** In the title and the table: `30 Oct 2026`. */
  readonly name: string;
  /** Under the axis: `30 Oct`. */
  readonly short: string;
  /** One for each series, in their order, none below zero. */
  readonly amounts: readonly number[];
  /** More of its title: `35,219 accounts`. */
  readonly more?: string | undefined;
  /** What is to be said of it, drawn above it. */
  readonly note?: string | undefined;
}

export interface BarsProps {
  /** What it shows, as a sentence. */
  readonly label: string;
  /** What a bar is of: the head of the table's first column. */
  readonly of: string;
  readonly series: readonly BarSeries[];
  /** In the order of time. */
  readonly bars: readonly Bar[];
  /** The highest bar is told of. */
  readonly isPeakNamed?: boolean;
  /** What `more` is called in the table. */
  readonly moreHead?: string;
  /** Of the wide drawing. */
  readonly width?: number;
  readonly height?: number;
}

const BAR_MAX = 40;
const TICKS_MAX = 6;
/** What a label under the axis takes. */
const LABEL_ROOM = 56;

export function Bars(props: BarsProps) {
  const { label, of, series, bars, moreHead } = props;
  const hasMore = moreHead !== undefined;
  const table = {
    head: [of, ...series.map((one) => one.name), ...(hasMore ? [moreHead] : [])],
    rows: bars.map((bar) => [
      bar.note === undefined ? bar.name : `${bar.name} (${bar.note})`,
      ...series.map((_, index) => formatCount(bar.amounts[index] ?? 0)),
      ...(hasMore ? [bar.more ?? ''] : []),
    ]),
  };
  const keys = series.map(({ name, fill }, index) => ({ name: `${name}, ${totalOf(bars, index)}`, fill }));
  const margins = { left: 40, right: 6, top: 24, bottom: 22 };
  return (
    <Figure
      label={label}
      keys={keys}
      table={table}
      wide={{ width: props.width ?? 640, height: props.height ?? 236, ...margins }}
      slim={{ width: 320, height: 206, ...margins, left: 34, right: 4 }}
      draw={(frame) => <BarsDrawn {...props} frame={frame} />}
    />
  );
}

const totalOf = (bars: readonly Bar[], index: number): string =>
  formatCount(bars.reduce((sum, bar) => sum + (bar.amounts[index] ?? 0), 0));

function BarsDrawn({ frame, series, bars, isPeakNamed }: BarsProps & { readonly frame: Frame }) {
  const ups = bars.map((bar) => sumOf(bar, series, false));
  const downs = bars.map((bar) => sumOf(bar, series, true));
  const scale = countScale([-boundsOf(downs)[1], boundsOf(ups)[1]], [floorOf(frame), frame.top], TICKS_MAX);
  const step = plotWidth(frame) / bars.length;
  const every = labelEvery(step, bars.length);
  const peak = isPeakNamed ? ups.indexOf(boundsOf(ups)[1]) : -1;
  return (
    <>
      <CountAxis frame={frame} scale={scale} ticksMax={TICKS_MAX} isUnsigned />
      {bars.map((bar, index) => (
        <BarDrawn
          bar={bar}
          series={series}
          scale={scale}
          frame={frame}
          x={frame.left + index * step}
          step={step}
        />
      ))}
      {bars.map((bar, index) => (
        <Around
          frame={frame}
          bar={bar}
          x={frame.left + (index + 0.5) * step}
          top={scale(ups[index] ?? 0)}
          isLabelled={index % every === 0}
          peak={index === peak ? (ups[index] ?? 0) : undefined}
        />
      ))}
    </>
  );
}

const sumOf = (bar: Bar, series: readonly BarSeries[], isDown: boolean): number =>
  series.reduce(
    (sum, one, index) => sum + ((one.isDown ?? false) === isDown ? (bar.amounts[index] ?? 0) : 0),
    0,
  );

/** Every so many bars; of days a whole number of weeks, as soon as there are weeks. */
function labelEvery(step: number, count: number): number {
  const least = Math.max(1, Math.ceil(LABEL_ROOM / step));
  return count >= 14 ? Math.ceil(least / 7) * 7 : least;
}

interface BarDrawnProps {
  readonly bar: Bar;
  readonly series: readonly BarSeries[];
  readonly scale: ScaleLinear<number, number>;
  readonly frame: Frame;
  readonly x: number;
  readonly step: number;
}

function BarDrawn({ bar, series, scale, frame, x, step }: BarDrawnProps) {
  const width = Math.min(BAR_MAX, step < 4 ? step * 0.9 : step * 0.74);
  const left = x + (step - width) / 2;
  const corner = width > 6 ? 1.5 : 0;
  let [up, down] = [0, 0];
  return (
    <g>
      <title>{titleOf(bar, series)}</title>
      <rect
        class="hit"
        x={round(x)}
        y={frame.top}
        width={round(step)}
        height={round(floorOf(frame) - frame.top)}
      />
      {series.map(({ fill, isDown }, index) => {
        const amount = bar.amounts[index] ?? 0;
        if (amount <= 0) return <></>;
        const [from, to] = isDown ? [-down, -(down + amount)] : [up, up + amount];
        if (isDown) down += amount;
        else up += amount;
        const [low, high] = [scale(Math.min(from, to)), scale(Math.max(from, to))];
        return (
          <rect
            class={fill}
            x={round(left)}
            y={round(high)}
            width={round(width)}
            height={round(low - high)}
            rx={corner}
          />
        );
      })}
    </g>
  );
}

/** `30 Oct 2026: 957,191 granted, 166,105 expired, 35,219 accounts`. */
function titleOf({ name, amounts, more, note }: Bar, series: readonly BarSeries[]): string {
  const told = series.map(
    (one, index) => `${formatCount(amounts[index] ?? 0)} ${one.verb ?? one.name.toLowerCase()}`,
  );
  return `${name}: ${[...told, ...(more ? [more] : []), ...(note ? [note] : [])].join(', ')}`;
}

interface AroundProps {
  readonly frame: Frame;
  readonly bar: Bar;
  /** The middle of the bar, and the pixel where it ends. */
  readonly x: number;
  readonly top: number;
  readonly isLabelled: boolean;
  /** Its amount, where it is the highest. */
  readonly peak: number | undefined;
}

const Around = ({ frame, bar, x, top, isLabelled, peak }: AroundProps) => (
  <>
    {bar.note !== undefined && (
      <>
        <line class="note" x1={round(x)} x2={round(x)} y1={10} y2={round(top - 3)} />
        <MarkText frame={frame} x={x} y={18} text={`${bar.short}, ${bar.note}`} />
      </>
    )}
    {peak !== undefined && peak > 0 && bar.note === undefined && (
      <MarkText frame={frame} x={x - 8} y={top - 6} text={`${bar.short}: ${formatCount(peak)}`} />
    )}
    {isLabelled && (
      <text class="mid" x={round(x)} y={frame.height - 6}>
        {bar.short}
      </text>
    )}
  </>
);
