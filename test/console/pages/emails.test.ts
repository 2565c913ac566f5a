/** Emails and the audit log over HTTP: what is shown, what an operator does about it, and what that leaves behind. */
import type { App } from '../../../src/app.ts';
import { type Console, startConsole } from '../../../src/console/server.ts';
import { execute, selectRows } from '../../../src/db/query.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { Client } from '../../support/console-client.ts';
import { settleAsOf } from '../../support/facts.ts';
import type { Installation } from '../../support/installation.ts';
import { installAt } from '../../support/story-time.ts';

let installation: Installation;
let app: App;
let served: Console;
let viewer: Client;
let operator: Client;

beforeAll(async () => {
  ({ installation } = await installAt('2021-05-01 12:00', { env: { CONNECTS_CONSOLE_PORT: '0' } }));
  ({ app } = installation);
  await importRows(
    app,
    numbered('m', 30).map((one) => ({
      ...one,
      anchorOn: '2021-03-05',
      email: `${one.id}@mail.example.test`,
    })),
  );
  await settleAsOf(
    app,
    numbered('m', 30).map((one) => one.id),
    '2021-04-06',
  );
  await put("state = 'refused', attempts = 1, last_error = '550 <b>no such user</b>'", 1, 4);
  await put("state = 'sent', attempts = 1, sent_at = '2021-05-01 10:00:00'", 5, 9);
  served = await startConsole(app);
  viewer = await Client.signedIn(installation, served.url, 'viewer');
  operator = await Client.signedIn(installation, served.url, 'operator');
});
afterAll(async () => {
  await served.stop();
  await installation.remove();
});

const put = (what: string, from: number, to: number): Promise<unknown> =>
  execute(app.db, `UPDATE outbox SET ${what} WHERE id BETWEEN ? AND ?`, [from, to]);

const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&#39;', "'");

async function read(path: string, client = viewer, status = 200): Promise<string> {
  const answer = await client.ask(path);
  expect({ path, status: answer.status }).toEqual({ path, status });
  return answer.text();
}

const stateOf = async (id: number): Promise<string | undefined> =>
  (await selectRows<{ state: string }>(app.db, 'SELECT state FROM outbox WHERE id = ?', [id]))[0]?.state;

const lastAudit = async (): Promise<Record<string, unknown> | undefined> =>
  (
    await selectRows<Record<string, unknown>>(
      app.db,
      'SELECT actor, action, target, reason FROM audit_log ORDER BY id DESC LIMIT 1',
    )
  )[0];

