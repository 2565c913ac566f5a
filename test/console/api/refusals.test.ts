/** What /v1 says where it cannot do what was asked: a status, a sentence, and the field that is wrong. */
import { importBroken, importRows } from '../../support/accounts.ts';
import { type Answer, type Api, serveApi } from '../../support/api.ts';
import { Client } from '../../support/console-client.ts';
import { holdRows } from '../../support/liveness.ts';

let api: Api;

beforeAll(async () => {
  api = await serveApi();
  await importRows(api.installation.app, [{ id: 'a1' }]);
});
afterAll(() => api.remove());

const asViewer = (path: string): Promise<Answer> => api.send('GET', path, { token: api.tokens.viewer });
const asOperator = (path: string, body: unknown): Promise<Answer> =>
  api.send('POST', path, { token: api.tokens.operator, body });

test('a query that nobody takes, or that is wrong, is told field by field', async () => {
  expect(await asViewer('/v1/runs?stat=failed&kind=sweeps')).toMatchObject({
    status: 400,
    body: {
      faults: [
        { where: 'kind', what: expect.stringContaining('sweep') as string },
        { where: '(all)', what: expect.stringContaining('stat') as string },
      ],
    },
  });
  expect(await asViewer('/v1/accounts/a1/forecast?cycles=0')).toMatchObject({ status: 400 });
  expect(await asViewer('/v1/accounts/a1/history?days=7&from=2021-01-01')).toMatchObject({
    status: 400,
    body: { faults: [{ where: 'days' }] },
  });
  expect(await asViewer('/v1/accounts/a1/explain?at=2021-05-01')).toMatchObject({
    status: 400,
    body: { faults: [{ where: 'at' }] },
  });
  expect(await asViewer('/v1/holds?now=1')).toMatchObject({ status: 400 });
});

test('what was named and is not there is 404, with the code that the runbook knows', async () => {
  const asked = {
    '/v1/runs/999': 'unknown-run',
    '/v1/accounts/nobody': 'unknown-account',
    '/v1/accounts/nobody/events': 'unknown-account',
    '/v1/backfills/999': 'unknown-backfill',
    '/v1/notices/999': 'unknown-notice',
    '/v1/notices?run=999': 'unknown-run',
    '/v1/failures?error=no-such-error': 'unknown-error',
  };
  for (const [path, code] of Object.entries(asked))
    expect(await asViewer(path)).toMatchObject({ status: 404, body: { code } });
  for (const path of ['/v1/nothing', '/v1/runs/abc', '/v1/runs/1/2/3'])
    expect(await asViewer(path)).toMatchObject({ status: 404, body: { error: `there is no ${path}` } });
});

test('a method that a route does not take is 405 and names those that it takes', async () => {
  const put = await api.send('PUT', '/v1/runs/1', { token: api.tokens.operator, body: {} });
  expect([put.status, put.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
  const get = await asViewer('/v1/backfills/plan');
  expect([get.status, get.headers.get('Allow')]).toEqual([405, 'POST']);
});

test('a body that is too large, no JSON, or wrong', async () => {
  const large = JSON.stringify({ reason: 'x'.repeat(1024 * 1024) });
  expect((await asOperator('/v1/adjustments', large)).status).toBe(413);
  expect((await asOperator('/v1/adjustments', '{"account"')).status).toBe(400);
  expect(await asOperator('/v1/adjustments', { account: 'a1', amount: 0, key: 'k' })).toMatchObject({
    status: 422,
    body: { faults: [{ where: 'amount' }, { where: 'reason' }] },
  });
  const lines = { account: 'a1', amount: 1, key: 'k', reason: 'two\nlines' };
  expect(await asOperator('/v1/adjustments', lines)).toMatchObject({
    status: 422,
    body: { faults: [{ where: 'reason', what: 'expected one line of 1 to 500 characters' }] },
  });
  const turned = { from: '2021-03-01', to: '2021-02-01' };
  expect(await asOperator('/v1/backfills/plan', turned)).toMatchObject({
    status: 422,
    body: { faults: [{ where: 'from' }] },
  });
  for (const path of ['/v1/failures/rerun', '/v1/notices/suppress'])
    expect(await asOperator(path, { reason: 'all of them?' })).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('which ones?') as string },
    });
});

test('whoever is held up, or kept locked, is told to try again; nothing is posted', async () => {
  await asOperator('/v1/holds/ledger/hold', { reason: 'wrong terms' });
  const body = { account: 'a1', amount: 1, key: 'held', reason: 'a test' };
  expect(await asOperator('/v1/adjustments', body)).toMatchObject({ status: 409, body: { code: 'held' } });
  await asOperator('/v1/holds/ledger/release', { reason: 'mended' });
  const holder = await holdRows(api.installation, "SELECT id FROM accounts WHERE id = 'a1' FOR UPDATE");
  const locked = await asOperator('/v1/adjustments', { ...body, key: 'locked' });
  await holder.release();
  expect(locked).toMatchObject({ status: 503 });
  expect(locked.headers.get('Retry-After')).toBe('5');
  await importBroken(api.installation.app, 'stuck');
  const waiting = await asOperator('/v1/adjustments', { ...body, account: 'stuck', key: 'waits' });
  expect(waiting).toMatchObject({ status: 202, body: { outcome: 'waiting', code: 'unknown-zone' } });
});

test('whoever is signed in may read in the browser, and change nothing without a token', async () => {
  const { installation, url } = api;
  const [viewer, operator] = [
    await Client.signedIn(installation, url, 'viewer'),
    await Client.signedIn(installation, url, 'operator'),
  ];
  for (const client of [viewer, operator]) {
    expect((await client.ask('/v1/accounts/a1')).status).toBe(200);
    const body = JSON.stringify({ reason: 'by the browser' });
    const changed = await client.ask('/v1/holds/ledger/hold', { method: 'POST', body });
    expect(changed.status).toBe(401);
  }
  const other = await viewer.ask('/v1/accounts/a1', { headers: { Authorization: 'Bearer cnx_nonsense' } });
  expect(other.status).toBe(401);
  expect((await Client.of(url, 'nonsense').ask('/v1/accounts/a1')).status).toBe(401);
  expect(await api.get('/v1/holds')).toEqual({ ledger: null, mail: null });
});
