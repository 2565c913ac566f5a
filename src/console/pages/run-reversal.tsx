/** Taking back what a run granted: what it would come to, by the real path rolled back; then, under the number of accounts, done. */
import type { App } from '../../app.ts';
import { required } from '../../config.ts';
import { openRehearsal } from '../../db/rehearsal.ts';
import type { Queryable } from '../../db/query.ts';
import { findReversalOf } from '../../ledger/run-grants.ts';
import { openReversal } from '../../operations/reversals/open-reversal.ts';
import type { ReverseOutcome } from '../../operations/reversals/reversal-sum.ts';
import { rehearseReversal } from '../../operations/reversals/reverse-run.ts';
import type { RunPage } from '../../reports/run-page.ts';
import { counted } from '../../words.ts';
import { accountAddress, runAddress } from '../parts/addresses.ts';
import { Card, Facts } from '../parts/card.tsx';
import { type Fault, Faults, Form, Reason, Select, Submit, TypedCount } from '../parts/form.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Say } from '../parts/say.tsx';
import { operator } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { actorOf, isRefusal, refusalWords } from './refusals.ts';
import { type Sent, sentCount, sentLine } from './sent-words.ts';
import { withRun } from './with-run.ts';

/** A page waits no longer for every account to be tried; the command line does. */
const PREVIEW_MAX_MS = 20_000;
/** Accounts named one by one. */
const SHOWN = 20;

const NOTIFY = [
  ['none', 'No email'],
  ['each', 'An email each'],
] as const;
type Notify = (typeof NOTIFY)[number][0];

/** What was sent, and what was wrong with it. */
interface Doing {
  readonly notify: Notify;
  readonly reason?: Sent;
  readonly count?: Sent;
  readonly fault?: string;
}

export function addReversalPages(site: Site): void {
  const { app, pages } = site;
  pages.get('/runs/:id/reverse', operator, (context) =>
    withRun(context, (id) => show(site, context, id, { notify: 'none' })),
  );
  pages.post('/runs/:id/reverse', operator, (context) =>
    withRun(context, async (id) => {
      const form = await context.req.parseBody();
      const notify = form['notify'] === 'each' ? 'each' : 'none';
      const doing = {
        notify,
        reason: sentLine(form, 'reason', 'The reason'),
        count: sentCount(form),
      } as const;
      const { reason, count } = doing;
      if (reason.fault !== undefined || count.fault !== undefined) return show(site, context, id, doing);
      try {
        const actor = actorOf(context);
        const asked = { source: { run: id }, expect: Number(count.text), actor, reason: reason.text };
        const opened = await openReversal(app, { ...asked, notify: doing.notify });
        return context.redirect(runAddress(opened.id), 303);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        return show(site, context, id, { ...doing, fault: refusalWords(error) });
      }
    }),
  );
}

/** As `reverse-run --dry-run` does it; a sentence where it cannot be done, or takes too long for a page. */
async function preview(app: App, context: PageContext, id: number): Promise<ReverseOutcome | string> {
  const signal = AbortSignal.any([context.req.raw.signal, AbortSignal.timeout(PREVIEW_MAX_MS)]);
  const session = openRehearsal(required(app.config, 'databaseUrl'));
  const asked = { source: { run: id }, actor: actorOf(context), reason: 'dry run', signal } as const;
  try {
    const previewed = await rehearseReversal({ ...app.settleDeps, session }, asked);
    if (!signal.aborted) return previewed;
    return `These are too many accounts to try while a page waits: "connects reverse-run ${id} --dry-run" tries them, and the same command without it takes them back.`;
  } catch (error) {
    if (isRefusal(error)) return refusalWords(error);
    throw error;
  } finally {
    await session.destroy();
  }
}

async function show(site: Site, context: PageContext, id: number, doing: Doing): Promise<Response> {
  const previewed = await preview(site.app, context, id);
  const refused = typeof previewed === 'string';
  const faulty = doing.reason?.fault !== undefined || doing.count?.fault !== undefined;
  const failed = doing.fault !== undefined || refused;
  return site.render(
    context,
    {
      title: `Take back run ${grouped(id)}`,
      section: 'runs',
      crumbs: [
        { label: 'Runs', href: '/runs' },
        { label: grouped(id), href: runAddress(id) },
        { label: 'take it back' },
      ],
      sub: 'What it granted is taken back by new entries; its cycles are then ready to be granted again, by a backfill.',
      ...((faulty || failed) && { status: faulty ? (422 as const) : (409 as const) }),
    },
    refused ? (
      <Say tone="warn" sentence={doing.fault ?? previewed} />
    ) : (
      <Form action={`${runAddress(id)}/reverse`} token={context.get('formToken')} label="Take it back">
        <Faults faults={faultsOf(doing)} />
        <div class="cols">
          <Card title="What it would come to" aside="tried now, and rolled back" width={7} bare>
            <WhatItWouldTake previewed={previewed} />
          </Card>
          <Card title={`Take back run ${grouped(id)}`} width={5}>
            <TakeItBack previewed={previewed} doing={doing} id={id} />
          </Card>
        </div>
      </Form>
    ),
  );
}

