/** A member's page over HTTP: what a good link shows, and that no other shows anything. */
import { type Console, startConsole } from '../../src/console/server.ts';
import { linkMember, revokeLinks } from '../../src/operations/accounts/member-link.ts';
import { importRows } from '../support/accounts.ts';
import { fact, record, settleAsOf } from '../support/facts.ts';
import { install } from '../support/installation.ts';
import { type StoryTime, installAt } from '../support/story-time.ts';

const SECRET = 'a secret of members, of 32 characters';
const NOW = Date.parse('2021-04-10T10:00:00Z');

let story: StoryTime;
let served: Console;

beforeAll(async () => {
  story = await installAt('2021-04-10 10:00', {
    env: { CONNECTS_CONSOLE_PORT: '0', CONNECTS_MEMBER_SECRET: SECRET, CONNECTS_MEMBER_URL: 'http://here' },
  });
  const { app } = story.installation;
  const plus = { plan: 'plus', zone: 'Pacific/Auckland', anchorOn: '2021-02-16' } as const;
  await importRows(app, [
    { id: 'mine', ...plus, trackedFrom: '2021-03-01T00:00:00Z', openingBalance: 225 },
    { id: 'other', anchorOn: '2021-02-16', openingBalance: 7777 },
    { id: 'gone', anchorOn: '2021-02-16', openingBalance: 55 },
    {
      id: 'mia',
      ...plus,
      anchorOn: '2021-02-16',
      trackedFrom: '2021-03-01T00:00:00Z',
      openingBalance: 12_345,
    },
  ]);
  const manyProposals = Array.from({ length: 40 }, (_, at) =>
    fact(`p${at}`, 'mine', `2021-03-${at < 20 ? 20 : 21} ${10 + (at % 10)}:00`, 'proposal.submitted', {
      proposal: `prop-${at}`,
      connects: 1,
    }),
  );
  await settleAsOf(app, ['mine'], '2021-03-17');
  await record(app, [
    ...manyProposals,
    fact('b1', 'mine', '2021-04-09 20:00', 'connects.purchased', { amount: 60 }),
    fact('c1', 'gone', '2021-04-09', 'account.closed'),
    fact('l1', 'mia', '2021-04-08', 'account.locale-changed', { locale: 'es-MX' }),
    fact('s1', 'mia', '2021-04-09 20:00', 'proposal.submitted', { proposal: 'p-1', connects: 1 }),
  ]);
  served = await startConsole(app);
});

afterAll(async () => {
  await served.stop();
  await story.installation.remove();
});

const linkTo = async (account: string, lastsMs?: number): Promise<string> => {
  const { db } = story.installation;
  const request = { account, lastsMs, actor: 'ann', reason: 'asked for' };
  return (await linkMember({ db, secret: SECRET }, request)).token;
};

/** Text as it is read: without the elements, and with one space where there were many. */
const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');

async function open(path: string): Promise<{ status: number; html: string; text: string; headers: Headers }> {
  const response = await fetch(`${served.url}${path}`, { headers: { Accept: 'text/html' } });
  const html = await response.text();
  return { status: response.status, html, text: textOf(html), headers: response.headers };
}

