/** SIGINT, SIGTERM and SIGHUP as one thing that is told once per key press. */
import { readFileSync } from 'node:fs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof SIGNALS)[number];

/** One Ctrl-C arrives twice: from the terminal, and passed on by npm. What follows this closely is the same press. */
const SAME_PRESS_MS = 700;

export interface Interruption {
  /** The first signal that came, if any. */
  readonly signal: StopSignal | undefined;
  /** Called for each press, the first with `times` 1. Also at once, when a signal came before. */
  listen(listener: (signal: StopSignal, times: number) => void): void;
}

/** From here on signals no longer end this process by themselves: the caller stops in order, and exits. */
export function listenForInterruption(): Interruption {
  let first: StopSignal | undefined;
  let times = 0;
  let lastAt = -Infinity;
  const listeners: ((signal: StopSignal, times: number) => void)[] = [];
  const receive = (signal: StopSignal) => {
    const now = performance.now();
    if (now - lastAt < SAME_PRESS_MS) return;
    lastAt = now;
    first ??= signal;
    times += 1;
    for (const listener of listeners) listener(signal, times);
  };
  for (const signal of SIGNALS) process.on(signal, receive);
  return {
    get signal() {
      return first;
    },
    listen(listener) {
      listeners.push(listener);
      if (first) listener(first, times);
    },
  };
}

/**
 * Whether the terminal sends a Ctrl-C to our children as well: it does to the whole foreground process group. Passing it
 * on then would make one key press two, which many programs take for "stop at once".
 */
export function terminalReachesChildren(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[2] === fields[5];
  } catch {
    return process.stdin.isTTY || process.stderr.isTTY;
  }
}
