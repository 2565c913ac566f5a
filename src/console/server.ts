/** The console: one page for now. Due, last run, next tick, inbox. */
import { Hono } from 'hono';
import type { App } from '../app.ts';
import { requiredPort } from '../config.ts';
import { readToldLagMs } from '../reports/lag.ts';
import { findHold, mailHeldWords } from '../outbox/hold.ts';
import { readOverview } from '../reports/overview.ts';
import { answerError, answerUnknown } from './errors.ts';
import { eventsApi } from './events-api.ts';
import { answerThrown, healthPages } from './health-pages.ts';
import { type Listening, listen } from './listen.ts';
import { renderOverview } from './overview-page.ts';

export type Console = Listening;

/** Answered to the end: that is how it is known that this process is ending. */
const HEALTH = ['/livez', '/readyz', '/metrics'];

/** Listens on CONNECTS_CONSOLE_HOST and CONNECTS_CONSOLE_PORT (0 takes a free one). */
export async function startConsole(app: App): Promise<Console> {
  const port = requiredPort(app.config, 'consolePort');
  const pages = new Hono();
  pages.use(async (context, next) => {
    await next();
    context.header(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    );
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Cache-Control', 'no-store');
  });
  pages.use(async (context, next) => {
    if (!app.health.draining || HEALTH.includes(context.req.path)) return next();
    // Whoever asks again, over a new connection, asks another process.
    context.header('Connection', 'close');
    context.header('Retry-After', '1');
    return answerError(context, 503, 'This process is about to end. Try again in a moment.');
  });
  pages.get('/', async (context) => {
    // The database's part of the page must show also while Redis is away.
    const nextTickAt = await app.queue.findNextTick().catch(() => null);
    const inboxUrl = app.config.inboxUrl ?? null;
    // What the replica tells must show also while the primary is away.
    const replicaBehindMs = await readToldLagMs(app).catch(() => 'unknown' as const);
    const mailHold = await findHold(app.readDb);
    const mailHeld = mailHold ? mailHeldWords(mailHold) : null;
    const known = { nextTickAt, inboxUrl, replicaBehindMs, mailHeld };
    return context.html(renderOverview(await readOverview(app.readDb, known)));
  });
  pages.route('/v1/events', eventsApi(app));
  const health = healthPages(app);
  pages.route('/', health.pages);
  answerUnknown(pages);
  pages.onError((error, context) => answerThrown(app, context, error));
  return listen(pages, { host: app.config.consoleHost, port }, health.stop);
}
