/** What a run did reconciles with its entries, to the Connect: its counts, its accounts one by one, its exports. */
import { startWorker } from '../../jobs/start-worker.ts';
import { execute, selectRows } from '../../src/db/query.ts';
import { listRuns } from '../../src/ledger/runs.ts';
import { reverseRun } from '../../src/operations/reversals/reverse-run.ts';
import { type RunMember } from '../../src/reports/run-members.ts';
import { countRun } from '../../src/reports/run-counts.ts';
import { importRows } from '../support/accounts.ts';
import { asking, backfilled } from '../support/backfilling.ts';
import { fact, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf } from '../support/state.ts';

const HOLD = "UPDATE accounts SET next_cycle_on = '2037-01-01', next_cycle_at = '2037-01-01' WHERE id IN (?)";
const OLD = ['gets', 'owes', 'pays', 'short', 'lost'];

let installation: Installation;
const runs: Record<string, number> = {};

const latestRun = async (): Promise<number> => (await listRuns(installation.db, 1))[0]?.id ?? 0;
const connects = (...args: string[]) => runHere(args, { app: installation.app, processes: { startWorker } });
const reverse = async (run: number): Promise<number> =>
  (await reverseRun(installation.app.settleDeps, { source: { run }, actor: 'test', reason: 'a test' }))
    .reversal ?? 0;
const members = async (run: number | undefined, ...flags: string[]): Promise<RunMember[]> =>
  JSON.parse((await connects('run', 'accounts', String(run), '--json', ...flags)).stdout) as RunMember[];
const ids = async (...args: Parameters<typeof members>): Promise<string[]> =>
  (await members(...args)).map((one) => one.account);

/** A sweep of two months, a failed payment, reversals of both, second grants, a lost settlement, a canary, a rerun. */
async function tell(): Promise<void> {
  const { app, db } = installation;
  await importRows(app, [
    { id: 'gets', openingBalance: 230 },
    { id: 'owes', plan: 'plus' },
    { id: 'pays', plan: 'plus', openingBalance: 30 },
    { id: 'short' },
    { id: 'lost', openingBalance: 250 },
  ]);
  await settleAsOf(app, OLD, '2021-02-01 00:00');
  runs.february = await latestRun();
  await record(app, [
    fact('s1', 'owes', '2021-02-02 00:00', 'connects.spent', { amount: 80 }),
    fact('f1', 'owes', '2021-02-03 00:00', 'payment.failed', { cycleOn: '2021-02-01' }),
    fact('u1', 'owes', '2021-02-04 00:00', 'plan.upgraded'),
    fact('s2', 'short', '2021-02-05 00:00', 'connects.spent', { amount: 6 }),
  ]);
  await settleAsOf(app, OLD, '2021-03-05 00:00');
  runs.march = await latestRun();
  await execute(db, "DELETE FROM cycles WHERE account_id = 'lost' AND cycle_on = '2021-02-01'");
  await execute(db, HOLD, [OLD]);
  await record(app, [fact('s3', 'short', '2021-03-06 00:00', 'connects.spent', { amount: 14 })]);
  runs.takenMarch = await reverse(runs.march);
  runs.takenFebruary = await reverse(runs.february);
  runs.recorded = (await backfilled(app, asking('2021-02-01', '2021-02-28', { accounts: ['lost'] }))).runId;
  const again = asking('2021-02-01', '2021-03-31', { include: ['reversed'] });
  runs.again = (await backfilled(app, again)).runId;
  await importRows(app, [{ id: 'c1' }, { id: 'c2', plan: 'plus', openingBalance: 600 }, { id: 'c3' }]);
  await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'c3'");
  const asOf = ['--as-of', '2021-04-01T00:00:00Z'];
  await connects('sweep', ...asOf, '--account', 'c1', 'c2', 'c3', '--work');
  runs.canary = await latestRun();
  await execute(db, "UPDATE accounts SET zone = 'UTC' WHERE id = 'c3'");
  await connects('rerun', String(runs.canary), '--work', '--reason', 'mended', '--yes');
  runs.rerun = await latestRun();
}

beforeAll(async () => {
  installation = await install({ env: { SMTP_URL: '', CONNECTS_SETTLE_ATTEMPTS: '1' } });
  await tell();
});
afterAll(() => installation.remove());

test('the story has every kind of count', async () => {
  const all = await Promise.all(
    (await listRuns(installation.db, 20)).map((run) => countRun(installation.db, run)),
  );
  for (const name of ['granted', 'expired', 'recovered', 'taken', 'returned', 'notTaken'] as const)
    expect({ name, some: all.some((one) => (one[name] ?? 0) > 0) }).toEqual({ name, some: true });
  expect(new Set((await listRuns(installation.db, 20)).map((run) => run.kind)).size).toBe(4);
});

