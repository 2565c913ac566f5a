/** Taking back exactly what was wrong: of a run, some accounts, cycles of one plan, or of one code; and then others. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, selectRows } from '../../../src/db/query.ts';
import type { GrantFilter } from '../../../src/ledger/run-grants.ts';
import { findRun, listRuns } from '../../../src/ledger/runs.ts';
import { resumeReversals, reverseRun } from '../../../src/operations/reversals/reverse-run.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { balanceOf, emptyAll, postedBy } from '../../support/backfilling.ts';
import { fact, record, settleAsOf } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { readState } from '../../support/state.ts';

const SURE = ['--reason', 'wrong terms', '--yes'];

let installation: Installation;
beforeAll(async () => {
  installation = await install();
});
afterEach(() => emptyAll(installation.db));
afterAll(() => installation.remove());

const latestRun = async (): Promise<number> => (await listRuns(installation.db, 1))[0]?.id ?? 0;
const connects = (...args: string[]) => runHere(args, { app: installation.app });
const reverse = (run: number, filter: GrantFilter = {}) =>
  reverseRun(installation.app.settleDeps, { source: { run }, filter, actor: 'test', reason: 'a test' });

/** Nothing becomes due while a test looks. */
const HOLD = "UPDATE accounts SET next_cycle_on = '2037-01-01', next_cycle_at = '2037-01-01'";

async function settled(ids: readonly string[], asOf: string): Promise<number> {
  await settleAsOf(installation.app, ids, asOf);
  await execute(installation.db, HOLD);
  return latestRun();
}

const balances = async (): Promise<Record<string, number>> => {
  const rows = await selectRows<{ id: string; balance: number }>(
    installation.db,
    'SELECT id, balance FROM accounts ORDER BY id',
  );
  return Object.fromEntries(rows.map((row) => [row.id, row.balance]));
};

describe('reverse-run of some accounts', () => {
  it('takes back theirs; others can follow, and what was taken back before is left alone, and said', async () => {
    await importRows(installation.app, [...numbered('a', 4), { id: '-x' }]);
    const run = await settled(['-x', 'a-000', 'a-001', 'a-002', 'a-003'], '2021-02-01 00:00');
    const dry = await connects('reverse-run', String(run), '--account', 'a-001', '--account=-x', '--dry-run');
    expect(dry.stdout).toContain(`dry run: nothing was written; run ${run}: 2 cycles of 2 accounts reversed`);
    const first = await connects('reverse-run', String(run), '--account', 'a-001', '--account=-x', ...SURE);
    expect(first.stdout).toContain(`run ${run}: 2 cycles of 2 accounts reversed by run`);
    expect(first.stdout).not.toContain('left alone');
    expect(await balances()).toEqual({ '-x': 0, 'a-000': 10, 'a-001': 0, 'a-002': 10, 'a-003': 10 });
    expect(await findRun(installation.db, await latestRun())).toMatchObject({
      kind: 'reversal',
      asked: { accounts: 2, first: ['-x', 'a-001'] },
    });
    const file = join(tmpdir(), `connects-reverse-${process.pid}.txt`);
    writeFileSync(file, 'a-001\na-002\n');
    const second = await connects('reverse-run', String(run), '--accounts-file', file, ...SURE);
    expect(second.stdout).toContain('1 cycle of 1 account reversed by run');
    expect(second.stdout).toContain('before    1 cycle of 1 account reversed before, and left alone');
    expect((await connects('reverse-run', String(run), '--accounts-file', file, ...SURE)).code).toBe(5);
    const rest = await reverse(run);
    expect(rest).toMatchObject({ accounts: 2, taken: 20, before: { accounts: 3, cycles: 3 } });
    expect(Object.values(await balances())).toEqual([0, 0, 0, 0, 0]);
  });

  it('takes nothing back where an account is unknown, or was granted nothing by that run', async () => {
    await importRows(installation.app, [...numbered('a', 2), { id: 'b' }]);
    const run = await settled(['a-000', 'a-001'], '2021-02-01 00:00');
    const before = await readState(installation.db);
    const unknown = await connects('reverse-run', String(run), '--account', 'a-000', 'a-0001', ...SURE);
    expect(unknown).toMatchObject({ code: 6, stderr: expect.stringContaining('there is no account a-0001') });
    const others = await connects('reverse-run', String(run), '--account', 'b', ...SURE);
    expect(others).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('granted nothing to those that were asked for that could be reversed'),
    });
    expect(await readState(installation.db)).toEqual(before);
  });
});