const faultsOf = ({ fault, reason, count }: Doing): Fault[] => [
  ...(fault === undefined ? [] : [{ what: fault }]),
  ...(reason?.fault === undefined ? [] : [{ name: 'reason', what: reason.fault }]),
  ...(count?.fault === undefined ? [] : [{ name: 'count', what: count.fault }]),
];

/** All that it would be tried with: those that fail count, too. */
const accountsOf = ({ accounts, failed }: ReverseOutcome): number => accounts + failed.length;

function WhatItWouldTake({ previewed }: { readonly previewed: ReverseOutcome }) {
  const { accounts, cycles, taken, givenBack, notTaken, shortAccounts, lapsed, before, settled, failed } =
    previewed;
  const { termsVersion, short } = previewed;
  const all: readonly (readonly [number, string, string])[] = [
    [givenBack, 'Given back', `${grouped(givenBack)}, where more had expired than was granted`],
    [notTaken, 'Not taken', `${grouped(notTaken)}, spent already by ${counted(shortAccounts, 'account')}`],
    [lapsed, 'Left', `${grouped(lapsed)}, expired since at later cycles`],
    [before.cycles, 'Before', `${counted(before.cycles, 'cycle')} taken back before, and left alone`],
    [settled, 'Settled first', `${counted(settled, 'account')} due, by terms version ${termsVersion}`],
    [failed.length, 'Would fail', counted(failed.length, 'account')],
  ];
  const rows = all.filter(([count]) => count > 0).map(([, name, words]) => [name, words] as const);
  return (
    <>
      <div class="in">
        <p>
          <span class="hero">
            {grouped(taken)} <small>Connects taken back</small>
          </span>
        </p>
        <p class="q">
          of {counted(cycles, 'cycle')} of {counted(accounts, 'account')}
        </p>
      </div>
      {rows.length === 0 ? (
        ''
      ) : (
        <div class="in">
          <Facts rows={rows} />
        </div>
      )}
      <Named
        caption="From whom not all can be taken"
        rows={short.map(({ account, notTaken: spent }) => ({ account, words: `${grouped(spent)} spent` }))}
        all={shortAccounts}
      />
      <Named
        caption="Who would fail"
        rows={failed.map(({ account, code, message }) => ({ account, words: `${code}: ${message}` }))}
        all={failed.length}
      />
    </>
  );
}

interface NamedProps {
  readonly caption: string;
  readonly rows: readonly { readonly account: string; readonly words: string }[];
  readonly all: number;
}

function Named({ caption, rows, all }: NamedProps) {
  if (all === 0) return <></>;
  const shown = rows.slice(0, SHOWN);
  return (
    <table>
      <caption>{caption}</caption>
      <tbody>
        {shown.map(({ account, words }) => (
          <tr>
            <th scope="row">
              <a class="link mono" href={accountAddress(account)}>
                {account}
              </a>
            </th>
            <td>{words}</td>
          </tr>
        ))}
        {all > shown.length ? (
          <tr>
            <td colspan={2} class="qq">
              and {counted(all - shown.length, 'more account')}
            </td>
          </tr>
        ) : (
          ''
        )}
      </tbody>
    </table>
  );
}

interface TakeProps {
  readonly previewed: ReverseOutcome;
  readonly doing: Doing;
  readonly id: number;
}

function TakeItBack({ previewed, doing: { notify, reason, count }, id }: TakeProps) {
  const accounts = accountsOf(previewed);
  return (
    <div class="form">
      <p>
        A worker takes it back, account by account, in a run of its own; no balance goes below zero. A part of
        it, by account, plan or code, is taken back by <code class="mono">connects reverse-run {id}</code>.
      </p>
      <Select name="notify" label="Emails" value={notify} options={NOTIFY} />
      <Reason value={reason?.text ?? ''} fault={reason?.fault} />
      <TypedCount accounts={accounts} {...count} />
      <div class="acts">
        <Submit tone="bad">Take back {grouped(previewed.taken)} Connects</Submit>{' '}
        <a class="btn" href={runAddress(id)}>
          Leave it
        </a>
      </div>
    </div>
  );
}

// ------------------------------------------------------------------------------------------ on the run's own page

/** Whether there is anything to be asked for: that all of it was taken back already is told by the page that asks. */
export const isReversible = ({ run, counts }: RunPage): boolean => run.endedAt !== null && counts.granted > 0;

/** The reversal that took something of it back; undefined where none did. */
export const readTakenBack = async (db: Queryable, page: RunPage): Promise<number | undefined> =>
  isReversible(page) ? findReversalOf(db, { run: page.run.id }) : undefined;

export const TakenBack = ({ of }: { readonly of: number | undefined }) =>
  of === undefined ? (
    <></>
  ) : (
    <Say
      tone="mute"
      sentence={
        <>
          Taken back, all or a part of it, by{' '}
          <a class="link" href={runAddress(of)}>
            run {grouped(of)}
          </a>
          .
        </>
      }
    />
  );
