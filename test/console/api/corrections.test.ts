/** What operators say of those that failed, and how they take back, refuse and change: over /v1 as by the command line. */
import { selectRows } from '../../../src/db/query.ts';
import { builtInTerms } from '../../../src/domain/terms.ts';
import { resumeReversals } from '../../../src/operations/reversals/reverse-run.ts';
import { importBroken, importThree } from '../../support/accounts.ts';
import { type Api, serveApi } from '../../support/api.ts';
import { bought, record } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import { countOf } from '../../support/state.ts';
import { sweepAndSend } from '../../support/sweeping.ts';

let api: Api;
let run: number;

beforeAll(async () => {
  const member = { CONNECTS_MEMBER_SECRET: 'a secret of members, of 32 characters' };
  api = await serveApi({ env: { CONNECTS_SETTLE_ATTEMPTS: '1', ...member } });
  const { app } = api.installation;
  await importThree(app);
  for (const id of ['stuck', 'stuck-too']) await importBroken(app, id);
  run = (await sweepAndSend(app)).runs[0]?.id as number;
  await record(app, [bought('w1', 'stuck', '2021-05-02 09:00'), bought('w2', 'stuck', '2021-05-03 09:00')]);
});
afterAll(() => api.remove());

const printed = async (...args: string[]): Promise<unknown> =>
  JSON.parse((await runHere([...args, '--json'], { app: api.installation.app })).stdout) as unknown;
const refused = (path: string, body: object) => api.send('POST', path, { token: api.tokens.operator, body });
const changesKept = (): Promise<number> => countOf(api.installation.db, 'SELECT COUNT(*) FROM audit_log');

/** What was changed since: what was done to what, by whom and why. */
const changesSince = async (before: number): Promise<string[]> =>
  (
    await selectRows<{ action: string; target: string; actor: string; reason: string | null }>(
      api.installation.db,
      'SELECT action, target, actor, reason FROM audit_log ORDER BY id LIMIT 100 OFFSET ?',
      [before],
    )
  ).map(({ action, target, actor, reason }) => `${action} ${target} by ${actor}: ${reason ?? ''}`);

const by = 'by token of operator';

test('what is said of those that are put aside is told with them, and rehearsed without a trace', async () => {
  const before = await changesKept();
  const at = '/v1/failures';
  const whom = { accounts: ['stuck', 'a1'] };
  const until = '2099-05-03T08:00:00.000Z';
  expect(await api.post(`${at}/snooze`, { ...whom, until, reason: 'deploy', dryRun: true })).toEqual({
    changed: 1,
    left: ['a1'],
    dryRun: true,
  });
  expect(await changesKept()).toBe(before);
  const all = { error: 'unknown-zone', expect: 2 };
  await api.post(`${at}/acknowledge`, { ...all, reason: 'support knows' });
  await api.post(`${at}/assign`, { accounts: ['stuck'], to: 'ann', reason: 'on call' });
  await api.post(`${at}/note`, { accounts: ['stuck'], text: 'ticket 4711', reason: 'asked' });
  await api.post(`${at}/reopen`, { accounts: ['stuck-too'], reason: 'not mended' });
  expect(await api.post(`${at}/snooze`, { ...whom, until, reason: 'deploy' })).toMatchObject({
    left: ['a1'],
  });
  expect(await changesSince(before)).toEqual([
    `failures.ack account:stuck ${by}: support knows`,
    `failures.ack account:stuck-too ${by}: support knows`,
    `failures.assign account:stuck ${by}: on call`,
    `failures.note account:stuck ${by}: asked`,
    `failures.reopen account:stuck-too ${by}: not mended`,
    `failures.snooze account:stuck ${by}: deploy`,
  ]);
  const { items } = await api.get<{ items: unknown[] }>(at);
  const said = { by: 'token of operator' };
  expect(items).toMatchObject([
    {
      account: 'stuck',
      state: 'snoozed',
      assignee: 'ann',
      acknowledged: { ...said, reason: 'support knows' },
      snoozed: { ...said, until, reason: 'deploy' },
      note: { ...said, text: 'ticket 4711' },
    },
    { account: 'stuck-too', state: 'open', acknowledged: null, snoozed: null, note: null },
  ]);
  for (const [name, body, status, code] of [
    ['acknowledge', { reason: 'whom?' }, 422, undefined],
    ['assign', { all: true, reason: 'to whom?' }, 422, undefined],
    ['acknowledge', { all: true, expect: 3, reason: 'all' }, 409, 'count-differs'],
    ['snooze', { all: true, until: '2021-01-01T00:00:00Z', reason: 'late' }, 422, 'snooze-past'],
    ['note', { accounts: ['a1'], text: 'fine', reason: 'not put aside' }, 409, 'nothing-put-aside'],
    ['note', { accounts: ['nobody'], text: 'x', reason: 'not there' }, 404, 'unknown-account'],
  ] as const) {
    const answer = await refused(`${at}/${name}`, body);
    expect({ name, status: answer.status, code: (answer.body as { code?: string }).code }).toEqual({
      name,
      status,
      code,
    });
  }
  expect((await changesSince(before)).length).toBe(6);
});

