/** Accounts: searched by id or address, and by what they have in common. */
import { emailField } from '../../domain/events/fields.ts';
import { ACCOUNT_STATUSES, type AccountStatus } from '../../domain/account.ts';
import { PLAN_NAMES, type PlanName } from '../../domain/terms.ts';
import {
  type AccountsAsked,
  type AccountsPage,
  type ListedAccount,
  readAccounts,
} from '../../reports/account-list.ts';
import { planTitle } from '../../reports/member-words.ts';
import { accountAddress, addressOf } from '../parts/addresses.ts';
import { Chip, StateChip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { Checkbox, Field, Form, Select, Submit } from '../parts/form.tsx';
import { grouped } from '../parts/numbers.tsx';
import { Pager } from '../parts/pager.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { DateOn } from '../parts/times.tsx';
import { viewer } from '../sign-in/rights.ts';
import type { Site } from '../site.ts';

const ROWS = 50;
/** Accounts that one page looks at, whatever is asked: what is rare is found by going on. */
const EXAMINED_MAX = 4_000;
const TEXT_MAX = 254;

export interface AccountsQuery {
  readonly q: string;
  readonly status: AccountStatus | undefined;
  readonly plan: PlanName | undefined;
  readonly putAside: boolean;
  readonly owed: boolean;
  readonly after: string | undefined;
}

export function addAccountsPage(site: Site): void {
  const { app, pages } = site;
  pages.get('/accounts', viewer, async (context) => {
    const query = readQuery(context.req.query());
    const fault = faultOf(query);
    const found =
      fault === undefined
        ? await readAccounts(app.readDb, askedOf(query), {
            after: query.after,
            limit: ROWS,
            examinedMax: EXAMINED_MAX,
          })
        : NOTHING;
    return site.render(
      context,
      {
        title: 'Accounts',
        section: 'accounts',
        sub: 'By id, by email address, or by what they have in common',
      },
      <>
        <Search query={query} fault={fault} />
        <section class="card">
          <Found query={query} found={found} />
        </section>
      </>,
    );
  });
}

const NOTHING: AccountsPage = { accounts: [], nextAfter: null, examined: 0 };

function readQuery({ q, status, plan, aside, owed, after }: Readonly<Record<string, string>>): AccountsQuery {
  return {
    q: (q ?? '').trim().slice(0, TEXT_MAX),
    status: ACCOUNT_STATUSES.find((one) => one === status),
    plan: PLAN_NAMES.find((one) => one === plan),
    putAside: aside === 'yes',
    owed: owed === 'yes',
    after: after === '' ? undefined : after?.slice(0, TEXT_MAX),
  };
}

function faultOf({ q }: AccountsQuery): string | undefined {
  if (q === '') return undefined;
  if (q.includes('@'))
    return emailField.safeParse(q).success
      ? undefined
      : 'Expected one whole address, such as jane@example.org.';
  return /^[A-Za-z0-9._-]{1,64}$/.test(q)
    ? undefined
    : 'Expected an id, what it begins with, or a whole email address.';
}

const askedOf = ({ q, status, plan, putAside, owed }: AccountsQuery): AccountsAsked => ({
  status,
  plan,
  putAside,
  owed,
  ...(q === '' ? {} : q.includes('@') ? { email: q } : { beginning: q }),
});

const Search = ({ query, fault }: { readonly query: AccountsQuery; readonly fault: string | undefined }) => (
  <section class="card">
    <div class="in">
      <Form action="/accounts" method="get" label="Search accounts" className="inline">
        <div class="grow">
          <Field
            name="q"
            type="search"
            label="Id, or email address"
            value={query.q}
            fault={fault}
            autocomplete="off"
            maxlength={TEXT_MAX}
          />
        </div>
        <Select
          name="status"
          label="Status"
          value={query.status ?? ''}
          options={[['', 'Any'], ...ACCOUNT_STATUSES.map((one): [string, string] => [one, capital(one)])]}
        />
        <Select
          name="plan"
          label="Plan"
          value={query.plan ?? ''}
          options={[['', 'Any'], ...PLAN_NAMES.map((one): [string, string] => [one, planTitle(one)])]}
        />
        <Checkbox name="aside" label="Put aside" checked={query.putAside} />
        <Checkbox name="owed" label="Owes Connects" checked={query.owed} />
        <Submit>Search</Submit>
      </Form>
    </div>
  </section>
);

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

const Found = ({ query, found }: { readonly query: AccountsQuery; readonly found: AccountsPage }) => (
  <>
    <Table
      caption="Accounts, by id"
      stacks
      columns={COLUMNS}
      rows={found.accounts}
      empty={<None query={query} found={found} />}
    />
    <footer>
      <Pager
        newer={query.after === undefined ? undefined : pageOf(query, undefined)}
        older={found.nextAfter === null ? undefined : pageOf(query, found.nextAfter)}
        words={['First', found.accounts.length < ROWS ? 'Look further' : 'Next']}
      >
        {found.nextAfter !== null && found.accounts.length < ROWS
          ? `${grouped(found.examined)} accounts looked at so far`
          : `${grouped(found.accounts.length)} shown`}
      </Pager>
    </footer>
  </>
);

const pageOf = ({ q, status, plan, putAside, owed }: AccountsQuery, after: string | undefined): string =>
  addressOf('/accounts', {
    q,
    status,
    plan,
    aside: putAside ? 'yes' : undefined,
    owed: owed ? 'yes' : undefined,
    after,
  });

function None({ query, found }: { readonly query: AccountsQuery; readonly found: AccountsPage }) {
  if (found.nextAfter !== null)
    return (
      <Empty
        sentence="None among those looked at so far."
        action={
          <a class="btn main" href={pageOf(query, found.nextAfter)}>
            Look further
          </a>
        }
      />
    );
  if (pageOf(query, undefined) === '/accounts')
    return (
      <Empty sentence="There are no accounts yet.">
        They come with their opening events, or are taken over:{' '}
        <span class="mono">connects accounts import</span>
      </Empty>
    );
  return (
    <Empty
      sentence="No account is like that."
      action={
        <a class="btn" href="/accounts">
          Show all
        </a>
      }
    >
      Ids are case-sensitive, and found by their beginning; addresses are found whole, whatever their case.
    </Empty>
  );
}

const COLUMNS: readonly Column<ListedAccount>[] = [
  {
    title: 'Account',
    cell: ({ account }) => (
      <a class="link mono id" href={accountAddress(account)}>
        {account}
      </a>
    ),
  },
  {
    title: 'Plan',
    cell: ({ plan, pendingPlan }) => (
      <>
        {planTitle(plan)}
        {pendingPlan === null ? '' : <span class="qq">, then {planTitle(pendingPlan)}</span>}
      </>
    ),
  },
  {
    title: 'Status',
    cell: ({ status, putAside }) => (
      <>
        <StateChip of="account" state={status} />
        {putAside === null ? (
          ''
        ) : (
          <>
            {' '}
            <Chip tone="bad" icon="bad">
              {putAside}
            </Chip>
          </>
        )}
      </>
    ),
  },
  { title: 'Connects', numeric: true, cell: ({ balance }) => grouped(balance) },
  { title: 'Owed', numeric: true, wide: true, cell: ({ owed }) => (owed === 0 ? '' : grouped(owed)) },
  {
    title: 'Next date',
    numeric: true,
    wide: true,
    cell: ({ nextCycleOn }) =>
      nextCycleOn === null ? <span class="qq">none</span> : <DateOn on={nextCycleOn} />,
  },
  { title: 'Zone', wide: true, cell: ({ zone }) => zone },
];
