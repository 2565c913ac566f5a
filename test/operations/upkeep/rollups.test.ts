/** The rollups come to what the ledger comes to, whatever was posted, by whomever, and however it was interrupted. */
import fc from 'fast-check';
import { type Database, inTransaction } from '../../../src/db/connection.ts';
import { execute, selectRows } from '../../../src/db/query.ts';
import { foldDeltas, listRollups } from '../../../src/ledger/rollups.ts';
import type { DoctorDeps } from '../../../src/operations/upkeep/doctor/deps.ts';
import { checkRollups } from '../../../src/operations/upkeep/doctor/rollup-checks.ts';
import { foldRollups } from '../../../src/operations/upkeep/fold-rollups.ts';
import { beginRollups, findDrift, rebuildRollups } from '../../../src/operations/upkeep/rebuild-rollups.ts';
import { reverseRun } from '../../../src/operations/reversals/reverse-run.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { asking, backfilled } from '../../support/backfilling.ts';
import { bought, fact, record, settleAsOf, spent } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { reset } from '../../support/reset.ts';
import { countOf } from '../../support/state.ts';
import { dice, playTogether, renamed, spicedStories } from '../../support/story-stage.ts';

let installation: Installation;
let db: Database;

beforeAll(async () => {
  installation = await install();
  db = installation.db;
});
beforeEach(async () => {
  await reset(installation);
  await beginRollups(db);
});
afterAll(() => installation.remove());

const EVER = { from: '1000-01-01', to: '9999-12-31' };

/** Sums of the rollups and of the tables themselves, as `2021-02-01 monthly-free 30 3`. */
async function bothSides(): Promise<{ rollups: string[]; tables: string[] }> {
  const sums = new Map<string, { amount: number; quantity: number }>();
  for (const measure of ['entries', 'cycles'] as const)
    for (const { onDay, name, amount, quantity } of await listRollups(db, measure, EVER)) {
      const known = sums.get(`${onDay} ${name}`) ?? { amount: 0, quantity: 0 };
      sums.set(`${onDay} ${name}`, {
        amount: known.amount + amount,
        quantity: known.quantity + quantity,
      });
    }
  const tables = await selectRows<{ day: string; name: string; amount: string; quantity: number }>(
    db,
    `SELECT day, name, SUM(amount) AS amount, COUNT(*) AS quantity FROM (
       SELECT DATE(effective_at) AS day, kind AS name, amount FROM entries
       UNION ALL SELECT cycle_on, code, free + paid FROM cycles
       UNION ALL SELECT cycle_on, IF(kind = 'granted', 'granted-later', 'reversed'), free + paid FROM amendments
     ) AS facts GROUP BY day, name`,
  );
  return {
    rollups: [...sums].map(([key, one]) => `${key} ${one.amount} ${one.quantity}`).toSorted(),
    tables: tables.map((one) => `${one.day} ${one.name} ${one.amount} ${one.quantity}`).toSorted(),
  };
}

/** What is in one and not in the other, and what the check finds: nothing where all is well. */
async function unequal(): Promise<readonly unknown[]> {
  const { rollups, tables } = await bothSides();
  const [inRollups, inTables] = [new Set(rollups), new Set(tables)];
  const onlyThere = rollups.filter((one) => !inTables.has(one)).map((one) => `rollups: ${one}`);
  const onlyHere = tables.filter((one) => !inRollups.has(one)).map((one) => `tables: ${one}`);
  return [...onlyThere, ...onlyHere, ...((await findDrift(db)) ?? ['not counted'])];
}

const runsOf = (kind: string): Promise<{ id: number }[]> =>
  selectRows(db, 'SELECT id FROM runs WHERE kind = ? ORDER BY id', [kind]);

test('random stories, folded now and then, come to what the tables come to', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(spicedStories, { minLength: 2, maxLength: 4 }),
      fc.integer(),
      async (drawn, seed) => {
        await reset(installation);
        await beginRollups(db);
        const roll = dice(seed);
        const stories = drawn.map((one, index) => renamed(one, `s${index}`));
        const afterBatch = async (): Promise<void> => {
          if (roll(3) === 0) await foldRollups(db);
        };
        await playTogether(installation, stories, roll, { afterBatch });
        expect(await unequal()).toEqual([]);
        await foldRollups(db);
        expect(await unequal()).toEqual([]);
      },
    ),
    { numRuns: 5 },
  );
});

