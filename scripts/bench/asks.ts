/** What is asked of the product, each with the value that was measured. */
import type { RoundResult } from './contenders.ts';
import { median } from './measuring.ts';
import type { ContenderName } from './options.ts';

export interface Round {
  readonly results: readonly RoundResult[];
  /** The product's run with many accounts. */
  readonly large: RoundResult | undefined;
  /** The same in cohorts. */
  readonly largeInCohorts: RoundResult | undefined;
}

export interface Measured {
  readonly rounds: readonly Round[];
  readonly redisBytesPerJob: number | undefined;
}

export interface Ask {
  readonly ask: string;
  readonly value: number;
  readonly limit: number;
  readonly atLeast: boolean;
  readonly holds: boolean;
}

const MEBIBYTE = 1_048_576;

/** Ratios are taken within a round, where both saw the same machine; then their median. Those not measured are left out. */
export function judge({ rounds, redisBytesPerJob }: Measured): Ask[] {
  const of = (name: ContenderName, round: Round) => round.results.find((one) => one.contender === name);
  const ratio = (value: (round: Round) => number | undefined): number | undefined => {
    const values = rounds.map(value).filter((one) => one !== undefined);
    return values.length > 0 ? median(values) : undefined;
  };
  const rate = (result: RoundResult | undefined): number => result?.accountsPerSecond ?? NaN;
  const cpu = (result: RoundResult | undefined): number => result?.cpuMicrosecondsPerAccount ?? NaN;
  return [
    atLeast(
      'accounts per second, product ÷ one transaction per account',
      3,
      ratio((round) => rate(of('a', round)) / rate(of('b', round))),
    ),
    atLeast(
      'CPU per account, one transaction per account ÷ product',
      3.3,
      ratio((round) => cpu(of('b', round)) / cpu(of('a', round))),
    ),
    atLeast(
      'accounts per second, product ÷ BullMQ no-op',
      0.5,
      ratio((round) => rate(of('a', round)) / rate(of('c', round))),
    ),
    atMost(
      'settling transactions per account',
      0.02,
      ratio((round) => of('a', round)?.transactionsPerAccount),
    ),
    atLeast(
      'accounts per second, large ÷ small',
      0.85,
      ratio((round) => rate(round.large) / rate(of('a', round))),
    ),
    atLeast(
      'accounts per second, in cohorts ÷ one by one',
      3,
      ratio((round) => rate(of('e', round)) / rate(of('a', round))),
    ),
    atLeast(
      'accounts per second, in cohorts ÷ set-based SQL',
      0.7,
      ratio((round) => rate(of('e', round)) / rate(of('d', round))),
    ),
    atLeast(
      'accounts per second in cohorts, large ÷ small',
      0.85,
      ratio((round) => rate(round.largeInCohorts) / rate(of('e', round))),
    ),
    atMost('bytes of Redis per waiting job', 300, redisBytesPerJob),
    atMost(
      'peak memory of the worker at the large run, MiB',
      180,
      ratio((round) => mebibytes(round.large?.workerPeakBytes)),
    ),
    atLeast('contenders that write the same rows (1: all)', 1, sameRows(rounds)),
  ].filter((ask) => ask !== undefined);
}

const mebibytes = (bytes: number | undefined): number | undefined => bytes && bytes / MEBIBYTE;

const atLeast = (ask: string, limit: number, value: number | undefined): Ask | undefined =>
  value === undefined || Number.isNaN(value)
    ? undefined
    : { ask, value, limit, atLeast: true, holds: value >= limit };

const atMost = (ask: string, limit: number, value: number | undefined): Ask | undefined =>
  value === undefined || Number.isNaN(value)
    ? undefined
    : { ask, value, limit, atLeast: false, holds: value <= limit };

/** Undefined when there were not two to compare. */
function sameRows(rounds: readonly Round[]): number | undefined {
  const checksums = rounds.flatMap((round) => round.results.flatMap((one) => one.checksum ?? []));
  return checksums.length < 2 ? undefined : new Set(checksums).size === 1 ? 1 : 0;
}
