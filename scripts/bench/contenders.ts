/** Ways to settle the same accounts, each measured end to end: from the first look at who is due to the last row. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type App } from '../../src/app.ts';
import type { Instant } from '../../src/domain/calendar.ts';
import { anyDue, countDue } from '../../src/ledger/accounts.ts';
import { sweep } from '../../src/operations/runs/sweep.ts';
import type { Watchdog } from '../servers/watchdog.ts';
import { WARM_UP_ACCOUNTS } from './fleet.ts';
import { type Ground, checksumRows, readStatus, settleDown } from './ground.ts';
import { type CpuUse, peakMemoryBytes, startCounting } from './measuring.ts';
import type { ContenderName } from './options.ts';
import { settleSetBased } from './set-based.ts';
import { NO_OP, PER_ACCOUNT, PRODUCT, type WorkerProcess, startWorkerProcess } from './worker-process.ts';

export const TITLES: Readonly<Record<ContenderName, string>> = {
  a: 'this product: sweep, jobs, group commit',
  b: 'one job and one transaction per account',
  c: 'BullMQ no-op jobs, no database',
  d: 'set-based SQL, 1,000 per transaction',
  e: 'this product: cohorts of 500',
};

/** What one contender did in one round. */
export interface RoundResult {
  readonly contender: ContenderName;
  /** Asked for; fewer are settled where the round was cut. */
  readonly accounts: number;
  readonly settled: number;
  /** It took too long, and was cut: the rate is that so far. */
  readonly cut: boolean;
  readonly elapsedMs: number;
  readonly accountsPerSecond: number;
  readonly cpuMicrosecondsPerAccount: number;
  readonly cpuShares: Readonly<Record<string, number>>;
  /** Explicit transactions committed meanwhile, per account. */
  readonly transactionsPerAccount: number;
  /** Undefined where there is no worker process. */
  readonly workerPeakBytes: number | undefined;
  /** Undefined where no rows were written, or not all of them. */
  readonly checksum: string | undefined;
  /** Processors that everybody else kept busy. */
  readonly busyElsewhere: number;
}

interface Work {
  readonly command: readonly [string, ...string[]] | undefined;
  /** Settles the fleet's warm-up, then what is measured. @returns how many, once they are done or the time is up */
  settle(ground: Ground, worker: WorkerProcess | undefined, part: Part): Promise<number>;
}

interface Part {
  readonly name: 'warm-up' | 'measured';
  readonly accounts: number;
  readonly asOf: Instant;
  readonly isCut: () => boolean;
}

const WORK: Readonly<Record<ContenderName, Work>> = {
  a: { command: PRODUCT, settle: (ground, _worker, part) => sweepAndWait(ground.app, part) },
  b: { command: PER_ACCOUNT, settle: (ground, _worker, part) => sweepAndWait(ground.app, part) },
  c: { command: NO_OP, settle: (ground, worker, part) => moveJobs(ground.app, worker, part) },
  d: {
    command: undefined,
    settle: ({ app }, _worker, part) => settleSetBased(app.db, part.asOf, part.isCut),
  },
  e: { command: PRODUCT, settle: (ground, _worker, part) => sweepAndWait(ground.app, part) },
};

/** What the product's two lanes differ in. */
export const settingsOf = (contender: ContenderName): Readonly<Record<string, string>> => ({
  CONNECTS_COHORT_OVER: contender === 'e' ? '1' : '0',
});

const CUT_AFTER_MS = 60_000;
/** How often it is looked whether all is done: often enough to err by 2 %, rarely enough to cost next to nothing. */
const LOOK_MIN_MS = 10;
const LOOK_SHARE = 0.02;

const pause = (startedAt: number): Promise<void> =>
  sleep(Math.max(LOOK_MIN_MS, (performance.now() - startedAt) * LOOK_SHARE));

