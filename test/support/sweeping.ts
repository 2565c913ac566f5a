/** A whole sweep as an operator has it: a real worker, jobs in Redis, letters sent. */
import { startWorker } from '../../jobs/start-worker.ts';
import type { App } from '../../src/app.ts';
import { canSendMore } from '../../src/operations/mail/deliver-notices.ts';
import {
  type WaitedSweep,
  type WaitingRequest,
  sweepUntilDone,
} from '../../src/operations/runs/sweep-until-done.ts';

/** As of which the fixtures are swept. */
export const MAY_2021 = Date.parse('2021-05-01T00:00:00Z');

export function waitingSweep(app: App, request: Partial<WaitingRequest> = {}): Promise<WaitedSweep> {
  return sweepUntilDone(
    { ...app.sweepDeps, clock: app.clock },
    { source: 'command', actor: 'test', asOf: MAY_2021, timeoutMs: 500_000, ...request },
  );
}

/** Sweeps until nothing is due, and until every notice that can be sent is. */
export async function sweepAndSend(app: App, request: Partial<WaitingRequest> = {}): Promise<WaitedSweep> {
  const worker = startWorker(app);
  try {
    const waited = await waitingSweep(app, request);
    await allSent(app);
    return waited;
  } finally {
    await worker.stop();
  }
}

export async function allSent(app: App): Promise<void> {
  const { deliverDeps } = app;
  if (deliverDeps) await until('no notice can be sent', async () => !(await canSendMore(deliverDeps)));
}

/** Asks again and again, and says what it waited for in vain. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 300_000,
): Promise<void> {
  for (const deadline = performance.now() + withinMs; !(await holds());) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
