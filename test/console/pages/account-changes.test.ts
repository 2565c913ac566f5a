/** What operators change on an account's page: a correction, shown before it is done; a link for the member. */
import { type Console, startConsole } from '../../../src/console/server.ts';
import { selectRows } from '../../../src/db/query.ts';
import { importRows } from '../../support/accounts.ts';
import { Client } from '../../support/console-client.ts';
import { type Installation, install } from '../../support/installation.ts';

const WHO = 'talent-1';
let installation: Installation;
let console_: Console;
let operator: Client;
let viewer: Client;

beforeAll(async () => {
  installation = await install({
    env: {
      CONNECTS_CONSOLE_PORT: '0',
      CONNECTS_MEMBER_URL: 'https://connects.example.test',
      CONNECTS_MEMBER_SECRET: 's'.repeat(44),
    },
  });
  // No boundary of its own is near, whatever day it is.
  await importRows(installation.app, [
    { id: WHO, openingBalance: 195, trackedFrom: yesterday(), anchorOn: daysAgo(14).slice(0, 10) },
  ]);
  console_ = await startConsole(installation.app);
  operator = await Client.signedIn(installation, console_.url, 'operator');
  viewer = await Client.signedIn(installation, console_.url, 'viewer');
});

afterAll(async () => {
  await console_.stop();
  await installation.remove();
});

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
const yesterday = (): string => daysAgo(1);

const textOf = (html: string): string =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const balance = async (): Promise<number> => {
  const [row] = await selectRows<{ balance: number }>(
    installation.db,
    'SELECT balance FROM accounts WHERE id = ?',
    [WHO],
  );
  return row?.balance ?? -1;
};

