/** Runs and failures by plain HTTP: what is shown, who may change it, and that many are changed only under their number. */
import { startConsole } from '../../../src/console/server.ts';
import type { Listening } from '../../../src/console/listen.ts';
import { runbookEntries } from '../../../scripts/check/runbook-entries.ts';
import { RUNBOOK } from '../../../src/console/runbook.ts';
import { execute, selectRows } from '../../../src/db/query.ts';
import { listRuns } from '../../../src/ledger/runs.ts';
import { resumeReversals } from '../../../src/operations/reversals/reverse-run.ts';
import { sweep } from '../../../src/operations/runs/sweep.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { Client } from '../../support/console-client.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { MAY_2021, sweepAndSend } from '../../support/sweeping.ts';

const FLEET = 20;
const ZONES = ['a-003', 'a-007', 'a-011'];
const BALANCES = ['a-004', 'a-008'];

let installation: Installation;
let served: Listening;
let operator: Client;
let viewer: Client;
let run: number;
beforeAll(async () => {
  installation = await install({
    env: { CONNECTS_CONSOLE_PORT: '0', CONNECTS_SETTLE_ATTEMPTS: '1', SMTP_URL: '' },
  });
  const { app, db } = installation;
  await importRows(app, numbered('a', FLEET));
  await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id IN (?)", [ZONES]);
  await execute(db, "UPDATE accounts SET zone = 'Mars/Crater', plan = 'plus' WHERE id IN (?)", [BALANCES]);
  run = (await sweepAndSend(app)).runs[0]?.id as number;
  await execute(db, "UPDATE failures SET code = 'negative-balance' WHERE account_id IN (?)", [BALANCES]);
  served = await startConsole(app);
  operator = await Client.signedIn(installation, served.url, 'operator');
  viewer = await Client.signedIn(installation, served.url, 'viewer');
});
afterAll(async () => {
  await served.stop();
  await installation.remove();
});

/** Without what only marks up. */
const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'");

const asides = async (): Promise<string[]> =>
  (
    await selectRows<{ id: string }>(
      installation.db,
      "SELECT DISTINCT account_id AS id FROM failures WHERE state = 'put-aside' ORDER BY id",
    )
  ).map((one) => one.id);

