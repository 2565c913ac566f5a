/** The list of runs: the latest first, by kind, state, time and who began them; clean sweeps folded together. */
import { shownNow } from '../../db/query.ts';
import { RUN_KINDS, RUN_STATES } from '../../ledger/runs.ts';
import { type Overview, readBackfillStates } from '../../reports/overview.ts';
import { type RunLine, type RunListLine, type RunListPage, readRunList } from '../../reports/run-list.ts';
import { counted } from '../../words.ts';
import { PartsBar } from '../charts/small.tsx';
import { addressOf, runAddress } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { Empty } from '../parts/empty.tsx';
import { Field, Form, Select, Submit } from '../parts/form.tsx';
import { BadCount, grouped } from '../parts/numbers.tsx';
import { Pager } from '../parts/pager.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { Duration, ShortTime } from '../parts/times.tsx';
import { may, viewer } from '../sign-in/rights.ts';
import type { Site } from '../site.ts';
import { RunState } from './run-state.tsx';
import { KIND_TITLES, STATE_TITLES } from './run-words.ts';
import { type RunsAsked, filtersOf, isNarrowed, parseRunsAsked, toListAsked } from './runs-asked.ts';

export function addRunsPages(site: Site): void {
  site.pages.get('/runs', viewer, async (context) => {
    const { readDb } = site.app;
    const asked = parseRunsAsked(context.req.query());
    const now = await shownNow(readDb);
    const page = await readRunList(readDb, toListAsked(asked));
    const backfills = await readBackfillStates(readDb);
    return site.render(
      context,
      {
        title: 'Runs',
        section: 'runs',
        sub: 'Every sweep, rerun, backfill and reversal. A sweep that found nothing due leaves a tick, not a run.',
        actions: may(context.get('user'), 'change') ? (
          <a class="btn" href="/runs/sweep">
            Sweep now
          </a>
        ) : undefined,
      },
      <Runs asked={asked} page={page} backfills={backfills} now={now} />,
    );
  });
}

interface RunsProps {
  readonly asked: RunsAsked;
  readonly page: RunListPage;
  readonly backfills: Overview['backfills'];
  readonly now: number;
}

const Runs = ({ asked, page, backfills, now }: RunsProps) => (
  <Card bare header={<Kinds asked={asked} />} footer={<Pages asked={asked} page={page} />}>
    <Filters asked={asked} />
    <Table
      caption="Runs, the latest first"
      columns={columnsOf(now, backfills)}
      rows={page.lines.flatMap(withOpened)}
      across={(line) =>
        line.line === 'run'
          ? undefined
          : { className: 'fold', content: <Fold asked={asked} fold={line} now={now} /> }
      }
      empty={<NoRuns asked={asked} />}
    />
  </Card>
);

const Kinds = ({ asked }: { readonly asked: RunsAsked }) => (
  <Tabs
    label="Kinds of runs"
    choices={[undefined, ...RUN_KINDS].map((kind) => ({
      label: kind === undefined ? 'All' : `${KIND_TITLES[kind]}s`,
      href: addressOf('/runs', { ...filtersOf(asked), kind }),
      current: asked.kind === kind,
    }))}
  />
);

const Filters = ({ asked }: { readonly asked: RunsAsked }) => (
  <Form action="/runs" method="get" label="Narrow the list of runs" className="filters">
    {asked.kind === undefined ? '' : <input type="hidden" name="kind" value={asked.kind} />}
    <Select
      name="state"
      label="State"
      value={asked.state ?? ''}
      options={[['', 'Any state'], ...RUN_STATES.map((one) => [one, STATE_TITLES[one]] as const)]}
    />
    <Field name="actor" label="Begun by" value={asked.actor} placeholder="anybody" maxlength={100} />
    <Field name="from" label="From (UTC)" type="date" value={asked.from} />
    <Field name="to" label="To" type="date" value={asked.to} />
    <Submit tone="plain">Show</Submit>
    {isNarrowed(asked) ? (
      <a class="link" href="/runs">
        All runs
      </a>
    ) : (
      ''
    )}
  </Form>
);

/** The lines of a fold that is open follow it. */
const withOpened = (line: RunListLine): RunListLine[] =>
  line.line === 'fold' && line.opened ? [line, ...line.opened] : [line];

