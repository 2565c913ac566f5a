/** Who may what: every route of /v1, by every role, with every method; and nothing changes where it is refused. */
import { DESCRIBED_ROUTES } from '../../../src/console/api/openapi.ts';
import type { ApiRole } from '../../../src/console/api/route.ts';
import { withdrawToken } from '../../../src/operations/upkeep/tokens.ts';
import { type Api, serveApi } from '../../support/api.ts';
import { countOf } from '../../support/state.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const PARAMETERS: Readonly<Record<string, string>> = { account: 'nobody' };

let api: Api;

beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.remove());

const paths = [...new Set(DESCRIBED_ROUTES.map((one) => one.path))];
const addressOf = (path: string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => PARAMETERS[name] ?? '999');

/** What this role may do there: the methods of the routes that name it. */
function statusExpected(path: string, method: string, role: ApiRole | undefined): number | 'let in' {
  const routes = DESCRIBED_ROUTES.filter((one) => one.path === path);
  const asked = method === 'HEAD' ? 'GET' : method;
  const route = routes.find((one) => one.method.toUpperCase() === asked);
  if (!route) return 405;
  if (role === undefined) return 401;
  return route.roles.includes(role) ? 'let in' : 403;
}

const changesKept = (): Promise<number> => countOf(api.installation.db, 'SELECT COUNT(*) FROM audit_log');

test.each(paths)('%s', async (path) => {
  const before = await changesKept();
  for (const role of [undefined, 'viewer', 'operator', 'ingest'] as const)
    for (const method of METHODS) {
      const token = role && api.tokens[role];
      const body = method === 'GET' || method === 'HEAD' ? undefined : {};
      const { status, headers } = await api.send(method, addressOf(path), { token, body });
      const expected = statusExpected(path, method, role);
      const told = expected === 'let in' && ![401, 403, 405, 500].includes(status) ? 'let in' : status;
      expect({ path, method, role, told }).toEqual({ path, method, role, told: expected });
      expect(headers.get('WWW-Authenticate')).toBe(status === 401 ? 'Bearer' : null);
      expect((headers.get('Allow') ?? '').split(', ')).not.toContain(method);
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
      expect(headers.get('Cache-Control')).toBe('no-store');
    }
  // Whoever was let in said nothing of what is to be changed, nor why.
  expect(await changesKept()).toBe(before);
});

test('a token that was revoked, or is none, is refused; a role is not read out of anything else', async () => {
  const { installation, tokens } = api;
  const row = await countOf(installation.db, "SELECT id FROM tokens WHERE name = 'of viewer'");
  expect((await api.send('GET', '/v1/runs', { token: tokens.viewer })).status).toBe(200);
  await withdrawToken(installation.app, { id: row, actor: 'test', reason: null });
  for (const token of [tokens.viewer, 'cnx_nonsense', ''])
    expect((await api.send('GET', '/v1/runs', { token })).status).toBe(401);
  const headers = { 'X-Role': 'operator', Cookie: 'role=operator' };
  expect((await api.send('GET', '/v1/runs', { headers })).status).toBe(401);
});

test('guesses count for every route of /v1 together; whoever signed in before goes on', async () => {
  const known = { token: api.tokens.operator };
  expect((await api.send('GET', '/v1/runs', known)).status).toBe(200);
  let status = 401;
  for (let guess = 0; guess < 100 && status === 401; guess += 1)
    ({ status } = await api.send('GET', '/v1/runs', { token: `cnx_guess${guess}` }));
  expect(status).toBe(429);
  const elsewhere = await api.send('POST', '/v1/events', { token: 'cnx_other', body: {} });
  expect(elsewhere).toMatchObject({ status: 429 });
  expect(elsewhere.headers.get('Retry-After')).toBe('60');
  expect((await api.send('GET', '/v1/runs', known)).status).toBe(200);
});
