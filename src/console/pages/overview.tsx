/** The overview: whether a person must act, what is due, how runs go, whether mail is moving. */
import { counted } from '../../words.ts';
import type { LedgerHold } from '../../ledger/ledger-hold.ts';
import type { Instant } from '../../domain/calendar.ts';
import { type DueAhead, bigDayOf } from '../../reports/due-ahead.ts';
import { readRecentRuns } from '../../reports/overview.ts';
import { Columns } from '../parts/card.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Say } from '../parts/say.tsx';
import { DateOn, NearTime } from '../parts/times.tsx';
import { drawnBefore } from '../drawn-before.ts';
import { toHtml } from '../render.tsx';
import { may, viewer } from '../sign-in/rights.ts';
import type { Site } from '../site.ts';
import { HoldLine } from './emails-tiles.tsx';
import { AheadCard, FlowsCard, GridCard, readChartFacts } from './overview-charts.tsx';
import { type OverviewFacts, readFacts } from './overview-facts.ts';
import { ActiveRunCard, RecentRuns } from './overview-runs.tsx';
import { sentenceOf } from './overview-sentence.ts';
import { OverviewTiles } from './overview-tiles.tsx';

/** Most of the page's elements, and of what drawing it takes; what they show changes now and then. */
const flowsCard = drawnBefore(FlowsCard);
const aheadCard = drawnBefore(AheadCard);
const gridCard = drawnBefore(GridCard);

export function addOverviewPages(site: Site): void {
  site.live.add('overview', async () => {
    const facts = await readFacts(site.app);
    return { html: await toHtml(<LivePart facts={facts} />), at: facts.now };
  });
  site.live.add('overview/runs', async () => {
    const recent = await readRecentRuns(site.app.readDb);
    return { html: await toHtml(<RecentRuns facts={recent} />), at: recent.now };
  });
  site.pages.get('/', viewer, async (context) => {
    const facts = await readFacts(site.app);
    const charts = await readChartFacts(site.app.readDb, facts.aside);
    const drawn = {
      flows: await flowsCard({ flows: charts.flows }),
      ahead: await aheadCard({ ahead: charts.ahead }),
      grid: await gridCard({ grid: charts.grid, mayFill: may(context.get('user'), 'change') }),
    };
    return site.render(
      context,
      {
        title: 'Overview',
        section: 'overview',
        live: true,
        putAside: facts.putAside.accounts,
        sub: (
          <>
            {counted(facts.accounts, 'account')}
            <NextBigDay ahead={charts.ahead} />
            {facts.inboxUrl === null ? '' : <InboxLink url={facts.inboxUrl} />}
          </>
        ),
      },
      <>
        <div class="stack" data-live="/live/overview">
          <LivePart facts={facts} />
        </div>
        <Columns>
          {drawn.flows}
          {drawn.ahead}
          <div class="w6" data-live="/live/overview/runs">
            <RecentRuns facts={facts} />
          </div>
          {drawn.grid}
        </Columns>
      </>,
    );
  });
}

/** None where days are much alike. */
function NextBigDay({ ahead }: { readonly ahead: DueAhead }) {
  const day = bigDayOf(ahead);
  if (!day) return <></>;
  return (
    <>
      {' · '}next big day{' '}
      <b>
        <DateOn on={day.on} />
      </b>
      , {grouped(day.accounts)} due
    </>
  );
}

const InboxLink = ({ url }: { readonly url: string }) => (
  <>
    {' · '}
    <a class="link" href={url}>
      Open the local inbox
    </a>
  </>
);

/** All that is read again while the page is open. */
const LivePart = ({ facts }: { readonly facts: OverviewFacts }) => (
  <>
    <Holds facts={facts} />
    <Heading facts={facts} />
    <OverviewTiles facts={facts} />
    {facts.active.map((one) => (
      <ActiveRunCard {...one} now={facts.now} />
    ))}
  </>
);

function Heading({ facts }: { readonly facts: OverviewFacts }) {
  const { tone, sentence, more, action } = sentenceOf(facts, facts.dueAlarmMs);
  const link =
    action === null ? undefined : (
      <a class="btn main" href={action.href}>
        {action.label}
      </a>
    );
  return (
    <Say tone={tone} sentence={sentence} action={link}>
      {more}
    </Say>
  );
}

/** Who holds what, since when and why: whoever waits for Connects is to know that it is somebody's decision. */
function Holds({ facts: { hold, mailHold, now } }: { readonly facts: OverviewFacts }) {
  return (
    <>
      {hold === null ? '' : <LedgerHoldLine hold={hold} now={now} />}
      {mailHold === null ? (
        ''
      ) : (
        <HoldLine
          hold={mailHold}
          now={now}
          action={
            <a class="btn" href="/emails">
              To the emails
            </a>
          }
        />
      )}
    </>
  );
}

const LedgerHoldLine = ({ hold, now }: { readonly hold: LedgerHold; readonly now: Instant }) => (
  <Say tone="warn" sentence="The ledger is held: nobody is granted anything, and what arrives waits.">
    Since <NearTime at={hold.heldAt} now={now} /> by {hold.actor}: {hold.reason}. Whoever runs this ends it
    with <code>connects release --reason TEXT</code>.
  </Say>
);
