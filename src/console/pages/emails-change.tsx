/** Sending again, suppressing, holding and releasing: each says first what it will do, and asks why. */
import type { Child } from 'hono/jsx';
import { ConnectsError } from '../../errors.ts';
import {
  type NoticesChanged,
  holdMail,
  releaseMail,
  retryNotices,
  suppressNotices,
} from '../../operations/mail/change-notices.ts';
import { findHold } from '../../outbox/hold.ts';
import { findUnderWay } from '../../outbox/listing.ts';
import { type ChangeForm, readChangeForm } from '../change-form.ts';
import { addressOf } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { type Fault, Faults, Field, Form, Reason, Submit } from '../parts/form.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Say } from '../parts/say.tsx';
import { operator } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { type EmailsAsked, emailsAsked, isNarrowed, outboxFilterOf } from './emails-asked.ts';

const CHANGES = {
  retry: {
    title: 'Send again',
    change: retryNotices,
    what: 'will be sent again, as soon as can be.',
    none: 'None of these can be sent again: they have left, are leaving, or were withheld by the program.',
  },
  suppress: {
    title: 'Suppress',
    change: suppressNotices,
    what: 'will never be sent, unless somebody sends them again.',
    none: 'None of these can be held back: they have left, or will not be sent anyway.',
  },
} as const;
export type EmailChange = keyof typeof CHANGES;

const isChange = (text: string | undefined): text is EmailChange => text === 'retry' || text === 'suppress';

const crumbs = (label: string) => [{ label: 'Emails', href: '/emails' }, { label }];

export function addEmailChangePages(site: Site): void {
  addMany(site);
  addOne(site);
  addHold(site);
}

// ------------------------------------------------------------------------------------------ all that match

function addMany(site: Site): void {
  const { app, pages } = site;
  pages.get('/emails/change', operator, async (context) => {
    const asked = emailsAsked((name) => context.req.query(name));
    const change = context.req.query('change');
    if (!isChange(change) || !isNarrowed(asked)) return context.redirect('/emails', 303);
    return showMany(site, context, { asked, change, faults: [] });
  });
  pages.post('/emails/change', operator, async (context) => {
    const form = await readChangeForm(context);
    const asked = emailsAsked((name) => form.field(name));
    const change = form.field('change');
    if (!isChange(change) || !isNarrowed(asked)) return context.redirect('/emails', 303);
    const typed = form.field('count')?.replaceAll(',', '') ?? '';
    const faults: Fault[] = [
      ...(/^\d{1,9}$/.test(typed) ? [] : [{ name: 'count', what: 'Type the number of emails.' }]),
      ...reasonFaults(form),
    ];
    if (faults.length > 0) return showMany(site, context, { asked, change, faults, form });
    try {
      const { actor, reason } = form;
      const request = { filter: outboxFilterOf(asked), expect: Number(typed), actor, reason, dryRun: false };
      const { changed } = await CHANGES[change].change(app, request);
      return context.redirect(addressOf('/emails', { ...asked, did: change, count: changed }), 303);
    } catch (error) {
      return showMany(site, context, { asked, change, faults: [told(error)], form });
    }
  });
}

interface ManyProps {
  readonly asked: EmailsAsked;
  readonly change: EmailChange;
  readonly faults: readonly Fault[];
  readonly form?: ChangeForm;
}

async function showMany(site: Site, context: PageContext, props: ManyProps): Promise<Response> {
  const { asked, change, faults, form } = props;
  const { title, what, none } = CHANGES[change];
  const request = { filter: outboxFilterOf(asked), actor: '', reason: null, dryRun: true };
  const found = await CHANGES[change].change(site.app, request);
  const count = found.changed - found.refusedAgain;
  const sentence = found.changed === 0 ? none : `${emails(count)} ${what}`;
  return site.render(
    context,
    { title, section: 'emails', crumbs: crumbs(title), ...(faults.length > 0 && { status: 422 }) },
    <>
      <Faults faults={faults} />
      <Say tone={found.changed === 0 ? 'mute' : 'warn'} sentence={sentence}>
        {wordsOf(asked)} {besidesOf(found, change)}
      </Say>
      {found.changed === 0 ? (
        ''
      ) : (
        <Card title="Do it">
          <Form action="/emails/change" token={context.get('formToken')} label={title}>
            <Hidden values={{ ...asked, change }} />
            <Field
              name="count"
              label={`To be sure, type the number of emails: ${grouped(found.changed)}`}
              value={form?.field('count')}
              required
              autocomplete="off"
              fault={faultAt(faults, 'count')}
            />
            <ReasonAndSubmit faults={faults} form={form} label={title} bad={change === 'suppress'} />
          </Form>
        </Card>
      )}
    </>,
  );
}

const emails = (count: number): string => `${grouped(count)} ${count === 1 ? 'email' : 'emails'}`;

function wordsOf({ state, kind, account, run }: EmailsAsked): string {
  const parts = [
    ...(state === undefined ? [] : [`state ${state}`]),
    ...(kind === undefined ? [] : [`kind ${kind}`]),
    ...(account === undefined ? [] : [`account ${account}`]),
    ...(run === undefined ? [] : [`run ${run}`]),
  ];
  return `These are all emails of ${parts.join(', ')}.`;
}

function besidesOf({ optedOut, refusedAgain, left }: NoticesChanged, change: EmailChange): string {
  const states = [...left].map(([state, count]) => `${grouped(count)} ${state}`);
  return [
    ...(optedOut > 0 && change === 'retry'
      ? [`${grouped(optedOut)} of them not after all: the member opted out of such emails.`]
      : []),
    ...(refusedAgain > 0 ? [`${emails(refusedAgain)} will stand as refused again, as before.`] : []),
    ...(states.length > 0 ? [`Left as they are: ${states.join(', ')}.`] : []),
  ].join(' ');
}

