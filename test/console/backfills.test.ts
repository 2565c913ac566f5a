/** The pages of backfills over HTTP: looked at, started, paused, resumed, cancelled, approved; by whom, and why. */
import { type Console, startConsole } from '../../src/console/server.ts';
import { execute, selectRows } from '../../src/db/query.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { asking, emptyAll, planOf, started, work } from '../support/backfilling.ts';
import { Client } from '../support/console-client.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

let installation: Installation;
let served: Console;

beforeAll(async () => {
  installation = await install({
    env: { CONNECTS_CONSOLE_PORT: '0', SMTP_URL: '', CONNECTS_BACKFILL_APPROVAL_OVER: '100' },
  });
  served = await startConsole(installation.app);
});
afterAll(async () => {
  await served.stop();
  await installation.remove();
});

let operator: Client;
let viewer: Client;

/** Two accounts that lack cycles of ten Connects, and one that is inactive. */
beforeEach(async () => {
  await emptyAll(installation.db);
  await importRows(installation.app, [
    { id: 'late-1', trackedFrom: '2021-04-15T00:00:00Z' },
    { id: 'late-2', trackedFrom: '2021-04-15T00:00:00Z', anchorOn: '2021-02-10' },
    { id: 'inactive', trackedFrom: '2021-04-15T00:00:00Z', status: 'suspended' },
  ]);
  operator = await Client.signedIn(installation, served.url, 'operator');
  viewer = await Client.signedIn(installation, served.url, 'viewer');
});

const ASKED = { from: '2021-01-01', to: '2021-03-31' };
const QUERY = new URLSearchParams(ASKED).toString();
const plan = () => planOf(installation.app, asking(ASKED.from, ASKED.to));
const backfills = () => countOf(installation.db, 'SELECT COUNT(*) FROM backfills');

const stateOf = async (id: number): Promise<string> => {
  const [row] = await selectRows<{ state: string }>(
    installation.db,
    'SELECT state FROM backfills WHERE id = ?',
    [id],
  );
  return row?.state ?? 'none';
};

const startForm = async (more: Record<string, string> = {}) => ({
  ...ASKED,
  notify: 'none',
  planHash: (await plan()).hash,
  reason: 'imported late',
  ...more,
});

test('what it would do is what the command says: cycles, Connects, samples, what is left alone', async () => {
  const expected = await plan();
  expect(expected.cycles).toBe(3);
  const page = await operator.read(`/backfills/new?${QUERY}`);
  expect(page).toContain(`${expected.cycles} <small>cycles</small>`);
  expect(page).toContain(`of 2 accounts, ${expected.connects} Connects`);
  for (const { account } of expected.samples) expect(page).toContain(`href="/accounts/${account}"`);
  expect(page).toContain(`Grant ${expected.connects} Connects`);
  expect(page).toContain('Left alone');
  expect(page).toContain(`name="planHash" value="${expected.hash}"`);
  expect(await backfills()).toBe(0);
});

test('a form that is wrong says where, and looks at nothing', async () => {
  const answer = await operator.ask('/backfills/new?from=2021-03-31&to=2021-01-01&accounts=a%20b!&rate=0');
  const page = await answer.text();
  expect(answer.status).toBe(422);
  for (const fault of ['The last date is before the first', 'b! is no account id', 'from 1 to 100000'])
    expect(page).toContain(fault);
  expect(page).not.toContain('Grant ');
  const unknown = await operator.ask(`/backfills/new?${QUERY}&accounts=nobody`);
  expect([unknown.status, await unknown.text()]).toEqual([422, expect.stringContaining('nobody')]);
});

test('one who is chosen is looked at alone, and a rate says how long it takes', async () => {
  const page = await operator.read(`/backfills/new?${QUERY}&accounts=late-2&rate=1`);
  expect(page).toContain('of 1 account');
  expect(page).toContain('about 1 s');
  expect(page).not.toContain('/accounts/late-1');
});

