/** One run: live while it is open; stopped, and noted, with a reason. */
import { shownNow } from '../../db/query.ts';
import type { RunNote } from '../../ledger/run-notes.ts';
import { stopsItselfAt } from '../../operations/settling/mass-failure.ts';
import { diffRunsQuickly } from '../../reports/run-diff.ts';
import { sentencesOf } from '../../reports/run-diff-words.ts';
import { isOpen } from '../../reports/run-kept-counts.ts';
import { type RunPage, readRunPage } from '../../reports/run-page.ts';
import { counted } from '../../words.ts';
import { answerFault } from '../faults.ts';
import { addressOf, runAddress } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { StateChip } from '../parts/chip.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Say } from '../parts/say.tsx';
import { NearTime, ShortTime, Time } from '../parts/times.tsx';
import { toHtml } from '../render.tsx';
import { may, viewer } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { type Doing, RunForms, addRunChanges } from './run-changes.tsx';
import { TakenBack, isReversible, readTakenBack } from './run-reversal.tsx';
import { Connects, Cycles, Emails, Errors, Progress, Rate, ThisRun } from './run-cards.tsx';
import { KIND_TITLES } from './run-words.ts';
import { wholeNumber } from './runs-asked.ts';
import { withRun } from './with-run.ts';

export function addRunPages(site: Site): void {
  const { app, pages } = site;
  site.live.add('runs/:id', async ({ id }) => {
    const now = await shownNow(app.readDb);
    const page = await readRunPage(app.readDb, Number(id), now);
    return { html: await toHtml(<LivePart page={page} now={now} guard={guardOf(site, page)} />), at: now };
  });
  pages.get('/runs/:id', viewer, (context) => withRun(context, (id) => showRun(site, context, id, {})));
  pages.get('/runs/:id/diff/:other', viewer, (context) =>
    withRun(context, async (id) => {
      const other = wholeNumber(context.req.param('other'));
      if (other === undefined) return answerFault(context, 404, 'there is no such run');
      return showDiff(site, context, id, other);
    }),
  );
  addRunChanges(site, (context, id, doing) => showRun(site, context, id, doing));
}

async function showRun(site: Site, context: PageContext, id: number, doing: Doing): Promise<Response> {
  const { readDb } = site.app;
  const now = await shownNow(readDb);
  const page = await readRunPage(readDb, id, now);
  const { run } = page;
  const mayChange = may(context.get('user'), 'change');
  const takenBack = await readTakenBack(readDb, page);
  return site.render(
    context,
    {
      title: `${KIND_TITLES[run.kind]} ${grouped(id)}`,
      section: 'runs',
      crumbs: [{ label: 'Runs', href: '/runs' }, { label: grouped(id) }],
      live: isOpen(run),
      chip: isOpen(run) ? undefined : <StateChip of="run" state={run.state} />,
      sub: <Sub page={page} now={now} />,
      actions: <Actions page={page} mayChange={mayChange} />,
      ...(doing.fault !== undefined && { status: isFaulty(doing) ? (422 as const) : (409 as const) }),
    },
    <>
      <TakenBack of={takenBack} />
      <RunForms page={page} doing={mayChange ? doing : {}} token={context.get('formToken')} />
      <div class="stack" data-live={isOpen(run) ? `/live/runs/${id}` : undefined}>
        <LivePart page={page} now={now} guard={guardOf(site, page)} />
      </div>
    </>,
  );
}

/** What was sent could not be taken, whatever the run is. */
const isFaulty = ({ reason, note }: Doing): boolean =>
  reason?.fault !== undefined || note?.fault !== undefined;

const Sub = ({ page: { run }, now }: { readonly page: RunPage; readonly now: number }) => (
  <>
    As of <Time at={run.asOf} /> · terms version {run.termsVersion} · by {run.actor} · begun{' '}
    <NearTime at={run.startedAt} now={now} />
  </>
);

