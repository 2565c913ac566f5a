/** What every contender is asked to do, in two parts: first its warm-up, then what is measured. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '../../src/domain/calendar.ts';
import type { Ground } from './ground.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface Part {
  readonly accounts: number;
  readonly asOf: Instant;
  readonly isCut: () => boolean;
}

export interface Settler {
  /** @param worker the process that works, where there is one. @returns how many, once all are done or the time is up */
  settle(part: Part, worker: WorkerProcess | undefined): Promise<number>;
  close?(): Promise<void>;
}

export interface Work {
  readonly title: string;
  /** Of its worker process: a compiled file, and its arguments. */
  readonly command: readonly [string, ...string[]] | undefined;
  /** More settings of the product's. */
  readonly settings?: Readonly<Record<string, string>>;
  /** It settles there: with so many accounts to warm up with, fewer where they would take it minutes. */
  readonly onPostgres?: { readonly warmUp: number };
  /** It writes no rows. */
  readonly writesNothing?: boolean;
  /** Opens what it enqueues with, before its worker starts. */
  open(ground: Pick<Ground, 'app' | 'postgres' | 'sweepAt'>): Promise<Settler>;
}

/** How often it is looked whether all is done: often enough to err by 2 %, rarely enough to cost next to nothing. */
const LOOK_MIN_MS = 10;
const LOOK_SHARE = 0.02;

const pause = (startedAt: number): Promise<void> =>
  sleep(Math.max(LOOK_MIN_MS, (performance.now() - startedAt) * LOOK_SHARE));

/** Looks until all is done, or the time is up. @returns whether all is done */
export async function doneInTime(
  { isCut }: Part,
  startedAt: number,
  isDone: () => boolean | Promise<boolean>,
): Promise<boolean> {
  while (!(await isDone())) {
    if (isCut()) return false;
    await pause(startedAt);
  }
  return true;
}
