/** What is tried again over /v1, once what had made it fail is mended: it is done, by whom and why stands in the audit log. */
import { execute, selectRows } from '../../../src/db/query.ts';
import { addToken } from '../../../src/operations/upkeep/tokens.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { type Api, serveApi } from '../../support/api.ts';
import { work } from '../../support/backfilling.ts';
import { type PostOffice, openPostOffice } from '../../support/post-office.ts';
import { countOf } from '../../support/state.ts';
import { sweepAndSend } from '../../support/sweeping.ts';

let api: Api;
let office: PostOffice;
let refusing = true;

beforeAll(async () => {
  office = await openPostOffice({
    // One of two: where nobody's is taken, all mail waits.
    refuseRecipient: (address) =>
      refusing && address.startsWith('a-000')
        ? { code: 550, words: '5.1.1 the mailbox does not exist' }
        : undefined,
  });
  api = await serveApi({
    env: {
      CONNECTS_SETTLE_ATTEMPTS: '1',
      CONNECTS_BACKFILL_APPROVAL_OVER: '15',
      SMTP_URL: office.url,
    },
  });
  const { app } = api.installation;
  const since = { anchorOn: '2021-01-10', trackedFrom: '2021-04-15T00:00:00Z' };
  await importRows(app, numbered('a', 2, since));
  await sweepAndSend(app, { asOf: Date.parse('2021-05-11T00:00:00Z') });
});
afterAll(async () => {
  await api.remove();
  await office.stop();
});

const refused = (path: string, body: object, token = api.tokens.operator) =>
  api.send('POST', path, { token, body });

async function lastChange(): Promise<unknown> {
  const [row] = await selectRows(
    api.installation.db,
    'SELECT actor, action, target, reason FROM audit_log ORDER BY id DESC LIMIT 1',
  );
  return row;
}

const setZone = (zone: string) =>
  execute(api.installation.db, "UPDATE accounts SET zone = ? WHERE id = 'a-001'", [zone]);

interface Told {
  readonly backfill: number;
  readonly state: string;
}

test('emails that were refused, once the mailboxes are there: sent, and told', async () => {
  const { app, db } = api.installation;
  const inState = (state: string) => countOf(db, 'SELECT COUNT(*) FROM outbox WHERE state = ?', [state]);
  const notices = await inState('refused');
  const lettersTo = (account: string) =>
    office.letters.filter(({ to }) => to.join().startsWith(account)).length;
  expect([notices, lettersTo('a-000'), lettersTo('a-001')]).toEqual([1, 0, 1]);
  const id = await countOf(db, "SELECT id FROM outbox WHERE state = 'refused'");
  refusing = false;
  const asked = { state: 'refused', reason: 'the mailboxes are back' };
  expect(await refused('/v1/notices/retry', { ...asked, expect: notices + 1 })).toMatchObject({
    status: 409,
    body: { code: 'count-differs' },
  });
  expect(await api.post('/v1/notices/retry', { ...asked, dryRun: true })).toMatchObject({
    changed: notices,
    dryRun: true,
  });
  expect(await inState('refused')).toBe(notices);
  expect(await api.post('/v1/notices/retry', { ...asked, expect: notices })).toMatchObject({
    changed: notices,
    dryRun: false,
  });
  expect(await lastChange()).toMatchObject({
    actor: 'token of operator',
    action: 'notices.retry',
    reason: asked.reason,
  });
  await sweepAndSend(app);
  expect(await api.get(`/v1/notices/${id}`)).toMatchObject({ state: 'sent' });
  expect([await inState('refused'), lettersTo('a-000') > 0]).toEqual([0, true]);
});

test('a backfill, for the account at which it failed, and approved by a second person', async () => {
  const { app, db } = api.installation;
  const asking = { from: '2021-02-01', to: '2021-02-28' };
  const { hash } = await api.post<{ hash: string }>('/v1/backfills/plan', asking);
  const start = { ...asking, planHash: hash, reason: 'imported late' };
  const { backfill, state } = await api.post<Told>('/v1/backfills', start);
  // Two accounts, ten Connects each.
  expect(state).toBe('awaiting-approval');
  const at = `/v1/backfills/${backfill}`;
  expect(await refused(`${at}/approve`, { reason: 'my own' })).toMatchObject({
    status: 409,
    body: { code: 'own-approval' },
  });
  const second = { name: 'a second person', role: 'operator', actor: 'test', reason: null } as const;
  const { secret } = await addToken(app, second);
  expect(await refused(`${at}/approve`, { reason: 'seen' }, secret)).toMatchObject({
    status: 200,
    body: { backfill, state: 'running' },
  });
  expect(await lastChange()).toMatchObject({ actor: 'token a second person', action: 'backfill.approve' });
  expect(await refused(`${at}/retry`, { reason: 'too early' })).toMatchObject({
    status: 409,
    body: { code: 'backfill-open' },
  });
  await setZone('Mars/Olympus');
  expect(await work(app, backfill)).toMatchObject({ state: 'completed' });
  const granted = () => countOf(db, "SELECT COUNT(*) FROM backfill_items WHERE state = 'granted'");
  expect(await granted()).toBe(1);
  expect(await api.get(at)).toMatchObject({ failed: [{ account: 'a-001', code: 'unknown-zone' }] });

  await setZone('UTC');
  const again = await api.post<Told>(`${at}/retry`, { reason: 'the zone is mended' });
  expect(again).toMatchObject({ state: 'running', actor: 'token of operator' });
  expect(await lastChange()).toEqual({
    actor: 'token of operator',
    action: 'backfill.start',
    target: `backfill:${again.backfill}`,
    reason: 'the zone is mended',
  });
  expect(await work(app, again.backfill)).toMatchObject({ state: 'completed' });
  expect(await granted()).toBe(2);
  expect(await refused(`${at}/retry`, { reason: 'once more' })).toMatchObject({
    status: 409,
    body: { code: 'nothing-to-retry' },
  });
  expect(await refused(`${at}/retry`, { reason: 'as a viewer' }, api.tokens.viewer)).toMatchObject({
    status: 403,
  });
  expect(await refused('/v1/backfills/999/retry', { reason: 'not there' })).toMatchObject({ status: 404 });
});
