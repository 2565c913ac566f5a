/** What interviews brought in the window of some days, against what they may bring: a fifth for each award. */
import { formatCount } from '../../words.ts';
import { shortDay } from './dates.ts';
import { round } from './figures.ts';

export interface WindowProps {
  /** Connects of the window that count now, each with the day on which it counted; the oldest first. */
  readonly awards: readonly { readonly on: string; readonly connects: number }[];
  /** Connects that the window may bring, and those of one award; both above zero. */
  readonly most: number;
  readonly each: number;
  readonly days: number;
}

const WIDTH = 300;
const GAP = 5;
const PARTS_MAX = 25;

export function WindowFifths({ awards, most, each, days }: WindowProps) {
  const used = awards.reduce((sum, one) => sum + one.connects, 0);
  const count = Math.min(PARTS_MAX, Math.max(1, Math.ceil(most / each)));
  const size = most / count;
  const step = (WIDTH + GAP - 2) / count;
  const left = Math.max(0, most - used);
  return (
    <svg
      class="chart small"
      viewBox={`0 0 ${WIDTH} 40`}
      role="img"
      aria-label={`${formatCount(used)} of ${formatCount(most)} in the last ${formatCount(days)} days`}
    >
      {Array.from({ length: count }, (_, index) => {
        const share = Math.min(1, Math.max(0, (used - index * size) / size));
        const x = round(1 + index * step);
        return (
          <g>
            <title>{partTitle(index, size, used, awards)}</title>
            <rect x={x} y={4} width={round(step - GAP)} height={12} rx={3} class="f-sunk" />
            {share > 0 && (
              <rect x={x} y={4} width={round((step - GAP) * share)} height={12} rx={3} class="f-grant" />
            )}
          </g>
        );
      })}
      {labelled(awards, size, step).map(({ x, on }) => (
        <text x={x} y={33}>
          {shortDay(on)}
        </text>
      ))}
      <text class="end" x={WIDTH - 3} y={33}>
        {left === 0 ? 'no room' : `${formatCount(left)} left`}
      </text>
    </svg>
  );
}

function partTitle(index: number, size: number, used: number, awards: WindowProps['awards']): string {
  const day = dayAt(index * size, awards);
  return used > index * size && day !== undefined
    ? `${shortDay(day)}: awarded`
    : `Room for ${formatCount(Math.round(Math.min(size, (index + 1) * size - used)))}`;
}

/** The day of the award in which a Connect of the window lies. */
function dayAt(at: number, awards: WindowProps['awards']): string | undefined {
  let sum = 0;
  for (const { on, connects } of awards) {
    sum += connects;
    if (sum > at) return on;
  }
  return undefined;
}

/** Under the first part of each day, as far as names do not meet each other or what is left. */
function labelled(awards: WindowProps['awards'], size: number, step: number): { x: number; on: string }[] {
  const found: { x: number; on: string }[] = [];
  let sum = 0;
  for (const { on, connects } of awards) {
    const x = round(1 + Math.floor(sum / size) * step);
    sum += connects;
    const before = found.at(-1);
    if (before?.on !== on && x >= (before?.x ?? -46) + 46 && x < WIDTH - 100) found.push({ x, on });
  }
  return found;
}
