/** Backfills: the latest first, with their state and how far they are. */
import { shownNow } from '../../db/query.ts';
import type { Queryable } from '../../db/query.ts';
import { type Backfill, listBackfills } from '../../ledger/backfills.ts';
import { readKnownDone } from '../../reports/backfill-progress.ts';
import { upperFirst } from '../../words.ts';
import { PartsBar } from '../charts/small.tsx';
import { addressOf } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { StateChip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Pager } from '../parts/pager.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { DateOn, ShortTime } from '../parts/times.tsx';
import { may, viewer } from '../sign-in/rights.ts';
import type { Site } from '../site.ts';
import { whoseWords } from './backfill-asked.ts';

const ROWS = 25;

/** With how far it is, where it goes on. */
export type ListedBackfill = Backfill & {
  readonly done: { readonly granted: number; readonly failed: number; readonly exact: boolean } | undefined;
};

export function addBackfillsPage(site: Site): void {
  const { app, pages } = site;
  pages.get('/backfills', viewer, async (context) => {
    const before = /^\d{1,15}$/.exec(context.req.query('before') ?? '')?.[0];
    const db = app.readDb;
    const found = await listBackfills(db, ROWS + 1, before === undefined ? undefined : Number(before));
    const rows = await withProgress(db, found.slice(0, ROWS));
    const now = await shownNow(db);
    const last = rows.at(-1);
    const older = found.length > ROWS && last ? addressOf('/backfills', { before: last.id }) : undefined;
    const newer = before === undefined ? undefined : '/backfills';
    const isOperator = may(context.get('user'), 'change');
    return site.render(
      context,
      {
        title: 'Backfills',
        section: 'backfills',
        sub: 'Cycles of the past that gave nothing, granted after all. Once each.',
        actions: isOperator && (
          <a class="btn main" href="/backfills/new">
            New backfill
          </a>
        ),
      },
      <Card
        bare
        footer={(older ?? newer) && <Pager newer={newer} older={older} words={['The latest', 'Older']} />}
      >
        <Table
          caption="Backfills"
          stacks
          columns={columns(now)}
          rows={rows}
          empty={<None isOperator={isOperator} />}
        />
      </Card>,
    );
  });
}

const isOpen = ({ endedAt }: Backfill): boolean => endedAt === null;

/** Only of those that go on: what has ended is what it was planned to be, or its own page says more. */
const withProgress = async (db: Queryable, backfills: readonly Backfill[]): Promise<ListedBackfill[]> =>
  Promise.all(
    backfills.map(async (one) => ({
      ...one,
      done: isOpen(one) ? await readAccounts(db, one) : undefined,
    })),
  );

async function readAccounts(db: Queryable, backfill: Backfill): Promise<ListedBackfill['done']> {
  const { accounts, exact } = await readKnownDone(db, backfill);
  return { ...accounts, exact };
}

const columns = (now: number): readonly Column<ListedBackfill>[] => [
  {
    title: 'Backfill',
    cell: ({ id }) => (
      <a class="link num" href={`/backfills/${id}`}>
        {grouped(id)}
      </a>
    ),
  },
  { title: 'State', cell: ({ state }) => <StateChip of="backfill" state={state} /> },
  {
    title: 'Cycle dates',
    cell: ({ asked }) => (
      <span class="nowrap">
        <DateOn on={asked.from} /> – <DateOn on={asked.to} />
      </span>
    ),
  },
  { title: 'Of', wide: 'very', cell: ({ asked }) => upperFirst(whoseWords(asked)) },
  { title: 'Cycles', numeric: true, cell: ({ planned }) => grouped(planned.cycles) },
  { title: 'Connects', numeric: true, cell: ({ planned }) => grouped(planned.connects) },
  { title: 'Accounts', cell: (one) => <Progress {...one} /> },
  { title: 'Begun (UTC)', wide: true, cell: ({ createdAt }) => <ShortTime at={createdAt} now={now} /> },
  { title: 'By', wide: true, cell: ({ actor }) => actor },
];

export function Progress({ planned, done }: Pick<ListedBackfill, 'planned' | 'done'>) {
  const all = grouped(planned.accounts);
  if (!done) return <span class="num">{all}</span>;
  const words = `${done.exact ? '' : '≈ '}${grouped(done.granted)} of ${all} granted`;
  return (
    <>
      <span class="num nowrap">{words}</span>
      <PartsBar
        isSlim
        label={`${words}, ${grouped(done.failed)} failed`}
        total={Math.max(planned.accounts, done.granted + done.failed)}
        parts={[
          { name: 'granted', count: done.granted, fill: 'f-grant' },
          { name: 'failed', count: done.failed, fill: 'f-bad' },
        ]}
      />
    </>
  );
}

const None = ({ isOperator }: { readonly isOperator: boolean }) => (
  <Empty
    sentence="There are no backfills here."
    action={
      isOperator && (
        <a class="btn" href="/backfills/new">
          New backfill
        </a>
      )
    }
  >
    A backfill grants cycles that gave nothing, such as of accounts that were imported late.
  </Empty>
);
