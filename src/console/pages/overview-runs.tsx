/** Runs on the overview: those that are open, with their counts, and the recent ones, clean sweeps folded together. */
import type { Child } from 'hono/jsx';
import type { ActiveRun, Overview } from '../../reports/overview.ts';
import type { FoldedSweeps, RunLine, RunListLine } from '../../reports/run-list.ts';
import { counted, formatAge } from '../../words.ts';
import { addressOf, runAddress } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { StateChip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { Equation } from '../parts/equation.tsx';
import { BadCount, grouped } from '../parts/numbers.tsx';
import { ProgressBar } from '../parts/progress.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { NearTime, ShortTime, Time } from '../parts/times.tsx';
import { RunState } from './run-state.tsx';

/** How far a run that is open is: its accounts as an equation, and as a bar. */
export const ActiveRunCard = ({ run, counts, exact, rate, now }: ActiveRun & { readonly now: number }) => (
  <Card
    header={
      <>
        <h2>Run {grouped(run.id)}</h2>
        <StateChip of="run" state={run.state} />
        <span class="q">
          {run.kind} as of <Time at={run.asOf} />
        </span>
      </>
    }
    aside={
      <>
        <Pace rate={rate} now={now} startedAt={run.startedAt} />
        <a class="btn small" href={runAddress(run.id)}>
          Open
        </a>
      </>
    }
  >
    <ProgressBar {...counts} />
    <Equation
      terms={[
        { count: counts.settled, word: exact ? 'settled' : 'settled, about' },
        { count: counts.failed, word: 'failed' },
        { count: counts.remaining, word: 'remaining' },
        { count: counts.skipped, word: 'skipped' },
      ]}
      sum={{
        count: run.dueAtStart + counts.added,
        word: counts.added > 0 ? 'due, some of them since' : 'due',
      }}
    />
  </Card>
);

interface PaceProps extends Pick<ActiveRun, 'rate'> {
  readonly now: number;
  readonly startedAt: number;
}

const Pace = ({ rate: { perSecond, endsAt }, now, startedAt }: PaceProps) => (
  <>
    {perSecond === null ? '' : <span class="num">{grouped(Math.round(perSecond))} accounts/s</span>}
    {endsAt === null ? (
      <span>
        begun <NearTime at={startedAt} now={now} />
      </span>
    ) : (
      <span class="num">{formatAge(Math.max(0, endsAt - now) / 1_000)} left</span>
    )}
  </>
);

export const RecentRuns = ({
  facts: { recent, backfills, now },
}: {
  readonly facts: Pick<Overview, 'recent' | 'backfills' | 'now'>;
}) => (
  <Card
    title="Recent runs"
    bare
    aside={
      <a class="link" href="/runs">
        All runs
      </a>
    }
  >
    <Table
      caption="Recent runs, the latest first"
      columns={columnsOf(now, backfills)}
      rows={recent}
      across={(line) =>
        line.line === 'fold' ? { className: 'fold', content: <Folded fold={line} now={now} /> } : undefined
      }
      empty={
        <Empty sentence="No run yet.">
          The next tick opens one as soon as somebody is due; "connects sweep" does so at once.
        </Empty>
      }
    />
  </Card>
);

const columnsOf = (now: number, backfills: Overview['backfills']): Column<RunListLine>[] => [
  {
    title: 'Run',
    cell: ofRun(({ run }) => (
      <span class="nowrap">
        <a class="link" href={runAddress(run.id)}>
          {grouped(run.id)}
        </a>{' '}
        <span class="q">{run.kind}</span>
      </span>
    )),
  },
  {
    title: 'State',
    cell: ofRun(({ run }) => <RunState run={run} backfills={backfills} />),
  },
  { title: 'Due', numeric: true, wide: true, cell: ofRun(({ run }) => grouped(run.dueAtStart)) },
  { title: 'Failed', numeric: true, cell: ofRun(({ counts }) => <BadCount value={counts.failed} />) },
  { title: 'Progress', wide: true, cell: ofRun(({ counts }) => <ProgressBar {...counts} slim />) },
  {
    title: 'Started',
    numeric: true,
    cell: ofRun(({ run }) => (
      <span class="qq">
        <ShortTime at={run.startedAt} now={now} />
      </span>
    )),
  },
];

const ofRun =
  (cell: (line: RunLine) => Child) =>
  (line: RunListLine): Child =>
    line.line === 'run' ? cell(line) : '';

const Folded = ({ fold, now }: { readonly fold: FoldedSweeps; readonly now: number }) => (
  <a class="link" href={addressOf('/runs', { open: fold.id })}>
    {counted(fold.runs, 'clean sweep')}, <ShortTime at={fold.fromAt} now={now} /> to{' '}
    <ShortTime at={fold.toAt} now={now} />: {grouped(fold.settled)} settled
  </a>
);
