/** The console's script: parts that go on by themselves, and when they do not; the search by its key. */
import { type Console, startConsole } from '../../../src/console/server.ts';
import { execute } from '../../../src/db/query.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { type Visitor, browserForTests } from '../../support/browser.ts';
import { Client } from '../../support/console-client.ts';
import { type Installation, install } from '../../support/installation.ts';
import { sweepAndSend } from '../../support/sweeping.ts';

const browser = browserForTests();
let installation: Installation;
let console: Console;
let session: string | undefined;

beforeAll(async () => {
  installation = await install({ env: { CONNECTS_CONSOLE_PORT: '0' } });
  await importRows(installation.app, numbered('a', 30));
  await sweepAndSend(installation.app);
  console = await startConsole(installation.app);
  ({ session } = await Client.signedIn(installation, console.url, 'viewer'));
});
afterAll(async () => {
  await console.stop();
  await installation.remove();
});

/** One more account is put aside; what stands on the page then. */
async function putAside(number: number): Promise<string> {
  await execute(
    installation.db,
    `INSERT INTO failures (account_id, run_id, state, code, message, attempts, first_at, last_at, put_aside_at)
     SELECT id, 1, 'put-aside', 'no-terms', 'x', 3, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
       FROM accounts WHERE id NOT IN (SELECT account_id FROM failures) ORDER BY id LIMIT 1`,
  );
  return number === 1 ? '1 account is put aside' : `${number} accounts are put aside`;
}

const shows = (visitor: Visitor, text: string): Promise<void> =>
  visitor.page.getByText(text).waitFor({ state: 'visible' });
const word = (visitor: Visitor): Promise<string | null> =>
  visitor.page.locator('[data-live-word]').textContent();

it('replaces what has changed, keeps the focus, pauses by its button, and goes on', async () => {
  const visitor = await browser.visitor(console.url, { motion: true, session });
  await visitor.open('');
  expect(await word(visitor)).toBe('Live');
  await visitor.page.getByRole('link', { name: 'All runs' }).focus();
  await shows(visitor, await putAside(1));
  expect(await visitor.ask('document.activeElement.textContent')).toBe('All runs');

  await visitor.page.getByRole('button', { name: 'Pause' }).click();
  expect(await word(visitor)).toBe('Paused');
  const told = await putAside(2);
  // Somebody who is not paused sees it: by then the paused one would have, too.
  const other = await browser.visitor(console.url, { motion: true, session });
  await other.open('');
  await shows(other, told);
  await shows(other, await putAside(3));
  await shows(visitor, '1 account is put aside');

  await visitor.page.getByRole('button', { name: 'Resume' }).click();
  await shows(visitor, '3 accounts are put aside');
});

it('is paused for whoever asked for less motion, until he resumes it', async () => {
  const visitor = await browser.visitor(console.url, { session });
  await visitor.open('');
  expect(await word(visitor)).toBe('Paused');
  await visitor.page.getByRole('button', { name: 'Resume' }).click();
  expect(await word(visitor)).toBe('Live');
  await shows(visitor, await putAside(4));
});

it('says as of when it is where there is no script, and offers no button', async () => {
  const visitor = await browser.visitor(console.url, { script: false, session });
  await visitor.open('');
  expect(await word(visitor)).toBe('As of');
  expect(await visitor.page.getByRole('button', { name: 'Pause' }).isVisible()).toBe(false);
});

it('goes to the search by its key, but not while somebody types', async () => {
  const visitor = await browser.visitor(console.url, { session });
  await visitor.open('');
  await visitor.page.keyboard.press('/');
  const search = visitor.page.getByRole('searchbox');
  expect(await search.evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true);
  await visitor.page.keyboard.type('a/b');
  expect(await search.inputValue()).toBe('a/b');
  await visitor.page.keyboard.press('Enter');
  await visitor.page.waitForURL('**/search?q=a%2Fb');
  await shows(visitor, 'Nothing was found.');
});

it('reaches the content first of all by keyboard', async () => {
  const visitor = await browser.visitor(console.url, { session });
  await visitor.open('');
  await visitor.page.keyboard.press('Tab');
  expect(await visitor.ask('document.activeElement.textContent')).toBe('Skip to content');
  await visitor.page.keyboard.press('Enter');
  expect(visitor.page.url()).toMatch(/#main$/);
});

it('shows every column of the recent runs, also of other days and beside the grid', async () => {
  await execute(
    installation.db,
    "UPDATE runs SET state = 'completed-with-failures', started_at = started_at - INTERVAL 2 DAY",
  );
  for (const width of [360, 768, 1_280, 1_440, 1_920]) {
    const visitor = await browser.visitor(console.url, { width, session });
    await visitor.open('');
    await visitor.page.getByText('With failures').waitFor();
    const cut = await visitor.page
      .getByRole('region', { name: 'Recent runs' })
      .evaluate((table) => table.scrollWidth - table.clientWidth);
    expect([width, cut]).toEqual([width, 0]);
  }
});
