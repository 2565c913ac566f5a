/** Signing in and out in the browser's own words: forms, cookies, redirects. */
import { type Console, startConsole } from '../../../src/console/server.ts';
import { RefusedSignIns } from '../../../src/console/refused-sign-ins.ts';
import { execute } from '../../../src/db/query.ts';
import { addToken } from '../../../src/operations/upkeep/tokens.ts';
import { disableUser } from '../../../src/operations/upkeep/users.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { ManualClock } from '../../../scripts/stage/manual-clock.ts';
import { Client } from '../../support/console-client.ts';

const PASSWORD = 'a rather long sentence';

let installation: Installation;
let served: Console;
let nobody: Client;

beforeAll(async () => {
  installation = await install({ env: { CONNECTS_CONSOLE_PORT: '0' } });
  served = await startConsole(installation.app);
  nobody = Client.nobody(served.url);
});
afterAll(async () => {
  await served.stop();
  await installation.remove();
});

async function linkPath(...args: string[]): Promise<string> {
  const { stdout } = await runHere(['users', ...args], { app: installation.app });
  return new URL(stdout.trim()).pathname;
}

const passwordOf = { password: PASSWORD, again: PASSWORD };

async function signUp(name: string, role = 'operator'): Promise<void> {
  const answer = await nobody.send(await linkPath('add', name, '--role', role), passwordOf);
  expect(answer.status).toBe(303);
}

const cookiesOf = (answer: Response): readonly string[] => answer.headers.getSetCookie();
const sessionIn = (answer: Response): string =>
  /^__Host-connects=([^;]+)/.exec(cookiesOf(answer)[0] ?? '')?.[1] ?? '';

const asks = (session: string, path = '/password') =>
  nobody.ask(path, { headers: { Cookie: `__Host-connects=${session}` } });

test('a link asks for a password, twice, and signs in; it is used up by sending it, not by looking', async () => {
  const path = await linkPath('add', 'jane', '--role', 'operator');
  for (let look = 0; look < 2; look += 1) {
    const page = await nobody.read(path);
    expect(page).toContain('Choose a password, <strong>jane</strong>');
    expect(page).toContain('autocomplete="new-password"');
  }
  const differing = await nobody.send(path, { ...passwordOf, again: 'something else' });
  expect([differing.status, await differing.text()]).toEqual([422, expect.stringContaining('not the same')]);
  const short = await nobody.send(path, { password: 'short', again: 'short' });
  expect([short.status, await short.text()]).toEqual([422, expect.stringContaining('at least 12')]);
  const set = await nobody.send(path, passwordOf);
  expect([set.status, set.headers.get('Location')]).toEqual([303, '/']);
  expect((await asks(sessionIn(set))).status).toBe(200);
  const again = await nobody.send(path, passwordOf);
  expect([again.status, await again.text()]).toEqual([410, expect.stringContaining('was used')]);
  expect((await nobody.ask(path)).status).toBe(410);
  expect((await nobody.ask(`${path.slice(0, -1)}`)).status).toBe(410);
});

test('a link that only signs in has one button', async () => {
  await signUp('quick');
  const path = await linkPath('link', 'quick');
  expect(await nobody.read(path)).not.toContain('type="password"');
  const answer = await nobody.send(path);
  expect((await asks(sessionIn(answer))).status).toBe(200);
});

test('the cookie is for this host, https and no script alone; on the machine itself a second stands in', async () => {
  await signUp('cookie');
  const given = { name: 'cookie', password: PASSWORD };
  const here = cookiesOf(await nobody.send('/sign-in', given));
  expect(here).toEqual([
    expect.stringMatching(
      /^__Host-connects=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    ),
    expect.stringMatching(/^connects-local=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/),
  ]);
  const proxied = { Origin: 'https://c.example.org', 'Sec-Fetch-Site': 'same-origin' };
  expect(cookiesOf(await nobody.send('/sign-in', given, proxied))).toHaveLength(1);
  const plain = { Origin: 'http://c.example.org', 'Sec-Fetch-Site': 'same-origin' };
  const refused = await nobody.send('/sign-in', given, plain);
  expect([refused.status, cookiesOf(refused)]).toEqual([400, []]);
  expect(await refused.text()).toContain('Open this page over https');
  const [, local = ''] = /^connects-local=([^;]+)/.exec(here[1] ?? '') ?? [];
  expect((await nobody.ask('/password', { headers: { Cookie: `connects-local=${local}` } })).status).toBe(
    200,
  );
});

test('signing in leads where one was going, and to no other place', async () => {
  await signUp('going');
  const given = { name: 'going', password: PASSWORD };
  const to = async (path: string) =>
    (await nobody.send(`/sign-in?to=${encodeURIComponent(path)}`, given)).headers.get('Location');
  expect(await to('/password?x=1')).toBe('/password?x=1');
  expect(await to('//evil.example/')).toBe('/');
  expect(await nobody.read(`/sign-in?to=${encodeURIComponent('/"><script>')}`)).not.toContain('<script>');
});

