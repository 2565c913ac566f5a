/** /livez, /readyz and /metrics of a worker or scheduler that has no console in its process. */
import { Hono } from 'hono';
import type { App } from '../app.ts';
import { healthPages, tellOfError } from './health-pages.ts';
import { type Listening, listen } from './listen.ts';

/** Listens on CONNECTS_CONSOLE_HOST and CONNECTS_HEALTH_PORT. */
export async function startHealth(app: App): Promise<Listening> {
  const { pages, stop } = healthPages(app);
  const all = new Hono();
  all.route('/', pages);
  all.onError((error, context) => {
    tellOfError(app, error);
    return context.text('The database cannot be reached right now.', 503);
  });
  return listen(all, { host: app.config.consoleHost, port: app.config.healthPort }, stop);
}
