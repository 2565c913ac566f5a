/** One backfill: how far it is, what became of its cycles, and what an operator may do about it. */
import { formatWindow } from '../../domain/corrections/window.ts';
import { readProgress } from '../../json/backfills.ts';
import { type Backfill, type BackfillState, findBackfill } from '../../ledger/backfills.ts';
import {
  approveBackfill,
  cancelBackfill,
  changeRate,
  pauseBackfill,
  resumeBackfill,
} from '../../operations/backfills/backfill.ts';
import { shownNow } from '../../db/query.ts';
import { readKnownDone } from '../../reports/backfill-progress.ts';
import { retryBackfill } from '../../operations/backfills/retry-backfill.ts';
import { readChangeForm } from '../change-form.ts';
import { answerFault } from '../faults.ts';
import { runAddress } from '../parts/addresses.ts';
import { Card, Columns, Facts } from '../parts/card.tsx';
import { type Fault, Faults, Field, Form, Reason, Submit } from '../parts/form.tsx';
import { grouped } from '../parts/numbers.tsx';
import { DateOn, Time } from '../parts/times.tsx';
import { toHtml } from '../render.tsx';
import { may, operator, viewer } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { NOTIFY, isRate, whoseWords } from './backfill-asked.ts';
import { BackfillSoFar } from './backfill-so-far.tsx';
import { told } from './told.ts';

const NUMBER = '[0-9]{1,15}';

export function addBackfillPage(site: Site): void {
  const { app, pages, live } = site;
  live.add(`backfill/:id{${NUMBER}}`, async ({ id }) => {
    const backfill = await findBackfill(app.readDb, Number(id));
    const at = await shownNow(app.readDb);
    if (!backfill) return { html: '', at };
    const progress = await readProgress(app.readDb, backfill, readKnownDone);
    return { html: await toHtml(<BackfillSoFar backfill={backfill} progress={progress} />), at };
  });
  pages.get(`/backfills/:id{${NUMBER}}`, viewer, (context) => show(site, context, []));
  pages.post(`/backfills/:id{${NUMBER}}/retry`, operator, async (context) => {
    const { reasonFault, actor, reason } = await readChangeForm(context);
    if (reasonFault !== undefined) return show(site, context, [{ name: 'reason', what: reasonFault }]);
    const signal = AbortSignal.any([context.req.raw.signal, AbortSignal.timeout(RETRY_MAX_MS)]);
    const by = { actor, reason, approvalOver: app.config.backfillApprovalOver };
    try {
      const { id } = await retryBackfill(app, { id: numberOf(context), signal, ...by });
      return context.redirect(`/backfills/${id}`, 303);
    } catch (error) {
      return show(site, context, [told(error)]);
    }
  });
  pages.post(`/backfills/:id{${NUMBER}}`, operator, async (context) => {
    const form = await readChangeForm(context);
    const change = form.field('change') ?? '';
    const rate = form.field('rate');
    if (form.reasonFault !== undefined)
      return show(site, context, [{ name: 'reason', what: form.reasonFault }]);
    if (change === 'rate' && rate !== undefined && !isRate(rate))
      return show(site, context, [
        { name: 'rate', what: 'Give accounts a second, or nothing for no limit.' },
      ]);
    const apply = changeOf(change, rate);
    if (!apply) return answerFault(context, 422, 'there is no such change of a backfill');
    const id = numberOf(context);
    try {
      await apply({ db: app.db, log: app.log }, { id, actor: form.actor, reason: form.reason });
      return context.redirect(`/backfills/${id}`, 303);
    } catch (error) {
      return show(site, context, [told(error)]);
    }
  });
}

const RETRY_MAX_MS = 20_000;

const numberOf = (context: PageContext): number => Number(context.req.param('id'));

type Apply = typeof pauseBackfill;

function changeOf(name: string, rate: string | undefined): Apply | undefined {
  if (name === 'rate')
    return (deps, request) =>
      changeRate(deps, { ...request, rate: rate === undefined ? null : Number(rate) });
  return CHANGES.find((one) => one.name === name)?.apply;
}

interface Change {
  readonly name: string;
  readonly label: string;
  readonly tone: 'main' | 'plain' | 'bad';
  readonly from: readonly BackfillState[];
  /** What it will do. */
  readonly words: string;
  readonly apply: Apply;
}

const CHANGES: readonly Change[] = [
  {
    name: 'approve',
    label: 'Approve',
    tone: 'main',
    from: ['awaiting-approval'],
    words: 'Approving lets it begin to grant; whoever started it may not.',
    apply: approveBackfill,
  },
  {
    name: 'pause',
    label: 'Pause',
    tone: 'main',
    from: ['running'],
    words: 'Pausing grants no more until it is resumed.',
    apply: pauseBackfill,
  },
  {
    name: 'resume',
    label: 'Resume',
    tone: 'main',
    from: ['paused'],
    words: 'Resuming goes on where it stopped.',
    apply: resumeBackfill,
  },
  {
    name: 'cancel',
    label: 'Cancel for good',
    tone: 'bad',
    from: ['awaiting-approval', 'running', 'paused'],
    words: 'Cancelling ends it for good; what is granted stays.',
    apply: cancelBackfill,
  },
];

