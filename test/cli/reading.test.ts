/** Reading what was written: the audit log, accounts, and runs: found, noted, and held against each other. */
import { startWorker } from '../../jobs/start-worker.ts';
import { execute, selectRows } from '../../src/db/query.ts';
import { readAccounts } from '../../src/reports/account-list.ts';
import { importBroken, importRows, numbered } from '../support/accounts.ts';
import { readChecksums } from '../support/checksums.ts';
import type { Ended } from '../support/cli.ts';
import { fact, record } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
const connects = (...args: string[]): Promise<Ended> =>
  runHere(args, { app: installation.app, processes: { startWorker } });

/** The one JSON document of a command that ended well. */
async function json<Document = Record<string, unknown>[]>(...args: string[]): Promise<Document> {
  const { code, stdout, stderr } = await connects(...args, '--json');
  expect({ args, code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Document;
}

describe('accounts', () => {
  afterAll(() => installation.remove());
  beforeAll(async () => {
    installation = await install();
    await importRows(installation.app, [
      { id: '-dash', email: 'Jane@example.test' },
      { id: 'b1', plan: 'plus', anchorOn: '2021-01-10', email: 'jane@example.test' },
      { id: 'b10', plan: 'plus', anchorOn: '2021-01-20' },
      { id: 'b2', status: 'suspended' },
      { id: 'c', status: 'closed' },
      { id: 'ag', kind: 'agency', plan: 'agency' },
    ]);
    await importBroken(installation.app, 'z-broken');
    await connects('sweep', '--work', '--as-of', '2021-02-15T00:00:00Z');
    await execute(installation.db, "UPDATE accounts SET owed = 7 WHERE id = 'b10'");
  });

  const idsOf = async (...args: string[]): Promise<unknown[]> =>
    (await json('accounts', ...args)).map((one) => one.account);

  test.each<[flags: string[], ids: string[]]>([
    [[], ['-dash', 'ag', 'b1', 'b10', 'b2', 'c', 'z-broken']],
    [
      ['--plan', 'plus'],
      ['b1', 'b10'],
    ],
    [['--status', 'suspended'], ['b2']],
    [['--next-from', '2021-02-20', '--next-to', '2021-02-20'], ['b10']],
    [['--next-from', '2021-03-10'], ['b1']],
    [['--put-aside'], ['z-broken']],
    [['--owed'], ['b10']],
    [['--owed', '--plan', 'basic'], []],
    [
      ['--email', 'JANE@example.test'],
      ['-dash', 'b1'],
    ],
    [['--email', 'jane@example.test', '--plan', 'plus'], ['b1']],
    [['--after=-dash', '--limit', '1'], ['ag']],
  ])('list %j are %j', async (flags, ids) => {
    expect(await idsOf('list', ...flags)).toEqual(ids);
  });

  test('list goes on from page to page, and says so', async () => {
    const { stdout, stderr } = await connects('accounts', 'list', '--limit', '2');
    expect(stdout.split('\n').slice(2, -1)).toEqual([
      expect.stringMatching(/^-dash {4}basic {3}active +10 +0 {2}2021-03-01 {2}UTC$/),
      expect.stringMatching(/^ag /),
    ]);
    expect(stderr).toBe('there is more: --after=ag goes on\n');
    expect(await connects('accounts', 'list', '--after=c')).toMatchObject({
      stdout: expect.stringMatching(/unknown-zone\n$/),
      stderr: '',
    });
    expect(await connects('accounts', 'list', '--owed', '--plan', 'basic')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'there are no such accounts\n',
    });
  });

  test.each<[text: string, ids: string[]]>([
    ['b1', ['b1', 'b10']],
    ['b', ['b1', 'b10', 'b2']],
    ['-', ['-dash']],
    ['z-broken', ['z-broken']],
    ['jane@example.test', ['-dash', 'b1']],
  ])('find %s finds %j', async (text, ids) => {
    const { stdout } = await connects('accounts', 'find', '--ndjson', '--', text);
    const found = stdout.trimEnd().split('\n');
    expect(found.map((line) => (JSON.parse(line) as { account: string }).account)).toEqual(ids);
  });

  test.each([
    ['B1', 'no account has an id that begins with B1 (ids are case-sensitive) (unknown-account)'],
    ['jane@', 'expected one'],
    ['nobody@example.test', 'no account has the address nobody@example.test'],
  ])('find %s finds nobody, and says so', async (text, said) => {
    const { code, stderr } = await connects('accounts', 'find', text);
    expect([2, 6]).toContain(code);
    expect(stderr).toContain(said);
  });

  test('a page of what is rare looks at a bounded number of rows, and says where to go on', async () => {
    await importRows(installation.app, numbered('m', 900));
    await execute(installation.db, "UPDATE accounts SET owed = 1 WHERE id = 'm-850'");
    const asked = { owed: true, plan: 'basic' } as const;
    const first = await readAccounts(installation.db, asked, { limit: 5, examinedMax: 300 });
    expect(first).toEqual({ accounts: [], nextAfter: 'm-293', examined: 300 });
    const found: string[] = [];
    for (let after: string | null | undefined; after !== null;) {
      const page = await readAccounts(installation.db, asked, { after, limit: 5, examinedMax: 300 });
      found.push(...page.accounts.map((one) => one.account));
      after = page.nextAfter;
    }
    expect(found).toEqual(['m-850']);
  });

  test('what an index leads to is read by it, however many others there are', async () => {
    await importRows(installation.app, numbered('m', 900));
    const { db } = installation;
    (db.client as { pool: { max: number } }).pool.max = 1;
    const rowsRead = async (): Promise<number> => {
      const rows = await selectRows<{ Value: string }>(db, "SHOW SESSION STATUS LIKE 'Handler_read%'");
      return rows.reduce((sum, row) => sum + Number(row.Value), 0);
    };
    const costOf = async (...args: string[]): Promise<number> => {
      const begun = await rowsRead();
      expect((await connects('accounts', ...args)).code).toBe(0);
      return (await rowsRead()) - begun;
    };
    const reading = await costOf('list', '--email', 'nobody@example.test');
    for (const args of [
      ['list', '--email', 'jane@example.test'],
      ['list', '--put-aside'],
      ['list', '--limit', '20'],
      ['find', 'm-4', '--limit', '20'],
    ]) {
      const cost = (await costOf(...args)) - reading;
      expect({ args, cost, isBounded: cost < 450 }).toEqual({ args, cost, isBounded: true });
    }
  });
});

describe('the audit log', () => {
  afterAll(() => installation.remove());
  beforeAll(async () => {
    installation = await install();
    await importRows(installation.app, [{ id: 'a1' }]);
    await connects('tokens', 'add', 'one', '--role', 'viewer', '--actor', 'ada', '--reason', 'for "him"');
    await connects('tokens', 'revoke', '1', '--actor', 'bob');
    await connects('notices', 'hold', '--actor', 'bob');
    await connects('adjust', 'a1', '--amount', '+5', '--key', 'k', '--reason', 'late', '--yes');
  });

  const actionsOf = async (...flags: string[]): Promise<unknown[]> =>
    (await json('audit-log', ...flags)).map((one) => one.action);

  test('tells who changed what, why, before and after; the newest first', async () => {
    const rows = await json('audit-log');
    expect(rows.map((one) => one.action)).toEqual([
      'balance.adjusted',
      'notices.hold',
      'tokens.revoke',
      'tokens.add',
      'accounts.import',
    ]);
    expect(rows[3]).toMatchObject({
      actor: 'ada',
      target: 'token:1',
      reason: 'for "him"',
      before: null,
      after: { name: 'one', role: 'viewer' },
      run: null,
    });
    const { stdout } = await connects('audit-log', '--target', 'token:1');
    expect(stdout).toMatch(/^row {2}at \(UTC\) +by {3}action +target +run {2}reason +after$/m);
    expect(stdout).toMatch(/ada {2}tokens\.add +token:1 +for "him" +\{"name":"one"/);
  });

  test.each<[flags: string[], actions: string[]]>([
    [['--target', 'account:a1'], ['balance.adjusted']],
    [
      ['--actor', 'bob'],
      ['notices.hold', 'tokens.revoke'],
    ],
    [
      ['--action', 'tokens'],
      ['tokens.revoke', 'tokens.add'],
    ],
    [['--action', 'tokens.add'], ['tokens.add']],
    [['--action', 'token'], []],
    [['--action', 'tokens', '--actor', 'bob'], ['tokens.revoke']],
    [['--since', '2037-01-01'], []],
    [['--until', '2021-01-01'], []],
  ])('%j are %j', async (flags, actions) => {
    expect(await actionsOf(...flags)).toEqual(actions);
  });

  test('both ends of a time are included; a page says where the next begins', async () => {
    const rows = await json('audit-log');
    const at = String(rows[2]?.at);
    const within = await json('audit-log', '--since', at, '--until', at);
    expect(within.map((one) => one.id)).toContain(rows[2]?.id);
    expect(await actionsOf('--since', at.slice(0, 10), '--until', at.slice(0, 10))).toHaveLength(5);
    const { stderr } = await connects('audit-log', '--limit', '2');
    expect(stderr).toBe('there is more: --before 4 goes on\n');
    expect(await actionsOf('--before', '4')).toEqual(['tokens.revoke', 'tokens.add', 'accounts.import']);
  });
});

describe('runs', () => {
  afterAll(() => installation.remove());
  beforeAll(async () => {
    installation = await install();
    await importRows(installation.app, [
      { id: 'a1' },
      { id: 'a2', plan: 'plus' },
      { id: 'a3' },
      { id: 'ag', kind: 'agency', plan: 'agency' },
    ]);
    await connects('sweep', '--work', '--as-of', '2021-02-01T00:00:00Z', '--actor', 'cron');
  });

  test('note is shown wherever the run is, and stands in the audit log', async () => {
    const before = await readChecksums(installation.db);
    expect(await connects('run', 'note', '1', 'new terms', '--dry-run')).toMatchObject({ code: 0 });
    expect(await readChecksums(installation.db)).toEqual(before);
    await connects('run', 'note', '1', 'new terms', '--actor', 'ada');
    await connects('run', 'note', '1', 'mended', '--actor', 'bob');
    expect((await connects('run', 'show', '1')).stdout).toMatch(
      /^ {2}note {6}\S+Z by ada: new terms\n {2}note {6}\S+Z by bob: mended\n/m,
    );
    expect((await connects('run', 'list')).stdout).toMatch(/cron {2}mended$/m);
    expect((await json('run', 'list'))[0]?.notes).toEqual([
      { at: expect.any(String), actor: 'ada', note: 'new terms' },
      { at: expect.any(String), actor: 'bob', note: 'mended' },
    ]);
    expect(await json('audit-log', '--action', 'run.note')).toHaveLength(2);
    expect(await connects('run', 'note', '17', 'x')).toMatchObject({ code: 6 });
    expect(await connects('run', 'note', '1', 'two\nlines')).toMatchObject({ code: 2 });
  });

  test('diff says why one settled many and another few', async () => {
    await importRows(installation.app, [{ id: 'b1', anchorOn: '2021-01-15' }]);
    await record(installation.app, [fact('e1', 'a1', '2021-03-01T12:00:00Z', 'plan.upgraded')]);
    await connects('sweep', '--account', 'a2', '--work', '--as-of', '2021-03-01T06:00:00Z');
    await execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'a3'");
    await connects('sweep', '--work', '--as-of', '2021-03-02T00:00:00Z');
    const { code, stdout } = await connects('run', 'diff', '3', '1');
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'Run 1 (sweep, as of 2021-02-01T00:00:00.000Z) settled 4 of 4 accounts due when it began.',
      'Run 3 (sweep, as of 2021-03-02T00:00:00.000Z) settled 2 of 3 accounts due when it began.',
      'Run 3 put 1 account aside (1 unknown-zone).',
      'Run 1 settled 4 boundaries, of 2021-02-01T00:00:00.000Z.',
      'Run 3 settled 2 boundaries, from 2021-02-15T00:00:00.000Z to 2021-03-01T00:00:00.000Z.',
      'Of the accounts of run 1, others settled a boundary before run 3 came to it: 1 by events, 1 by run 2.',
      '1 account of run 1 had a boundary by then that is still not settled: see "connects due" and "connects failures list".',
      '1 account of run 3 was not among those of run 1.',
      'Accounts by plan: 1 agency, 2 basic, 1 plus in run 1, 1 agency, 1 basic in run 3.',
      'Boundaries by code: 3 granted, 1 no-monthly-grant in run 1, 1 granted, 1 no-monthly-grant in run 3.',
    ]);
    expect(await json('run', 'diff', '1', '3')).toMatchObject({
      earlier: { run: 1, byPlan: { basic: 2 } },
      later: { run: 3, counts: { settled: 2, failed: 1 } },
      meanwhile: { stillDue: 1, notDueAgain: 0, closed: 0 },
      onlyLater: 1,
    });
  });

  test('diff of one that came right after another says that nothing was to do', async () => {
    await importRows(installation.app, [{ id: 'late', anchorOn: '2021-02-02' }]);
    await connects('sweep', '--work', '--as-of', '2021-03-02T12:00:00Z');
    const said = (await connects('run', 'diff', '3', '4')).stdout;
    expect(said).toContain(
      'Of those of run 3, 2 accounts had no other boundary by 2021-03-02T12:00:00.000Z: run 4 had nothing to do for them.',
    );
    expect(said).toContain('1 account of run 4 was not among those of run 3.');
    expect(await connects('run', 'diff', '3', '99')).toMatchObject({ code: 6 });
  });

  test('diff with a reversal or a backfill says what these did, and nothing of who was due', async () => {
    const own = await install();
    const { app } = own;
    const here = (...args: string[]) => runHere(args, { app, processes: { startWorker } });
    await importRows(app, [{ id: 'a1' }, { id: 'a2' }]);
    await here('sweep', '--work', '--as-of', '2021-02-01T00:00:00Z');
    await execute(app.db, "UPDATE accounts SET next_cycle_on = '2037-01-01', next_cycle_at = '2037-01-01'");
    await here('reverse-run', '1', '--reason', 'x', '--yes');
    const span = ['--from', '2021-02-01', '--to', '2021-02-01', '--include', 'reversed'];
    await here('backfill', 'start', ...span, '--work', '--reason', 'x', '--yes');
    const [, reversal, ...none] = (await here('run', 'diff', '1', '2')).stdout.split('\n');
    expect(reversal).toMatch(/^Run 2 \(reversal, as of \S+\) took back what 2 accounts had been granted\.$/);
    expect(none.join()).not.toMatch(/due when it began|had begun|nothing to do/);
    const [, backfill, ...rest] = (await here('run', 'diff', '2', '3')).stdout.split('\n');
    expect(backfill).toMatch(
      /^Run 3 \(backfill, .*\) granted past cycles to 2 of 2 accounts that were planned\.$/,
    );
    expect(rest.join()).not.toMatch(/due when it began|had begun|nothing to do/);
    await own.remove();
  });

  test('list is narrowed by kind, state, begin and actor', async () => {
    expect(
      await connects('rerun', '--all', '--work', '--reason', 'x', '--yes', '--actor', 'ada'),
    ).toMatchObject({ code: 3 });
    const runsOf = async (...flags: string[]): Promise<unknown[]> =>
      (await json('run', 'list', ...flags)).map((one) => one.run);
    expect(await runsOf()).toEqual([5, 4, 3, 2, 1]);
    expect(await runsOf('--kind', 'rerun')).toEqual([5]);
    expect(await runsOf('--state', 'completed')).toEqual([4, 2, 1]);
    expect(await runsOf('--actor', 'ada', '--limit', '1')).toEqual([5]);
    expect(await runsOf('--actor', 'cron')).toEqual([1]);
    expect(await runsOf('--since', '2021-01-01', '--kind', 'sweep')).toEqual([4, 3, 2, 1]);
    expect(await runsOf('--since', '2037-01-01')).toEqual([]);
  });
});
