/** The pages of accounts over HTTP, of a member whose story a hand can check. */
import type { App } from '../../../src/app.ts';
import { type Console, startConsole } from '../../../src/console/server.ts';
import { execute, selectRows } from '../../../src/db/query.ts';
import { adjustBalances } from '../../../src/operations/events/adjust.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { Client } from '../../support/console-client.ts';
import { fact, opened, record, settleAsOf } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import type { Installation } from '../../support/installation.ts';
import { installAt } from '../../support/story-time.ts';

const WHO = 'talent-31';
let installation: Installation;
let app: App;
let console_: Console;
let viewer: Client;

beforeAll(async () => {
  const story = await installAt('2021-11-29 12:00', { env: { CONNECTS_CONSOLE_PORT: '0' } });
  ({ installation } = story);
  app = installation.app;
  await importRows(app, [
    {
      id: WHO,
      plan: 'plus',
      zone: 'Europe/Berlin',
      anchorOn: '2021-04-16',
      trackedFrom: '2021-05-01T00:00:00Z',
      openingBalance: 250,
      email: 'mia@example.org',
    },
    { id: 'talent-32', anchorOn: '2021-05-20', status: 'suspended', email: 'sam@example.org' },
    ...numbered('z-other', 60),
  ]);
  await record(app, storyOf());
  await record(app, [opened('o1', 'fresh', '2021-11-28 10:00')], 'digest');
  await adjustBalances(app.recordDeps, {
    adjustments: [{ account: WHO, amount: 5, reason: 'charged twice', key: 'ticket-1' }],
    actor: 'ops-1',
  });
  await settleAsOf(app, [WHO], '2021-11-29 12:00');
  await execute(app.db, 'DELETE FROM cycles WHERE account_id = ? AND cycle_on = ?', [WHO, '2021-07-16']);
  console_ = await startConsole(app);
  viewer = await Client.signedIn(installation, console_.url, 'viewer');
});

afterAll(async () => {
  await console_.stop();
  await installation.remove();
});

function storyOf() {
  let no = 0;
  const event = (at: string, type: string, fields = {}) => fact(`e${(no += 1)}`, WHO, at, type, fields);
  return [
    event('2021-11-20 09:00', 'proposal.submitted', { proposal: 'p-1', connects: 6 }),
    event('2021-11-21 09:00', 'interview.requested', { interview: 'i-1', proposal: 'p-1' }),
    event('2021-11-24 09:00', 'interview.replied', { interview: 'i-1' }),
    event('2021-11-25 09:00', 'interview.requested', { interview: 'i-9' }),
    event('2021-11-26 09:00', 'interview.replied', { interview: 'i-9' }),
    event('2021-11-27 09:00', 'account.contact-changed', { email: 'mia.new@example.org' }),
  ];
}

const ask = (path: string): Promise<Response> => viewer.ask(path);

async function read(path: string): Promise<string> {
  const answer = await ask(path);
  expect({ path, status: answer.status }).toEqual({ path, status: 200 });
  return answer.text();
}

