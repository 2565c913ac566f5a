/** Accounts that are put aside, as rows. */
import { DateTime } from 'luxon';
import { formatInstant } from '../../domain/calendar.ts';
import type { FailurePageRow } from '../../reports/failure-page.ts';
import { accountAddress, runAddress } from '../parts/addresses.ts';
import { grouped } from '../parts/numbers.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Duration } from '../parts/times.tsx';
import { WhatWasSaid } from './failures-said.tsx';

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
  { title: 'Error says', cell: (one) => <Says one={one} now={now} ofOneError={ofOneError} /> },
  { title: 'Tries', numeric: true, wide: true, cell: ({ attempts }) => grouped(attempts) },
  {
    title: 'Cycle of',
    numeric: true,
    wide: true,
    cell: ({ nextCycleOn }) => (nextCycleOn === null ? '' : <span class="nowrap">{dayOf(nextCycleOn)}</span>),
  },
  {
    title: 'Since',
    numeric: true,
    cell: ({ ageMs, firstAt }) => (
      <span title={`First tried at ${formatInstant(firstAt)}`}>
        <Duration ms={ageMs} />
      </span>
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

/** `28 Nov`: a cycle that cannot be settled is hardly a year old. */
const dayOf = (on: string): string =>
  DateTime.fromISO(on, { zone: 'UTC', locale: 'en-US' }).toFormat('d LLL');

/** The error's words, and what people said of it. */
function Says({ one, now, ofOneError }: { one: FailurePageRow; now: number; ofOneError: boolean }) {
  const { code, message } = one;
  return (
    <span class="says">
      {ofOneError ? '' : <span class="mono">{code}</span>}
      {ofOneError ? '' : <br />}
      {message}
      <WhatWasSaid one={one} now={now} />
    </span>
  );
}
