/** Ten sweeps at once, in this process and in others, grant what one sweep alone grants. */
import { Queue } from 'bullmq';
import { startWorker } from '../../jobs/start-worker.ts';
import { type App, composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { type Run, listRuns } from '../../src/ledger/runs.ts';
import { silentLog } from '../../src/log.ts';
import type { WaitedSweep } from '../../src/operations/runs/sweep-until-done.ts';
import { workerConnection } from '../../src/queue/connection.ts';
import { settleContract } from '../../src/queue/contracts.ts';
import { LEASE_MS } from '../../src/operations/mail/deliver-notices.ts';
import { fixture, importFile } from '../support/accounts.ts';
import { type Ended, runCli } from '../support/cli.ts';
import { type Installation, install, serverUrl } from '../support/installation.ts';
import { holdRows } from '../support/liveness.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';
import { type State, readState } from '../support/state.ts';
import { allSent, sweepAndSend, until, waitingSweep } from '../support/sweeping.ts';

const IN_PROCESS = 5;
const PROCESSES = 5;

describe('ten sweeps side by side, each with a worker of its own', () => {
  let alone: State;
  let office: PostOffice;
  let installation: Installation;
  let waited: WaitedSweep[];
  let ended: Ended[];
  let tookMs: number;

  beforeAll(async () => {
    alone = await stateOfOneCleanRun();
    office = await openPostOffice();
    installation = await install({ env: { SMTP_URL: office.url, CONNECTS_BATCH_MAX: '25' } });
    await importFile(installation.app, fixture('quiet-fleet-accounts.csv'));
    // So that nobody is done before all have begun: every account is locked until it is released.
    const holder = await holdRows(installation, 'SELECT id FROM accounts ORDER BY id FOR UPDATE');
    const processes = Array.from({ length: PROCESSES }, () =>
      runCli(['sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z', '--json'], installation.env),
    );
    const sweeps = Array.from({ length: IN_PROCESS }, () => sweepInAnAppOfItsOwn(installation));
    const all = IN_PROCESS + PROCESSES;
    await until('all ten work', async () => (await countWorkers(installation)) >= all);
    const startedAt = performance.now();
    await holder.release();
    waited = await Promise.all(sweeps);
    ended = await Promise.all(processes);
    await allSent(installation.app);
    tookMs = performance.now() - startedAt;
  });

  afterAll(async () => {
    await installation.remove();
    await office.stop();
  });

  it('leave the ledger, the accounts and the outbox as one clean run leaves them', async () => {
    expect(await readState(installation.db)).toEqual(alone);
    expect(alone.entries.length).toBeGreaterThan(2_000);
  });

  it('all end well, with nothing left', () => {
    expect(waited.map((one) => [one.outcome, one.remaining])).toEqual(
      Array.from({ length: IN_PROCESS }, () => ['done', 0]),
    );
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(
      Array.from({ length: PROCESSES }, () => [0, expect.any(String)]),
    );
  });

  it('share their runs: never are two open at once', async () => {
    const runs = (await listRuns(installation.db, 100)).toReversed();
    for (const [index, run] of runs.entries()) {
      const before: Run | undefined = runs[index - 1];
      expect(run.state).toBe('completed');
      expect(before?.endedAt ?? 0).toBeLessThanOrEqual(run.startedAt);
    }
  });

  it('send each member one email', () => {
    const members = new Set(office.letters.map((one) => one.to.join()));
    const messages = new Set(office.letters.map((one) => one.messageId));
    expect(members.size).toBe(alone.outbox.length);
    expect(messages.size).toBe(alone.outbox.length);
    // On a machine so slow that a sender outlives its lease, a letter may go out again: under the same Message-ID.
    const againMax = tookMs < LEASE_MS ? 0 : messages.size;
    expect(office.letters.length - messages.size).toBeLessThanOrEqual(againMax);
  });
});

async function stateOfOneCleanRun(): Promise<State> {
  const installation = await install();
  try {
    await importFile(installation.app, fixture('quiet-fleet-accounts.csv'));
    await sweepAndSend(installation.app);
    return await readState(installation.db);
  } finally {
    await installation.remove();
  }
}

async function sweepInAnAppOfItsOwn({ env }: Installation): Promise<WaitedSweep> {
  const app: App = composeApp(parseConfig(env), systemClock, silentLog);
  const worker = startWorker(app);
  try {
    return await waitingSweep(app);
  } finally {
    await worker.stop();
    await app.close();
  }
}

async function countWorkers({ env }: Installation): Promise<number> {
  const queue = new Queue(settleContract.queue, {
    connection: workerConnection(serverUrl('REDIS_URL')),
    prefix: env.CONNECTS_QUEUE_PREFIX as string,
  });
  try {
    return (await queue.getWorkers()).length;
  } finally {
    await queue.close();
  }
}
