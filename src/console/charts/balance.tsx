/** An account's balance over time, as steps: what it was, the limit above which Connects expire, and what comes next. */
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { area, curveStepAfter, line } from 'd3-shape';
import { formatCount } from '../../words.ts';
import { dateTicks } from './dates.ts';
import { boundsOf, countScale, round, shortCount } from './figures.ts';
import { CountAxis, Figure, type Frame, floorOf } from './frame.tsx';

export interface BalancePoint {
  /** An instant, in milliseconds; from then on the balance was so. */
  readonly at: number;
  readonly balance: number;
  /** In the title and the table: what made it so, with its day. */
  readonly what: string;
  /** Connects that expired in this step, above zero; 0 for any other step. */
  readonly expired: number;
}

export interface BalanceProps {
  /** In the order of time; the first may lie before `from`. */
  readonly points: readonly BalancePoint[];
  readonly from: number;
  readonly now: number;
  /** What comes if nothing changes, in the order of time. */
  readonly next: readonly Pick<BalancePoint, 'at' | 'balance' | 'what'>[];
  /** Connects that roll over at most; null where there is no limit. */
  readonly limit: number | null;
  readonly zone: string;
}

const TICKS_MAX = 4;

export const BalanceOverTime = (props: BalanceProps) => (
  <Figure
    label={labelOf(props)}
    keys={[
      { name: 'Balance', fill: 'f-grant' },
      ...(props.points.some((one) => one.expired > 0)
        ? [{ name: 'Where some expired', fill: 'f-expire' as const }]
        : []),
      ...(props.next.length > 0 ? [{ name: 'If nothing changes', fill: 'hq' as const }] : []),
    ]}
    table={{
      head: ['When', 'Balance'],
      rows: [...props.points, ...props.next].map(({ what, balance }) => [what, formatCount(balance)]),
    }}
    wide={{ width: 820, height: 246, left: 44, right: 64, top: 24, bottom: 24 }}
    slim={{ width: 320, height: 206, left: 38, right: 34, top: 24, bottom: 22 }}
    draw={(frame) => <BalanceDrawn {...props} frame={frame} />}
  />
);

const labelOf = ({ limit, next }: BalanceProps): string =>
  [
    'Balance over time',
    ...(limit === null ? [] : [`with the rollover limit of ${formatCount(limit)}`]),
    ...(next.length === 0 ? [] : ['and what comes next']),
  ].join(' ');

type Scale = ScaleLinear<number, number>;

function BalanceDrawn(props: BalanceProps & { readonly frame: Frame }) {
  const { frame, points, from, now, next, limit, zone } = props;
  const end = Math.max(next.at(-1)?.at ?? now, now + (now - from) * 0.04, from + 1);
  const x = scaleLinear()
    .domain([from, end])
    .range([frame.left, frame.width - frame.right])
    .clamp(true);
  const bounds = boundsOf([...points, ...next].map((one) => one.balance).concat(limit ?? 0));
  const y = countScale(bounds, [floorOf(frame), frame.top], TICKS_MAX);
  const current = points.at(-1)?.balance ?? 0;
  return (
    <>
      <CountAxis frame={frame} scale={y} ticksMax={TICKS_MAX} />
      {limit !== null && <Limit frame={frame} y={y(limit)} limit={limit} />}
      <Past points={points} now={now} x={x} y={y} />
      <path
        class="s-next"
        d={steps(
          [{ at: now, balance: current }, ...next, { at: end, balance: next.at(-1)?.balance ?? current }],
          x,
          y,
        )}
      />
      <Points points={points} from={from} x={x} y={y} frame={frame} />
      <line class="now" x1={round(x(now))} x2={round(x(now))} y1={frame.top} y2={floorOf(frame)} />
      <text class="mid" x={round(x(now))} y={15}>
        today
      </text>
      <circle class="f-line" cx={round(x(now))} cy={round(y(current))} r={4} />
      <Ahead next={next} frame={frame} x={x} y={y} limitAt={limit === null ? undefined : y(limit)} />
      {dateTicks(from, end, zone, frame.isSlim ? 4 : 9).map(({ at, label }) => (
        <text class="mid" x={round(x(at))} y={frame.height - 6}>
          {label}
        </text>
      ))}
    </>
  );
}

