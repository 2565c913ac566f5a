/** Rows of the audit log: when, who, what, why, and what it changed. */
import type { Instant } from '../../domain/calendar.ts';
import type { Terms } from '../../domain/terms.ts';
import type { AuditEntry } from '../../ledger/audit-log.ts';
import { type Difference, differencesOf } from '../../reports/differences.ts';
import { termsDifferences } from '../../reports/terms-book.ts';
import { runAddress } from '../parts/addresses.ts';
import { Empty } from '../parts/empty.tsx';
import { Table } from '../parts/table.tsx';
import { ShortTime } from '../parts/times.tsx';
import { actionWords, addressOfTarget, targetWords } from './audit-words.ts';

interface AuditTableProps {
  readonly rows: readonly AuditEntry[];
  readonly now: Instant;
  /** What to do where there are none. */
  readonly none?: string;
}

export const AuditTable = ({ rows, now, none }: AuditTableProps) => (
  <Table
    caption="Changes, the newest first"
    stacks
    columns={[
      {
        title: 'When (UTC)',
        cell: (row) => (
          <span class="nowrap">
            <ShortTime at={row.at} now={now} />
          </span>
        ),
      },
      { title: 'Who', cell: ({ actor }) => <span class="id">{actor}</span> },
      { title: 'What', heads: true, cell: (row) => <What row={row} /> },
      {
        title: 'Reason',
        cell: ({ reason }) => <span class={reason === null ? 'qq none' : 'q'}>{reason ?? '–'}</span>,
      },
      { title: 'Before → after', cell: (row) => <Changed row={row} /> },
    ]}
    rows={rows}
    empty={<Empty sentence="No such changes.">{none ?? 'Nobody has changed anything yet.'}</Empty>}
  />
);

const What = ({ row: { action, target, runId } }: { readonly row: AuditEntry }) => {
  const address = addressOfTarget(target);
  const isOfRun = runId !== null && target !== `run:${runId}`;
  return (
    <>
      {actionWords(action)},{' '}
      {address === undefined ? (
        <span class="mono">{targetWords(target)}</span>
      ) : (
        <a class="link" href={address}>
          {targetWords(target)}
        </a>
      )}
      {isOfRun ? (
        <>
          {', '}
          <a class="link" href={runAddress(runId)}>
            run {runId}
          </a>
        </>
      ) : (
        ''
      )}
    </>
  );
};

/** What was told before and not after was not changed: it says of what the rest is. */
const Changed = ({ row: { action, before, after } }: { readonly row: AuditEntry }) => {
  if (action === 'terms.apply') return <Diff differences={ofTerms(before, after)} />;
  const differences = differencesOf(before, after);
  if (before === null || after === null) return <Diff differences={differences} />;
  const context = differences.filter((one) => one.after === undefined);
  return (
    <>
      {context.length === 0 ? (
        ''
      ) : (
        <span class="qq diff">
          {context.slice(0, DIFFERENCES_SHOWN).map((one) => (
            <span>{lineOf(one.where, one.before ?? '')}</span>
          ))}
        </span>
      )}
      <Diff differences={differences.filter((one) => one.after !== undefined)} />
    </>
  );
};

interface StoredTerms {
  readonly terms: Terms;
}

const ofTerms = (before: unknown, after: unknown): Difference[] =>
  before === null
    ? differencesOf(null, after)
    : termsDifferences((before as StoredTerms).terms, (after as StoredTerms).terms);

const DIFFERENCES_SHOWN = 6;
const VALUE_SHOWN = 80;

/** What was, and what is; beyond a handful, behind a line that opens. */
export function Diff({ differences }: { readonly differences: readonly Difference[] }) {
  if (differences.length === 0) return <span class="qq none">–</span>;
  const rest = differences.slice(DIFFERENCES_SHOWN);
  return (
    <>
      <Lines differences={differences.slice(0, DIFFERENCES_SHOWN)} />
      {rest.length === 0 ? (
        ''
      ) : (
        <details>
          <summary>{rest.length} more</summary>
          <Lines differences={rest} />
        </details>
      )}
    </>
  );
}

const Lines = ({ differences }: { readonly differences: readonly Difference[] }) => (
  <span class="diff">
    {differences.map(({ where, before, after }) => (
      <>
        {before === undefined ? '' : <del>{lineOf(where, before)}</del>}
        {after === undefined ? '' : <ins>{lineOf(where, after)}</ins>}
      </>
    ))}
  </span>
);

const lineOf = (where: string, value: string): string =>
  [where, value.length > VALUE_SHOWN ? `${value.slice(0, VALUE_SHOWN - 1)}…` : value]
    .filter((one) => one !== '')
    .join(' ');
