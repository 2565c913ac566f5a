/** "Connects History" as a member reads it: what, when, how many, and the balance after it. */
import type { HistoryLine, HistoryPage } from '../../reports/account-history.ts';
import type { HistoryType, ZoneWords } from '../../reports/member-words.ts';
import { lateMarks } from '../../reports/view-words.ts';
import type { Texts } from '../../texts/catalogue.ts';
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

const titlesOf = ({ history }: Texts): Readonly<Record<HistoryType, string>> => ({
  monthly: history.typeMonthly(),
  expired: history.typeExpired(),
  welcome: history.typeWelcome(),
  interview: history.typeInterview(),
  proposal: history.typeProposal(),
  plan: history.typePlan(),
  purchase: history.typePurchase(),
  return: history.typeReturn(),
  adjustment: history.typeAdjustment(),
});

const hrefOf = ({ path, days, type }: Shown, other: { days?: number; before?: number | undefined }) =>
  addressOf(path, { days, type, ...other });

export const MemberHistory = ({ shown }: { readonly shown: Shown }) => {
  const { texts } = shown.words;
  const { member: say, number } = texts;
  return (
    <Card
      bare
      id="history"
      header={
        <>
          <h2>{say.history()}</h2>
          <Tabs label={say.period()} choices={periodsOf(shown)} />
        </>
      }
      aside={<TypeForm shown={shown} />}
      footer={<Pages shown={shown} />}
    >
      <Table
        caption={say.historyCaption()}
        columns={[
          { title: say.what(), cell: (line) => <What line={line} words={shown.words} /> },
          { title: 'Connects', numeric: true, cell: (line) => <Amount line={line} texts={texts} /> },
          { title: say.balance(), numeric: true, cell: (line) => number(line.balance) },
        ]}
        rows={shown.lines}
        rowClass={(line) => (isTied(line) ? 'tied' : undefined)}
        empty={<Empty sentence={say.nothingHere()}>{emptyWords(shown)}</Empty>}
      />
    </Card>
  );
};

const periodsOf = (shown: Shown) => {
  const { member: say } = shown.words.texts;
  return [
    ...shown.periods
      .toSorted((a, b) => a - b)
      .map((days) => ({
        label: say.lastDays({ count: days }),
        href: hrefOf(shown, { days }),
        current: shown.days === days,
      })),
    { label: say.all(), href: hrefOf(shown, { days: 0 }), current: shown.days === 0 },
  ];
};

const TypeForm = ({ shown }: { readonly shown: Shown }) => {
  const { texts } = shown.words;
  const { member: say } = texts;
  return (
    <Form action={shown.path} method="get" className="inline" label={say.showType()}>
      <input type="hidden" name="days" value={shown.days} />
      <Select
        name="type"
        label={<span class="sr">{say.type()}</span>}
        value={shown.type ?? ''}
        options={[['', say.allTypes()], ...Object.entries(titlesOf(texts))]}
      />
      <Submit tone="plain">{say.show()}</Submit>
    </Form>
  );
};

/** Lines of one cause stand together: the newest of them is on top. */
const isTied = ({ group }: HistoryLine): boolean => group !== null && group.part > 1;

const What = ({ line, words }: { readonly line: HistoryLine; readonly words: ZoneWords }) => (
  <>
    {line.action}
    <br />
    <span class="qq">
      <time datetime={line.on}>{words.texts.shortDay(line.on)}</time>
      {lateMarks(line, words)}
    </span>
  </>
);

const Amount = ({ line, texts }: { readonly line: HistoryLine; readonly texts: Texts }) => (
  <Signed value={line.amount} lost={line.type === 'expired'} say={texts.signed} />
);

function emptyWords({ days, type, words }: Shown): string {
  const { member: say } = words.texts;
  if (days === 0) return type === undefined ? say.nothingMoved() : say.nothingOfType();
  return type === undefined ? say.nothingMovedIn({ days }) : say.nothingOfTypeIn({ days });
}

const Pages = ({ shown }: { readonly shown: Shown }) => {
  const { member: say } = shown.words.texts;
  return (
    <Pager
      newer={shown.before === undefined ? undefined : hrefOf(shown, {})}
      older={shown.nextBefore === null ? undefined : hrefOf(shown, { before: shown.nextBefore })}
      words={[say.latest(), say.earlier()]}
      label={say.pages()}
    >
      {say.newestFirst()}
    </Pager>
  );
};
