/** Reruns: a new run over exactly those that were put aside; sweeps leave them to it. */
import { startWorker } from '../../../jobs/start-worker.ts';
import { databaseNow, execute, selectRows } from '../../../src/db/query.ts';
import { findRun, listRuns } from '../../../src/ledger/runs.ts';
import { openRerun } from '../../../src/operations/runs/rerun.ts';
import { recordEvents } from '../../../src/operations/events/record-events.ts';
import { runUntilClosed } from '../../../src/operations/runs/run-until-closed.ts';
import { sweep } from '../../../src/operations/runs/sweep.ts';
import { countRun } from '../../../src/reports/run-counts.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { reset } from '../../support/reset.ts';
import { countOf, readState } from '../../support/state.ts';
import { MAY_2021, sweepAndSend, until } from '../../support/sweeping.ts';

const FLEET = 20;
const BROKEN = ['a-003', 'a-007', 'a-011'];
const AS_OF = ['--as-of', '2021-05-01T00:00:00Z'];
const INTENT = ['--reason', 'zones are mended', '--yes'];

describe('rerun', () => {
  let installation: Installation;
  let firstRun: number;
  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '', CONNECTS_SETTLE_ATTEMPTS: '1' } });
  });
  beforeEach(async () => {
    await reset(installation);
    await importRows(installation.app, numbered('a', FLEET));
    await setZone('Mars/Olympus', ...BROKEN);
    const swept = await sweepAndSend(installation.app);
    firstRun = swept.runs[0]?.id as number;
  });
  afterAll(() => installation.remove());

  const setZone = (zone: string, ...ids: string[]): Promise<unknown> =>
    execute(installation.db, 'UPDATE accounts SET zone = ? WHERE id IN (?)', [zone, ids]);
  const open = (filter = {}) =>
    openRerun(
      { db: installation.db, log: installation.app.log, settings: installation.app.config },
      { filter, actor: 'test', reason: 'zones are mended' },
    );
  const putAside = (): Promise<{ account_id: string; run_id: number }[]> =>
    selectRows(
      installation.db,
      "SELECT account_id, run_id FROM failures WHERE state = 'put-aside' ORDER BY account_id, run_id",
    );
  const cli = (...args: string[]) => runHere(args, { app: installation.app, processes: { startWorker } });

  it('settles exactly those that the run put aside, and clears their failures', async () => {
    await setZone('UTC', ...BROKEN);
    const ended = await cli('rerun', String(firstRun), ...INTENT, '--wait', '--work', '--json');
    expect(ended.code).toBe(0);
    const told = JSON.parse(ended.stdout) as { run: number };
    expect(told).toMatchObject({ outcome: 'done', state: 'completed', settled: 3, failed: 0, remaining: 0 });
    expect(await putAside()).toEqual([]);
    const settledBy = 'SELECT COUNT(DISTINCT account_id) FROM cycles WHERE run_id = ?';
    expect(await countOf(installation.db, settledBy, [told.run])).toBe(3);
    expect(await findRun(installation.db, told.run)).toMatchObject({
      kind: 'rerun',
      dueAtStart: 3,
      reason: 'zones are mended',
    });
    const audit = "SELECT COUNT(*) FROM audit_log WHERE action = 'run.rerun' AND run_id = ?";
    expect(await countOf(installation.db, audit, [told.run])).toBe(1);
    // As of now, not of then: all boundaries since are settled, too.
    expect(
      await countOf(installation.db, "SELECT COUNT(*) FROM accounts WHERE next_cycle_at < '2024-01-01'"),
    ).toBe(FLEET - 3);
  });

  it('of one that is complete is a conflict; of everybody, when nobody is put aside, there is nothing to do', async () => {
    await setZone('UTC', ...BROKEN);
    expect((await cli('rerun', '--all', ...INTENT, '--wait', '--work')).code).toBe(0);
    const again = await cli('rerun', String(firstRun), ...INTENT);
    expect(again.code).toBe(5);
    expect(again.stderr).toContain(`nobody is put aside by run ${firstRun} (any more)`);
    const all = await cli('rerun', '--all', ...INTENT);
    expect(all.code).toBe(0);
    expect(all.stdout).toContain('nothing to rerun');
    expect((await cli('rerun', '99999', ...INTENT)).code).toBe(6);
  });

  it('demands a reason and --yes, a run or --all, and changes nothing without them', async () => {
    const before = await readState(installation.db);
    const unsure = await Promise.all([
      cli('rerun', '--all'),
      cli('rerun', '--all', '--yes'),
      cli('rerun', '--all', '--reason', 'why not'),
      cli('rerun', ...INTENT),
      cli('rerun', String(firstRun), '--all', ...INTENT),
    ]);
    expect(unsure.map((one) => one.code)).toEqual([4, 4, 4, 2, 2]);
    expect(await readState(installation.db)).toEqual(before);
    expect(await listRuns(installation.db, 10)).toHaveLength(1);
  });

  it('as a dry run says what it would come to, and leaves no trace', async () => {
    await setZone('UTC', 'a-003');
    const before = await readState(installation.db);
    const { code, stdout } = await cli('rerun', '--all', '--dry-run', '--json');
    expect(code).toBe(3);
    const { would, ...told } = JSON.parse(stdout) as { would: Record<string, unknown> };
    expect(told).toMatchObject({ outcome: 'previewed', accounts: 3, byCode: { 'unknown-zone': 3 } });
    expect(would).toMatchObject({ settled: 1, failed: 2 });
    expect(await readState(installation.db)).toEqual(before);
    for (const table of ['runs', 'ticks'])
      expect(await countOf(installation.db, `SELECT COUNT(*) FROM ${table}`)).toBe(1);
    for (const table of ['run_accounts', 'audit_log WHERE run_id IS NOT NULL'])
      expect(await countOf(installation.db, `SELECT COUNT(*) FROM ${table}`)).toBe(0);
    const real = await cli('rerun', '--all', ...INTENT, '--wait', '--work', '--json');
    const { settled, failed, cycles, granted, expired, byCode, failures } = would;
    expect(JSON.parse(real.stdout)).toMatchObject({
      settled,
      failed,
      cycles,
      granted,
      expired,
      byCode,
      failures,
    });
  });

  it('that nobody stays with is finished and closed by the next sweep that waits', async () => {
    await setZone('UTC', ...BROKEN);
    const { stdout } = await cli('rerun', '--all', ...INTENT, '--json');
    const { run } = JSON.parse(stdout) as { run: number };
    expect(await findRun(installation.db, run)).toMatchObject({ state: 'running' });
    const swept = await cli('sweep', '--wait', '--work', ...AS_OF, '--json');
    expect(swept.code).toBe(0);
    expect(JSON.parse(swept.stdout)).toMatchObject({
      remaining: 0,
      runs: [{ run, state: 'completed', settled: 3 }],
    });
    expect(await putAside()).toEqual([]);
  });

  it('takes only those with an error or of a list', async () => {
    expect(await open({ code: 'no-such-code' })).toEqual({ outcome: 'nothing-put-aside' });
    expect(await open({ accounts: ['a-003', 'a-001'] })).toMatchObject({ outcome: 'opened', accounts: 1 });
    const listed = 'SELECT account_id FROM run_accounts';
    expect(await selectRows(installation.db, listed)).toEqual([{ account_id: 'a-003' }]);
  });

  it('of accounts that are being rerun is refused; of others it is not', async () => {
    const first = await open({ accounts: ['a-003'] });
    await expect(open()).rejects.toMatchObject({ kind: 'conflict', code: 'rerun-active' });
    expect(await open({ accounts: ['a-007'] })).toMatchObject({ outcome: 'opened' });
    expect(first.outcome).toBe('opened');
    expect((await cli('rerun', '--all', ...INTENT)).code).toBe(5);
  });

  it('that ten ask for at once is opened once', async () => {
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => open()));
    expect(asked.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    const reasons = asked.flatMap((one) =>
      one.status === 'rejected' ? [one.reason as { code: string }] : [],
    );
    expect(new Set(reasons.map((one) => one.code))).toEqual(new Set(['rerun-active']));
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM run_accounts')).toBe(3);
  });

  it('whose accounts fail again puts them aside again, ends with 3, and lists each once', async () => {
    await setZone('UTC', 'a-003');
    const ended = await cli('rerun', String(firstRun), ...INTENT, '--wait', '--work', '--json');
    expect(ended.code).toBe(3);
    const { run, ...told } = JSON.parse(ended.stdout) as { run: number };
    expect(told).toMatchObject({ state: 'completed-with-failures', settled: 1, failed: 2, remaining: 0 });
    const listed = JSON.parse((await cli('failures', 'list', '--json')).stdout) as object[];
    expect(listed).toMatchObject([
      { account: 'a-007', run, code: 'unknown-zone', attempts: 1 },
      { account: 'a-011', run, code: 'unknown-zone', attempts: 1 },
    ]);
    const ofFirst = JSON.parse(
      (await cli('failures', 'list', '--run', String(firstRun), '--json')).stdout,
    ) as object[];
    expect(ofFirst).toHaveLength(2);
    // Both runs may be asked for; the accounts are the same.
    await setZone('UTC', ...BROKEN);
    expect((await cli('rerun', '--all', ...INTENT, '--wait', '--work')).code).toBe(0);
    expect(await putAside()).toEqual([]);
  });

  it('keeps its accounts from sweeps, which go on leaving out who is put aside', async () => {
    await setZone('UTC', ...BROKEN);
    const opened = await open();
    if (opened.outcome !== 'opened') throw new Error(opened.outcome);
    await installation.db.raw("UPDATE accounts SET next_cycle_at = '2030-01-01' WHERE id NOT IN (?)", [
      BROKEN,
    ]);
    const swept = await sweepAndSend(installation.app, { asOf: MAY_2021 });
    expect(swept.runs.map((one) => one.id)).toEqual([opened.run.id]);
  });

  it('whose process died is gone on with by the next sweep, and closed by the worker', async () => {
    await setZone('UTC', ...BROKEN);
    const opened = await open();
    if (opened.outcome !== 'opened') throw new Error(opened.outcome);
    // Nobody submitted anything: that process is dead.
    const worker = startWorker(installation.app);
    try {
      await sweep(installation.app.sweepDeps, { source: 'scheduler', actor: 'scheduler', asOf: MAY_2021 });
      await until(
        'it is closed',
        async () => (await findRun(installation.db, opened.run.id))?.endedAt !== null,
      );
    } finally {
      await worker.stop();
    }
    const run = await findRun(installation.db, opened.run.id);
    expect(run).toMatchObject({ state: 'completed' });
    expect(await countRun(installation.db, run as never)).toMatchObject({
      settled: 3,
      remaining: 0,
      skipped: 0,
    });
  });

  it('of an account that an event brought current meanwhile has nothing left to do for it', async () => {
    const at = await databaseNow(installation.db);
    await setZone('UTC', 'a-003');
    const opened = await open({ accounts: ['a-003', 'a-007'] });
    if (opened.outcome !== 'opened') throw new Error(opened.outcome);
    await recordEvents(installation.app.recordDeps, [
      { id: 'e1', account: 'a-003', at, type: 'connects.purchased', amount: 5 },
    ]);
    expect((await putAside()).map((one) => one.account_id)).toEqual(['a-007', 'a-011']);
    await setZone('UTC', 'a-007');
    const worker = startWorker(installation.app);
    const { app } = installation;
    const watched = await runUntilClosed({ ...app.sweepDeps, clock: app.clock }, opened.run, {
      timeoutMs: 300_000,
    });
    await worker.stop();
    expect(watched).toMatchObject({ outcome: 'done', run: { state: 'completed' } });
    const counts = await countRun(installation.db, watched.run);
    expect(counts).toMatchObject({ settled: 1, failed: 0, remaining: 0, skipped: 1 });
  });

  it('can be stopped; its accounts stay put aside, for another rerun', async () => {
    const opened = await open();
    if (opened.outcome !== 'opened') throw new Error(opened.outcome);
    const stopped = await cli('run', 'stop', String(opened.run.id), '--json');
    expect(stopped.code).toBe(0);
    expect(JSON.parse(stopped.stdout)).toMatchObject({ kind: 'rerun', state: 'stopped', remaining: 3 });
    expect(await putAside()).toHaveLength(3);
    expect(await open()).toMatchObject({ outcome: 'opened', accounts: 3 });
  });

  it.each([
    ['an account', ['rerun', '--all', '--account', 'nobody', ...INTENT], 'there is no account nobody'],
    ['an account', ['failures', 'list', '--account', 'a-003', 'nobody'], 'there is no account nobody'],
    ['a run', ['failures', 'list', '--run', '999999'], 'there is no run 999999'],
    ['a run', ['rerun', '999999', ...INTENT], 'there is no run 999999'],
  ])('of %s that is not there is not found, rather than nothing to do', async (_what, args, message) => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('is asked for by error after failures list --group-by error said which', async () => {
    const grouped = await cli('failures', 'list', '--group-by', 'error', '--json');
    expect(grouped.code).toBe(0);
    expect(JSON.parse(grouped.stdout)).toMatchObject([
      { code: 'unknown-zone', accounts: 3, sampleAccount: 'a-003' },
    ]);
    const { stdout } = await cli('failures', 'list', '--account', 'a-007', '--error', 'unknown-zone');
    expect(stdout).toMatch(/^a-007 +\d+ +\S+ +\d+ s +open +1 +unknown-zone +"Mars\/Olympus"/m);
    expect((await cli('sweep', '--wait', '--work', ...AS_OF)).code).toBe(0);
  });
});
