/** Cycles by month and day, in which a hole is seen: a row for each month, a square for each day. */
import { formatCount } from '../../words.ts';
import { dayLabel, monthLabel } from './dates.ts';
import { median, round } from './figures.ts';
import { Figure, type Frame } from './frame.tsx';

export interface DayOfCycles {
  /** A date, as `2026-11-30`. */
  readonly on: string;
  /** Cycles that were settled. */
  readonly settled: number;
  /** Cycles that accounts should have and do not. */
  readonly missing: number;
  /** Cycles of accounts that failed and have not been settled since. */
  readonly failed: number;
  /** It lies ahead. */
  readonly isAhead: boolean;
  /** Chosen, in a form. */
  readonly isChosen?: boolean;
  /** Where a hole can be filled. */
  readonly href?: string | undefined;
}

const WIDE = { left: 40, size: 16.6, step: 19.6, height: 15, line: 18, top: 18 };
const SLIM = { left: 30, size: 7.2, step: 9.2, height: 13, line: 16.5, top: 18 };
const MARKED_DAYS = [1, 5, 10, 15, 20, 25, 31];

interface CyclesByDayProps {
  /** Of whole months, in the order of time; a day that is left out is not drawn. */
  readonly days: readonly DayOfCycles[];
  /** Where all holes of a month such as `2026-11` can be filled; undefined where it has none. */
  readonly hrefOfMonth?: ((month: string) => string | undefined) | undefined;
}

export function CyclesByDay({ days, hrefOfMonth }: CyclesByDayProps) {
  const months = [...new Set(days.map((one) => one.on.slice(0, 7)))];
  const heights = { right: 0, top: 18, bottom: 0 };
  const shade = shadesOf(days);
  return (
    <Figure
      label="Cycles by month and day: what was settled, what is missing"
      isLinked={days.some((one) => one.href !== undefined)}
      keys={[
        { name: 'settled, stronger is more', fill: 'h2' },
        { name: 'some missing', fill: 'hm' },
        { name: 'some failed', fill: 'hx' },
        { name: 'not due yet', fill: 'hq' },
      ]}
      table={{
        head: ['Day', 'Settled', 'Missing', 'Failed'],
        rows: days
          .filter((one) => !one.isAhead)
          .map(({ on, settled, missing, failed }) => [
            dayLabel(on),
            ...[settled, missing, failed].map(formatCount),
          ]),
      }}
      wide={{
        left: WIDE.left,
        width: WIDE.left + WIDE.step * 31,
        height: WIDE.top + WIDE.line * months.length,
        ...heights,
      }}
      slim={{ left: SLIM.left, width: 320, height: SLIM.top + SLIM.line * months.length, ...heights }}
      draw={(frame) => <GridDrawn {...{ frame, days, months, shade, hrefOfMonth }} />}
    />
  );
}

type Shade = (settled: number) => string;

/** Against the day in the middle: the first of a month holds more, and must not bleach all others. */
function shadesOf(days: readonly DayOfCycles[]): Shade {
  const middle = median(days.map((one) => one.settled).filter((settled) => settled > 0));
  return (settled) => {
    if (settled === 0) return 'h0';
    if (settled < middle * 0.75) return 'h1';
    if (settled < middle * 1.25) return 'h2';
    return settled < middle * 1.5 ? 'h3' : 'h4';
  };
}

interface GridProps extends CyclesByDayProps {
  readonly frame: Frame;
  readonly months: readonly string[];
  readonly shade: Shade;
}

function GridDrawn({ frame, days, months, shade, hrefOfMonth }: GridProps) {
  const grid = frame.isSlim ? SLIM : WIDE;
  const rows = new Map(months.map((month, index) => [month, index]));
  const thisMonth = days.findLast((one) => !one.isAhead)?.on.slice(0, 7);
  return (
    <>
      {MARKED_DAYS.map((day) => (
        <text class="mid" x={round(grid.left + (day - 1) * grid.step + grid.size / 2)} y={11}>
          {day}
        </text>
      ))}
      {months.map((month, index) => (
        <MonthName
          month={month}
          isThis={month === thisMonth}
          y={round(grid.top + index * grid.line + 11.5)}
          href={hrefOfMonth?.(month)}
          missing={missingIn(days, month)}
        />
      ))}
      {days.map((day) => (
        <Square
          day={day}
          shade={shade}
          x={grid.left + (Number(day.on.slice(8)) - 1) * grid.step}
          y={grid.top + (rows.get(day.on.slice(0, 7)) ?? 0) * grid.line}
          width={grid.size}
          height={grid.height}
        />
      ))}
    </>
  );
}

const missingIn = (days: readonly DayOfCycles[], month: string): number =>
  days.reduce((sum, { on, missing }) => sum + (on.startsWith(month) ? missing : 0), 0);

interface MonthNameProps {
  readonly month: string;
  readonly isThis: boolean;
  readonly y: number;
  readonly href: string | undefined;
  readonly missing: number;
}

function MonthName({ month, isThis, y, href, missing }: MonthNameProps) {
  const name = (
    <text class={isThis ? 'on' : undefined} x={0} y={y}>
      {monthLabel(month)}
    </text>
  );
  if (href === undefined) return name;
  const title = `${monthLabel(month)} ${month.slice(0, 4)}: ${formatCount(missing)} missing`;
  return (
    <a href={href} aria-label={title}>
      {name}
    </a>
  );
}

interface SquareProps {
  readonly day: DayOfCycles;
  readonly shade: Shade;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function Square({ day, shade, x, y, width, height }: SquareProps) {
  const title = titleOf(day);
  const isOpen = day.isAhead;
  const inset = isOpen || day.missing > 0 ? 0.75 : 0;
  const corner = Math.min(9, width * 0.8);
  const square = (
    <>
      <title>{title}</title>
      <rect
        x={round(x + inset)}
        y={round(y + inset)}
        width={round(width - 2 * inset)}
        height={round(height - 2 * inset)}
        rx={2}
        class={isOpen ? 'hq' : day.missing > 0 ? 'hm' : shade(day.settled)}
      />
      {day.failed > 0 && (
        <path
          class="hx"
          d={`M${round(x + width)} ${round(y)}v${round(corner)}l${round(-corner)} ${round(-corner)}z`}
        />
      )}
      {day.isChosen && (
        <rect x={round(x)} y={round(y)} width={round(width)} height={round(height)} rx={2} class="hs" />
      )}
    </>
  );
  if (day.href === undefined) return <g>{square}</g>;
  return (
    <a href={day.href} aria-label={title}>
      {square}
    </a>
  );
}

/** `14 Sep 2026: 36,000 settled, 4 missing, 7 failed`. */
function titleOf({ on, settled, missing, failed, isAhead }: DayOfCycles): string {
  if (isAhead) return `${dayLabel(on)}: not due yet`;
  const told = [
    `${formatCount(settled)} settled`,
    ...(missing > 0 ? [`${formatCount(missing)} missing`] : []),
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
  ];
  return `${dayLabel(on)}: ${told.join(', ')}`;
}
