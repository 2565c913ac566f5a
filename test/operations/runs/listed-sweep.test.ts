/** Sweeps over some of those who are due: a canary, one member, a plan; beside a sweep over everybody. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../../../jobs/start-worker.ts';
import { execute, selectRows } from '../../../src/db/query.ts';
import { findRun, listRuns } from '../../../src/ledger/runs.ts';
import { chooseAccounts, openListedSweep } from '../../../src/operations/runs/listed-sweep.ts';
import { runUntilClosed } from '../../../src/operations/runs/run-until-closed.ts';
import { sweep } from '../../../src/operations/runs/sweep.ts';
import { countRun } from '../../../src/reports/run-counts.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { reset } from '../../support/reset.ts';
import { countOf, readState } from '../../support/state.ts';
import { MAY_2021, sweepAndSend } from '../../support/sweeping.ts';

const AS_OF = ['--as-of', '2021-05-01T00:00:00Z'];
const DUE = "SELECT COUNT(*) FROM accounts WHERE next_cycle_at <= '2021-05-01'";

interface Told {
  readonly run: number;
  readonly leftOut: { readonly unknown: string[]; readonly putAside: string[]; readonly notDue: object[] };
}

describe('a sweep over some accounts', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '', CONNECTS_SETTLE_ATTEMPTS: '1' } });
  });
  beforeEach(async () => {
    await reset(installation);
    await importRows(installation.app, [
      ...numbered('a', 10),
      ...numbered('p', 3, { plan: 'plus', anchorOn: '2021-01-02' }),
      { id: '-x' },
    ]);
  });
  afterAll(() => installation.remove());

  const connects = (...args: string[]) =>
    runHere(args, { app: installation.app, processes: { startWorker } });
  const work = async (...args: string[]): Promise<Told> => {
    const ended = await connects('sweep', ...AS_OF, '--wait', '--work', '--json', ...args);
    expect(ended).toMatchObject({ code: 0 });
    return JSON.parse(ended.stdout) as Told;
  };
  const settledBy = async (run: number): Promise<string[]> => {
    const sql = 'SELECT DISTINCT account_id AS id FROM cycles WHERE run_id = ? ORDER BY id';
    return (await selectRows<{ id: string }>(installation.db, sql, [run])).map((one) => one.id);
  };
  const open = async (accounts: readonly string[]) => {
    const { app, db } = installation;
    const deps = { db, log: app.log, settings: app.config };
    const request = { wanted: { accounts }, asOf: MAY_2021, actor: 'test' };
    return openListedSweep(deps, request, await chooseAccounts(deps, request));
  };

  it('settles exactly those who are named, in a run that says who was asked for; all others stay due', async () => {
    const told = await work('--account', 'a-003', 'a-007', '--account=-x', '--reason', 'they wrote to us');
    expect(told).toMatchObject({ outcome: 'done', state: 'completed', settled: 3, remaining: 0, skipped: 0 });
    expect(await settledBy(told.run)).toEqual(['-x', 'a-003', 'a-007']);
    expect(await countOf(installation.db, DUE)).toBe(11);
    expect(await findRun(installation.db, told.run)).toMatchObject({
      kind: 'sweep',
      reason: 'they wrote to us',
      asked: { accounts: 3, first: ['-x', 'a-003', 'a-007'] },
    });
    const [audit] = await selectRows<{ after: string }>(
      installation.db,
      "SELECT after_is AS after FROM audit_log WHERE action = 'run.sweep' AND run_id = ?",
      [told.run],
    );
    expect(JSON.parse(audit?.after ?? '{}')).toMatchObject({ asked: { accounts: 3 }, listed: 3 });
    const shown = await connects('run', 'show', String(told.run));
    expect(shown.stdout).toContain('asked for 3 accounts: -x, a-003, a-007');
    // A tick is a look for everybody who is due.
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM ticks')).toBe(0);
  });

  it('takes so many, the longest due first, and then the rest as ever', async () => {
    const first = await work('--limit', '4');
    expect(first).toMatchObject({ settled: 4 });
    // Those of the first of January are due before those of the second.
    expect((await settledBy(first.run)).every((id) => !id.startsWith('p'))).toBe(true);
    expect(await countOf(installation.db, DUE)).toBe(10);
    expect(await work()).toMatchObject({ outcome: 'done', runs: [{ settled: 10 }] });
    expect(await countOf(installation.db, DUE)).toBe(0);
  });

  it('takes those on a plan, and those of a file', async () => {
    expect(await settledBy((await work('--plan', 'plus', '--limit', '2')).run)).toEqual(['p-000', 'p-001']);
    const file = join(tmpdir(), `connects-listed-${process.pid}.txt`);
    writeFileSync(file, '-x\n\na-001\na-001\n');
    expect(await settledBy((await work('--accounts-file', file)).run)).toEqual(['-x', 'a-001']);
  });

  it('names and counts who is unknown, put aside or not due, and settles the others', async () => {
    await execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'a-001'");
    await work('--account', 'a-002');
    expect((await connects('sweep', ...AS_OF, '--work', '--account', 'a-001')).code).toBe(3);
    const asked = ['--account', 'nobody', 'a-001', 'a-002', 'a-003'];
    const ended = await connects('sweep', ...AS_OF, '--work', ...asked);
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('1 settled, 0 failed') });
    for (const line of [
      '1 account unknown: nobody',
      '1 account put aside, and left to "connects rerun --all --account ID": a-001',
      '1 account not due as of 2021-05-01T00:00:00.000Z: a-002 (next 2021-06-01T00:00:00.000Z)',
    ])
      expect(ended.stderr).toContain(`${line}\n`);
    const again = await connects('sweep', ...AS_OF, '--work', '--json', ...asked);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      outcome: 'nothing-due',
      leftOut: {
        unknown: ['nobody'],
        putAside: ['a-001'],
        notDue: [
          { account: 'a-002', next: '2021-06-01T00:00:00.000Z' },
          { account: 'a-003', next: '2021-06-01T00:00:00.000Z' },
        ],
      },
    });
    expect((await connects('sweep', ...AS_OF, '--account', 'nobody', 'no-one')).code).toBe(6);
    expect((await connects('sweep', ...AS_OF, '--account', 'a-001', '--plan', 'plus')).code).toBe(2);
  });

  it('as a dry run says what it would come to, and leaves no trace', async () => {
    const before = await readState(installation.db);
    const dry = await connects('sweep', ...AS_OF, '--limit', '4', '--dry-run', '--json');
    const { settled, cycles, granted } = JSON.parse(dry.stdout) as Record<string, number>;
    expect({ settled, cycles }).toEqual({ settled: 4, cycles: 16 });
    expect(await readState(installation.db)).toEqual(before);
    for (const table of ['runs', 'run_accounts', 'ticks'])
      expect(await countOf(installation.db, `SELECT COUNT(*) FROM ${table}`)).toBe(0);
    expect(await work('--limit', '4')).toMatchObject({ settled, cycles, granted });
  });

  it('beside a sweep over everybody joins it not, and whom that settles first it has skipped', async () => {
    const { app, db } = installation;
    const full = await sweep(app.sweepDeps, { source: 'command', actor: 'test', asOf: MAY_2021 });
    const some = await open(['a-001', 'a-002']);
    expect(full).toMatchObject({ outcome: 'opened', submitted: 14 });
    // All jobs in the queue are the full sweep's.
    const worker = startWorker(app);
    const watched = await runUntilClosed({ ...app.sweepDeps, clock: app.clock }, some, { timeoutMs: 60_000 });
    await worker.stop();
    expect(watched).toMatchObject({ outcome: 'done', run: { id: some.id, state: 'completed' } });
    expect(await countRun(db, watched.run)).toMatchObject({ settled: 0, skipped: 2, remaining: 0 });
    await sweepAndSend(app);
    const [, everybody] = await listRuns(db, 2);
    expect(everybody).toMatchObject({ asked: null, state: 'completed' });
    expect(await countOf(db, DUE)).toBe(0);
    expect(await countOf(db, 'SELECT COUNT(*) FROM cycles')).toBe(11 * 4 + 3 * 3);
  });

  it('leaves to a sweep that comes later all others, and those that it settled count there as skipped', async () => {
    const { app, db } = installation;
    const some = await open(['a-001', 'a-002']);
    const full = await sweep(app.sweepDeps, { source: 'command', actor: 'test', asOf: MAY_2021 });
    // The later one has gone on with the earlier one first: those jobs are its own.
    expect(full).toMatchObject({ outcome: 'opened' });
    await sweepAndSend(app);
    expect(await settledBy(some.id)).toEqual(['a-001', 'a-002']);
    expect(await findRun(db, some.id)).toMatchObject({ state: 'completed' });
    const later = await findRun(db, 'run' in full ? full.run.id : 0);
    expect(await countRun(db, later as NonNullable<typeof later>)).toMatchObject({ settled: 12, skipped: 2 });
  });

  it('that is stopped leaves its accounts due, and stops no other sweep', async () => {
    const some = await open(['a-001', 'a-002']);
    const stopped = await connects('run', 'stop', String(some.id), '--reason', 'looks wrong', '--json');
    expect(JSON.parse(stopped.stdout)).toMatchObject({ state: 'stopped', remaining: 2, settled: 0 });
    expect(await work()).toMatchObject({ outcome: 'done', runs: [{ settled: 14 }] });
  });

  it('whose accounts fail puts them aside, ends with 3, and keeps nobody from a rerun of them', async () => {
    await execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'a-001'");
    const some = await open(['a-001', 'a-002']);
    const full = await connects('sweep', ...AS_OF, '--wait', '--work');
    expect(full.code).toBe(3);
    expect(await findRun(installation.db, some.id)).toMatchObject({ state: 'completed-with-failures' });
    await open(['a-003']);
    await execute(installation.db, "UPDATE accounts SET zone = 'UTC' WHERE id = 'a-001'");
    const rerun = ['rerun', '--all', '--account', 'a-001', '--reason', 'mended', '--yes', '--wait', '--work'];
    expect((await connects(...rerun)).code).toBe(0);
  });

  it('is stopped by itself where too many of its own accounts fail, whatever another sweep does', async () => {
    const guarded = await install({
      env: { SMTP_URL: '', CONNECTS_SETTLE_ATTEMPTS: '1', CONNECTS_GUARD_ACCOUNTS: '3' },
    });
    try {
      await importRows(guarded.app, numbered('a', 10));
      await execute(guarded.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id < 'a-004'");
      const some = await runHere(['sweep', ...AS_OF, '--limit', '4', '--work'], {
        app: guarded.app,
        processes: { startWorker },
      });
      expect(some.code).toBe(3);
      expect(some.stdout).toContain('4 of 4 accounts failed with unknown-zone');
      expect(await listRuns(guarded.db, 1)).toMatchObject([{ state: 'failed', dueAtStart: 4 }]);
    } finally {
      await guarded.remove();
    }
  });
});
