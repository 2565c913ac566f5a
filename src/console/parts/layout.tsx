/** The document around every page: sidebar, top bar, heading. */
import type { Child } from 'hono/jsx';
import type { Instant } from '../../domain/calendar.ts';
import { CODE, STYLES } from '../assets/serve.ts';
import { BADGE_MAX } from '../../reports/badges.ts';
import type { ReplicaAge } from '../replica-age.ts';
import { formatAge } from '../../words.ts';
import type { Frame } from '../console-env.ts';
import type { Crumb, Page, Section, SignedIn } from '../site.ts';
import { Icon, type IconName, Symbols } from './icons.tsx';
import { grouped, upTo } from './numbers.tsx';
import { Say } from './say.tsx';
import { Clock } from './times.tsx';

interface NavLine {
  readonly section: Section;
  readonly label: string;
  readonly href: string;
  readonly icon: IconName;
  readonly tone?: 'bad' | 'warn';
}

export const NAV: readonly NavLine[] = [
  { section: 'overview', label: 'Overview', href: '/', icon: 'home' },
  { section: 'runs', label: 'Runs', href: '/runs', icon: 'runs' },
  { section: 'failures', label: 'Failures', href: '/failures', icon: 'bad', tone: 'bad' },
  { section: 'accounts', label: 'Accounts', href: '/accounts', icon: 'account' },
  { section: 'backfills', label: 'Backfills', href: '/backfills', icon: 'fill' },
  { section: 'emails', label: 'Emails', href: '/emails', icon: 'mail', tone: 'warn' },
  { section: 'audit-log', label: 'Audit log', href: '/audit-log', icon: 'log' },
  { section: 'terms', label: 'Terms', href: '/terms', icon: 'terms' },
];

interface LayoutProps extends Frame {
  readonly page: Page;
  readonly user: SignedIn | undefined;
  readonly formToken: string | undefined;
  /** What was searched for last. */
  readonly searched?: string | undefined;
  readonly children?: Child;
}

export const Layout = (props: LayoutProps) => (
  <html lang="en">
    <Head title={props.page.title} />
    <body>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Symbols />
      <div class="frame">
        <Side {...props} />
        <div>
          <Top {...props} />
          <main class="page" id="main">
            <Heading page={props.page} />
            {props.replicaAge === undefined ? (
              ''
            ) : (
              <div class="stack" data-live="/live/replica">
                <Behind age={props.replicaAge} />
              </div>
            )}
            {props.children}
          </main>
        </div>
      </div>
    </body>
  </html>
);

/** What is shown is of then; without a word, whoever is due would be taken to be so now. */
export function Behind({ age }: { readonly age: ReplicaAge }) {
  if (age === null) return <></>;
  const what =
    age === 'unknown'
      ? 'How far the replica of READ_DATABASE_URL is behind is not known, because the primary cannot be asked.'
      : `The replica of READ_DATABASE_URL is ${formatAge(age / 1_000)} behind: this page is as of then.`;
  return <Say tone="warn" sentence={what} />;
}

/** For pages without the frame, too: signing in, a member's. */
export const Head = ({ title }: { readonly title: string }) => (
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>{title === 'Connects' ? title : `${title} · Connects`}</title>
    <link rel="icon" href={ICON} />
    <link rel="stylesheet" href={STYLES.address} />
    <script src={CODE.address} defer></script>
  </head>
);

/** Of the tab. */
export const ICON =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="12" cy="16" r="9" fill="#2f9b67"/>' +
      '<circle cx="20" cy="16" r="9" fill="none" stroke="#2f9b67" stroke-width="2.5"/></svg>',
  );

/** The sign. */
export const Mark = () => (
  <svg viewBox="0 0 32 32" aria-hidden="true">
    <circle class="m1" cx="12" cy="16" r="9" />
    <circle class="m2" cx="20" cy="16" r="9" />
  </svg>
);

/** The sign and the name. */
export const Brand = ({ href }: { readonly href: string }) => (
  <a class="brand" href={href}>
    <Mark />
    Connects
  </a>
);

const Side = ({ page, user, formToken, badges }: LayoutProps) => (
  <aside class="side" aria-label="Sidebar">
    <Brand href="/" />
    <nav class="nav" aria-label="Console">
      {NAV.map((line) => (
        <a href={line.href} aria-current={line.section === page.section ? 'page' : undefined}>
          <Icon name={line.icon} />
          {line.label}
          <Badge section={line.section} count={badges[line.section] ?? 0} tone={line.tone} />
        </a>
      ))}
    </nav>
    {user === undefined ? '' : <Who user={user} formToken={formToken} />}
  </aside>
);

interface BadgeProps extends Pick<NavLine, 'section'> {
  readonly count: number;
  readonly tone: NavLine['tone'] | undefined;
}

/** Of those that are put aside all are counted. */
function Badge({ section, count, tone }: BadgeProps) {
  if (count === 0) return <></>;
  const told = section === 'failures' ? grouped(count) : upTo(count, BADGE_MAX);
  return <b class={tone === undefined ? 'badge' : `badge ${tone}`}>{told}</b>;
}

const Who = ({ user, formToken }: { readonly user: SignedIn; readonly formToken: string | undefined }) => (
  <div class="who">
    {user.name}
    <br />{' '}
    <span class="qq">
      <span class="p2">{user.role}</span> ·{' '}
    </span>
    <a class="link" href="/password">
      password
    </a>
    <span class="qq"> · </span>
    <form action="/sign-out" method="post">
      <input type="hidden" name="token" value={formToken ?? ''} />
      <button type="submit" class="link">
        sign out
      </button>
    </form>
  </div>
);

const Top = ({ page, now, searched }: LayoutProps) => (
  <header class="top">
    <form class="find" action="/search" method="get" role="search">
      <Icon name="find" />
      <input
        type="search"
        name="q"
        value={searched}
        aria-label="Search for an account, a run, an email address or an event"
        placeholder="Account, run, email or event"
        maxlength={200}
        autocomplete="off"
        spellcheck={false}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
    {page.live ? <LiveBar now={now} /> : <div class="live">{now === undefined ? '' : <AsOf at={now} />}</div>}
  </header>
);

const AsOf = ({ at }: { readonly at: Instant }) => (
  <span class="qq num">
    as of <Clock at={at} />
  </span>
);

/** Without script nothing goes on by itself: the script says that it does, and shows the button. */
const LiveBar = ({ now }: { readonly now: Instant | undefined }) => (
  <div class="live" data-live-bar>
    <span class="dot" hidden></span>
    <span data-live-word>As of</span>
    <span class="qq num">{now === undefined ? <time></time> : <Clock at={now} />}</span>
    <button type="button" class="btn small" hidden>
      Pause
    </button>
  </div>
);

const Heading = ({ page }: { readonly page: Page }) => (
  <div class="head">
    {page.crumbs === undefined ? '' : <Crumbs crumbs={page.crumbs} />}
    <h1>
      {page.title}
      {page.chip === undefined ? '' : <> {page.chip}</>}
    </h1>
    {page.actions === undefined ? '' : <div class="acts">{page.actions}</div>}
    {page.sub === undefined ? '' : <p class="sub">{page.sub}</p>}
  </div>
);

const Crumbs = ({ crumbs }: { readonly crumbs: readonly Crumb[] }) => (
  <nav class="crumb" aria-label="Where this is">
    <ol>
      {crumbs.map(({ label, href }) => (
        <li>
          {href === undefined ? (
            <span aria-current="page">{label}</span>
          ) : (
            <a class="link" href={href}>
              {label}
            </a>
          )}
        </li>
      ))}
    </ol>
  </nav>
);
