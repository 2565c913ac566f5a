/** The product in its two lanes, and what it is measured by: one transaction an account, jobs alone, SQL alone. */
import type { App } from '../../src/app.ts';
import type { Database } from '../../src/db/connection.ts';
import { selectOne } from '../../src/db/query.ts';
import type { Instant } from '../../src/domain/calendar.ts';
import { anyDue, countDue } from '../../src/ledger/accounts.ts';
import { type SweepDeps, sweep } from '../../src/operations/runs/sweep.ts';
import type { JobQueue } from '../../src/queue/producer.ts';
import { settleSetBased } from './set-based.ts';
import { type Part, type Settler, type Work, doneInTime } from './work.ts';
import { openPlainQueue } from './plain-queue.ts';
import { GROUPED_NO_OP, NO_OP, PER_ACCOUNT, PRODUCT, type WorkerProcess } from './worker-process.ts';

type Adding = Pick<JobQueue, 'enqueueSettling'>;

const ONE_BY_ONE = { CONNECTS_COHORT_OVER: '0' };
const IN_COHORTS = { CONNECTS_COHORT_OVER: '1' };

export const OWN_WORK = {
  a: {
    title: 'this product: sweep, jobs, group commit',
    command: PRODUCT,
    settings: ONE_BY_ONE,
    open: async ({ app }) => ({ settle: (part) => sweepAndWait(app.sweepDeps, part) }),
  },
  b: {
    title: 'one job and one transaction per account',
    command: PER_ACCOUNT,
    settings: ONE_BY_ONE,
    open: async ({ app }) => ({ settle: (part) => sweepAndWait(app.sweepDeps, part) }),
  },
  c: {
    title: 'BullMQ no-op jobs, no database',
    command: NO_OP,
    writesNothing: true,
    open: async ({ app: { config } }) => {
      const queue = openPlainQueue(config);
      return { settle: (part, worker) => moveJobs(queue, worker, part), close: () => queue.close() };
    },
  },
  d: {
    title: 'set-based SQL, 1,000 per transaction',
    command: undefined,
    open: async ({ app }) => ({ settle: ({ asOf, isCut }) => settleSetBased(app.db, asOf, isCut) }),
  },
  e: {
    title: 'this product: cohorts of 500',
    command: PRODUCT,
    settings: IN_COHORTS,
    open: async ({ app }) => ({ settle: (part) => sweepAndWait(app.sweepDeps, part) }),
  },
  f: {
    title: 'this product: jobs of settled accounts, handed out again',
    command: PRODUCT,
    settings: ONE_BY_ONE,
    writesNothing: true,
    open: async ({ app, sweepAt }) => new HandedOutAgain(app, sweepAt.measured),
  },
  g: {
    title: "no-op jobs through this product's queues, no database",
    command: GROUPED_NO_OP,
    writesNothing: true,
    open: async ({ app }) => ({ settle: (part, worker) => moveJobs(app.queue, worker, part) }),
  },
} satisfies Record<string, Work>;

/** Whoever works by jobs of the product's is fed by the product's own sweep. @param deps with any queue */
export async function sweepAndWait(deps: SweepDeps, part: Part): Promise<number> {
  const startedAt = performance.now();
  await sweep(deps, { asOf: part.asOf, source: 'command', actor: 'bench' });
  const isDone = await doneInTime(part, startedAt, async () => !(await anyDue(deps.db, part.asOf)));
  return isDone ? part.accounts : part.accounts - (await countDue(deps.db, part.asOf));
}

/** Its warm-up settles everybody, so that what is measured finds nothing to do. */
class HandedOutAgain implements Settler {
  readonly #app: App;
  readonly #asOf: Instant;
  #entries: number | undefined;

  constructor(app: App, asOf: Instant) {
    this.#app = app;
    this.#asOf = asOf;
  }

  async settle(part: Part): Promise<number> {
    const { db, queue, sweepDeps } = this.#app;
    if (this.#entries === undefined) {
      const settled = await sweepAndWait(sweepDeps, { ...part, asOf: this.#asOf });
      this.#entries = await countEntries(db);
      return settled;
    }
    const startedAt = performance.now();
    await queue.enqueueSettling(jobsOf(part.accounts));
    const isDone = await doneInTime(part, startedAt, async () => {
      const { waiting, active } = await queue.countSettling();
      return waiting + active === 0;
    });
    if ((await countEntries(db)) !== this.#entries) throw new Error('a settled account was settled again');
    return isDone ? part.accounts : 0;
  }
}

async function countEntries(db: Database): Promise<number> {
  const row = await selectOne<{ entries: number }>(db, 'SELECT COUNT(*) AS entries FROM entries');
  return row?.entries ?? 0;
}

/** The same jobs as a sweep of the product's would add. */
async function moveJobs(queue: Adding, worker: WorkerProcess | undefined, part: Part): Promise<number> {
  const startedAt = performance.now();
  const before = worker?.done() ?? 0;
  const done = (): number => (worker?.done() ?? 0) - before;
  await queue.enqueueSettling(jobsOf(part.accounts));
  await doneInTime(part, startedAt, () => done() >= part.accounts);
  return done();
}

/** What a sweep of run 1 would enqueue for the fleet. */
export const jobsOf = (accounts: number): { account: string; run: number }[] =>
  Array.from({ length: accounts }, (_, index) => ({
    account: `a${String(index + 1).padStart(7, '0')}`,
    run: 1,
  }));
