/** /livez, /readyz and /metrics on a port of their own: of a worker or scheduler, and of a console that is to be reached without them. */
import { Hono } from 'hono';
import type { App } from '../app.ts';
import { requiredPort } from '../config.ts';
import { answerUnknown } from './errors.ts';
import { securityHeaders } from './headers.ts';
import { answerThrown, healthPages } from './health-pages.ts';
import { type Listening, listen } from './listen.ts';

/** Listens on CONNECTS_CONSOLE_HOST and CONNECTS_HEALTH_PORT. */
export async function startHealth(app: App): Promise<Listening> {
  const port = requiredPort(app.config, 'healthPort');
  const { pages, stop } = healthPages(app);
  const all = new Hono();
  all.use(securityHeaders);
  all.route('/', pages);
  answerUnknown(all);
  all.onError((error, context) => answerThrown(app, context, error));
  return listen(all, { host: app.config.consoleHost, port }, stop);
}