/** What a reader sees, in one line. */
const textOf = (html: string): string =>
  html
    .replace(/<title>[^]*?<\/title>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&#39;', "'")
    .trim();

const part = (html: string, heading: string): string => {
  const from = html.indexOf(`<h2>${heading}</h2>`);
  return html.slice(from, html.indexOf('</section>', from));
};

const linesOf = (html: string): string[] =>
  [...html.matchAll(/<tr[^>]* id="line-\d+">([^]*?)<\/tr>/g)].map(([, row = '']) => textOf(row));

test('its head says who it is, where, and what it has', async () => {
  const html = await read(`/accounts/${WHO}`);
  const text = textOf(html);
  expect(text).toContain(`${WHO} Freelancer Plus Active`);
  expect(text).toContain('Europe/Berlin, now 13:00 · here since 1 May 2021 · m•••@example.org');
  expect(html).not.toContain('mia');
  expect(html).not.toMatch(/style="|<style/);
});

test('the next date is an equation with the numbers of the forecast', async () => {
  const text = textOf(await read(`/accounts/${WHO}`));
  const { stdout } = await runHere(['account', 'forecast', WHO, '--json'], { app });
  const [next] = (JSON.parse(stdout) as { cycles: Record<string, number>[] }).cycles;
  expect(text).toContain('Next date 16 December 2021 , in 17 days');
  expect(text).toContain(
    `${next?.['opening']} − ${next?.['expired']} expire + 80 added = ${next?.['closing']}`,
  );
  expect(next?.['closing']).toBe(280);
});

test('the history shows lines of one cause together, the newest first', async () => {
  const lines = linesOf(await read(`/accounts/${WHO}`));
  expect(lines.slice(0, 4)).toEqual([
    '29 Nov Correction: charged twice +5 289 why?',
    '24 Nov Interview award p-1 +4 284 why?',
    'Interview award, refund p-1 +6 280',
    '20 Nov Proposal sent p-1 −6 274 why?',
  ]);
  expect(lines.slice(4, 7)).toEqual([
    '16 Nov Monthly Connects of Freelancer Plus +70 280 why?',
    'Free monthly Connects +10 210',
    'Expired, above the rollover limit −80 200',
  ]);
});

test('filters by type and days are in the address, and kept by it', async () => {
  const html = await read(`/accounts/${WHO}?type=interviews&days=30&range=90d`);
  expect(linesOf(html)).toEqual([
    '24 Nov Interview award p-1 +4 284 why?',
    'Interview award, refund p-1 +6 280',
  ]);
  expect(html).toMatch(/href="[^"]*range=90d[^"]*type=expired/);
  expect(html).toMatch(/aria-current="true">\s*90 d/);
  const none = await read(`/accounts/${WHO}?type=purchases`);
  expect(textOf(none)).toContain('No lines.');
  const range = await read(`/accounts/${WHO}?from=2021-11-16&to=2021-11-20`);
  expect(linesOf(range)).toHaveLength(4);
});

test('"Earlier" goes on where the page ends, and leaves no line out', async () => {
  let path: string | undefined = `/accounts/${WHO}`;
  const found: string[] = [];
  for (let pages = 0; path !== undefined && pages < 9; pages += 1) {
    const html: string = await read(path);
    found.push(...[...html.matchAll(/ id="line-(\d+)"/g)].map(([, seq = '']) => seq));
    path = /href="([^"]*)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&').split('#')[0];
  }
  const rows = await selectRows<{ seq: number }>(
    app.db,
    'SELECT seq FROM entries WHERE account_id = ? ORDER BY seq DESC',
    [WHO],
  );
  expect(found).toEqual(rows.map((one) => String(one.seq)));
});

test('"why?" opens below its line what explain says of it', async () => {
  const html = await read(`/accounts/${WHO}?type=grants`);
  const href = /href="([^"]*why=\d+[^"]*)"[^>]*>\s*why\?/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const open = await read(href);
  const answer = textOf(/<tr class="why">([^]*?)<\/tr>/.exec(open)?.[1] ?? '');
  const { stdout } = await runHere(['account', 'explain', WHO, '--cycle', '2021-11-16', '--json'], { app });
  const [told] = (JSON.parse(stdout) as { answers: { sentence: string; code: string }[] }).answers;
  expect(answer).toContain(told?.sentence);
  expect(answer).toContain('granted · rule since');
});

test('a line that is explained is on the page, however old it is', async () => {
  const html = await read(`/accounts/${WHO}?why=1`);
  expect(html).toContain('id="line-1"');
  expect(html).toContain('<tr class="why">');
});

test('the box answers what is asked, as a letter, too', async () => {
  const html = await read(`/accounts/${WHO}?about=i-1`);
  const why = part(html, 'Why?');
  expect(textOf(why)).toContain('awarded');
  const letter = /<textarea[^>]*>([^]*?)<\/textarea>/.exec(why)?.[1] ?? '';
  expect(letter).toMatch(/^Hello,/);
  expect(letter).toContain('24 November 2021');
  expect(textOf(part(await read(`/accounts/${WHO}?about=16+Nov+2021`), 'Why?'))).toContain(
    '16 November 2021',
  );
  expect(textOf(part(await read(`/accounts/${WHO}?about=since+2021-11-20`), 'Why?'))).toContain(
    '15 Connects were added',
  );
  const strange = part(await read(`/accounts/${WHO}?about=%3Cb%3E`), 'Why?');
  expect(strange).toContain('aria-invalid="true"');
  expect(strange).toContain('“&lt;b&gt;” is none of these.');
});

test('cycles are squares, of which one is missing; the window says when there is room again', async () => {
  const html = await read(`/accounts/${WHO}`);
  const cycles = part(html, 'Cycles');
  expect(textOf(cycles)).toContain('6 settled, 1 missing');
  expect(cycles).toContain('<title>16 Jul: missing</title>');
  expect(cycles).toMatch(/<title>16 Nov: 80 granted, 80 expired<\/title>/);
  expect(cycles).toContain('<title>16 Dec: not due yet</title>');
  const window = part(html, 'Interviews, last 7 days');
  expect(textOf(window)).toContain('10 of 50');
  expect(textOf(window)).toContain('Room for 40 more; all 50 again on 1 December 2021, 10:00.');
});

test('the balance is drawn from what it was before, and the table says the same', async () => {
  const card = part(await read(`/accounts/${WHO}?range=30d`), 'Balance');
  const titles = [...card.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title = '']) => title);
  expect(titles.slice(0, titles.length / 2)).toEqual(titles.slice(titles.length / 2));
  expect(titles).toContain('16 November 2021: Expired, above the rollover limit: 200');
  expect(titles).toContain('16 December 2021: next billing cycle: 280');
  const rows = [...card.matchAll(/<tr><th scope="row">([^<]*)<\/th><td class="n">([^<]*)<\/td>/g)];
  expect(rows.map(([, what, balance]) => `${what}: ${balance}`)).toEqual(titles.slice(0, titles.length / 2));
});

