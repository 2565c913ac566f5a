/** A new backfill: what to fill, what that would do, looked at each time it is asked, and the start with a reason. */
import type { App } from '../../app.ts';
import type { BackfillAsked } from '../../ledger/backfills.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { type BackfillPlan, planBackfill } from '../../operations/backfills/backfill-plan.ts';
import {
  needsApproval,
  requireNoOverlap,
  requireSamePlan,
  startBackfill,
} from '../../operations/backfills/backfill.ts';
import { readCyclesGrid } from '../../reports/cycles-grid.ts';
import { type ChangeForm, readChangeForm } from '../change-form.ts';
import type { Fault } from '../parts/form.tsx';
import { operator } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { type BackfillForm, type Understood, isBlank, readForm, understand } from './backfill-asked.ts';
import { NewBackfill } from './backfill-plan-parts.tsx';
import { told } from './told.ts';

/** A page waits no longer for a look at every account; the command line does. */
const PLAN_MAX_MS = 20_000;

export function addNewBackfillPage(site: Site): void {
  const { pages } = site;
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
      return context.redirect(`/backfills/${await start(site.app, context, understood, change)}`, 303);
    } catch (error) {
      return show(site, context, { form, change, faults: [told(error)] });
    }
  });
}

/** As `connects backfill start` does it. @returns its number */
async function start(
  app: App,
  context: PageContext,
  { asked, notify, rate }: Understood,
  form: ChangeForm,
): Promise<number> {
  const { actor, reason } = form;
  await requireReleased(app.db);
  const plan = await look(app, context, asked);
  if (plan === 'too-long') throw new Error('the plan could be made a moment ago, and now takes too long');
  const request = { plan, planHash: form.field('planHash') ?? '', notify, rate, actor, reason };
  requireSamePlan(request);
  await requireNoOverlap(app.db, asked);
  const approvalOver = app.config.backfillApprovalOver;
  return (await startBackfill(app, { ...request, approvalOver })).id;
}

/** What it would do; nothing of it where it could not be looked at to the end. */
async function look(
  app: App,
  context: PageContext,
  asked: BackfillAsked,
): Promise<BackfillPlan | 'too-long'> {
  const signal = AbortSignal.any([context.req.raw.signal, AbortSignal.timeout(PLAN_MAX_MS)]);
  const plan = await planBackfill(app.db, { asked, signal });
  return signal.aborted ? 'too-long' : plan;
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
  const found = understood && 'asked' in understood ? await lookOrTell(app, context, understood.asked) : {};
  const faults = [...(shown.faults ?? []), ...wrong, ...(found.fault ? [found.fault] : [])];
  const approvalOver = app.config.backfillApprovalOver;
  return site.render(
    context,
    {
      title: 'New backfill',
      section: 'backfills',
      crumbs: [{ label: 'Backfills', href: '/backfills' }, { label: 'new' }],
      sub: 'Grants past cycles that gave nothing. Once each; what is granted already cannot be granted again.',
      ...(faults.length > 0 && { status: 422 }),
    },
    <NewBackfill
      form={form}
      faults={faults}
      plan={found.plan}
      waits={found.plan !== undefined && needsApproval({ plan: found.plan, approvalOver })}
      token={context.get('formToken')}
      reason={change?.field('reason')}
      grid={await readCyclesGrid(app.readDb)}
    />,
  );
}

async function lookOrTell(
  app: App,
  context: PageContext,
  asked: BackfillAsked,
): Promise<{ readonly plan?: BackfillPlan; readonly fault?: Fault }> {
  try {
    const plan = await look(app, context, asked);
    if (plan !== 'too-long') return { plan };
    const span = `--from ${asked.from} --to ${asked.to}`;
    return {
      fault: {
        what: `There are too many accounts to look at while a page waits: name accounts or a plan, or type "connects backfill plan ${span}".`,
      },
    };
  } catch (error) {
    return { fault: told(error) };
  }
}
