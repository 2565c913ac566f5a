/** Results of rounds that nobody ran. */
import type { RoundResult } from '../../../scripts/bench/contenders.ts';
import type { ContenderName } from '../../../scripts/bench/options.ts';

export const result = (
  contender: ContenderName,
  accounts: number,
  accountsPerSecond: number,
  more: Partial<RoundResult> = {},
): RoundResult => ({
  contender,
  accounts,
  settled: accounts,
  cut: false,
  elapsedMs: accounts / accountsPerSecond,
  accountsPerSecond,
  cpuMicrosecondsPerAccount: 300,
  cpuShares: { mariadbd: 100, bench: 50, worker: 150 },
  transactionsPerAccount: 0.004,
  workerPeakBytes: 120 * 1_048_576,
  checksum: undefined,
  busyElsewhere: 0,
  ...more,
});