const Limit = ({
  frame,
  y,
  limit,
}: {
  readonly frame: Frame;
  readonly y: number;
  readonly limit: number;
}) => (
  <>
    <line class="s-cap" x1={frame.left} x2={frame.width - frame.right} y1={round(y)} y2={round(y)} />
    {frame.isSlim ? (
      <text
        class="t-cap end"
        x={frame.width - frame.right - 2}
        y={round(y + 13)}
      >{`limit ${shortCount(limit)}`}</text>
    ) : (
      <text
        class="t-cap"
        x={frame.width - frame.right + 8}
        y={round(y + 4)}
      >{`limit ${shortCount(limit)}`}</text>
    )}
  </>
);

type Step = Pick<BalancePoint, 'at' | 'balance'>;

const onPaper = (points: readonly Step[], x: Scale, y: Scale): [number, number][] =>
  points.map(({ at, balance }) => [round(x(at)), round(y(balance))]);

const steps = (points: readonly Step[], x: Scale, y: Scale): string =>
  line().curve(curveStepAfter)(onPaper(points, x, y)) ?? '';

function Past({
  points,
  now,
  x,
  y,
}: {
  readonly points: readonly Step[];
  readonly now: number;
  readonly x: Scale;
  readonly y: Scale;
}) {
  const last = points.at(-1);
  const all = onPaper(last ? [...points, { at: now, balance: last.balance }] : [], x, y);
  return (
    <>
      <path
        class="s-fill"
        d={
          area<[number, number]>()
            .y0(round(y(0)))
            .curve(curveStepAfter)(all) ?? ''
        }
      />
      <path class="s-line" d={line().curve(curveStepAfter)(all) ?? ''} />
    </>
  );
}

interface PointsProps {
  readonly points: readonly BalancePoint[];
  readonly from: number;
  readonly x: Scale;
  readonly y: Scale;
  readonly frame: Frame;
}

/** A title for every step; a ring where Connects expired, at what there was before. */
const Points = ({ points, from, x, y, frame }: PointsProps) => (
  <>
    {points.map(({ at, what, balance, expired }, index) => {
      const until = points[index + 1]?.at ?? at;
      const [left, right] = [x(at), x(until)];
      return (
        <g>
          <title>{`${what}: ${formatCount(balance)}`}</title>
          {right - left >= 1 && (
            <rect
              class="hit"
              x={round(left)}
              y={frame.top}
              width={round(right - left)}
              height={round(floorOf(frame) - frame.top)}
            />
          )}
          {expired > 0 && at >= from && (
            <circle class="pt x" cx={round(left)} cy={round(y(balance + expired))} r={4} />
          )}
        </g>
      );
    })}
  </>
);

interface AheadProps {
  readonly next: BalanceProps['next'];
  readonly frame: Frame;
  readonly x: Scale;
  readonly y: Scale;
  readonly limitAt: number | undefined;
}

/** What will be, at the end of the dotted line; beside the limit's name, and not upon it. */
function Ahead({ next, frame, x, y, limitAt }: AheadProps) {
  const last = next.at(-1);
  if (!last) return <></>;
  const at = y(last.balance) + 4;
  const isOnLimit = !frame.isSlim && limitAt !== undefined && Math.abs(at - 4 - limitAt) < 12;
  return (
    <>
      {next.map(({ at: instant, balance, what }) => (
        <g>
          <title>{`${what}: ${formatCount(balance)}`}</title>
          <rect class="hit" x={round(x(instant) - 4)} y={round(y(balance) - 6)} width={8} height={12} />
        </g>
      ))}
      <text class="on" x={frame.width - frame.right + 8} y={round(isOnLimit ? at - 13 : at)}>
        {shortCount(last.balance)}
      </text>
    </>
  );
}
