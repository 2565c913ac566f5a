/** Every route × whoever asks × how: nobody, a viewer, an operator; from here, from elsewhere, without the token. */
import { DESCRIBED_ROUTES } from '../../../src/console/api/openapi.ts';
import { composeConsole } from '../../../src/console/server.ts';
import { type Listening, listen } from '../../../src/console/listen.ts';
import { localPath } from '../../../src/console/sign-in/local-path.ts';
import { type NamedRoute, listRoutes, may } from '../../../src/console/sign-in/rights.ts';
import { type Installation, install } from '../../support/installation.ts';
import { Client } from '../../support/console-client.ts';

let installation: Installation;
let served: Listening;
let routes: readonly NamedRoute[];

beforeAll(async () => {
  installation = await install();
  const { pages, stop } = composeConsole(installation.app);
  // One of which nobody says who may use it.
  for (const method of ['GET', 'POST']) pages.on(method, '/unmarked', (context) => context.text('inside'));
  routes = listRoutes(pages).filter((one) => one.path !== '/unmarked');
  served = await listen(pages, { host: '127.0.0.1', port: 0 }, stop);
});
afterAll(async () => {
  await served.stop();
  await installation.remove();
});

/** With 1 for every number and id, and the first of words that it names: `/emails/:id{[0-9]{1,15}}/:change{retry|suppress}`. */
const pathOf = (route: NamedRoute): string =>
  route.path.replaceAll(
    /:\w+(?:\{((?:[^{}]|\{[^}]*\})*)\})?/g,
    (_all, pattern = '') => /^[a-z-]+(?=\||$)/.exec(pattern as string)?.[0] ?? '1',
  );
const signedIn = (role: 'viewer' | 'operator') => Client.signedIn(installation, served.url, role);
const nobody = () => Client.nobody(served.url);

/** What happened, but for what a page says to who may use it. */
async function outcomeOf(route: NamedRoute, asked: Promise<Response>): Promise<string> {
  const answer = await asked;
  await answer.body?.cancel();
  const to = answer.headers.get('Location') ?? '';
  if (to.startsWith('/sign-in') && route.path !== '/sign-out') return 'asked to sign in';
  if (answer.status === 401 && route.who !== 'bearer' && route.path !== '/sign-in') return 'asked to sign in';
  if (answer.status === 403) return 'refused';
  return answer.status >= 500 ? `failed with ${answer.status}` : 'let in';
}

const askFor = (route: NamedRoute, client: Client): Promise<Response> =>
  route.method === 'GET' ? client.ask(pathOf(route)) : client.send(pathOf(route));

const EXPECTED = {
  anyone: { nobody: 'let in', viewer: 'let in', operator: 'let in' },
  'signed-link': { nobody: 'let in', viewer: 'let in', operator: 'let in' },
  bearer: { nobody: 'let in', viewer: 'let in', operator: 'let in' },
  viewer: { nobody: 'asked to sign in', viewer: 'let in', operator: 'let in' },
  operator: { nobody: 'asked to sign in', viewer: 'refused', operator: 'let in' },
} as const;

/** What is read below /v1 by operators alone, by path. */
const OPERATORS_READ = DESCRIBED_ROUTES.filter(
  (one) => one.method === 'get' && !one.roles.includes('viewer') && one.roles.includes('operator'),
).map((one) => one.path.replaceAll(/\{(\w+)\}/g, ':$1'));

function expectedOf({ who = 'operator', method, path }: NamedRoute): Readonly<Record<string, string>> {
  const isOperators = who === 'bearer' && method === 'GET' && OPERATORS_READ.includes(path);
  return isOperators ? { ...EXPECTED.bearer, viewer: 'refused' } : EXPECTED[who];
}

/** Server-sent events and probes go on, or look at more than the database. */
const isTried = ({ path }: NamedRoute): boolean => path !== '/live';

test('every route says who may use it', () => {
  expect(routes.length).toBeGreaterThan(8);
  expect(routes.filter((one) => one.who === undefined)).toEqual([]);
});

