/** backfill, reverse-run and audit from a shell: what they print, their exit codes, and dry runs that change nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../../jobs/start-worker.ts';
import { execute } from '../../src/db/query.ts';
import { listRuns } from '../../src/ledger/runs.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { emptyAll } from '../support/backfilling.ts';
import { readChecksums } from '../support/checksums.ts';
import type { Ended } from '../support/cli.ts';
import { fact, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf } from '../support/state.ts';

let installation: Installation;
const folder = mkdtempSync(join(tmpdir(), 'connects-corrections-'));

beforeAll(async () => {
  installation = await install({ env: { SMTP_URL: '' } });
});
afterEach(() => emptyAll(installation.db));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await installation.remove();
});

const connects = (...args: string[]): Promise<Ended> =>
  runHere(args, { app: installation.app, processes: { startWorker } });
const json = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await connects(...args, '--json');
  if (stdout === '') throw new Error(`exit ${code}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
};

/** Taken over a moment ago: nothing is due. */
const now = (): string => new Date(Date.now() - 1_000).toISOString();
const late = () => ({ anchorOn: '2021-01-10', trackedFrom: now() });
const SPRING = ['--from', '2021-02-01', '--to', '2021-04-30'];
const SURE = ['--reason', 'imported late', '--yes'];

const hold = (): Promise<unknown> =>
  execute(installation.db, "UPDATE accounts SET next_cycle_on = '2037-01-01', next_cycle_at = '2037-01-01'");

describe('backfill plan', () => {
  it('prints counts by reason, Connects, five sample accounts, the hash, and the command that starts it', async () => {
    await importRows(installation.app, numbered('a', 7, late()));
    const { code, stdout } = await connects('backfill', 'plan', ...SPRING);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^cycles that began from 2021-02-01 to 2021-04-30, of all accounts, under terms version 1\n/,
    );
    expect(stdout).toMatch(/^absent +21 +210$/m);
    expect(stdout).toMatch(/^all, of 7 accounts +21 +210$/m);
    expect(stdout.match(/^ {2}a-00\d {2}2021-02-10 \+10 \(absent\), 2021-03-10/gm)).toHaveLength(5);
    const hash = /^plan ([0-9a-f]{16}); to start it$/m.exec(stdout)?.[1];
    expect(stdout).toContain(
      `  connects backfill start --from 2021-02-01 --to 2021-04-30 --plan-hash ${hash} --work --reason "…" --yes\n`,
    );
    expect(await json('backfill', 'plan', ...SPRING)).toMatchObject({
      hash,
      accounts: 7,
      cycles: 21,
      connects: 210,
    });
  });

  it('says what it left out, and how to ask for it', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'a' }, { ...late(), id: 'b', status: 'suspended' }]);
    await record(app, [
      fact('s', 'a', '2021-01-15 00:00', 'account.suspended'),
      fact('r', 'a', '2021-02-15 00:00', 'account.reinstated'),
    ]);
    const { stdout } = await connects('backfill', 'plan', ...SPRING);
    expect(stdout).toContain('nothing is to be granted\nleft as they are: 3 inactive-now\n');
    expect(stdout).toContain('not asked for: 1 account-inactive (--include account-inactive)');
    expect(stdout).not.toContain('to start it');
  });

  it.each([
    [2, ['--from', '2021-02-01'], '--to'],
    [2, ['--from', '2021-02-30', '--to', '2021-03-01'], 'expected a date that exists'],
    [2, ['--from', '2021-04-01', '--to', '2021-03-01'], 'is later than --to'],
    [
      2,
      [...SPRING, '--include', 'failed'],
      'Allowed choices are absent, account-inactive, before-program, reversed',
    ],
    [2, [...SPRING, '--plan', 'gold'], 'Allowed choices are basic, plus, agency'],
    [2, [...SPRING, '--plan', 'plus', '--account', 'a1'], 'cannot be used with'],
    [2, [...SPRING, '--accounts-file', '/nonexistent'], 'there is no such file'],
    [6, [...SPRING, '--account', 'nobody'], 'there is no account nobody'],
  ])('ends with %i for %j', async (code, args, said) => {
    const ended = await connects('backfill', 'plan', ...args);
    expect(ended).toEqual({ code, stdout: '', stderr: expect.stringContaining(said) });
  });
});

