/** The search of the top bar: where one thing is meant, it goes there; else it lists what it found. */
import { startConsole } from '../../src/console/server.ts';
import type { Listening } from '../../src/console/listen.ts';
import { recordEvents } from '../../src/operations/events/record-events.ts';
import { importRows } from '../support/accounts.ts';
import { Client } from '../support/console-client.ts';
import { fact } from '../support/facts.ts';
import { type Installation, install } from '../support/installation.ts';
import { sweepAndSend } from '../support/sweeping.ts';

let installation: Installation;
let served: Listening;
let viewer: Client;
beforeAll(async () => {
  installation = await install({ env: { CONNECTS_CONSOLE_PORT: '0' } });
  const { app } = installation;
  await importRows(app, [
    { id: 'ann', email: 'ann@example.test' },
    { id: 'ann-2', email: 'ann@example.test' },
    { id: 'bob_1', email: 'bob@example.test' },
    { id: '1', email: 'one@example.test' },
  ]);
  await sweepAndSend(app);
  const event = fact('e-77', 'ann', '2021-01-02 10:00', 'plan.upgraded');
  await recordEvents(app.recordDeps, [event], 'digest');
  served = await startConsole(app);
  viewer = await Client.signedIn(installation, served.url, 'viewer');
});
afterAll(async () => {
  await served.stop();
  await installation.remove();
});

const ask = async (q: string): Promise<{ to: string | null; status: number; text: string }> => {
  const answer = await viewer.ask(`/search?q=${encodeURIComponent(q)}`);
  return { to: answer.headers.get('location'), status: answer.status, text: await answer.text() };
};

it.each([
  ['an id', ' bob_1 ', '/accounts/bob_1'],
  ['what an id begins with, where it is one', 'bo', '/accounts/bob_1'],
  ['an id that others begin with', 'ann', '/accounts/ann'],
  ['an address, whatever its case', 'BOB@example.test', '/accounts/bob_1'],
  ['a number that is a run alone', '#1', '/runs/1'],
  ['an event', 'e-77', '/accounts/ann?about=e-77'],
])('goes to %s', async (_what, q, to) => {
  expect(await ask(q)).toMatchObject({ status: 302, to });
});

it('lists whoever shares an address, and a run beside an account of the same name', async () => {
  const shared = await ask('ann@example.test');
  expect(shared.status).toBe(200);
  expect(shared.text).toContain('href="/accounts/ann"');
  expect(shared.text).toContain('href="/accounts/ann-2"');
  const both = await ask('1');
  expect(both.text).toContain('href="/runs/1"');
  expect(both.text).toContain('href="/accounts/1"');
});

it.each([
  ['nothing that is there', 'nobody'],
  ['an address of nobody', 'nobody@example.test'],
  ['what no id can be', 'jörg %_\\'],
  ['a number beyond all runs', '999999999999999'],
])('says that %s was not found, and what can be looked for', async (_what, q) => {
  const { status, text } = await ask(q);
  expect(status).toBe(200);
  expect(text).toContain('Nothing was found.');
});

it('shows what was asked as text, and asks back where nothing was', async () => {
  expect((await ask('<script>alert(1)</script>')).text).not.toContain('<script>alert');
  expect((await ask('  ')).text).toContain('What are you looking for?');
});
