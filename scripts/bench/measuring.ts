/** What processes used, read from /proc: CPU time in microseconds, and the most memory that they ever held. */
import { readFileSync, readdirSync } from 'node:fs';

/** `getconf CLK_TCK` is 100 on every Linux that Node runs on. */
const MICROSECONDS_PER_TICK = 10_000;

/** User and system time of a process, its ended children included. 0 where the process is gone. */
export function cpuMicroseconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name, in brackets, may hold anything; what follows the last bracket is regular.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return ticks * MICROSECONDS_PER_TICK;
  } catch {
    return 0;
  }
}

/** The peak of the resident memory (VmHWM), in bytes. */
export function peakMemoryBytes(pid: number): number {
  const [, kibibytes = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1_024;
}

/** Processor time that the whole machine has spent, idle time apart. */
function machineMicroseconds(): number {
  const [, ...fields] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] as string).split(/\s+/);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields.map(Number);
  return (user + nice + system + irq + softirq) * MICROSECONDS_PER_TICK;
}

/** A process; or one that serves each connection by a child of its own, counted with all its children. */
export type Counted = number | { readonly parent: number };

const microsecondsOf = (counted: Counted): number =>
  typeof counted === 'number'
    ? cpuMicroseconds(counted)
    : [counted.parent, ...childrenOf(counted.parent)].reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);

/** Read from every process: not every kernel keeps a list of children. */
function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

export interface CpuUse {
  /** By process, in microseconds. */
  readonly byProcess: Readonly<Record<string, number>>;
  readonly total: number;
  /** Processors that everybody else on this machine kept busy meanwhile, on average. */
  readonly busyElsewhere: number;
}

/** Begins to count; call what it returns to learn what has been used since. @param pids by process */
export function startCounting(pids: Readonly<Record<string, Counted>>): () => CpuUse {
  const before = Object.entries(pids).map(([name, pid]) => ({ name, pid, used: microsecondsOf(pid) }));
  const startedAt = performance.now();
  const machine = machineMicroseconds();
  return () => {
    const used = before.map((one) => [one.name, microsecondsOf(one.pid) - one.used] as const);
    const total = used.reduce((sum, [, microseconds]) => sum + microseconds, 0);
    const elapsed = (performance.now() - startedAt) * 1_000;
    const busyElsewhere = Math.max(0, machineMicroseconds() - machine - total) / elapsed;
    return { byProcess: Object.fromEntries(used), total, busyElsewhere };
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
