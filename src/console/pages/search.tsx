/** The search of the top bar: one hit is gone to, several are listed. */
import type { Child } from 'hono/jsx';
import { type Found, search } from '../../reports/search.ts';
import { formatCount } from '../../words.ts';
import { accountAddress, addressOf, runAddress } from '../parts/addresses.ts';
import { Card } from '../parts/card.tsx';
import { StateChip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { grouped } from '../parts/numbers.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/times.tsx';
import { viewer } from '../sign-in/rights.ts';
import type { Site } from '../site.ts';

const SHOWN_MAX = 20;
/** As much as an email address may have. */
const ASKED_MAX = 254;

export function addSearchPages(site: Site): void {
  site.pages.get('/search', viewer, async (context) => {
    const asked = (context.req.query('q') ?? '').trim().slice(0, ASKED_MAX);
    const found = asked === '' ? NOTHING : await search(site.app.readDb, asked, SHOWN_MAX);
    const only = onlyHit(found, asked);
    if (only !== undefined) return context.redirect(only, 302);
    return site.render(
      context,
      { title: 'Search', sub: asked === '' ? undefined : <>for “{asked}”</> },
      <Hits asked={asked} found={found} />,
    );
  });
}

const NOTHING: Found = { accounts: [], more: false, run: null, event: null };

interface Hit {
  readonly what: string;
  readonly label: string;
  readonly href: string;
  readonly state: { readonly of: 'account' | 'run' | 'event'; readonly state: string };
  readonly more: Child;
}

/** Where there is one, or one whose name it is: who asks for `a1` is not asked whether he meant `a10`. */
function onlyHit(found: Found, asked: string): string | undefined {
  const hits = hitsOf(found);
  if (hits.length === 1 && !found.more) return hits[0]?.href;
  const exact = hits.filter(
    (hit) =>
      hit.what !== 'Account' || found.accounts.some((one) => one.account === asked && hit.label === asked),
  );
  return exact.length === 1 ? exact[0]?.href : undefined;
}

const hitsOf = ({ accounts, run, event }: Found): Hit[] => [
  ...(run
    ? [
        {
          what: 'Run',
          label: `Run ${formatCount(run.id)}, a ${run.kind}`,
          href: runAddress(run.id),
          state: { of: 'run', state: run.state } as const,
          more: <Time at={run.startedAt} />,
        },
      ]
    : []),
  ...(event
    ? [
        {
          what: 'Event',
          label: `${event.type} ${event.id}, of ${event.account}`,
          href: addressOf(accountAddress(event.account), { about: event.id }),
          state: { of: 'event', state: event.state } as const,
          more: <Time at={event.at} />,
        },
      ]
    : []),
  ...accounts.map((one) => ({
    what: 'Account',
    label: one.account,
    href: accountAddress(one.account),
    state: { of: 'account', state: one.status } as const,
    more: `${one.plan}, ${grouped(one.balance)} Connects`,
  })),
];

const COLUMNS: readonly Column<Hit>[] = [
  {
    title: 'Found',
    cell: (hit) => (
      <a class="link" href={hit.href}>
        {hit.label}
      </a>
    ),
  },
  { title: 'What', cell: (hit) => hit.what },
  { title: 'State', cell: (hit) => <StateChip {...hit.state} /> },
  { title: 'More', wide: true, cell: (hit) => <span class="q">{hit.more}</span> },
];

function Hits({ asked, found }: { readonly asked: string; readonly found: Found }) {
  const more = found.more ? (
    <a class="link" href={addressOf('/accounts', { q: asked })}>
      All of these accounts
    </a>
  ) : undefined;
  return (
    <Card bare footer={more}>
      <Table
        caption="What was found"
        columns={COLUMNS}
        rows={hitsOf(found)}
        empty={
          asked === '' ? (
            <Empty sentence="What are you looking for?">
              An account by its id or what it begins with, a run by its number, a member by the whole email
              address, or an event by its id.
            </Empty>
          ) : (
            <Empty sentence="Nothing was found.">
              Ids are case-sensitive; an email address is looked for whole. An address that was changed or
              erased is kept nowhere.
            </Empty>
          )
        }
      />
    </Card>
  );
}