function Actions({ page, mayChange }: { page: RunPage; mayChange: boolean }) {
  const { run, counts } = page;
  const stoppable = run.state === 'running' && (run.kind === 'sweep' || run.kind === 'rerun');
  return (
    <>
      {counts.failed > 0 ? (
        <a class="btn" href={addressOf('/failures', { run: run.id })}>
          Failures ({grouped(counts.failed)})
        </a>
      ) : (
        ''
      )}
      {mayChange ? (
        <a class="btn" href={`${runAddress(run.id)}/note`}>
          Add a note
        </a>
      ) : (
        ''
      )}
      {mayChange && isReversible(page) ? (
        <a class="btn" href={`${runAddress(run.id)}/reverse`}>
          Take it back
        </a>
      ) : (
        ''
      )}
      {mayChange && stoppable ? (
        <a class="btn bad" href={`${runAddress(run.id)}/stop`}>
          Stop this run
        </a>
      ) : (
        ''
      )}
    </>
  );
}

/** Only sweeps and reruns stop themselves. */
const guardOf = (site: Site, { run }: RunPage): number | null =>
  run.kind === 'sweep' || run.kind === 'rerun'
    ? stopsItselfAt(run.dueAtStart, site.app.settleDeps.settings)
    : null;

interface LiveProps {
  readonly page: RunPage;
  readonly now: number;
  readonly guard: number | null;
}

/** All that is read again while the page is open. */
const LivePart = ({ page, now, guard }: LiveProps) => (
  <>
    <HowItEnded page={page} now={now} />
    <Progress page={page} />
    <div class="cols">
      <Rate page={page} />
      <ThisRun page={page} stopsAt={guard} />
      <Cycles page={page} />
      <Connects page={page} />
      <Emails page={page} />
      <Errors page={page} />
      <Notes notes={page.notes} now={now} />
    </div>
  </>
);

function HowItEnded({ page: { run, stop, failing }, now }: Omit<LiveProps, 'guard'>) {
  const trying = Object.values(failing).reduce((sum, count) => sum + count, 0);
  return (
    <>
      {stop === null ? (
        ''
      ) : (
        <Say tone={run.state === 'failed' ? 'bad' : 'warn'} sentence={`Stopped: ${stop.reason}`}>
          By {stop.actor}, <NearTime at={stop.at} now={now} />. Whoever it did not settle is still due.
        </Say>
      )}
      {trying === 0 ? (
        ''
      ) : (
        <Say
          tone="mute"
          sentence={`${counted(trying, 'account')} failed, and ${trying === 1 ? 'is' : 'are'} to be tried again.`}
        >
          {Object.entries(failing)
            .map(([code, count]) => `${grouped(count)} ${code}`)
            .join(', ')}
        </Say>
      )}
    </>
  );
}

const Notes = ({ notes, now }: { readonly notes: readonly RunNote[]; readonly now: number }) =>
  notes.length === 0 ? (
    <></>
  ) : (
    <Card title="Notes" width={12} bare id="notes">
      <ul class="log">
        {notes.map(({ at, actor, note }) => (
          <li>
            <ShortTime at={at} now={now} />
            <span>
              {note} <span class="qq">({actor})</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );

/** Both must be there: which of them is missing is said. */
async function showDiff(site: Site, context: PageContext, id: number, other: number): Promise<Response> {
  const diff = await diffRunsQuickly(site.app.readDb, id, other);
  const [earlier, later] = [diff.earlier.run, diff.later.run];
  return site.render(
    context,
    {
      title: `Runs ${grouped(earlier)} and ${grouped(later)}`,
      section: 'runs',
      crumbs: [
        { label: 'Runs', href: '/runs' },
        { label: grouped(id), href: runAddress(id) },
        { label: `compared with ${grouped(other)}` },
      ],
    },
    <Card title="What each did, and what became of the same accounts">
      <ul class="sentences">
        {sentencesOf(diff).map((sentence) => (
          <li>{sentence}</li>
        ))}
      </ul>
    </Card>,
  );
}
