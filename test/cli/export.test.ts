import { execFile, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { startWorker } from '../../jobs/start-worker.ts';
import { execute } from '../../src/db/query.ts';
import { importRows } from '../support/accounts.ts';
import { type Ended, root } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { quickly } from '../support/slowness.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install();
  await importRows(installation.app, [
    { id: 'a1' },
    { id: 'b2', plan: 'plus', openingBalance: 195 },
    { id: 'c3' },
  ]);
  const { app } = installation;
  await runHere(['sweep', '--work', '--as-of', '2021-03-01T00:00:00Z'], { app, processes: { startWorker } });
});
afterAll(() => installation.remove());

const exported = (...args: string[]): Promise<Ended> =>
  runHere(['export', ...args], { app: installation.app });

async function rows(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await exported(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('export', () => {
  test('entries gives one JSON document a line, by account and then posting order', async () => {
    const entries = await rows('entries');
    expect(
      entries.map((one) => [one.account, one.seq, one.kind, one.amount, one.balance, one.cycleOn]),
    ).toEqual([
      ['a1', 1, 'monthly-free', 10, 10, '2021-02-01'],
      ['a1', 2, 'monthly-free', 10, 20, '2021-03-01'],
      ['b2', 1, 'monthly-free', 10, 205, '2021-02-01'],
      ['b2', 2, 'monthly-plan', 70, 275, '2021-02-01'],
      ['b2', 3, 'rollover-expiry', -75, 200, '2021-03-01'],
      ['b2', 4, 'monthly-free', 10, 210, '2021-03-01'],
      ['b2', 5, 'monthly-plan', 70, 280, '2021-03-01'],
      ['c3', 1, 'monthly-free', 10, 10, '2021-02-01'],
      ['c3', 2, 'monthly-free', 10, 20, '2021-03-01'],
    ]);
    expect(Object.keys(entries[0] ?? {})).toEqual([
      'account',
      'seq',
      'effectiveAt',
      'occurredAt',
      'postedAt',
      'kind',
      'amount',
      'balance',
      'cycleOn',
      'subject',
      'run',
    ]);
    expect(entries[0]).toMatchObject({
      effectiveAt: '2021-02-01T00:00:00.000Z',
      subject: 'cycle:2021-02-01',
      run: 1,
    });
  });

  test('decisions says of every boundary what was decided, and by which numbers', async () => {
    const decisions = await rows('decisions', '--account', 'b2');
    expect(decisions).toEqual([
      {
        account: 'b2',
        at: '2021-02-01T00:00:00.000Z',
        subject: 'cycle:2021-02-01',
        code: 'granted',
        detail: {
          carried: 195,
          expired: 0,
          free: 10,
          paid: 70,
        },
      },
      {
        account: 'b2',
        at: '2021-03-01T00:00:00.000Z',
        subject: 'cycle:2021-03-01',
        code: 'granted',
        detail: {
          carried: 200,
          expired: 75,
          free: 10,
          paid: 70,
        },
      },
    ]);
    expect(await rows('decisions')).toHaveLength(6);
  });

  test('accounts gives each as it is now', async () => {
    const accounts = await rows('accounts');
    expect(accounts.map((one) => one.account)).toEqual(['a1', 'b2', 'c3']);
    expect(accounts[1]).toEqual({
      account: 'b2',
      kind: 'freelancer',
      plan: 'plus',
      status: 'active',
      zone: 'UTC',
      anchorOn: '2021-01-01',
      trackedFrom: '2021-01-01T00:00:00.000Z',
      openingBalance: 195,
      balance: 280,
      owed: 0,
      nextCycleOn: '2021-04-01',
      nextCycleAt: '2021-04-01T00:00:00.000Z',
    });
  });

  test.each<[flags: string[], entries: number, decisions: number]>([
    [['--account', 'a1'], 2, 2],
    [['--from', '2021-03-01'], 5, 3],
    [['--to', '2021-02-28'], 4, 3],
    [['--to', '2021-03-01'], 9, 6],
    [['--from', '2021-02-01', '--to', '2021-02-01'], 4, 3],
    [['--account', 'b2', '--from', '2021-03-01'], 3, 1],
    [['--from', '2021-03-02'], 0, 0],
  ])('%j gives %i entries and %i decisions: both dates are included', async (flags, entries, decisions) => {
    expect(await rows('entries', ...flags)).toHaveLength(entries);
    expect(await rows('decisions', ...flags)).toHaveLength(decisions);
  });

  test.each(['entries', 'decisions', 'accounts'])('%s as CSV holds the same under a header', async (what) => {
    const { code, stdout } = await exported(what, '--csv');
    expect(code).toBe(0);
    expect(await exported(what, '--format', 'csv')).toMatchObject({ code, stdout });
    const cells = parse(stdout, { columns: true }) as Record<string, string>[];
    const asText = (value: unknown): string =>
      value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
    expect(cells).toEqual(
      (await rows(what)).map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asText(value)])),
      ),
    );
  });

  test('of nothing is nothing, or a header alone', async () => {
    expect(await exported('entries', '--from', '2022-01-01')).toMatchObject({ code: 0, stdout: '' });
    expect(
      (await exported('entries', '--from', '2022-01-01', '--format', 'csv')).stdout.split('\n'),
    ).toHaveLength(2);
  });

  test('of an account that nobody knows ends with 6', async () => {
    expect(await exported('entries', '--account', 'nobody')).toEqual({
      code: 6,
      stdout: '',
      stderr: 'connects: there is no account nobody (unknown-account)\n',
    });
  });

  test('stops between two rows when it is interrupted', async () => {
    const stopped = await runHere(['export', 'entries'], {
      app: installation.app,
      signal: AbortSignal.abort(),
    });
    expect(stopped).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('a large export', () => {
  const ROWS = 200_000;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'connects-export-'));
    const digits =
      '(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)';
    const number = 'a.d * 100000 + b.d * 10000 + c.d * 1000 + e.d * 100 + f.d * 10 + g.d';
    await execute(
      installation.db,
      `INSERT INTO entries (account_id, seq, kind, amount, balance_after, effective_at, occurred_at, posted_at, subject)
       SELECT 'c3', 10 + ${number}, 'purchase', 1, 1, '2022-01-01', '2022-01-01', '2022-01-01', CONCAT('e:', ${number})
         FROM ${['a', 'b', 'c', 'e', 'f', 'g'].map((name) => `${digits} ${name}`).join(' JOIN ')}
        WHERE ${number} < ${ROWS}`,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const main = join(root, 'src/cli/connects.js');
  const env = () => ({ PATH: process.env.PATH, HOME: process.env.HOME, ...installation.env });

  test('of 200,000 rows needs no more memory than a small one', async () => {
    const file = join(folder, 'entries.ndjson');
    const out = openSync(file, 'w');
    // What is kept of 200,000 rows would be several times as much.
    const child = spawn(process.execPath, ['--max-old-space-size=64', main, 'export', 'entries'], {
      cwd: root,
      env: env(),
      stdio: ['ignore', out, 'pipe'],
    });
    let peak = 0;
    const watching = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
      } catch {
        // It has ended.
      }
    }, 20);
    const code = await new Promise((resolve) => child.once('close', resolve));
    clearInterval(watching);
    closeSync(out);
    expect(code).toBe(0);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(9 + ROWS + 1);
    expect(peak / 1024).toBeLessThan(260);
  });

  test('whose reader has seen enough ends at once, and that is no fault', async () => {
    const command = `"${process.execPath}" "${main}" export entries | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const startedAt = performance.now();
    const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
      execFile('bash', ['-c', command], { cwd: root, env: env() }, (_error, stdout, stderr) =>
        resolve({ stdout, stderr }),
      );
    });
    expect(stdout).toMatch(/^\{"account":"a1","seq":1,.*\}\n0\n$/);
    expect(stderr).toBe('');
    expect((performance.now() - startedAt) / 1_000).toBeLessThan(quickly(20));
  });

  test('that the disk cannot hold ends with 1 and says so', async () => {
    const command = `"${process.execPath}" "${main}" export entries --account a1 > /dev/full`;
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile('bash', ['-c', command], { cwd: root, env: env() }, (error, _stdout, stderr) =>
        resolve({ code: error?.code, stderr }),
      );
    });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('the output could not be written: ENOSPC'),
    });
  });
});
