/** A new backfill: what to fill, what that would do, looked at when it is asked, and the start with a reason. */
import { shownNow } from '../../db/query.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { type PlanLook, planOf } from '../../operations/backfills/plan-looks.ts';
import {
  needsApproval,
  requireNoOverlap,
  requireSamePlan,
  startBackfill,
} from '../../operations/backfills/backfill.ts';
import { readCyclesGrid } from '../../reports/cycles-grid.ts';
import { type ChangeForm, readChangeForm } from '../change-form.ts';
import type { Fault } from '../parts/form.tsx';
import { toHtml } from '../render.tsx';
import { operator } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { type BackfillForm, type Understood, isBlank, readForm, understand } from './backfill-asked.ts';
import { PlanSoFar } from './backfill-look.tsx';
import { NewBackfill } from './backfill-plan-parts.tsx';
import { told } from './told.ts';

export function addNewBackfillPage(site: Site): void {
  const { app, pages, live } = site;
  site.atEnd(() => app.planLooks.stop());
  live.add('backfill-plan/:id{[0-9a-f]{16}}', async ({ id = '' }) => ({
    html: await toHtml(<PlanSoFar look={app.planLooks.find(id)} />),
    at: await shownNow(app.readDb),
  }));
  pages.get('/backfills/new', operator, async (context) => {
    const form = readForm((name) => context.req.queries(name) ?? []);
    return show(site, context, { form });
  });
  pages.post('/backfills/new', operator, async (context) => {
    const sent = await context.req.parseBody({ all: true });
    const form = readForm((name) => [sent[name]].flat().filter((one) => typeof one === 'string'));
    const change = await readChangeForm(context);
    const understood = understand(form);
    if (!('asked' in understood)) return show(site, context, { form, change });
    if (change.reasonFault !== undefined)
      return show(site, context, { form, change, faults: [{ name: 'reason', what: change.reasonFault }] });
    try {
      return context.redirect(`/backfills/${await start(site, context, understood, change)}`, 303);
    } catch (error) {
      return show(site, context, { form, change, faults: [told(error)] });
    }
  });
}

/** As `connects backfill start` does it. @returns its number */
async function start(
  site: Site,
  context: PageContext,
  { asked, notify, rate, window }: Understood,
  form: ChangeForm,
): Promise<number> {
  const { app } = site;
  const { actor, reason } = form;
  await requireReleased(app.db);
  const plan = planOf(await app.planLooks.ask(asked, context.req.raw.signal));
  const paced = { notify, rate, ...(window && { window }) };
  const request = { plan, planHash: form.field('planHash') ?? '', ...paced, actor, reason };
  requireSamePlan(request);
  await requireNoOverlap(app.db, asked);
  const approvalOver = app.config.backfillApprovalOver;
  const { id } = await startBackfill(app, { ...request, approvalOver });
  app.planLooks.drop(asked);
  return id;
}

interface Shown {
  readonly form: BackfillForm;
  readonly change?: ChangeForm;
  readonly faults?: readonly Fault[];
}

async function show(site: Site, context: PageContext, shown: Shown): Promise<Response> {
  const { app } = site;
  const { form, change } = shown;
  const understood = isBlank(form) ? undefined : understand(form);
  const wrong = understood === undefined || 'asked' in understood ? [] : understood;
  const found = understood && 'asked' in understood ? await lookOrTell(site, context, understood.asked) : {};
  const faults = [...(shown.faults ?? []), ...wrong, ...(found.fault ? [found.fault] : [])];
  const approvalOver = app.config.backfillApprovalOver;
  return site.render(
    context,
    {
      title: 'New backfill',
      section: 'backfills',
      crumbs: [{ label: 'Backfills', href: '/backfills' }, { label: 'new' }],
      sub: 'Grants past cycles that gave nothing. Once each; what is granted already cannot be granted again.',
      live: found.look?.state === 'looking',
      ...(faults.length > 0 && { status: 422 }),
    },
    <NewBackfill
      form={form}
      faults={faults}
      look={found.look}
      waits={found.look?.state === 'done' && needsApproval({ plan: found.look.plan, approvalOver })}
      token={context.get('formToken')}
      reason={change?.field('reason')}
      grid={await readCyclesGrid(app.readDb)}
    />,
  );
}

async function lookOrTell(
  site: Site,
  context: PageContext,
  asked: Understood['asked'],
): Promise<{ readonly look?: PlanLook; readonly fault?: Fault }> {
  try {
    const look = await site.app.planLooks.ask(asked, context.req.raw.signal);
    return look.state === 'failed' ? { fault: told(look.error) } : { look };
  } catch (error) {
    return { fault: told(error) };
  }
}
