/** Small drawings, which stand beside the figures that they show: a line in a tile, recent ticks, a bar of parts. */
import { area, line } from 'd3-shape';
import { boundsOf, round } from './figures.ts';
import type { Fill } from './frame.tsx';

const SPARK = { width: 200, top: 2, floor: 28, height: 30 };
/** Below the line, so that a figure of nothing is seen, too. */
const FLOOR = 29;

export interface Seen {
  readonly at: number;
  readonly value: number;
}

interface SparklineProps {
  /** What the values are, and since when, in words. */
  readonly label: string;
  /** In order of their time. */
  readonly seen: readonly Seen[];
  /** Where the picture begins and ends. */
  readonly from: number;
  readonly to: number;
  /** Drawn in the colour of what needs a person. */
  readonly isBad?: boolean;
  /** Longer than that without a value, and nothing is known of the time between. Default: an hour. In milliseconds. */
  readonly gapMs?: number;
}

/** What a figure was before; nothing for less than two values. */
export function Sparkline({ label, seen, from, to, isBad, gapMs = 3_600_000 }: SparklineProps) {
  if (seen.length < 2 || to <= from) return <></>;
  const most = Math.max(1, boundsOf(seen.map((one) => one.value))[1]);
  const points = seen.flatMap(({ at, value }, index): ([number, number] | null)[] => {
    const point: [number, number] = [
      round((SPARK.width * (at - from)) / (to - from)),
      round(SPARK.floor - ((SPARK.floor - SPARK.top) * Math.max(0, value)) / most),
    ];
    return at - (seen[index - 1]?.at ?? at) > gapMs ? [null, point] : [point];
  });
  const isKnown = (point: [number, number] | null): boolean => point !== null;
  const x = (point: [number, number] | null): number => point?.[0] ?? 0;
  const y = (point: [number, number] | null): number => point?.[1] ?? 0;
  return (
    <svg
      class={isBad ? 'spark s-bad' : 'spark'}
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <path
        class="s-fill"
        d={area<[number, number] | null>().defined(isKnown).x(x).y0(FLOOR).y1(y)(points) ?? ''}
      />
      <path
        class="s-thin"
        vector-effect="non-scaling-stroke"
        d={line<[number, number] | null>().defined(isKnown).x(x).y(y)(points) ?? ''}
      />
    </svg>
  );
}

export interface TickMark {
  readonly fill: Fill;
  /** It needs a person: it stands out in height, too. */
  readonly isBad?: boolean;
  /** `07:05 UTC: swept`. */
  readonly title: string;
}

const TICK_STEP = 10;

interface TickStripProps {
  /** The newest last. */
  readonly ticks: readonly TickMark[];
  /** Counts them in words. */
  readonly label: string;
  /** As wide as that many, where there are fewer; what is missing stays empty at the right. */
  readonly room?: number;
}

/** Recent ticks, one mark each; nothing where there were none. */
export function TickStrip({ ticks, label, room = 0 }: TickStripProps) {
  if (ticks.length === 0) return <></>;
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${Math.max(room, ticks.length) * TICK_STEP} 30`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {ticks.map(({ fill, isBad, title }, index) => (
        <rect
          x={index * TICK_STEP + 1}
          y={isBad ? 4 : 10}
          width={7}
          height={isBad ? 20 : 14}
          rx={2}
          class={fill}
        >
          <title>{title}</title>
        </rect>
      ))}
    </svg>
  );
}

export interface BarPart {
  readonly name: string;
  readonly count: number;
  readonly fill: Fill;
}

const FULL = 1_000;
/** What is there is seen, however small a part it is. */
const SEEN_MIN = 5;
const GAP = 1;

/**
 * Parts of a whole on one bar, in their order; what is left of the whole stays empty.
 * @param total at least the sum of the parts. @param label the parts in words. @param isSlim for a table's row
 */
export function PartsBar({
  parts,
  total,
  label,
  isSlim,
}: {
  readonly parts: readonly BarPart[];
  readonly total: number;
  readonly label: string;
  readonly isSlim?: boolean;
}) {
  const widths = partWidths(
    parts.map((one) => one.count),
    total,
  );
  let x = 0;
  return (
    <svg
      class={isSlim ? 'bar slim' : 'bar'}
      viewBox={`0 0 ${FULL} 10`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {parts.map(({ name, count, fill }, index) => {
        const width = widths[index] ?? 0;
        const left = x;
        x += width;
        if (width === 0) return <></>;
        return (
          <g>
            <title>{`${count.toLocaleString('en-US')} ${name}`}</title>
            <rect x={round(left)} y={0} width={round(Math.max(1, width - GAP))} height={10} class={fill} />
          </g>
        );
      })}
    </svg>
  );
}

/** They never exceed the bar: what small parts are given above their due, the others go without. */
function partWidths(counts: readonly number[], total: number): number[] {
  const whole = Math.max(
    total,
    counts.reduce((sum, one) => sum + one, 0),
    1,
  );
  const due = counts.map((count) => (FULL * count) / whole);
  const isSmall = (width: number): boolean => width > 0 && width < SEEN_MIN;
  const raised = due.reduce((sum, width) => sum + (isSmall(width) ? SEEN_MIN - width : 0), 0);
  const large = due.reduce((sum, width) => sum + (isSmall(width) ? 0 : width), 0);
  const rest = FULL - due.reduce((sum, width) => sum + width, 0);
  const takenOff = Math.max(0, raised - rest);
  return due.map((width) =>
    isSmall(width) ? SEEN_MIN : large > 0 ? width - (takenOff * width) / large : width,
  );
}