test('it is started with a reason, by whoever is signed in, once, and only as it was seen', async () => {
  const refused = await operator.send('/backfills/new', await startForm({ reason: '' }));
  expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('Say why')]);
  const other = await operator.send('/backfills/new', await startForm({ planHash: 'another' }));
  expect([other.status, await other.text()]).toEqual([
    422,
    expect.stringContaining('The plan is not another'),
  ]);
  expect(await backfills()).toBe(0);
  const answer = await operator.send('/backfills/new', await startForm({ accounts: 'late-2', planHash: '' }));
  expect(answer.status).toBe(422);
  const form = await startForm();
  const begun = await operator.send('/backfills/new', form);
  expect(begun.status).toBe(303);
  const path = begun.headers.get('Location') ?? '';
  expect(path).toMatch(/^\/backfills\/\d+$/);
  const again = await operator.send('/backfills/new', form);
  expect([again.status, await again.text()]).toEqual([
    422,
    expect.stringContaining('is over some of these cycles'),
  ]);
  const [row] = await selectRows<{ actor: string; reason: string; action: string }>(
    installation.db,
    "SELECT actor, reason, action FROM audit_log WHERE target LIKE 'backfill:%'",
  );
  expect(row).toEqual({ actor: operator.name, reason: 'imported late', action: 'backfill.start' });
  expect(await operator.read('/backfills')).toContain(`href="${path}"`);
});

test('it is paused, resumed and cancelled, each with a reason that lands in the audit log', async () => {
  const { id } = await started(installation.app, asking(ASKED.from, ASKED.to));
  const path = `/backfills/${id}`;
  expect(await operator.read(path)).toContain('data-live="/live/backfill/');
  const change = async (name: string, more: Record<string, string> = {}) => {
    const { status } = await operator.send(path, { change: name, reason: `to ${name}`, ...more });
    return [status, await stateOf(id)];
  };
  expect(await change('pause', { reason: '' })).toEqual([422, 'running']);
  expect(await change('pause')).toEqual([303, 'paused']);
  expect(await operator.read(path)).toContain('It is paused, and grants nothing');
  expect(await change('rate', { rate: '7' })).toEqual([303, 'paused']);
  expect(await change('rate', { rate: 'fast' })).toEqual([422, 'paused']);
  expect(await operator.read(path)).toContain('7 accounts a second');
  expect(await change('resume')).toEqual([303, 'running']);
  expect(await change('delete')).toEqual([422, 'running']);
  expect(await change('cancel')).toEqual([303, 'cancelled']);
  expect(await change('resume')).toEqual([422, 'cancelled']);
  const rows = await selectRows<{ actor: string; action: string; reason: string }>(
    installation.db,
    'SELECT actor, action, reason FROM audit_log WHERE target = ? ORDER BY id',
    [`backfill:${id}`],
  );
  expect(rows.slice(1)).toEqual(
    ['pause', 'rate', 'resume', 'cancel'].map((name) => ({
      actor: operator.name,
      action: `backfill.${name}`,
      reason: `to ${name}`,
    })),
  );
});

test('one above the limit waits for a second person, who is somebody else', async () => {
  // More than the limit: an account on plus has 80 a cycle.
  for (const table of ['accounts', 'account_spans'])
    await execute(installation.db, `UPDATE ${table} SET plan = 'plus'`);
  const begun = await operator.send('/backfills/new', await startForm());
  expect(begun.status).toBe(303);
  const path = begun.headers.get('Location') ?? '';
  const id = Number(path.split('/').at(-1));
  expect(await stateOf(id)).toBe('awaiting-approval');
  const own = await operator.send(path, { change: 'approve', reason: 'mine' });
  expect([own.status, await own.text()]).toEqual([
    422,
    expect.stringContaining('somebody else must approve it'),
  ]);
  const second = await Client.signedIn(installation, served.url, 'operator');
  expect((await second.send(path, { change: 'approve', reason: 'seen, and right' })).status).toBe(303);
  expect(await stateOf(id)).toBe('running');
});

test('one that has ended says what became of its cycles, and is not changed any more', async () => {
  const { id } = await started(installation.app, asking(ASKED.from, ASKED.to));
  await work(installation.app, id);
  const page = await operator.read(`/backfills/${id}`);
  expect(page).toContain('It has granted all that it could');
  expect(page).toContain('Granted: never settled');
  expect(page).not.toContain('Change it');
  expect(page).not.toContain('data-live');
});

