/** Doing to all that match what was shown, under the number of them that was typed. */
import { shownNow } from '../../db/query.ts';
import type { Care } from '../../ledger/failure-care.ts';
import { careForFailures } from '../../operations/runs/care-for-failures.ts';
import { openRerun } from '../../operations/runs/rerun.ts';
import { submitLeft } from '../../operations/runs/sweep.ts';
import { runAddress } from '../parts/addresses.ts';
import { operator } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { ACTS, type Act, type Doing, SNOOZES } from './failures-acts.tsx';
import { type Choice, failuresAddress, filterOf, parseFailuresAsked } from './failures-asked.ts';
import { actorOf, isRefusal, refusalWords } from './refusals.ts';
import { type Sent, sentCount, sentLine } from './sent-words.ts';

const NAME_MAX = 100;
const HOUR_MS = 3_600_000;

type Form = Readonly<Record<string, unknown>>;

type Show = (context: PageContext, choice: Choice, doing: Doing) => Promise<Response>;

/** @param show the list, with the form open and what was wrong with it */
export function addFailureChanges(site: Site, show: Show): void {
  for (const act of ACTS)
    site.pages.post(`/failures/${act}`, operator, async (context) => {
      const form = await context.req.parseBody();
      const { choice } = parseFailuresAsked(form);
      const doing: Doing = {
        act,
        reason: sentLine(form, 'reason', 'The reason'),
        count: sentCount(form),
        ...(act in MORE && { more: MORE[act]?.(form) as Sent }),
      };
      const faulty = [doing.reason, doing.count, doing.more].some((one) => one?.fault !== undefined);
      if (faulty) return show(context, choice, doing);
      try {
        return context.redirect(await ACTING[act](site, context, choice, doing), 303);
      } catch (error) {
        if (isRefusal(error)) return show(context, choice, { ...doing, fault: refusalWords(error) });
        throw error;
      }
    });
}

/** What some of them ask besides. */
const MORE: Readonly<Partial<Record<Act, (form: Form) => Sent>>> = {
  /** Nobody's where it is left empty. */
  assign: (form) => {
    const sent = sentLine(form, 'more', 'The name', NAME_MAX);
    return sent.text === '' ? { text: '', fault: undefined } : sent;
  },
  note: (form) => sentLine(form, 'more', 'The note'),
  snooze: (form) => {
    const text = SNOOZES.map(([hours]) => hours).find((hours) => hours === form['more']) ?? '';
    return { text, fault: text === '' ? 'Choose for how long.' : undefined };
  },
};

/** Each does it, and says where to go then. */
const ACTING: Readonly<
  Record<Act, (site: Site, context: PageContext, choice: Choice, doing: Doing) => Promise<string>>
> = {
  rerun: async ({ app }, context, choice, doing) => {
    const deps = { db: app.db, log: app.log, settings: app.config };
    const { reason, expect } = askedOf(doing);
    const opened = await openRerun(deps, {
      filter: filterOf(choice),
      actor: actorOf(context),
      reason,
      expect,
    });
    if (opened.outcome === 'nothing-put-aside') return failuresAddress(choice);
    // The run stands: what Redis cannot take now, workers and the next sweep submit.
    await submitLeft(app.sweepDeps, opened.run, undefined).catch(() => undefined);
    return runAddress(opened.run.id);
  },
  acknowledge: (site, context, choice, doing) =>
    care(site, context, choice, doing, { kind: 'ack', reason: askedOf(doing).reason }),
  assign: (site, context, choice, doing) =>
    care(site, context, choice, doing, { kind: 'assign', assignee: doing.more?.text || null }),
  note: (site, context, choice, doing) =>
    care(site, context, choice, doing, { kind: 'note', text: doing.more?.text ?? '' }),
  snooze: async (site, context, choice, doing) => {
    const until = (await shownNow(site.app.db)) + Number(doing.more?.text) * HOUR_MS;
    return care(site, context, choice, doing, { kind: 'snooze', until, reason: askedOf(doing).reason });
  },
  reopen: (site, context, choice, doing) => care(site, context, choice, doing, { kind: 'reopen' }),
};

async function care(
  { app }: Site,
  context: PageContext,
  choice: Choice,
  doing: Doing,
  what: Care,
): Promise<string> {
  const { reason, expect } = askedOf(doing);
  const request = { filter: filterOf(choice), care: what, actor: actorOf(context), reason, expect };
  const { changed } = await careForFailures(app.db, { ...request, dryRun: false });
  // What was chosen by its state is not there any more.
  const { state: _before, ...rest } = choice;
  return failuresAddress(rest, { done: doing.act, accounts: changed });
}

const askedOf = ({ reason, count }: Doing): { readonly reason: string; readonly expect: number } => ({
  reason: reason?.text ?? '',
  expect: Number(count?.text),
});