test('who may use a route is let in, and nobody else', async () => {
  const wrong: string[] = [];
  const three = async () => ({
    nobody: nobody(),
    viewer: await signedIn('viewer'),
    operator: await signedIn('operator'),
  });
  let clients = await three();
  for (const route of routes.filter(isTried)) {
    const expected = expectedOf(route);
    const asked = Object.entries(clients).map(async ([who, client]) => {
      const found = await outcomeOf(route, askFor(route, client));
      if (found !== expected[who]) wrong.push(`${route.method} ${route.path} as ${who}: ${found}`);
    });
    await Promise.all(asked);
    // It has ended their sessions.
    if (route.path === '/sign-out') clients = await three();
  }
  expect(wrong).toEqual([]);
  expect(OPERATORS_READ).toContain('/v1/accounts/:account/links');
});

describe('a change', () => {
  const changes = () => routes.filter((one) => one.method !== 'GET' && isTried(one) && one.who !== 'bearer');

  test.each<[what: string, headers: Record<string, string>]>([
    ['from another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['from another port of this host', { 'Sec-Fetch-Site': 'same-site', Origin: 'http://127.0.0.1:1' }],
    ['typed into the address bar', { 'Sec-Fetch-Site': 'none' }],
  ])('%s is refused', async (_what, headers) => {
    const operator = await signedIn('operator');
    const found = new Set<string>();
    for (const route of changes())
      found.add(await outcomeOf(route, operator.send(pathOf(route), {}, headers)));
    expect([...found]).toEqual(['refused']);
  });

  test('of a browser that says only its origin is taken from here alone', async () => {
    const operator = await signedIn('operator');
    const body = new URLSearchParams({ token: operator.token });
    const from = (origin: Record<string, string>) =>
      operator.ask('/password', { method: 'POST', body, headers: origin });
    expect((await from({ Origin: served.url.replace(/\/$/, '') })).status).toBe(422);
    expect((await from({ Origin: 'https://evil.example' })).status).toBe(403);
    expect((await from({ Origin: 'null' })).status).toBe(403);
    expect((await from({})).status).toBe(403);
  });

  test.each(['', 'x', 'another’s'])('with the token “%s” is refused', async (token) => {
    const operator = await signedIn('operator');
    const sent = token === 'another’s' ? (await signedIn('operator')).token : token;
    const found = new Set<string>();
    for (const route of changes().filter((one) => one.who === 'operator' || one.who === 'viewer'))
      found.add(await outcomeOf(route, operator.send(pathOf(route), { token: sent })));
    expect([...found]).toEqual(['refused']);
  });
});

test('what goes on by itself is sent to nobody who is not signed in', async () => {
  const streams = routes.filter((one) => !isTried(one));
  expect(streams.length).toBeGreaterThan(0);
  const asked = streams.map(async (route) => (await nobody().ask(pathOf(route))).status);
  expect(await Promise.all(asked)).toEqual(streams.map(() => 401));
});

test('a route without a mark is refused to everybody', async () => {
  for (const client of [nobody(), await signedIn('operator')]) {
    expect((await client.ask('/unmarked')).status).toBe(403);
    expect((await client.send('/unmarked')).status).toBe(403);
  }
});

test('a route that is not there is 404 to everybody, and says nothing of what is', async () => {
  expect((await nobody().ask('/nowhere')).status).toBe(404);
});

test('where one was going is kept for after signing in', async () => {
  const answer = await nobody().ask('/password?a=1&b=%2F');
  expect(answer.status).toBe(303);
  expect(answer.headers.get('Location')).toBe('/sign-in?to=%2Fpassword%3Fa%3D1%26b%3D%252F');
});

test.each([
  ['/runs/17?state=failed', '/runs/17?state=failed'],
  [undefined, '/'],
  ['', '/'],
  ['runs', '/'],
  ['https://evil.example/', '/'],
  ['//evil.example/', '/'],
  ['/\\evil.example', '/'],
  ['/.//evil.example', '/'],
  ['/%2e//evil.example', '/'],
  ['/a/../..//evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-out', '/'],
])('after signing in, %s leads to %s', (to, path) => {
  expect(localPath(to)).toBe(path);
});

test('a viewer sees, an operator changes, nobody does neither', () => {
  expect([may({ role: 'viewer' }, 'see'), may({ role: 'viewer' }, 'change')]).toEqual([true, false]);
  expect([may({ role: 'operator' }, 'see'), may({ role: 'operator' }, 'change')]).toEqual([true, true]);
  expect(may(undefined, 'see')).toBe(false);
});
