/** Two runs compared for whoever waits: the same as in full while they are small, and of bounded cost where they are not. */
import { execute, selectRows } from '../../src/db/query.ts';
import type { Database } from '../../src/db/connection.ts';
import { COMPARED_MAX, diffRuns, diffRunsQuickly } from '../../src/reports/run-diff.ts';
import { sentencesOf } from '../../src/reports/run-diff-words.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';
import { sweepAndSend } from '../support/sweeping.ts';

const FLEET = COMPARED_MAX + 20;
const MONTHS = ['2021-02-01', '2021-03-01', '2021-04-01', '2021-05-01'];

let installation: Installation;
let db: Database;
beforeAll(async () => {
  installation = await install();
  const { app } = installation;
  db = installation.db;
  await importRows(app, [...numbered('a', FLEET - 1), { id: 'late', anchorOn: '2021-01-02' }]);
  for (const on of MONTHS) await sweepAndSend(app, { asOf: Date.parse(`${on}T00:00:00Z`) });
  await execute(db, 'ANALYZE TABLE cycles, accounts');
});
afterAll(() => installation.remove());

test('of large ones the first accounts are compared, which is said; all of them by the command line', async () => {
  const [quick, full] = [await diffRunsQuickly(db, 1, 4), await diffRuns(db, 1, 4)];
  expect(full).toMatchObject({
    compared: null,
    earlier: { byPlan: { basic: FLEET - 1 } },
    meanwhile: { settledBy: [2, 3, 4].map((run) => ({ run, accounts: FLEET - 1 })) },
    onlyLater: 1,
  });
  expect(quick).toMatchObject({
    compared: COMPARED_MAX,
    earlier: { exact: true, notices: full.earlier.notices, byPlan: null, firstBoundaryAt: null },
    meanwhile: { settledBy: [2, 3, 4].map((run) => ({ run, accounts: COMPARED_MAX })), notDueAgain: 0 },
    onlyLater: 0,
  });
  expect(sentencesOf(quick).join('\n')).toContain(
    'Of each run only the first 500 accounts by id were compared: "connects run diff 1 4" compares all.',
  );
  expect(sentencesOf(full).join('\n')).not.toContain('compared');
});

test('reads some rows of each of these, and no others', async () => {
  const handled = async (): Promise<number> => {
    const rows = await selectRows<{ Value: string }>(db, "SHOW SESSION STATUS LIKE 'Handler_read%'");
    return rows.reduce((sum, row) => sum + Number(row.Value), 0);
  };
  (db.client as { pool: { max: number } }).pool.max = 1;
  const before = await handled();
  await diffRunsQuickly(db, 3, 4);
  expect((await handled()) - before).toBeLessThan(COMPARED_MAX * 22);
});