test('a wrong name, a wrong password and a disabled user are refused in the same words', async () => {
  await signUp('known');
  await signUp('gone');
  await disableUser(installation.app, { name: 'gone', actor: 'test', reason: null });
  const tries = [
    { name: 'known', password: 'not the password' },
    { name: 'nobody', password: PASSWORD },
    { name: 'gone', password: PASSWORD },
    { name: 'Ünknown', password: PASSWORD },
    { name: '', password: '' },
  ];
  const answers = await Promise.all(tries.map((one) => nobody.send('/sign-in', one)));
  expect(answers.map((one) => one.status)).toEqual(tries.map(() => 401));
  expect(answers.flatMap(cookiesOf)).toEqual([]);
  expect(new Set(await Promise.all(answers.map((one) => one.text()))).size).toBe(1);
});

test('signing out ends the session, not only the cookie; so does a changed password everywhere else', async () => {
  await signUp('leaving');
  const given = { name: 'leaving', password: PASSWORD };
  const signIn = async () => sessionIn(await nobody.send('/sign-in', given));
  const [first, second] = [await signIn(), await signIn()];
  const as = (session: string) => Client.of(served.url, session);
  const out = await as(first).send('/sign-out');
  expect([out.status, out.headers.get('Location')]).toEqual([303, '/sign-in']);
  expect(cookiesOf(out)[0]).toMatch(/^__Host-connects=; Max-Age=0/);
  expect([(await asks(first)).status, (await asks(second)).status]).toEqual([303, 200]);
  const wrong = await as(second).send('/password', { ...passwordOf, present: 'not the present one' });
  expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining('not the present one')]);
  const third = await signIn();
  const next = 'another long sentence';
  const changed = await as(third).send('/password', { present: PASSWORD, password: next, again: next });
  expect(changed.status).toBe(303);
  const statuses = [second, third, sessionIn(changed)].map(async (one) => (await asks(one)).status);
  expect(await Promise.all(statuses)).toEqual([303, 303, 200]);
});

test('a session of which the database knows nothing more asks to sign in again; a change is told so', async () => {
  const client = await Client.signedIn(installation, served.url, 'operator');
  await execute(installation.db, 'DELETE FROM sessions');
  expect((await client.ask('/password')).headers.get('Location')).toBe('/sign-in?to=%2Fpassword');
  const answer = await client.send('/password', {});
  expect([answer.status, await answer.text()]).toEqual([
    401,
    expect.stringContaining('not signed in any more'),
  ]);
});

test('/v1 is read by whoever is signed in, and changed with a token only', async () => {
  const operator = await Client.signedIn(installation, served.url, 'operator');
  const read = async (client: Client) => (await client.ask('/v1/backfills')).status;
  expect([await read(operator), await read(nobody)]).toEqual([200, 401]);
  expect((await operator.send('/v1/backfills/1/pause', { reason: 'x' })).status).toBe(401);
  expect((await operator.send('/v1/events')).status).toBe(401);
  const of = { name: 'bearer', role: 'operator', actor: 'test', reason: null } as const;
  const { secret } = await addToken(installation.app, of);
  const headers = { Authorization: `Bearer ${secret}`, Origin: 'https://elsewhere.example' };
  const answer = await nobody.ask('/v1/events', { method: 'POST', body: '[]', headers });
  expect(answer.status).toBe(400);
});

test('whoever guesses the password of one name is answered 429; who signed in from there before goes on', async () => {
  const own = await startConsole(installation.app);
  const client = Client.nobody(own.url);
  await signUp('guessed');
  const signIn = async (password: string) =>
    (await client.send('/sign-in', { name: 'guessed', password })).status;
  const guesses: number[] = [];
  for (let guess = 0; guess < 12; guess += 1) guesses.push(await signIn(`not the password ${guess}`));
  expect(guesses).toEqual([...Array(10).fill(401), 429, 429]);
  const right = await client.send('/sign-in', { name: 'guessed', password: PASSWORD });
  expect([right.status, right.headers.get('Retry-After')]).toEqual([429, '900']);
  await own.stop();
});

test('refusals of one name are counted from wherever, for a quarter of an hour', () => {
  const clock = new ManualClock();
  const signIns = new RefusedSignIns(clock);
  for (let guess = 0; guess < 10; guess += 1) signIns.refused(`10.0.0.${guess}`, 'x', 'jane');
  const may = () => [signIns.mayTry('10.0.0.99', 'y', 'jane'), signIns.mayTry('10.0.0.99', 'y', 'john')];
  expect(may()).toEqual([false, true]);
  signIns.accepted('known');
  expect(signIns.mayTry('10.0.0.99', 'known', 'jane')).toBe(true);
  clock.pass(15 * 60_000);
  expect(may()).toEqual([true, true]);
});
