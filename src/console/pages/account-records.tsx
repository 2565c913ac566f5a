/** What is kept of one account beside its ledger: events as they arrived, emails, what people did. */
import type { Child } from 'hono/jsx';
import type { AuditEntry } from '../../ledger/audit-log.ts';
import { listAudit } from '../../ledger/audit-log.ts';
import { type Instant, parseInstant } from '../../domain/calendar.ts';
import { inquire } from '../../reports/explain/explain.ts';
import { type ArrivedEvent, readArrivals } from '../../reports/account-arrivals.ts';
import { type NoticeRow, listNotices } from '../../outbox/listing.ts';
import { accountAddress, addressOf, runAddress } from '../parts/addresses.ts';
import { StateChip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { Pager } from '../parts/pager.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { ShortTime } from '../parts/times.tsx';
import { viewer } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { orUnknown } from './account.tsx';
import { AuditTable } from './audit-table.tsx';

const ROWS = 50;

/** Draws an instant, in ISO 8601 or milliseconds, as the clock of the account's zone shows it. */
type When = (at: string | number) => Child;

/** One kind of record: what it is called, where it stands, how a page of it is read and drawn. */
interface Records<Row> {
  readonly name: 'events' | 'emails' | 'audit';
  readonly title: string;
  readonly none: string;
  readonly columns?: (when: When) => readonly Column<Row>[];
  /** Instead of columns: a table of its own. */
  readonly table?: (rows: readonly Row[], now: Instant) => Child;
  /** Instead of the account's zone. */
  readonly times?: string;
  readonly read: (
    site: Site,
    account: string,
    before: number | undefined,
  ) => Promise<{ readonly rows: readonly Row[]; readonly nextBefore: number | null }>;
}

const TABS = [
  ['', 'Balance and history'],
  ['events', 'Events'],
  ['emails', 'Emails'],
  ['audit', 'Audit log'],
] as const;

export function addAccountRecords(site: Site): void {
  addRecords(site, EVENTS);
  addRecords(site, EMAILS);
  addRecords(site, AUDIT);
}

function addRecords<Row>(site: Site, records: Records<Row>): void {
  site.pages.get(`/accounts/:id/${records.name}`, viewer, async (context) =>
    orUnknown(site, context, (id) => showRecords(site, context, id, records)),
  );
}

async function showRecords<Row>(
  site: Site,
  context: PageContext,
  id: string,
  { name, title, none, columns, table, times, read }: Records<Row>,
): Promise<Response> {
  const { words, asOf } = await inquire(site.app.readDb, id);
  const when: When = (at) => (
    <span class="nowrap">
      <ShortTime at={typeof at === 'number' ? at : (parseInstant(at) ?? 0)} zone={words.zone} now={asOf} />
    </span>
  );
  const given = context.req.query('before') ?? '';
  const before = /^\d{1,15}$/.test(given) ? Number(given) : undefined;
  const { rows, nextBefore } = await read(site, id, before);
  const at = accountAddress(id);
  const here = `${at}/${name}`;
  return site.render(
    context,
    {
      title: `${title} of ${id}`,
      section: 'accounts',
      crumbs: [{ label: 'Accounts', href: '/accounts' }, { label: id, href: at }, { label: title }],
      sub: times ?? `Times of ${words.zone}; hover for UTC`,
    },
    <section class="card">
      <header>
        <Tabs
          label="Of this account"
          choices={TABS.map(([path, label]) => ({
            label,
            href: path === '' ? at : `${at}/${path}`,
            current: path === name,
          }))}
        />
      </header>
      {table ? (
        table(rows, asOf)
      ) : (
        <Table
          caption={`${title} of ${id}, the newest first`}
          stacks
          columns={columns?.(when) ?? []}
          rows={rows}
          empty={<Empty sentence={before === undefined ? none : 'Nothing older.'} />}
        />
      )}
      {before === undefined && nextBefore === null ? (
        ''
      ) : (
        <footer>
          <Pager
            newer={before === undefined ? undefined : here}
            older={nextBefore === null ? undefined : addressOf(here, { before: nextBefore })}
            words={['Latest', 'Earlier']}
          />
        </footer>
      )}
    </section>,
  );
}

/** One more than a page was read, to know whether there is another. */
function pageOf<Row extends { readonly id: number }>(rows: readonly Row[]) {
  const shown = rows.slice(0, ROWS);
  return { rows: shown, nextBefore: rows.length > ROWS ? (shown.at(-1)?.id ?? null) : null };
}

const EVENTS: Records<ArrivedEvent> = {
  name: 'events',
  title: 'Events',
  none: 'No event has arrived about this account: it was taken over, and nothing has happened since.',
  columns: (when) => [
    { title: 'Arrived', cell: (one) => when(one.receivedAt) },
    {
      title: 'Event',
      heads: true,
      cell: (one) => (
        <>
          {one.type} <span class="qq mono ref">{one.event}</span>
        </>
      ),
    },
    { title: 'State', cell: (one) => <StateChip of="event" state={one.state} /> },
    { title: 'Says', cell: (one) => <Fields fields={one.fields} /> },
    {
      title: 'Happened',
      wide: true,
      cell: (one) => (
        <>
          {when(one.at)}
          {one.isLate ? <span class="qq">, late</span> : ''}
        </>
      ),
    },
    { title: 'Brought by', wide: true, cell: (one) => one.token ?? <span class="qq">file or operator</span> },
  ],
  read: async ({ app }, account, before) => {
    const { events, nextBefore } = await readArrivals(app.readDb, account, { before, limit: ROWS });
    return { rows: events, nextBefore };
  },
};

const Fields = ({ fields }: { readonly fields: Readonly<Record<string, unknown>> }) => (
  <>
    {Object.entries(fields).map(([name, value], index) => (
      <>
        {index > 0 ? ', ' : ''}
        <span class="qq">{name}</span> <span class="mono">{String(value)}</span>
      </>
    ))}
  </>
);

const EMAILS: Records<NoticeRow> = {
  name: 'emails',
  title: 'Emails',
  none: 'No email was staged for this account.',
  columns: (when) => [
    { title: 'Staged', cell: (one) => when(one.stagedAt) },
    {
      title: 'About',
      heads: true,
      cell: (one) => (
        <>
          <a class="link" href={`/emails/${one.id}`}>
            {one.kind}
          </a>{' '}
          <span class="qq mono ref">{one.ref}</span>
        </>
      ),
    },
    { title: 'State', cell: (one) => <StateChip of="notice" state={one.state} /> },
    {
      title: 'Sent',
      cell: (one) => (one.sentAt === null ? <span class="qq">not sent</span> : when(one.sentAt)),
    },
    { title: 'Why', wide: true, cell: (one) => one.lastError ?? '' },
    {
      title: 'Run',
      numeric: true,
      wide: true,
      cell: (one) =>
        one.runId === null ? (
          ''
        ) : (
          <a class="link" href={runAddress(one.runId)}>
            {one.runId}
          </a>
        ),
    },
  ],
  read: async ({ app }, accountId, before) =>
    pageOf(await listNotices(app.readDb, { accountId }, { before, limit: ROWS + 1 })),
};

const NO_AUDIT = 'Nobody has changed anything of this account by hand.';

const AUDIT: Records<AuditEntry> = {
  name: 'audit',
  title: 'Audit log',
  none: NO_AUDIT,
  times: 'Times of UTC',
  table: (rows, now) => <AuditTable rows={rows} now={now} none={NO_AUDIT} />,
  read: async ({ app }, account, before) =>
    pageOf(await listAudit(app.readDb, { target: `account:${account}` }, { before, limit: ROWS + 1 })),
};