async function show(site: Site, context: PageContext, faults: readonly Fault[]): Promise<Response> {
  const { app } = site;
  // After a change the replica may not have it yet.
  const backfill = await findBackfill(app.db, numberOf(context));
  if (!backfill) return answerFault(context, 404, `there is no backfill ${numberOf(context)}`);
  const progress = await readProgress(app.db, backfill, readKnownDone);
  const isOpen = backfill.endedAt === null;
  const label = `Backfill ${grouped(backfill.id)}`;
  return site.render(
    context,
    {
      title: label,
      section: 'backfills',
      crumbs: [{ label: 'Backfills', href: '/backfills' }, { label: grouped(backfill.id) }],
      sub: (
        <>
          Cycles of <DateOn on={backfill.asked.from} /> to <DateOn on={backfill.asked.to} />,{' '}
          {whoseWords(backfill.asked)}
        </>
      ),
      live: isOpen,
      ...(faults.length > 0 && { status: 422 }),
    },
    <>
      <Faults faults={faults} />
      <div class="stack" {...(isOpen && { 'data-live': `/live/backfill/${backfill.id}` })}>
        <BackfillSoFar backfill={backfill} progress={progress} />
      </div>
      <Columns>
        <div class="w7 stack">
          <About backfill={backfill} />
        </div>
        {isOpen && may(context.get('user'), 'change') ? (
          <div class="w5 stack">
            <ChangeIt backfill={backfill} faults={faults} token={context.get('formToken')} />
          </div>
        ) : (
          ''
        )}
        {!isOpen && progress.accounts.failed > 0 && may(context.get('user'), 'change') ? (
          <div class="w5 stack">
            <Retry backfill={backfill} faults={faults} token={context.get('formToken')} />
          </div>
        ) : (
          ''
        )}
      </Columns>
    </>,
  );
}

function About({ backfill }: { readonly backfill: Backfill }) {
  const { actor, reason, createdAt, endedAt, approvedBy, approvedAt, notify, rate, window, runId } = backfill;
  const emails = NOTIFY.find(([one]) => one === notify)?.[1] ?? notify;
  return (
    <Card title="About it">
      <Facts
        rows={[
          [
            'Run',
            <a class="link" href={runAddress(runId)}>
              {grouped(runId)}
            </a>,
          ],
          [
            'Started',
            <>
              by {actor}, <Time at={createdAt} />
            </>,
          ],
          ['Reason', reason],
          ...(approvedBy === null || approvedAt === null
            ? []
            : [
                [
                  'Approved',
                  <>
                    by {approvedBy}, <Time at={approvedAt} />
                  </>,
                ] as const,
              ]),
          ...(endedAt === null ? [] : [['Ended', <Time at={endedAt} />] as const]),
          ['Rate', rate === null ? 'no limit' : `${grouped(rate)} accounts a second`],
          ...(window === null ? [] : [['Window', formatWindow(window)] as const]),
          ['Emails', emails],
          ['Plan', <code>{backfill.planHash.slice(0, 8)}</code>],
        ]}
      />
    </Card>
  );
}

interface ChangeProps {
  readonly backfill: Backfill;
  readonly faults: readonly Fault[];
  readonly token: string | undefined;
}

const Retry = ({ backfill: { id }, faults, token }: ChangeProps) => (
  <Card title="Try the failed ones again">
    <Form action={`/backfills/${id}/retry`} token={token} label="Try the failed ones again">
      <p class="q">
        Once what made them fail is mended: another backfill of these accounts alone, asked and paced as this
        one.
      </p>
      <Reason fault={faults.find((one) => one.name === 'reason')?.what} />
      <div>
        <Submit>Try the failed ones again</Submit>
      </div>
    </Form>
  </Card>
);

function ChangeIt({ backfill: { id, state, rate }, faults, token }: ChangeProps) {
  const changes = CHANGES.filter((one) => one.from.includes(state));
  const fault = (name: string) => faults.find((one) => one.name === name)?.what;
  return (
    <Card title="Change it">
      <Form action={`/backfills/${id}`} token={token} label="Change it">
        <Reason fault={fault('reason')} />
        <p class="q">{changes.map((one) => one.words).join(' ')}</p>
        <div class="flow">
          {changes.map((one) => (
            <Submit tone={one.tone} name="change" value={one.name}>
              {one.label}
            </Submit>
          ))}
        </div>
        <Field
          name="rate"
          label="Accounts a second"
          type="number"
          min={1}
          value={rate ?? ''}
          placeholder="no limit"
          fault={fault('rate')}
        />
        <div>
          <Submit tone="plain" name="change" value="rate">
            Change the rate
          </Submit>
        </div>
      </Form>
    </Card>
  );
}
