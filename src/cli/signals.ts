/**
 * Signals that end a process, from its first moment on. It imports nothing: while all the rest is loaded, it listens.
 * A terminal that goes away asks for the same as SIGTERM: what is under way is finished, and not cut in two.
 */

/** What a process that was asked to stop ends with. */
export const STOPPED = { interrupted: 130, terminated: 143 } as const;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** How long a clean stop may take. */
export const STOP_MAX_MS = 20_000;

const stopping = new AbortController();
let stoppedBy: NodeJS.Signals | undefined;
let isUnderWay = false;

/** Aborts when a command that is under way is to stop. */
export const stopSignal: AbortSignal = stopping.signal;

/** Undefined while nobody asked us to stop. */
export const stoppedCode = (): number | undefined => stoppedBy && codeOf(stoppedBy);

const codeOf = (signal: NodeJS.Signals): number =>
  signal === 'SIGINT' ? STOPPED.interrupted : STOPPED.terminated;

/** From now on a first signal asks for a clean stop; until now nothing had begun, and it ended the process at once. */
export function beginWork(): void {
  isUnderWay = true;
}

/** Whoever listened before, for as long as this was being loaded, is let go. */
export function listenToSignals(): void {
  for (const signal of SIGNALS) {
    const before = process.listeners(signal);
    process.on(signal, () => stopBy(signal));
    for (const listener of before) process.off(signal, listener);
  }
}

function stopBy(signal: NodeJS.Signals): void {
  // The first asks for a clean stop; a second one does not wait for it.
  if (stoppedBy || !isUnderWay) process.exit(codeOf(stoppedBy ?? signal));
  stoppedBy = signal;
  stopping.abort();
  endAfter(STOP_MAX_MS, codeOf(signal), 'it was asked to stop, and a server does not answer');
}

/** The promise that does not depend on any server: whatever hangs, this process ends. */
export function endAfter(ms: number, code: number, why: string): void {
  setTimeout(() => {
    process.stderr.write(
      `connects: ended without waiting any longer: ${why}; what was not committed is still due\n`,
    );
    process.exit(code);
  }, ms).unref();
}
