/** A member who writes gives an address: it stands in the place of the account's id. */
import type { App } from '../../src/app.ts';
import { execute, selectRows } from '../../src/db/query.ts';
import { importRows } from '../support/accounts.ts';
import { fact, record } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
let app: App;

beforeAll(async () => {
  installation = await install();
  app = installation.app;
  await importRows(app, [
    { id: 'solo' },
    { id: 'two-a', plan: 'plus' },
    { id: 'two-b', status: 'closed', trackedFrom: '2021-02-03T12:00:00Z' },
  ]);
  const moved = (id: string, email: string) =>
    fact(`moved-${id}`, id, '2021-02-04', 'account.contact-changed', { email });
  await record(app, [moved('two-a', 'Pair@Example.test'), moved('two-b', 'pair@example.test')]);
});

afterAll(() => installation.remove());

const run = (...args: readonly string[]) => runHere(['account', ...args], { app });
const NOW = ['--as-of', '2021-04-20T12:00:00Z'];

test.each([['show'], ['history'], ['explain'], ['forecast']])(
  'account %s takes an address, whatever its case, and answers as for the id',
  async (command) => {
    const flags = [...NOW, '--json'];
    const byId = await run(command, 'solo', ...flags);
    expect(byId.code).toBe(0);
    expect(await run(command, 'SOLO@example.TEST', ...flags)).toEqual(byId);
  },
);

test.each([['show'], ['history'], ['explain'], ['forecast']])(
  'account %s of an address that several accounts have lists them, and ends with 2',
  async (command) => {
    expect(await run(command, 'pair@example.test')).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'connects: 2 accounts have the address pair@example.test: ask for one by its id (several-accounts)',
        '  two-a: Freelancer Plus, active, here since 1 January 2021',
        '  two-b: Freelancer Basic, closed, here since 3 February 2021',
        '',
      ].join('\n'),
    });
  },
);

test.each([
  ['nobody has', 'nobody@example.test'],
  ['is only the beginning of one', 'solo@example.tes'],
  ['was changed for another', 'two-a@example.test'],
  ['holds signs that SQL takes for others', 'sol_@example.test'],
])('an address that %s is not found', async (_why, address) => {
  const { code, stdout, stderr } = await run('show', address);
  expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
  expect(stderr).toContain(`no account has the address ${address}`);
});

test('an address that was erased is not found; its account is', async () => {
  await importRows(app, [{ id: 'gone' }]);
  expect((await run('show', 'gone@example.test')).code).toBe(0);
  await execute(app.db, "UPDATE contacts SET email = NULL WHERE account_id = 'gone'");
  expect((await run('show', 'gone@example.test')).code).toBe(6);
  expect((await run('show', 'gone')).code).toBe(0);
});

test.each([['a@b@c'], ['jane doe@example.test'], ['@example.test'], ['jane@'], ['jäne@example.test']])(
  '%s is no address: usage',
  async (text) => {
    const { code, stderr } = await run('show', text);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('email address') });
  },
);

test('an address is looked up by an index', async () => {
  const [plan] = await selectRows<Record<string, unknown>>(
    app.db,
    "EXPLAIN SELECT account_id FROM contacts WHERE email = 'solo@example.test' LIMIT 21",
  );
  // MySQL tells it as a tree.
  expect(JSON.stringify(plan)).toMatch(/"key":"of_email"|lookup on contacts using of_email/);
});