export async function runContender(
  contender: ContenderName,
  ground: Ground,
  place: { readonly folder: string; readonly watchdog: Watchdog },
): Promise<RoundResult> {
  const work = WORK[contender];
  const worker = work.command && startWorkerProcess(work.command, { ...place, env: ground.env });
  try {
    const { accounts } = ground;
    const warmUp = { name: 'warm-up', accounts: WARM_UP_ACCOUNTS, asOf: ground.sweepAt.warmUp } as const;
    await unlessLost(worker, work.settle(ground, worker, { ...warmUp, isCut: cutAfter(CUT_AFTER_MS) }));
    await settleDown(ground.servers.admin);
    const measured = { name: 'measured', accounts, asOf: ground.sweepAt.measured } as const;
    return await measure(contender, ground, worker, (isCut) =>
      unlessLost(worker, work.settle(ground, worker, { ...measured, isCut })),
    );
  } finally {
    await worker?.stop();
  }
}

const unlessLost = <Result>(worker: WorkerProcess | undefined, work: Promise<Result>): Promise<Result> =>
  worker ? Promise.race([work, worker.lost]) : work;

function cutAfter(ms: number): () => boolean {
  const deadline = performance.now() + ms;
  return () => performance.now() >= deadline;
}

async function measure(
  contender: ContenderName,
  ground: Ground,
  worker: WorkerProcess | undefined,
  settle: (isCut: () => boolean) => Promise<number>,
): Promise<RoundResult> {
  const { servers, accounts } = ground;
  const committed = await readStatus(servers.admin, 'Com_commit');
  const stopCounting = startCounting({
    ...servers.pids,
    bench: process.pid,
    ...(worker && { worker: worker.pid }),
  });
  const startedAt = performance.now();
  const settled = await settle(cutAfter(CUT_AFTER_MS));
  const elapsedMs = performance.now() - startedAt;
  const transactions = (await readStatus(servers.admin, 'Com_commit')) - committed;
  // What the servers have yet to clean up is part of the price.
  await settleDown(servers.admin);
  const cpu = stopCounting();
  const whole = settled === accounts && contender !== 'c';
  return {
    contender,
    accounts,
    settled,
    cut: settled < accounts,
    elapsedMs,
    accountsPerSecond: settled / (elapsedMs / 1e3),
    ...cpuPerAccount(cpu, settled),
    transactionsPerAccount: transactions / settled,
    workerPeakBytes: worker && peakMemoryBytes(worker.pid),
    checksum: whole ? await checksumRows(ground.app.db) : undefined,
    busyElsewhere: cpu.busyElsewhere,
  };
}

const cpuPerAccount = (
  cpu: CpuUse,
  settled: number,
): Pick<RoundResult, 'cpuMicrosecondsPerAccount' | 'cpuShares'> => ({
  cpuMicrosecondsPerAccount: cpu.total / settled,
  cpuShares: Object.fromEntries(Object.entries(cpu.byProcess).map(([name, used]) => [name, used / settled])),
});

/** Both per-account contenders are fed by the product's own sweep. */
async function sweepAndWait(app: App, part: Part): Promise<number> {
  const startedAt = performance.now();
  await sweep(app.sweepDeps, { asOf: part.asOf, source: 'command', actor: 'bench' });
  while (await anyDue(app.db, part.asOf)) {
    if (part.isCut()) return part.accounts - (await countDue(app.db, part.asOf));
    await pause(startedAt);
  }
  return part.accounts;
}

/** The same jobs, added by the same producer. */
async function moveJobs(app: App, worker: WorkerProcess | undefined, part: Part): Promise<number> {
  const startedAt = performance.now();
  const before = worker?.done() ?? 0;
  const done = (): number => (worker?.done() ?? 0) - before;
  await app.queue.enqueueSettling(jobsOf(part.accounts));
  while (done() < part.accounts && !part.isCut()) await pause(startedAt);
  return done();
}

/** What a sweep of run 1 would enqueue for the fleet. */
export const jobsOf = (accounts: number): { account: string; run: number }[] =>
  Array.from({ length: accounts }, (_, index) => ({
    account: `a${String(index + 1).padStart(7, '0')}`,
    run: 1,
  }));
