/** /v1: what the console's pages show and do, as JSON, by the same reports and operations. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { App } from '../../app.ts';
import type { ConsoleEnv } from '../console-env.ts';
import { answerError } from '../errors.ts';
import type { RefusedSignIns } from '../refused-sign-ins.ts';
import { bearer } from '../sign-in/rights.ts';
import { answerFailure } from './failing.ts';
import { BODY_MAX, readBody, readParams, readQuery } from './requests.ts';
import { DESCRIBED_ROUTES } from './openapi.ts';
import type { ApiRoute, Caller } from './route.ts';
import { signedInBy } from './sign-in.ts';

const EXPECTED_TOKEN =
  'expected "Authorization: Bearer TOKEN" with a token of the role viewer or operator: see "connects tokens add NAME --role viewer"';

interface Env {
  Variables: ConsoleEnv['Variables'] & { caller: Caller };
}

/** To be mounted at the root: its routes have their whole paths. */
export function consoleApi(app: App, signIns: RefusedSignIns): Hono<Env> {
  const api = new Hono<Env>();
  for (const route of DESCRIBED_ROUTES) mount(api, route, { app, signIns });
  return api;
}

/** What has an id of letters, too. */
const NAMED_BY_TEXT: readonly string[] = ['account', 'event'];

/** `/v1/runs/:run{[0-9]+}`: of what is no number there is no route, and `/v1/backfills/plan` is another one. */
const honoPath = (path: string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    NAMED_BY_TEXT.includes(name) ? `:${name}` : `:${name}{[0-9]+}`,
  );

function mount(
  api: Hono<Env>,
  route: ApiRoute,
  { app, signIns }: { readonly app: App; readonly signIns: RefusedSignIns },
): void {
  const { method, roles, handle } = route;
  if (handle === undefined) return;
  const path = honoPath(route.path);
  // Not for every method: one that the route does not take is told so, token or not.
  api[method](path, bearer, async (context, next) => {
    const caller = await callerOf(context, { app, signIns });
    if (caller instanceof Response) return caller;
    if (!roles.includes(caller.role))
      return answerError(
        context,
        403,
        `${caller.actor} has the role ${caller.role}: expected ${roles.join(' or ')}`,
      );
    context.set('caller', caller);
    return next();
  });
  if (route.body !== undefined) api[method](path, limitBody());
  api[method](path, async (context) => {
    try {
      const call = {
        app,
        params: readParams(context, route),
        query: readQuery(context, route),
        body: await readBody(context, route),
        caller: context.get('caller'),
        key: context.req.header('Idempotency-Key'),
        signal: context.req.raw.signal,
      };
      const { json, status = route.statuses[0] } = await handle(call);
      return context.json(json as object, status ?? 200);
    } catch (error) {
      return answerFailure(context, error);
    }
  });
}

/** Whoever is signed in may look; all else takes a token. */
async function callerOf(
  context: Context<Env>,
  deps: { readonly app: App; readonly signIns: RefusedSignIns },
): Promise<Caller | Response> {
  const user = context.get('user');
  if (user) return { actor: user.name, role: user.role };
  const token = await signedInBy(deps, context, EXPECTED_TOKEN);
  return token instanceof Response ? token : { actor: `token ${token.name}`, role: token.role };
}

const limitBody = () =>
  bodyLimit({
    maxSize: BODY_MAX,
    onError: (context) => {
      // The rest of the body is not read, so the connection is of no use for another request.
      context.header('Connection', 'close');
      return answerError(context, 413, `expected at most ${BODY_MAX} bytes`);
    },
  });