/** The hidden fields of the form that leads on. */
const fieldsOf = (html: string, label: string): Record<string, string> => {
  const form = new RegExp(`<form[^>]*aria-label="${label}"[^>]*>([^]*?)</form>`).exec(html)?.[1] ?? '';
  return Object.fromEntries(
    [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );
};

const open = (): Promise<string> => operator.read(`/accounts/${WHO}/adjust`);

/** Fills the form in and asks what it would do. */
async function preview(change: Record<string, string>): Promise<Response> {
  const fields = fieldsOf(await open(), 'Correction');
  return operator.send(`/accounts/${WHO}/adjust`, {
    ...fields,
    kind: 'add',
    reason: 'charged twice',
    ...change,
  });
}

test('a correction says what it would do, and does it once it is confirmed, once', async () => {
  const before = await balance();
  const shown = await (await preview({ amount: '12' })).text();
  expect(textOf(shown)).toContain(`12 Connects would be added to ${WHO}: ${before} becomes ${before + 12}.`);
  expect(textOf(shown)).toContain('The member reads “Correction: charged twice” in Connects History.');
  expect(textOf(shown)).toContain(`${before + 12 - 200} expire and 10 are added: 210 then.`);
  expect(await balance()).toBe(before);

  const fields = fieldsOf(shown, 'Do it');
  const done = await operator.send(`/accounts/${WHO}/adjust`, fields);
  expect(done.status).toBe(303);
  expect(await balance()).toBe(before + 12);
  const again = await operator.send(`/accounts/${WHO}/adjust`, fields);
  expect(again.headers.get('location')).toBe(done.headers.get('location'));
  expect(await balance()).toBe(before + 12);

  const page = textOf(await operator.read((done.headers.get('location') ?? '').split('#')[0] ?? ''));
  expect(page).toContain(`Correction: charged twice +12 ${before + 12} close`);
  expect(page).toContain('your balance was corrected by +12 (charged twice)');
});

test('it stands in the audit log with who, why, before and after', async () => {
  const before = await balance();
  const shown = await (await preview({ kind: 'take', amount: '2', reason: 'given twice' })).text();
  expect(textOf(shown)).toContain(`2 Connects would be taken from ${WHO}`);
  await operator.send(`/accounts/${WHO}/adjust`, fieldsOf(shown, 'Do it'));
  const [row] = await selectRows<{ actor: string; reason: string; before_is: string; after_is: string }>(
    installation.db,
    "SELECT actor, reason, before_is, after_is FROM audit_log WHERE action = 'balance.adjusted' ORDER BY id DESC LIMIT 1",
  );
  expect(row).toMatchObject({ actor: operator.name, reason: 'given twice' });
  expect(JSON.parse(row?.before_is ?? '')).toMatchObject({ balance: before });
  expect(JSON.parse(row?.after_is ?? '')).toMatchObject({ balance: before - 2 });
});

test('what cannot be posted is told beforehand, and not posted', async () => {
  const before = await balance();
  const shown = await (await preview({ kind: 'take', amount: '9999' })).text();
  expect(textOf(shown)).toContain('This would not be posted. The balance would go below zero');
  expect(shown).not.toContain('aria-label="Do it"');
  const forced = await operator.send(`/accounts/${WHO}/adjust`, {
    ...fieldsOf(await open(), 'Correction'),
    kind: 'take',
    amount: '9999',
    reason: 'x',
    step: 'do',
  });
  expect(forced.status).toBe(422);
  expect(await balance()).toBe(before);
});

test.each([
  [{ amount: '0' }, 'f-amount'],
  [{ amount: '1.5' }, 'f-amount'],
  [{ amount: '' }, 'f-amount'],
  [{ amount: '5', reason: ' ' }, 'f-reason'],
  [{ amount: '5', reason: 'two\nlines' }, 'f-reason'],
  [{ amount: '5', kind: 'set' }, 'f-kind'],
])('%j is not taken, and the fault leads to its field', async (change, field) => {
  const answer = await preview(change as unknown as Record<string, string>);
  expect(answer.status).toBe(422);
  const html = await answer.text();
  expect(html).toContain(`href="#${field}"`);
  expect(html).toMatch(new RegExp(`id="${field}"[^>]*aria-invalid="true"`));
});

test('a viewer neither sees nor sends it; nobody sends it from elsewhere', async () => {
  const page = await viewer.read(`/accounts/${WHO}`);
  expect(page).not.toContain('Adjust balance');
  expect((await viewer.ask(`/accounts/${WHO}/adjust`)).status).toBe(403);
  const before = await balance();
  const fields = {
    ...fieldsOf(await open(), 'Correction'),
    kind: 'add',
    amount: '5',
    reason: 'x',
    step: 'do',
  };
  expect((await viewer.send(`/accounts/${WHO}/adjust`, { ...fields, token: viewer.token })).status).toBe(403);
  const elsewhere = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
  expect((await operator.send(`/accounts/${WHO}/adjust`, fields, elsewhere)).status).toBe(403);
  expect((await operator.send(`/accounts/${WHO}/adjust`, { ...fields, token: 'x' })).status).toBe(403);
  expect(await balance()).toBe(before);
});

test('a link to the member’s page is shown once, and opens it', async () => {
  const html = await operator.read(`/accounts/${WHO}/link`);
  const fields = fieldsOf(html, 'Make a link');
  const answer = await operator.send(`/accounts/${WHO}/link`, {
    ...fields,
    days: '7',
    reason: 'ticket 4711',
  });
  expect(answer.status).toBe(200);
  const made = await answer.text();
  const address = /value="(https:\/\/connects\.example\.test\/m\/[^"]*)"/.exec(made)?.[1] ?? '';
  const member = Client.nobody(console_.url);
  expect(textOf(await member.read(new URL(address).pathname))).toContain('Memberships');
  const [row] = await selectRows<{ actor: string; reason: string }>(
    installation.db,
    "SELECT actor, reason FROM audit_log WHERE action = 'account.link'",
  );
  expect(row).toEqual({ actor: operator.name, reason: 'ticket 4711' });
  const without = await operator.send(`/accounts/${WHO}/link`, { ...fields, days: '400', reason: '' });
  expect(without.status).toBe(422);
  const revoke = fieldsOf(html, 'Take all links back');
  expect((await operator.send(`/accounts/${WHO}/link/revoke`, { ...revoke, why: ' ' })).status).toBe(422);
  expect((await member.ask(new URL(address).pathname)).status).toBe(200);
  const done = await operator.send(`/accounts/${WHO}/link/revoke`, { ...revoke, why: 'to a stranger' });
  expect(textOf(await operator.read(done.headers.get('location') as string))).toMatch(
    /No link that was made before .* leads anywhere any more\..*Taken back last on/,
  );
  expect((await member.ask(new URL(address).pathname)).status).toBe(410);
});
