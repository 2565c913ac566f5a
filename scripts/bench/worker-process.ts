/** A worker in a process of its own, so that its processor time and memory can be told apart. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { endProcess, processBirth } from '../servers/processes.ts';
import type { Watchdog } from '../servers/watchdog.ts';

export interface WorkerProcess {
  readonly pid: number;
  /** Jobs that it reported as done; only workers of the bench's own report them. */
  readonly done: () => number;
  /** Rejects when the process ends by itself. */
  readonly lost: Promise<never>;
  stop(): Promise<void>;
}

const STOP_MAX_MS = 10_000;
const root = join(import.meta.dirname, '../..');

/** The product's own command. */
export const PRODUCT = ['src/cli/main.js', 'worker'] as const;
export const PER_ACCOUNT = ['scripts/bench/per-account-worker.js'] as const;
export const NO_OP = ['scripts/bench/no-op-worker.js'] as const;
export const GROUPED_NO_OP = ['scripts/bench/no-op-worker.js', 'grouped'] as const;

/** @param command a compiled file below `folder`, and its arguments */
export function startWorkerProcess(
  [file, ...args]: readonly [string, ...string[]],
  { folder, env, watchdog }: { folder: string; env: NodeJS.ProcessEnv; watchdog: Watchdog },
): WorkerProcess {
  const child = spawn(process.execPath, [join(folder, file), ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const pid = child.pid ?? 0;
  const birth = processBirth(pid) ?? '';
  watchdog.watch(pid);
  let done = 0;
  child.on('message', (message) => (done = Number(message)));
  let stopping = false;
  const lost = lossOf(child, () => stopping);
  const stop = (): Promise<void> => {
    stopping = true;
    return endProcess(pid, birth, STOP_MAX_MS);
  };
  return { pid, done: () => done, lost, stop };
}

function lossOf(child: ChildProcess, isStopping: () => boolean): Promise<never> {
  const lost = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (!isStopping()) reject(new Error(`the worker process ended by itself (${signal ?? code})`));
    });
  });
  // Whoever waits for work races against it; nobody may be waiting.
  lost.catch(() => undefined);
  return lost;
}
