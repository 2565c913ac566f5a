/** What an alert says in each format, and what becomes of a POST, on real servers. */
import { createServer as createTlsServer } from 'node:https';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { ALERTS, type AlertMessage } from '../../src/domain/alerts.ts';
import { formatOfAddress } from '../../src/notices/alert-channels.ts';
import { alertBody, alertLetter, alertText } from '../../src/notices/alert-text.ts';
import { TELL_TIMEOUT_MS, postAlert } from '../../src/notices/webhook.ts';
import { makeCertificates } from '../support/certificates.ts';
import { type HookServer, SECRET, answering, openHook } from '../support/hook-server.ts';

const MESSAGE: AlertMessage = {
  ...ALERTS['put-aside'],
  alert: 'put-aside',
  step: 'begins',
  found: '3 accounts are put aside, the first for 2 h: unknown-zone 3.',
  since: Date.parse('2021-03-01T10:00:00Z'),
  count: 3,
  at: Date.parse('2021-03-01T12:00:00Z'),
  installation: 'i-1',
};
const ROUGH = { ...MESSAGE, found: 'It says: <!channel> @all *now* [x](http://evil) & \u001B[31m\nred' };

describe('the text of an alert', () => {
  it('says what, since when, how many, what to type first, and where the runbook has it', () => {
    expect(alertText(MESSAGE)).toBe(
      [
        'Alert: accounts are put aside',
        '',
        '3 accounts are put aside, the first for 2 h: unknown-zone 3.',
        '',
        'Since: 2021-03-01T10:00:00.000Z',
        'How many: 3',
        'First: connects failures list --group-by error',
        'Runbook: docs/runbook.md, ConnectsPutAsideTooLong',
        'Installation: i-1',
      ].join('\n'),
    );
    expect(alertText({ ...MESSAGE, step: 'over', count: null })).toMatch(/^Over: (?!.*How many)/s);
    expect(alertLetter(MESSAGE)).toMatchObject({
      subject: '[connects] Alert: accounts are put aside',
      html: expect.stringContaining('First: connects failures list --group-by error') as string,
    });
  });

  it('is for Slack and Mattermost one text, for a workflow of Teams a card, otherwise fields', () => {
    expect(Object.keys(alertBody('slack', MESSAGE))).toEqual(['text']);
    expect(Object.keys(alertBody('mattermost', MESSAGE))).toEqual(['text']);
    expect(alertBody('teams', MESSAGE)).toMatchObject({
      type: 'message',
      attachments: [
        { contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } },
      ],
    });
    expect(alertBody('json', MESSAGE)).toMatchObject({
      alert: 'put-aside',
      step: 'begins',
      since: '2021-03-01T10:00:00.000Z',
      count: 3,
      first: 'connects failures list --group-by error',
      runbook: 'ConnectsPutAsideTooLong',
    });
  });

  it('calls nobody and draws nothing, whatever a server said', () => {
    const { text: slack } = alertBody('slack', ROUGH) as { text: string };
    expect(slack).toContain('&lt;!channel&gt;');
    expect(slack).toContain(String.raw`\u001b[31m\u000ared`);
    const { text: mattermost } = alertBody('mattermost', ROUGH) as { text: string };
    expect(mattermost).toContain(String.raw`\*now\* \[x\]\(http`);
    expect(mattermost).not.toMatch(/@all/);
    expect(JSON.stringify(alertBody('teams', ROUGH))).not.toMatch(/@all|[^\\]\*now/);
    expect(alertLetter(ROUGH).html).toContain('&lt;!channel&gt;');
  });

  it.each([
    ['https://hooks.slack.com/services/T/B/x', 'slack'],
    ['https://mattermost.example.org/hooks/x', 'mattermost'],
    ['https://prod-1.westeurope.logic.azure.com:443/workflows/x?sig=y', 'teams'],
    ['https://abc.de.environment.api.powerplatform.com/x', 'teams'],
    ['https://hooks.slack.com.evil.example/x', 'json'],
    ['https://example.org/x', 'json'],
  ])('of %s is as %s', (address, format) => expect(formatOfAddress(address)).toBe(format));
});

