/** A process that is told to stop: what it was asked before is answered, and nothing more is begun. */
import { startConsole } from '../../src/console/server.ts';
import { addToken } from '../../src/operations/upkeep/tokens.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';
import { holdRows } from '../support/liveness.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install({ env: { CONNECTS_CONSOLE_PORT: '0' } });
  await importRows(installation.app, numbered('a', 1));
});
afterAll(() => installation.remove());

it('finishes the requests under way, says that it is not ready, and takes no others', async () => {
  const { app, db } = installation;
  const pages = await startConsole(app);
  const { secret } = await addToken(app, { name: 'shop', role: 'ingest', actor: 'test', reason: null });
  const event = { id: 'e1', account: 'a-000', at: '2021-01-02T00:00:00Z', type: 'plan.upgraded' };
  const post = (): Promise<Response> =>
    fetch(`${pages.url}v1/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${secret}` },
      body: JSON.stringify(event),
    });
  // Somebody holds the account, so that the request lasts.
  const holder = await holdRows(installation, "SELECT id FROM accounts WHERE id = 'a-000' FOR UPDATE");
  let looks = 0;
  db.on('query', ({ sql }: { sql: string }) => (looks += sql.includes('SKIP LOCKED') ? 1 : 0));
  const posting = post();
  await until('the request waits for it', () => looks > 1);

  app.health.draining = true;
  expect((await fetch(`${pages.url}readyz`)).status).toBe(503);
  const refused = await post();
  expect([refused.status, refused.headers.get('connection')]).toEqual([503, 'close']);
  const stopped = pages.stop();
  await holder.release();
  expect((await posting).status).toBe(200);
  await stopped;
  await expect(post()).rejects.toThrow('fetch failed');
  expect(await countOf(db, 'SELECT COUNT(*) FROM events')).toBe(1);
});
