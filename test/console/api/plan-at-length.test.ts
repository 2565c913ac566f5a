/** A plan over more accounts than a request waits for: it is found out beside, asked for again, and started by its hash. */
import { importRows, numbered } from '../../support/accounts.ts';
import { type Api, serveApi } from '../../support/api.ts';
import { until } from '../../support/sweeping.ts';

const FLEET = 1_001;
const asking = { from: '2021-02-01', to: '2021-02-28', include: ['account-inactive'] };

let api: Api;
beforeAll(async () => {
  api = await serveApi();
  await importRows(api.installation.app, numbered('a', FLEET, { anchorOn: '2021-01-05' }));
});
afterAll(() => api.remove());

const plan = () => api.post<Record<string, unknown>>('/v1/backfills/plan', asking);

test('is told how far it is until it is known; what was not looked at cannot be started', async () => {
  const body = { ...asking, planHash: '0123456789abcdef', reason: 'missed' };
  const unknown = await api.send('POST', '/v1/backfills', { token: api.tokens.operator, body });
  expect(unknown).toMatchObject({ status: 409, body: { code: 'plan-changed' } });
  let found: Record<string, unknown> = {};
  await until('all accounts are looked at', async () => 'hash' in (found = await plan()));
  expect(found).toMatchObject({ hash: expect.any(String), accounts: 0, needsApproval: false });
  const start = { ...body, planHash: found['hash'] };
  expect(await api.post('/v1/backfills', start)).toMatchObject({ outcome: 'nothing-to-grant' });
});