test('what each run shows is the sum of its entries, and so is that of its accounts, and of its export', async () => {
  const { db } = installation;
  for (const run of await listRuns(db, 20)) {
    const sum = await countOf(db, 'SELECT COALESCE(SUM(amount), 0) FROM entries WHERE run_id = ?', [run.id]);
    const { net, granted, expired, recovered, taken = 0, returned = 0 } = await countRun(db, run);
    const ofMembers = (await members(run.id)).reduce((total, one) => total + one.net, 0);
    const exported = (await connects('export', 'entries', '--run', String(run.id))).stdout;
    const lines = exported.split('\n').filter((line) => line !== '');
    const ofExport = lines.reduce(
      (total, line) => total + (JSON.parse(line) as { amount: number }).amount,
      0,
    );
    const told = { run: run.id, net, parts: granted - expired - recovered - taken + returned };
    expect({ ...told, ofMembers, ofExport }).toEqual({
      run: run.id,
      net: sum,
      parts: sum,
      ofMembers: sum,
      ofExport: sum,
    });
    const shown = (await connects('run', 'show', String(run.id))).stdout;
    expect(shown).toContain(`; ${sum > 0 ? '+' : ''}${sum.toLocaleString('en')} in all\n`);
  }
});

test('accounts are listed by what became of them', async () => {
  expect(await ids(runs.february, '--state', 'settled')).toEqual(OLD.toSorted());
  expect(await ids(runs.canary, '--state', 'settled')).toEqual(['c1', 'c2']);
  expect(await members(runs.canary, '--state', 'failed')).toMatchObject([
    { account: 'c3', state: 'failed', code: 'unknown-zone', net: 0 },
  ]);
  expect(await ids(runs.canary)).toEqual(['c1', 'c2', 'c3']);
  expect(await ids(runs.rerun, '--state', 'settled')).toEqual(['c3']);
  expect(await ids(runs.takenFebruary, '--state', 'failing')).toEqual([]);
});

test('whom a reversal could not take all from is listed at any time', async () => {
  expect(await members(runs.takenMarch, '--state', 'short')).toMatchObject([
    { account: 'short', state: 'short', taken: 0, notTaken: 10 },
  ]);
  const table = await connects('run', 'accounts', String(runs.takenMarch));
  expect(table.stdout).toMatch(/^account +state +cycles +granted +expired +taken +not taken +net$/m);
  expect(table.stdout).toMatch(/^short +short +1 +0 +0 +0 +10 +0$/m);
});

test('they are paged by key, streamed, and a part of them is said to be one', async () => {
  const first = await connects('run', 'accounts', String(runs.march), '--limit', '2');
  expect(first.stdout).toMatch(/^gets .*\nlost .*\n$/m);
  expect(await ids(runs.march, '--limit', '2')).toEqual(['gets', 'lost']);
  expect(first.stderr).toBe('these are the first 2: --after lost goes on, and --ndjson lists all\n');
  expect(await ids(runs.march, '--after', 'lost')).toEqual(['owes', 'pays', 'short']);
  const lines = (await connects('run', 'accounts', String(runs.march), '--ndjson')).stdout
    .trimEnd()
    .split('\n');
  expect(lines.map((line) => (JSON.parse(line) as RunMember).account)).toEqual(await ids(runs.march));
  const csv = (await connects('run', 'accounts', String(runs.march), '--csv')).stdout.split('\n');
  expect(csv[0]).toBe(
    'account,state,cycles,granted,expired,recovered,taken,returned,notTaken,net,code,message',
  );
  expect(csv).toHaveLength(7);
});

test('what is not known one by one is refused, and who is unknown is not found', async () => {
  expect(await connects('run', 'accounts', String(runs.march), '--state', 'skipped')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('has no list of its own'),
  });
  expect((await connects('run', 'accounts', '4711')).code).toBe(6);
  expect((await connects('export', 'entries', '--run', '4711')).code).toBe(6);
  expect((await connects('export', 'accounts', '--run', '1')).code).toBe(2);
});

test('those whom a sweep over everybody settled first are listed as skipped', async () => {
  const { app, db } = installation;
  const asOf = ['--as-of', '2021-05-01T00:00:00Z'];
  await connects('sweep', ...asOf, '--account', 'c1', 'c2');
  const run = await latestRun();
  await settleAsOf(app, ['c1'], '2021-05-01 00:00');
  expect(await ids(run)).toEqual(['c1']);
  await connects('sweep', ...asOf, '--work');
  expect(await members(run, '--state', 'skipped')).toMatchObject([
    { account: 'c1', state: 'skipped', cycles: 0 },
  ]);
  const [{ count } = { count: 0 }] = await selectRows<{ count: number }>(
    db,
    'SELECT COUNT(*) AS count FROM run_accounts WHERE run_id = ?',
    [run],
  );
  expect(count).toBe(2);
});

test('decisions of a run are exported alone', async () => {
  const lines = (await connects('export', 'decisions', '--run', String(runs.canary))).stdout
    .trimEnd()
    .split('\n');
  const accounts = lines.map((line) => (JSON.parse(line) as { account: string }).account);
  expect(accounts).toEqual(['c1', 'c1', 'c1', 'c2', 'c2', 'c2']);
});