// ----------------------------------------------------------------------------------------------------- one

function addOne(site: Site): void {
  const { app, pages } = site;
  pages.post('/emails/:id{[0-9]{1,15}}/:change{retry|suppress}', operator, async (context) => {
    const id = Number(context.req.param('id'));
    const change = context.req.param('change') as EmailChange;
    const form = await readChangeForm(context);
    let faults: readonly Fault[] = reasonFaults(form);
    if (faults.length === 0)
      try {
        const { actor, reason } = form;
        const request = { filter: { ids: [id] }, actor, reason, dryRun: false };
        const { changed } = await CHANGES[change].change(app, request);
        if (changed > 0)
          return context.redirect(addressOf(`/emails/${id}`, { did: change, count: changed }), 303);
        faults = [{ what: CHANGES[change].none }];
      } catch (error) {
        faults = [told(error)];
      }
    const { title } = CHANGES[change];
    return site.render(
      context,
      { title, section: 'emails', crumbs: [...crumbs(`Email ${id}`)], status: 422 },
      <>
        <Faults faults={faults} />
        <Card title={title}>
          <OneForm id={id} change={change} token={context.get('formToken')} faults={faults} form={form} />
        </Card>
      </>,
    );
  });
}

interface OneFormProps {
  readonly id: number;
  readonly change: EmailChange;
  readonly token: string | undefined;
  readonly faults?: readonly Fault[];
  readonly form?: ChangeForm;
}

export const OneForm = ({ id, change, token, faults = [], form }: OneFormProps) => (
  <Form action={`/emails/${id}/${change}`} token={token} label={CHANGES[change].title}>
    <p class="q">This email {CHANGES[change].what.replace('send them', 'sends it')}</p>
    <ReasonAndSubmit faults={faults} form={form} label={CHANGES[change].title} bad={change === 'suppress'} />
  </Form>
);

// ---------------------------------------------------------------------------------------------------- hold

function addHold(site: Site): void {
  const { app, pages } = site;
  pages.get('/emails/hold', operator, (context) => showHold(site, context, []));
  pages.post('/emails/hold', operator, (context) =>
    applyHold(site, context, 'hold', (change) => holdMail(app, change)),
  );
  pages.post('/emails/release', operator, (context) =>
    applyHold(site, context, 'release', (change) => releaseMail(app, change)),
  );
}

type HoldChange = Parameters<typeof releaseMail>[1];

async function applyHold(
  site: Site,
  context: PageContext,
  did: 'hold' | 'release',
  apply: (change: HoldChange) => Promise<unknown>,
): Promise<Response> {
  const form = await readChangeForm(context);
  const faults = reasonFaults(form);
  if (faults.length > 0) return showHold(site, context, faults, form);
  try {
    await apply({ actor: form.actor, reason: form.reason, dryRun: false });
    return context.redirect(addressOf('/emails', { did, count: 0 }), 303);
  } catch (error) {
    return showHold(site, context, [told(error)], form);
  }
}

async function showHold(
  site: Site,
  context: PageContext,
  faults: readonly Fault[],
  form?: ChangeForm,
): Promise<Response> {
  const [hold, underWay] = [await findHold(site.app.db), await findUnderWay(site.app.db)];
  const title = hold ? 'Let mail flow again' : 'Hold all mail';
  const says: Child = hold ? (
    <Say tone="warn" sentence="What waits will be sent from now on, the oldest first.">
      Held by {hold.actor}
      {hold.reason === null ? '.' : `: ${hold.reason}`}
    </Say>
  ) : (
    <Say tone="warn" sentence="No email will leave any more, of any worker, until somebody releases it.">
      {underWay.length === 0
        ? 'Nothing is on its way now.'
        : `${emails(underWay.length)} on the way: what the mail server has already leaves all the same.`}{' '}
      Connects are granted as ever; their emails wait.
    </Say>
  );
  return site.render(
    context,
    { title, section: 'emails', crumbs: crumbs(title), ...(faults.length > 0 && { status: 422 }) },
    <>
      <Faults faults={faults} />
      {says}
      <Card title="Do it">
        <Form
          action={hold ? '/emails/release' : '/emails/hold'}
          token={context.get('formToken')}
          label={title}
        >
          <ReasonAndSubmit faults={faults} form={form} label={title} bad={!hold} />
        </Form>
      </Card>
    </>,
  );
}

// --------------------------------------------------------------------------------------------------- parts

/** What an operation refuses is told at the form; what is no answer of it is not. */
function told(error: unknown): Fault {
  if (error instanceof ConnectsError && error.kind !== 'unavailable') return { what: `${error.message}.` };
  throw error;
}

const reasonFaults = ({ reasonFault }: ChangeForm): Fault[] =>
  reasonFault === undefined ? [] : [{ name: 'reason', what: reasonFault }];

const faultAt = (faults: readonly Fault[], name: string): string | undefined =>
  faults.find((one) => one.name === name)?.what;

interface SubmitProps {
  readonly faults: readonly Fault[];
  readonly form: ChangeForm | undefined;
  readonly label: string;
  readonly bad: boolean;
}

const ReasonAndSubmit = ({ faults, form, label, bad }: SubmitProps) => (
  <>
    <Reason value={form?.field('reason')} fault={faultAt(faults, 'reason')} />
    <div>
      <Submit tone={bad ? 'bad' : 'main'}>{label}</Submit>
    </div>
  </>
);

const Hidden = ({ values }: { readonly values: Readonly<Record<string, string | number | undefined>> }) => (
  <>
    {Object.entries(values).map(([name, value]) =>
      value === undefined ? '' : <input type="hidden" name={name} value={value} />,
    )}
  </>
);
