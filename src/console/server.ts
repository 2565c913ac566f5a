/** The console: composes what is served, and listens. */
import { Hono, type MiddlewareHandler } from 'hono';
import type { App } from '../app.ts';
import { requiredPort } from '../config.ts';
import { consoleApi } from './api/api.ts';
import { REPLICA_BEHIND } from './api/openapi.ts';
import { addAssets } from './assets/serve.ts';
import { answerUnknown } from './errors.ts';
import { eventsApi } from './events-api.ts';
import { answerFault } from './faults.ts';
import { securityHeaders } from './headers.ts';
import { answerThrown, healthPages } from './health-pages.ts';
import { type Listening, listen } from './listen.ts';
import { Live } from './live.ts';
import { addAccountPage } from './pages/account.tsx';
import { addAccountAdjust } from './pages/account-adjust.tsx';
import { addAccountLink } from './pages/account-link.tsx';
import { addAccountRecords } from './pages/account-records.tsx';
import { addAccountsPage } from './pages/accounts.tsx';
import { addAuditLogPages } from './pages/audit-log.tsx';
import { addBackfillPage } from './pages/backfill.tsx';
import { addNewBackfillPage } from './pages/backfill-new.tsx';
import { addBackfillsPage } from './pages/backfills.tsx';
import { addEmailPage } from './pages/email.tsx';
import { addEmailChangePages } from './pages/emails-change.tsx';
import { addEmailPages } from './pages/emails.tsx';
import { addMemberPages } from './pages/member.tsx';
import { addFailuresPages } from './pages/failures.tsx';
import { addOverviewPages } from './pages/overview.tsx';
import { addRunPages } from './pages/run.tsx';
import { addReversalPages } from './pages/run-reversal.tsx';
import { addSweepPages } from './pages/run-sweep.tsx';
import { addRunsPages } from './pages/runs.tsx';
import { addSearchPages } from './pages/search.tsx';
import { addSignInPages } from './pages/sign-in.tsx';
import { addTermsPages } from './pages/terms.tsx';
import { RefusedSignIns } from './refused-sign-ins.ts';
import { readBehind, renderPage } from './render.tsx';
import { readReplicaAge } from './replica-age.ts';
import { guard } from './sign-in/guard.ts';
import type { ConsoleEnv, Site } from './site.ts';

export type Console = Listening;

/** Answered to the end: that is how it is known that this process is ending. */
const HEALTH = ['/livez', '/readyz', '/metrics'];

/** Each adds the routes of one file of `pages`. */
const PAGES: readonly ((site: Site) => void)[] = [
  addOverviewPages,
  addSearchPages,
  addAccountsPage,
  addAccountPage,
  addAccountRecords,
  addAccountAdjust,
  addAccountLink,
  addEmailPages,
  addEmailChangePages,
  addEmailPage,
  addAuditLogPages,
  addTermsPages,
  addMemberPages,
  addBackfillsPage,
  addNewBackfillPage,
  addBackfillPage,
  addSignInPages,
  addRunsPages,
  addSweepPages,
  addRunPages,
  addReversalPages,
  addFailuresPages,
];

/** Listens on CONNECTS_CONSOLE_HOST and CONNECTS_CONSOLE_PORT (0 takes a free one). */
export async function startConsole(app: App): Promise<Console> {
  const port = requiredPort(app.config, 'consolePort');
  const { pages, stop } = composeConsole(app);
  return listen(pages, { host: app.config.consoleHost, port }, stop);
}

/** What a page says by its frame, an answer without one says by a header. */
const tellBehind =
  (app: App): MiddlewareHandler<ConsoleEnv> =>
  async (context, next) => {
    await next();
    const { req, res } = context;
    const isRead = req.method === 'GET' && res.status === 200;
    const isFile = res.headers.get('Content-Type')?.startsWith('text/csv') ?? false;
    if (!isRead || !(isFile || req.path.startsWith('/v1/'))) return;
    const age = await readReplicaAge(app);
    if (age !== null)
      context.header(REPLICA_BEHIND, age === 'unknown' ? age : String(Math.round(age / 1_000)));
  };

interface Composed {
  readonly pages: Hono<ConsoleEnv>;
  /** Ends what goes on by itself. */
  readonly stop: () => void;
}

/** All that is served, and listening nowhere yet. */
export function composeConsole(app: App): Composed {
  const pages = new Hono<ConsoleEnv>();
  pages.use(securityHeaders);
  pages.use(async (context, next) => {
    if (!app.health.draining || HEALTH.includes(context.req.path)) return next();
    // Whoever asks again, over a new connection, asks another process.
    context.header('Connection', 'close');
    context.header('Retry-After', '1');
    return answerFault(context, 503, 'This process is about to end. Try again in a moment.');
  });
  pages.use(guard(app));
  pages.use(tellBehind(app));
  addAssets(pages);
  const live = new Live({ pages, health: app.health });
  const signIns = new RefusedSignIns(app.clock);
  const ends: (() => void)[] = [];
  const site: Site = {
    app,
    pages,
    live,
    signIns,
    atEnd: (end) => void ends.push(end),
    render: (context, page, body) => renderPage(app, context, page, body),
  };
  // Of every page's frame, and not of any.
  live.add('replica', () => readBehind(app));
  for (const add of PAGES) add(site);
  pages.route('/v1/events', eventsApi(app, signIns));
  pages.route('/', consoleApi(app, signIns));
  const health = (app.config.healthPort ?? 0) === 0 ? healthPages(app) : undefined;
  if (health) pages.route('/', health.pages);
  answerUnknown(pages, answerFault);
  pages.onError((error, context) => answerThrown(app, context, error, answerFault));
  const stop = (): void => {
    live.stop();
    for (const end of ends) end();
    health?.stop();
  };
  return { pages, stop };
}
