/** What every answer of the console tells a browser, and that what a page asks for is there. */
import { type AddressInfo, createServer } from 'node:net';
import { startConsole } from '../../src/console/server.ts';
import { startHealth } from '../../src/console/health-server.ts';
import type { Listening } from '../../src/console/listen.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { Client } from '../support/console-client.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
let served: Listening;
beforeAll(async () => {
  installation = await install({ env: { CONNECTS_CONSOLE_PORT: '0' } });
  served = await startConsole(installation.app);
});
afterAll(async () => {
  await served.stop();
  await installation.remove();
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  fetch(`${served.url}${path}`, { headers, method, redirect: 'manual' });
const BROWSER = { Accept: 'text/html,application/xhtml+xml' };

const expectSafe = (answer: Response): void => {
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("style-src 'self'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('referrer-policy')).toBe('same-origin');
  expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(answer.headers.get('permissions-policy')).toContain('camera=()');
};

it.each([
  ['a page', '', 'GET'],
  ['what is not there', 'nowhere', 'GET'],
  ['another method', '', 'DELETE'],
  ['the API without a token', 'v1/events', 'POST'],
  ['another method of the API', 'v1/events', 'GET'],
  ['what is not there in the API', 'v1/nothing', 'GET'],
  ['live', 'livez', 'GET'],
  ['ready', 'readyz', 'GET'],
  ['metrics', 'metrics', 'GET'],
])('%s carries them, and is not kept', async (_what, path, method) => {
  for (const headers of [BROWSER, {}]) {
    const answer = await get(path, headers, method);
    expectSafe(answer);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    await answer.text();
  }
});

it('tells browsers to come over https alone where they did, and only there', async () => {
  const over = async (proto: string): Promise<string | null> =>
    (await get('', { 'X-Forwarded-Proto': proto })).headers.get('strict-transport-security');
  expect(await over('https')).toBe('max-age=31536000');
  expect(await over('http')).toBeNull();
});

it('links a stylesheet and a script by their hash, which may be kept for good', async () => {
  const page = await (await Client.signedIn(installation, served.url, 'viewer')).read('/');
  const [, styles = ''] = /<link rel="stylesheet" href="\/([^"]+)"/.exec(page) ?? [];
  const [, script = ''] = /<script src="\/([^"]+)"/.exec(page) ?? [];
  expect(styles).toMatch(/^assets\/console-[0-9a-f]{16}\.css$/);
  expect(script).toMatch(/^assets\/console-[0-9a-f]{16}\.js$/);
  for (const [path, type] of [
    [styles, 'text/css; charset=utf-8'],
    [script, 'text/javascript; charset=utf-8'],
  ] as const) {
    const answer = await get(path);
    expectSafe(answer);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await answer.text()).length).toBeGreaterThan(1_000);
  }
  expect(page).not.toMatch(/<style|style="|onclick=|<script>/);
});

it('tells a browser of an error on a page, and a program in JSON', async () => {
  const missing = await get('nowhere', BROWSER);
  expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8']);
  expect(await missing.text()).toContain('There is no /nowhere.');
  const refused = await get('', BROWSER, 'DELETE');
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  expect(await refused.text()).toContain('<h1>Not possible here');
  expect(await (await get('nowhere')).json()).toEqual({ error: 'there is no /nowhere' });
  expect(await (await get('v1/nothing', BROWSER)).json()).toEqual({ error: 'there is no /v1/nothing' });
});

it('says on a page that it cannot be shown while the database is away, and while it is about to end', async () => {
  const hangsUp = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => hangsUp.listen(0, '127.0.0.1', resolve));
  const { port } = hangsUp.address() as AddressInfo;
  const env = { ...installation.env, DATABASE_URL: `mysql://nobody:x@127.0.0.1:${port}/none` };
  const away = composeApp(parseConfig(env), systemClock, silentLog);
  const pages = await startConsole(away);
  // Whose session this is cannot be asked, either.
  const asked = await fetch(pages.url, { headers: { ...BROWSER, Cookie: '__Host-connects=x' } });
  expectSafe(asked);
  expect(asked.status).toBe(503);
  expect(await asked.text()).toMatch(
    /<h1>Not available right now[\s\S]*The database cannot be reached right now/,
  );
  away.health.draining = true;
  const ending = await fetch(pages.url, { headers: BROWSER });
  expect([ending.status, ending.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await ending.text()).toContain('This process is about to end');
  await pages.stop();
  await away.close();
  hangsUp.close();
});

it('answers for its health elsewhere where it is told to, and no more here', async () => {
  const env = { ...installation.env, CONNECTS_HEALTH_PORT: '1' };
  // Any number says that it is asked for; 0 takes a free one once it listens.
  const config = parseConfig(env);
  const apart = composeApp(config, systemClock, silentLog);
  const pages = await startConsole(apart);
  for (const path of ['livez', 'readyz', 'metrics'])
    expect((await fetch(`${pages.url}${path}`)).status).toBe(404);
  await pages.stop();
  await apart.close();
  const own = composeApp({ ...config, healthPort: 0 }, systemClock, silentLog);
  const health = await startHealth(own);
  for (const path of ['livez', 'metrics', 'nowhere']) expectSafe(await fetch(`${health.url}${path}`));
  await health.stop();
  await own.close();
});
