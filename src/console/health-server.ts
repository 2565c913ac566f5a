/** /livez, /readyz and /metrics of a worker or scheduler that has no console in its process. */
import { Hono } from 'hono';
import type { App } from '../app.ts';
import { requiredPort } from '../config.ts';
import { answerError, answerUnknown } from './errors.ts';
import { healthPages, tellOfError } from './health-pages.ts';
import { type Listening, listen } from './listen.ts';

/** Listens on CONNECTS_CONSOLE_HOST and CONNECTS_HEALTH_PORT. */
export async function startHealth(app: App): Promise<Listening> {
  const port = requiredPort(app.config, 'healthPort');
  const { pages, stop } = healthPages(app);
  const all = new Hono();
  all.route('/', pages);
  answerUnknown(all);
  all.onError((error, context) => {
    tellOfError(app, error);
    return answerError(context, 503, 'The database cannot be reached right now.');
  });
  return listen(all, { host: app.config.consoleHost, port }, stop);
}
