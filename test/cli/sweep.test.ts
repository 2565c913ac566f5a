import { startWorker } from '../../jobs/start-worker.ts';
import { execute } from '../../src/db/query.ts';
import { importBroken, importRows, importThree, numbered } from '../support/accounts.ts';
import { readChecksums } from '../support/checksums.ts';
import { type Ended, startCli } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

const ASOF = '2021-05-01T00:00:00Z';

let installation: Installation;
beforeEach(async () => {
  installation = await install();
});
afterEach(() => installation.remove());

const connects = (...args: string[]): Promise<Ended> =>
  runHere(args, { app: installation.app, processes: { startWorker } });

/** The one JSON document of a command that ended well. */
async function json<Document>(...args: string[]): Promise<Document> {
  const { code, stdout } = await connects(...args, '--json');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Document;
}

const threeAccounts = (): Promise<void> => importThree(installation.app);

const brokenAccount = (id: string): Promise<void> => importBroken(installation.app, id);

describe('sweep', () => {
  test('with nothing due opens no run', async () => {
    await threeAccounts();
    expect(await connects('sweep', '--as-of', '2021-01-15T00:00:00Z')).toEqual({
      code: 0,
      stdout: 'nothing is due as of 2021-01-15T00:00:00.000Z\n',
      stderr: '',
    });
    expect(await json('sweep', '--as-of', '2021-01-15T00:00:00Z')).toEqual({
      outcome: 'nothing-due',
      asOf: '2021-01-15T00:00:00.000Z',
      remaining: 0,
      runs: [],
    });
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM runs')).toBe(0);
  });

  test('submits a job for every account that is due, and joins the run that is open', async () => {
    await threeAccounts();
    const opened = await connects('sweep', '--as-of', ASOF, '--actor', 'ada', '--reason', 'by hand');
    expect(opened).toEqual({
      code: 0,
      stdout: 'run 1 opened as of 2021-05-01T00:00:00.000Z: 3 jobs submitted\n',
      stderr: '',
    });
    const joined = await connects('sweep', '--as-of', '2021-04-01T00:00:00Z', '--json');
    expect(joined).toMatchObject({
      code: 0,
      stderr: 'run 1 was open already, as of 2021-05-01T00:00:00.000Z: this sweep joined it\n',
    });
    expect(JSON.parse(joined.stdout)).toMatchObject({ outcome: 'joined', run: 1 });
    expect(await json('run', 'show', '1')).toMatchObject({
      actor: 'ada',
      reason: 'by hand',
      state: 'running',
      remaining: 3,
    });
  });

  test('--work settles all that is due, and prints the counts of its run', async () => {
    await threeAccounts();
    const { code, stdout, stderr } = await connects('sweep', '--work', '--as-of', ASOF);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('run 1 (sweep) completed, as of 2021-05-01T00:00:00.000Z, terms version 1\n');
    expect(stdout).toContain('  accounts  3 settled, 0 failed, 0 remaining, 0 skipped\n');
    expect(stdout).toContain('  cycles    12 (8 granted, 4 no-monthly-grant)\n');
    expect(stdout).toContain('  connects  360 granted, 540 expired; -180 in all\n');
  });

  test('--work --timeout also limits how long mail is sent: what is left is for the next pass', async () => {
    const slow = await install({ env: { CONNECTS_MAIL_RATE: '1' } });
    try {
      await importRows(slow.app, numbered('mail', 60));
      const given = { app: slow.app, processes: { startWorker } };
      const sweeping = ['sweep', '--work', '--as-of', ASOF];
      const { code, stdout, stderr } = await runHere([...sweeping, '--timeout', '6s'], given);
      expect(code).toBe(75);
      expect(stderr).toMatch(/^--timeout passed with \d+ notices? left: the next pass goes on\n$/m);
      expect(stdout).toContain('60 settled');
    } finally {
      await slow.remove();
    }
  });

  test('--wait --timeout without a worker ends with 75 and says how much is left', async () => {
    await threeAccounts();
    const { code, stdout, stderr } = await connects(
      'sweep',
      '--wait',
      '--timeout',
      '300ms',
      '--as-of',
      ASOF,
      '--json',
    );
    expect({ code, stderr }).toEqual({
      code: 75,
      stderr: '--timeout passed with 3 accounts left: the next sweep goes on\n',
    });
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'timed-out',
      remaining: 3,
      runs: [{ run: 1, state: 'running' }],
    });
  });

  test('ends with 3 when accounts failed', async () => {
    await threeAccounts();
    await brokenAccount('broken');
    const { code, stdout } = await connects('sweep', '--work', '--as-of', ASOF);
    expect(code).toBe(3);
    expect(stdout).toContain('  accounts  3 settled, 1 failed, 0 remaining, 0 skipped\n');
    expect(stdout).toContain('  failures  1 unknown-zone\n');
  });

  test('refuses an as-of in the future, by the clock of the database', async () => {
    const { code, stderr } = await connects('sweep', '--as-of', '2037-01-01T00:00:00Z');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('is in the future') });
  });

  test('stopped by SIGTERM while it waits ends with 143, and says what is left', async () => {
    await threeAccounts();
    const { child, ended } = startCli(['sweep', '--wait', '--as-of', ASOF, '--json'], installation.env);
    await until(
      'its run is open',
      async () => (await countOf(installation.db, 'SELECT COUNT(*) FROM runs')) > 0,
    );
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({
      code: 143,
      stderr: 'interrupted with 3 accounts left: the next sweep goes on\n',
    });
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'interrupted', remaining: 3 });
  });
});

