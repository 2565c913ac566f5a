/** The long-running process of `npm start`: worker, scheduler and console in one, its log in a file. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { endLeftOver, endProcess, exitCodeOf, processBirth, writePidFile } from '../servers/processes.ts';
import { SetupError } from '../servers/setup-error.ts';
import type { Watchdog } from '../servers/watchdog.ts';

const READY_MAX_MS = 60_000;
const READY_POLL_MS = 100;
/** Draining finishes the batch under way and hands the rest back. */
const DRAIN_MAX_MS = 30_000;
const LOG_TAIL_LINES = 20;

export interface ServingRequest {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  readonly logPath: string;
  readonly pidFile: string;
  readonly readyUrl: string;
  readonly watchdog: Watchdog;
  /** Resolves when waiting for readiness has become pointless. */
  readonly interrupted: Promise<unknown>;
}

export interface Serving {
  /** Resolves, with a line that says how, when it has ended for whatever reason. */
  readonly ended: Promise<string>;
  /** SIGTERM and a clean end; `hasty` kills it. May be called again. */
  stop(options?: { hasty?: boolean }): Promise<void>;
}

/** Resolves when it answers on `/readyz`. @throws SetupError (exit 75) with the end of its log, when it doesn't */
export async function startServing(request: ServingRequest): Promise<Serving> {
  await endLeftOver(request.pidFile, DRAIN_MAX_MS);
  const { pid, ended } = launch(request);
  request.watchdog.watch(pid);
  const birth = processBirth(pid) ?? '';
  writePidFile(request.pidFile, pid);
  const stop = async ({ hasty = false } = {}) => {
    await endProcess(pid, birth, hasty ? 0 : DRAIN_MAX_MS);
    rmSync(request.pidFile, { force: true });
  };
  const failure = await readiness(request, ended);
  if (failure === undefined) return { ended, stop };
  await stop();
  throw new SetupError(`${failure}; the end of ${request.logPath}:\n${logTail(request.logPath)}`);
}

/** In a session of its own: a Ctrl-C reaches it through us, once and in order. */
function launch({ command, env, logPath }: ServingRequest): { pid: number; ended: Promise<string> } {
  const [program, ...args] = command;
  const log = openSync(logPath, 'w', 0o600);
  try {
    const child = spawn(program, args, { env, detached: true, stdio: ['ignore', log, log] });
    child.unref();
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) =>
        resolve(`worker, scheduler and console ended with exit code ${exitCodeOf(code, signal)}`),
      );
    });
    return { pid: child.pid ?? 0, ended };
  } finally {
    closeSync(log);
  }
}

async function readiness(
  { readyUrl: url, interrupted }: ServingRequest,
  ended: Promise<string>,
): Promise<string | undefined> {
  let end: string | undefined;
  void ended.then((how) => (end = how));
  void interrupted.then(() => (end ??= 'interrupted'));
  let last = 'no answer';
  for (const deadline = performance.now() + READY_MAX_MS; performance.now() < deadline;) {
    if (end !== undefined) return end;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      if (answer.ok) return undefined;
      last = `${answer.status} ${(await answer.text()).slice(0, 500)}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(READY_POLL_MS);
  }
  return `${url} did not become ready within ${READY_MAX_MS / 1_000} s (${last})`;
}

function logTail(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
