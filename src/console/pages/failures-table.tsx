/** Accounts that are put aside, as rows. */
import type { FailurePageRow } from '../../reports/failure-page.ts';
import { accountAddress, runAddress } from '../parts/addresses.ts';
import { Chip, type Tone } from '../parts/chip.tsx';
import type { IconName } from '../parts/icons.tsx';
import { grouped } from '../parts/numbers.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { DateOn, Duration, ShortTime } from '../parts/times.tsx';
import { STATE_TITLES } from './failures-words.ts';

interface TableProps {
  readonly rows: readonly FailurePageRow[];
  readonly now: number;
  /** All of one error: then it is not said again in every row. */
  readonly ofOneError: boolean;
}

export const FailuresTable = ({ rows, now, ofOneError }: TableProps) => (
  <Table
    caption="Accounts that are put aside"
    columns={columnsOf(now, ofOneError)}
    rows={rows}
    empty={<></>}
  />
);

const columnsOf = (now: number, ofOneError: boolean): Column<FailurePageRow>[] => [
  {
    title: 'Account',
    cell: ({ account }) => (
      <a class="link mono id" href={accountAddress(account)}>
        {account}
      </a>
    ),
  },
  {
    title: 'Error says',
    cell: ({ code, message, note }) => (
      <>
        {ofOneError ? '' : <span class="mono">{code}: </span>}
        {message}
        {note === null ? (
          ''
        ) : (
          <>
            <br />
            <span class="q">
              {note.words} <span class="qq">({note.by})</span>
            </span>
          </>
        )}
      </>
    ),
  },
  { title: 'Known', wide: true, cell: (one) => <Known one={one} now={now} /> },
  { title: 'Tries', numeric: true, wide: true, cell: ({ attempts }) => grouped(attempts) },
  {
    title: 'Cycle of',
    numeric: true,
    wide: true,
    cell: ({ nextCycleOn }) => (nextCycleOn === null ? '' : <DateOn on={nextCycleOn} />),
  },
  {
    title: 'Since',
    numeric: true,
    cell: ({ ageMs, sinceAt, firstAt }) => (
      <>
        <Duration ms={ageMs} />
        <br />
        <span class="qq nowrap">
          {firstAt < sinceAt ? 'first ' : ''}
          <ShortTime at={Math.min(firstAt, sinceAt)} now={now} />
        </span>
      </>
    ),
  },
  {
    title: 'Run',
    numeric: true,
    wide: true,
    cell: ({ runId }) => (
      <a class="link" href={runAddress(runId)}>
        {grouped(runId)}
      </a>
    ),
  },
];

const LOOKS: Readonly<Record<FailurePageRow['state'], readonly [Tone, IconName]>> = {
  open: ['bad', 'bad'],
  acknowledged: ['mute', 'ok'],
  snoozed: ['mute', 'wait'],
  failing: ['warn', 'wait'],
};

/** What was said of it, by whom, and whose it is. */
function Known({ one, now }: { readonly one: FailurePageRow; readonly now: number }) {
  const [tone, icon] = LOOKS[one.state];
  const said = one.snoozed ?? one.acknowledged;
  return (
    <>
      <Chip tone={tone} icon={icon}>
        {STATE_TITLES[one.state]}
      </Chip>
      {one.snoozed === null ? (
        ''
      ) : (
        <span class="qq">
          {' '}
          until <ShortTime at={one.snoozed.until} now={now} />
        </span>
      )}
      {said === null ? (
        ''
      ) : (
        <>
          <br />
          <span class="q">
            {said.words} <span class="qq">({said.by})</span>
          </span>
        </>
      )}
      {one.assignee === null ? (
        ''
      ) : (
        <>
          <br />
          <span class="q">assigned to {one.assignee}</span>
        </>
      )}
    </>
  );
}