test('a note on a run is told with it; two runs are compared in the same sentences', async () => {
  const noted = { run, note: 'the wrong zones', actor: 'token of operator' };
  expect(await api.post(`/v1/runs/${run}/notes`, { note: noted.note, dryRun: true })).toEqual({
    ...noted,
    dryRun: true,
  });
  await api.post(`/v1/runs/${run}/notes`, { note: noted.note });
  expect(await api.get(`/v1/runs/${run}`)).toMatchObject({
    notes: [{ actor: noted.actor, note: noted.note, at: expect.any(String) as string }],
  });
  expect((await refused('/v1/runs/999/notes', { note: 'x' })).status).toBe(404);
  const { run: rerun } = await api.post<{ run: number }>('/v1/failures/rerun', {
    accounts: ['stuck-too'],
    reason: 'to compare with',
  });
  const diff = await api.get<{ sentences: string[] }>(`/v1/runs/${run}/diff/${rerun}`);
  expect(diff).toEqual(await printed('run', 'diff', String(run), String(rerun)));
  expect(diff.sentences[0]).toContain(`Run ${run} (sweep`);
});

test('an event that waits is listed as it is printed, and refused; what waits behind it is told', async () => {
  const { items } = await api.get<{ items: unknown[] }>('/v1/events/waiting');
  expect(items).toEqual(await printed('events', 'waiting', 'list'));
  expect(items).toMatchObject([
    { id: 'w1', account: 'stuck', behind: null, code: 'unknown-zone' },
    { id: 'w2', behind: 'w1' },
  ]);
  // The second page, too, knows what its first one waits behind.
  const first = await api.get<{ next: string }>('/v1/events/waiting?limit=1');
  const second = await api.get<{ items: unknown[] }>(`/v1/events/waiting?limit=1&cursor=${first.next}`);
  expect(second.items).toEqual(items.slice(1));
  expect((await api.get<{ items: unknown[] }>('/v1/events/waiting?account=a1')).items).toEqual([]);
  const refuse = '/v1/events/waiting/w1/refuse';
  const before = await changesKept();
  const told = { account: 'stuck', event: 'w1', takenUp: [], stopped: { event: 'w2', code: 'unknown-zone' } };
  expect(await api.post(refuse, { reason: 'by mistake', dryRun: true })).toMatchObject(told);
  expect(await changesKept()).toBe(before);
  expect(await api.post(refuse, { reason: 'by mistake' })).toMatchObject({ ...told, dryRun: false });
  expect(await changesSince(before)).toEqual([`events.refuse account:stuck ${by}: by mistake`]);
  expect(await refused(refuse, { reason: 'again' })).toMatchObject({
    status: 409,
    body: { code: 'event-not-waiting' },
  });
});

test("a link to a member's page is made and taken back, each with its reason", async () => {
  const links = '/v1/accounts/a1/links';
  const before = await changesKept();
  const dryRun = { reason: 'asked for', dryRun: true };
  expect(await api.post(links, dryRun)).toMatchObject({ account: 'a1', address: null, dryRun: true });
  expect(await api.post(`${links}/revoke`, dryRun)).toMatchObject({ account: 'a1', dryRun: true });
  expect(await changesKept()).toBe(before);
  const made = await api.post<{ address: string }>(links, { reason: 'asked for', lastsSeconds: 60 });
  const page = `${api.url}m/${made.address.split('/m/')[1]}`;
  expect((await fetch(page)).status).toBe(200);
  const other = await api.post<{ link: number; address: string }>(links, { reason: 'ticket 4711' });
  const others = `${api.url}m/${other.address.split('/m/')[1]}`;
  const listed = async () =>
    (
      (await api.send('GET', links, { token: api.tokens.operator })).body as {
        items: { link: number; openedAt: string | null }[];
      }
    ).items;
  expect(await listed()).toMatchObject([
    { link: other.link, account: 'a1', madeBy: 'token of operator', reason: 'ticket 4711', openedAt: null },
    { reason: 'asked for', openedAt: expect.stringMatching(/Z$/) as string },
  ]);
  expect((await api.send('GET', links, { token: api.tokens.viewer })).status).toBe(403);
  const end = `${links}/${other.link}/end`;
  const rehearsed = await api.post(end, dryRun);
  expect(rehearsed).toEqual({ account: 'a1', link: other.link, ended: true, dryRun: true });
  const flags = ['--end', String(other.link), '--dry-run', '--reason', 'asked for'];
  expect(await printed('account', 'link', 'a1', ...flags)).toEqual(rehearsed);
  expect(await printed('account', 'links', 'a1')).toEqual(await listed());
  expect((await fetch(others)).status).toBe(200);
  await api.post(end, { reason: 'no longer needed' });
  expect([(await fetch(others)).status, (await fetch(page)).status]).toEqual([410, 200]);
  expect((await listed()).map(({ link }) => link)).toEqual([other.link - 1]);
  for (const path of [end, `/v1/accounts/a2/links/${other.link - 1}/end`, `${links}/999/end`])
    expect(await refused(path, { reason: 'again' })).toMatchObject({
      status: 404,
      body: { code: 'unknown-link' },
    });
  await api.post(`${links}/revoke`, { reason: 'to a stranger' });
  expect((await fetch(page)).status).toBe(410);
  expect(await listed()).toEqual([]);
  expect(await changesSince(before)).toEqual([
    `account.link account:a1 ${by}: asked for`,
    `account.link account:a1 ${by}: ticket 4711`,
    `account.end-link account:a1 ${by}: no longer needed`,
    `account.unlink account:a1 ${by}: to a stranger`,
  ]);
  expect((await refused('/v1/accounts/nobody/links', { reason: 'x' })).status).toBe(404);
});

