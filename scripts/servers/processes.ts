/** Processes told apart by pid *and* birth, since a pid alone may by now belong to somebody else's process. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;
/** A killed process is gone at once, unless the disk holds it: then waiting longer is no use. */
const KILL_WAIT_MAX_MS = 10_000;

/** What no second process with this pid shares: boot and start time. Undefined when it is not running (or a zombie). */
export function processBirth(pid: number): string | undefined {
  if (!existsSync('/proc/self/stat')) return processBirthFromPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name, in brackets, may hold anything; what follows the last bracket is regular.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${bootId()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function processBirthFromPs(pid: number): string | undefined {
  try {
    const began = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return began === '' ? undefined : began.replaceAll(/\s+/g, '_');
  } catch {
    return undefined;
  }
}

/** Records a process of ours, so that a later start can end it should this one be killed outright. */
export function writePidFile(path: string, pid: number): void {
  writeFileSync(`${path}.new`, `${pid} ${processBirth(pid) ?? ''}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The pid in the file, if that very process still runs. */
export function readPidFile(path: string): { pid: number; birth: string } | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const [pid, birth] = text.trim().split(' ');
  if (!birth || processBirth(Number(pid)) !== birth) return undefined;
  return { pid: Number(pid), birth };
}

/** SIGTERM, then SIGKILL after `graceMs` (0: at once); resolves when the process is gone. */
export async function endProcess(pid: number, birth: string, graceMs: number): Promise<void> {
  const isAlive = () => processBirth(pid) === birth;
  const gone = async (withinMs: number) => {
    for (const deadline = Date.now() + withinMs; isAlive(); await sleep(POLL_MS))
      if (Date.now() > deadline) return false;
    return true;
  };
  if (graceMs > 0) {
    sendSignal(pid, 'SIGTERM');
    if (await gone(graceMs)) return;
  }
  if (isAlive()) sendSignal(pid, 'SIGKILL');
  await gone(KILL_WAIT_MAX_MS);
}

/** Ends the process that a pid file names, if it is still that process, and removes the file. @returns its pid */
export async function endLeftOver(pidFile: string, graceMs: number): Promise<number | undefined> {
  const left = readPidFile(pidFile);
  if (left) await endProcess(left.pid, left.birth, graceMs);
  rmSync(pidFile, { force: true });
  return left?.pid;
}

/** Like process.kill, but a process that is gone already is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The shell's convention: 128 + the signal's number. */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return signal === null ? (code ?? 1) : 128 + constants.signals[signal];
}
