/**
 * A session that keeps all rows of a table locked: nobody can be settled meanwhile. That is an outage and no bug, it is told
 * whose session it is, and once that is over everybody is settled soon, and once.
 */
import { startWorker } from '../../jobs/start-worker.ts';
import { listOpenTransactions } from '../../src/db/open-transactions.ts';
import { selectOne } from '../../src/db/query.ts';
import { checkLocks } from '../../src/operations/upkeep/doctor/lock-checks.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import {
  type Holder,
  expectGrantedOnce,
  expectSoonAfter,
  holdRows,
  readMetrics,
} from '../support/liveness.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

const FLEET = 5;
const SWEEP = ['sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z'];

// Side by side, because most of the time each of them waits for a lock.
describe('a session that keeps all rows of a table locked', () => {
  it.concurrent.each(['runs', 'outbox', 'cycles', 'accounts'])(
    'of `%s` lets a sweep end with 75, is told of, and costs time only',
    async (table) => {
      const installation = await install({ env: { SMTP_URL: '' } });
      const sweep = (...more: string[]) =>
        runHere([...SWEEP, ...more], { app: installation.app, processes: { startWorker } });
      try {
        await importRows(installation.app, numbered('a', FLEET));
        const holder = await holdRows(installation, `SELECT * FROM ${table} FOR UPDATE`);
        try {
          const swept = await sweep('--timeout', '4s');
          expect(swept.code).toBe(75);
          expect(swept.stderr).toMatch(/locked by somebody else: see "connects doctor"|--timeout passed/);
          await expectTold(installation, holder, table === 'runs' ? 0 : FLEET);
        } finally {
          await holder.release();
        }
        const releasedAt = performance.now();
        expect((await sweep()).code).toBe(0);
        expectSoonAfter(releasedAt);
        await expectGrantedOnce(installation, FLEET);
      } finally {
        await installation.remove();
      }
    },
  );
});

/** @param busy whom a worker has met; where a run cannot be opened, that is nobody */
async function expectTold(installation: Installation, holder: Holder, busy: number): Promise<void> {
  const { app, db } = installation;
  const own = await selectOne<{ id: number }>(holder.transaction, 'SELECT CONNECTION_ID() AS id');
  await until('the server shows the session', async () =>
    ((await listOpenTransactions(db, 0)) ?? []).some((one) => one.connection === own?.id),
  );
  const text = await readMetrics(installation);
  expect(text).toContain(`connects_due_accounts ${FLEET}\n`);
  expect(text).toContain(`connects_busy_accounts ${busy}\n`);
  const [told] = await checkLocks(app, true);
  // A session is told of by itself once it is half a minute old.
  expect(busy === 0 || told?.fix?.includes('KILL')).toBe(true);
  expect(await countOf(db, 'SELECT COUNT(*) FROM cycles')).toBe(0);
  expect(await countOf(db, 'SELECT COUNT(*) FROM failures')).toBe(0);
}