describe('a webhook', () => {
  let hook: HookServer;
  beforeEach(async () => {
    hook = await openHook();
  });
  afterEach(() => hook.stop());
  const post = (url = hook.url, giveUp?: AbortSignal) => postAlert({ url, format: 'json' }, MESSAGE, giveUp);

  it('that takes it is told, in JSON', async () => {
    expect(await post()).toEqual({ outcome: 'told', words: '200 OK: ok' });
    expect(hook.asked).toMatchObject([
      { path: `/services/${SECRET}`, contentType: 'application/json', body: { alert: 'put-aside' } },
    ]);
  });

  it.each([
    [500, 'unavailable'],
    [503, 'unavailable'],
    [429, 'unavailable'],
    [400, 'configuration'],
    [404, 'configuration'],
    [410, 'configuration'],
  ])('that answers %d: %s', async (status, kind) => {
    hook.answer = answering(status, 'no_service');
    const outcome = await post();
    expect(outcome).toMatchObject({ outcome: 'not-told', kind });
    expect(outcome.words).toMatch(new RegExp(`^${status} .*: no_service$`));
  });

  it('that leads elsewhere is not followed', async () => {
    const other = await openHook();
    try {
      for (const status of [301, 302, 307, 308]) {
        hook.answer = answering(status, '', { location: other.url });
        const outcome = await post();
        expect(outcome).toMatchObject({
          outcome: 'not-told',
          kind: 'configuration',
          mend: expect.stringContaining('not followed') as string,
        });
        expect(outcome.words).not.toContain(SECRET);
      }
      expect(other.asked).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  it('that hangs, or never ends what it says, holds up nobody for longer than the deadline', async () => {
    hook.answer = undefined;
    const startedAt = performance.now();
    expect(await post()).toMatchObject({
      outcome: 'not-told',
      kind: 'unavailable',
      words: 'there was no answer within 5 s',
    });
    expect(performance.now() - startedAt).toBeGreaterThan(TELL_TIMEOUT_MS - 100);
    hook.answer = (response) => void response.writeHead(200).write('ok');
    expect(await post()).toEqual({ outcome: 'told', words: '200 OK: ok' });
    hook.answer = undefined;
    expect(await post(hook.url, AbortSignal.timeout(50))).toMatchObject({ outcome: 'not-told' });
  });

  it('that is away, or breaks off, is named without its secret', async () => {
    hook.answer = (response) => void response.destroy();
    expect(await post()).toMatchObject({ outcome: 'not-told', kind: 'unavailable' });
    const { url } = hook;
    await hook.stop();
    const outcome = await post(url);
    expect(outcome).toMatchObject({ outcome: 'not-told', kind: 'unavailable' });
    expect(outcome.words).toMatch(/ECONNREFUSED/);
    hook = await openHook();
  });

  it('that repeats its address has the secret of it cut out', async () => {
    hook.answer = answering(404, `<p>no such page: /services/${SECRET}\n (${SECRET})</p>`);
    expect((await post()).words).toBe('404 Not Found: <p>no such page: … (…)</p>');
    hook.answer = answering(403, 'bad sig=abc+def/ghi');
    expect((await post(`${hook.url}?sig=abc%2Bdef%2Fghi`)).words).toBe('403 Forbidden: bad sig=…');
  });

  it('whose certificate nobody vouches for is told nothing', async () => {
    const certificates = makeCertificates();
    const { cert, key } = certificates.right;
    let asked = 0;
    const server = createTlsServer(
      { cert: readFileSync(cert), key: readFileSync(key) },
      (_request, response) => {
        asked += 1;
        response.end();
      },
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const outcome = await post(`https://127.0.0.1:${(server.address() as AddressInfo).port}/${SECRET}`);
      expect(outcome).toMatchObject({
        outcome: 'not-told',
        kind: 'configuration',
        mend: expect.stringContaining('NODE_EXTRA_CA_CERTS=') as string,
      });
      expect(outcome.words).not.toContain(SECRET);
      expect(asked).toBe(0);
    } finally {
      server.close();
      certificates.remove();
    }
  });
});
