/** The console: one page for now. Due, last run, next tick, inbox. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { App } from '../app.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { messageOf } from '../errors.ts';
import { readOverview } from '../reports/overview.ts';
import { eventsApi } from './events-api.ts';
import { renderOverview } from './overview-page.ts';

export interface Console {
  readonly url: string;
  stop(): Promise<void>;
}

/** Listens on CONNECTS_CONSOLE_HOST and CONNECTS_CONSOLE_PORT (0 takes a free one). */
export async function startConsole(app: App): Promise<Console> {
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
  pages.get('/', async (context) => {
    // The database's part of the page must show also while Redis is away.
    const nextTickAt = await app.queue.findNextTick().catch(() => null);
    const inboxUrl = app.config.inboxUrl ?? null;
    return context.html(renderOverview(await readOverview(app.readDb, { nextTickAt, inboxUrl })));
  });
  pages.route('/v1/events', eventsApi(app));
  pages.get('/readyz', async (context) => {
    const faults = await readinessFaults(app);
    return context.json({ ready: faults.length === 0, faults }, faults.length === 0 ? 200 : 503);
  });
  pages.onError((error, context) => {
    app.log.warn({ code: 'console-error' }, error.message);
    context.header('Retry-After', '5');
    return context.text('The database cannot be reached right now. Try again in a moment.', 503);
  });
  const server = serve({
    fetch: pages.fetch,
    hostname: app.config.consoleHost,
    port: app.config.consolePort,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : app.config.consolePort;
  return {
    url: `http://${app.config.consoleHost}:${port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

/** What stands in the way of work; empty when ready. */
async function readinessFaults(app: App): Promise<string[]> {
  const checks: Record<string, () => Promise<unknown>> = {
    database: async () => {
      const pending = await pendingMigrations(app.db);
      if (pending.length > 0)
        throw new Error(`${pending.length} migrations are pending: run "connects migrate"`);
    },
    redis: () => app.queue.countSettling(),
  };
  const faults: string[] = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
    } catch (error) {
      faults.push(`${name}: ${messageOf(error)}`);
    }
  }
  return faults;
}
