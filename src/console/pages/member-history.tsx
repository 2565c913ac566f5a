/** "Connects History" as a member reads it: what, when, how many, and the balance after it. */
import type { HistoryLine, HistoryPage } from '../../reports/account-history.ts';
import { type HistoryType, type ZoneWords, formatAmount } from '../../reports/member-words.ts';
import { lateMarks, shortDay } from '../../reports/view-words.ts';
import { addressOf } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { Empty } from '../parts/empty.tsx';
import { Form, Select, Submit } from '../parts/form.tsx';
import { Signed } from '../parts/numbers.tsx';
import { Pager } from '../parts/pager.tsx';
import { Table } from '../parts/table.tsx';
import { Tabs } from '../parts/tabs.tsx';

export interface Shown extends HistoryPage {
  /** Of the last so many days; 0 for all. */
  readonly days: number;
  readonly periods: readonly number[];
  readonly type: HistoryType | undefined;
  /** Below which line it begins; undefined for the latest. */
  readonly before: number | undefined;
  readonly words: ZoneWords;
  readonly path: string;
}

const TYPE_TITLES: Readonly<Record<HistoryType, string>> = {
  monthly: 'Monthly Connects',
  expired: 'Expired',
  welcome: 'Welcome and Readiness Test',
  interview: 'Interviews',
  proposal: 'Proposals',
  plan: 'Plan',
  purchase: 'Bought',
  return: 'Returned',
  adjustment: 'Corrections',
};

const hrefOf = ({ path, days, type }: Shown, other: { days?: number; before?: number | undefined }) =>
  addressOf(path, { days, type, ...other });

export const MemberHistory = ({ shown }: { readonly shown: Shown }) => (
  <Card
    bare
    id="history"
    header={
      <>
        <h2>Connects History</h2>
        <Tabs label="Period" choices={periodsOf(shown)} />
      </>
    }
    aside={<TypeForm shown={shown} />}
    footer={<Pages shown={shown} />}
  >
    <Table
      caption="Connects History, the newest first"
      columns={[
        { title: 'What', cell: (line) => <What line={line} words={shown.words} /> },
        { title: 'Connects', numeric: true, cell: (line) => <Amount line={line} /> },
        { title: 'Balance', numeric: true, cell: (line) => formatAmount(line.balance) },
      ]}
      rows={shown.lines}
      rowClass={(line) => (isTied(line) ? 'tied' : undefined)}
      empty={<Empty sentence="Nothing here.">{emptyWords(shown)}</Empty>}
    />
  </Card>
);

const periodsOf = (shown: Shown) => [
  ...shown.periods
    .toSorted((a, b) => a - b)
    .map((days) => ({
      label: `${days} days`,
      href: hrefOf(shown, { days }),
      current: shown.days === days,
    })),
  { label: 'All', href: hrefOf(shown, { days: 0 }), current: shown.days === 0 },
];

const TypeForm = ({ shown }: { readonly shown: Shown }) => (
  <Form action={shown.path} method="get" className="inline" label="Show only one type">
    <input type="hidden" name="days" value={shown.days} />
    <Select
      name="type"
      label={<span class="sr">Type</span>}
      value={shown.type ?? ''}
      options={[['', 'All types'], ...Object.entries(TYPE_TITLES)]}
    />
    <Submit tone="plain">Show</Submit>
  </Form>
);

/** Lines of one cause stand together: the newest of them is on top. */
const isTied = ({ group }: HistoryLine): boolean => group !== null && group.part > 1;

const What = ({ line, words }: { readonly line: HistoryLine; readonly words: ZoneWords }) => (
  <>
    {line.action}
    <br />
    <span class="qq">
      <time datetime={line.on}>{shortDay(line.on)}</time>
      {lateMarks(line, words)}
    </span>
  </>
);

const Amount = ({ line }: { readonly line: HistoryLine }) => (
  <Signed value={line.amount} lost={line.type === 'expired'} />
);

const emptyWords = ({ days, type }: Shown): string => {
  const what = type === undefined ? 'Nothing was added or taken' : 'There is no line of this type';
  return days === 0 ? `${what}.` : `${what} in the last ${days} days. Choose a longer period.`;
};

const Pages = ({ shown }: { readonly shown: Shown }) => (
  <Pager
    newer={shown.before === undefined ? undefined : hrefOf(shown, {})}
    older={shown.nextBefore === null ? undefined : hrefOf(shown, { before: shown.nextBefore })}
    words={['Latest', 'Earlier']}
  >
    The newest first
  </Pager>
);
