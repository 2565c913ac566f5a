/**
 * Before every route: who asks, and whether that one may. What nobody marked is refused to everybody; every change has to
 * come from a page of ours, with the token of the session.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { App } from '../../app.ts';
import { asUnavailable } from '../../db/errors.ts';
import { isOutage } from '../../outage-log.ts';
import { type SignedIn, findSignedIn } from '../../operations/upkeep/sign-in.ts';
import { answerFault, wantsPage } from '../faults.ts';
import type { ConsoleEnv, PageContext } from '../console-env.ts';
import { readFrame } from '../render.tsx';
import { formTokenOf, hasFormToken } from './form-token.ts';
import { type Who, whoMayAsk } from './rights.ts';
import { isFromHere } from './same-origin.ts';
import { sessionOf } from './session-cookie.ts';

/** Forms hold lists of ids, and terms; events come by another door. */
const FORM_MAX_BYTES = 5 * 1024 * 1024;

const READS = ['GET', 'HEAD'];
const isRead = (context: Context): boolean => READS.includes(context.req.method);

const FOREIGN = 'this did not come from a page of this console: open it here, and send it again';
const STALE =
  'this form is of another sign-in, or of none: go back, load the page again, and send it once more';
const ENDED = 'you are not signed in any more: sign in, go back, and send it again';
const VIEWER = 'this takes an operator, and you are signed in as a viewer: ask an operator to do it';

export const guard =
  (app: App): MiddlewareHandler<ConsoleEnv> =>
  async (context, next) => {
    const who = whoMayAsk(context);
    context.set('readFrame', () => readFrame(app));
    if (who === 'none') return nameUser(app, context, next);
    if (who === undefined) return answerFault(context, 403, unmarked(context));
    if (who === 'bearer') return admitBearer(app, context, next);
    if (who === 'anyone' || who === 'signed-link') {
      if (!isRead(context) && !isFromHere(context)) return answerFault(context, 403, FOREIGN);
      return limited(context, next);
    }
    return admitUser(app, context, who, next);
  };

/** Nothing is there, so nothing is kept from anybody; the page that says so is within the frame of whoever asks. */
async function nameUser(app: App, context: PageContext, next: () => Promise<void>): Promise<void> {
  const session = wantsPage(context) ? sessionOf(context) : undefined;
  if (session !== undefined) {
    context.set('user', await whoHolds(app, context, session).catch(() => undefined));
    context.set('formToken', formTokenOf(session));
  }
  await next();
}

const unmarked = ({ req }: Context): string =>
  `nobody said who may use ${req.method} ${req.path}: src/console/sign-in/rights.ts says how`;

const limited = bodyLimit({
  maxSize: FORM_MAX_BYTES,
  onError: (context) => {
    context.header('Connection', 'close');
    return answerFault(context as PageContext, 413, `expected at most ${FORM_MAX_BYTES} bytes`);
  },
});

/** To read, a session will do; the route itself asks everybody else for a token. */
async function admitBearer(
  app: App,
  context: PageContext,
  next: () => Promise<void>,
): Promise<Response | void> {
  const session = sessionOf(context);
  const asksBySession = isRead(context) && context.req.header('Authorization') === undefined;
  if (asksBySession && session !== undefined) context.set('user', await whoHolds(app, context, session));
  return next();
}

async function admitUser(
  app: App,
  context: PageContext,
  who: Extract<Who, 'viewer' | 'operator'>,
  next: () => Promise<void>,
): Promise<Response | void> {
  const session = sessionOf(context);
  const user = session === undefined ? undefined : await whoHolds(app, context, session);
  if (session === undefined || user === undefined) return askToSignIn(context);
  context.set('user', user);
  context.set('formToken', formTokenOf(session));
  if (who === 'operator' && user.role !== 'operator') return answerFault(context, 403, VIEWER);
  if (isRead(context)) return next();
  if (!isFromHere(context)) return answerFault(context, 403, FOREIGN);
  return limited(context, async () => {
    if (await hasFormToken(context, session)) await next();
    else context.res = await answerFault(context, 403, STALE);
  });
}

function askToSignIn(context: PageContext): Response | Promise<Response> {
  if (!isRead(context) || !wantsPage(context)) return answerFault(context, 401, ENDED);
  const { pathname, search } = new URL(context.req.url);
  const to = `${pathname}${search}`;
  return context.redirect(to === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`, 303);
}

/** What a page asks by itself, while it is open, is no use of it. */
const isByItself = ({ req }: Context): boolean => (req.header('Accept') ?? '').includes('text/event-stream');

async function whoHolds(app: App, context: Context, session: string): Promise<SignedIn | undefined> {
  const isUse = !isByItself(context);
  try {
    return await findSignedIn(app, session, { isUse });
  } catch (error) {
    // Whoever is signed in sees what the replica tells while the primary is away.
    if (app.readDb === app.db || !isOutage(asUnavailable(error))) throw error;
    return findSignedIn({ db: app.readDb }, session, { isUse: false });
  }
}