describe('sweep --dry-run', () => {
  test('gives the counts of the real run, and changes no table', async () => {
    await threeAccounts();
    await brokenAccount('broken');
    const before = await readChecksums(installation.db);
    const dry = await connects('sweep', '--dry-run', '--as-of', ASOF, '--json');
    expect(dry.code).toBe(3);
    expect(await readChecksums(installation.db)).toEqual(before);
    const preview = JSON.parse(dry.stdout) as Record<string, unknown>;
    expect(preview).toMatchObject({
      outcome: 'previewed',
      asOf: '2021-05-01T00:00:00.000Z',
      termsVersion: 1,
      due: 4,
    });

    const real = await connects('sweep', '--work', '--as-of', ASOF, '--json');
    const [run] = (JSON.parse(real.stdout) as { runs: Record<string, unknown>[] }).runs;
    for (const name of ['settled', 'failed', 'cycles', 'granted', 'expired', 'byCode', 'failures'])
      expect({ [name]: preview[name] }).toEqual({ [name]: run?.[name] });
    expect(preview.notices).toEqual({ pending: 2 });
    expect(run?.notices).toEqual({ sent: 2 });
  });

  test('looks ahead as well: what the next months would grant', async () => {
    const inFuture = new Date(Date.now() + 90 * 86_400_000).toISOString();
    const today = new Date().toISOString().slice(0, 10);
    await importRows(installation.app, [
      { id: 'n1', anchorOn: today },
      { id: 'n2', plan: 'plus', anchorOn: today },
    ]);
    const before = await readChecksums(installation.db);
    expect(await json('sweep', '--dry-run')).toMatchObject({ due: 0, cycles: 0 });
    const { cycles, granted } = await json<{ cycles: number; granted: number }>(
      'sweep',
      '--dry-run',
      '--as-of',
      inFuture,
    );
    expect([4, 6]).toContain(cycles);
    expect(granted).toBe((cycles / 2) * 90);
    expect(await readChecksums(installation.db)).toEqual(before);
    expect(await connects('sweep', '--dry-run', '--as-of', '2040-01-01T00:00:00Z')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a dry run looks ahead to 2038-01-19'),
    });
  });

  test('adds up pages, and catch-ups that need several transactions', async () => {
    const old = { anchorOn: '1900-01-01', trackedFrom: '1900-01-02T00:00:00Z' };
    await importRows(installation.app, [
      ...numbered('many', 1_100),
      { id: 'old-1', ...old },
      { id: 'old-2', ...old },
    ]);
    const { due, settled, cycles, byCode } = await json<Record<string, number>>(
      'sweep',
      '--dry-run',
      '--as-of',
      ASOF,
    );
    expect({ due, settled }).toEqual({ due: 1_102, settled: 1_102 });
    // 121 years and 4 months of two accounts, before the program began in December 2020 and since.
    expect({ cycles, byCode }).toEqual({
      cycles: 1_100 * 4 + 2 * 1_456,
      byCode: { granted: 1_100 * 4 + 2 * 6, 'before-program': 2 * 1_450 - 0 },
    });
  });

  test("beside a real sweep leaves nothing behind, however they get into each other's way", async () => {
    await importRows(installation.app, numbered('beside', 600));
    const [real, ...dry] = await Promise.all([
      connects('sweep', '--work', '--as-of', ASOF),
      connects('sweep', '--dry-run', '--as-of', ASOF),
      connects('sweep', '--dry-run', '--as-of', ASOF),
    ]);
    expect(real.code).toBe(0);
    // A dry run that loses every race says so instead of guessing.
    for (const one of dry) expect([0, 75]).toContain(one.code);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM cycles WHERE run_id = 1')).toBe(2_400);
    for (const table of ['cycles', 'entries', 'outbox'])
      expect(
        await countOf(installation.db, `SELECT COUNT(*) FROM ${table} WHERE run_id <> 1 OR run_id IS NULL`),
      ).toBe(0);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE balance <> 40')).toBe(0);
  });
});