interface FoldProps {
  readonly asked: RunsAsked;
  readonly fold: Exclude<RunListLine, RunLine>;
  readonly now: number;
}

function Fold({ asked, fold, now }: FoldProps) {
  const isOpen = fold.opened !== null;
  const position = { ...filtersOf(asked), before: asked.before };
  const href = `${addressOf('/runs', { ...position, open: isOpen ? undefined : fold.id })}#fold-${fold.id}`;
  return (
    <a class="link" id={`fold-${fold.id}`} href={href}>
      {counted(fold.runs, 'clean sweep')}, <ShortTime at={fold.fromAt} now={now} /> to{' '}
      <ShortTime at={fold.toAt} now={now} />: {grouped(fold.settled)} settled
      {isOpen ? ' (fold them together)' : ''}
    </a>
  );
}

const ofRun =
  <Cell,>(cell: (line: RunLine) => Cell) =>
  (line: RunListLine): Cell | '' =>
    line.line === 'run' ? cell(line) : '';

const about = (line: RunLine, count: number): string => `${line.exact ? '' : '≈ '}${grouped(count)}`;

const columnsOf = (now: number, backfills: RunsProps['backfills']): Column<RunListLine>[] => [
  {
    title: 'Run',
    cell: ofRun(({ run }) => (
      <a class="link nowrap" href={runAddress(run.id)}>
        {grouped(run.id)}
      </a>
    )),
  },
  { title: 'Kind', cell: ofRun(({ run }) => KIND_TITLES[run.kind]) },
  { title: 'State', cell: ofRun(({ run }) => <RunState run={run} backfills={backfills} />) },
  {
    title: 'Due',
    numeric: true,
    wide: true,
    cell: ofRun(({ run, counts }) => grouped(run.dueAtStart + counts.added)),
  },
  { title: 'Settled', numeric: true, wide: true, cell: ofRun((line) => about(line, line.counts.settled)) },
  { title: 'Failed', numeric: true, cell: ofRun(({ counts }) => <BadCount value={counts.failed} />) },
  {
    title: 'Remaining',
    numeric: true,
    wide: true,
    cell: ofRun((line) => about(line, line.counts.remaining)),
  },
  { title: 'Progress', wide: 'very', cell: ofRun((line) => <Progress line={line} />) },
  {
    title: 'Took',
    numeric: true,
    wide: true,
    cell: ofRun(({ run }) => <Duration ms={Math.max(0, (run.endedAt ?? now) - run.startedAt)} />),
  },
  { title: 'By', wide: true, cell: ofRun((line) => <By line={line} />) },
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

const By = ({ line: { run, notes } }: { readonly line: RunLine }) => (
  <>
    {run.actor}
    {notes.length === 0 ? '' : <span class="qq"> · {counted(notes.length, 'note')}</span>}
  </>
);

function Progress({ line: { run, counts } }: { readonly line: RunLine }) {
  const { settled, failed, skipped, added } = counts;
  const total = run.dueAtStart + added;
  return (
    <PartsBar
      isSlim
      total={total}
      label={`${grouped(settled)} of ${grouped(total)} settled, ${grouped(failed)} failed`}
      parts={[
        { name: 'settled', count: settled, fill: 'f-grant' },
        { name: 'skipped', count: skipped, fill: 'f-mute' },
        { name: 'failed', count: failed, fill: 'f-bad' },
      ]}
    />
  );
}

const Pages = ({ asked, page }: Pick<RunsProps, 'asked' | 'page'>) => (
  <Pager
    newer={asked.before === undefined ? undefined : addressOf('/runs', filtersOf(asked))}
    older={
      page.nextBefore === null
        ? undefined
        : addressOf('/runs', { ...filtersOf(asked), before: page.nextBefore })
    }
    words={['Latest', 'Older']}
  >
    Dry runs leave no row
  </Pager>
);

const NoRuns = ({ asked }: { readonly asked: RunsAsked }) =>
  isNarrowed(asked) || asked.before !== undefined ? (
    <Empty
      sentence="There are no such runs."
      action={
        <a class="btn" href="/runs">
          Show all runs
        </a>
      }
    />
  ) : (
    <Empty sentence="There is no run yet.">
      The next tick opens one as soon as somebody is due; "connects sweep" does so at once.
    </Empty>
  );
