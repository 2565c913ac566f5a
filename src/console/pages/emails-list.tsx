/** A page of emails, the latest first, with tabs by state and filters that the address carries. */
import { NOTICE_KINDS, type NoticeKind } from '../../domain/notice-kinds.ts';
import type { Instant } from '../../domain/calendar.ts';
import type { NoticeRow } from '../../outbox/listing.ts';
import type { OutboxPage, OutboxSums } from '../../outbox/paging.ts';
import { accountAddress, addressOf } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { StateChip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { Field, Form, Select, Submit } from '../parts/form.tsx';
import { Pager } from '../parts/pager.tsx';
import { Table } from '../parts/table.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { ShortTime } from '../parts/times.tsx';
import { EMAIL_TABS, type EmailTab, type EmailsAsked, isNarrowed } from './emails-asked.ts';
import { upTo } from './emails-tiles.tsx';

export interface ListedEmails {
  readonly page: OutboxPage;
  /** By number; of those that would not be sent now there is none. */
  readonly subjects: ReadonlyMap<number, string>;
  readonly asked: EmailsAsked;
  readonly before: string | undefined;
  readonly now: Instant;
  readonly counts: OutboxSums['counts'];
  /** The one that is open beside the list. */
  readonly shown: number | undefined;
}

export const KIND_WORDS: Readonly<Record<NoticeKind, string>> = {
  grant: 'Monthly Connects',
  welcome: 'Welcome',
  'readiness-test': 'Readiness Test',
  'interview-award': 'Interview award',
  upgrade: 'Upgrade',
  'payment-failed': 'Payment failed',
  backfill: 'Backfill',
  reversal: 'Reversal',
  reminder: 'Reminder',
};

interface EmailListProps {
  readonly list: ListedEmails;
  readonly mayChange: boolean;
}

export const EmailList = ({ list, mayChange }: EmailListProps) => (
  <Card
    width={5}
    bare
    header={<Tabs label="State" choices={tabsOf(list)} />}
    footer={<Foot list={list} mayChange={mayChange} />}
  >
    <Filters asked={list.asked} />
    <Table
      caption="Emails, the latest first"
      columns={[
        { title: 'Email', cell: (row) => <Subject row={row} list={list} /> },
        { title: 'State', cell: (row) => <State row={row} /> },
        {
          title: 'When',
          numeric: true,
          cell: (row) => <ShortTime at={row.sentAt ?? row.stagedAt} now={list.now} />,
        },
      ]}
      rows={list.page.rows}
      rowClass={(row) => (row.id === list.shown ? 'on' : undefined)}
      empty={<Empty sentence="No such emails.">{emptyWords(list)}</Empty>}
    />
  </Card>
);

function tabsOf({ asked, counts }: ListedEmails) {
  const tab = (state: EmailTab | undefined, label: string) => ({
    href: addressOf('/emails', { ...asked, state }),
    current: asked.state === state,
    label:
      state === undefined ? (
        label
      ) : (
        <>
          {label} <b>{upTo(EMAIL_TABS[state].states.reduce((sum, one) => sum + counts[one], 0))}</b>
        </>
      ),
  });
  return [
    tab(undefined, 'All'),
    ...(Object.entries(EMAIL_TABS) as [EmailTab, { label: string }][]).map(([state, { label }]) =>
      tab(state, label),
    ),
  ];
}

const Filters = ({ asked }: { readonly asked: EmailsAsked }) => (
  <Form action="/emails" method="get" className="filters" label="Filter emails">
    {asked.state === undefined ? '' : <input type="hidden" name="state" value={asked.state} />}
    <Select
      name="kind"
      label="Kind"
      value={asked.kind ?? ''}
      options={[['', 'Any'], ...NOTICE_KINDS.map((one) => [one, KIND_WORDS[one]] as const)]}
    />
    <Field name="account" label="Account" value={asked.account} maxlength={64} autocomplete="off" />
    <Field name="run" label="Run" value={asked.run} maxlength={15} autocomplete="off" />
    <Submit tone="plain">Filter</Submit>
  </Form>
);

const Subject = ({ row, list }: { readonly row: NoticeRow; readonly list: ListedEmails }) => (
  <>
    <a
      class="link"
      href={`${addressOf('/emails', { ...list.asked, before: list.before, show: row.id })}#letter`}
      aria-current={row.id === list.shown ? 'true' : undefined}
    >
      {list.subjects.get(row.id) ?? KIND_WORDS[row.kind]}
    </a>
    <br />
    <a class="qq mono id" href={accountAddress(row.accountId)}>
      {row.accountId}
    </a>
  </>
);

const WORDS_SHOWN = 80;

const State = ({ row }: { readonly row: NoticeRow }) => (
  <>
    <StateChip of="notice" state={row.state} />
    {row.lastError === null ? (
      ''
    ) : (
      <>
        <br />
        <span class="qq">{shortWords(row.lastError)}</span>
      </>
    )}
  </>
);

/** What the mail library puts before the server's own words is left out. */
function shortWords(words: string): string {
  const own = words.replace(
    /^(Can't send mail - all recipients were rejected|(Message|(Mail|Recipient|Data) command) failed): /,
    '',
  );
  return own.length > WORDS_SHOWN ? `${own.slice(0, WORDS_SHOWN - 1)}…` : own;
}

function emptyWords({ asked, page }: ListedEmails): string {
  if (page.next !== null) return 'None among those looked at on this page: look further back.';
  if (asked.state === 'refused') return 'The mail server has taken all that was sent.';
  return 'Emails are staged by sweeps and events. Another state, or fewer filters, may show some.';
}

function Foot({ list, mayChange }: EmailListProps) {
  const { asked, page, before } = list;
  return (
    <Pager
      newer={before === undefined ? undefined : addressOf('/emails', { ...asked })}
      older={page.next === null ? undefined : addressOf('/emails', { ...asked, before: page.next })}
      words={['Latest', page.rows.length === 0 ? 'Look further back' : 'Earlier']}
    >
      {mayChange && isNarrowed(asked) && page.rows.length > 0 ? (
        <span class="acts-inline">
          All that match: <ChangeLink asked={asked} change="retry" label="Send again" />{' '}
          <ChangeLink asked={asked} change="suppress" label="Suppress" />
        </span>
      ) : (
        'The latest first'
      )}
    </Pager>
  );
}

interface ChangeLinkProps {
  readonly asked: EmailsAsked;
  readonly change: 'retry' | 'suppress';
  readonly label: string;
}

const ChangeLink = ({ asked, change, label }: ChangeLinkProps) => (
  <a class="btn small" href={addressOf('/emails/change', { ...asked, change })}>
    {label}
  </a>
);
