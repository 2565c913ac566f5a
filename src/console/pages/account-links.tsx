/** The links to a member's page that people made and that are good; each can be ended alone. */
import type { Instant } from '../../domain/calendar.ts';
import type { MadeLink } from '../../ledger/member-links.ts';
import { counted } from '../../words.ts';
import { accountAddress } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { Empty } from '../parts/empty.tsx';
import { Field, Form, Submit } from '../parts/form.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Say } from '../parts/say.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { NearTime } from '../parts/times.tsx';
import { REASON_MAX } from './sent-words.ts';

interface LinksProps {
  readonly id: string;
  readonly links: readonly MadeLink[];
  readonly now: Instant;
}

export const LiveLinks = ({ id, links, now }: LinksProps) => (
  <Card
    title="Links that are good"
    bare
    aside={links.length === 0 ? undefined : counted(links.length, 'link')}
    footer="Made by people. Those of letters are not listed: they end with all of them."
  >
    <Table
      caption="Links to this member’s page that are good"
      columns={columnsOf(id, now)}
      rows={links}
      empty={<Empty sentence="None.">Make one below, and send it to the member.</Empty>}
    />
  </Card>
);

const columnsOf = (id: string, now: Instant): readonly Column<MadeLink>[] => [
  { title: 'Link', cell: (one) => grouped(one.id) },
  {
    title: 'Made',
    cell: (one) => (
      <>
        by {one.madeBy}, <NearTime at={one.madeAt} now={now} />
      </>
    ),
  },
  { title: 'Why', wide: true, cell: (one) => one.reason },
  { title: 'Good until', cell: (one) => <NearTime at={one.expiresAt} now={now} /> },
  {
    title: 'Last opened',
    wide: true,
    cell: (one) => (one.openedAt === null ? 'not yet' : <NearTime at={one.openedAt} now={now} />),
  },
  {
    title: '',
    cell: (one) => (
      <a
        class="link nowrap"
        href={`${accountAddress(id)}/link?end=${one.id}#f-why-end`}
        aria-label={`End link ${one.id}…`}
      >
        End…
      </a>
    ),
  },
];

interface EndProps {
  readonly id: string;
  readonly link: MadeLink;
  readonly token: string | undefined;
  readonly fault: string | undefined;
  readonly now: Instant;
}

export const EndOne = ({ id, link, token, fault, now }: EndProps) => (
  <Card title={`End link ${grouped(link.id)}`}>
    <Form action={`${accountAddress(id)}/link/${link.id}/end`} token={token} label={`End link ${link.id}`}>
      <p>
        Made by {link.madeBy} <NearTime at={link.madeAt} now={now} />, for: {link.reason}. It leads nowhere
        any more from then on; all others stay as they are.
      </p>
      <Field
        name="why-end"
        label="Reason"
        required
        maxlength={REASON_MAX}
        fault={fault}
        hint="Kept in the audit log, with your name."
      />
      <div class="acts">
        <Submit tone="bad">End this link</Submit>
        <a class="btn" href={`${accountAddress(id)}/link`}>
          Leave it
        </a>
      </div>
    </Form>
  </Card>
);

/** What was just done; nothing where it is not so. */
export const Ended = ({ link, links }: { readonly link: number; readonly links: readonly MadeLink[] }) =>
  link > 0 && links.every((one) => one.id !== link) ? (
    <Say tone="ok" role="status" sentence={`Link ${grouped(link)} leads nowhere any more.`} />
  ) : (
    <></>
  );
