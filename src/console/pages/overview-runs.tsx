/** Runs on the overview: those that are open, with their counts, and the recent ones, clean sweeps folded together. */
import type { Run } from '../../ledger/runs.ts';
import { type CountedRun, type RecentLine, foldCleanSweeps } from '../../reports/overview.ts';
import { counted } from '../../words.ts';
import { addressOf, runAddress } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { StateChip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { Equation } from '../parts/equation.tsx';
import { grouped } from '../parts/numbers.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { NearTime, ShortTime, Time } from '../parts/times.tsx';
import type { OverviewFacts } from './overview-facts.ts';

const RECENT_SHOWN = 8;

/** How far a run that is open is: its accounts as an equation, and as a bar. */
export const ActiveRun = ({ run, counts, now }: CountedRun & { readonly now: number }) => (
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
        <span>
          begun <NearTime at={run.startedAt} now={now} />
        </span>
        <a class="btn small" href={runAddress(run.id)}>
          Open
        </a>
      </>
    }
  >
    <Bar counts={counts} />
    <Equation
      terms={[
        { count: counts.settled, word: 'settled' },
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

/** Of a thousand: settled green, failed red, the rest still empty. */
function Bar({ counts: { settled, failed, remaining, skipped } }: Pick<CountedRun, 'counts'>) {
  const all = Math.max(1, settled + failed + remaining + skipped);
  const [done, bad, gone] = [settled, failed, skipped].map((count) => (count / all) * 1_000) as [
    number,
    number,
    number,
  ];
  const words = `${grouped(settled)} of ${grouped(all)} settled`;
  return (
    <svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label={words}>
      <rect x={0} y={0} width={done.toFixed(1)} height={10} class="f-grant" />
      <rect x={done.toFixed(1)} y={0} width={gone.toFixed(1)} height={10} class="f-mute" />
      <rect x={(done + gone).toFixed(1)} y={0} width={bad.toFixed(1)} height={10} class="f-bad" />
    </svg>
  );
}

export const RecentRuns = ({ facts: { recent, now } }: { readonly facts: OverviewFacts }) => (
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
      columns={columnsOf(now)}
      rows={foldCleanSweeps(recent, RECENT_SHOWN)}
      across={(line) =>
        'run' in line ? undefined : { className: 'fold', content: <Folded line={line} now={now} /> }
      }
      empty={
        <Empty sentence="No run yet.">
          The next tick opens one as soon as somebody is due; "connects sweep" does so at once.
        </Empty>
      }
    />
  </Card>
);

const columnsOf = (now: number): Column<RecentLine>[] => [
  {
    title: 'Run',
    cell: ofRun((run) => (
      <>
        <a class="link" href={runAddress(run.id)}>
          {grouped(run.id)}
        </a>{' '}
        <span class="q">{run.kind}</span>
      </>
    )),
  },
  { title: 'State', cell: ofRun((run) => <StateChip of="run" state={run.state} />) },
  { title: 'Due', numeric: true, cell: ofRun((run) => grouped(run.dueAtStart)) },
  { title: 'By', wide: true, cell: ofRun((run) => run.actor) },
  {
    title: 'Started',
    numeric: true,
    cell: ofRun((run) => (
      <span class="qq">
        <ShortTime at={run.startedAt} now={now} />
      </span>
    )),
  },
];

const ofRun =
  <Cell,>(cell: (run: Run) => Cell) =>
  (line: RecentLine): Cell | '' =>
    'run' in line ? cell(line.run) : '';

const Folded = ({
  line,
  now,
}: {
  readonly line: Exclude<RecentLine, { run: Run }>;
  readonly now: number;
}) => (
  <a class="link" href={addressOf('/runs', { kind: 'sweep', state: 'completed' })}>
    {counted(line.clean, 'clean sweep')}, <ShortTime at={line.from} now={now} /> to{' '}
    <ShortTime at={line.to} now={now} />: {counted(line.accounts, 'account')}
  </a>
);
