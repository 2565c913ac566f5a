/** Paging through whole lists while rows are added: what was there at the first page is told once, and no row twice. */
import { shownNow } from '../../../src/db/query.ts';
import { insertAudit } from '../../../src/ledger/audit-log.ts';
import { closeRun, insertRun } from '../../../src/ledger/runs.ts';
import { insertTermsVersion } from '../../../src/ledger/terms-versions.ts';
import { builtInTerms } from '../../../src/domain/terms.ts';
import { importBroken, importRows, numbered } from '../../support/accounts.ts';
import { type Api, serveApi } from '../../support/api.ts';
import { asking, started } from '../../support/backfilling.ts';
import { bought, record, settleAsOf } from '../../support/facts.ts';
import { countOf } from '../../support/state.ts';
import { sweepAndSend } from '../../support/sweeping.ts';

let api: Api;
let sweep: number;
let added = 0;
let backfills = -1;

interface Page {
  readonly items?: readonly Record<string, unknown>[];
  readonly entries?: readonly Record<string, unknown>[];
  readonly next: string | null;
}

/** A row of each kind, at both ends of lists that go by id. */
const adding: Readonly<Record<string, (n: number) => Promise<unknown>>> = {
  account: (n) => importRows(api.installation.app, [{ id: `a-new-${n}` }, { id: `z-new-${n}` }]),
  event: (n) =>
    record(api.installation.app, [
      bought(`new-${n}`, 'm-000', '2021-05-02 10:00'),
      bought(`n${n}`, 'm-001', '2021-05-02 10:00'),
    ]),
  waiting: (n) =>
    record(api.installation.app, [
      bought(`w-${n}`, 'broken-1', '2021-05-02 10:00'),
      bought(`a-${n}`, 'broken-0', '2021-05-02 10:00'),
    ]),
  run: async () => {
    const { db } = api.installation;
    const at = await shownNow(db);
    const run = {
      kind: 'sweep',
      asOf: at,
      termsVersion: 1,
      notify: 'none',
      actor: 'test',
      reason: null,
    } as const;
    const id = await insertRun(db, { ...run, dueAtStart: 0, at, openKey: null });
    if (id !== 'taken') await closeRun(db, id, 'completed', at);
  },
  change: async () => {
    const { db } = api.installation;
    const told = {
      actor: 'test',
      action: 'test.add',
      target: 'test',
      reason: null,
      before: null,
      after: null,
    };
    await insertAudit(db, { ...told, at: await shownNow(db), runId: null });
  },
  backfill: () => {
    backfills += 1;
    const accounts = [`idle-00${backfills}`];
    const asked = asking('2021-02-01', '2021-02-28', { accounts, include: ['account-inactive'] });
    return started(api.installation.app, asked);
  },
  notice: async (n) => {
    await importRows(api.installation.app, [{ id: `m-late-${n}` }]);
    await settleAsOf(api.installation.app, [`m-late-${n}`], '2021-05-01');
  },
  terms: async (n) => {
    const { db } = api.installation;
    const by = { appliedAt: await shownNow(db), actor: 'test', reason: 'one more' };
    await insertTermsVersion(db, { version: 10 + n, terms: builtInTerms, ...by });
  },
  failure: async (n) => {
    await importBroken(api.installation.app, `a-broken-${n}`);
    await settleAsOf(api.installation.app, [`a-broken-${n}`], '2021-05-01');
  },
};

const addOne = async (kind: string): Promise<void> => {
  added += 1;
  await adding[kind]?.(added);
};

beforeAll(async () => {
  api = await serveApi({ env: { CONNECTS_SETTLE_ATTEMPTS: '1' } });
  const { app, db } = api.installation;
  await importRows(app, [...numbered('m', 7), ...numbered('idle', 10, { status: 'suspended' })]);
  for (let n = 0; n < 5; n += 1) await importBroken(app, `broken-${n}`);
  await sweepAndSend(app);
  sweep = await countOf(db, 'SELECT MAX(id) FROM runs');
  await record(
    app,
    Array.from({ length: 9 }, (_, n) => bought(`e${n}`, 'm-000', '2021-05-02 09:00')),
  );
  await db.raw("UPDATE accounts SET status = 'active' WHERE id LIKE 'idle-%'");
  const waiting = ['broken-0', 'broken-1', 'broken-1', 'broken-1', 'broken-2'];
  await record(
    app,
    waiting.map((id, n) => bought(`w${n}`, id, '2021-05-02 09:00')),
  );
  for (const kind of ['run', 'change', 'backfill', 'terms'])
    for (let n = 0; n < 4; n += 1) await addOne(kind);
});

afterAll(() => api.remove());

const lists: readonly { path: string; key: string; kind: string }[] = [
  { path: '/v1/runs', key: 'run', kind: 'run' },
  { path: '/v1/runs/SWEEP/accounts', key: 'account', kind: 'account' },
  { path: '/v1/failures', key: 'account', kind: 'failure' },
  { path: '/v1/accounts', key: 'account', kind: 'account' },
  { path: '/v1/accounts?status=active', key: 'account', kind: 'account' },
  { path: '/v1/accounts/m-000/history', key: 'seq', kind: 'event' },
  { path: '/v1/accounts/m-000/events', key: 'event', kind: 'event' },
  { path: '/v1/notices', key: 'notice', kind: 'notice' },
  { path: '/v1/backfills', key: 'backfill', kind: 'backfill' },
  { path: '/v1/events/waiting', key: 'id', kind: 'waiting' },
  { path: '/v1/audit-log', key: 'id', kind: 'change' },
  { path: '/v1/terms', key: 'version', kind: 'terms' },
];

test.each(lists)('$path', async ({ path: asked, key, kind }) => {
  const path = asked.replace('SWEEP', String(sweep));
  const rowsOf = (page: Page): unknown[] => (page.items ?? page.entries ?? []).map((row) => row[key]);
  const query = (more: string): string => `${path}${path.includes('?') ? '&' : '?'}${more}`;
  const before = rowsOf(await api.get<Page>(query('limit=500')));
  expect(before.length).toBeGreaterThan(2);
  // Three pages and a bit, were nothing added.
  const limit = Math.ceil(before.length / 4);
  const told: unknown[] = [];
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null; pages += 1) {
    const page: Page = await api.get<Page>(
      query(`limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`),
    );
    told.push(...rowsOf(page));
    cursor = page.next;
    await addOne(kind);
  }
  expect(pages).toBeGreaterThan(1);
  expect(new Set(told).size).toBe(told.length);
  expect(before.filter((one) => !told.includes(one))).toEqual([]);
});

test('a cursor that is none, or of another list, is refused and says so', async () => {
  const { next } = await api.get<Page>('/v1/runs?limit=1');
  const token = api.tokens.viewer;
  for (const path of [
    `/v1/backfills?cursor=${next}`,
    '/v1/runs?cursor=x',
    '/v1/runs?cursor=WyJydW5zIiwiYSJd',
  ])
    expect(await api.send('GET', path, { token })).toMatchObject({
      status: 400,
      body: {
        error: expect.stringContaining('cursor: expected "next" of a page of') as string,
        faults: [{ where: 'cursor' }],
      },
    });
  for (const limit of ['0', '501', '1e2', '-1', ''])
    expect(await api.send('GET', `/v1/runs?limit=${limit}`, { token })).toMatchObject({
      status: 400,
      body: { faults: [{ where: 'limit', what: 'expected a whole number from 1 to 500' }] },
    });
});