test('the CSV is that of the command line, with the filter of the page', async () => {
  const answer = await ask(`/accounts/${WHO}/history.csv?type=interviews`);
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toContain(`connects-history-${WHO}.csv`);
  const { stdout } = await runHere(['account', 'history', WHO, '--type', 'interview', '--csv'], { app });
  expect(await answer.text()).toBe(stdout);
});

test('events, emails and audit entries of the account, without its address', async () => {
  const events = await read(`/accounts/${WHO}/events`);
  expect(textOf(events)).toContain('interview.replied e3');
  expect(textOf(events)).toContain('account.contact-changed');
  expect(events).not.toContain('mia');
  expect(textOf(await read(`/accounts/${WHO}/audit`))).toMatch(/ops-1 .*charged twice/);
  expect(textOf(await read('/accounts/fresh/emails'))).toContain('welcome');
  expect(textOf(await read('/accounts/talent-32/emails'))).toContain('No email was staged');
});

test('an account that is not there is 404, whatever it is called', async () => {
  for (const id of ['nobody', '%3Cscript%3E', 'a%2Fb']) {
    const answer = await ask(`/accounts/${id}`);
    expect({ id, status: answer.status }).toEqual({ id, status: 404 });
    expect(await answer.text()).not.toContain('<script>');
  }
});

describe('the list', () => {
  const ids = async (path: string): Promise<string[]> =>
    [...(await read(path)).matchAll(/<a class="link mono id" href="\/accounts\/([^"]*)"/g)].map(
      ([, id = '']) => id,
    );

  test('finds by the beginning of an id, by a whole address, by what is in common', async () => {
    expect(await ids('/accounts?q=talent')).toEqual([WHO, 'talent-32']);
    expect(await ids('/accounts?q=SAM%40example.org')).toEqual(['talent-32']);
    expect(await ids('/accounts?status=suspended')).toEqual(['talent-32']);
    expect(await ids('/accounts?plan=plus')).toEqual([WHO]);
    expect(await ids('/accounts?q=talent&status=active&plan=basic')).toEqual([]);
  });

  test('goes on by key, and says what is wrong with what was asked', async () => {
    const html = await read('/accounts?q=z-other');
    const next = /href="([^"]*)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const first = await ids('/accounts?q=z-other');
    const second = await ids(next);
    expect(first).toHaveLength(50);
    expect(second).toHaveLength(10);
    expect(new Set([...first, ...second]).size).toBe(60);
    expect(textOf(await read('/accounts?q=a%20b'))).toContain('Expected an id, what it begins with');
    expect(textOf(await read('/accounts?q=nobody'))).toContain('No account is like that.');
  });
});
