/** Emails: the outbox by state, each letter as it is sent, and what an operator may do about many at once. */
import type { Child } from 'hono/jsx';
import { shownNow } from '../../db/query.ts';
import { showLetter, subjectsOf } from '../../operations/mail/letter-shown.ts';
import { findHold } from '../../outbox/hold.ts';
import { findNotice } from '../../outbox/listing.ts';
import { pageOutbox, sumOutbox } from '../../outbox/paging.ts';
import { readFleetPast, startOfDay } from '../../reports/fleet-past.ts';
import { Columns } from '../parts/card.tsx';
import { Icon } from '../parts/icons.tsx';
import { may, viewer } from '../sign-in/rights.ts';
import type { Site } from '../site.ts';
import { Done } from './emails-done.tsx';
import { emailsAsked, outboxFilterOf } from './emails-asked.ts';
import { LetterCard, asOf } from './emails-letter.tsx';
import { EmailList } from './emails-list.tsx';
import { EmailTiles, HoldLine } from './emails-tiles.tsx';

const ROWS = 25;

export function addEmailPages(site: Site): void {
  const { app, pages } = site;
  pages.get('/emails', viewer, async (context) => {
    const asked = emailsAsked((name) => context.req.query(name));
    const before = context.req.query('before');
    const now = await shownNow(app.readDb);
    const [sums, past, hold, page] = await Promise.all([
      sumOutbox(app.readDb, startOfDay(now)),
      readFleetPast(app.readDb, now),
      findHold(app.readDb),
      pageOutbox(app.readDb, outboxFilterOf(asked), { limit: ROWS, before }),
    ]);
    const deps = { db: app.readDb, settings: app.config };
    const subjects = await subjectsOf(deps, page.rows);
    const shown = page.rows.find((one) => String(one.id) === context.req.query('show')) ?? page.rows[0];
    const letter = shown && { notice: shown, ...(await showLetter(deps, shown)) };
    const list = { page, subjects, asked, before, now, counts: sums.counts, shown: shown?.id };
    const mayChange = may(context.get('user'), 'change');
    return site.render(
      context,
      {
        title: 'Emails',
        section: 'emails',
        sub: 'The outbox: staged with the ledger entries, sent at least once, with one Message-ID each.',
        actions: mayChange ? <HoldButton held={hold !== undefined} /> : undefined,
      },
      <>
        <Done context={context} />
        {hold === undefined ? '' : <HoldLine hold={hold} now={now} />}
        <EmailTiles sums={sums} past={past} now={now} />
        <Columns>
          <EmailList list={list} mayChange={mayChange} />
          {letter === undefined ? '' : <LetterCard letter={letter} as={asOf(context)} query={{ ...asked }} />}
        </Columns>
      </>,
    );
  });

  pages.get('/emails/:id{[0-9]{1,15}}/html', viewer, async (context) => {
    const notice = await findNotice(app.readDb, Number(context.req.param('id')));
    const shown = notice && (await showLetter({ db: app.readDb, settings: app.config }, notice));
    const message = shown?.message;
    context.header('Content-Security-Policy', LETTER_POLICY);
    context.header('X-Frame-Options', 'SAMEORIGIN');
    return message === undefined || 'unsent' in message
      ? context.html('<!doctype html><html lang="en"><title>Nothing to show</title>', 404)
      : context.html(message.html.replace('<head>', '<head>\n<base target="_blank">'));
  });
}

/** A letter is shown as a stranger's: no script, no form, no request; its links open elsewhere. */
const LETTER_POLICY =
  'sandbox allow-popups allow-popups-to-escape-sandbox; ' +
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

const HoldButton = ({ held }: { readonly held: boolean }): Child => (
  <a class="btn" href="/emails/hold">
    <Icon name={held ? 'run' : 'pause'} />
    {held ? 'Let mail flow again' : 'Hold all mail'}
  </a>
);