describe('backfill start', () => {
  const start = (...more: string[]): Promise<Ended> => connects('backfill', 'start', ...SPRING, ...more);

  it('works on it with --work, and says what became of it', async () => {
    await importRows(installation.app, numbered('a', 3, late()));
    const { code, stdout, stderr } = await start(...SURE, '--work');
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^backfill \d+ is started/),
    });
    expect(stdout).toMatch(
      /^backfill \d+ completed: cycles that began from 2021-02-01 to 2021-04-30, of all accounts/,
    );
    expect(stdout).toContain('  granted   9 cycles of 3 accounts (absent), 90 Connects\n');
    expect(await countOf(installation.db, 'SELECT SUM(balance) FROM accounts')).toBe(90);
    const again = await start(...SURE, '--work');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing is to be granted') });
    const run = (await listRuns(installation.db, 1))[0]?.id ?? 0;
    expect(await json('run', 'show', String(run))).toMatchObject({
      kind: 'backfill',
      settled: 3,
      cycles: 9,
      granted: 90,
    });
  });

  it('takes the accounts of a file', async () => {
    await importRows(installation.app, numbered('a', 5, late()));
    const file = join(folder, 'ids.txt');
    writeFileSync(file, 'a-001\n\na-003 \r\na-001\n');
    const { stdout } = await start('--accounts-file', file, ...SURE, '--work');
    expect(stdout).toContain('  granted   6 cycles of 2 accounts (absent), 60 Connects\n');
    writeFileSync(file, 'a-001\na b\n');
    expect(await start('--accounts-file', file, ...SURE)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('line 2: expected an account id'),
    });
    writeFileSync(file, 'a-001\n'.repeat(200_001));
    expect(await start('--accounts-file', file, ...SURE)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('expected at most 200000 accounts, and found 200001'),
    });
  });

  it('wants a reason and --yes, the plan that was seen, and no other one over the same cycles', async () => {
    await importRows(installation.app, numbered('a', 2, late()));
    const before = await readChecksums(installation.db);
    expect(await start('--yes')).toMatchObject({ code: 4, stderr: expect.stringContaining('--reason') });
    expect(await start('--reason', 'x')).toMatchObject({ code: 4, stderr: expect.stringContaining('--yes') });
    expect(await start(...SURE, '--plan-hash', '0123456789abcdef')).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/the plan is not 0123456789abcdef any more but [0-9a-f]{16}/),
    });
    expect(await start(...SURE, '--rate', 'fast')).toMatchObject({ code: 2 });
    expect(await readChecksums(installation.db)).toEqual(before);
    const { hash } = await json('backfill', 'plan', ...SPRING);
    expect(await start(...SURE, '--plan-hash', String(hash))).toMatchObject({ code: 0 });
    expect(await start(...SURE)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('is over some of these cycles'),
    });
  });

  it('as a dry run takes the real path, changes nothing, and counts what the real one then does', async () => {
    const { app, db } = installation;
    await importRows(app, [
      ...numbered('a', 3, late()),
      { ...late(), id: 'b', status: 'suspended' },
      { id: 'due', anchorOn: '2026-01-10', trackedFrom: '2026-03-01T00:00:00Z' },
    ]);
    const before = await readChecksums(db);
    const asked = ['--from', '2021-02-01', '--to', '2026-02-28'];
    const dry = await json('backfill', 'start', ...asked, '--dry-run');
    expect(await readChecksums(db)).toEqual(before);
    const real = await json('backfill', 'start', ...asked, ...SURE, '--work');
    expect(dry.items).toEqual(real.items);
    expect(real.items).toMatchObject([
      { state: 'granted', reason: 'absent', accounts: 4 },
      { state: 'skipped', why: 'inactive-now', accounts: 1 },
    ]);
  });
});