describe('runs', () => {
  test('are listed with their counts, and narrowed by kind, state, who began them, and time', async () => {
    const text = textOf(await viewer.read('/runs'));
    expect(text).toMatch(/Sweep With failures 20 15 5 0/);
    for (const query of ['kind=rerun', 'state=stopped', 'actor=nobody', 'from=2099-01-01', 'to=2001-01-01'])
      expect(textOf(await viewer.read(`/runs?${query}`))).toContain('There are no such runs.');
    const today = new Date().toISOString().slice(0, 10);
    const all = `/runs?kind=sweep&state=completed-with-failures&actor=test&from=2020-01-01&to=${today}`;
    expect(textOf(await viewer.read(all))).toContain('With failures');
  });

  test('what an address cannot mean is left out', async () => {
    expect(textOf(await viewer.read('/runs?kind=x&state=y&from=z&before=-1&open=q'))).toContain(
      'With failures',
    );
  });

  test('one says what it came to, adding up, and offers to rerun what it put aside', async () => {
    const html = await viewer.read(`/runs/${run}`);
    const text = textOf(html);
    expect(text).toContain('15 settled + 5 failed + 0 remaining + 0 skipped = 20 due at its start');
    expect(text).toMatch(/unknown-zone "Mars\/Olympus".* 3 3 a-003 Rerun these 3/);
    expect(html).toContain(`href="/failures?run=${run}&amp;error=unknown-zone&amp;do=rerun"`);
    expect(text).toContain('version 0.1.0');
  });

  test.each(['/runs/999', '/runs/x', '/runs/0', '/runs/1e3', '/runs/999/diff/1', '/runs/1/diff/x'])(
    '%s is not there',
    async (path) => {
      expect((await viewer.ask(path)).status).toBe(404);
    },
  );

  test('a note is kept under the name of whoever wrote it, and needs words', async () => {
    expect((await operator.send(`/runs/${run}/note`, { note: '  ' })).status).toBe(422);
    expect((await operator.send(`/runs/${run}/note`, { note: 'zones come on Monday' })).status).toBe(303);
    const text = textOf(await viewer.read(`/runs/${run}`));
    expect(text).toContain(
      `zones come on Monday ( ${operator.name} )`.replaceAll('( ', '(').replaceAll(' )', ')'),
    );
  });

  test('one that has ended is not stopped', async () => {
    const answer = await operator.send(`/runs/${run}/stop`, { reason: 'x' });
    expect(answer.status).toBe(409);
    expect(textOf(await answer.text())).toContain(`Run ${run} is completed-with-failures already.`);
  });

  test('an open one is stopped with a reason, which is shown with it', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('b', 4));
    const opened = await sweep(app.sweepDeps, { asOf: MAY_2021, source: 'command', actor: 'ada' });
    if (opened.outcome !== 'opened') throw new Error(opened.outcome);
    const path = `/runs/${opened.run.id}`;
    expect(await viewer.read(path)).toContain(`data-live="/live${path}"`);
    expect(textOf(await operator.read(`${path}/stop`))).toContain('4 accounts are left, still due');
    const bare = await operator.send(`${path}/stop`, { reason: '' });
    expect([bare.status, textOf(await bare.text())]).toEqual([
      422,
      expect.stringContaining('The reason is missing.'),
    ]);
    expect((await operator.send(`${path}/stop`, { reason: 'wrong terms' })).status).toBe(303);
    const [audit] = await selectRows<object>(
      db,
      "SELECT actor, reason FROM audit_log WHERE action = 'run.stop' AND target = ?",
      [`run:${opened.run.id}`],
    );
    expect(audit).toEqual({ actor: operator.name, reason: 'wrong terms' });
    expect(textOf(await viewer.read(path))).toContain('Stopped: wrong terms');
    await execute(
      db,
      "UPDATE runs SET state = 'stopped', ended_at = heartbeat_at, open_key = NULL WHERE id = ?",
      [opened.run.id],
    );
  });

  test('a sweep is asked for with a reason, and says where nobody is due', async () => {
    expect((await operator.send('/runs/sweep', { reason: '' })).status).toBe(422);
    const done = await operator.send('/runs/sweep', { reason: 'before the meeting' });
    const [latest] = await listRuns(installation.db, 1);
    expect(done.headers.get('location')).toBe(`/runs/${latest?.id}`);
    expect(latest).toMatchObject({ kind: 'sweep', actor: operator.name, reason: 'before the meeting' });
    await execute(
      installation.db,
      "UPDATE runs SET state = 'stopped', ended_at = started_at, open_key = NULL WHERE id = ?",
      [latest?.id as number],
    );
  });

  test('two are compared in sentences', async () => {
    expect(textOf(await viewer.read(`/runs/${run}/diff/${run + 1}`))).toContain(`run ${run}`);
  });
});