/** Three months of a small fleet, with a spend and a purchase. */
async function threeMonths(): Promise<string[]> {
  const ids = numbered('a', 12).map((one) => one.id);
  await importRows(installation.app, [
    ...numbered('a', 12),
    { id: 'plus', plan: 'plus', zone: 'Asia/Tokyo' },
    { id: 'house', kind: 'agency', plan: 'agency', zone: 'America/Denver' },
  ]);
  await settleAsOf(installation.app, [...ids, 'plus', 'house'], '2021-03-20');
  await record(installation.app, [
    bought('b1', 'plus', '2021-03-20 10:00', 40),
    spent('s1', 'plus', '2021-03-21 23:59', 7),
    fact('u1', 'a-001', '2021-03-22 10:00', 'plan.upgraded'),
    fact('p1', 'plus', '2021-03-23 10:00', 'payment.failed', { cycleOn: '2021-03-01' }),
  ]);
  return [...ids, 'plus', 'house'];
}

test('backfills, reversals and what is granted again are counted with all else', async () => {
  const ids = await threeMonths();
  await backfilled(installation.app, asking('2020-12-01', '2021-02-28'));
  const [sweep] = await runsOf('sweep');
  await reverseRun(installation.app.settleDeps, {
    source: { run: sweep?.id as number },
    actor: 'test',
    reason: 'a test',
  });
  await foldRollups(db);
  await settleAsOf(installation.app, ids, '2021-04-20');
  await backfilled(installation.app, asking('2021-02-01', '2021-03-31', { include: ['reversed'] }));
  const names = (await listRollups(db, 'cycles', EVER)).map((one) => one.name);
  expect(new Set(names)).toEqual(new Set(['granted', 'granted-later', 'reversed', 'no-monthly-grant']));
  expect(await unequal()).toEqual([]);
});

test('a day is the UTC day on which it took effect, whatever the account calls it', async () => {
  await importRows(installation.app, [{ id: 'east', zone: 'Asia/Tokyo' }]);
  await settleAsOf(installation.app, ['east'], '2021-02-15');
  const told = async (measure: 'entries' | 'cycles'): Promise<string[]> =>
    (await listRollups(db, measure, EVER)).map(
      (one) => `${one.onDay} ${one.plan} ${one.name} ${one.amount} ${one.quantity}`,
    );
  expect(await told('entries')).toEqual(['2021-01-31 basic monthly-free 10 1']);
  expect(await told('cycles')).toEqual(['2021-02-01 basic granted 10 1']);
});

test('folding that dies before its commit has folded nothing, and is done again', async () => {
  await threeMonths();
  const deltas = await countOf(db, 'SELECT COUNT(*) FROM rollup_deltas');
  expect(deltas).toBeGreaterThan(5);
  await expect(
    inTransaction(db, async (transaction) => {
      await foldDeltas(transaction, 900);
      throw new Error('killed');
    }),
  ).rejects.toThrow('killed');
  expect(await countOf(db, 'SELECT COUNT(*) FROM rollup_deltas')).toBe(deltas);
  expect(await unequal()).toEqual([]);
  expect(await foldRollups(db)).toBe(deltas);
  expect(await countOf(db, 'SELECT COUNT(*) FROM rollup_deltas')).toBe(0);
  expect(await unequal()).toEqual([]);
});

test('many who post and two who fold at once neither lose nor double anything', async () => {
  const ids = numbered('a', 60).map((one) => one.id);
  await importRows(installation.app, numbered('a', 60));
  const parts = [0, 1, 2, 3].map((part) => ids.filter((_, index) => index % 4 === part));
  let posting = true;
  const folder = async (): Promise<number> => {
    let folded = 0;
    while (posting) folded += await foldRollups(db);
    return folded;
  };
  const folders = [folder(), folder()];
  try {
    for (const month of ['02', '03', '04', '05', '06'])
      await Promise.all(parts.map((part) => settleAsOf(installation.app, part, `2021-${month}-15`)));
  } finally {
    posting = false;
  }
  const folded = await Promise.all(folders);
  expect(Math.max(...folded)).toBeGreaterThan(0);
  expect(await unequal()).toEqual([]);
  expect(await countOf(db, "SELECT SUM(quantity) FROM rollups WHERE measure = 'cycles'")).toBeGreaterThan(0);
});