describe('the list', () => {
  it('counts by state, and shows those of a state with the words of the server', async () => {
    const text = textOf(await read('/emails?state=refused'));
    expect(text).toContain('Waiting 21');
    expect(text).toContain('Refused 4');
    expect(text.match(/550 &lt;b&gt;no such user/g)).toHaveLength(4);
    expect(text).toContain('10 Connects added, you have 10');
  });

  it('goes on below its last row until every email was shown once', async () => {
    const ids: string[] = [];
    for (let path: string | undefined = '/emails'; path !== undefined;) {
      const html: string = await read(path);
      ids.push(
        ...[...html.matchAll(/show=(\d+)#letter"[^>]*class="link"|class="link"[^>]*show=(\d+)#letter/g)].map(
          ([, a, b]) => a ?? b ?? '',
        ),
      );
      path = /href="(\/emails\?[^"]*before=[^"]+)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(new Set(ids).size).toBe(30);
    expect(ids).toHaveLength(30);
  });

  it('filters by kind, account and run; what is no filter is not heeded', async () => {
    expect(textOf(await read('/emails?account=m-003'))).toContain('m-003');
    expect(await read('/emails?account=m-003')).not.toContain('m-004');
    expect(textOf(await read('/emails?kind=welcome'))).toContain('No such emails.');
    expect(textOf(await read('/emails?state=nonsense&run=-1&before=x'))).toContain('Waiting 21');
  });
});

describe('one email', () => {
  it('is shown as it is sent, how it stands, and of whom without the whole address', async () => {
    const html = await read('/emails/1');
    const text = textOf(html);
    expect(text).toContain('The mail server refused this email.');
    expect(text).toContain('m-000');
    expect(html).toMatch(/<iframe[^>]*sandbox="allow-popups/);
    const head = textOf(await read('/emails/1?as=head'));
    expect(head).toContain('Message-ID');
    expect(head).toContain('m…0@mail.example.test');
    expect(head).not.toContain('m-000@mail');
    expect(textOf(await read('/emails/1?as=text'))).toContain('Subject: 10 Connects added, you have 10');
    await read('/emails/999999', viewer, 404);
  });

  it('has its HTML at an address of its own, where it can do nothing', async () => {
    const answer = await viewer.ask('/emails/1/html');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^sandbox allow-popups/);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'self'");
    expect(policy).not.toContain('script-src');
    expect(await answer.text()).toContain('10 Connects added, you have 10');
  });

  it('offers what may be done to operators alone', async () => {
    expect(await read('/emails/1')).not.toContain('/emails/1/retry');
    expect(await read('/emails/1', operator)).toContain('/emails/1/retry');
    expect(await read('/emails/5', operator)).not.toContain('/emails/5/retry');
  });

  it('is sent again or suppressed with a reason, which lands in the audit log', async () => {
    const without = await operator.send('/emails/1/retry', { reason: ' ' });
    expect(without.status).toBe(422);
    expect(await stateOf(1)).toBe('refused');
    const again = await operator.send('/emails/1/retry', { reason: 'address mended, ticket 7' });
    expect([again.status, again.headers.get('location')]).toEqual([303, '/emails/1?did=retry&count=1']);
    expect(await stateOf(1)).toBe('pending');
    expect(await lastAudit()).toMatchObject({
      action: 'notices.retry',
      target: 'notice:1',
      reason: 'address mended, ticket 7',
    });
    await operator.send('/emails/1/suppress', { reason: 'not needed any more' });
    expect(await stateOf(1)).toBe('suppressed');
    const page = textOf(await read('/emails/1'));
    expect(page).toContain('Emails suppressed, notice 1 not needed any more');
  });

  it('that has left is not sent again', async () => {
    const answer = await operator.send('/emails/5/retry', { reason: 'once more' });
    expect(answer.status).toBe(422);
    expect(await stateOf(5)).toBe('sent');
  });
});

describe('many at once', () => {
  it('are told first, and changed only while they are as many as was typed', async () => {
    const told = textOf(await read('/emails/change?change=retry&state=refused', operator));
    expect(told).toContain('3 emails will be sent again');
    const form = { change: 'retry', state: 'refused', reason: 'server mended' };
    const wrong = await operator.send('/emails/change', { ...form, count: '4' });
    expect(wrong.status).toBe(422);
    expect(textOf(await wrong.text())).toContain('expected 4 notices, and found 3');
    expect(await stateOf(2)).toBe('refused');
    const right = await operator.send('/emails/change', { ...form, count: '3' });
    expect(right.headers.get('location')).toBe('/emails?state=refused&did=retry&count=3');
    expect([await stateOf(2), await stateOf(3), await stateOf(4)]).toEqual(['pending', 'pending', 'pending']);
    expect(await lastAudit()).toMatchObject({ action: 'notices.retry', reason: 'server mended' });
  });

  it('are never all that there are, without anything that narrows them', async () => {
    const answer = await operator.send('/emails/change', { change: 'suppress', count: '30', reason: 'all' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/emails']);
    expect(await stateOf(20)).toBe('pending');
  });
});

it('all mail is held and released, each with its reason; the page says so meanwhile', async () => {
  expect(textOf(await read('/emails/hold', operator))).toContain('No email will leave any more');
  expect((await operator.send('/emails/hold', { reason: 'wrong template' })).status).toBe(303);
  const held = textOf(await read('/emails'));
  expect(held).toContain('All mail is held: nothing leaves until it is released.');
  expect(held).toContain('wrong template');
  const twice = await operator.send('/emails/hold', { reason: 'again' });
  expect([twice.status, textOf(await twice.text())]).toEqual([422, expect.stringContaining('is held since')]);
  expect((await operator.send('/emails/release', { reason: 'template mended' })).status).toBe(303);
  expect(textOf(await read('/emails'))).not.toContain('All mail is held');
  expect(await lastAudit()).toMatchObject({ action: 'notices.release', reason: 'template mended' });
});

describe('the audit log', () => {
  it('says who, what, why, before and after, and is filtered by each', async () => {
    const text = textOf(await read('/audit-log?action=notices'));
    expect(text).toContain('Mail released, mail template mended');
    expect(text).toContain('Emails suppressed, notice 1 not needed any more');
    const one = textOf(await read('/audit-log?target=notice:1&action=notices.retry'));
    expect(one).toContain('address mended, ticket 7');
    expect(one).not.toContain('not needed any more');
    expect(textOf(await read('/audit-log?actor=nobody'))).toContain('No such changes.');
    expect(textOf(await read('/audit-log?to=2021-04-30'))).toContain('No such changes.');
    expect(textOf(await read('/audit-log?from=2021-05-01&to=2021-05-01'))).toContain('Mail released');
  });

  it('is downloaded as the command line prints it', async () => {
    const answer = await viewer.ask('/audit-log.csv?target=notice:1');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = (await answer.text()).trim().split('\n');
    expect(lines[0]).toBe('id,at,actor,action,target,run,reason,before,after');
    expect(lines).toHaveLength(3);
  });

  it('goes on below its last row until every change was shown once', async () => {
    const rows = Array.from({ length: 130 }, (_, at) => [
      '2021-05-01 12:00:00',
      'ann',
      'run.note',
      `run:${at}`,
    ]);
    await execute(
      app.db,
      `INSERT INTO audit_log (at, actor, action, target) VALUES ${rows.map(() => '(?, ?, ?, ?)').join(', ')}`,
      rows.flat(),
    );
    const found: string[] = [];
    let pages = 0;
    for (let path: string | undefined = '/audit-log?actor=ann&action=run.note'; path !== undefined;) {
      const html: string = await read(path);
      found.push(...[...html.matchAll(/href="\/runs\/(\d+)"/g)].map(([, id = '']) => id));
      path = /href="(\/audit-log\?[^"]*before=[^"]+)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
      pages += 1;
    }
    expect(pages).toBe(3);
    expect(found.map(Number)).toEqual(Array.from({ length: 130 }, (_, at) => 129 - at));
  });
});
