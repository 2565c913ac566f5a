/** The audit log: who changed what, when and why, and what it was before. */
import { stringify } from 'csv-stringify/sync';
import { shownNow } from '../../db/query.ts';
import { type Instant, isLocalDate } from '../../domain/calendar.ts';
import { auditJson } from '../../json/audit-log.ts';
import type { AuditEntry, AuditFilter } from '../../ledger/audit-log.ts';
import { readChanges } from '../../reports/changes.ts';
import { addressOf } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { Field, Form, Select, Submit } from '../parts/form.tsx';
import { Pager } from '../parts/pager.tsx';
import { viewer } from '../sign-in/rights.ts';
import type { PageContext, Site } from '../site.ts';
import { AuditTable } from './audit-table.tsx';
import { ACTION_CHOICES } from './audit-words.ts';

const DAY_MS = 86_400_000;
const ROWS = 50;
const CSV_ROWS_MAX = 10_000;

/** As the address has it; dates are of UTC, both included. */
interface Asked {
  readonly actor: string | undefined;
  readonly action: string | undefined;
  readonly target: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export function addAuditLogPages(site: Site): void {
  const { app, pages } = site;
  pages.get('/audit-log', viewer, async (context) => {
    const asked = askedOf(context);
    const before = numberOf(context.req.query('before'));
    const [now, page] = [
      await shownNow(app.readDb),
      await readChanges(app.readDb, filterOf(asked), { limit: ROWS, before }),
    ];
    return site.render(
      context,
      {
        title: 'Audit log',
        section: 'audit-log',
        sub: 'Who changed what, and why. Nothing here can be edited.',
        actions: (
          <a class="btn" href={addressOf('/audit-log.csv', { ...asked })}>
            Download CSV
          </a>
        ),
      },
      <Card
        bare
        header={<Filters asked={asked} />}
        footer={
          <Pager
            newer={before === undefined ? undefined : addressOf('/audit-log', { ...asked })}
            older={
              page.nextBefore === null
                ? undefined
                : addressOf('/audit-log', { ...asked, before: page.nextBefore })
            }
            words={['Latest', page.rows.length === 0 ? 'Look further back' : 'Earlier']}
          >
            The newest first, times in UTC
          </Pager>
        }
      >
        <AuditTable rows={page.rows} now={now} none={noneWords(page.nextBefore !== null)} />
      </Card>,
    );
  });

  pages.get('/audit-log.csv', viewer, async (context) => {
    const page = await readChanges(app.readDb, filterOf(askedOf(context)), { limit: CSV_ROWS_MAX });
    context.header('Content-Disposition', 'attachment; filename="audit-log.csv"');
    return context.body(csvOf(page.rows), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
  });
}

function askedOf({ req }: PageContext): Asked {
  const text = (name: string): string | undefined => req.query(name)?.trim() || undefined;
  const date = (name: string): string | undefined => {
    const value = text(name);
    return value !== undefined && isLocalDate(value) ? value : undefined;
  };
  return {
    actor: text('actor'),
    action: text('action'),
    target: text('target'),
    from: date('from'),
    to: date('to'),
  };
}

const numberOf = (text: string | undefined): number | undefined =>
  /^\d{1,15}$/.test(text ?? '') ? Number(text) : undefined;

const filterOf = ({ from, to, ...rest }: Asked): AuditFilter => ({
  ...rest,
  since: from === undefined ? undefined : startOf(from),
  until: to === undefined ? undefined : startOf(to) + DAY_MS,
});

const startOf = (on: string): Instant => Date.parse(on);

const noneWords = (isMore: boolean): string =>
  isMore ? 'None among the rows looked at for this page: look further back.' : 'Fewer filters may show some.';

const Filters = ({ asked }: { readonly asked: Asked }) => (
  <Form action="/audit-log" method="get" className="inline" label="Filter the audit log">
    <Field
      name="actor"
      label="Who"
      value={asked.actor}
      maxlength={100}
      placeholder="Anyone"
      autocomplete="off"
    />
    <Select
      name="action"
      label="What"
      value={asked.action ?? ''}
      options={[['', 'Any action'], ...ACTION_CHOICES]}
    />
    <Field
      name="target"
      label="Of"
      value={asked.target}
      maxlength={120}
      placeholder="run:17, account:a1"
      autocomplete="off"
    />
    <Field name="from" label="From" type="date" value={asked.from} />
    <Field name="to" label="To" type="date" value={asked.to} />
    <Submit tone="plain">Filter</Submit>
  </Form>
);

const FIELDS = ['id', 'at', 'actor', 'action', 'target', 'run', 'reason', 'before', 'after'] as const;

/** As the command line's --csv has it: lists and objects stand in a cell as JSON. */
const csvOf = (rows: readonly AuditEntry[]): string =>
  stringify([
    [...FIELDS],
    ...rows.map((row) => {
      const told = auditJson(row);
      return FIELDS.map((name) => cellOf(told[name]));
    }),
  ]);

const cellOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