test('a viewer sees backfills, and neither sees nor does what changes them', async () => {
  const { id } = await started(installation.app, asking(ASKED.from, ASKED.to));
  expect(await viewer.read('/backfills')).not.toContain('New backfill');
  expect(await viewer.read(`/backfills/${id}`)).not.toContain('Change it');
  expect((await viewer.ask('/backfills/new')).status).toBe(403);
  expect((await viewer.send(`/backfills/${id}`, { change: 'pause', reason: 'x' })).status).toBe(403);
  expect(await stateOf(id)).toBe('running');
});

test('there is a page for none, and none for one that is not there', async () => {
  expect(await operator.read('/backfills')).toContain('There are no backfills here.');
  expect((await operator.ask('/backfills/4711')).status).toBe(404);
});

test('more accounts than a page looks at are looked at while it goes on, and started from what was found', async () => {
  await importRows(installation.app, numbered('m', 1_000));
  const address = `/backfills/new?${QUERY}`;
  const first = await operator.read(address);
  expect(first).toMatch(/data-live="\/live\/backfill-plan\/[0-9a-f]{16}"/);
  expect(first).toContain('Every account is looked at');
  let page = first;
  await until('all are looked at', async () => {
    page = await operator.read(address);
    return page.includes('Start it');
  });
  expect(page).toContain(`value="${(await plan()).hash}"`);
  // Nobody has looked at these dates: what was shown cannot be started.
  const other = await operator.send('/backfills/new', await startForm({ to: '2021-03-30' }));
  expect(other.status).toBe(422);
  expect(await other.text()).toContain('looked at again');
  expect((await operator.send('/backfills/new', await startForm())).status).toBe(303);
  expect(await backfills()).toBe(1);
});

test('hours in which it may be worked on are kept with it; what are none is said', async () => {
  const between = { between: '22:00-05:00', zone: 'Europe/Berlin' };
  for (const wrong of [{ between: '22:00' }, { ...between, zone: 'Mars/Olympus' }, { zone: 'UTC' }]) {
    const answer = await operator.send('/backfills/new', await startForm(wrong));
    expect([wrong, answer.status]).toEqual([wrong, 422]);
  }
  expect(await backfills()).toBe(0);
  const done = await operator.send('/backfills/new', await startForm(between));
  expect(await operator.read(done.headers.get('location') as string)).toContain('22:00-05:00 Europe/Berlin');
});

test('those that failed are tried again by themselves, with a reason, once they can be granted', async () => {
  const { app, db } = installation;
  const { id } = await started(app, asking(ASKED.from, ASKED.to));
  await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'late-1'");
  await work(app, id);
  expect((await operator.send(`/backfills/${id}/retry`, { reason: '' })).status).toBe(422);
  expect((await viewer.send(`/backfills/${id}/retry`, { reason: 'mended' })).status).toBe(403);
  expect(await viewer.read(`/backfills/${id}`)).not.toContain('/retry"');
  await execute(db, "UPDATE accounts SET zone = 'UTC' WHERE id = 'late-1'");
  expect(await operator.read(`/backfills/${id}`)).toContain(`action="/backfills/${id}/retry"`);
  const done = await operator.send(`/backfills/${id}/retry`, { reason: 'zones are mended' });
  expect(done.headers.get('location')).toBe(`/backfills/${id + 1}`);
  const [kept] = await selectRows<{ asked: string; actor: string; reason: string }>(
    db,
    'SELECT asked, actor, reason FROM backfills WHERE id = ?',
    [id + 1],
  );
  expect(kept).toMatchObject({ actor: operator.name, reason: 'zones are mended' });
  expect(JSON.parse(kept?.asked ?? '')).toMatchObject({ ...ASKED, accounts: ['late-1'] });
  const again = await operator.send(`/backfills/${id}/retry`, { reason: 'twice' });
  expect([again.status, await backfills()]).toEqual([422, 2]);
});
