/** The terms as tables: the row in force beside what it took over from, rows to come, and versions. */
import { PLAN_NAMES, type PlanName, type PlanTerms, type TermsRow } from '../../domain/terms.ts';
import { planTitle } from '../../reports/member-words.ts';
import {
  RUNS_LOOKED_MAX,
  type TermsBook,
  type TermsOfVersion,
  rowDifferences,
} from '../../reports/terms-book.ts';
import { runAddress } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { Chip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Table } from '../parts/table.tsx';
import { DateOn, Time } from '../parts/times.tsx';
import { Diff } from './audit-table.tsx';

interface InForceProps {
  readonly book: TermsBook;
  readonly latest: TermsOfVersion;
}

export const InForce = ({ book, latest }: InForceProps) => {
  const { inForce, before } = book;
  if (inForce === null)
    return (
      <Card title={`Version ${latest.version}`} bare>
        <Empty sentence="The program has not begun.">
          Nothing is added before the first row of the terms.
        </Empty>
      </Card>
    );
  return (
    <Card
      bare
      header={
        <>
          <h2>Version {latest.version}</h2>
          <Chip tone="ok" icon="ok">
            In force since <DateOn on={inForce.effectiveFrom} />
          </Chip>
        </>
      }
      aside={<Runs version={latest} />}
      footer={<span>{restWords(inForce)}</span>}
    >
      <Table
        caption="What each plan gives"
        columns={[
          { title: 'Plan', cell: (plan) => planTitle(plan) },
          number('Free a month', inForce, before, (one) => one.free),
          number('Of the plan', inForce, before, (one) => one.paid),
          number('Rollover limit', inForce, before, (one) => one.rolloverCap),
          number('Most after a grant', inForce, before, mostOf),
        ]}
        rows={PLAN_NAMES}
        empty=""
      />
    </Card>
  );
};

const mostOf = ({ rolloverCap, free, paid }: PlanTerms): number | null =>
  rolloverCap === null ? null : rolloverCap + free + paid;

const number = (
  title: string,
  now: TermsRow,
  before: TermsRow | null,
  of: (plan: PlanTerms) => number | null,
) => ({
  title,
  numeric: true,
  cell: (plan: PlanName) => {
    const [was, is] = [before && of(before.plans[plan]), of(now.plans[plan])];
    if (before === null || was === is) return limitWords(is);
    return (
      <span class="diff">
        <del>{limitWords(was)}</del>
        <ins>{limitWords(is)}</ins>
      </span>
    );
  },
});

const limitWords = (value: number | null): string => (value === null ? 'no limit' : grouped(value));

function restWords({ welcome, readinessTest, interview, monthEnd }: TermsRow): string {
  const reward =
    interview === null
      ? 'no reward for interviews'
      : `Interview ${grouped(interview.award)}, at most ${grouped(interview.windowMax)} in ${interview.windowDays} days, ` +
        `shown as ${interview.asTwoEntries ? 'two entries' : 'one entry'}`;
  const ends = monthEnd === 'clamp' ? 'month ends clamp' : 'a date after the 28th counts as the 1st';
  return `Welcome ${grouped(welcome)} · Readiness Test ${grouped(readinessTest)} · ${reward} · ${ends}`;
}

interface ToComeProps {
  readonly rows: readonly TermsRow[];
  readonly before: TermsRow | null;
}

/** What will change, and when: each row against the one before it. */
export const ToCome = ({ rows, before }: ToComeProps) => (
  <Card title="To come" bare>
    <Table
      caption="Changes that are to come"
      columns={[
        { title: 'From', cell: ({ row }) => <DateOn on={row.effectiveFrom} /> },
        { title: 'What changes', cell: ({ row, old }) => <Diff differences={rowDifferences(old, row)} /> },
      ]}
      rows={rows.map((row, index) => ({ row, old: rows[index - 1] ?? before }))}
      empty=""
    />
  </Card>
);

export const Versions = ({ versions }: { readonly versions: readonly TermsOfVersion[] }) => (
  <Card
    title="Versions"
    bare
    footer={<span>Runs are counted among the latest {grouped(RUNS_LOOKED_MAX)}.</span>}
  >
    <Table
      caption="Versions of the terms, the latest first"
      stacks
      columns={[
        {
          title: 'Version',
          cell: ({ version }) => (
            <span class="nowrap" id={`version-${version}`}>
              Version {version}
            </span>
          ),
        },
        {
          title: 'Rows from',
          wide: true,
          cell: ({ terms }) => datesOf(terms.map((row) => row.effectiveFrom)),
        },
        {
          title: 'Stored',
          cell: ({ appliedAt, actor }) => (
            <>
              <Time at={appliedAt} />
              <br />
              <span class="qq">by {actor}</span>
            </>
          ),
        },
        { title: 'Why', cell: ({ reason }) => <span class="q">{reason}</span> },
        { title: 'What it changed', cell: ({ changes }) => <Diff differences={changes} /> },
        { title: 'Runs', cell: (one) => <Runs version={one} /> },
      ]}
      rows={versions}
      empty=""
    />
  </Card>
);

const DATES_SHOWN = 3;

const datesOf = (dates: readonly string[]) => (
  <>
    {dates.slice(-DATES_SHOWN).map((on, index) => (
      <>
        {index > 0 ? ', ' : ''}
        <DateOn on={on} />
      </>
    ))}
    {dates.length > DATES_SHOWN ? ` and ${dates.length - DATES_SHOWN} before` : ''}
  </>
);

const Runs = ({ version: { runs, latestRun } }: { readonly version: TermsOfVersion }) =>
  latestRun === null ? (
    <span class="qq">no runs</span>
  ) : (
    <span class="qq">
      {grouped(runs)} {runs === 1 ? 'run' : 'runs'}, the latest{' '}
      <a class="link" href={runAddress(latestRun)}>
        {latestRun}
      </a>
    </span>
  );