test('a delta of a transaction that is not committed yet is left for later, however its number', async () => {
  await threeMonths();
  let letCommit = (): void => undefined;
  const held = new Promise<void>((resolve) => (letCommit = resolve));
  let wrote = (): void => undefined;
  const written = new Promise<void>((resolve) => (wrote = resolve));
  const early = inTransaction(db, async (transaction) => {
    await execute(
      transaction,
      `INSERT INTO rollup_deltas (measure, on_day, plan, name, amount, quantity)
       VALUES ('entries', '2021-03-01', 'basic', 'spend', -1, 1)`,
    );
    wrote();
    await held;
  });
  try {
    await written;
    await record(installation.app, [spent('later', 'plus', '2021-03-24 10:00')]);
    await foldRollups(db);
  } finally {
    letCommit();
    await early;
  }
  expect(await countOf(db, 'SELECT COUNT(*) FROM rollup_deltas')).toBe(1);
  expect(await foldRollups(db)).toBe(1);
});

describe('a drift', () => {
  const by = { actor: 'ann', reason: 'a test' };

  test('is found by day and name, and put right by counting anew, while work goes on', async () => {
    const ids = await threeMonths();
    await foldRollups(db);
    await execute(
      db,
      "UPDATE rollups SET amount = amount + 5 WHERE on_day = '2021-02-01' AND name = 'monthly-free' AND plan = 'basic'",
    );
    await execute(
      db,
      "DELETE FROM rollups WHERE measure = 'cycles' AND on_day = '2021-03-01' AND plan = 'plus'",
    );
    expect(await findDrift(db)).toEqual([
      { measure: 'entries', onDay: '2021-02-01', name: 'monthly-free', amount: -5, quantity: 0 },
      { measure: 'cycles', onDay: '2021-03-01', name: 'granted', amount: 80, quantity: 1 },
    ]);
    const [rebuilt] = await Promise.all([
      rebuildRollups(db, by),
      settleAsOf(installation.app, ids, '2021-06-20'),
    ]);
    expect(rebuilt).toEqual({ corrected: 2, accounts: 14, done: true });
    expect(await unequal()).toEqual([]);
    expect(await rebuildRollups(db, by)).toEqual({ corrected: 0, accounts: 14, done: true });
  });

  test('is told by a dry run, and stays', async () => {
    await threeMonths();
    await execute(db, 'DELETE FROM rollup_deltas');
    const drift = await findDrift(db);
    const told = await runHere(['rollups', 'rebuild', '--dry-run', '--json'], { app: installation.app });
    expect(told.code).toBe(0);
    expect(JSON.parse(told.stdout)).toMatchObject({ accounts: 14, done: true, dryRun: true });
    expect((JSON.parse(told.stdout) as { corrected: number }).corrected).toBeGreaterThan(3);
    expect(await findDrift(db)).toEqual(drift);
    expect(await countOf(db, "SELECT COUNT(*) FROM audit_log WHERE action = 'rollups.rebuild'")).toBe(0);
  });

  test('is put right once by two who count at once', async () => {
    await threeMonths();
    await execute(db, 'DELETE FROM rollup_deltas');
    const both = await Promise.all([rebuildRollups(db, by), rebuildRollups(db, by)]);
    expect(both.every((one) => one.done)).toBe(true);
    expect(await unequal()).toEqual([]);
  });

  test('is not put right by a count that was interrupted', async () => {
    await threeMonths();
    await execute(db, 'DELETE FROM rollup_deltas');
    const rebuilt = await rebuildRollups(db, { ...by, signal: AbortSignal.abort() });
    expect(rebuilt).toEqual({ corrected: 0, accounts: 0, done: false });
    expect((await findDrift(db))?.length).toBeGreaterThan(3);
  });
});

test('what was posted before there were rollups is counted by the first rebuild, also twice at once', async () => {
  await threeMonths();
  await execute(db, "DELETE FROM rounds WHERE name = 'rollups'");
  await execute(db, 'DELETE FROM rollup_deltas');
  await beginRollups(db);
  expect(await findDrift(db)).toBeUndefined();
  expect(await checkRollups({ db } as DoctorDeps)).toMatchObject([
    { state: 'warning', fix: expect.stringContaining('"connects rollups rebuild" once') as string },
  ]);
  const by = { actor: 'ann', reason: null };
  await Promise.all([rebuildRollups(db, by), rebuildRollups(db, by)]);
  expect(await checkRollups({ db } as DoctorDeps)).toEqual([]);
  expect(await unequal()).toEqual([]);
  expect(
    await countOf(db, "SELECT COUNT(*) FROM audit_log WHERE action = 'rollups.rebuild'"),
  ).toBeGreaterThan(0);
});