describe('backfill show, pause, resume and cancel', () => {
  it('tell its state, and end with 5 once it has ended, with 6 where there is none', async () => {
    await importRows(installation.app, numbered('a', 2, late()));
    const { backfill } = await json('backfill', 'start', ...SPRING, ...SURE);
    const id = String(backfill);
    expect(await json('backfill', 'show', id)).toMatchObject({
      state: 'running',
      planned: { cycles: 6 },
      items: [],
    });
    const before = await readChecksums(installation.db);
    expect(await json('backfill', 'pause', id, '--dry-run')).toMatchObject({ state: 'paused' });
    expect(await readChecksums(installation.db)).toEqual(before);
    expect(await json('backfill', 'pause', id)).toMatchObject({ state: 'paused' });
    expect(await json('backfill', 'resume', id, '--work')).toMatchObject({
      state: 'completed',
      done: { granted: 2, failed: 0 },
    });
    expect(await connects('backfill', 'cancel', id)).toMatchObject({ code: 5, stdout: '' });
    expect(await connects('backfill', 'show', '999999')).toMatchObject({ code: 6, stdout: '' });
    expect(await connects('backfill', 'show', 'x')).toMatchObject({ stdout: '' });
  });

  it('wait with --timeout, and end with 75 when it has passed', async () => {
    await importRows(installation.app, numbered('a', 2, late()));
    const ended = await connects('backfill', 'start', ...SPRING, ...SURE, '--wait', '--timeout', '300ms');
    expect(ended).toMatchObject({
      code: 75,
      stderr: expect.stringContaining('--timeout passed with work left'),
    });
  });

  it('end with 3 when an account failed', async () => {
    await importRows(
      installation.app,
      numbered('a', 2, { anchorOn: '2021-01-10', trackedFrom: '2021-06-01T00:00:00Z' }),
    );
    await execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'a-001'");
    const { code, stdout } = await connects('backfill', 'start', ...SPRING, ...SURE, '--work');
    expect(code).toBe(3);
    expect(stdout).toContain('a-001: unknown-zone: "Mars/Olympus" is not a known IANA time zone');
  });
});

