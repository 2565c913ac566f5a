/** Starting one server process, waiting until it answers, and stopping it: the same for every server. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, exitCodeOf, processBirth, writePidFile } from './processes.ts';
import { SetupError } from './setup-error.ts';
import type { Watchdog } from './watchdog.ts';

const POLL_MS = 15;
const LOG_TAIL_LINES = 20;

/** Where a server keeps its files, its socket, its log and its pid. */
export interface ServerPlace {
  readonly folder: string;
  /** May be elsewhere, with a shorter path: a socket's path has at most 107 bytes. */
  readonly socketFolder: string;
  readonly watchdog: Watchdog;
}

export interface Launch {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly place: ServerPlace;
  readonly readyMaxMs: number;
  /** Whom it runs as; the caller where left out. */
  readonly identity?: { readonly uid: number; readonly gid: number };
  /** Rejects while the server does not answer yet. */
  readonly attemptConnection: () => Promise<void>;
}

export interface LaunchedServer {
  readonly pid: number;
  /** Resolves, with a line that says how, when the server has ended for whatever reason. */
  readonly ended: Promise<string>;
  /** SIGTERM, then SIGKILL after `graceMs` (0: at once). May be called again, with less patience. */
  stop(graceMs: number): Promise<void>;
}

export function pidFileOf(folder: string, name: string): string {
  return join(folder, `${name}.pid`);
}

/** @throws SetupError (exit 75) with the end of the server's log, when it ends or stays silent instead of answering */
export async function launchServer(launch: Launch): Promise<LaunchedServer> {
  const { name, place } = launch;
  const logPath = join(place.folder, `${name}.log`);
  const child = spawnDetached(launch, logPath);
  const ended = endOf(child, name);
  if (child.pid === undefined) throw new SetupError(`${launch.program} could not be started: ${await ended}`);
  const { pid } = child;
  place.watchdog.watch(pid);
  const birth = processBirth(pid) ?? '';
  const pidFile = pidFileOf(place.folder, name);
  writePidFile(pidFile, pid);
  const stop = async (graceMs: number) => {
    await endProcess(pid, birth, graceMs);
    rmSync(pidFile, { force: true });
  };
  const failure = await readiness(launch, ended);
  if (failure === undefined) return { pid, ended, stop };
  await stop(0);
  throw new SetupError(`${failure}; the end of ${logPath}:\n${logTail(logPath)}`);
}

/** In a session of its own: a Ctrl-C must reach the programs that use the servers first. */
function spawnDetached({ program, args, place, identity }: Launch, logPath: string): ChildProcess {
  const log = openSync(logPath, 'w', 0o600);
  try {
    const child = spawn(program, args, {
      cwd: place.folder,
      detached: true,
      stdio: ['ignore', log, log],
      ...identity,
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function endOf(child: ChildProcess, name: string): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(`${name} ended ${signal ? `by ${signal}` : `with exit code ${exitCodeOf(code, signal)}`}`),
    );
  });
}

/** Undefined when the server answers, else why it doesn't. */
async function readiness(launch: Launch, ended: Promise<string>): Promise<string | undefined> {
  let end: string | undefined;
  void ended.then((how) => (end = how));
  const deadline = performance.now() + launch.readyMaxMs;
  let lastError: unknown;
  while (performance.now() < deadline) {
    try {
      await launch.attemptConnection();
      return undefined;
    } catch (error) {
      lastError = error;
    }
    if (end !== undefined) return end;
    await sleep(POLL_MS);
  }
  const reason = lastError instanceof Error ? lastError.message : String(lastError);
  return `${launch.name} did not answer within ${launch.readyMaxMs / 1_000} s (${reason})`;
}

function logTail(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
