/** How far a backfill is, and what became of its cycles: the part of its page that goes on by itself. */
import type { BackfillProgress } from '../../json/backfills.ts';
import type { FailedItem, ItemCount } from '../../ledger/backfill-items.ts';
import type { Backfill } from '../../ledger/backfills.ts';
import { counted, upperFirst } from '../../words.ts';
import { PartsBar } from '../charts/small.tsx';
import { accountAddress } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { StateChip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { Equation } from '../parts/equation.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Say } from '../parts/say.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/times.tsx';
import { reasonWords } from './backfill-asked.ts';

interface StateProps {
  readonly backfill: Backfill;
  readonly progress: BackfillProgress;
}

/** What changes while it is worked on. */
export const BackfillSoFar = ({ backfill, progress }: StateProps) => (
  <>
    <Sentence backfill={backfill} progress={progress} />
    <HowFar backfill={backfill} progress={progress} />
    {progress.items.length > 0 ? <Items items={progress.items} /> : ''}
    {progress.exact ? '' : <p class="q">What became of each cycle is counted once it has ended.</p>}
    {progress.failed.length > 0 ? <Failed backfill={backfill} failed={progress.failed} /> : ''}
  </>
);

function Sentence({ backfill, progress: { accounts, goesOnAt } }: StateProps) {
  const { state, actor, planned } = backfill;
  if (state === 'awaiting-approval')
    return (
      <Say tone="warn" sentence={`It waits until somebody else than ${actor} approves it.`}>
        It would grant {grouped(planned.connects)} Connects.
      </Say>
    );
  if (state === 'paused')
    return (
      <Say tone="mute" sentence="It is paused, and grants nothing.">
        {goesOn(planned.accounts, accounts)}
      </Say>
    );
  if (state === 'running' && goesOnAt !== null)
    return (
      <Say
        tone="mute"
        sentence={
          <>
            It is outside of its window, and goes on at <Time at={goesOnAt} />.
          </>
        }
      />
    );
  if (state === 'running') return <Say tone="run" sentence="A worker grants it; live sweeps go first." />;
  if (accounts.failed > 0)
    return (
      <Say tone="warn" sentence={`It has ended, and ${grouped(accounts.failed)} of its accounts failed.`}>
        Once what made them fail is mended, connects backfill retry {backfill.id} tries these alone again.
      </Say>
    );
  return state === 'completed' ? (
    <Say tone="ok" sentence="It has granted all that it could." />
  ) : (
    <Say tone="mute" sentence="It was cancelled; what it had granted stays." />
  );
}

const goesOn = (planned: number, { granted, failed }: BackfillProgress['accounts']): string => {
  const left = planned - granted - failed;
  const who =
    left > 0 ? `the ${counted(left, 'account')} that ${left === 1 ? 'is' : 'are'} left` : 'what is left';
  return `Resume it below, and ${who} will be granted; cancel it, and they will not.`;
};

function HowFar({ backfill, progress: { accounts, exact } }: StateProps) {
  const { state, planned } = backfill;
  const { granted, failed } = accounts;
  const all = Math.max(planned.accounts, granted + failed);
  const about = exact ? '' : 'about ';
  const words = `${about}${grouped(granted)} of ${grouped(all)} accounts granted, ${grouped(failed)} failed`;
  return (
    <Card
      header={
        <>
          <h2>How far it is</h2>
          <StateChip of="backfill" state={state} />
        </>
      }
      aside={
        <span class="nowrap">
          planned {grouped(planned.cycles)} cycles, {grouped(planned.connects)} Connects
        </span>
      }
    >
      <PartsBar
        label={words}
        total={Math.max(1, all)}
        parts={[
          { name: 'granted', count: granted, fill: 'f-grant' },
          { name: 'failed', count: failed, fill: 'f-bad' },
        ]}
      />
      <Equation
        terms={[
          { count: granted, word: exact ? 'granted' : 'granted, about' },
          { count: failed, word: 'failed' },
          { count: all - granted - failed, word: backfill.endedAt === null ? 'to go' : 'not granted' },
        ]}
        sum={{ count: all, word: 'accounts planned' }}
      />
    </Card>
  );
}

const ITEM_COLUMNS: readonly Column<ItemCount>[] = [
  {
    title: 'Cycles that were',
    cell: ({ state, why, reason }) =>
      `${upperFirst(state)}: ${reasonWords(reason)}${why === null ? '' : `, ${reasonWords(why)}`}`,
  },
  { title: 'Accounts', numeric: true, cell: ({ accounts }) => grouped(accounts) },
  { title: 'Cycles', numeric: true, cell: ({ cycles }) => grouped(cycles) },
  { title: 'Connects', numeric: true, cell: ({ connects }) => grouped(connects) },
];

const Items = ({ items }: { readonly items: readonly ItemCount[] }) => (
  <Card title="What became of the cycles" bare>
    <Table
      caption="Cycles by what became of them"
      columns={ITEM_COLUMNS}
      rows={items}
      empty={<Empty sentence="None yet." />}
    />
  </Card>
);

const FAILED_COLUMNS: readonly Column<FailedItem>[] = [
  {
    title: 'Account',
    cell: ({ account }) => (
      <a class="link mono" href={accountAddress(account)}>
        {account}
      </a>
    ),
  },
  { title: 'Error', cell: ({ code }) => <code>{code}</code> },
  { title: 'In words', wide: true, cell: ({ message }) => message },
];

const Failed = ({
  backfill,
  failed,
}: {
  readonly backfill: Backfill;
  readonly failed: readonly FailedItem[];
}) => (
  <Card title={`Failed${failed.length >= 20 ? ', the first of them' : ''}`} bare>
    <Table
      caption={`Accounts that failed in backfill ${backfill.id}`}
      columns={FAILED_COLUMNS}
      rows={failed}
      empty={<Empty sentence="None." />}
    />
  </Card>
);
