/** One email: as its member gets it, how it stands, what may be done about it, and who did what. */
import type { Child } from 'hono/jsx';
import { shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { showLetter } from '../../operations/mail/letter-shown.ts';
import { type NoticeRow, findNotice } from '../../outbox/listing.ts';
import { readChanges } from '../../reports/changes.ts';
import { answerFault } from '../faults.ts';
import { accountAddress, runAddress } from '../parts/addresses.ts';
import { Card, Columns, Facts } from '../parts/card.tsx';
import { StateChip } from '../parts/chip.tsx';
import { Say } from '../parts/say.tsx';
import { Time } from '../parts/times.tsx';
import { may, viewer } from '../sign-in/rights.ts';
import type { Site } from '../site.ts';
import { AuditTable } from './audit-table.tsx';
import { Done } from './emails-done.tsx';
import { type EmailChange, OneForm } from './emails-change.tsx';
import { LetterCard, type LetterView, asOf } from './emails-letter.tsx';
import { KIND_WORDS } from './emails-list.tsx';

const CHANGES_SHOWN = 20;

export function addEmailPage(site: Site): void {
  const { app, pages } = site;
  pages.get('/emails/:id{[0-9]{1,15}}', viewer, async (context) => {
    const id = Number(context.req.param('id'));
    const notice = await findNotice(app.readDb, id);
    if (!notice) return answerFault(context, 404, `there is no email ${id}`);
    const [letter, now, changes] = await Promise.all([
      showLetter({ db: app.readDb, settings: app.config }, notice),
      shownNow(app.readDb),
      readChanges(app.readDb, { target: `notice:${id}` }, { limit: CHANGES_SHOWN }),
    ]);
    const { message, unsent } = letter;
    const title = 'unsent' in message ? `Email ${id}` : message.subject;
    const token = context.get('formToken');
    const mayChange = may(context.get('user'), 'change');
    return site.render(
      context,
      {
        title,
        section: 'emails',
        chip: <StateChip of="notice" state={notice.state} />,
        crumbs: [{ label: 'Emails', href: '/emails' }, { label: `Email ${id}` }],
      },
      <>
        <Done context={context} />
        <Sentence notice={notice} unsent={unsent} now={now} />
        <Columns>
          <LetterCard letter={{ ...letter, notice }} as={asOf(context)} />
          <div class="stack w4">
            <Card title="How it stands">
              <Facts rows={factsOf({ ...letter, notice })} />
            </Card>
            {mayChange ? changesOf(notice).map((one) => <OneCard id={id} change={one} token={token} />) : ''}
          </div>
        </Columns>
        {changes.rows.length === 0 ? (
          ''
        ) : (
          <Card title="What was done about it" bare>
            <AuditTable rows={changes.rows} now={now} />
          </Card>
        )}
      </>,
    );
  });
}

/** What an operator may do about one: src/operations/mail/change-notices.ts says the same. */
function changesOf({ state }: NoticeRow): EmailChange[] {
  const retry: EmailChange[] = ['pending', 'refused', 'suppressed', 'too-old'].includes(state)
    ? ['retry']
    : [];
  const suppress: EmailChange[] = ['pending', 'claimed', 'refused'].includes(state) ? ['suppress'] : [];
  return [...retry, ...suppress];
}

interface OneCardProps {
  readonly id: number;
  readonly change: EmailChange;
  readonly token: string | undefined;
}

const OneCard = ({ id, change, token }: OneCardProps) => (
  <Card title={change === 'retry' ? 'Send it again' : 'Suppress it'}>
    <OneForm id={id} change={change} token={token} />
  </Card>
);

interface SentenceProps {
  readonly notice: NoticeRow;
  readonly unsent: string | null;
  readonly now: Instant;
}

/** What became of it, in one sentence. */
function Sentence({ notice, unsent, now }: SentenceProps) {
  const { state, lastError, nextAttemptAt, attempts } = notice;
  const words = lastError === null ? undefined : `“${lastError}”`;
  if (state === 'refused')
    return (
      <Say tone="bad" sentence="The mail server refused this email.">
        {words}
      </Say>
    );
  if (state === 'suppressed')
    return (
      <Say tone="mute" sentence="This email will not be sent.">
        {words}
      </Say>
    );
  if (state === 'too-old')
    return (
      <Say
        tone="mute"
        sentence="This email was not sent: what it tells of was long past when it was staged."
      />
    );
  if (state === 'sent') return <Say tone="ok" sentence="This email was sent." />;
  const sentence =
    attempts > 0 && nextAttemptAt > now
      ? 'The mail server did not take this email yet: it will be tried again.'
      : 'This email waits to be sent.';
  return (
    <Say tone={attempts > 0 ? 'warn' : 'run'} sentence={sentence}>
      {unsent === null ? words : `As things stand it would not be sent: ${unsent}.`}
    </Say>
  );
}

function factsOf({ notice, messageId }: LetterView): [Child, Child][] {
  const { accountId, kind, stagedAt, sentAt, nextAttemptAt, state, attempts, runId, firstCycleOn } = notice;
  return [
    [
      'Account',
      <a class="link mono" href={accountAddress(accountId)}>
        {accountId}
      </a>,
    ],
    ['Kind', KIND_WORDS[kind]],
    ['Tells of', <span class="mono">{notice.ref}</span>],
    ...(firstCycleOn === null ? [] : ([['Cycles', cyclesOf(notice)]] as [Child, Child][])),
    ['Staged', <Time at={stagedAt} />],
    ...(runId === null
      ? []
      : ([
          [
            'By',
            <a class="link" href={runAddress(runId)}>
              run {runId}
            </a>,
          ],
        ] as [Child, Child][])),
    ['Attempts', attempts],
    ...(state === 'pending' ? ([['Next attempt', <Time at={nextAttemptAt} />]] as [Child, Child][]) : []),
    ...(sentAt === null ? [] : ([['Sent', <Time at={sentAt} />]] as [Child, Child][])),
    ['Message-ID', <span class="mono">{messageId}</span>],
  ];
}

const cyclesOf = ({ firstCycleOn, lastCycleOn }: NoticeRow): string =>
  firstCycleOn === lastCycleOn ? String(firstCycleOn) : `${firstCycleOn} to ${lastCycleOn}`;