test('new terms are tried, stored once, and refused with every fault at its field', async () => {
  const [last] = builtInTerms.slice(-1);
  if (!last) throw new Error('no terms');
  const terms = [...builtInTerms, { ...last, effectiveFrom: '2099-01-01', welcome: 50 }];
  const asked = { terms, reason: 'a warmer welcome' };
  const before = await changesKept();
  expect(await api.post('/v1/terms', { ...asked, dryRun: true })).toEqual({
    outcome: 'applied',
    version: 2,
    dryRun: true,
  });
  expect(await changesKept()).toBe(before);
  expect(await api.post('/v1/terms', asked)).toMatchObject({ outcome: 'applied', version: 2 });
  expect(await api.post('/v1/terms', asked)).toMatchObject({ outcome: 'unchanged', version: 2 });
  expect(await changesSince(before)).toEqual([`terms.apply terms:2 ${by}: a warmer welcome`]);
  const faults = async (rows: unknown) =>
    (await refused('/v1/terms', { ...asked, terms: rows })).body as { faults: { where: string }[] };
  expect((await faults([{ ...last, welcome: -1 }])).faults).toMatchObject([{ where: 'terms.0.welcome' }]);
  expect((await faults([...terms, last])).faults).toMatchObject([
    { where: `terms.${terms.length}.effectiveFrom` },
  ]);
  // What was granted by it stays.
  expect((await faults([{ ...last, effectiveFrom: '2020-12-01' }])).faults.length).toBeGreaterThan(0);
});

test('a run is taken back: looked at, left to a worker under its number, watched, and done once', async () => {
  const { app, db } = api.installation;
  const preview = await api.post<Record<string, number>>('/v1/reversals/preview', { run });
  const { dryRun: _dryRun, ...command } = (await printed('reverse-run', String(run), '--dry-run')) as Record<
    string,
    unknown
  >;
  expect({ run, ...preview }).toEqual(command);
  expect(preview.accounts).toBe(3);
  const entries = (): Promise<number> => countOf(db, "SELECT COUNT(*) FROM entries WHERE kind = 'reversal'");
  expect(await entries()).toBe(0);
  for (const [body, status] of [
    [{ run, expect: 2, reason: 'wrong' }, 409],
    [{ run, eventsUnder: 1, reason: 'which?' }, 422],
    [{ reason: 'which?' }, 422],
    [{ run: 999, reason: 'not there' }, 404],
    [{ run, accounts: ['nobody'], reason: 'not there' }, 404],
  ] as const)
    expect({ body, status: (await refused('/v1/reversals', body)).status }).toEqual({ body, status });
  const before = await changesKept();
  const asked = { run, expect: 3, reason: 'wrong terms' };
  const opened = await api.post<{ reversal: number }>('/v1/reversals', asked);
  expect(opened).toMatchObject({ state: 'running', accounts: 0, actor: 'token of operator' });
  // Asked again, it is the same one.
  expect(await api.post('/v1/reversals', asked)).toEqual(opened);
  expect(await changesSince(before)).toEqual([`run.reverse run:${run} ${by}: wrong terms`]);
  expect(await resumeReversals(app.settleDeps, new AbortController().signal)).toBe(1);
  const done = await api.get(`/v1/reversals/${opened.reversal}`);
  const { accounts, cycles, taken, givenBack, notTaken, lapsed, settled } = preview;
  expect(done).toMatchObject({
    reversal: opened.reversal,
    state: 'completed',
    accounts,
    cycles,
    taken,
    givenBack,
    notTaken,
    lapsed,
    settled,
  });
  expect(await entries()).toBeGreaterThan(0);
  expect(await api.get(`/v1/reversals?run=${run}`)).toEqual({ items: [done], next: null });
  expect(await refused('/v1/reversals', { run, reason: 'twice' })).toMatchObject({
    status: 409,
    body: { code: 'already-reversed' },
  });
  const { status } = await api.send('GET', `/v1/reversals/${run}`, { token: api.tokens.viewer });
  expect(status).toBe(409);
});
