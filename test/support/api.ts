/** /v1 as a caller has it: over HTTP, with tokens of each role; every answer is held to the schema that describes it. */
import type { z } from 'zod';
import { DESCRIBED_ROUTES } from '../../src/console/api/openapi.ts';
import type { ApiRoute } from '../../src/console/api/route.ts';
import { type Console, startConsole } from '../../src/console/server.ts';
import { type TokenRole, TOKEN_ROLES } from '../../src/ledger/tokens.ts';
import { addToken } from '../../src/operations/upkeep/tokens.ts';
import { type Installation, type InstallationOptions, install } from './installation.ts';

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

export interface Api {
  readonly installation: Installation;
  readonly url: string;
  readonly tokens: Readonly<Record<TokenRole, string>>;
  /** As whoever has this token, or nobody. */
  send(method: string, path: string, options?: Sent): Promise<Answer>;
  /** As a viewer. @throws where the answer is not 200, or not what the description says */
  get<Body>(path: string): Promise<Body>;
  /** As an operator. @throws where the answer is of no good status, or not what the description says */
  post<Body>(path: string, body: object): Promise<Body>;
  remove(): Promise<void>;
}

interface Sent {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function serveApi(options: InstallationOptions = {}): Promise<Api> {
  const installation = await install({ ...options, env: { CONNECTS_CONSOLE_PORT: '0', ...options.env } });
  const served: Console = await startConsole(installation.app);
  const tokens = {} as Record<TokenRole, string>;
  for (const role of TOKEN_ROLES) {
    const request = { name: `of ${role}`, role, actor: 'test', reason: null };
    tokens[role] = (await addToken(installation.app, request)).secret;
  }

  async function send(method: string, path: string, { token, body, headers }: Sent = {}): Promise<Answer> {
    const response = await fetch(`${served.url.slice(0, -1)}${path}`, {
      method,
      headers: { ...headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      headers: response.headers,
    };
  }

  async function held<Body>(method: 'get' | 'post', path: string, sent: Sent): Promise<Body> {
    const { status, body } = await send(method.toUpperCase(), path, sent);
    const route = routeAt(method, path);
    if (!(route.statuses as readonly number[]).includes(status))
      throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    const parsed = (route.answer as z.ZodType).safeParse(body);
    if (!parsed.success)
      throw new Error(`${method} ${path}: ${parsed.error.message}\n${JSON.stringify(body, null, 2)}`);
    return body as Body;
  }

  return {
    installation,
    url: served.url,
    tokens,
    send,
    get: (path) => held('get', path, { token: tokens.viewer }),
    post: (path, body) => held('post', path, { token: tokens.operator, body }),
    remove: async () => {
      await served.stop();
      await installation.remove();
    },
  };
}

/** The described route that answers at this address; one that is written out goes before one with a parameter. */
export function routeAt(method: 'get' | 'post', path: string): ApiRoute {
  const [address = ''] = path.split('?');
  const fits = (route: ApiRoute): boolean =>
    route.method === method && new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(address);
  const found = DESCRIBED_ROUTES.filter(fits).toSorted(
    (a, b) => a.path.split('{').length - b.path.split('{').length,
  );
  const [first] = found;
  if (!first) throw new Error(`no route at ${method} ${address}`);
  return first;
}
