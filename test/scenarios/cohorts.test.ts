/** Where many are due, jobs are of several hundred accounts: what is granted is the same, entry for entry. */
import { Queue } from 'bullmq';
import { startWorker } from '../../jobs/start-worker.ts';
import { workerConnection } from '../../src/queue/connection.ts';
import { type CohortPayload, cohortContract } from '../../src/queue/contracts.ts';
import { findRun } from '../../src/ledger/runs.ts';
import { settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import { settleCohort } from '../../src/operations/runs/settle-cohort.ts';
import { stopRun } from '../../src/operations/runs/stop-run.ts';
import { COHORT } from '../../src/operations/runs/lanes.ts';
import { sweep } from '../../src/operations/runs/sweep.ts';
import { fixture, importFile, importRows, numbered } from '../support/accounts.ts';
import { type Installation, install, serverUrl } from '../support/installation.ts';
import { countOf, readState } from '../support/state.ts';
import { MAY_2021, sweepAndSend, waitingSweep } from '../support/sweeping.ts';

const REQUEST = { source: 'command', actor: 'test', asOf: MAY_2021 } as const;

const installations: Installation[] = [];
afterAll(() => Promise.all(installations.map((one) => one.remove())));

async function withFleet(over: string): Promise<Installation> {
  const installation = await install({ env: { CONNECTS_COHORT_OVER: over } });
  installations.push(installation);
  await importFile(installation.app, fixture('quiet-fleet-accounts.csv'));
  return installation;
}

it('leaves ledger, accounts and outbox as jobs of one account each leave them', async () => {
  const [single, many] = await Promise.all([withFleet('0'), withFleet('1')]);
  await sweep(single.app.sweepDeps, REQUEST);
  await sweep(many.app.sweepDeps, REQUEST);
  const due = await countOf(single.db, 'SELECT COUNT(*) FROM accounts WHERE next_cycle_at <= ?', [
    '2021-05-01',
  ]);
  expect(await single.app.queue.countSettling()).toMatchObject({ waiting: due, cohorts: 0 });
  const cohorts = Math.ceil(due / COHORT);
  expect(await many.app.queue.countSettling()).toMatchObject({ waiting: cohorts, cohorts });
  // A second look adds nothing to what is there already.
  expect(await sweep(many.app.sweepDeps, REQUEST)).toMatchObject({ outcome: 'joined', submitted: 0 });

  for (const { app } of [single, many]) await sweepAndSend(app);
  const state = await readState(many.db);
  expect(state).toEqual(await readState(single.db));
  expect(state.entries.length).toBeGreaterThan(2_000);
});

describe('a cohort', () => {
  let installation: Installation;
  let run: number;
  let taken: CohortPayload[];
  const settled: number[] = [];
  const work = async (payload: CohortPayload, slow: readonly string[] = []): Promise<void> =>
    settleCohort(
      {
        db: installation.db,
        batchMax: 40,
        settle: async (requests) => {
          settled.push(requests.length);
          await settleAccounts(installation.app.settleDeps, requests);
        },
        isSlow: (account) => slow.includes(account),
      },
      payload,
    );

  beforeAll(async () => {
    installation = await install({ env: { CONNECTS_COHORT_OVER: '1' } });
    installations.push(installation);
    await importRows(installation.app, numbered('a', 100));
    taken = [];
    const queue = {
      enqueueSettling: () => Promise.resolve(),
      enqueueNotices: () => Promise.resolve(),
      enqueueCohorts: (payloads: readonly CohortPayload[]) => Promise.resolve(void taken.push(...payloads)),
      countSettling: () => Promise.resolve({ waiting: 0, active: 0, delayed: 0, cohorts: 0 }),
    };
    const swept = await sweep({ ...installation.app.sweepDeps, queue }, REQUEST);
    run = 'run' in swept ? swept.run.id : 0;
  });

  it('is settled in transactions of their own size, without whom somebody keeps locked', async () => {
    expect(taken).toMatchObject([{ run, after: null, upTo: { id: 'a-099' } }]);
    await work(taken[0] as CohortPayload, ['a-007', 'a-041']);
    expect(settled).toEqual([39, 39, 20]);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40')).toBe(98);
  });

  it('that is done a second time asks for those alone who are left, and a third time for nobody', async () => {
    settled.length = 0;
    await work(taken[0] as CohortPayload);
    await work(taken[0] as CohortPayload);
    expect(settled).toEqual([2]);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM entries')).toBe(400);
  });

  it('of a run that is stopped does nothing', async () => {
    await importRows(installation.app, numbered('b', 10));
    await stopRun(installation.app, { run, actor: 'test', reason: 'test' });
    settled.length = 0;
    await work({ run, after: null, upTo: { nextCycleAt: MAY_2021, id: 'z' } });
    expect(settled).toEqual([]);
    expect((await findRun(installation.db, run))?.state).toBe('stopping');
  });
});

it('cohorts that Redis forgets cost another look', async () => {
  const installation = await install({ env: { CONNECTS_COHORT_OVER: '1' } });
  installations.push(installation);
  await importRows(installation.app, numbered('a', 1_200));
  await sweep(installation.app.sweepDeps, REQUEST);
  expect((await installation.app.queue.countSettling()).cohorts).toBe(3);
  await forgetCohorts(installation);
  const worker = startWorker(installation.app);
  try {
    expect(await waitingSweep(installation.app)).toMatchObject({ outcome: 'done', remaining: 0 });
  } finally {
    await worker.stop();
  }
  expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40')).toBe(1_200);
});

async function forgetCohorts({ env }: Installation): Promise<void> {
  const queue = new Queue(cohortContract.queue, {
    connection: workerConnection(serverUrl('REDIS_URL')),
    prefix: env.CONNECTS_QUEUE_PREFIX as string,
  });
  await queue.obliterate();
  await queue.close();
}
