/** Accounts that are put aside: what they have in common, who they are, and what to do about all of them at once. */
import { shownNow } from '../../db/query.ts';
import { WORK_FIELDS, workJson } from '../../json/failures.ts';
import { type FailureFacets, readMatching } from '../../reports/failure-facets.ts';
import {
  type FailurePageRow,
  type WorkPosition,
  countFailureWork,
  listFailurePage,
  pageAfter,
} from '../../reports/failure-page.ts';
import { counted } from '../../words.ts';
import { answerCsv } from '../csv-answer.ts';
import { addressOf } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { Chip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Pager } from '../parts/pager.tsx';
import { Say } from '../parts/say.tsx';
import { may, viewer } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { ACTS, type Act, Acts, type Doing } from './failures-acts.tsx';
import {
  type Choice,
  type FailuresAsked,
  choiceQuery,
  failuresAddress,
  filterOf,
  isChosen,
  parseFailuresAsked,
} from './failures-asked.ts';
import { addFailureChanges } from './failures-changes.ts';
import { FailureFacetLinks, PutAsidePerHour, Runbook } from './failures-facets.tsx';
import { FailuresTable } from './failures-table.tsx';
import { choiceWords } from './failures-words.ts';
import { wholeNumber } from './runs-asked.ts';

const ROWS = 50;
const CSV_ROWS = 1_000;

export function addFailuresPages(site: Site): void {
  site.pages.get('/failures', viewer, (context) => {
    const query = context.req.query();
    const act = ACTS.find((one) => one === query.do);
    return showFailures(site, context, parseFailuresAsked(query), act && { act });
  });
  site.pages.get('/failures.csv', viewer, async (context) => {
    const { choice } = parseFailuresAsked(context.req.query());
    const now = await shownNow(site.app.readDb);
    return answerCsv(context, 'connects-failures.csv', WORK_FIELDS, csvPages(choice, now));
  });
  addFailureChanges(site, (context, choice, doing) =>
    showFailures(site, context, { choice, after: undefined }, doing),
  );

  async function* csvPages(choice: Choice, now: number) {
    let after: WorkPosition | undefined;
    for (;;) {
      const page = await listFailurePage(site.app.readDb, filterOf(choice), { now, limit: CSV_ROWS, after });
      yield page.map(({ plan: _plan, nextCycleOn: _next, version: _version, ...one }) => workJson(one));
      if (page.length < CSV_ROWS) return;
      after = page.at(-1);
    }
  }
}

interface Shown {
  readonly asked: FailuresAsked;
  readonly facets: FailureFacets;
  readonly rows: readonly FailurePageRow[];
  /** All that match, counted one by one. */
  readonly matching: number;
  readonly now: number;
}

async function readShown(site: Site, asked: FailuresAsked): Promise<Shown> {
  const { db, readDb } = site.app;
  const now = await shownNow(readDb);
  const filter = filterOf(asked.choice);
  const { account, ...choice } = asked.choice;
  const { facets, found } = await readMatching(readDb, choice, now);
  const chosen = found?.filter((one) => account === undefined || one.account === account);
  const matching = chosen ? chosen.length : await countFailureWork(db, filter, now);
  const page = { now, limit: ROWS + 1, after: asked.after };
  // Whoever is known to match is asked for by name: no row is read to be left out.
  const accounts = chosen && { accounts: pageAfter(chosen, page).map((one) => one.account) };
  const rows =
    accounts?.accounts.length === 0 ? [] : await listFailurePage(readDb, { ...filter, ...accounts }, page);
  return { asked, facets, rows, matching, now };
}

async function showFailures(
  site: Site,
  context: PageContext,
  asked: FailuresAsked,
  doing: Doing | undefined,
): Promise<Response> {
  const shown = await readShown(site, asked);
  const failed = doing?.fault !== undefined;
  const faulty = failed || doing?.reason !== undefined;
  const isOne = asked.choice.account !== undefined;
  return site.render(
    context,
    {
      title: 'Failures',
      section: 'failures',
      putAside: shown.facets.all,
      sub: 'Accounts that were put aside with an error. They are left out of sweeps until a rerun; nobody else waits for them.',
      actions:
        shown.facets.all === 0 ? undefined : (
          <a class="btn" href={addressOf('/failures.csv', choiceQuery(asked.choice))}>
            Download CSV
          </a>
        ),
      ...(faulty && { status: failed ? (409 as const) : (422 as const) }),
    },
    shown.facets.all === 0 ? (
      <NobodyAside />
    ) : (
      <>
        <Done query={context.req.query()} />
        {isOne ? '' : <PutAsidePerHour facets={shown.facets} />}
        <div class="cols">
          {isOne ? (
            ''
          ) : (
            <Card title="Narrow" width={3} bare>
              <FailureFacetLinks choice={asked.choice} facets={shown.facets} />
            </Card>
          )}
          <Matching
            shown={shown}
            doing={doing}
            token={context.get('formToken')}
            mayChange={may(context.get('user'), 'change')}
          />
        </div>
      </>
    ),
  );
}