describe('failures', () => {
  test('are counted by what they have in common, each count a filter', async () => {
    const text = textOf(await viewer.read('/failures'));
    expect(text).toMatch(/Error unknown-zone 3 negative-balance 2/);
    expect(text).toMatch(/Plan Basic 3 Plus 2/);
    expect(text).toMatch(/Program version 0\.1\.0 5/);
    const narrowed = textOf(await viewer.read('/failures?error=negative-balance'));
    expect(narrowed).toContain('Put aside with negative-balance 2 accounts');
    expect(narrowed).toContain('an entry would take it below zero');
    expect(narrowed).toContain('heading negative-balance');
    expect(narrowed).not.toContain('a-003');
    expect(textOf(await viewer.read('/failures?error=x'))).toContain('Nobody that is put aside matches.');
  });

  test('what matches is downloaded as the command line prints it', async () => {
    const answer = await viewer.ask('/failures.csv?error=negative-balance');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const rows = (await answer.text()).trim().split('\n');
    const printed = await runHere(['failures', 'list', '--error', 'negative-balance', '--csv'], {
      app: installation.app,
    });
    const withoutAge = (line: string): string => line.split(',').slice(0, 9).join(',');
    expect(rows.map(withoutAge)).toEqual(printed.stdout.trim().split('\n').map(withoutAge));
    expect(rows).toHaveLength(3);
  });

  test('a viewer is shown no form, and refused what it would send', async () => {
    expect(await viewer.read('/failures?do=rerun')).not.toContain('action="/failures/rerun"');
    for (const path of ['rerun', 'acknowledge', 'snooze', 'assign', 'note', 'reopen'])
      expect((await viewer.send(`/failures/${path}`, { reason: 'x', count: '5' })).status).toBe(403);
    for (const path of [`/runs/${run}/stop`, `/runs/${run}/note`, `/runs/${run}/reverse`]) {
      expect((await viewer.send(path, { reason: 'x', note: 'x' })).status).toBe(403);
      expect((await viewer.ask(path)).status).toBe(403);
    }
    expect(await asides()).toHaveLength(5);
  });

  test.each([
    [{ reason: '', count: '3' }, 422, 'The reason is missing.'],
    [{ reason: 'mended', count: '' }, 422, 'The number of accounts is missing.'],
    [{ reason: 'mended', count: 'all' }, 422, 'The number of accounts is to be a number.'],
    [{ reason: 'mended', count: '4' }, 409, 'Expected 4 accounts, and found 3 accounts; nothing was written'],
  ])('a rerun with %j is not done, and says why', async (fields, status, why) => {
    const before = await listRuns(installation.db, 100);
    const answer = await operator.send('/failures/rerun', { error: 'unknown-zone', ...fields });
    expect(answer.status).toBe(status);
    const html = await answer.text();
    expect(textOf(html)).toContain(why);
    expect(html).toContain('name="error" value="unknown-zone"');
    expect(await listRuns(installation.db, 100)).toEqual(before);
  });

  test('all that match are acknowledged, assigned and opened again, each in the audit log', async () => {
    const sent = { error: 'negative-balance', reason: 'support knows', count: '2' };
    const done = await operator.send('/failures/acknowledge', sent);
    expect(done.headers.get('location')).toBe('/failures?error=negative-balance&done=acknowledge&accounts=2');
    expect(textOf(await operator.read(done.headers.get('location') as string))).toContain(
      '2 accounts acknowledged.',
    );
    expect((await operator.send('/failures/assign', { ...sent, more: 'ann' })).status).toBe(303);
    const text = textOf(await viewer.read('/failures?state=acknowledged'));
    expect(text).toContain('2 accounts');
    expect(text).toContain('assigned to ann');
    expect((await operator.send('/failures/reopen', { ...sent, state: 'acknowledged' })).status).toBe(303);
    const actions = await selectRows<{ action: string; entries: number }>(
      installation.db,
      "SELECT action, COUNT(*) AS entries FROM audit_log WHERE action LIKE 'failures.%' GROUP BY action ORDER BY action",
    );
    expect(actions).toEqual([
      { action: 'failures.ack', entries: 2 },
      { action: 'failures.assign', entries: 2 },
      { action: 'failures.reopen', entries: 2 },
    ]);
  });

  test('one is snoozed and noted by itself, from its own page on, which says so and what must happen', async () => {
    const account = await operator.read('/accounts/a-011');
    expect(account).toContain('href="/failures?account=a-011"');
    expect(textOf(account)).toMatch(
      /Put aside with unknown-zone: a person must act\..*What must happen: record an/,
    );
    const snoozing = await operator.read('/failures?account=a-011&do=snooze');
    expect(textOf(snoozing)).toContain('This is about a-011. Nobody is settled: until then');
    expect(snoozing).toContain('name="count" value="1"');
    const one = { account: 'a-011', reason: 'asked support', count: '1' };
    const unsaid = await operator.send('/failures/snooze', { ...one, more: '5' });
    expect([unsaid.status, textOf(await unsaid.text())]).toEqual([
      422,
      expect.stringContaining('Choose for how long.'),
    ]);
    expect((await operator.send('/failures/note', { ...one, more: ' ' })).status).toBe(422);
    expect((await operator.send('/failures/snooze', { ...one, more: '72' })).status).toBe(303);
    const noted = await operator.send('/failures/note', { ...one, more: 'ticket 4711' });
    expect(textOf(await operator.read(noted.headers.get('location') as string))).toContain(
      '1 account noted.',
    );
    for (const path of ['/accounts/a-011', '/failures?state=snoozed'])
      expect(textOf(await viewer.read(path))).toMatch(/Snoozed.*asked support .*ticket 4711/);
    expect(textOf(await viewer.read('/failures?state=snoozed'))).toContain('1 account');
    expect(await viewer.read('/accounts/a-011')).not.toContain('Act on it');
    const kept = await selectRows<object>(
      installation.db,
      "SELECT action, reason FROM audit_log WHERE target = 'account:a-011' AND action LIKE 'failures.%' ORDER BY id",
    );
    expect(kept).toMatchObject([
      { action: 'failures.snooze', reason: 'asked support' },
      { action: 'failures.note', reason: 'asked support' },
    ]);
  });

  test('a rerun takes exactly those that match, whatever the filter, and leads to its run', async () => {
    const before = textOf(await operator.read('/failures?error=unknown-zone&plan=basic&do=rerun'));
    expect(before).toContain('This is about 3 accounts with unknown-zone, on plan Basic.');
    const sent = { error: 'unknown-zone', plan: 'basic', version: '0.1.0', reason: 'mended', count: '3' };
    const done = await operator.send('/failures/rerun', sent);
    expect(done.status).toBe(303);
    const [latest] = await listRuns(installation.db, 1);
    expect(done.headers.get('location')).toBe(`/runs/${latest?.id}`);
    expect(latest).toMatchObject({ kind: 'rerun', actor: operator.name, reason: 'mended', dueAtStart: 3 });
    const again = await operator.send('/failures/rerun', sent);
    expect(again.status).toBe(409);
    expect(textOf(await again.text())).toContain('is rerunning some of these accounts already');
  });
});