describe('a good link', () => {
  it("shows plan, balance, what the next date brings, and the history, in the member's zone", async () => {
    const { status, text } = await open(`m/${await linkTo('mine')}`);
    expect(status).toBe(200);
    expect(text).toContain('Memberships & Connects');
    expect(text).toContain('Freelancer Plus');
    expect(text).toContain('300 Connects');
    expect(text).toContain('On 16 April 2021 100 Connects will expire and 80 Connects will be added');
    expect(text).toContain('300 now − 100 expire + 10 free + 70 of the plan = 280 then');
    expect(text).toContain('Up to 200 Connects roll over');
    expect(text).toContain('Pacific/Auckland');
    // 20:00 UTC is the next day there.
    expect(text).toMatch(/Connects bought 10 Apr 2021 \+60 300/);
  });

  it('shows the newest lines first, goes on below the last, and filters by days and by type', async () => {
    const token = await linkTo('mine');
    const first = await open(`m/${token}?days=0`);
    const earlier = /href="(\/m\/[^"]+before=[^"]+)"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await open(earlier.slice(1));
    const proposals = [first, second].flatMap(({ html }) =>
      [...html.matchAll(/prop-\d+/g)].map(([id]) => id),
    );
    expect(new Set(proposals).size).toBe(40);
    expect(proposals.length).toBe(40);
    expect(second.text).toContain('Monthly Connects of Freelancer Plus');
    expect((await open(`m/${token}?days=7`)).html).not.toContain('prop-');
    const expired = await open(`m/${token}?days=90&type=expired`);
    expect(expired.text).toContain('Expired, above the rollover limit');
    expect(expired.text).not.toContain('Connects bought ');
  });

  it('names nobody else, sets no cookie, is kept by nobody, and sends nobody the address', async () => {
    const { html, headers } = await open(`m/${await linkTo('mine')}`);
    expect(html).not.toMatch(/other|7,?777|@/);
    expect(html).not.toMatch(/href="\/(?!assets\/|m\/)/);
    expect(html).not.toContain('<script');
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-robots-tag')).toContain('noindex');
  });

  it("is written in the member's language, all of it, with its numbers and dates", async () => {
    const { html, text } = await open(`m/${await linkTo('mia')}?days=0`);
    expect(html).toContain('<html lang="es-MX">');
    expect(text).toContain('Membresía y Connects');
    expect(text).toContain('El 16 de abril de 2021 vencerá');
    expect(text).toContain('y se añadirán 80 Connects, si nada cambia antes.');
    expect(text).toMatch(/Propuesta enviada \(propuesta p-1\) 10 abr 2021 −1 [\d,]+/);
    expect(text).toContain('Fechas y horas de Pacific/Auckland.');
    expect(text).toContain('Vencidos, por encima del límite de acumulación');
    // Names, and nothing else, are English.
    expect(text.replaceAll(/Freelancer (Plus|Basic)|Readiness Test/g, '')).not.toMatch(
      /\b(the|of|and|your|what|will|free|plan's|next|date|balance|added|expired|history|show)\b/i,
    );
  });

  it('shows a closed account, too: its history stays, and no date is to come', async () => {
    const { status, text } = await open(`m/${await linkTo('gone')}`);
    expect(status).toBe(200);
    expect(text).toContain('Closed');
    expect(text).toContain('no billing cycle begins any more');
  });

  it('takes nothing but being read', async () => {
    const response = await fetch(`${served.url}m/${await linkTo('mine')}`, { method: 'POST' });
    expect(response.status).toBe(405);
  });

  it('also what goes wrong is told without the frame of the console', async () => {
    const token = await linkTo('mine');
    const headers = { Accept: 'text/html', 'Sec-Fetch-Site': 'same-origin' };
    const response = await fetch(`${served.url}m/${token}`, { method: 'POST', headers });
    const html = await response.text();
    expect(response.status).toBe(405);
    expect(textOf(html)).toContain('This address leads nowhere.');
    expect(html).not.toMatch(/sidebar|href="\/(?!assets)|mine/i);
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('is shown so often within a minute and no more', async () => {
    const token = await linkTo('other');
    const opened = await Promise.all(Array.from({ length: 62 }, () => open(`m/${token}?days=7`)));
    expect(opened.filter(({ status }) => status === 200)).toHaveLength(60);
    const last = await open(`m/${token}`);
    expect(last.status).toBe(429);
    expect(last.headers.get('retry-after')).toBe('60');
  });
});

describe('a link that is no good', () => {
  it('that has ended says so, from its very millisecond on, and nothing of the account', async () => {
    const token = await linkTo('mine', 5_000);
    story.becomes(NOW + 4_999);
    expect((await open(`m/${token}`)).status).toBe(200);
    story.becomes(NOW + 5_000);
    const ended = await open(`m/${token}`);
    story.becomes(NOW);
    expect(ended.status).toBe(410);
    expect(ended.text).toContain('This link has ended.');
    expect(ended.html).not.toMatch(/mine|Plus|300/);
    expect(ended.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('is told in the language that the browser asks for', async () => {
    const headers = { Accept: 'text/html', 'Accept-Language': 'es-ES,es;q=0.9,en;q=0.8' };
    const html = await (await fetch(`${served.url}m/x`, { headers })).text();
    expect(html).toContain('<html lang="es-ES">');
    expect(textOf(html)).toContain('Esta dirección no lleva a ninguna parte.');
  });

  it('that was taken back says so, and nothing of the account; another one is good', async () => {
    const token = await linkTo('gone');
    const { db } = story.installation;
    await revokeLinks({ db }, { account: 'gone', actor: 'ann', reason: 'sent to a stranger' });
    const ended = await open(`m/${token}`);
    expect(ended.status).toBe(410);
    expect(ended.text).toContain('This link has ended. It was taken back.');
    expect(ended.html).not.toMatch(/gone|1970/);
    expect((await open(`m/${await linkTo('gone')}`)).status).toBe(200);
  });

  it('that was altered, cut off or made with another secret leads nowhere', async () => {
    const token = await linkTo('mine');
    const other = await linkMember(
      { db: story.installation.db, secret: 'another secret, also of 32 characters' },
      { account: 'mine', actor: 'ann', reason: 'asked for' },
    );
    const bad = [token.slice(0, -1), `${token}x`, `x${token}`, token.replace('.', ''), other.token, 'x'];
    for (const one of bad) {
      const { status, html, text } = await open(`m/${one}`);
      expect([one, status]).toEqual([one, 404]);
      expect(text).toContain('This address leads nowhere.');
      expect(html).not.toContain('mine');
    }
  });

  it('is told to wait when many are tried; a good one is shown all the same', async () => {
    const token = await linkTo('mine');
    const statuses: number[] = [];
    for (let turn = 0; turn < 40; turn += 1) statuses.push((await open(`m/guess-${turn}`)).status);
    expect(new Set(statuses)).toEqual(new Set([404, 429]));
    expect(statuses.at(-1)).toBe(429);
    expect((await open(`m/${token}`)).status).toBe(200);
  });
});

it('no link is good where no secret is set, whatever it was made with', async () => {
  const without = await install({ env: { CONNECTS_CONSOLE_PORT: '0' } });
  await importRows(without.app, [{ id: 'mine', anchorOn: '2021-02-16' }]);
  const console_ = await startConsole(without.app);
  for (const secret of ['', 'undefined', SECRET]) {
    const request = { account: 'mine', actor: 'ann', reason: 'asked for' };
    const { token } = await linkMember({ db: without.db, secret }, request);
    expect((await fetch(`${console_.url}m/${token}`)).status).toBe(404);
  }
  await console_.stop();
  await without.remove();
});
