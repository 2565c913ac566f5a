/** The cycles of one account, a square for each: what it was granted, what expired, what is missing. */
import { DateTime } from 'luxon';
import { formatCount } from '../../words.ts';
import { shortDay } from './dates.ts';
import { round } from './figures.ts';
import { AsTable } from './frame.tsx';

export interface CycleSquare {
  /** The date on which it began. */
  readonly on: string;
  readonly state: 'settled' | 'missing' | 'failed' | 'ahead';
  readonly granted: number;
  /** Above zero. */
  readonly expired: number;
  /** Of a cycle that granted nothing: why, in a few words. */
  readonly note?: string | undefined;
  /** Opens why it is so. */
  readonly href?: string | undefined;
}

const PER_ROW = 8;
const STEP = 52;
const SIZE = { width: 46, height: 26 };
const ROW = 48;
const FILLS: Record<CycleSquare['state'], string> = {
  settled: 'h3',
  missing: 'hm',
  failed: 'h1',
  ahead: 'hq',
};

/** In the order of time. */
export function CycleSquares({ cycles }: { readonly cycles: readonly CycleSquare[] }) {
  const rows = Math.max(1, Math.ceil(cycles.length / PER_ROW));
  const isLinked = cycles.some((one) => one.href !== undefined);
  return (
    <>
      <div class="in">
        <svg
          class="chart small"
          viewBox={`0 0 420 ${rows * ROW - 2}`}
          role={isLinked ? 'group' : 'img'}
          aria-label={labelOf(cycles)}
        >
          {cycles.length === 0 && (
            <text x={0} y={28}>
              No cycle yet
            </text>
          )}
          {cycles.map((cycle, index) => (
            <Square cycle={cycle} x={(index % PER_ROW) * STEP} y={Math.floor(index / PER_ROW) * ROW} />
          ))}
        </svg>
      </div>
      {cycles.length > 0 && (
        <footer>
          <AsTable
            title={labelOf(cycles)}
            table={{
              head: ['Cycle', 'Granted', 'Expired', 'State'],
              rows: cycles.map((one) => [
                shortDay(one.on),
                formatCount(one.granted),
                formatCount(one.expired),
                one.note ?? STATES[one.state],
              ]),
            }}
          />
        </footer>
      )}
    </>
  );
}

const STATES: Record<CycleSquare['state'], string> = {
  settled: 'settled',
  missing: 'missing',
  failed: 'failed',
  ahead: 'not due yet',
};

const labelOf = (cycles: readonly CycleSquare[]): string => {
  const count = (state: CycleSquare['state']): number => cycles.filter((one) => one.state === state).length;
  const told = (['settled', 'missing', 'failed'] as const).flatMap((state) =>
    count(state) > 0 ? [`${formatCount(count(state))} ${state}`] : [],
  );
  return `One square per cycle: ${told.length === 0 ? 'none yet' : told.join(', ')}`;
};

function Square({ cycle, x, y }: { readonly cycle: CycleSquare; readonly x: number; readonly y: number }) {
  const inset = cycle.state === 'settled' ? 0 : 0.75;
  const top = y + 16;
  const [right, floor] = [x + SIZE.width, top + SIZE.height];
  const drawn = (
    <>
      <title>{titleOf(cycle)}</title>
      <rect
        x={round(x + inset)}
        y={round(top + inset)}
        width={SIZE.width - 2 * inset}
        height={SIZE.height - 2 * inset}
        rx={4}
        class={cycle.state === 'settled' && cycle.granted === 0 ? 'h0' : FILLS[cycle.state]}
      />
      {cycle.expired > 0 && (
        <path
          class="f-expire"
          d={`M${x} ${floor - 8}h${SIZE.width}v4a4 4 0 0 1-4 4h${8 - SIZE.width}a4 4 0 0 1-4-4z`}
        />
      )}
      {cycle.state === 'failed' && <path class="hx" d={`M${right} ${top}v9l-9 -9z`} />}
    </>
  );
  return (
    <>
      <text class="mid" x={x + SIZE.width / 2} y={y + 10}>
        {monthOf(cycle.on)}
      </text>
      {cycle.href === undefined ? (
        <g>{drawn}</g>
      ) : (
        <a href={cycle.href} aria-label={titleOf(cycle)}>
          {drawn}
        </a>
      )}
    </>
  );
}

const monthOf = (on: string): string => DateTime.fromISO(on, { zone: 'utc', locale: 'en' }).toFormat('LLL');

/** `16 Jul: 80 granted, 44 expired`. */
function titleOf({ on, state, granted, expired, note }: CycleSquare): string {
  const day = shortDay(on);
  if (state !== 'settled') return `${day}: ${note ?? STATES[state]}`;
  const told = granted === 0 && note !== undefined ? note : `${formatCount(granted)} granted`;
  return `${day}: ${told}${expired > 0 ? `, ${formatCount(expired)} expired` : ''}`;
}
