/** Sweeping now, instead of at the next tick: says how many are due, and asks why. */
import { shownNow } from '../../db/query.ts';
import { held } from '../../ledger/ledger-hold.ts';
import { findOpenSweep } from '../../ledger/runs.ts';
import { sweep } from '../../operations/runs/sweep.ts';
import { DUE_MAX, lookForDue } from '../../reports/due-look.ts';
import { counted, formatCount } from '../../words.ts';
import { runAddress } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { Faults, Form, Reason, Submit } from '../parts/form.tsx';
import { operator } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { actorOf, isRefusal, refusalWords } from './refusals.ts';
import { type Sent, sentLine } from './sent-words.ts';

interface Doing {
  readonly reason?: Sent;
  readonly fault?: string;
}

export function addSweepPages(site: Site): void {
  site.pages.get('/runs/sweep', operator, (context) => showSweep(site, context, {}));
  site.pages.post('/runs/sweep', operator, async (context) => {
    const reason = sentLine(await context.req.parseBody(), 'reason', 'The reason');
    if (reason.fault !== undefined) return showSweep(site, context, { reason, fault: reason.fault });
    try {
      const request = { source: 'command', actor: actorOf(context), reason: reason.text } as const;
      const swept = await sweep(site.app.sweepDeps, request);
      if (swept.outcome === 'held') throw held(swept.hold);
      if (swept.outcome !== 'nothing-due') return context.redirect(runAddress(swept.run.id), 303);
      return await showSweep(site, context, { reason, fault: 'Nobody is due: there was nothing to do.' });
    } catch (error) {
      if (isRefusal(error)) return showSweep(site, context, { reason, fault: refusalWords(error) });
      throw error;
    }
  });
}

async function showSweep(site: Site, context: PageContext, doing: Doing): Promise<Response> {
  const { app } = site;
  const now = await shownNow(app.readDb);
  const due = await (await lookForDue(app.readDb, now)).countUpTo(now, DUE_MAX);
  const open = await findOpenSweep(app.readDb);
  const { reason, fault } = doing;
  const status = reason?.fault === undefined ? (409 as const) : (422 as const);
  return site.render(
    context,
    {
      title: 'Sweep now',
      section: 'runs',
      crumbs: [{ label: 'Runs', href: '/runs' }, { label: 'Sweep now' }],
      ...(fault !== undefined && { status }),
    },
    <Card title={dueTitle(due)}>
      <Form action="/runs/sweep" token={context.get('formToken')} label="Sweep now">
        <Faults faults={fault === undefined ? [] : [{ what: fault }]} />
        <p>
          {open
            ? `Run ${open.id} is open: whatever is left of it is submitted again, and no other run is opened.`
            : 'A run is opened, as the next tick would, and settles everybody who is due and not put aside; whoever has it turned on gets an email.'}{' '}
          Sweeping twice changes nothing.
        </p>
        <Reason value={reason?.text ?? ''} fault={reason?.fault} />
        <div class="acts">
          <Submit>Sweep now</Submit>
        </div>
      </Form>
    </Card>,
  );
}

function dueTitle(due: number): string {
  if (due === 0) return 'Nobody is due';
  return due < DUE_MAX
    ? `${counted(due, 'account')} due`
    : `${formatCount(DUE_MAX)} accounts or more are due`;
}
