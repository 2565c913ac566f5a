/** What an operator does to a run: stops it, or writes something down about it. Each is shown before it is done. */
import { noteRun } from '../../operations/runs/note-run.ts';
import { requireStoppable, stopRun } from '../../operations/runs/stop-run.ts';
import type { RunPage } from '../../reports/run-page.ts';
import { counted } from '../../words.ts';
import { runAddress } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { Faults, Field, Form, Reason, Submit } from '../parts/form.tsx';
import { grouped } from '../parts/numbers.tsx';
import { operator } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { actorOf, isRefusal, refusalWords } from './refusals.ts';
import { type Sent, sentLine } from './sent-words.ts';
import { withRun } from './with-run.ts';

/** Which form of a run's page is open, and what was wrong with what was sent. */
export interface Doing {
  readonly what?: 'stop' | 'note';
  readonly reason?: Sent;
  readonly note?: Sent;
  /** Why it was not done. */
  readonly fault?: string;
}

type Show = (context: PageContext, id: number, doing: Doing) => Promise<Response>;

/** @param show the run's page, with a form open */
export function addRunChanges({ app, pages }: Site, show: Show): void {
  const deps = { db: app.db, log: app.log, queue: app.queue };
  pages.get('/runs/:id/stop', operator, (context) =>
    withRun(context, async (id) => {
      return refusable(
        async () => {
          await requireStoppable(app.db, id);
          return show(context, id, { what: 'stop' });
        },
        (fault) => show(context, id, { fault }),
      );
    }),
  );
  pages.post('/runs/:id/stop', operator, (context) =>
    withRun(context, async (id) => {
      const reason = sentLine(await context.req.parseBody(), 'reason', 'The reason');
      if (reason.fault !== undefined) return show(context, id, { what: 'stop', reason, fault: reason.fault });
      return refusable(
        async () => {
          await stopRun(deps, { run: id, actor: actorOf(context), reason: reason.text });
          return context.redirect(runAddress(id), 303);
        },
        (fault) => show(context, id, { what: 'stop', reason, fault }),
      );
    }),
  );
  pages.get('/runs/:id/note', operator, (context) =>
    withRun(context, (id) => show(context, id, { what: 'note' })),
  );
  pages.post('/runs/:id/note', operator, (context) =>
    withRun(context, async (id) => {
      const note = sentLine(await context.req.parseBody(), 'note', 'The note');
      if (note.fault !== undefined) return show(context, id, { what: 'note', note, fault: note.fault });
      await noteRun(app, { run: id, note: note.text, actor: actorOf(context), reason: null });
      return context.redirect(`${runAddress(id)}#notes`, 303);
    }),
  );
}

async function refusable(
  work: () => Promise<Response>,
  told: (fault: string) => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (isRefusal(error)) return told(refusalWords(error));
    throw error;
  }
}

interface FormsProps {
  readonly page: RunPage;
  readonly doing: Doing;
  readonly token: string | undefined;
}

export function RunForms({ page, doing, token }: FormsProps) {
  const { run } = page;
  const { what, fault } = doing;
  const faults = fault === undefined ? [] : [{ what: fault, ...(what === 'note' && { name: 'note' }) }];
  return (
    <>
      <Faults faults={faults} />
      {what === 'stop' ? (
        <Card title={`Stop run ${grouped(run.id)}`}>
          <Form action={`${runAddress(run.id)}/stop`} token={token} label="Stop this run">
            <p>{stopWords(page)}</p>
            <Reason value={doing.reason?.text ?? ''} fault={doing.reason?.fault} />
            <div class="acts">
              <Submit tone="bad">Stop run {grouped(run.id)}</Submit>{' '}
              <a class="btn" href={runAddress(run.id)}>
                Let it run
              </a>
            </div>
          </Form>
        </Card>
      ) : (
        ''
      )}
      {what === 'note' ? (
        <Card title={`A note on run ${grouped(run.id)}`}>
          <Form action={`${runAddress(run.id)}/note`} token={token} label="Write a note">
            <Field
              name="note"
              label="Note"
              value={doing.note?.text}
              fault={doing.note?.fault}
              required
              maxlength={500}
              hint="One line, for whoever looks at this run next; kept with your name, and never changed."
            />
            <div class="acts">
              <Submit>Keep this note</Submit>
            </div>
          </Form>
        </Card>
      ) : (
        ''
      )}
    </>
  );
}

function stopWords({ run, counts: { remaining }, exact }: RunPage): string {
  const then =
    'Nobody is submitted any more, and its waiting jobs do nothing. What is in flight, about a second of work, still counts.';
  const left = `${exact ? '' : 'About '}${counted(remaining, 'account')} ${remaining === 1 ? 'is' : 'are'} left`;
  const who =
    run.kind === 'rerun'
      ? `${left} and stay${remaining === 1 ? 's' : ''} put aside, until another rerun.`
      : `${left}, still due: the next sweep settles them, unless the scheduler is stopped.`;
  return `${then} ${who}`;
}
