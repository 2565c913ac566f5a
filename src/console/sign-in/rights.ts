/**
 * Who may use which route. Each says so by a mark before its handler: `pages.get('/runs', viewer, …)`,
 * `pages.post('/runs/:id/stop', operator, …)`. A route without a mark is refused to everybody.
 */
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { UserRole } from '../../ledger/users.ts';
import type { ConsoleEnv } from '../console-env.ts';

export type Who =
  /** Everybody, signed in or not. */
  | 'anyone'
  /** Whoever has a signed link: its page checks it. */
  | 'signed-link'
  /** Whoever has a token, which the route checks; to read, whoever is signed in, too. */
  | 'bearer'
  | UserRole;

interface Route {
  readonly method: string;
  readonly path: string;
  readonly handler: unknown;
}

const marks = new Map<unknown, Who>();

function mark(who: Who): MiddlewareHandler {
  const marker: MiddlewareHandler = (_context, next) => next();
  marks.set(marker, who);
  return marker;
}

export const anyone = mark('anyone');
export const signedLink = mark('signed-link');
export const bearer = mark('bearer');
export const viewer = mark('viewer');
export const operator = mark('operator');

/** What a person does: looks, or changes something. */
export type Action = 'see' | 'change';

const MAY: Readonly<Record<UserRole, readonly Action[]>> = { viewer: ['see'], operator: ['see', 'change'] };

/** For what a page shows or hides; that a route is refused is up to its mark alone. */
export const may = (user: { readonly role: UserRole } | undefined, action: Action): boolean =>
  user !== undefined && MAY[user.role].includes(action);

/** `none` where there is no such route; undefined where nobody said who may use it. */
export function whoMayAsk(context: Context): Who | 'none' | undefined {
  const [first, ...others] = matchedRoutes(context).filter(isHandled);
  if (!first) return 'none';
  return whoMay([first, ...others], first);
}

/** Of all routes, those that stand alone for one method. */
export const isHandled = ({ method }: Route): boolean => method !== 'ALL';

export const whoMay = (
  routes: readonly Route[],
  { method, path }: Pick<Route, 'method' | 'path'>,
): Who | undefined =>
  routes
    .filter((one) => one.method === method && one.path === path)
    .map((one) => marks.get(one.handler))
    .find((who) => who !== undefined);

export interface NamedRoute {
  readonly method: string;
  readonly path: string;
  readonly who: Who | undefined;
}

/** Every route once, with who may use it. */
export function listRoutes(pages: Hono<ConsoleEnv>): NamedRoute[] {
  const routes = pages.routes.filter(isHandled);
  const once = new Map(routes.map(({ method, path }) => [`${method} ${path}`, { method, path }]));
  return [...once.values()].map((one) => ({ ...one, who: whoMay(routes, one) }));
}