const NobodyAside = () => (
  <Card>
    <Empty
      sentence="Nobody is put aside."
      action={
        <a class="btn" href="/runs">
          See the runs
        </a>
      }
    >
      An account is put aside when it could not be settled as often as CONNECTS_SETTLE_ATTEMPTS says; then it
      is listed here, with its error and what the runbook says of it.
    </Empty>
  </Card>
);

const DONE: Readonly<Partial<Record<Act, string>>> = {
  acknowledge: 'acknowledged',
  snooze: 'snoozed',
  note: 'noted',
  assign: 'assigned',
  reopen: 'opened again',
};

/** What was done just now, after going on to this page. */
function Done({ query }: { readonly query: Readonly<Record<string, string>> }) {
  const accounts = wholeNumber(query.accounts);
  const what = DONE[query.done as Act];
  if (accounts === undefined || what === undefined) return <></>;
  return (
    <Say tone="ok" role="status" sentence={`${counted(accounts, 'account')} ${what}.`}>
      It stands in the audit log of each.
    </Say>
  );
}

interface MatchingProps {
  readonly shown: Shown;
  readonly doing: Doing | undefined;
  readonly token: string | undefined;
  readonly mayChange: boolean;
}

function Matching({ shown, doing, token, mayChange }: MatchingProps) {
  const { asked, facets, rows, matching, now } = shown;
  const { choice } = asked;
  const only = choice.account === undefined ? facets.codes : rows.map((one) => ({ value: one.code }));
  const code = choice.code ?? (only.length === 1 ? only[0]?.value : undefined);
  return (
    <Card
      width={choice.account === undefined ? 9 : 12}
      bare
      header={<MatchingHead shown={shown} />}
      footer={<Pages shown={shown} />}
    >
      {code === undefined || matching === 0 ? (
        ''
      ) : (
        <div class="in">
          <Runbook code={code} />
        </div>
      )}
      {facets.complete || choice.account !== undefined ? (
        ''
      ) : (
        <p class="in q">
          More are put aside than are counted at once: the numbers at the left are of the first of them, by
          error.
        </p>
      )}
      <Acts choice={choice} matching={matching} doing={doing} token={token} mayChange={mayChange} />
      {rows.length === 0 ? (
        <Empty
          sentence="Nobody that is put aside matches."
          action={
            <a class="btn" href="/failures">
              Clear the filter
            </a>
          }
        />
      ) : (
        <FailuresTable rows={rows.slice(0, ROWS)} now={now} ofOneError={code !== undefined} />
      )}
    </Card>
  );
}

function headOf(choice: Choice): string {
  if (choice.account !== undefined) return `${choice.account} is put aside`;
  return isChosen(choice) ? `Put aside ${choiceWords(choice)}` : 'All that are put aside';
}

const MatchingHead = ({ shown: { asked, matching } }: { readonly shown: Shown }) => (
  <>
    <h2>{headOf(asked.choice)}</h2>{' '}
    <Chip tone={matching === 0 ? 'ok' : 'bad'} icon={matching === 0 ? 'ok' : 'bad'}>
      {counted(matching, 'account')}
    </Chip>
    {isChosen(asked.choice) ? (
      <div class="r">
        <a class="link" href="/failures">
          Clear filter
        </a>
      </div>
    ) : (
      ''
    )}
  </>
);

function Pages({ shown: { asked, rows, matching } }: { readonly shown: Shown }) {
  const last = rows.length > ROWS ? rows[ROWS - 1] : undefined;
  return (
    <Pager
      newer={asked.after === undefined ? undefined : failuresAddress(asked.choice)}
      older={last && failuresAddress(asked.choice, { afterError: last.code, afterAccount: last.account })}
      words={['First', `Next ${ROWS}`]}
    >
      {grouped(Math.min(rows.length, ROWS))} of {grouped(matching)}, by error and account
    </Pager>
  );
}