describe('reverse-run of some cycles', () => {
  it('posts each part under a subject of its own, so that each is taken back once', async () => {
    const { db } = installation;
    await importRows(installation.app, [{ id: 'p', plan: 'plus' }]);
    const run = await settled(['p'], '2021-03-01 00:00');
    expect(await balanceOf(db, 'p')).toBe(160);
    // As a change of plan between two boundaries that one run settled.
    await execute(db, "UPDATE cycles SET plan = 'basic' WHERE cycle_on = '2021-02-01'");
    const plus = await reverse(run, { plan: 'plus' });
    expect(plus).toMatchObject({ cycles: 1, taken: 80, before: { cycles: 0 } });
    expect(await postedBy(db, plus.reversal ?? 0, 'p')).toEqual([`reversal -80 run:${run}:${plus.reversal}`]);
    await expect(reverse(run, { plan: 'plus' })).rejects.toMatchObject({ code: 'already-reversed' });
    const basic = await reverse(run, { plan: 'basic', code: 'granted' });
    expect(basic).toMatchObject({ cycles: 1, taken: 80, before: { cycles: 0 } });
    expect(await balanceOf(db, 'p')).toBe(0);
    await expect(reverse(run)).rejects.toMatchObject({ code: 'already-reversed' });
  });

  it('takes back those of one code', async () => {
    await importRows(installation.app, [
      { id: 'a' },
      { id: 'ag', kind: 'agency', plan: 'agency', openingBalance: 300 },
      { id: 'gets', openingBalance: 230 },
    ]);
    const run = await settled(['a', 'ag', 'gets'], '2021-02-01 00:00');
    const none = await reverse(run, { code: 'no-monthly-grant' });
    expect(none).toMatchObject({ accounts: 1, cycles: 1, givenBack: 0, taken: 0 });
    expect(await balances()).toEqual({ a: 10, ag: 300, gets: 210 });
    const rest = await reverse(run, { code: 'granted' });
    expect(rest).toMatchObject({ accounts: 2, taken: 10, givenBack: 20, before: { cycles: 0 } });
    const shown = await connects('run', 'show', String(rest.reversal));
    expect(shown.stdout).toContain('10 taken back, 20 given back, 0 not taken; +10 in all');
    expect(shown.stdout).toContain('asked for code granted');
  });
});

describe('a reversal of some accounts whose process died', () => {
  async function orphan(run: number): Promise<number> {
    const { db } = installation;
    const done = await reverse(run, { accounts: ['a-000', 'a-001'] });
    await execute(db, "DELETE FROM amendments WHERE account_id = 'a-001'");
    await execute(db, "DELETE FROM entries WHERE account_id = 'a-001' AND kind = 'reversal'");
    await execute(db, "UPDATE accounts SET balance = 10, last_seq = last_seq - 1 WHERE id = 'a-001'");
    await execute(
      db,
      `UPDATE runs SET state = 'running', ended_at = NULL, submitting_until = started_at,
         heartbeat_at = started_at - INTERVAL 1 HOUR, open_key = ? WHERE id = ?`,
      [`reverse-run:${run}`, done.reversal ?? 0],
    );
    return done.reversal ?? 0;
  }

  it('is gone on with by a worker for exactly those; for others meanwhile it is in the way', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 3));
    const run = await settled(['a-000', 'a-001', 'a-002'], '2021-02-01 00:00');
    const reversal = await orphan(run);
    await expect(reverse(run)).rejects.toMatchObject({ kind: 'conflict', code: 'reversal-active' });
    await expect(reverse(run, { accounts: ['a-002'] })).rejects.toMatchObject({ code: 'reversal-active' });
    const doctor = await connects('doctor', '--json');
    expect(doctor.stdout).toContain('start a worker, which goes on with it');
    expect(await resumeReversals(app.settleDeps, new AbortController().signal)).toBe(1);
    expect(await findRun(db, reversal)).toMatchObject({ state: 'completed' });
    expect(await balances()).toEqual({ 'a-000': 0, 'a-001': 0, 'a-002': 10 });
  });

  it('is gone on with by the same command, which tells the whole', async () => {
    const { app } = installation;
    await importRows(app, numbered('a', 3));
    const run = await settled(['a-000', 'a-001', 'a-002'], '2021-02-01 00:00');
    const reversal = await orphan(run);
    // In another order, and one of them twice: it is the same list.
    expect(await reverse(run, { accounts: ['a-001', 'a-000', 'a-001'] })).toMatchObject({
      outcome: 'reversed',
      reversal,
      accounts: 2,
      taken: 20,
    });
  });
});

it('what could not be taken is listed at any time: by the reversal, and by the same command as JSON', async () => {
  const { app, db } = installation;
  await importRows(app, numbered('s', 25));
  const ids = numbered('s', 25).map((one) => one.id);
  const run = await settled(ids, '2021-02-01 00:00');
  await record(
    app,
    ids.map((id) => fact(`sp-${id}`, id, '2021-02-02 00:00', 'connects.spent', { amount: 4 })),
  );
  await execute(db, HOLD);
  const done = await connects('reverse-run', String(run), ...SURE);
  const reversal = await latestRun();
  expect(done.stdout).toContain(`and 5 more: "connects run accounts ${reversal} --state short" lists them`);
  const listed = await connects('run', 'accounts', String(reversal), '--state', 'short', '--ndjson');
  const lines = listed.stdout.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { account: string }).account)).toEqual(ids);
  const again = await connects('reverse-run', String(run), '--json', ...SURE);
  expect(again.code).toBe(5);
  const told = JSON.parse(again.stdout) as { reversals: { short: object[] }[] };
  expect(told).toMatchObject({
    run,
    outcome: 'already-reversed',
    reversals: [{ reversal, accounts: 25, taken: 150, notTaken: 100, shortAccounts: 25 }],
  });
  expect(told.reversals[0]?.short).toHaveLength(25);
  expect(told.reversals[0]?.short[0]).toEqual({ account: 's-000', notTaken: 4 });
});
