/** How slow this machine is right now: what must be quick is judged by it, so that load fails no test. */
import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';

/** What starting Node and ending it again costs an idle machine of the slowest kind that we test on. */
const IDLE_START_MS = 60;

/**
 * Seconds that something may take on the machine as it is now, where an idle one needs `seconds` at the most.
 * Asked right after it was measured, so that both met the same load; what goes up and down is in the last minute's average.
 */
export function quickly(seconds: number): number {
  const starts = [1, 2, 3].map(() => {
    const startedAt = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    return performance.now() - startedAt;
  });
  const [lastMinute = 0] = loadavg();
  return seconds * Math.max(1, Math.max(...starts) / IDLE_START_MS, lastMinute / availableParallelism());
}
