/** The parts of a run's page: how far it is, how fast, what it did, and what it failed at. */
import type { Child } from 'hono/jsx';
import { DateTime } from 'luxon';
import type { RunPage } from '../../reports/run-page.ts';
import { batchWords } from '../../reports/batch-spread.ts';
import { isOpen } from '../../reports/run-kept-counts.ts';
import { counted, formatAge } from '../../words.ts';
import { RateOverTime } from '../charts/rate.tsx';
import { PartsBar } from '../charts/small.tsx';
import { accountAddress, addressOf } from '../parts/addresses.ts';
import { Card, Facts } from '../parts/card.tsx';
import { StateChip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { Equation } from '../parts/equation.tsx';
import { grouped, signed } from '../parts/numbers.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Clock, Time } from '../parts/times.tsx';
import { KIND_TITLES, askedWords, codeTitle, emailTitle } from './run-words.ts';
import { type RatePoint, ratePoints, rateSpread } from './run-rate.ts';

export interface RunProps {
  readonly page: RunPage;
  readonly now: number;
}

export function Progress({ page: { run, counts, exact, rate } }: Pick<RunProps, 'page'>) {
  const { settled, failed, remaining, skipped, added } = counts;
  const total = run.dueAtStart + added;
  const share = total === 0 ? 100 : Math.floor((settled / total) * 1_000) / 10;
  return (
    <Card>
      <div class="stack">
        <div class="flow">
          <span class="hero num">
            {share} <small>%</small>
          </span>
          <span class="q">
            {exact ? '' : 'about '}
            {grouped(settled)} of {counted(total, 'account')} settled
            <br />
            <Pace rate={rate} open={isOpen(run)} />
          </span>
          {isOpen(run) ? (
            <span class="end">
              <StateChip of="run" state={run.state} />
            </span>
          ) : (
            ''
          )}
        </div>
        <PartsBar
          total={total}
          label={`${grouped(settled)} settled, ${grouped(failed)} failed, ${grouped(skipped)} skipped, ${grouped(remaining)} remaining of ${grouped(total)}`}
          parts={[
            { name: 'settled', count: settled, fill: 'f-grant' },
            { name: 'skipped', count: skipped, fill: 'f-mute' },
            { name: 'failed', count: failed, fill: 'f-bad' },
          ]}
        />
        <Equation
          terms={[
            { count: settled, word: 'settled' },
            { count: failed, word: 'failed' },
            { count: remaining, word: 'remaining' },
            { count: skipped, word: 'skipped' },
          ]}
          sum={{
            count: total,
            word: added > 0 ? `due, ${grouped(added)} of them since` : 'due at its start',
          }}
        />
      </div>
    </Card>
  );
}

function Pace({ rate, open }: { readonly rate: RunPage['rate']; readonly open: boolean }) {
  const { perSecond, endsAt, tookMs } = rate;
  const pace = perSecond === null ? undefined : `${paceOf(perSecond)} per second`;
  if (!open)
    return (
      <>
        in {tookMs < 1_000 ? 'less than a second' : formatAge(tookMs / 1_000)}
        {pace === undefined ? '' : `, ${pace}`}
      </>
    );
  if (pace === undefined) return <>not measured yet</>;
  if (endsAt === null) return <>{pace}</>;
  return (
    <>
      {pace}, ends about <Clock at={endsAt} />
    </>
  );
}

const paceOf = (perSecond: number): string =>
  perSecond < 10 ? String(Math.round(perSecond * 10) / 10) : grouped(Math.round(perSecond));

export function Rate({ page: { run, rate } }: Pick<RunProps, 'page'>) {
  const points = ratePoints(rate.samples, rate.tookMs / 1_000, isOpen(run));
  const expected =
    rate.endsAt === null
      ? undefined
      : { seconds: (rate.endsAt - run.startedAt) / 1_000, label: `ends ${clockOf(rate.endsAt)}` };
  return (
    <Card title="Accounts per second" width={8} bare>
      {points.length < 3 ? (
        <Empty sentence={isOpen(run) ? 'No rate was written down yet.' : 'Too quick to draw.'}>
          {run.kind === 'backfill' || run.kind === 'reversal'
            ? 'Only sweeps and reruns are measured.'
            : 'Workers write down every other second how many accounts they settled.'}
        </Empty>
      ) : (
        <RateOverTime samples={points} startedAt={clockOf(run.startedAt)} expected={expected} />
      )}
    </Card>
  );
}

const clockOf = (at: number): string => DateTime.fromMillis(at, { zone: 'UTC' }).toFormat('HH:mm:ss');

export function ThisRun({
  page: { run, rate, batches, previousId },
  stopsAt,
}: Pick<RunProps, 'page'> & { readonly stopsAt: number | null }) {
  const asked = askedWords(run.asked);
  const rows: (readonly [Child, Child])[] = [
    ['Kind', KIND_TITLES[run.kind]],
    ['As of', <Time at={run.asOf} />],
    ['Started', <Time at={run.startedAt} />],
    ...(run.endedAt === null ? [] : [['Ended', <Time at={run.endedAt} />] as const]),
    ['By', run.actor],
    ...(run.reason === null ? [] : [['Because', run.reason] as const]),
    ...(asked === undefined ? [] : [['Asked for', asked] as const]),
    [
      'Terms',
      <a class="link" href="/terms">
        version {run.termsVersion}
      </a>,
    ],
    ['Program', run.programVersion === null ? 'not recorded' : `version ${run.programVersion}`],
    ...rateRows(ratePoints(rate.samples, rate.tookMs / 1_000, isOpen(run))),
    ...(batches === null ? [] : [['Batches', batchWords(batches)] as const]),
    ...(stopsAt === null ? [] : [['Stops itself at', `${grouped(stopsAt)} failed with one error`] as const]),
    ...(previousId === null
      ? []
      : [
          [
            'Before it',
            <a class="link" href={`/runs/${run.id}/diff/${previousId}`}>
              compare with {grouped(previousId)}
            </a>,
          ] as const,
        ]),
  ];
  return (
    <Card title="This run" width={4}>
      <Facts rows={rows} />
    </Card>
  );
}

/** How steadily it settled, by how many accounts in each stretch of time. */
function rateRows(points: readonly RatePoint[]): (readonly [Child, Child])[] {
  const spread = rateSpread(points);
  return spread === undefined
    ? []
    : [['Rate', `median ${paceOf(spread.p50)}/s, lowest ${paceOf(spread.least)}/s`]];
}

interface Bar {
  readonly name: string;
  readonly count: number;
  readonly fill: 'f-grant' | 'f-grant2' | 'f-expire' | 'f-ahead' | 'f-mute' | 'f-bad';
}

const Bars = ({ caption, bars, empty }: { caption: string; bars: readonly Bar[]; empty: string }) => {
  if (bars.length === 0) return <Empty sentence={empty} />;
  const most = Math.max(...bars.map((one) => one.count));
  return (
    <table class="bars">
      <caption class="sr">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">How many</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        {bars.map((one) => (
          <tr>
            <th scope="row">{one.name}</th>
            <td class="n">{grouped(one.count)}</td>
            <td class="p2">
              <PartsBar isSlim total={most} label={`${grouped(one.count)} ${one.name}`} parts={[one]} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

export function Cycles({ page: { counts, exact } }: Pick<RunProps, 'page'>) {
  const bars = Object.entries(counts.byCode)
    .toSorted(([, a], [, b]) => b - a)
    .map(([code, count], at): Bar => ({
      name: codeTitle(code),
      count,
      fill: at === 0 ? 'f-grant' : 'f-mute',
    }));
  return (
    <Card title="Cycles" aside={exact ? grouped(counts.cycles) : undefined} width={4} bare>
      <Bars caption="Cycles by how they ended" bars={bars} empty={exact ? 'No cycle yet.' : LATER} />
    </Card>
  );
}

const LATER = 'Counted once it has ended.';

export function Connects({ page: { counts, exact } }: Pick<RunProps, 'page'>) {
  const { granted, expired, recovered, taken = 0, returned = 0, notTaken = 0, net } = counts;
  const all: Bar[] = [
    { name: 'Granted', count: granted, fill: 'f-grant' },
    { name: 'Expired', count: expired, fill: 'f-expire' },
    { name: 'Recovered as owed', count: recovered, fill: 'f-ahead' },
    { name: 'Taken back', count: taken, fill: 'f-expire' },
    { name: 'Given back', count: returned, fill: 'f-grant2' },
    { name: 'Not taken', count: notTaken, fill: 'f-mute' },
  ];
  return (
    <Card title="Connects" aside={exact ? `${signed(net)} net` : undefined} width={4} bare>
      <Bars
        caption="Connects that it posted"
        bars={all.filter((one) => one.count > 0)}
        empty={exact ? 'No Connects yet.' : LATER}
      />
    </Card>
  );
}

export function Emails({ page: { emails, run, exact } }: Pick<RunProps, 'page'>) {
  const states = Object.entries(emails ?? {}).toSorted(([, a], [, b]) => b - a);
  const bars = states.map(([state, count]): Bar => ({
    name: emailTitle(state),
    count,
    fill: state === 'sent' ? 'f-grant' : state === 'refused' ? 'f-bad' : 'f-ahead',
  }));
  const all = states.reduce((sum, [, count]) => sum + count, 0);
  return (
    <Card
      title="Emails"
      aside={
        all === 0 ? undefined : (
          <a class="link" href={addressOf('/emails', { run: run.id })}>
            {grouped(all)} staged
          </a>
        )
      }
      width={4}
      bare
    >
      <Bars
        caption="Emails of this run by state"
        bars={bars}
        empty={
          emails !== null
            ? 'No email for it.'
            : exact
              ? 'Thousands are still to be sent: counted after that.'
              : LATER
        }
      />
    </Card>
  );
}

type RunError = RunPage['errors'][number];

export function Errors({ page: { run, errors } }: Pick<RunProps, 'page'>) {
  if (errors.length === 0) return <></>;
  const accounts = errors.reduce((sum, one) => sum + one.accounts, 0);
  return (
    <Card
      title="Put aside, by error"
      aside={counted(accounts, 'account')}
      width={12}
      bare
      footer="A rerun is a run of its own, over exactly these accounts."
    >
      <Table
        caption="Accounts that it put aside, by error"
        columns={errorColumns(run.id)}
        rows={errors}
        empty=""
      />
    </Card>
  );
}

const errorColumns = (run: number): Column<RunError>[] => [
  {
    title: 'Error',
    cell: ({ code, sample }) => (
      <>
        <a class="link mono" href={addressOf('/failures', { run, error: code })}>
          {code}
        </a>
        <br />
        <span class="q">{sample.message}</span>
      </>
    ),
  },
  { title: 'Accounts', numeric: true, cell: (one) => grouped(one.accounts) },
  { title: 'Aside still', numeric: true, wide: true, cell: (one) => grouped(one.aside) },
  {
    title: 'For example',
    wide: true,
    cell: ({ sample }) => (
      <a class="link mono id" href={accountAddress(sample.account)}>
        {sample.account}
      </a>
    ),
  },
  {
    title: '',
    numeric: true,
    cell: ({ code, aside }) =>
      aside === 0 ? (
        <span class="qq">settled since</span>
      ) : (
        <a class="btn small" href={addressOf('/failures', { run, error: code, do: 'rerun' })}>
          Rerun these {grouped(aside)}
        </a>
      ),
  },
];
