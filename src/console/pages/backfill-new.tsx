/** A new backfill: what to fill, what that would do, looked at when it is asked, and the start with a reason. */
import { shownNow } from '../../db/query.ts';
import { ConnectsError } from '../../errors.ts';
import { hasMoreAccounts } from '../../ledger/accounts.ts';
import type { BackfillAsked } from '../../ledger/backfills.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { getLatestTerms } from '../../ledger/terms-versions.ts';
import { planBackfill } from '../../operations/backfills/backfill-plan.ts';
import { type PlanLook, PlanLooks } from '../../operations/backfills/plan-looks.ts';
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

/** Of a fleet no larger than this a page looks itself. */
const LOOKED_AT_ONCE = 1_000;

export function addNewBackfillPage(site: Site): void {
  const { app, pages, live } = site;
  const looks = new PlanLooks(app);
  site.atEnd(() => looks.stop());
  const here: Here = { site, looks };
  live.add('backfill-plan/:id{[0-9a-f]{16}}', async ({ id = '' }) => ({
    html: await toHtml(<PlanSoFar look={looks.find(id)} />),
    at: await shownNow(app.readDb),
  }));
  pages.get('/backfills/new', operator, async (context) => {
    const form = readForm((name) => context.req.queries(name) ?? []);
    return show(here, context, { form });
  });
  pages.post('/backfills/new', operator, async (context) => {
    const sent = await context.req.parseBody({ all: true });
    const form = readForm((name) => [sent[name]].flat().filter((one) => typeof one === 'string'));
    const change = await readChangeForm(context);
    const understood = understand(form);
    if (!('asked' in understood)) return show(here, context, { form, change });
    if (change.reasonFault !== undefined)
      return show(here, context, { form, change, faults: [{ name: 'reason', what: change.reasonFault }] });
    try {
      return context.redirect(`/backfills/${await start(here, context, understood, change)}`, 303);
    } catch (error) {
      return show(here, context, { form, change, faults: [told(error)] });
    }
  });
}

interface Here {
  readonly site: Site;
  readonly looks: PlanLooks;
}

/** As `connects backfill start` does it. @returns its number */
async function start(
  here: Here,
  context: PageContext,
  { asked, notify, rate, window }: Understood,
  form: ChangeForm,
): Promise<number> {
  const { app } = here.site;
  const { actor, reason } = form;
  await requireReleased(app.db);
  const look = await lookAt(here, context, asked);
  if (look.state === 'failed') throw look.error;
  if (look.state !== 'done') throw LOOKED_TOO_LONG_AGO;
  const { plan } = look;
  const paced = { notify, rate, ...(window && { window }) };
  const request = { plan, planHash: form.field('planHash') ?? '', ...paced, actor, reason };
  requireSamePlan(request);
  await requireNoOverlap(app.db, asked);
  const approvalOver = app.config.backfillApprovalOver;
  const { id } = await startBackfill(app, { ...request, approvalOver });
  here.looks.drop(asked);
  return id;
}

const LOOKED_TOO_LONG_AGO = new ConnectsError(
  'conflict',
  'plan-changed',
  'all accounts are looked at again: the plan that was shown is of some minutes ago',
);

/** What it would do: of a few accounts at once, of many by a look that goes on by itself. */
async function lookAt(
  { site: { app }, looks }: Here,
  context: PageContext,
  asked: BackfillAsked,
): Promise<PlanLook> {
  const isLarge = asked.accounts === undefined && (await hasMoreAccounts(app.db, LOOKED_AT_ONCE));
  if (!isLarge) {
    const at = await shownNow(app.db);
    const plan = await planBackfill(app.db, { asked, signal: context.req.raw.signal });
    return { state: 'done', id: '', plan, at };
  }
  const look = looks.of(asked);
  if (look.state !== 'done') return look;
  const { version } = await getLatestTerms(app.db);
  if (look.plan.termsVersion === version) return look;
  looks.drop(asked);
  return looks.of(asked);
}

interface Shown {
  readonly form: BackfillForm;
  readonly change?: ChangeForm;
  readonly faults?: readonly Fault[];
}

async function show(here: Here, context: PageContext, shown: Shown): Promise<Response> {
  const { site } = here;
  const { app } = site;
  const { form, change } = shown;
  const understood = isBlank(form) ? undefined : understand(form);
  const wrong = understood === undefined || 'asked' in understood ? [] : understood;
  const found = understood && 'asked' in understood ? await lookOrTell(here, context, understood.asked) : {};
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
  here: Here,
  context: PageContext,
  asked: BackfillAsked,
): Promise<{ readonly look?: PlanLook; readonly fault?: Fault }> {
  try {
    const look = await lookAt(here, context, asked);
    return look.state === 'failed' ? { fault: told(look.error) } : { look };
  } catch (error) {
    return { fault: told(error) };
  }
}