test('a run is taken back under the number of its accounts, once it was seen what that comes to', async () => {
  const path = `/runs/${run}/reverse`;
  const page = textOf(await operator.read(path));
  expect(page).toMatch(/0 Connects taken back of 60 cycles of 15 accounts .*Left 600, expired since/);
  const before = await listRuns(installation.db, 1);
  for (const [fields, status, why] of [
    [{ reason: '', count: '15' }, 422, 'The reason is missing.'],
    [{ reason: 'wrong terms', count: '14' }, 409, 'Expected 14 accounts, and found 15 accounts'],
  ] as const) {
    const answer = await operator.send(path, fields);
    expect([answer.status, textOf(await answer.text())]).toEqual([status, expect.stringContaining(why)]);
  }
  expect(await listRuns(installation.db, 1)).toEqual(before);
  const done = await operator.send(path, { reason: 'wrong terms', count: '15', notify: 'each' });
  const [reversal] = await listRuns(installation.db, 1);
  expect(done.headers.get('location')).toBe(`/runs/${reversal?.id}`);
  expect(reversal).toMatchObject({
    kind: 'reversal',
    actor: operator.name,
    reason: 'wrong terms',
    notify: 'each',
  });
  const { app } = installation;
  expect(await resumeReversals(app.settleDeps, new AbortController().signal)).toBe(1);
  expect(textOf(await viewer.read(`/runs/${run}`))).toContain(
    `Taken back, all or a part of it, by run ${reversal?.id}`,
  );
  const again = await operator.ask(path);
  expect([again.status, textOf(await again.text())]).toEqual([
    409,
    expect.stringContaining('was reversed already'),
  ]);
});

test('an error keeps the name and the counts of whoever is signed in, and tells nobody else of them', async () => {
  for (const path of ['/nowhere', '/runs/999', '/emails/999', `/runs/${run}/stop`]) {
    const html = await (await viewer.ask(path)).text();
    expect([path, textOf(html)]).toEqual([path, expect.stringContaining(`${viewer.name} viewer`)]);
    expect([path, html]).toEqual([path, expect.stringContaining('<b class="badge bad">')]);
  }
  const html = await (await Client.nobody(served.url).ask('/nowhere')).text();
  expect(html).not.toMatch(/class="who"|class="badge/);
});

test('what the console says of an error is what the runbook says: scripts/check/runbook.ts writes it', () => {
  expect(Object.keys(RUNBOOK).length).toBeGreaterThan(15);
  expect(RUNBOOK).toEqual(runbookEntries());
  const parts = Object.values(RUNBOOK).flatMap((one) => Object.values(one) as string[]);
  expect(parts.filter((one) => one === '')).toEqual([]);
});
