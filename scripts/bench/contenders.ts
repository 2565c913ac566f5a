/** Ways to settle the same accounts, each measured end to end: from the first look at who is due to the last row. */
import type { Watchdog } from '../servers/watchdog.ts';
import { WARM_UP_ACCOUNTS } from './fleet.ts';
import { type Ground, checksumRows, readStatus, settleDown } from './ground.ts';
import { type CpuUse, peakMemoryBytes, startCounting } from './measuring.ts';
import type { ContenderName } from './options.ts';
import { OWN_WORK } from './own-work.ts';
import { checksumPostgres, commitsOf } from './peers/postgres-tables.ts';
import { PEER_WORK } from './peers/work.ts';
import type { Work } from './work.ts';
import { type WorkerProcess, startWorkerProcess } from './worker-process.ts';

export const WORK: Readonly<Record<ContenderName, Work>> = { ...OWN_WORK, ...PEER_WORK };

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
  /** Committed meanwhile, per account: on PostgreSQL with those of the queue, which lives there. */
  readonly transactionsPerAccount: number;
  /** Undefined where there is no worker process. */
  readonly workerPeakBytes: number | undefined;
  /** Undefined where no rows were written, or not all of them. */
  readonly checksum: string | undefined;
  /** Processors that everybody else kept busy. */
  readonly busyElsewhere: number;
}

export const CUT_AFTER_MS = 60_000;

export async function runContender(
  contender: ContenderName,
  ground: Ground,
  place: { readonly folder: string; readonly watchdog: Watchdog },
): Promise<RoundResult> {
  const work = WORK[contender];
  const settler = await work.open(ground);
  const worker = work.command && startWorkerProcess(work.command, { ...place, env: ground.env });
  try {
    const { accounts, sweepAt } = ground;
    const warmUp = { accounts: work.onPostgres?.warmUp ?? WARM_UP_ACCOUNTS, asOf: sweepAt.warmUp };
    await unlessLost(worker, settler.settle({ ...warmUp, isCut: cutAfter(CUT_AFTER_MS) }, worker));
    await settleDown(ground.servers.admin);
    return await measure(contender, ground, worker, (isCut) =>
      unlessLost(worker, settler.settle({ accounts, asOf: sweepAt.measured, isCut }, worker)),
    );
  } finally {
    await worker?.stop();
    await settler.close?.();
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
  const committed = await committedOn(ground);
  const stopCounting = startCounting({
    ...serversOf(ground),
    bench: process.pid,
    ...(worker && { worker: worker.pid }),
  });
  const startedAt = performance.now();
  const settled = await settle(cutAfter(CUT_AFTER_MS));
  const elapsedMs = performance.now() - startedAt;
  const transactions = (await committedOn(ground)) - committed;
  // What the servers have yet to clean up is part of the price.
  await settleDown(servers.admin);
  const cpu = stopCounting();
  const whole = settled === accounts && !WORK[contender].writesNothing;
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
    checksum: whole ? await checksumOf(ground) : undefined,
    busyElsewhere: cpu.busyElsewhere,
  };
}

/** The servers that a contender works with: the others only stand beside it. */
const serversOf = ({ servers, postgres }: Ground): Parameters<typeof startCounting>[0] =>
  postgres ? { postgres: { parent: postgres.server.pid } } : servers.pids;

const committedOn = ({ servers, postgres }: Ground): Promise<number> =>
  postgres ? commitsOf(postgres) : readStatus(servers.admin, 'Com_commit');

const checksumOf = ({ app, postgres }: Ground): Promise<string> =>
  postgres ? checksumPostgres(postgres) : checksumRows(app.db);

const cpuPerAccount = (
  cpu: CpuUse,
  settled: number,
): Pick<RoundResult, 'cpuMicrosecondsPerAccount' | 'cpuShares'> => ({
  cpuMicrosecondsPerAccount: cpu.total / settled,
  cpuShares: Object.fromEntries(Object.entries(cpu.byProcess).map(([name, used]) => [name, used / settled])),
});
