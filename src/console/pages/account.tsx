/** One account: what it has, why, and what comes next. */
import type { App } from '../../app.ts';
import { type Instant, parseInstant } from '../../domain/calendar.ts';
import { monthEndOf } from '../../domain/terms.ts';
import { shownNow } from '../../db/query.ts';
import { ConnectsError } from '../../errors.ts';
import { listLiveLinks } from '../../ledger/member-links.ts';
import { counted } from '../../words.ts';
import { csvLine, csvRow } from '../../json/csv.ts';
import { HISTORY_FIELDS, historyJson } from '../../json/history.ts';
import { readBelongings } from '../../reports/account-arrivals.ts';
import { type BalanceOverTime as Balance, readBalanceOverTime } from '../../reports/account-balance.ts';
import { readCycles } from '../../reports/account-cycles.ts';
import { type HistoryPage, readHistoryPage, streamHistory } from '../../reports/account-history.ts';
import { viewOf } from '../../reports/account-view.ts';
import { readInterviewWindow } from '../../reports/account-window.ts';
import type { Inquiry } from '../../reports/explain/answer.ts';
import { explainAccount, inquire } from '../../reports/explain/explain.ts';
import { planTitle } from '../../reports/member-words.ts';
import { answerLines } from '../csv-answer.ts';
import { BalanceOverTime } from '../charts/balance.tsx';
import { accountAddress } from '../parts/addresses.ts';
import { Columns } from '../parts/card.tsx';
import { Chip, StateChip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { Icon } from '../parts/icons.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { may, viewer } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { explainLine, questionOf } from './account-answers.tsx';
import { HeldUp, readCare } from './account-held-up.tsx';
import { HistoryCard } from './account-history.tsx';
import {
  type AccountQuery,
  RANGES,
  RANGE_WORDS,
  type Range,
  accountPage,
  filterOf,
  readAccountQuery,
} from './account-query.ts';
import {
  BalanceHero,
  CyclesCard,
  FactsCard,
  type Known,
  QuestionCard,
  WindowCard,
  subOf,
} from './account-side.tsx';

const LINES = 25;
const CYCLES = 15;

export function addAccountPage(site: Site): void {
  const { app, pages } = site;
  pages.get('/accounts/:id', viewer, async (context) =>
    orUnknown(site, context, async (id) => {
      const query = readAccountQuery(context.req.query());
      return showAccount(site, context, await readPage(app, id, query), await linksOf(app, context, id));
    }),
  );
  pages.get('/accounts/:id/history.csv', viewer, async (context) =>
    orUnknown(site, context, async (id) => {
      const inquiry = await inquire(app.readDb, id);
      const query = readAccountQuery(context.req.query());
      return answerLines(context, `connects-history-${id}.csv`, csvOf(inquiry, query));
    }),
  );
}

/** Whoever is not there is told so, as a page; ids are as in the address. */
export async function orUnknown(
  site: Site,
  context: PageContext,
  show: (id: string) => Promise<Response>,
): Promise<Response> {
  const id = context.req.param('id') ?? '';
  try {
    return await show(id);
  } catch (error) {
    if (!(error instanceof ConnectsError) || error.kind !== 'not-found') throw error;
    return site.render(
      context,
      {
        title: 'No such account',
        section: 'accounts',
        status: 404,
        crumbs: [{ label: 'Accounts', href: '/accounts' }, { label: id }],
      },
      <Empty
        sentence={`There is no account ${id}.`}
        action={
          <a class="btn main" href="/accounts">
            Search accounts
          </a>
        }
      >
        Ids are case-sensitive. An account of which an event has arrived, and no opening, is not here yet.
      </Empty>,
    );
  }
}

// ----------------------------------------------------------------------------------------------------- csv

async function* csvOf(inquiry: Inquiry, query: AccountQuery): AsyncGenerator<string> {
  yield csvLine(HISTORY_FIELDS);
  for await (const line of streamHistory(inquiry, filterOf(query), {}))
    yield csvRow(historyJson(inquiry.account.id, line), HISTORY_FIELDS);
}

// ---------------------------------------------------------------------------------------------------- page

async function readPage(app: App, id: string, query: AccountQuery) {
  const db = app.readDb;
  const inquiry = await inquire(db, id);
  const { account, asOf, terms, words } = inquiry;
  const question = query.about === undefined ? undefined : questionOf(query.about);
  // None of these waits for another.
  const [view, belongings, balance, cycles, window, history, why, told, care] = await Promise.all([
    viewOf(inquiry, 0),
    readBelongings(db, id),
    readBalanceOverTime(inquiry, RANGES[query.range]),
    readCycles(inquiry, CYCLES),
    readInterviewWindow(inquiry),
    historyOf(inquiry, query),
    query.why === undefined ? undefined : explainLine(db, id, query.why),
    question === undefined ? undefined : explainAccount(db, id, question),
    readCare(db, id, { failure: inquiry.failure, now: asOf }),
  ]);
  const known: Known = {
    view,
    belongings,
    anchorOn: account.anchorOn,
    monthEnd: monthEndOf(terms.latest.terms),
    trackedFrom: account.trackedFrom,
    watermark: account.watermark,
    readinessAwarded: account.readinessAwarded,
  };
  return {
    query,
    now: asOf,
    failure: inquiry.failure,
    care,
    known,
    openedOn: words.dateOf(account.trackedFrom),
    dateOf: (at: Instant) => words.dateOf(at),
    balance,
    cycles,
    window,
    history,
    why,
    // Asked, and not understood.
    told: query.about !== undefined && question === undefined ? null : told,
  };
}

/** The page that is asked for; where a line is explained that is not on the first one, the page from that line on. */
async function historyOf(inquiry: Inquiry, query: AccountQuery): Promise<HistoryPage> {
  const { before, why } = query;
  const page = await readHistoryPage(inquiry, filterOf(query), { limit: LINES, before });
  if (before !== undefined || why === undefined || page.lines.some((one) => one.seq === why)) return page;
  return readHistoryPage(inquiry, filterOf(query), { limit: LINES, before: why + 1 });
}

type Read = Awaited<ReturnType<typeof readPage>>;

/** How many links to the member's own page are good: for whoever may end them. */
const linksOf = async ({ readDb }: App, context: PageContext, id: string): Promise<number> =>
  may(context.get('user'), 'change') ? (await listLiveLinks(readDb, id, await shownNow(readDb))).length : 0;

function showAccount(site: Site, context: PageContext, read: Read, links: number): Promise<Response> {
  const { known, now, query } = read;
  const { view } = known;
  const { account, zone } = view;
  return site.render(
    context,
    {
      title: account,
      section: 'accounts',
      crumbs: [{ label: 'Accounts', href: '/accounts' }, { label: account }],
      chip: <Chips known={known} />,
      sub: subOf(known, read.openedOn, now),
      actions: <Actions context={context} account={account} links={links} />,
    },
    <>
      <HeldUp
        account={account}
        failure={read.failure}
        care={read.care}
        now={now}
        mayChange={may(context.get('user'), 'change')}
      />
      <Columns>
        <div class="w8 stack">
          <BalanceCard account={account} query={query} balance={read.balance} />
          <HistoryCard
            account={account}
            zone={zone}
            now={now}
            query={query}
            page={read.history}
            why={read.why}
          />
        </div>
        <div class="w4 stack">
          <BalanceHero view={view} now={now} />
          <CyclesCard account={account} query={query} cycles={read.cycles} />
          <WindowCard window={read.window} zone={zone} dateOf={read.dateOf} />
          <QuestionCard account={account} query={query} zone={zone} now={now} told={read.told} />
          <FactsCard known={known} />
        </div>
      </Columns>
    </>,
  );
}

const Chips = ({ known: { view } }: { readonly known: Known }) => (
  <>
    <Chip tone="ok">{planTitle(view.plan)}</Chip>
    {view.pendingPlan === null ? '' : <Chip tone="mute">then {planTitle(view.pendingPlan)}</Chip>}
    <StateChip of="account" state={view.status} />
    {view.putAside ? <StateChip of="failure" state="put-aside" /> : ''}
    {view.due && !view.putAside ? (
      <Chip tone="warn" icon="wait">
        Due
      </Chip>
    ) : (
      ''
    )}
  </>
);

/** What changes something is for operators. */
function Actions({
  context,
  account,
  links,
}: {
  readonly context: PageContext;
  readonly account: string;
  readonly links: number;
}) {
  if (!may(context.get('user'), 'change')) return <></>;
  const at = accountAddress(account);
  return (
    <>
      <a class="btn" href={`${at}/link`}>
        <Icon name="link" />
        {links === 0 ? 'Member link' : `${counted(links, 'member link')}`}
      </a>
      <a class="btn" href={`${at}/adjust`}>
        Adjust balance
      </a>
    </>
  );
}

interface BalanceCardProps {
  readonly account: string;
  readonly query: AccountQuery;
  readonly balance: Balance;
}

function BalanceCard({ account, query, balance }: BalanceCardProps) {
  const { steps, next, limit, zone, from, asOf, isCut } = balance;
  const drawn = steps.map((one) => ({ ...one, at: parseInstant(one.at) ?? 0 }));
  return (
    <section class="card">
      <header>
        <h2>Balance</h2>
        <div class="r">
          {isCut ? 'the latest lines only' : ''}
          <Tabs
            label="Of how long"
            choices={(Object.keys(RANGES) as Range[]).map((range) => ({
              label: RANGE_WORDS[range],
              href: accountPage(account, query, { range }),
              current: query.range === range,
            }))}
          />
        </div>
      </header>
      <BalanceOverTime
        points={drawn}
        from={parseInstant(from) ?? 0}
        now={parseInstant(asOf) ?? 0}
        zone={zone}
        limit={limit}
        next={next ? [{ ...next, at: parseInstant(next.at) ?? 0 }] : []}
      />
    </section>
  );
}
