/** How fast a run goes: accounts per second since its start, and where it will end if it goes on so. */
import { scaleLinear } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';
import { counted, formatAge } from '../../words.ts';
import { boundsOf, countScale, round } from './figures.ts';
import { CountAxis, Figure, type Frame, MarkText, floorOf } from './frame.tsx';

export interface RateSample {
  /** Since the run's start. */
  readonly seconds: number;
  readonly perSecond: number;
}

export interface RateProps {
  /** In the order of time. */
  readonly samples: readonly RateSample[];
  /** When the run began, as a clock has it: `07:05:00`. */
  readonly startedAt: string;
  /** Of a run that goes on: the second in which it is expected to end, and that in words (`ends 07:06:01`). */
  readonly expected?: { readonly seconds: number; readonly label: string } | undefined;
}

const TICKS_MAX = 5;
/** Steps of a clock, in seconds. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];

export const RateOverTime = (props: RateProps) => (
  <Figure
    label="Accounts settled per second since the start of the run"
    keys={[]}
    table={{
      head: ['Since its start', 'Accounts per second'],
      rows: props.samples.map(({ seconds, perSecond }) => [sinceStart(seconds), perSecondWords(perSecond)]),
    }}
    wide={{ width: 640, height: 190, left: 40, right: props.expected ? 96 : 16, top: 14, bottom: 22 }}
    slim={{ width: 320, height: 180, left: 34, right: 6, top: 24, bottom: 22 }}
    draw={(frame) => <RateDrawn {...props} frame={frame} />}
  />
);

const sinceStart = (seconds: number): string => `+${formatAge(seconds)}`;
const perSecondWords = (rate: number): string =>
  rate < 10 ? String(round(rate)) : Math.round(rate).toLocaleString('en-US');

function RateDrawn({ samples, startedAt, expected, frame }: RateProps & { readonly frame: Frame }) {
  const last = samples.at(-1) ?? { seconds: 0, perSecond: 0 };
  const end = Math.max(1, last.seconds, expected?.seconds ?? 0);
  const right = frame.width - frame.right;
  const x = scaleLinear().domain([0, end]).range([frame.left, right]);
  const rates = samples.map((one) => one.perSecond);
  const y = countScale([0, boundsOf(rates)[1]], [floorOf(frame), frame.top], TICKS_MAX);
  const points = samples.map(({ seconds, perSecond }): [number, number] => [
    round(x(seconds)),
    round(y(perSecond)),
  ]);
  return (
    <>
      <CountAxis frame={frame} scale={y} ticksMax={TICKS_MAX} />
      <path
        class="s-fill"
        d={area<[number, number]>().y0(floorOf(frame)).curve(curveMonotoneX)(points) ?? ''}
      />
      <path class="s-line" d={line().curve(curveMonotoneX)(points) ?? ''} />
      <Hits samples={samples} frame={frame} at={(seconds) => x(seconds)} />
      {expected && (
        <Expected
          frame={frame}
          from={x(last.seconds)}
          to={x(end)}
          y={y(meanOf(rates))}
          label={expected.label}
        />
      )}
      <circle class="pt" cx={round(x(last.seconds))} cy={round(y(last.perSecond))} r={3.5} />
      <SecondsAxis frame={frame} end={end} at={(seconds) => x(seconds)} startedAt={startedAt} />
    </>
  );
}

/** Of the recent past, which is what goes on. */
const RECENT = 20;

function meanOf(rates: readonly number[]): number {
  const recent = rates.slice(-RECENT);
  return recent.length === 0 ? 0 : recent.reduce((sum, one) => sum + one, 0) / recent.length;
}

interface ExpectedProps {
  readonly frame: Frame;
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly label: string;
}

const Expected = ({ frame, from, to, y, label }: ExpectedProps) => (
  <>
    <line class="s-next" x1={round(from)} x2={round(to)} y1={round(y)} y2={round(y)} />
    <line class="now" x1={round(from)} x2={round(from)} y1={frame.top} y2={floorOf(frame)} />
    {frame.isSlim ? (
      <text class="on end" x={frame.width - frame.right} y={14}>
        {label}
      </text>
    ) : (
      <MarkText frame={frame} x={to + 4} y={y + 4} text={label} />
    )}
  </>
);

interface HitsProps {
  readonly samples: readonly RateSample[];
  readonly frame: Frame;
  readonly at: (seconds: number) => number;
}

/** Where the pointer finds what a point of the line says. */
const Hits = ({ samples, frame, at }: HitsProps) => (
  <>
    {samples.map(({ seconds, perSecond }, index) => {
      const before = samples[index - 1]?.seconds ?? 0;
      const width = Math.max(1, at(seconds) - at(before));
      return (
        <g>
          <title>{`${sinceStart(seconds)}: ${perSecondWords(perSecond)} ${perSecond === 1 ? 'account' : 'accounts'} per second`}</title>
          <rect
            class="hit"
            x={round(at(seconds) - width)}
            y={frame.top}
            width={round(width)}
            height={round(floorOf(frame) - frame.top)}
          />
        </g>
      );
    })}
  </>
);

interface SecondsAxisProps {
  readonly frame: Frame;
  readonly end: number;
  readonly at: (seconds: number) => number;
  readonly startedAt: string;
}

function SecondsAxis({ frame, end, at, startedAt }: SecondsAxisProps) {
  const ticksMax = frame.isSlim ? 3 : 7;
  const step = STEPS.find((one) => end / one <= ticksMax) ?? Math.ceil(end / ticksMax);
  const ticks = Array.from({ length: Math.floor(end / step) }, (_, index) => step * (index + 1));
  const y = frame.height - 6;
  return (
    <>
      <text x={frame.left} y={y}>
        {startedAt}
      </text>
      {ticks
        .filter((seconds) => at(seconds) > frame.left + 72)
        .map((seconds) => (
          <text class={seconds === end ? 'end' : 'mid'} x={round(at(seconds))} y={y}>
            {sinceStart(seconds)}
          </text>
        ))}
    </>
  );
}

/** `410 accounts per second`. */
export const rateWords = (perSecond: number): string =>
  `${counted(Math.round(perSecond), 'account')} per second`;