describe('reverse-run', () => {
  async function settledRun(): Promise<number> {
    await importRows(installation.app, [...numbered('a', 3), { id: 'spender' }]);
    await settleAsOf(installation.app, ['a-000', 'a-001', 'a-002', 'spender'], '2021-02-01 00:00');
    const run = (await listRuns(installation.db, 1))[0]?.id ?? 0;
    await record(installation.app, [
      fact('s', 'spender', '2021-02-01 10:00', 'connects.spent', { amount: 4 }),
    ]);
    await hold();
    return run;
  }

  it('says what it took and what it could not; a dry run says the same and changes nothing', async () => {
    const run = await settledRun();
    const before = await readChecksums(installation.db);
    const { outcome: _dry, reversal: _none, ...dry } = await json('reverse-run', String(run), '--dry-run');
    expect(await readChecksums(installation.db)).toEqual(before);
    const { outcome, reversal, ...real } = await json('reverse-run', String(run), ...SURE);
    expect(real).toEqual(dry);
    expect(real).toMatchObject({
      accounts: 4,
      cycles: 4,
      taken: 36,
      notTaken: 4,
      short: [{ account: 'spender', notTaken: 4 }],
    });
    expect(outcome).toBe('reversed');
    expect(await connects('run', 'show', String(reversal))).toMatchObject({
      stdout: expect.stringContaining('36 taken back, 4 not taken'),
    });
    expect(await connects('reverse-run', String(run), ...SURE)).toMatchObject({ code: 5, stdout: '' });
  });

  it('prints it for people, and what comes next', async () => {
    const run = await settledRun();
    const { code, stdout, stderr } = await connects('reverse-run', String(run), ...SURE);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^run ${run}: 4 cycles of 4 accounts reversed by run \\d+\\n`));
    expect(stdout).toContain(
      '  connects  36 taken back\n  not taken 4, spent already by 1 account\n            spender: 4\n',
    );
    expect(stderr).toContain('connects backfill plan --include reversed');
  });

  it('wants a reason and --yes, and a run that is there', async () => {
    const run = String(await settledRun());
    const before = await readChecksums(installation.db);
    expect(await connects('reverse-run', run, '--yes')).toMatchObject({ code: 4 });
    expect(await connects('reverse-run', run, '--reason', 'x')).toMatchObject({ code: 4 });
    expect(await connects('reverse-run', '999999', ...SURE)).toMatchObject({ code: 6 });
    expect(await connects('reverse-run', 'events', ...SURE)).toMatchObject({ code: 2 });
    expect(await connects('reverse-run', 'events', '--terms-version', '99', ...SURE)).toMatchObject({
      code: 6,
    });
    expect(await connects('reverse-run', 'events', '--terms-version', '1', ...SURE)).toMatchObject({
      code: 5,
    });
    expect(await readChecksums(installation.db)).toEqual(before);
  });
});

describe('backfill list', () => {
  it('lists the latest first, and as many as are asked for', async () => {
    const { app } = installation;
    expect(await connects('backfill', 'list')).toMatchObject({ code: 0, stdout: '' });
    await importRows(app, numbered('a', 2, late()));
    const first = await connects('backfill', 'start', ...SPRING, '--account', 'a-000', ...SURE);
    const second = await connects('backfill', 'start', ...SPRING, '--account', 'a-001', ...SURE);
    expect([first.code, second.code]).toEqual([0, 0]);
    const { stdout } = await connects('backfill', 'list');
    expect(stdout).toMatch(/^backfill +state +from +to +run +planned +started \(UTC\) +by$/m);
    expect(stdout.match(/^\d+ +running +2021-02-01 +2021-04-30 /gm)).toHaveLength(2);
    const listed = (await json('backfill', 'list')) as unknown as { backfill: number; state: string }[];
    expect(listed.map((one) => one.state)).toEqual(['running', 'running']);
    expect((listed[0]?.backfill ?? 0) - (listed[1]?.backfill ?? 0)).toBe(1);
    const lines = (await connects('backfill', 'list', '--limit', '1', '--ndjson')).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([listed[0]]);
  });

  it('one that overlaps another is refused, also where nothing is left to be granted', async () => {
    const { app } = installation;
    await importRows(app, numbered('a', 2, late()));
    expect(await connects('backfill', 'start', ...SPRING, ...SURE)).toMatchObject({ code: 0 });
    const none = ['--from', '2020-02-01', '--to', '2021-02-09'];
    expect(await connects('backfill', 'start', ...none, ...SURE)).toMatchObject({ code: 5 });
  });
});

describe('audit', () => {
  beforeEach(async () => {
    await importRows(
      installation.app,
      numbered('a', 3, { anchorOn: '2026-01-10', trackedFrom: '2026-02-01T00:00:00Z' }),
    );
    await settleAsOf(installation.app, ['a-000', 'a-001', 'a-002'], Date.now());
  });

  it('ends with 0 and one line when nothing is wrong', async () => {
    expect(await connects('audit')).toEqual({ code: 0, stdout: '', stderr: 'nothing is wrong\n' });
    expect(await json('audit')).toEqual({ findings: [], total: 0, byCode: {} });
  });

  it('ends with 10, names account, cycle and command, and --fix mends it; a dry run of that changes nothing', async () => {
    const { db } = installation;
    await execute(db, "UPDATE accounts SET balance = balance + 1 WHERE id = 'a-001'");
    await execute(db, "DELETE FROM cycles WHERE account_id = 'a-002' AND cycle_on = '2026-03-10'");
    const { code, stdout, stderr } = await connects('audit');
    expect({ code, stderr }).toEqual({
      code: 10,
      stderr: '2 findings (1 balance-differs, 1 settlement-missing)\n',
    });
    expect(stdout.split('\n')[0]).toMatch(
      /^a-001: balance-differs: the balance is \d+, and its entries come to \d+$/,
    );
    expect(stdout).toContain('a-002: settlement-missing: the cycle of 2026-03-10 has no settlement\n');
    expect(stdout).toContain(
      '\nsettlement-missing: 1 finding\n' +
        '    connects backfill start --from 2026-03-10 --to 2026-03-10 --account a-002 --work --reason "…" --yes\n',
    );
    const lines = (await connects('audit', '--ndjson')).stdout.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { account: string }).account)).toEqual([
      'a-001',
      'a-002',
    ]);
    expect(await connects('audit', '--fix')).toMatchObject({ code: 4 });
    const before = await readChecksums(db);
    const DONE = '1 balance restored from the ledger';
    expect(await connects('audit', '--fix', '--dry-run')).toEqual({
      code: 0,
      stdout: '',
      stderr: `dry run, taken back: backfilled by 1 backfill; ${DONE}\nnothing is wrong any more\n`,
    });
    expect(await readChecksums(db)).toEqual(before);
    const fixed = await connects('audit', '--fix', ...SURE);
    expect(fixed).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('nothing is wrong any more'),
    });
    expect(fixed.stderr).toContain(DONE);
    expect(await connects('audit')).toMatchObject({ code: 0 });
  });

  it('says with --dry-run what --fix does, step by step: a wrong next instant, then what is due by it', async () => {
    const { db } = installation;
    await execute(db, "DELETE FROM cycles WHERE account_id = 'a-000' ORDER BY cycle_on DESC LIMIT 1");
    await execute(db, "DELETE FROM entries WHERE account_id = 'a-000' ORDER BY seq DESC LIMIT 1");
    await execute(
      db,
      `UPDATE accounts SET next_cycle_on = DATE_SUB(next_cycle_on, INTERVAL 1 MONTH), balance = balance - 10,
              last_seq = last_seq - 1, last_decision = last_decision - 1, next_cycle_at = '2037-01-01'
        WHERE id = 'a-000'`,
    );
    const { stdout } = await connects('audit');
    expect(stdout).toContain('a-000: next-date-wrong: ');
    expect(stdout).toContain('a-000: due-too-long: ');
    expect(stdout).toMatch(/\ndue-too-long: 1 finding\n {4}connects audit --fix --account a-000 /);
    const before = await readChecksums(db);
    const previewed = await connects('audit', '--fix', '--dry-run');
    expect(await readChecksums(db)).toEqual(before);
    const fixed = await connects('audit', '--fix', ...SURE);
    expect(previewed).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('1 account settled; 1 next date'),
    });
    expect(fixed).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /^1 account settled by run \d+; 1 next date put right\nnothing is wrong any more\n$/,
      ),
    });
  });

  it('finds sums of charts that differ, once the ledger is right; they are counted anew', async () => {
    const { db } = installation;
    expect(await connects('rollups', 'rebuild')).toMatchObject({ code: 0 });
    await execute(db, "UPDATE accounts SET balance = balance + 1 WHERE id = 'a-001'");
    await execute(
      db,
      `INSERT INTO rollup_deltas (measure, on_day, plan, name, amount, quantity)
       VALUES ('entries', '2026-03-10', 'basic', 'monthly-free', 7, 0)`,
    );
    const { code, stdout } = await connects('audit');
    expect(code).toBe(10);
    expect(stdout).toContain('a-001: balance-differs: ');
    expect(stdout).toContain(
      'rollups-differ: 1 sum of the charts lacks of the ledger: 0 entries and -7 Connects as monthly-free on 2026-03-10\n',
    );
    expect(stdout).toContain('\nrollups-differ: 1 finding\n    connects rollups rebuild\n');
    expect(await json('audit', '--account', 'a-000')).toMatchObject({ total: 0 });
    await execute(db, "DELETE FROM cycles WHERE account_id = 'a-002' AND cycle_on = '2026-03-10'");
    expect((await connects('audit')).stdout).not.toContain('rollups-differ');
    await connects('audit', '--fix', ...SURE);
    expect(await connects('rollups', 'rebuild')).toMatchObject({
      code: 0,
      stdout: '3 accounts counted, 1 sum corrected\n',
    });
    expect(await connects('audit')).toMatchObject({ code: 0, stderr: 'nothing is wrong\n' });
  });

  it('takes --as-of, and refuses one in the future', async () => {
    expect(await connects('audit', '--as-of', '2030-01-01T00:00:00Z')).toMatchObject({ code: 2 });
    expect(await connects('audit', '--as-of', '2026-02-10T00:00:00Z')).toMatchObject({ code: 0 });
  });
});