describe('due', () => {
  test('counts by plan, as a table and as data', async () => {
    await threeAccounts();
    const { stdout } = await connects('due', '--as-of', ASOF);
    expect(stdout.split('\n').slice(1)).toEqual([
      'plan    accounts  oldest (UTC)',
      '------  --------  ------------------------',
      'agency         1  2021-02-01T00:00:00.000Z',
      'basic          1  2021-02-01T00:00:00.000Z',
      'plus           1  2021-02-01T00:00:00.000Z',
      '',
    ]);
    expect(stdout).toMatch(/^3 accounts are due as of 2021-05-01T00:00:00.000Z, the oldest for [\d,]+ d/);
    expect(await json('due', '--as-of', ASOF)).toMatchObject({
      asOf: '2021-05-01T00:00:00.000Z',
      accounts: 3,
      oldestAt: '2021-02-01T00:00:00.000Z',
    });
  });

  test('with none due says so, and no limit is passed', async () => {
    expect(await connects('due', '--fail-over', '1s')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing is due'),
    });
    expect(await json('due')).toMatchObject({ accounts: 0, oldestAt: null, oldestAgeSeconds: 0, plans: [] });
  });

  test('--fail-over ends with 3 and says why when the oldest is older, also with --json', async () => {
    await threeAccounts();
    expect(await connects('due', '--fail-over', '3650d')).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout, stderr } = await connects('due', '--fail-over', '15m', '--json');
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(
        /^the oldest has been due for [\d,]+ d( \d+ h)?, longer than --fail-over allows\n$/,
      ),
    });
    expect(JSON.parse(stdout)).toMatchObject({ accounts: 3 });
  });

  test('counts who is put aside in the same line; --fail-over passes for them until somebody has acknowledged it', async () => {
    const { db } = installation;
    await importBroken(installation.app, 'broken');
    expect(await connects('sweep', '--work', '--as-of', ASOF)).toMatchObject({ code: 3 });
    await execute(db, 'UPDATE failures SET put_aside_at = put_aside_at - INTERVAL 1 HOUR');
    const { code, stdout } = await connects('due', '--fail-over', '2h');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^nothing is due as of \S+; 1 account is put aside: see "connects failures list"\n$/,
      ),
    });
    expect(await connects('due', '--fail-over', '15m')).toMatchObject({
      code: 3,
      stderr:
        '1 account is put aside and nobody has acknowledged it, the oldest for 60 min, longer than --fail-over allows\n',
    });
    expect(await json('due')).toMatchObject({
      putAside: { accounts: 1, open: 1, oldestOpenAgeSeconds: expect.any(Number) },
    });
    expect(await connects('failures', 'ack', 'broken', '--reason', 'zone asked for', '--yes')).toMatchObject({
      code: 0,
    });
    expect(await connects('due', '--fail-over', '15m')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('; 1 account is put aside'),
    });
    expect(await json('due')).toMatchObject({ putAside: { accounts: 1, open: 0, oldestOpenAgeSeconds: 0 } });
  });
});
