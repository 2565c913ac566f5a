/** Links to a member's own page, made for somebody who answers them; ended one by one, or all of them. */
import { ConnectsError } from '../../errors.ts';
import { shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { type MadeLink, findRevocations } from '../../ledger/member-links.ts';
import { memberAddress } from '../../member-token.ts';
import {
  endLink,
  linkMember,
  listLinks,
  requiredMemberPages,
  revokeLinks,
} from '../../operations/accounts/member-link.ts';
import { inquire } from '../../reports/explain/explain.ts';
import { faultOfReason } from '../change-form.ts';
import { accountAddress } from '../parts/addresses.ts';
import { Card, Columns } from '../parts/card.tsx';
import { Empty } from '../parts/empty.tsx';
import { EndOne, Ended, LiveLinks } from './account-links.tsx';
import { type Fault, Faults, Field, Form, Reason, Select, Submit } from '../parts/form.tsx';
import { Say } from '../parts/say.tsx';
import { Time } from '../parts/times.tsx';
import { operator } from '../sign-in/rights.ts';
import type { Page, PageContext, Site } from '../site.ts';
import { orUnknown } from './account.tsx';
import { actorOf, refusalWords } from './refusals.ts';
import { REASON_MAX, sentLine } from './sent-words.ts';

const DAY_MS = 86_400_000;
const LASTS = [
  ['1', '1 day'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
] as const;

interface Made {
  readonly address: string;
  readonly expiresAt: number;
}

interface Shown {
  readonly days: string;
  readonly reason: string;
  readonly faults: readonly Fault[];
  readonly made?: Made;
  /** The number of one that is to be ended. */
  readonly end?: number;
}

export function addAccountLink(site: Site): void {
  const { app, pages } = site;
  pages.get('/accounts/:id/link', operator, (context) =>
    orUnknown(site, context, async (id) =>
      show(site, context, id, { days: '7', reason: '', faults: [], end: Number(context.req.query('end')) }),
    ),
  );
  pages.post('/accounts/:id/link', operator, (context) =>
    orUnknown(site, context, async (id) => {
      const { days, reason } = await context.req.parseBody();
      const filled = { days: textOf(days), reason: textOf(reason) };
      const faults = faultsOf(filled);
      if (faults.length > 0) return show(site, context, id, { ...filled, faults }, 422);
      const { secret, url } = requiredMemberPages(app.config);
      const actor = context.get('user')?.name ?? '';
      const request = { account: id, lastsMs: Number(filled.days) * DAY_MS, actor, reason: filled.reason };
      const link = await linkMember({ db: app.db, secret }, request);
      const made = { address: memberAddress(url, link), expiresAt: link.expiresAt };
      return show(site, context, id, { days: '7', reason: '', faults: [], made });
    }),
  );
  pages.post('/accounts/:id/link/:link{[0-9]{1,15}}/end', operator, (context) =>
    orUnknown(site, context, async (id) => {
      const link = Number(context.req.param('link'));
      const reason = sentLine(await context.req.parseBody(), 'why-end', 'The reason');
      const again = { days: '7', reason: '', end: link };
      if (reason.fault !== undefined) {
        const faults = [{ name: 'why-end', what: reason.fault }];
        return show(site, context, id, { ...again, faults }, 422);
      }
      try {
        await endLink(app, { account: id, link, actor: actorOf(context), reason: reason.text });
      } catch (error) {
        if (!(error instanceof ConnectsError) || error.code !== 'unknown-link') throw error;
        return show(site, context, id, { ...again, faults: [{ what: refusalWords(error) }] }, 422);
      }
      return context.redirect(`${accountAddress(id)}/link?ended=${link}`, 303);
    }),
  );
  pages.post('/accounts/:id/link/revoke', operator, (context) =>
    orUnknown(site, context, async (id) => {
      const reason = sentLine(await context.req.parseBody(), 'why', 'The reason');
      if (reason.fault !== undefined) {
        const faults = [{ name: 'why', what: reason.fault }];
        return show(site, context, id, { days: '7', reason: '', faults }, 422);
      }
      await revokeLinks(app, { account: id, actor: actorOf(context), reason: reason.text });
      return context.redirect(`${accountAddress(id)}/link?revoked=yes`, 303);
    }),
  );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

function faultsOf({ days, reason }: Pick<Shown, 'days' | 'reason'>): Fault[] {
  const reasonFault = faultOfReason(reason);
  return [
    ...(LASTS.some(([one]) => one === days)
      ? []
      : [{ name: 'days', what: 'Choose for how long it is good.' }]),
    ...(reasonFault === undefined ? [] : [{ name: 'reason', what: reasonFault }]),
  ];
}

/** Undefined where this installation has such pages; else what is to be set. */
function missing(site: Site): string | undefined {
  try {
    requiredMemberPages(site.app.config);
    return undefined;
  } catch (error) {
    if (error instanceof ConnectsError) return error.message;
    throw error;
  }
}

async function show(
  site: Site,
  context: PageContext,
  id: string,
  shown: Shown,
  status: NonNullable<Page['status']> = 200,
): Promise<Response> {
  await inquire(site.app.readDb, id);
  const { db } = site.app;
  const { lastAt } = await findRevocations(db, id);
  const links = await listLinks(db, id);
  const now = await shownNow(db);
  const at = accountAddress(id);
  const lacks = missing(site);
  return site.render(
    context,
    {
      title: `Member link of ${id}`,
      section: 'accounts',
      status,
      crumbs: [{ label: 'Accounts', href: '/accounts' }, { label: id, href: at }, { label: 'Member link' }],
      sub: 'Whoever has the address reads this member’s balance and history, and nothing else.',
    },
    lacks === undefined ? (
      <>
        {lastAt !== null && context.req.query('revoked') !== undefined ? <Revoked at={lastAt} /> : ''}
        <Ended link={Number(context.req.query('ended'))} links={links} />
        <Making
          id={id}
          {...shown}
          token={context.get('formToken')}
          revokedAt={lastAt}
          links={links}
          now={now}
        />
      </>
    ) : (
      <NotSet lacks={lacks} />
    ),
  );
}

const NotSet = ({ lacks }: { readonly lacks: string }) => (
  <section class="card">
    <Empty sentence="Members’ pages are not set up here.">{lacks}</Empty>
  </section>
);

interface MakingProps extends Shown {
  readonly id: string;
  readonly token: string | undefined;
  /** When all that had been made were taken back, the last time. */
  readonly revokedAt: Instant | null;
  /** Those that are good. */
  readonly links: readonly MadeLink[];
  readonly now: Instant;
}

function Making({ id, days, reason, faults, made, token, revokedAt, links, end, now }: MakingProps) {
  const ending = links.find((one) => one.id === end);
  const faultAt = (name: string): string | undefined => faults.find((one) => one.name === name)?.what;
  return (
    <>
      <Faults faults={faults} />
      {made ? <MadeLink made={made} /> : ''}
      {ending ? <EndOne id={id} link={ending} token={token} fault={faultAt('why-end')} now={now} /> : ''}
      <LiveLinks id={id} links={links} now={now} />
      <Columns>
        <Card width={6} title={made ? 'Make another' : 'Make a link'}>
          <Form action={`${accountAddress(id)}/link`} token={token} label="Make a link">
            <Select name="days" label="Good for" value={days} options={LASTS} fault={faultAt('days')} />
            <Reason value={reason} fault={faultAt('reason')} />
            <div class="acts">
              <Submit>Make the link</Submit>
            </div>
          </Form>
        </Card>
        <Card width={6} title="Take all of them back">
          <Form action={`${accountAddress(id)}/link/revoke`} token={token} label="Take all links back">
            <p>
              Every link to this member’s page that was made until now, by a letter, too, leads nowhere any
              more; one that is made later is good.
            </p>
            {revokedAt === null ? (
              ''
            ) : (
              <p class="q">
                Taken back last on <Time at={revokedAt} />.
              </p>
            )}
            <Field
              name="why"
              label="Reason"
              required
              maxlength={REASON_MAX}
              fault={faultAt('why')}
              hint="Kept in the audit log, with your name."
            />
            <div class="acts">
              <Submit tone="bad">Take all links back</Submit>
            </div>
          </Form>
        </Card>
      </Columns>
    </>
  );
}

const Revoked = ({ at }: { readonly at: Instant }) => (
  <Say
    tone="ok"
    role="status"
    sentence={
      <>
        No link that was made before <Time at={at} /> leads anywhere any more.
      </>
    }
  />
);

/** It is shown this once: it is kept nowhere. */
const MadeLink = ({ made: { address, expiresAt } }: { readonly made: Made }) => (
  <Say
    tone="ok"
    role="status"
    sentence={
      <>
        Good until <Time at={expiresAt} />
      </>
    }
    action={
      <button type="button" class="btn" data-copy="link" hidden>
        Copy
      </button>
    }
  >
    <input class="field mono" id="link" readonly value={address} aria-label="Address of the member’s page" />
    <span class="hint">
      It is shown this once, and is kept nowhere. That it was made stands in the audit log.
    </span>
  </Say>
);
